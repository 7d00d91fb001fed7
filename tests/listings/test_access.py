import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Programme, Site, User
from common.errors import Forbidden, NotFound
from listings import access
from listings.models import Disclosure, Listing, Side
from listings.services.listings import pause_listing
from tests.conftest import MakeListing, list_it, make_neighbours, make_terms


def on_market(user: User | AnonymousUser, listing: Listing) -> bool:
    return access.listings_on_market(user).filter(pk=listing.pk).exists()


def test_programme_listing_is_seen_by_members_and_facilitators_only(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    buyer: User,
    facilitator: User,
    stranger: User,
) -> None:
    listing = make_offer(disclosure=Disclosure.PROGRAMME)
    assert all(on_market(user, listing) for user in (seller, buyer, facilitator))
    assert not on_market(stranger, listing)
    assert not on_market(AnonymousUser(), listing)


@pytest.mark.parametrize("disclosure", [Disclosure.OPEN, Disclosure.ANONYMOUS])
def test_other_listings_are_seen_by_everybody(make_offer: MakeListing, disclosure: Disclosure) -> None:
    assert on_market(AnonymousUser(), make_offer(disclosure=disclosure))


def test_draft_is_missing_for_everybody_else(
    make_offer: MakeListing, programme: Programme, viewer: User, buyer: User, facilitator: User
) -> None:
    listing = make_offer(publish=False)
    assert access.get_listing(viewer, listing.pk) == listing
    for user in (buyer, facilitator, AnonymousUser()):
        with pytest.raises(NotFound):
            access.get_listing(user, listing.pk)


def test_paused_listing_leaves_the_market_not_its_owner(
    make_offer: MakeListing, seller: User, buyer: User
) -> None:
    listing = make_offer()
    pause_listing(actor=seller, listing=listing)
    assert access.get_listing(seller, listing.pk) == listing
    with pytest.raises(NotFound):
        access.get_listing(buyer, listing.pk)


def test_only_traders_and_owners_change_a_listing(
    make_offer: MakeListing, seller: User, trader: User, viewer: User, buyer: User
) -> None:
    listing = make_offer()
    assert access.get_listing_to_trade(seller, listing.pk) == listing
    assert access.get_listing_to_trade(trader, listing.pk) == listing
    with pytest.raises(Forbidden):
        access.get_listing_to_trade(viewer, listing.pk)
    with pytest.raises(NotFound):
        access.get_listing_to_trade(buyer, listing.pk)


def test_anonymous_listing_shows_its_name_to_its_own_and_its_facilitators(
    make_offer: MakeListing,
    asnaes_site: Site,
    programme: Programme,
    viewer: User,
    facilitator: User,
    buyer: User,
) -> None:
    make_neighbours(asnaes_site)
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    for user in (viewer, facilitator):
        [marked] = access.mark_identities(user, [listing])
        assert (marked.party_name, marked.party_place) == ("Asnæs power station", "Kalundborg, DK")
    for outsider in (buyer, AnonymousUser()):
        [marked] = access.mark_identities(outsider, [listing])
        assert (marked.party_name, marked.party_place) == (listing.code_name, "near Kalundborg, DK")


def test_stranger_is_no_part_of_a_programme(
    programme: Programme, stranger: User, elsewhere_site: Site, buyer: User
) -> None:
    listing = list_it(stranger, make_terms(Side.OFFER, elsewhere_site, disclosure=Disclosure.PROGRAMME))
    assert on_market(stranger, listing)
    assert not on_market(buyer, listing)
