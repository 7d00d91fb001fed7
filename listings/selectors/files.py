"""The pictures on cards."""

from collections.abc import Iterable

from listings.models import Listing, ListingFile


def mark_pictures(listings: Iterable[Listing]) -> list[Listing]:
    """Return the listings, each with its first `picture` where the reader may know whose it is, else None.

    `access.mark_identities` must have been there: pictures are seen by whom the name is told.
    """
    marked = list(listings)
    known = [listing.pk for listing in marked if listing.identity_known]
    if known:
        found = ListingFile.objects.filter(listing__in=known, is_picture=True)
        found = found.order_by("listing_id", "position", "pk").distinct("listing_id")
        first = {each.listing_id: each for each in found}
        for listing in marked:
            listing.picture = first.get(listing.pk)
    return marked
