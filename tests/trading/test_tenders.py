"""Sealed bids until a deadline, by the clock of the database; then the award."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organization, User
from common.errors import Conflict, Forbidden, Invalid, NotFound
from listings.models import Introduction, Listing
from tests.conftest import MakeListing
from tests.trading.conftest import (
    approve,
    bid_in,
    introduce,
    kinds_of,
    make_bid_terms,
    owner_of,
    pass_deadline,
)
from trading import access
from trading.models import Bid, BidState, Origin, Stage, Synergy, Tender, TenderState
from trading.selectors.bids import bids_of_tender
from trading.selectors.synergies import synergy_events
from trading.services import bids, tenders
from trading.services.synergies import lose, open_synergy_from_match


@pytest.fixture
def tender(offer: Listing, seller: User) -> Tender:
    """Sealed bids on the fly ash, for a week."""
    return tenders.open_tender(
        actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=7), conditions="dry"
    )


def seal(tender: Tender, organization: Organization, **terms: Any) -> Bid:
    return tenders.place_sealed_bid(
        actor=owner_of(organization), tender=tender, organization=organization, terms=make_bid_terms(**terms)
    )


@pytest.fixture
def sealed(tender: Tender, cement_works: Organization, elsewhere: Organization) -> tuple[Bid, Bid]:
    """8,000 t for 5 EUR and 6,000 t for 9 EUR, of 12,000 t."""
    return (
        seal(tender, cement_works, quantity=Decimal(8000), price=Decimal(5)),
        seal(tender, elsewhere, quantity=Decimal(6000), price=Decimal(9)),
    )


# --- opening ------------------------------------------------------------------------------------------------
def test_tender_opens_once_for_a_listing(tender: Tender, offer: Listing, seller: User) -> None:
    assert kinds_of(tender) == ["tender.opened"]
    with pytest.raises(Conflict) as refusal:
        tenders.open_tender(actor=seller, listing=offer, deadline=tender.deadline)
    assert refusal.value.code == "tender_open"


def test_tender_with_deadline_in_the_past_is_refused(offer: Listing, seller: User) -> None:
    with pytest.raises(Invalid) as refusal:
        tenders.open_tender(actor=seller, listing=offer, deadline=timezone.now())
    assert "deadline" in refusal.value.fields


def test_tender_beside_bids_that_wait_is_refused(bid: Bid, offer: Listing, seller: User) -> None:
    with pytest.raises(Conflict) as refusal:
        tenders.open_tender(actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=1))
    assert refusal.value.code == "bids_open"
    assert refusal.value.message == "1 bid on this listing waits for an answer. Settle it first."


def test_negotiated_bid_beside_tender_is_refused(
    offer: Listing, cement_works: Organization, seller: User
) -> None:
    synergy = introduce(offer, cement_works)
    tenders.open_tender(actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=1))
    with pytest.raises(Conflict) as refusal:
        bid_in(synergy)
    assert refusal.value.code == "tender_open"


# --- under seal ---------------------------------------------------------------------------------------------
def test_sealed_bid_is_its_bidders_alone_until_the_deadline(
    sealed: tuple[Bid, Bid],
    tender: Tender,
    buyer: User,
    seller: User,
    stranger: User,
    facilitator: User,
    programme: object,
) -> None:
    first, second = sealed
    assert list(bids_of_tender(buyer, tender)) == [first]
    assert list(bids_of_tender(stranger, tender)) == [second]
    for user in (seller, facilitator):
        assert not access.visible_bids(user).exists()
        assert not access.visible_synergies(user).exists()
        for get, pk in ((access.get_bid, first.pk), (access.get_synergy, first.synergy_id)):
            with pytest.raises(NotFound):
                get(user, pk)
    pass_deadline(tender)
    assert list(bids_of_tender(seller, tender)) == [second, first]
    assert list(bids_of_tender(buyer, tender)) == [first]
    assert access.visible_synergies(seller).count() == 2


def test_sealed_bid_in_a_synergy_that_both_know_leaves_no_trace(
    offer: Listing, cement_works: Organization, seller: User, buyer: User
) -> None:
    synergy = introduce(offer, cement_works)
    tender = tenders.open_tender(actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=1))
    before = access.get_synergy(seller, synergy.pk)
    seen = list(synergy_events(seller, synergy))
    bid = seal(tender, cement_works)
    after = access.get_synergy(seller, synergy.pk)
    assert bid.synergy_id == synergy.pk
    assert (after.stage, after.acted_at) == (before.stage, before.acted_at)
    assert list(synergy_events(seller, synergy)) == seen
    assert len(synergy_events(buyer, synergy)) == len(seen) + 1


def test_second_sealed_bid_replaces_the_first(tender: Tender, cement_works: Organization) -> None:
    first = seal(tender, cement_works)
    second = seal(tender, cement_works, price=Decimal(6))
    first.refresh_from_db()
    assert (first.state, second.state, second.synergy_id) == (
        BidState.WITHDRAWN,
        BidState.OPEN,
        first.synergy_id,
    )


def test_sealed_bid_is_withdrawn_before_the_deadline_only(
    sealed: tuple[Bid, Bid], tender: Tender, buyer: User, stranger: User
) -> None:
    assert bids.withdraw_bid(actor=buyer, bid=sealed[0]).state == BidState.WITHDRAWN
    pass_deadline(tender)
    with pytest.raises(Conflict) as refusal:
        bids.withdraw_bid(actor=stranger, bid=sealed[1])
    assert refusal.value.code == "deadline_passed"


def test_sealed_bid_after_the_deadline_is_refused(tender: Tender, cement_works: Organization) -> None:
    pass_deadline(tender)
    with pytest.raises(Conflict) as refusal:
        seal(tender, cement_works)
    assert refusal.value.code == "deadline_passed"
    assert not Synergy.objects.exists()


def test_sealed_bid_on_own_listing_is_refused(tender: Tender, asnaes: Organization) -> None:
    with pytest.raises(Conflict) as refusal:
        seal(tender, asnaes)
    assert refusal.value.code == "own_listing"


def test_sealed_bid_for_more_than_is_left_is_refused(tender: Tender, cement_works: Organization) -> None:
    with pytest.raises(Invalid) as refusal:
        seal(tender, cement_works, quantity=Decimal(12_001))
    assert "quantity" in refusal.value.fields


def test_sealed_bid_is_not_answered_one_by_one(sealed: tuple[Bid, Bid], seller: User) -> None:
    for attempt in (
        lambda: bids.accept_bid(actor=seller, bid=sealed[0]),
        lambda: bids.decline_bid(actor=seller, bid=sealed[0]),
        lambda: bids.counter_bid(actor=seller, bid=sealed[0], terms=make_bid_terms()),
    ):
        with pytest.raises(Conflict) as refusal:
            attempt()
        assert refusal.value.code == "tender_open"


def test_owner_who_takes_up_a_match_with_a_bidder_does_not_learn_of_the_bid(
    offer: Listing,
    tender: Tender,
    cement_works: Organization,
    asnaes: Organization,
    make_request: MakeListing,
    facilitator: User,
    seller: User,
) -> None:
    seal(tender, cement_works)
    match = approve(offer, make_request(), facilitator)
    synergy = open_synergy_from_match(actor=seller, match=match, organization=asnaes)
    assert (synergy.origin, synergy.stage) == (Origin.MATCH, Stage.IDEA)
    assert not access.visible_bids(seller).exists()


# --- award --------------------------------------------------------------------------------------------------
def test_award_before_the_deadline_is_refused(sealed: tuple[Bid, Bid], tender: Tender, seller: User) -> None:
    with pytest.raises(Conflict) as refusal:
        tenders.award_tender(actor=seller, tender=tender, awards={sealed[0].pk: Decimal(1)})
    assert refusal.value.code == "deadline_not_reached"


def test_award_may_be_split_and_introduces_the_winners(
    sealed: tuple[Bid, Bid], tender: Tender, seller: User, offer: Listing, asnaes: Organization
) -> None:
    pass_deadline(tender)
    awards = {sealed[1].pk: Decimal(6000), sealed[0].pk: Decimal(6000)}
    tender = tenders.award_tender(actor=seller, tender=tender, awards=awards)
    offer.refresh_from_db()
    assert (tender.state, offer.state, offer.left) == (TenderState.AWARDED, "closed", Decimal(0))
    for bid in sealed:
        bid.refresh_from_db()
        assert (bid.state, bid.agreement.amount) == (BidState.ACCEPTED, Decimal(6000))
        assert bid.synergy.stage == Stage.IMPLEMENTATION
        assert Introduction.objects.filter(organization=bid.organization, listing=offer).exists()
        assert kinds_of(bid) == ["bid.placed", "bid.accepted"]
    assert kinds_of(tender) == ["tender.opened", "tender.awarded"]
    assert kinds_of(offer)[-2:] == ["listing.published", "listing.closed"]


def test_award_to_one_declines_the_others(sealed: tuple[Bid, Bid], tender: Tender, seller: User) -> None:
    pass_deadline(tender)
    tenders.award_tender(actor=seller, tender=tender, awards={sealed[1].pk: Decimal(6000)})
    sealed[0].refresh_from_db()
    assert (sealed[0].state, kinds_of(sealed[0])[-1]) == (BidState.DECLINED, "bid.declined")
    with pytest.raises(Conflict) as refusal:
        tenders.award_tender(actor=seller, tender=tender, awards={sealed[0].pk: Decimal(1)})
    assert refusal.value.code == "tender_decided"


@pytest.mark.parametrize(
    "amounts",
    [
        {},
        {0: "8000.000001"},
        {0: "0"},
        {0: "-1"},
        {0: "NaN"},
        {0: "0.0000001"},
        {0: "8000", 1: "4000.000001"},
    ],
)
def test_award_that_cannot_be_so_changes_nothing(
    sealed: tuple[Bid, Bid], tender: Tender, seller: User, offer: Listing, amounts: dict[int, str]
) -> None:
    pass_deadline(tender)
    with pytest.raises(Invalid) as refusal:
        tenders.award_tender(
            actor=seller,
            tender=tender,
            awards={sealed[place].pk: Decimal(amount) for place, amount in amounts.items()},
        )
    assert list(refusal.value.fields) == ["awards"]
    offer.refresh_from_db()
    tender.refresh_from_db()
    assert (offer.allocated, tender.state) == (Decimal(0), TenderState.OPEN)


def test_award_of_a_bid_of_another_tender_is_refused(
    sealed: tuple[Bid, Bid], tender: Tender, seller: User
) -> None:
    pass_deadline(tender)
    with pytest.raises(Invalid):
        tenders.award_tender(actor=seller, tender=tender, awards={sealed[0].pk + 1000: Decimal(1)})


def test_bid_whose_synergy_was_given_up_is_not_awarded_but_declined(
    sealed: tuple[Bid, Bid], tender: Tender, seller: User, buyer: User
) -> None:
    lose(actor=buyer, synergy=sealed[0].synergy, reason="timing")
    pass_deadline(tender)
    with pytest.raises(Conflict):
        tenders.award_tender(actor=seller, tender=tender, awards={sealed[0].pk: Decimal(1)})
    tenders.award_tender(actor=seller, tender=tender, awards={sealed[1].pk: Decimal(1)})
    sealed[0].refresh_from_db()
    assert sealed[0].state == BidState.DECLINED


def test_tender_for_a_request_puts_the_lowest_price_first(
    request_listing: Listing, buyer: User, asnaes: Organization, elsewhere: Organization
) -> None:
    tender = tenders.open_tender(
        actor=buyer, listing=request_listing, deadline=timezone.now() + timedelta(days=1)
    )
    dear = seal(tender, asnaes, price=Decimal(5))
    cheap = seal(tender, elsewhere, price=Decimal(-5))
    pass_deadline(tender)
    assert list(bids_of_tender(buyer, tender)) == [cheap, dear]
    tenders.award_tender(actor=buyer, tender=tender, awards={cheap.pk: cheap.amount})
    cheap.refresh_from_db()
    assert cheap.agreement.supplier == elsewhere


def test_cancelled_tender_declines_its_bids_and_keeps_them_sealed(
    sealed: tuple[Bid, Bid], tender: Tender, seller: User
) -> None:
    tender = tenders.cancel_tender(actor=seller, tender=tender)
    sealed[0].refresh_from_db()
    assert (tender.state, sealed[0].state) == (TenderState.CANCELLED, BidState.DECLINED)
    assert not access.visible_bids(seller).exists()


def test_tender_is_decided_by_the_owner_of_the_listing(
    tender: Tender, seller: User, buyer: User, viewer: User
) -> None:
    assert access.get_tender_to_decide(seller, tender.pk) == tender
    for user in (buyer, viewer):
        assert access.get_tender(user, tender.pk) == tender
        with pytest.raises(Forbidden):
            access.get_tender_to_decide(user, tender.pk)
