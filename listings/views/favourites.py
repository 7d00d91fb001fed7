"""Listings that one has starred."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from common.web.pages import act, query_without
from listings.access import get_favourite, get_listing, own_favourites
from listings.selectors.favourites import mark_stars, starred_by
from listings.services.favourites import star, unstar

PER_PAGE = 24


@require_safe
@login_required
def favourites(request: HttpRequest) -> HttpResponse:
    """What I have starred, the newest first; what can no longer be seen says so."""
    page = Paginator(own_favourites(request.user), PER_PAGE).get_page(request.GET.get("page"))
    shown = starred_by(request.user, list(page.object_list))
    context = {"page": page, "shown": shown, "query": query_without(request, "page")}
    return render(request, "listings/favourites.html", context)


@require_POST
@login_required
def listing_star(request: HttpRequest, pk: int) -> HttpResponse:
    """Star a listing that I see; for htmx its star alone."""
    found = get_listing(request.user, pk)
    return _done(request, pk, lambda: star(actor=signed_in(request), listing=found), _("Starred."))


@require_POST
@login_required
def listing_unstar(request: HttpRequest, pk: int) -> HttpResponse:
    """Take my star off a listing, also off one that I no longer see."""
    get_favourite(request.user, pk)
    return _done(
        request, pk, lambda: unstar(actor=signed_in(request), listing_id=pk), _("The star is taken off.")
    )


def _done(request: HttpRequest, pk: int, effect: Callable[[], object], said: str) -> HttpResponse:
    """Do it, and lead back to the page on which the star was; for htmx answer with the star as it is now."""
    part = request.htmx  # type: ignore[attr-defined]  # by middleware
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("favourites")
    response = act(request, effect, "" if part else said, to=back)
    if not part:
        return response
    [found] = mark_stars(request.user, [get_listing(request.user, pk)])
    return render(request, "listings/_star.html", {"listing": found})
