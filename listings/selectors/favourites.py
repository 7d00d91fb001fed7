"""What somebody has starred."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.access import AnyUser
from listings.access import listings_seen, mark_identities, own_favourites
from listings.models import Favourite, Listing
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.files import mark_pictures


@dataclass(frozen=True)
class Starred:
    """A favourite, and its listing as far as it can still be seen."""

    favourite: Favourite
    listing: Listing | None
    """None: withdrawn, paused, over, or shown to fewer than before; which of these is not said."""


def mark_stars(user: AnyUser, listings: Iterable[Listing]) -> list[Listing]:
    """Return listings with `starred`, whether this user has starred them; nobody who is not signed in has."""
    marked = list(listings)
    starred: set[int] = set()
    if user.is_authenticated and marked:
        mine = own_favourites(user).filter(listing__in=[each.pk for each in marked])
        starred = set(mine.values_list("listing", flat=True))
    for listing in marked:
        listing.starred = listing.pk in starred
    return marked


def starred_by(user: AnyUser, favourites: Sequence[Favourite]) -> list[Starred]:
    """Return favourites with their listings as the user may see them now, with what their cards show."""
    seen = listings_seen(user).filter(pk__in=[each.listing_id for each in favourites]).with_cards()
    listings = mark_stars(user, mark_data_quality(mark_pictures(mark_identities(user, seen))))
    by_key = {listing.pk: listing for listing in listings}
    return [Starred(each, by_key.get(each.listing_id)) for each in favourites]
