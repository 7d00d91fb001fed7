"""What may be done in a deal at the same moment as something else.

Each operation reads what it will act on, and returns the act, which is carried out later.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Organization, User
from benchmarks._copies import copy_of
from listings.models import Listing
from listings.services.listings import amend_listing, pause_listing, withdraw_listing
from trading.models import Agreement, Bid, Delivery, Synergy, Tender
from trading.services import agreements, bids, impact, synergies, tenders
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

WHOLE = Decimal(12_000)

Act = Callable[[], object]


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


def terms(amount: Decimal = WHOLE, **changes: Any) -> BidTerms:
    plain = BidTerms(amount, "t", "year", Decimal(5), "EUR", starts_on=date(2026, 1, 1))
    return replace(plain, **changes)


def synergy_in(deal: Deal, number: int, name: str = "synergy") -> Synergy:
    found: Synergy = deal.get(Synergy, name, number, "supplier", "receiver")
    return found


def interest(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: show_interest(actor=deal.seller, synergy=synergy, organization=deal.supplier)


def message(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: post_message(
        actor=deal.seller, synergy=synergy, organization=deal.supplier, text="From us"
    )


def answer(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: post_message(actor=deal.buyer, synergy=synergy, organization=deal.receiver, text="To you")


def document(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    upload = SimpleUploadedFile("analysis.txt", b"dry matter 98 %")
    return lambda: add_file(actor=deal.buyer, synergy=synergy, organization=deal.receiver, upload=upload)


def next_step(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: set_next_step(
        actor=deal.seller, synergy=synergy, text="Send a sample", on=date(2030, 1, 1), by="supplier"
    )


def attribution(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: set_attribution(
        actor=deal.facilitator, synergy=synergy, share=Decimal("0.5"), reason="Half of it was known"
    )


def lose(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: synergies.lose(actor=deal.seller, synergy=synergy, reason="timing")


def give_up(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: synergies.lose(actor=deal.buyer, synergy=synergy, reason="quality")


def enquire_again(deal: Deal, number: int) -> Act:
    listing, own = deal.get(Listing, "offer", number), deal.get(Listing, "request", number)
    return lambda: open_synergy_by_enquiry(
        actor=deal.buyer, listing=listing, organization=deal.receiver, own_listing=own, text="Once more"
    )


def supplier_bids(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: bids.place_bid(
        actor=deal.seller, synergy=synergy, organization=deal.supplier, terms=terms()
    )


def receiver_bids(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
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


def agreement_in(deal: Deal, number: int) -> Agreement:
    found: Agreement = deal.get(Agreement, "agreement", number, "synergy", "supplier", "receiver", "resource")
    return found


def supplier_cancels(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: agreements.ask_cancel(actor=deal.seller, agreement=agreement, organization=deal.supplier)


def receiver_cancels(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: agreements.ask_cancel(actor=deal.buyer, agreement=agreement, organization=deal.receiver)


def complete(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: agreements.complete_agreement(actor=deal.buyer, agreement=agreement)


def post_expected(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: impact.post_expected(agreement=agreement)


def papers(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    filled = replace(papers_of(agreement), treatment_operation="R5", container="silo lorry")
    return lambda: agreements.set_papers(actor=deal.seller, agreement=agreement, papers=filled)


def consignment(reference: str) -> Consignment:
    return Consignment(reference, timezone.now().date(), Decimal(25), "t")


def plan(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: plan_delivery(
        actor=deal.seller, agreement=agreement, organization=deal.supplier, consignment=consignment("CMR 2")
    )


def supplier_delivers(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: record_delivery(
        actor=deal.seller, agreement=agreement, organization=deal.supplier, consignment=consignment("CMR 2")
    )


def receiver_delivers(deal: Deal, number: int) -> Act:
    agreement = agreement_in(deal, number)
    return lambda: record_delivery(
        actor=deal.buyer, agreement=agreement, organization=deal.receiver, consignment=consignment("CMR 2")
    )


def delivery_in(deal: Deal, number: int) -> Delivery:
    found: Delivery = deal.get(Delivery, "delivery", number, "agreement__synergy", "agreement__resource")
    return found


def correct(deal: Deal, number: int) -> Act:
    delivery = delivery_in(deal, number)
    return lambda: correct_delivery(
        actor=deal.seller,
        delivery=delivery,
        organization=deal.supplier,
        quantity=Decimal(90),
        unit="t",
        note="Weighed again",
    )


def confirm(deal: Deal, number: int) -> Act:
    delivery = delivery_in(deal, number)
    return lambda: confirm_delivery(actor=deal.buyer, delivery=delivery, organization=deal.receiver)


def verify(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    year = timezone.now().year
    return lambda: verify_year(actor=deal.facilitator, synergy=synergy, year=year)


def declare(deal: Deal, number: int) -> Act:
    synergy = synergy_in(deal, number)
    return lambda: impact.declare(
        actor=deal.buyer,
        synergy=synergy,
        year=timezone.now().year,
        metric="jobs",
        amount=Decimal(2),
        baseline="Nobody would have been hired",
    )
