"""Writes: bids to and fro, and what becomes of those that nobody answers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import Conflict
from events.services import Happened, record_events
from listings.models import Listing
from matching.access import parties_only
from trading.models import (
    BIDDING_STAGES,
    LIVE_BIDS,
    Agreement,
    Bid,
    BidState,
    Stage,
    Synergy,
    Tender,
    TenderState,
)
from trading.services import agreements, locks
from trading.services.decisions import bid_expired, deadline_passed, decide
from trading.services.messages import touch
from trading.services.quantities import (
    Typed,
    amounts_taken,
    check_fits,
    settle_holds,
    too_little_left,
    typed_of,
)
from trading.services.synergies import check_live, check_on_market, move_stage
from trading.services.terms import BidTerms, CanonicalBid, check_bid_terms


# --- placing ------------------------------------------------------------------------------------------------
@transaction.atomic
def place_bid(*, actor: User, synergy: Synergy, organization: Organization, terms: BidTerms) -> Bid:
    """Put terms to the other party; the first bid begins the negotiation."""
    listings = locks.lock_listings(synergy.listing_ids)
    synergy = locks.lock_synergy(synergy.pk)
    _check_may_bid(synergy, organization.pk)
    if locks.lock_live_bid(synergy.pk) is not None:
        raise Conflict(
            _("A bid waits for an answer already. Answer or withdraw that one first."), code="bid_waiting"
        )
    bid = _placed(actor, synergy, organization.pk, terms, listings)
    happened = [Happened("bid.placed", bid, bid_data(bid))]
    if synergy.stage == Stage.DISCUSSION:
        happened.append(move_stage(synergy, Stage.NEGOTIATION))
    else:
        touch(synergy)
    record_events(actor=actor, happenings=happened)
    return bid


@transaction.atomic
def counter_bid(*, actor: User, bid: Bid, terms: BidTerms) -> Bid:
    """Answer a bid with terms of the other party's own."""
    listings = locks.lock_listings(bid.synergy.listing_ids)
    synergy = locks.lock_synergy(bid.synergy_id)
    answered = _locked_live(bid)
    organization_id = synergy.other_than(answered.organization_id)
    _check_may_bid(synergy, organization_id)
    decide(actor, BidState.COUNTERED, answered)
    counter = _placed(actor, synergy, organization_id, terms, listings, counters=answered)
    touch(synergy)
    record_events(
        actor=actor,
        happenings=[
            Happened("bid.countered", answered, {"synergy": synergy.pk, "by": counter.pk}),
            Happened("bid.placed", counter, bid_data(counter)),
        ],
    )
    return counter


def _check_may_bid(synergy: Synergy, organization_id: int) -> None:
    check_live(synergy)
    if organization_id not in (synergy.supplier_id, synergy.receiver_id):
        raise parties_only()
    if synergy.stage not in BIDDING_STAGES:
        raise Conflict(_("Bids wait until both parties have shown interest."), code="not_introduced")
    if Tender.objects.filter(listing__in=synergy.listing_ids, state=TenderState.OPEN).exists():
        raise Conflict(
            _("A tender is open for this listing: bid in it, sealed, until its deadline."), code="tender_open"
        )


def _placed(
    actor: User,
    synergy: Synergy,
    organization_id: int,
    terms: BidTerms,
    listings: Mapping[int, Listing],
    *,
    counters: Bid | None = None,
) -> Bid:
    for listing in listings.values():
        check_on_market(listing)
    canonical = check_bid_terms(terms, synergy=synergy, listings=list(listings.values()))
    check_fits(synergy, listings, canonical.amount, Typed(terms.quantity, terms.unit, terms.period))
    return new_bid(actor, synergy, organization_id, terms, canonical, counters=counters)


def new_bid(
    actor: User,
    synergy: Synergy,
    organization_id: int,
    terms: BidTerms,
    canonical: CanonicalBid,
    *,
    counters: Bid | None = None,
    tender: Tender | None = None,
) -> Bid:
    """Write a bid that was checked; the synergy must be locked, for its number."""
    last: int = synergy.bids.aggregate(last=Max("number"))["last"] or 0
    return Bid.objects.create(
        synergy=synergy,
        tender=tender,
        number=last + 1,
        organization_id=organization_id,
        by=actor,
        counters=counters,
        quantity=terms.quantity,
        unit=terms.unit,
        period=terms.period,
        amount=canonical.amount,
        is_rate=synergy.is_rate,
        price=terms.price,
        unit_price=canonical.unit_price,
        currency=terms.currency,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        carrier=terms.carrier,
        transport_paid_by=terms.transport_paid_by,
        conditions=terms.conditions.strip(),
        expires_at=terms.expires_at,
    )


def bid_data(bid: Bid) -> dict[str, Any]:
    """Return what the log keeps of a bid."""
    return {
        "synergy": bid.synergy_id,
        "number": bid.number,
        "amount": str(bid.amount),
        "unit_price": str(bid.unit_price),
        "currency": bid.currency,
    }


