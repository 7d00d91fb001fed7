"""What is left of listings: who asks for too much, and which bids wait for it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import Conflict, Invalid
from common.templatetags.loopyard import exact
from events.services import Happened
from listings.models import Listing, Side, State
from trading.models import Agreement, Allocation, Bid, BidState, Synergy
from trading.services import locks


def _left_words(listing: Listing, left: Decimal) -> str:
    words = {
        "left": exact(left),
        "unit": listing.canonical_unit + (_(" per year") if listing.is_rate else ""),
    }
    if listing.side == Side.OFFER:
        return _("only %(left)s %(unit)s are left") % words
    return _("only %(left)s %(unit)s are still sought") % words


def shortage(
    synergy: Synergy, listings: Mapping[int, Listing], amount: Decimal, request_amount: Decimal
) -> str:
    """Say what is left where an amount is more than that, in words; empty where it fits both listings."""
    for pk, wanted in ((synergy.offer_id, amount), (synergy.request_id, request_amount)):
        left = listings[pk].left if pk is not None else None
        if pk is not None and left is not None and wanted > left:
            return _left_words(listings[pk], left)
    return ""


def check_fits(
    synergy: Synergy,
    listings: Mapping[int, Listing],
    amount: Decimal,
    request_amount: Decimal,
    field: str = "quantity",
) -> None:
    """Raise `Invalid` on `field` for an amount that is more than what is left."""
    short = shortage(synergy, listings, amount, request_amount)
    if short:
        raise Invalid({field: short})


def too_little_left(short: str) -> Conflict:
    """Return the refusal of an acceptance for which too little is left."""
    return Conflict(_("Too little is left: %(short)s.") % {"short": short}, code="too_little_left")


def follow_allocation(agreement: Agreement) -> list[Happened]:
    """Let an agreement's listings follow what the database has taken off them; return the events that say so.

    A listing of which nothing is left is closed. One without a stated quantity promises nothing: nothing was taken.
    """
    happened = []
    for listing, taken in (
        (agreement.offer, agreement.amount),
        (agreement.request, agreement.request_amount),
    ):
        if listing is None or listing.amount is None:
            continue
        listing.allocated += taken
        if listing.state == State.PUBLISHED and listing.left == 0:
            listing.state = State.CLOSED
        kind = "listing.closed" if listing.state == State.CLOSED else "listing.changed"
        happened.append(Happened(kind, listing, {"left": str(listing.left)}))
    return happened


def release(allocations: Iterable[Allocation], listings: Mapping[int, Listing]) -> list[Happened]:
    """Give allocations back and return the events that say so; a closed listing is on the market again."""
    rows = list(allocations)
    if not rows:
        return []
    Allocation.objects.filter(pk__in=[row.pk for row in rows]).update(released_at=timezone.now())
    happened = []
    for row in rows:
        listing = listings[row.listing_id]
        listing.allocated -= row.amount
        kind = "listing.changed" if listing.state == State.PUBLISHED else "listing.edited"
        if listing.state == State.CLOSED:
            listing.state, kind = State.PUBLISHED, "listing.published"
        happened.append(Happened(kind, listing, {"left": str(listing.left)}))
    return happened


def _short_of(bids: Iterable[Bid]) -> set[int]:
    wanted = ExpressionWrapper(F("amount") * F("synergy__yield_per_unit"), output_field=DecimalField())
    offered = F("synergy__offer__amount") - F("synergy__offer__allocated")
    sought = F("synergy__request__amount") - F("synergy__request__allocated")
    # A comparison with NULL is not true: where nothing is stated, nothing is short.
    short = Bid.objects.annotate(wanted=Round(wanted, 6)).filter(
        Q(amount__gt=offered) | Q(wanted__gt=sought), pk__in=[bid.pk for bid in bids]
    )
    return set(short.values_list("pk", flat=True))


def settle_holds(listing_ids: Iterable[int]) -> list[Happened]:
    """Hold the open bids on these listings that ask for more than is left, and let those go on that fit again.

    Sealed bids are measured when they are awarded. The bids are locked before they are measured: what another
    change left of their other listing is then to be seen.
    """
    waiting = locks.lock_bids_on(listing_ids)
    if not waiting:
        return []
    short = _short_of(waiting)
    happened = []
    for target, kind in ((BidState.ON_HOLD, "bid.held"), (BidState.OPEN, "bid.resumed")):
        moved = [
            bid
            for bid in waiting
            if bid.state != target and (bid.pk in short) == (target == BidState.ON_HOLD)
        ]
        if moved:
            Bid.objects.filter(pk__in=[bid.pk for bid in moved]).update(state=target)
            happened += [Happened(kind, bid, {"synergy": bid.synergy_id}) for bid in moved]
    return happened
