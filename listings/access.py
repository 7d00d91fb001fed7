"""Which listings somebody may see, and how much of them."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.access import AnyUser, can_trade, facilitated_organizations, organizations_of, viewer_only
from accounts.models import Organization, Programme
from common.errors import NotFound
from listings.models import Disclosure, Introduction, Listing, ListingQuerySet, Side, State


def _programmes_of(user: AnyUser) -> QuerySet[Programme]:
    """Return the programmes that the user takes part in, as a member or a facilitator."""
    if not user.is_authenticated:
        return Programme.objects.none()
    return Programme.objects.filter(
        Q(facilitators=user.pk) | Q(organizations__memberships__user_id=user.pk)
    ).distinct()


def listings_on_market(user: AnyUser) -> ListingQuerySet:
    """Return the published listings that the user may see."""
    listings = Listing.objects.filter(state=State.PUBLISHED)
    in_programmes = Organization.objects.filter(programmes__in=_programmes_of(user))
    return listings.filter(
        ~Q(disclosure=Disclosure.PROGRAMME)
        | Q(organization__in=organizations_of(user))
        | Q(organization__in=in_programmes)
    )


def own_listings(user: AnyUser) -> ListingQuerySet:
    """Return the listings of the user's organizations, in every state."""
    return Listing.objects.filter(organization__in=organizations_of(user))


def get_listing(user: AnyUser, pk: int) -> Listing:
    """Return a listing on the market, or one of the user's own in any state; else `NotFound`."""
    found = Listing.objects.filter(pk=pk).filter(
        Q(pk__in=listings_on_market(user).values("pk")) | Q(organization__in=organizations_of(user))
    )
    listing = (
        found.select_related("resource", "organization", "site").prefetch_related("quality__property").first()
    )
    if listing is None:
        raise NotFound
    return listing


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


def known_organizations(user: AnyUser) -> set[int]:
    """Return the organizations whose identity the user knows beyond what their listings say."""
    if not user.is_authenticated:
        return set()
    own = organizations_of(user).values_list("pk", flat=True)
    facilitated = facilitated_organizations(user).values_list("pk", flat=True)
    partners = Introduction.objects.filter(organization__in=own).values_list("other", flat=True)
    return set(own) | set(facilitated) | set(partners)


def sees_identity(user: AnyUser, listing: Listing) -> bool:
    """Whether the user may learn who stands behind a listing and where exactly it is."""
    return listing.disclosure != Disclosure.ANONYMOUS or listing.organization_id in known_organizations(user)


def mark_identities(user: AnyUser, listings: Iterable[Listing]) -> list[Listing]:
    """Return the listings with `party_name`, `party_place` and `identity_known` as this user may see them."""
    known = known_organizations(user)
    marked = list(listings)
    for listing in marked:
        identity_known = listing.disclosure != Disclosure.ANONYMOUS or listing.organization_id in known
        listing.identity_known = identity_known
        listing.party_name = listing.organization.name if identity_known else listing.code_name
        listing.party_place = (
            f"{listing.site.town}, {listing.site.country}" if identity_known else listing.place_words
        )
    return marked
