"""Every two changes of the same deal at the same moment: the end is that of one of the two orders, in all that is kept.

Each state of a deal is made once, through the services, and copied inside the database. For each pair of operations
both orders are carried out one after the other, each on a copy; then the two race on further copies, each in its own
thread and transaction. What each operation was told, and everything the database keeps of the deal (with the log, in
its order), must be as after one of the orders.

Within the whole suite each pair races a few times, by `make prove` 100 times.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Organization, Programme, Site, User
from benchmarks._copies import STRIDE, copy_of, make_copies
from common.errors import AppError
from listings.models import Listing, Side
from listings.services.listings import amend_listing, pause_listing, withdraw_listing
from tests.conftest import list_it, make_terms
from tests.trading.conftest import Amount
from trading.models import Agreement, Bid, Delivery, Synergy, Tender
from trading.services import agreements, bids, impact, locks, synergies, tenders
from trading.services.deliveries import (
    Consignment,
    confirm_delivery,
    correct_delivery,
    plan_delivery,
    record_delivery,
)
from trading.services.impact import verify_year
from trading.services.messages import add_file, post_message
from trading.services.synergies import open_synergy_by_enquiry, set_attribution, set_next_step, show_interest
from trading.services.terms import BidTerms, papers_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mass]

TRIALS = Amount(whole_suite=2, races=100)
PATIENCE_S = 30.0
WHOLE = Decimal(12_000)

Act = Callable[[], object]
Outcome = tuple[str, str, tuple[str, ...]]


@dataclass
class Deal:
    """Who takes part, and the keys of what is copied."""

    seller: User
    buyer: User
    rival: User
    facilitator: User
    supplier: Organization
    receiver: Organization
    other: Organization
    keys: dict[str, int] = field(default_factory=dict)

    def get(self, model: Any, name: str, number: int, *related: str) -> Any:
        """One of the copied rows, as it was read before the race."""
        return model.objects.select_related(*related).get(pk=copy_of(self.keys[name], number))


Operation = Callable[[Deal, int], Act]
"""Reads what it will act on, and returns the act."""


# --- the operations -----------------------------------------------------------------------------------------
def terms(amount: Decimal = WHOLE, **changes: Any) -> BidTerms:
    plain = BidTerms(amount, "t", "year", Decimal(5), "EUR", starts_on=date(2026, 1, 1))
    return replace(plain, **changes)


def _synergy(deal: Deal, number: int, name: str = "synergy") -> Synergy:
    found: Synergy = deal.get(Synergy, name, number, "supplier", "receiver")
    return found


def interest(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: show_interest(actor=deal.seller, synergy=synergy, organization=deal.supplier)


def message(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: post_message(
        actor=deal.seller, synergy=synergy, organization=deal.supplier, text="From us"
    )


def answer(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: post_message(actor=deal.buyer, synergy=synergy, organization=deal.receiver, text="To you")


def document(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    upload = SimpleUploadedFile("analysis.txt", b"dry matter 98 %")
    return lambda: add_file(actor=deal.buyer, synergy=synergy, organization=deal.receiver, upload=upload)


def next_step(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: set_next_step(
        actor=deal.seller, synergy=synergy, text="Send a sample", on=date(2030, 1, 1), by="supplier"
    )


def attribution(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: set_attribution(
        actor=deal.facilitator, synergy=synergy, share=Decimal("0.5"), reason="Half of it was known"
    )


def lose(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: synergies.lose(actor=deal.seller, synergy=synergy, reason="timing")


def give_up(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: synergies.lose(actor=deal.buyer, synergy=synergy, reason="quality")


def enquire_again(deal: Deal, number: int) -> Act:
    listing, own = deal.get(Listing, "offer", number), deal.get(Listing, "request", number)
    return lambda: open_synergy_by_enquiry(
        actor=deal.buyer, listing=listing, organization=deal.receiver, own_listing=own, text="Once more"
    )


def supplier_bids(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: bids.place_bid(
        actor=deal.seller, synergy=synergy, organization=deal.supplier, terms=terms()
    )


def receiver_bids(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: bids.place_bid(
        actor=deal.buyer, synergy=synergy, organization=deal.receiver, terms=terms(Decimal(1500))
    )


def accept(deal: Deal, number: int) -> Act:
    bid = deal.get(Bid, "bid", number, "synergy")
    return lambda: bids.accept_bid(actor=deal.seller, bid=bid)


def accept_rival(deal: Deal, number: int) -> Act:
    bid = deal.get(Bid, "rival bid", number, "synergy")
    return lambda: bids.accept_bid(actor=deal.seller, bid=bid)


def counter(deal: Deal, number: int) -> Act:
    bid = deal.get(Bid, "bid", number, "synergy")
    return lambda: bids.counter_bid(actor=deal.seller, bid=bid, terms=terms(price=Decimal(7)))


def decline(deal: Deal, number: int) -> Act:
    bid = deal.get(Bid, "bid", number, "synergy")
    return lambda: bids.decline_bid(actor=deal.seller, bid=bid, reason="Too low")


def withdraw(deal: Deal, number: int) -> Act:
    bid = deal.get(Bid, "bid", number, "synergy")
    return lambda: bids.withdraw_bid(actor=deal.buyer, bid=bid)


def expire(deal: Deal, number: int) -> Act:
    bid = deal.get(Bid, "bid", number, "synergy")
    # What beat calls does the same for all copies at once.
    return lambda: bids._expire(bid)


def sweep(deal: Deal, number: int) -> Act:
    listings = [copy_of(deal.keys[name], number) for name in ("offer", "request")]
    return lambda: bids._settle(listings)


def shrink(deal: Deal, number: int) -> Act:
    listing = deal.get(Listing, "offer", number)
    return lambda: amend_listing(actor=deal.seller, listing=listing, changes={"quantity": Decimal(11_000)})


def pause(deal: Deal, number: int) -> Act:
    listing = deal.get(Listing, "offer", number)
    return lambda: pause_listing(actor=deal.seller, listing=listing)


def take_off(deal: Deal, number: int) -> Act:
    listing = deal.get(Listing, "offer", number)
    return lambda: withdraw_listing(actor=deal.seller, listing=listing)


def open_tender(deal: Deal, number: int) -> Act:
    listing = deal.get(Listing, "offer", number)
    deadline = timezone.now() + timedelta(days=7)
    return lambda: tenders.open_tender(actor=deal.seller, listing=listing, deadline=deadline)


def sealed(deal: Deal, number: int) -> Act:
    tender = deal.get(Tender, "tender", number, "listing")
    return lambda: tenders.place_sealed_bid(
        actor=deal.buyer, tender=tender, organization=deal.receiver, terms=terms(price=Decimal(8))
    )


def rival_sealed(deal: Deal, number: int) -> Act:
    tender = deal.get(Tender, "tender", number, "listing")
    return lambda: tenders.place_sealed_bid(
        actor=deal.rival, tender=tender, organization=deal.other, terms=terms(price=Decimal(9))
    )


def award(deal: Deal, number: int) -> Act:
    tender = deal.get(Tender, "tender", number, "listing")
    awards = {copy_of(deal.keys["bid"], number): WHOLE}
    return lambda: tenders.award_tender(actor=deal.seller, tender=tender, awards=awards)


def award_rival(deal: Deal, number: int) -> Act:
    tender = deal.get(Tender, "tender", number, "listing")
    awards = {copy_of(deal.keys["rival bid"], number): Decimal(5000)}
    return lambda: tenders.award_tender(actor=deal.seller, tender=tender, awards=awards)


def cancel_tender(deal: Deal, number: int) -> Act:
    tender = deal.get(Tender, "tender", number, "listing")
    return lambda: tenders.cancel_tender(actor=deal.seller, tender=tender)


def _agreement(deal: Deal, number: int) -> Agreement:
    found: Agreement = deal.get(Agreement, "agreement", number, "synergy", "supplier", "receiver", "resource")
    return found


def supplier_cancels(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: agreements.ask_cancel(actor=deal.seller, agreement=agreement, organization=deal.supplier)


def receiver_cancels(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: agreements.ask_cancel(actor=deal.buyer, agreement=agreement, organization=deal.receiver)


def complete(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: agreements.complete_agreement(actor=deal.buyer, agreement=agreement)


def post_expected(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: impact.post_expected(agreement=agreement)


def papers(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    filled = replace(papers_of(agreement), treatment_operation="R5", container="silo lorry")
    return lambda: agreements.set_papers(actor=deal.seller, agreement=agreement, papers=filled)


def _consignment(reference: str) -> Consignment:
    return Consignment(reference, timezone.now().date(), Decimal(25), "t")


def plan(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: plan_delivery(
        actor=deal.seller, agreement=agreement, organization=deal.supplier, consignment=_consignment("CMR 2")
    )


def supplier_delivers(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: record_delivery(
        actor=deal.seller, agreement=agreement, organization=deal.supplier, consignment=_consignment("CMR 2")
    )


def receiver_delivers(deal: Deal, number: int) -> Act:
    agreement = _agreement(deal, number)
    return lambda: record_delivery(
        actor=deal.buyer, agreement=agreement, organization=deal.receiver, consignment=_consignment("CMR 2")
    )


def _delivery(deal: Deal, number: int) -> Delivery:
    found: Delivery = deal.get(Delivery, "delivery", number, "agreement__synergy", "agreement__resource")
    return found


def correct(deal: Deal, number: int) -> Act:
    delivery = _delivery(deal, number)
    return lambda: correct_delivery(
        actor=deal.seller,
        delivery=delivery,
        organization=deal.supplier,
        quantity=Decimal(90),
        unit="t",
        note="Weighed again",
    )


def confirm(deal: Deal, number: int) -> Act:
    delivery = _delivery(deal, number)
    return lambda: confirm_delivery(actor=deal.buyer, delivery=delivery, organization=deal.receiver)


def verify(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    year = timezone.now().year
    return lambda: verify_year(actor=deal.facilitator, synergy=synergy, year=year)


def declare(deal: Deal, number: int) -> Act:
    synergy = _synergy(deal, number)
    return lambda: impact.declare(
        actor=deal.buyer,
        synergy=synergy,
        year=timezone.now().year,
        metric="jobs",
        amount=Decimal(2),
        baseline="Nobody would have been hired",
    )


# --- the states ---------------------------------------------------------------------------------------------
def enquired(deal: Deal) -> None:
    """The receiver has asked about the offer, with a request of its own."""
    synergy = open_synergy_by_enquiry(
        actor=deal.buyer,
        listing=Listing.objects.get(pk=deal.keys["offer"]),
        organization=deal.receiver,
        own_listing=Listing.objects.get(pk=deal.keys["request"]),
        text="May we?",
    )
    deal.keys["synergy"] = synergy.pk


def introduced(deal: Deal) -> None:
    enquired(deal)
    interest(deal, 0)()


def bid_for(deal: Deal) -> None:
    """Receiver and rival both bid for all of it."""
    introduced(deal)
    synergy = _synergy(deal, 0)
    bid = bids.place_bid(actor=deal.buyer, synergy=synergy, organization=deal.receiver, terms=terms())
    deal.keys["bid"] = bid.pk
    rival_introduced(deal)
    bid = bids.place_bid(
        actor=deal.rival,
        synergy=_synergy(deal, 0, "rival synergy"),
        organization=deal.other,
        terms=terms(price=Decimal(6)),
    )
    deal.keys["rival bid"] = bid.pk


def rival_introduced(deal: Deal) -> None:
    synergy = open_synergy_by_enquiry(
        actor=deal.rival,
        listing=Listing.objects.get(pk=deal.keys["offer"]),
        organization=deal.other,
        text="May we too?",
    )
    deal.keys["rival synergy"] = synergy.pk
    show_interest(actor=deal.seller, synergy=synergy, organization=deal.supplier)


def lapsed(deal: Deal) -> None:
    """The receiver's bid is over; only the triggers' owner could make it so."""
    bid_for(deal)
    past = timezone.now() - timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trading_bid DISABLE TRIGGER trading_bid_terms_kept")
        Bid.objects.filter(pk=deal.keys["bid"]).update(expires_at=past, placed_at=past - timedelta(days=1))
        cursor.execute("ALTER TABLE trading_bid ENABLE TRIGGER trading_bid_terms_kept")


def agreed(deal: Deal) -> None:
    """10,000 of 12,000 t are agreed, 100 t delivered; the rival's bid waits for more, as does none of the receiver."""
    introduced(deal)
    rival_introduced(deal)
    synergy = _synergy(deal, 0)
    most = terms(Decimal(10_000))
    bid = bids.place_bid(actor=deal.buyer, synergy=synergy, organization=deal.receiver, terms=most)
    rival_synergy = _synergy(deal, 0, "rival synergy")
    rival_bid = bids.place_bid(
        actor=deal.rival, synergy=rival_synergy, organization=deal.other, terms=terms(Decimal(5000))
    )
    agreement = bids.accept_bid(actor=deal.seller, bid=Bid.objects.select_related("synergy").get(pk=bid.pk))
    deal.keys |= {"bid": bid.pk, "rival bid": rival_bid.pk, "agreement": agreement.pk}
    delivery = record_delivery(
        actor=deal.seller,
        agreement=_agreement(deal, 0),
        organization=deal.supplier,
        consignment=Consignment("CMR 1", timezone.now().date(), Decimal(100), "t"),
    )
    deal.keys["delivery"] = delivery.pk


