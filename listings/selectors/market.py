"""The market as the home page tells of it, and the listings that a search has found."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.access import AnyUser
from common.templatetags.loopyard import number, price_words
from listings.access import listings_on_market, mark_identities, own_listings
from listings.models import Listing, State
from listings.search.find import Found
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.files import mark_pictures


def listings_found(user: AnyUser, found: Found) -> list[Listing]:
    """Return what was found as this user may see it, in its order, each with `distance_km` (None without a place).

    One that left the market since is not among them.
    """
    return mark_pictures(shown_listings(user, list(found.keys), found.distances_km))


def shown_listings(
    user: AnyUser, keys: list[int], distances_km: dict[int, float] | None = None
) -> list[Listing]:
    """Return listings on the market by their keys, in the same order, with what their cards show."""
    by_key = {listing.pk: listing for listing in listings_on_market(user).filter(pk__in=keys).with_cards()}
    listings = [by_key[key] for key in keys if key in by_key]
    for listing in listings:
        listing.distance_km = (distances_km or {}).get(listing.pk)
    return mark_data_quality(mark_identities(user, listings))


def own_figures(user: AnyUser, organization_id: int) -> dict[str, int]:
    """Count the published listings and the drafts of one of the user's organizations."""
    mine = own_listings(user).filter(organization=organization_id)
    return mine.aggregate(
        published=Count("pk", filter=Q(state=State.PUBLISHED)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
    )


def in_few_words(listing: Listing) -> str:
    """Return what is left of a listing, at what price and where, as marked for its reader (`mark_identities`)."""
    amount = ""
    if listing.left is not None:
        rate = _("/yr") if listing.is_rate else ""
        amount = f"{number(listing.left)} {listing.canonical_unit}{rate}"
    price = price_words(listing.price, listing.currency, listing.unit, listing.side)
    return " · ".join(part for part in (amount, price, listing.party_place) if part)