# --- answering ----------------------------------------------------------------------------------------------
def _locked_live(found: Bid) -> Bid:
    """Lock a negotiated bid and return it as it is now; `Conflict` where it no longer waits for an answer."""
    bid = locks.lock_bid(found.pk)
    if bid.tender_id is not None:
        raise Conflict(_("A sealed bid is decided with its tender."), code="tender_open")
    check_waits(bid)
    return bid


def check_waits(bid: Bid) -> None:
    """Raise `Conflict` for a bid that no longer waits for an answer."""
    if bid.state == BidState.ACCEPTED:
        raise Conflict(_("This bid is accepted already."), code="already_accepted")
    if bid.state == BidState.EXPIRED or (bid.is_live and bid.is_over):
        raise bid_expired()
    if not bid.is_live:
        raise Conflict(
            _("This bid is %(state)s; it can no longer be answered.") % {"state": BidState(bid.state).label},
            code="bid_not_open",
        )


@transaction.atomic
def accept_bid(*, actor: User, bid: Bid) -> Agreement:
    """Agree to a bid: its amount is taken off both listings, and what no longer fits waits."""
    listings = locks.lock_listings(bid.synergy.listing_ids)
    synergy = locks.lock_synergy(bid.synergy_id)
    bid = _locked_live(bid)
    shares, short = amounts_taken(synergy, listings, bid.amount, typed_of(bid))
    if short:
        raise too_little_left(short)
    for listing in listings.values():
        check_on_market(listing)
    agreements.check_same_goods(synergy, listings)
    agreement, happened = agreements.sign(actor, synergy, bid, listings, shares, amount=bid.amount)
    happened += settle_holds(listings)
    record_events(
        actor=actor,
        happenings=[
            Happened("bid.accepted", bid, {"synergy": synergy.pk, "agreement": agreement.pk}),
            *happened,
        ],
    )
    return agreement


@transaction.atomic
def decline_bid(*, actor: User, bid: Bid, reason: str = "") -> Bid:
    """Say no to a bid."""
    locks.lock_listings(bid.synergy.listing_ids)
    synergy = locks.lock_synergy(bid.synergy_id)
    bid = _locked_live(bid)
    decide(actor, BidState.DECLINED, bid, reason=reason.strip()[:1000])
    touch(synergy)
    record_events(
        actor=actor,
        happenings=[Happened("bid.declined", bid, {"synergy": synergy.pk, "reason": bid.decline_reason})],
    )
    return bid


@transaction.atomic
def withdraw_bid(*, actor: User, bid: Bid) -> Bid:
    """Take an own bid back; a sealed one only before the deadline."""
    locks.lock_listings(bid.synergy.listing_ids)
    if bid.tender_id is not None and locks.lock_tender(bid.tender_id).is_over:
        raise deadline_passed()
    synergy = locks.lock_synergy(bid.synergy_id)
    bid = locks.lock_bid(bid.pk)
    check_waits(bid)
    decide(actor, BidState.WITHDRAWN, bid)
    if bid.tender_id is None:
        touch(synergy)
    record_events(actor=actor, happenings=[Happened("bid.withdrawn", bid, {"synergy": bid.synergy_id})])
    return bid


# --- what happens by itself ---------------------------------------------------------------------------------
def expire_due() -> int:
    """Expire every bid whose time is over, each in its own transaction; return how many."""
    due = Bid.objects.filter(state__in=LIVE_BIDS, expires_at__lte=Now()).select_related("synergy")
    return sum(_expire(bid) for bid in due.order_by("pk"))


@transaction.atomic
def _expire(found: Bid) -> bool:
    locks.lock_listings(found.synergy.listing_ids)
    locks.lock_synergy(found.synergy_id)
    bid = locks.lock_bid(found.pk)
    if not (bid.is_live and bid.is_over):
        return False
    decide(None, BidState.EXPIRED, bid)
    record_events(actor=None, happenings=[Happened("bid.expired", bid, {"synergy": bid.synergy_id})])
    return True


def sweep_holds() -> int:
    """Hold and let go what no agreement did: an owner may have changed a listing's amount; return how many moved."""
    on_listings = Q(synergy__offer__isnull=False) | Q(synergy__request__isnull=False)
    waiting = Bid.objects.filter(on_listings, state__in=LIVE_BIDS, tender__isnull=True)
    pairs = waiting.values_list(F("synergy__offer"), F("synergy__request")).distinct()
    return sum(_settle([pk for pk in pair if pk is not None]) for pair in pairs)


@transaction.atomic
def _settle(listing_ids: list[int]) -> int:
    locks.lock_listings(listing_ids)
    happened = settle_holds(listing_ids)
    if happened:
        record_events(actor=None, happenings=happened)
    return len(happened)
