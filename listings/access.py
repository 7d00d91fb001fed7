"""Which listings somebody may see, and how much of them."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.access import AnyUser, can_trade, organizations_of, viewer_only
from common.errors import NotFound
from listings.disclosure.rules import UNLISTED, Reader, fellows_of, seen_on_market, told_reach_number
from listings.models import (
    Disclosure,
    Favourite,
    Introduction,
    Listing,
    ListingFile,
    ListingImport,
    ListingQuerySet,
    SavedSearch,
    Side,
    State,
)


def listings_on_market(user: AnyUser) -> ListingQuerySet:
    """Return the published listings that the user may see."""
    return Listing.objects.filter(seen_on_market(user), state=State.PUBLISHED)


def public_market() -> ListingQuerySet:
    """Return the published listings that somebody who is not signed in sees."""
    return listings_on_market(AnonymousUser())


def seen_through_programmes(user: AnyUser) -> set[int]:
    """Return the organizations whose listings for programmes the user may see; none for who is not signed in."""
    if not user.is_authenticated:
        return set()
    own, fellows = organizations_of(user), fellows_of(user)
    return set(own.values_list("pk", flat=True).union(fellows.values_list("pk", flat=True)))


def own_listings(user: AnyUser) -> ListingQuerySet:
    """Return the listings of the user's organizations, in every state."""
    return Listing.objects.filter(organization__in=organizations_of(user))


def get_listing(user: AnyUser, pk: int) -> Listing:
    """Return a listing that the user may see (`listings_seen`); else `NotFound`."""
    listing = listings_seen(user).filter(pk=pk).with_cards().first()
    if listing is None:
        raise NotFound
    return listing


def listings_seen(user: AnyUser) -> ListingQuerySet:
    """Return the listings of which the user may open the page: those on the market, and the own in any state.

    Who was introduced on a listing that others cannot see finds it as long as it is published.
    """
    introduced = Introduction.objects.filter(organization__in=organizations_of(user)).values("listing")
    return Listing.objects.filter(
        Q(seen_on_market(user) | Q(pk__in=introduced), state=State.PUBLISHED)
        | Q(organization__in=organizations_of(user))
    )


def get_offer(user: AnyUser, pk: int) -> Listing:
    """Return an offer that the user may see; else `NotFound`."""
    listing = get_listing(user, pk)
    if listing.side != Side.OFFER:
        raise NotFound
    return listing


def get_listing_to_trade(user: AnyUser, pk: int) -> Listing:
    """Return one of the user's own listings, to change; foreign ones are missing, whoever can see them."""
    listing = own_listings(user).filter(pk=pk).select_related("resource", "organization", "site").first()
    if listing is None:
        raise NotFound
    if not can_trade(user, listing.organization_id):
        raise viewer_only()
    return listing


def own_imports(user: AnyUser) -> QuerySet[ListingImport]:
    """Return the files that were sent for the user's organizations, without their content."""
    found = ListingImport.objects.filter(organization__in=organizations_of(user)).defer("content")
    return found.select_related("organization", "created_by")


def get_import_to_trade(user: AnyUser, pk: int) -> ListingImport:
    """Return a file that was sent for one of the user's organizations, to look at or to import."""
    found = own_imports(user).filter(pk=pk).first()
    if found is None:
        raise NotFound
    if not can_trade(user, found.organization_id):
        raise viewer_only()
    return found


def own_searches(user: AnyUser) -> QuerySet[SavedSearch]:
    """Return the searches that the user keeps; they are nobody else's business."""
    return SavedSearch.objects.filter(person=user.pk or 0)


def get_search(user: AnyUser, pk: int) -> SavedSearch:
    """Return one of the user's own saved searches; else `NotFound`."""
    found = own_searches(user).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def own_favourites(user: AnyUser) -> QuerySet[Favourite]:
    """Return what the user has starred, whether or not it can still be seen."""
    return Favourite.objects.filter(person=user.pk or 0)


def get_favourite(user: AnyUser, listing_id: int) -> Favourite:
    """Return the user's own star on a listing; else `NotFound`."""
    found = own_favourites(user).filter(listing=listing_id).first()
    if found is None:
        raise NotFound
    return found


def files_seen(user: AnyUser, listing: Listing) -> list[ListingFile]:
    """Return a listing's pictures and data sheets, in order, to who may know whose it is; else none of them.

    A picture can tell who one is as surely as a name does: the sign at the gate, the silo that stands there alone.
    """
    return list(listing.files.all()) if sees_identity(user, listing) else []


def get_listing_file(user: AnyUser, pk: int) -> ListingFile:
    """Return a picture or a data sheet that the user may see; else `NotFound`."""
    file = ListingFile.objects.filter(pk=pk).select_related("listing").first()
    if file is None:
        raise NotFound
    # What everybody may see is asked for most, by each card; it needs to know nothing of who asks.
    if file.listing.state == State.PUBLISHED and file.listing.disclosure == Disclosure.OPEN:
        return file
    if not sees_identity(user, get_listing(user, file.listing_id)):
        raise NotFound
    return file


def get_file_to_change(user: AnyUser, pk: int) -> ListingFile:
    """Return a picture or a data sheet of one of the user's own listings, to change or remove."""
    file = ListingFile.objects.filter(pk=pk).first()
    if file is None:
        raise NotFound
    file.listing = get_listing_to_trade(user, file.listing_id)
    return file


def sees_identity(user: AnyUser, listing: Listing) -> bool:
    """Whether the user may learn who stands behind a listing and where exactly it is."""
    return Reader(user).knows(listing)


def mark_identities(user: AnyUser, listings: Iterable[Listing]) -> list[Listing]:
    """Return the listings with `party_name`, `party_place` and what else hangs on `identity_known` for this user."""
    reader = Reader(user)
    marked = list(listings)
    for listing in marked:
        identity_known = reader.knows(listing)
        listing.identity_known = identity_known
        # Who was shown a match with one that others cannot see has its card, and no page of it yet.
        listing.opens = identity_known or listing.disclosure not in UNLISTED
        listing.told_reach_number = told_reach_number(listing.reach_number, is_known=identity_known)
        listing.party_name = listing.organization.name if identity_known else listing.code_name
        listing.party_place = (
            f"{listing.site.town}, {listing.site.country}" if identity_known else listing.place_words
        )
    return marked