def sealed_bid_in(deal: Deal) -> None:
    """A tender is open, and the receiver has bid in it."""
    listing = Listing.objects.get(pk=deal.keys["offer"])
    deadline = timezone.now() + timedelta(days=7)
    deal.keys["tender"] = tenders.open_tender(actor=deal.seller, listing=listing, deadline=deadline).pk
    bid = sealed(deal, 0)()
    assert isinstance(bid, Bid)
    deal.keys |= {"bid": bid.pk, "synergy": bid.synergy_id}


def deadline_over(deal: Deal) -> None:
    """Both have bid, and the deadline is over; only the triggers' owner could make it so."""
    sealed_bid_in(deal)
    rival_bid = rival_sealed(deal, 0)()
    assert isinstance(rival_bid, Bid)
    deal.keys["rival bid"] = rival_bid.pk
    past = timezone.now() - timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trading_tender DISABLE TRIGGER trading_tender_terms_kept")
        Tender.objects.filter(pk=deal.keys["tender"]).update(
            deadline=past, opened_at=past - timedelta(days=1)
        )
        cursor.execute("ALTER TABLE trading_tender ENABLE TRIGGER trading_tender_terms_kept")


STATES: Mapping[Callable[[Deal], None], tuple[Operation, ...]] = {
    enquired: (
        interest, message, answer, next_step, attribution, lose, give_up, enquire_again, open_tender, pause,
    ),
    introduced: (
        message, document, next_step, lose, give_up, supplier_bids, receiver_bids, open_tender, shrink, pause,
    ),
    bid_for: (
        accept, counter, decline, withdraw, accept_rival, receiver_bids, lose, open_tender, shrink, pause,
        take_off, sweep,
    ),
    lapsed: (accept, counter, decline, withdraw, expire, lose),
    agreed: (
        supplier_cancels, receiver_cancels, complete, papers, plan, supplier_delivers, receiver_delivers, correct,
        confirm, receiver_bids, accept_rival, lose, attribution, verify, declare, post_expected,
    ),
    sealed_bid_in: (sealed, rival_sealed, withdraw, award, cancel_tender, pause, lose),
    deadline_over: (award, award_rival, cancel_tender, withdraw, take_off, lose),
}  # fmt: skip


