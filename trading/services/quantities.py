"""What is left of listings: who asks for too much, and which bids wait for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.db.models import DecimalField, ExpressionWrapper, F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Resource
from common.errors import Conflict, Invalid
from common.parts import Lot, Measure, as_stored, as_typed, rounding_band, sum_of
from common.templatetags.loopyard import exact
from common.units import canonical_factor
from events.services import Happened
from listings.models import PERIODS_PER_YEAR, Listing, Period, Side, State
from listings.services.closing import close_or_reopen
from listings.services.terms import conversion_of
from trading.models import Allocation, Bid, BidState, Synergy
from trading.services import locks


def _left_words(listing: Listing, left: Decimal) -> str:
    words = {
        "left": exact(left),
        "unit": listing.canonical_unit + (_(" per year") if listing.is_rate else ""),
    }
    if listing.side == Side.OFFER:
        return _("only %(left)s %(unit)s are left") % words
    return _("only %(left)s %(unit)s are still sought") % words


@dataclass(frozen=True)
class Typed:
    """A quantity as somebody typed it, by which parts are compared with their whole."""

    quantity: Decimal
    unit: str
    period: str

    def measure(self, resource: Resource, amount: Decimal) -> Measure:
        """Return it unrounded; where it is not what was stored (the catalogue changed since), the stored amount."""
        per_year = Decimal(1) if self.period == Period.ONCE else PERIODS_PER_YEAR[Period(self.period)]
        factor = canonical_factor(self.unit, dimension=resource.dimension, conversion=conversion_of(resource))
        exact = as_typed(self.quantity, factor, per_year)
        return exact if exact.amount == amount else as_stored(amount)


NEAR: Final = Decimal("0.01")
"""Where a wanted amount is no nearer to what is left, roundings cannot decide, with up to 9,996 parts."""


def amounts_taken(
    synergy: Synergy, listings: Mapping[int, Listing], amount: Decimal, typed: Typed
) -> tuple[dict[int, Decimal], str]:
    """Return how much an amount that moves takes of each listing, and in words what is left where it is more than that.

    What is typed decides, not what is stored: two bids of 5 short tons are a lot of 10, though their sum in tonnes is a
    gram more. The part that brings a listing to nothing takes all that is left of it (`common.parts`). A listing
    without a stated quantity promises nothing, and is not among the shares.
    """
    shares: dict[int, Decimal] = {}
    for pk, wanted in ((synergy.offer_id, amount), (synergy.request_id, synergy.request_amount(amount))):
        listing = listings[pk] if pk is not None else None
        if listing is None or listing.left is None:
            continue
        share = _share(synergy, listing, wanted, amount, typed)
        if share is None:
            return {}, _left_words(listing, listing.left)
        shares[listing.pk] = share
    return shares, ""


def _share(
    synergy: Synergy, listing: Listing, wanted: Decimal, amount: Decimal, typed: Typed
) -> Decimal | None:
    left = listing.left or Decimal(0)
    if wanted == left:
        return left
    if abs(left - wanted) >= NEAR:
        return wanted if wanted < left else None
    taken = list(
        Allocation.objects.filter(listing=listing).select_related("agreement__bid", "agreement__resource")
    )
    if abs(left - wanted) >= rounding_band(len(taken)):
        return wanted if wanted < left else None
    part = typed.measure(synergy.resource, amount)
    if listing.pk == synergy.request_id:
        part = _times(part, synergy.yield_per_unit)
    share = _lot(listing, taken).take(part)
    return None if share is None else share.amount


def _lot(listing: Listing, taken: Iterable[Allocation]) -> Lot:
    whole = Typed(listing.quantity or Decimal(0), listing.unit, listing.period)
    amount = listing.amount or Decimal(0)
    parts = (_part(each, listing) for each in taken if each.released_at is None)
    return Lot(whole.measure(listing.resource, amount), amount, listing.allocated, sum_of(parts))


def _part(allocation: Allocation, listing: Listing) -> Measure:
    agreement = allocation.agreement
    bid = agreement.bid
    if agreement.amount != bid.amount:
        part = as_typed(agreement.amount)
    else:
        part = Typed(bid.quantity, bid.unit, bid.period).measure(agreement.resource, bid.amount)
    return _times(part, agreement.yield_per_unit) if listing.pk == agreement.request_id else part


def _times(measure: Measure, factor: Decimal) -> Measure:
    return Measure(measure.exact * Fraction(factor), measure.doubt * Fraction(factor))


def typed_of(bid: Bid) -> Typed:
    """Return what a bid's maker typed."""
    return Typed(bid.quantity, bid.unit, bid.period)


def check_fits(synergy: Synergy, listings: Mapping[int, Listing], amount: Decimal, typed: Typed) -> None:
    """Raise `Invalid` on `quantity` for an amount that is more than what is left."""
    _shares, short = amounts_taken(synergy, listings, amount, typed)
    if short:
        raise Invalid({"quantity": short})


def too_little_left(short: str) -> Conflict:
    """Return the refusal of an acceptance for which too little is left."""
    return Conflict(_("Too little is left: %(short)s.") % {"short": short}, code="too_little_left")


def follow_allocation(listings: Mapping[int, Listing], shares: Mapping[int, Decimal]) -> list[Happened]:
    """Let listings follow what the database has taken off them; return the events that say so.

    A listing of which nothing is left is closed.
    """
    happened = []
    for pk, taken in shares.items():
        listing = listings[pk]
        listing.allocated += taken
        close_or_reopen(listing)
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
            close_or_reopen(listing)
            kind = "listing.published"
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
    related = ("synergy__resource", "synergy__offer__resource", "synergy__request__resource")
    return {bid.pk for bid in short.select_related(*related) if _is_short(bid)}


def _is_short(bid: Bid) -> bool:
    """Whether a bid that is more than is left by what is stored is so by what was typed."""
    synergy = bid.synergy
    listings = {each.pk: each for each in (synergy.offer, synergy.request) if each is not None}
    return bool(amounts_taken(synergy, listings, bid.amount, typed_of(bid))[1])


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
