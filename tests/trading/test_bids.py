"""Bids to and fro, on hold and back, and what becomes of those that nobody answers."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization, User
from common.errors import Conflict, Forbidden, Invalid, NotFound
from listings.models import Listing
from listings.services.listings import amend_listing, pause_listing, withdraw_listing
from tests.conftest import MakeListing
from tests.trading.conftest import (
    agree,
    bid_in,
    enquire,
    introduce,
    kinds_of,
    make_bid_terms,
    owner_of,
    pass_expiry,
)
from trading import access
from trading.models import Bid, BidState, Stage, Synergy
from trading.services import bids
from trading.services.agreements import ask_cancel
from trading.services.terms import terms_of_bid


# --- placing ------------------------------------------------------------------------------------------------
def test_first_bid_begins_the_negotiation_and_keeps_what_was_typed(synergy: Synergy) -> None:
    bid = bid_in(synergy, quantity=Decimal(500), unit="kg", period="week", price=Decimal("-2.5"))
    synergy.refresh_from_db()
    assert (synergy.stage, bid.number, bid.state) == (Stage.NEGOTIATION, 1, BidState.OPEN)
    assert bid.amount == Decimal("26.088750")
    assert (bid.unit_price, bid.price) == (Decimal(-2500), Decimal("-2.5"))
    assert kinds_of(bid) == ["bid.placed"]
    assert kinds_of(synergy)[-1] == "synergy.stage_changed"


def test_bid_before_mutual_interest_is_refused(offer: Listing, cement_works: Organization) -> None:
    with pytest.raises(Conflict) as refusal:
        bid_in(enquire(offer, cement_works))
    assert refusal.value.code == "not_introduced"


def test_bid_beside_one_that_waits_is_refused(bid: Bid) -> None:
    for party in (bid.synergy.supplier, bid.synergy.receiver):
        with pytest.raises(Conflict) as refusal:
            bid_in(bid.synergy, party)
        assert refusal.value.code == "bid_waiting"


def test_bid_of_stranger_is_refused(synergy: Synergy, elsewhere: Organization) -> None:
    with pytest.raises(Forbidden):
        bid_in(synergy, elsewhere)


def test_bid_for_more_than_is_left_says_how_much_is_left(synergy: Synergy) -> None:
    with pytest.raises(Invalid) as refusal:
        bid_in(synergy, quantity=Decimal(12_001))
    assert refusal.value.fields["quantity"] == ["only 12,000 t per year are left"]
    assert not Bid.objects.exists()


def test_bid_for_more_than_is_sought_says_how_much_is_sought(
    offer: Listing, make_request: MakeListing, cement_works: Organization
) -> None:
    synergy = introduce(offer, cement_works, make_request(quantity=Decimal(120)))
    with pytest.raises(Invalid) as refusal:
        bid_in(synergy, quantity=Decimal("120.000001"))
    assert refusal.value.fields["quantity"] == ["only 120 t per year are still sought"]


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("unit", {"unit": "h"}),
        ("unit", {"unit": "bushel"}),
        ("period", {"period": "once"}),
        ("period", {"period": "hour"}),
        ("quantity", {"quantity": Decimal(0)}),
        ("quantity", {"quantity": Decimal("nan")}),
        ("quantity", {"quantity": Decimal("0.0000001")}),
        ("price", {"price": Decimal("inf")}),
        ("currency", {"currency": "USD"}),
        ("currency", {"currency": "eur"}),
        ("ends_on", {"ends_on": date(2001, 1, 1)}),
        ("ends_on", {"starts_on": date(2001, 1, 1), "ends_on": date(2001, 2, 1)}),
        ("expires_at", {"expires_at": timezone.now() - timedelta(seconds=1)}),
        ("carrier", {"carrier": "pigeon"}),
        ("transport_paid_by", {"transport_paid_by": "nobody"}),
        ("conditions", {"conditions": "x" * 4001}),
    ],
)
def test_bid_that_cannot_be_so_names_the_field(synergy: Synergy, field: str, terms: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        bid_in(synergy, **terms)
    assert list(refusal.value.fields) == [field]
    synergy.refresh_from_db()
    assert (synergy.stage, Bid.objects.count()) == (Stage.DISCUSSION, 0)


@pytest.mark.parametrize("take_off", [pause_listing, withdraw_listing])
def test_bid_on_listing_off_the_market_is_refused(
    bid: Bid, seller: User, take_off: Callable[..., Listing]
) -> None:
    take_off(actor=seller, listing=bid.synergy.offer)
    for attempt in (
        lambda: bids.counter_bid(actor=seller, bid=bid, terms=make_bid_terms()),
        lambda: bids.accept_bid(actor=seller, bid=bid),
    ):
        with pytest.raises(Conflict) as refusal:
            attempt()
        assert refusal.value.code == "listing_closed"
    bid.refresh_from_db()
    assert bid.state == BidState.OPEN


# --- answering ----------------------------------------------------------------------------------------------
def test_counter_answers_with_terms_of_the_other_party(bid: Bid, seller: User, asnaes: Organization) -> None:
    counter = bids.counter_bid(actor=seller, bid=bid, terms=make_bid_terms(price=Decimal(7)))
    bid.refresh_from_db()
    assert (bid.state, bid.decided_by) == (BidState.COUNTERED, seller)
    assert (counter.counters, counter.number, counter.organization_id) == (bid, 2, asnaes.pk)
    assert (kinds_of(bid)[-1], kinds_of(counter)) == ("bid.countered", ["bid.placed"])


def test_terms_of_bid_are_what_was_bid(synergy: Synergy) -> None:
    terms = make_bid_terms(quantity=Decimal(3), unit="kg", carrier="supplier", conditions="dry")
    assert (
        terms_of_bid(bid_in(synergy, quantity=Decimal(3), unit="kg", carrier="supplier", conditions="dry"))
        == terms
    )


def test_decline_keeps_the_reason(bid: Bid, seller: User) -> None:
    bid = bids.decline_bid(actor=seller, bid=bid, reason="too low")
    assert (bid.state, bid.decline_reason, kinds_of(bid)[-1]) == (
        BidState.DECLINED,
        "too low",
        "bid.declined",
    )


def test_withdrawn_bid_can_not_be_accepted(bid: Bid, buyer: User, seller: User) -> None:
    bids.withdraw_bid(actor=buyer, bid=bid)
    with pytest.raises(Conflict) as refusal:
        bids.accept_bid(actor=seller, bid=bid)
    assert refusal.value.code == "bid_not_open"


def test_second_click_on_accept_has_no_second_effect(bid: Bid, seller: User) -> None:
    bids.accept_bid(actor=seller, bid=bid)
    with pytest.raises(Conflict) as refusal:
        bids.accept_bid(actor=seller, bid=bid)
    assert refusal.value.code == "already_accepted"
    assert bid.synergy.agreements.count() == 1


def test_answering_is_for_the_other_party_alone(
    bid: Bid, seller: User, buyer: User, viewer: User, facilitator: User
) -> None:
    assert access.get_bid_to_answer(seller, bid.pk) == access.get_bid_to_withdraw(buyer, bid.pk) == bid
    for user in (buyer, viewer, facilitator):
        with pytest.raises(Forbidden):
            access.get_bid_to_answer(user, bid.pk)
    for user in (seller, viewer, facilitator):
        with pytest.raises(Forbidden):
            access.get_bid_to_withdraw(user, bid.pk)


@pytest.mark.parametrize("pk", [0, 2**62, 2**63, 10**30])
def test_bid_that_is_none_is_missing(pk: int, seller: User) -> None:
    with pytest.raises(NotFound):
        access.get_bid_to_answer(seller, pk)


def test_accept_writes_one_event_for_each_thing_that_changed(bid: Bid, seller: User) -> None:
    synergy = bid.synergy
    assert synergy.offer is not None
    before = len(kinds_of(synergy.offer))
    agreement = bids.accept_bid(actor=seller, bid=bid)
    assert kinds_of(agreement) == ["agreement.signed"]
    assert kinds_of(bid) == ["bid.placed", "bid.accepted"]
    assert kinds_of(synergy.offer)[before:] == ["listing.changed"]
    assert kinds_of(synergy).count("synergy.stage_changed") == 2


def test_accept_of_whole_amount_closes_both_listings(synergy: Synergy) -> None:
    assert synergy.offer is not None
    assert synergy.request is not None
    agree(synergy, quantity=Decimal(12_000))
    for listing in (synergy.offer, synergy.request):
        listing.refresh_from_db()
        assert (listing.state, listing.left, kinds_of(listing)[-1]) == (
            "closed",
            Decimal(0),
            "listing.closed",
        )


def test_accept_takes_few_queries_whatever_waits_beside_it(
    bid: Bid, seller: User, offer: Listing, elsewhere: Organization
) -> None:
    bid = access.with_terms(Bid.objects.all()).get(pk=bid.pk)
    bid_in(introduce(offer, elsewhere), quantity=Decimal(11_500))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        bids.accept_bid(actor=seller, bid=bid)
    own = [query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(own) <= 40, "\n".join(query["sql"][:160] for query in own)


# --- on hold ------------------------------------------------------------------------------------------------
@pytest.fixture
def two(offer: Listing, cement_works: Organization, elsewhere: Organization) -> tuple[Bid, Bid]:
    """Two bids that do not both fit: 8,000 and 6,000 of 12,000 t."""
    return (
        bid_in(introduce(offer, cement_works), quantity=Decimal(8000)),
        bid_in(introduce(offer, elsewhere), quantity=Decimal(6000)),
    )


def test_bid_that_no_longer_fits_is_held_and_says_what_is_left(two: tuple[Bid, Bid], seller: User) -> None:
    bids.accept_bid(actor=seller, bid=two[0])
    two[1].refresh_from_db()
    assert (two[1].state, kinds_of(two[1])) == (BidState.ON_HOLD, ["bid.placed", "bid.held"])
    with pytest.raises(Conflict) as refusal:
        bids.accept_bid(actor=seller, bid=two[1])
    assert refusal.value.code == "too_little_left"
    assert "only 4,000 t per year are left" in refusal.value.message


def test_held_bid_goes_on_when_enough_returns(two: tuple[Bid, Bid], seller: User, buyer: User) -> None:
    agreement = bids.accept_bid(actor=seller, bid=two[0])
    for user, party in ((seller, agreement.supplier), (buyer, agreement.receiver)):
        agreement = ask_cancel(actor=user, agreement=agreement, organization=party)
    two[1].refresh_from_db()
    assert (two[1].state, kinds_of(two[1])[-1]) == (BidState.OPEN, "bid.resumed")
    bids.accept_bid(actor=seller, bid=two[1])


def test_held_bid_is_still_its_bidders_to_withdraw_and_the_others_to_counter(
    two: tuple[Bid, Bid], seller: User
) -> None:
    bids.accept_bid(actor=seller, bid=two[0])
    counter = bids.counter_bid(actor=seller, bid=two[1], terms=make_bid_terms(quantity=Decimal(4000)))
    two[1].refresh_from_db()
    assert (two[1].state, counter.state) == (BidState.COUNTERED, BidState.OPEN)


def test_last_of_listing_is_accepted_and_the_rest_refused_for_lack_of_it(
    two: tuple[Bid, Bid], seller: User, offer: Listing, make_offer: MakeListing
) -> None:
    amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(8000)})
    bids.accept_bid(actor=seller, bid=two[0])
    with pytest.raises(Conflict) as refusal:
        bids.accept_bid(actor=seller, bid=two[1])
    assert refusal.value.code == "too_little_left"


def test_sweep_follows_an_amount_that_its_owner_changed(
    two: tuple[Bid, Bid], seller: User, offer: Listing
) -> None:
    amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(7000)})
    assert bids.sweep_holds() == 1
    two[0].refresh_from_db()
    assert two[0].state == BidState.ON_HOLD
    amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(9000)})
    assert (bids.sweep_holds(), bids.sweep_holds()) == (1, 0)
    two[0].refresh_from_db()
    assert two[0].state == BidState.OPEN


def test_held_bid_that_fits_again_is_accepted_before_the_sweep_has_seen_it(
    two: tuple[Bid, Bid], seller: User, offer: Listing
) -> None:
    bids.accept_bid(actor=seller, bid=two[0])
    amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(14_000)})
    assert bids.accept_bid(actor=seller, bid=two[1]).amount == 6000


def test_bid_on_listing_without_stated_quantity_is_agreed_and_takes_nothing(
    make_offer: MakeListing, cement_works: Organization
) -> None:
    offer = make_offer(quantity=None)
    agreement = agree(introduce(offer, cement_works))
    offer.refresh_from_db()
    assert (offer.left, offer.allocated, agreement.allocations.count()) == (None, Decimal(0), 0)


def test_listing_that_became_something_else_is_not_agreed_on(bid: Bid, seller: User, offer: Listing) -> None:
    amend_listing(actor=seller, listing=offer, changes={"period": "once"})
    with pytest.raises(Conflict) as refusal:
        bids.accept_bid(actor=seller, bid=bid)
    assert refusal.value.code == "listing_changed"


# --- time ---------------------------------------------------------------------------------------------------
def test_bid_whose_time_is_over_can_not_be_accepted_even_before_the_sweep(
    synergy: Synergy, seller: User
) -> None:
    bid = bid_in(synergy, expires_at=timezone.now() + timedelta(hours=1))
    pass_expiry(bid)
    with pytest.raises(Conflict) as refusal:
        bids.accept_bid(actor=seller, bid=bid)
    assert refusal.value.code == "bid_expired"


def test_sweep_expires_what_is_due_and_nothing_else(
    synergy: Synergy, offer: Listing, elsewhere: Organization
) -> None:
    due = bid_in(synergy, expires_at=timezone.now() + timedelta(hours=1))
    other = bid_in(introduce(offer, elsewhere), expires_at=timezone.now() + timedelta(hours=1))
    pass_expiry(due)
    assert (bids.expire_due(), bids.expire_due()) == (1, 0)
    due.refresh_from_db()
    other.refresh_from_db()
    assert (due.state, other.state, kinds_of(due)[-1]) == (BidState.EXPIRED, BidState.OPEN, "bid.expired")


def test_bids_go_on_after_an_agreement(synergy: Synergy) -> None:
    agree(synergy)
    bid = bid_in(synergy)
    synergy.refresh_from_db()
    assert (bid.number, synergy.stage) == (2, Stage.IMPLEMENTATION)
    assert bids.accept_bid(actor=owner_of(synergy.supplier), bid=bid).amount == 1000