# --- what is kept of a copy ---------------------------------------------------------------------------------
SNAPSHOT = f"""
WITH listing AS (SELECT *, id / {STRIDE} AS n FROM listings_listing WHERE id BETWEEN %(low)s AND %(high)s),
synergy AS (
    SELECT s.*, l.n FROM trading_synergy s JOIN listing l ON l.id = s.offer_id),
bid AS (SELECT b.*, s.n FROM trading_bid b JOIN synergy s ON s.id = b.synergy_id),
agreement AS (SELECT a.*, s.n FROM trading_agreement a JOIN synergy s ON s.id = a.synergy_id),
delivery AS (SELECT d.*, a.n FROM trading_delivery d JOIN agreement a ON a.id = d.agreement_id),
tender AS (SELECT t.*, l.n FROM trading_tender t JOIN listing l ON l.id = t.listing_id),
subject AS (
    SELECT 'listings.listing' AS type, id, n, side AS of FROM listing
    UNION ALL SELECT 'trading.synergy', id, n, receiver_id::text FROM synergy
    UNION ALL SELECT 'trading.bid', id, n, organization_id || '#' || number FROM bid
    UNION ALL SELECT 'trading.agreement', id, n, receiver_id::text FROM agreement
    UNION ALL SELECT 'trading.delivery', id, n, kind || reference FROM delivery
    UNION ALL SELECT 'trading.tender', id, n, '' FROM tender)
SELECT n, jsonb_build_array('listing', side, state, amount, allocated) FROM listing
UNION ALL SELECT n, jsonb_build_array('synergy', receiver_id, stage, lost_reason, origin, next_step, next_step_on,
    next_step_by, attribution, supplier_interested_at IS NULL, receiver_interested_at IS NULL) FROM synergy
UNION ALL SELECT n, jsonb_build_array('bid', organization_id, number, state, amount, price, tender_id IS NULL,
    counters_id IS NULL, decided_by_id, decline_reason) FROM bid
UNION ALL SELECT n, jsonb_build_array('agreement', receiver_id, state, amount, request_amount, treatment_operation,
    container, cancel_asked_by_supplier_at IS NULL, cancel_asked_by_receiver_at IS NULL) FROM agreement
UNION ALL SELECT a.n, jsonb_build_array('allocation', a.receiver_id, x.listing_id = a.offer_id, x.amount,
    x.released_at IS NULL) FROM trading_allocation x JOIN agreement a ON a.id = x.agreement_id
UNION ALL SELECT n, jsonb_build_array('delivery', kind, reference, amount, organization_id, confirmed_by_id, note)
    FROM delivery
UNION ALL SELECT n, jsonb_build_array('tender', state, decided_by_id) FROM tender
UNION ALL SELECT s.n, jsonb_build_array('message', string_agg(m.text, '|' ORDER BY m.id))
    FROM trading_synergymessage m JOIN synergy s ON s.id = m.synergy_id GROUP BY s.n, s.id
UNION ALL SELECT s.n, jsonb_build_array('file', f.name, f.sha256)
    FROM trading_synergyfile f JOIN synergy s ON s.id = f.synergy_id
UNION ALL SELECT s.n, jsonb_build_array('impact', e.year, e.metric, e.status, e.delivery_id IS NULL, e.attribution,
    sum(e.gross), count(*)) FROM trading_impactentry e JOIN synergy s ON s.id = e.synergy_id
    GROUP BY s.n, s.id, e.year, e.metric, e.status, e.delivery_id IS NULL, e.attribution
UNION ALL SELECT s.n, jsonb_build_array('log', s.type, s.of, string_agg(e.kind, ' ' ORDER BY e.sequence))
    FROM events_event e JOIN subject s ON s.type = e.subject_type AND s.id = e.subject_id
    GROUP BY s.n, s.type, s.of, s.id
"""


