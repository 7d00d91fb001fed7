"""A private listing finds partners, is shown to its own and their facilitators, and takes nobody's place."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from accounts.services.programmes import add_to_programme
from common.errors import NotFound
from listings.access import listings_on_market
from listings.models import Disclosure, Listing, Side
from listings.services.listings import amend_listing, withdraw_listing
from matching import access
from matching.market.assumptions import MOST_MATCHES
from matching.models import Match, MatchState
from matching.services.refresh import refresh_matches
from matching.services.reviews import approve_match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, list_it, make_terms, make_user
from tests.matching.pages import ClientOf

pytestmark = pytest.mark.django_db


def refresh(*listings: Listing) -> None:
    for listing in listings:
        refresh_matches(listing_id=listing.pk)


def seen_by(*people: object) -> list[bool]:
    return [access.visible_matches(person).exists() for person in people]  # type: ignore[arg-type]


@pytest.fixture
def outside_facilitator(elsewhere: Organization, cement_works: Organization) -> User:
    """Facilitates the cement works in another programme, and not Asnæs."""
    user = make_user("outside@example.org")
    other = Programme.objects.create(name="Other", slug="other")
    other.facilitators.add(user)
    for organization in (elsewhere, cement_works):
        add_to_programme(actor=user, programme=other, organization=organization)
    return user


def test_private_listing_is_matched_and_nobody_on_the_market_sees_it(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    outside_facilitator: User,
    seller: User,
    buyer: User,
    facilitator: User,
    stranger: User,
) -> None:
    hidden, sought = make_offer(disclosure=Disclosure.PRIVATE), make_request()
    refresh(hidden, sought)
    match = Match.objects.get()
    assert (match.offer, match.request, match.state) == (hidden, sought, MatchState.PROPOSED)
    assert seen_by(seller, facilitator) == [True, True]
    assert seen_by(buyer, outside_facilitator, stranger, AnonymousUser()) == [False] * 4
    for person in (buyer, outside_facilitator, stranger, AnonymousUser()):
        assert hidden not in listings_on_market(person)
    assert hidden in listings_on_market(facilitator)


def test_approval_introduces_it_to_the_party_across_and_to_nobody_else(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    outside_facilitator: User,
    facilitator: User,
    buyer: User,
    stranger: User,
) -> None:
    refresh(make_offer(disclosure=Disclosure.PRIVATE), make_request())
    match = Match.objects.get()
    with pytest.raises(NotFound):
        access.get_match_to_review(outside_facilitator, match.pk)
    assert list(access.reviewing_programmes(match)) == [programme]
    approve_match(actor=facilitator, match=match, remark="")
    assert seen_by(buyer, outside_facilitator, stranger) == [True, False, False]


@pytest.mark.parametrize("late", [False, True])
def test_private_listing_pushes_nobody_out(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, cement_site: Site, late: bool
) -> None:
    """What a stranger's listing keeps is the same with it and without it, and after a full run."""
    sought = make_request()
    offers = [make_offer(title=f"{n}", quantity=Decimal(9_000 - n)) for n in range(MOST_MATCHES["material"])]
    if late:
        refresh(sought, *offers)
    hidden = make_offer(disclosure=Disclosure.PRIVATE, quantity=Decimal(12_000))
    refresh(hidden, sought, *offers)
    mine = access.own_matches(buyer).order_by("offer").values_list("offer", flat=True)
    for step in (lambda: None, refresh_all_matches):
        step()
        assert set(mine) == {offer.pk for offer in offers}
        assert Match.objects.filter(offer=hidden, fits=True).count() == 1


def test_full_run_equals_the_steps(make_offer: MakeListing, make_request: MakeListing) -> None:
    hidden, sought = make_offer(disclosure=Disclosure.PRIVATE), make_request(disclosure=Disclosure.PRIVATE)
    refresh(hidden, sought)
    before = list(Match.objects.values("offer", "request", "state", "fits", "score"))
    refresh_all_matches()
    assert len(before) == 1
    assert list(Match.objects.values("offer", "request", "state", "fits", "score")) == before


