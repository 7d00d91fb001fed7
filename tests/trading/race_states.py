"""The states of a deal in which two changes race, made through the services, and which changes each allows."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from listings.models import Listing
from tests.trading.race_operations import (
    Deal,
    Operation,
    accept,
    accept_rival,
    agreement_in,
    answer,
    attribution,
    award,
    award_rival,
    cancel_tender,
    complete,
    confirm,
    correct,
    counter,
    declare,
    decline,
    document,
    enquire_again,
    expire,
    give_up,
    interest,
    lose,
    message,
    next_step,
    open_tender,
    papers,
    pause,
    plan,
    post_expected,
    receiver_bids,
    receiver_cancels,
    receiver_delivers,
    rival_sealed,
    sealed,
    shrink,
    supplier_bids,
    supplier_cancels,
    supplier_delivers,
    sweep,
    synergy_in,
    take_off,
    terms,
    verify,
    withdraw,
)
from trading.models import Bid, Tender
from trading.services import bids, tenders
from trading.services.deliveries import (
    Consignment,
    record_delivery,
)
from trading.services.synergies import open_synergy_by_enquiry, show_interest


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
    synergy = synergy_in(deal, 0)
    bid = bids.place_bid(actor=deal.buyer, synergy=synergy, organization=deal.receiver, terms=terms())
    deal.keys["bid"] = bid.pk
    rival_introduced(deal)
    bid = bids.place_bid(
        actor=deal.rival,
        synergy=synergy_in(deal, 0, "rival synergy"),
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
    synergy = synergy_in(deal, 0)
    most = terms(Decimal(10_000))
    bid = bids.place_bid(actor=deal.buyer, synergy=synergy, organization=deal.receiver, terms=most)
    rival_synergy = synergy_in(deal, 0, "rival synergy")
    rival_bid = bids.place_bid(
        actor=deal.rival, synergy=rival_synergy, organization=deal.other, terms=terms(Decimal(5000))
    )
    agreement = bids.accept_bid(actor=deal.seller, bid=Bid.objects.select_related("synergy").get(pk=bid.pk))
    deal.keys |= {"bid": bid.pk, "rival bid": rival_bid.pk, "agreement": agreement.pk}
    delivery = record_delivery(
        actor=deal.seller,
        agreement=agreement_in(deal, 0),
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