def snapshots(copies: range) -> dict[int, tuple[str, ...]]:
    """Return everything that is kept of the copies, without keys and times, in one query."""
    kept: dict[int, list[str]] = {number: [] for number in copies}
    bounds = {"low": copy_of(0, copies[0]), "high": copy_of(0, copies[-1] + 1) - 1}
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT, bounds)
        for number, row in cursor.fetchall():
            kept[number].append(str(row))
    return {number: tuple(sorted(rows)) for number, rows in kept.items()}


# --- the races ----------------------------------------------------------------------------------------------
def told(act: Act) -> str:
    """Carry out an act and return what came of it: `done`, or the code of the refusal, or what broke."""
    try:
        act()
    except AppError as error:
        return " ".join([error.code, *sorted(error.fields)])
    except Exception as error:
        return repr(error)
    return "done"


def race(deal: Deal, first: Operation, second: Operation, copies: range) -> list[tuple[str, str]]:
    """Let two operations run at once on each copy; return what each was told, by copy."""
    said: tuple[list[str], list[str]] = ([], [])
    start = threading.Barrier(2, timeout=PATIENCE_S)

    def run(place: int, operation: Operation) -> None:
        try:
            for number in copies:
                act = operation(deal, number)
                start.wait()
                # A head start now for the one, now for the other.
                time.sleep(max(0, (number % 5 - 2) * (1 if place else -1)) * 0.001)
                said[place].append(told(act))
        except BaseException:
            start.abort()
            raise
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, operation))
        for place, operation in enumerate((first, second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(zip(*said, strict=True))


def judge(deal: Deal, first: Operation, second: Operation, copies: range) -> Iterator[str]:
    """Race a pair on all copies but two; yield what does not end as one of the orders does."""
    forth, back, raced = copies[0], copies[1], copies[2:]
    one = told(first(deal, forth)), told(second(deal, forth))
    # The object that acts second was read before the first acted, as in the race.
    acts = first(deal, back), second(deal, back)
    other = tuple(reversed((told(acts[1]), told(acts[0]))))
    answers = race(deal, first, second, raced)
    kept = snapshots(copies)
    allowed = {(*one, kept[forth]), (*other, kept[back])}
    for number, said in zip(raced, answers, strict=True):
        if (*said, kept[number]) not in allowed:
            names = f"{first.__name__} × {second.__name__}"
            strange = set(kept[number]).difference(kept[forth], kept[back])
            yield f"{names}: {said}, in order {one} or {other}; {sorted(strange)[:4]}"


@pytest.fixture
def deal(
    seller: User,
    buyer: User,
    stranger: User,
    facilitator: User,
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    settings: Any,
    tmp_path: Any,
) -> Deal:
    settings.MEDIA_ROOT = tmp_path
    found = Deal(
        seller,
        buyer,
        stranger,
        facilitator,
        asnaes_site.organization,
        cement_site.organization,
        elsewhere_site.organization,
    )
    found.keys["offer"] = list_it(seller, make_terms(Side.OFFER, asnaes_site)).pk
    found.keys["request"] = list_it(buyer, make_terms(Side.REQUEST, cement_site)).pk
    return found


@pytest.mark.parametrize("state", STATES, ids=[state.__name__ for state in STATES])
def test_race_of_every_two_changes_ends_as_one_of_their_orders(
    deal: Deal, state: Callable[[Deal], None], asked_for_races: bool
) -> None:
    state(deal)
    pairs = list(combinations_with_replacement(STATES[state], 2))
    trials = TRIALS.of(asked_for_races)
    each = trials + 2
    make_copies(len(pairs) * each)
    failures: list[str] = []
    for place, (first, second) in enumerate(pairs):
        failures += judge(deal, first, second, range(1 + place * each, 1 + (place + 1) * each))
    print(f"{state.__name__}: {len(pairs)} pairs × {trials} races")
    assert failures == []


@pytest.mark.parametrize(
    ("state", "pair"),
    [(introduced, (supplier_bids, receiver_bids)), (agreed, (correct, correct))],
    ids=["two bids", "two corrections"],
)
def test_control_race_without_locks_ends_otherwise(
    deal: Deal,
    state: Callable[[Deal], None],
    pair: tuple[Operation, Operation],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state(deal)
    make_copies(2 + 20)
    monkeypatch.setattr(locks, "LOCK", "")
    assert list(judge(deal, *pair, range(1, 23)))