def test_two_private_listings_are_shown_to_who_facilitates_both_alone(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    outside_facilitator: User,
    facilitator: User,
    seller: User,
    buyer: User,
) -> None:
    refresh(make_offer(disclosure=Disclosure.PRIVATE), make_request(disclosure=Disclosure.PRIVATE))
    assert seen_by(facilitator, outside_facilitator, seller, buyer) == [True, False, False, False]
    approve_match(actor=facilitator, match=Match.objects.get(), remark="")
    assert seen_by(seller, buyer) == [True, True]


def test_public_partner_that_changes_or_leaves_is_followed(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, seller: User
) -> None:
    hidden = make_offer(disclosure=Disclosure.PRIVATE)
    refresh(hidden)
    sought = make_request()
    refresh(sought)
    assert Match.objects.get().fits
    withdraw_listing(actor=buyer, listing=sought)
    refresh(sought)
    assert Match.objects.get().state == MatchState.RETIRED


def test_private_listing_that_leaves_takes_its_matches_along(
    make_offer: MakeListing, make_request: MakeListing, seller: User
) -> None:
    hidden, sought = make_offer(disclosure=Disclosure.PRIVATE), make_request()
    refresh(hidden, sought)
    withdraw_listing(actor=seller, listing=hidden)
    refresh(hidden)
    match = Match.objects.get()
    assert (match.state, match.fits, match.stale_reason) == (MatchState.RETIRED, False, "listing")


def test_listing_that_turns_private_disappears_and_comes_back(
    make_offer: MakeListing, make_request: MakeListing, seller: User, buyer: User
) -> None:
    offer, sought = make_offer(), make_request()
    refresh(offer, sought)
    seen = []
    for level in (Disclosure.PRIVATE, Disclosure.ANONYMOUS):
        offer = amend_listing(actor=seller, listing=offer, changes={"disclosure": level})
        refresh(offer)
        seen.append((access.own_matches(seller).exists(), access.own_matches(buyer).exists()))
    assert seen == [(True, False), (True, True)]


def test_programme_listing_is_no_match_to_a_facilitator_of_the_other_party_alone(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    outside_facilitator: User,
    facilitator: User,
    buyer: User,
) -> None:
    refresh(make_offer(disclosure=Disclosure.PROGRAMME), make_request())
    assert seen_by(buyer, facilitator, outside_facilitator) == [True, True, False]


def test_own_party_without_a_programme_may_take_up_a_private_match(
    stranger: User, elsewhere_site: Site, make_request: MakeListing, programme: Programme
) -> None:
    hidden = list_it(stranger, make_terms(Side.OFFER, elsewhere_site, disclosure=Disclosure.PRIVATE))
    sought = make_request(resource="coal-fly-ash")
    Match.objects.create(
        offer=hidden,
        request=sought,
        score=0.5,
        part_resource=1,
        part_distance=0.5,
        part_season=1,
        distance_km=900,
        limited_by=0,
        treatment_steps=0,
    )
    # The programme of the cement works alone must not hold up, nor learn of, what its facilitators cannot see.
    assert access.may_be_taken_up(Match.objects.get())


def test_card_of_an_approved_private_listing_leads_nowhere_until_both_are_introduced(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    facilitator: User,
    buyer: User,
    client_of: ClientOf,
) -> None:
    hidden = make_offer(disclosure=Disclosure.PRIVATE)
    refresh(hidden, make_request())
    match = Match.objects.get()
    approve_match(actor=facilitator, match=match, remark="")
    page = client_of(buyer).get(reverse("match", args=[match.pk])).content.decode()
    assert hidden.code_name in page
    assert "Asnæsværket" not in page
    assert reverse("listing", args=[hidden.pk]) + '"' not in page
    assert client_of(buyer).get(reverse("listing", args=[hidden.pk])).status_code == 404
