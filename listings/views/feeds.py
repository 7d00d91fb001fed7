"""A search as a feed: the newest of what it finds, for readers of news and for programs."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.disclosure.rules import told_at
from listings.models import Listing
from listings.search.find import find
from listings.selectors.filters import ListingFilter, understood
from listings.selectors.market import in_few_words, listings_found
from listings.views.facets import chips

MOST_ENTRIES = 50


@require_safe
def browse_feed(request: HttpRequest) -> HttpResponse:
    """The newest listings that the address's query finds, as everybody may see them, in Atom (RFC 4287)."""
    query = understood(request.GET, line_wins=True)
    filters = ListingFilter(query, queryset=Listing.objects.none(), request=request)
    found = find(request.user, filters.question("newest"), most=MOST_ENTRIES, counting=False)
    asked = ", ".join(chip.label for chip in chips(filters, query))
    page = request.build_absolute_uri(f"{reverse('browse')}?{query.urlencode()}")
    feed = Atom1Feed(
        title=_("Loopyard: %(asked)s") % {"asked": asked or _("everything on the market")},
        link=page,
        feed_url=request.build_absolute_uri(),
        description="",
        language=get_language(),
    )
    for listing in listings_found(request.user, found):
        address = request.build_absolute_uri(reverse("listing", args=[listing.pk]))
        # To the second it could tell two anonymous listings of one company together, whoever asks.
        day = told_at(listing.published_at or listing.created_at, is_known=False)
        feed.add_item(
            title=f"{listing.get_side_display().capitalize()}: {listing.name}",
            link=address,
            description=in_few_words(listing),
            unique_id=address,
            author_name=listing.party_name,
            pubdate=day,
            updateddate=day,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
