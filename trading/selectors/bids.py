"""Reads: bids, what became of them, and what each changed against the one before."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from accounts.access import AnyUser
from listings.models import Listing
from trading.access import visible_bids, with_terms
from trading.models import Bid, Synergy, Tender


def with_agreements(found: QuerySet[Bid]) -> QuerySet[Bid]:
    """Load what accepted bids became."""
    return found.select_related("agreement")


def bids_of_tender(user: AnyUser, tender: Tender) -> QuerySet[Bid]:
    """Return a tender's bids that the user may see: before the deadline their own, then, to the parties, all.

    The best first: the highest price for an offer, the lowest for a request; of equals the earlier.
    """
    best = "-unit_price" if tender.listing.side == "offer" else "unit_price"
    return with_terms(visible_bids(user)).filter(tender=tender).order_by(best, "placed_at", "pk")


def with_before(synergy: Synergy, bids: Sequence[Bid]) -> list[Bid]:
    """Return a synergy's bids in their order, each with `before`: the one it answers or follows, else None."""
    negotiated: Bid | None = None
    for bid in sorted(bids, key=lambda each: each.number):
        bid.synergy = synergy
        bid.before = negotiated if bid.tender_id is None else None
        negotiated = bid if bid.tender_id is None else negotiated
    return list(bids)


def bid_before(user: AnyUser, bid: Bid) -> Bid | None:
    """Return the negotiated bid before this one in its synergy, None for the first."""
    earlier = visible_bids(user).filter(synergy=bid.synergy_id, tender__isnull=True, number__lt=bid.number)
    before = earlier.order_by("-number").first()
    if before is not None:
        before.synergy = bid.synergy
    return before


def taken_by(synergy: Synergy, bid: Bid) -> list[tuple[Listing, Decimal]]:
    """Return how much a bid would take of each listing of its synergy."""
    pairs = ((synergy.offer, bid.amount), (synergy.request, synergy.request_amount(bid.amount)))
    return [(listing, amount) for listing, amount in pairs if listing is not None]


def taken_of(tender: Tender, bids: Sequence[Bid], awards: Mapping[int, Decimal]) -> Decimal:
    """Return how much awards, by bid, would take of a tender's listing, in its own units."""
    is_offer = tender.listing.side == "offer"
    return sum(
        (
            awards[bid.pk] if is_offer else bid.synergy.request_amount(awards[bid.pk])
            for bid in bids
            if bid.pk in awards
        ),
        Decimal(0),
    )
