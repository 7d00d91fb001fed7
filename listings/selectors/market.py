"""The market as the home page tells of it, and the listings that a search has found."""

from django.db.models import Count, Q

from accounts.access import AnyUser
from listings.access import listings_on_market, mark_identities, own_listings
from listings.models import Listing, State
from listings.search.find import Found
from listings.selectors.data_quality import mark_data_quality


def listings_found(user: AnyUser, found: Found) -> list[Listing]:
    """Return what was found as this user may see it, in its order, each with `distance_km` (None without a place).

    One that left the market since is not among them.
    """
    return shown_listings(user, list(found.keys), found.distances_km)


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
