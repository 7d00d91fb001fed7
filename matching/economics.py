"""What a match is worth, as a range: from what both sides have said to what the catalogue would allow.

Pure, and for any kind of number that adds, multiplies and compares (Decimal, float); None: not known. Everything is per
canonical unit (t, MWh, m³, m², h) offered and in one currency. The engine's compiled loop (`matching/engine/kernel.py`)
is the twin of `worth`, kept equal by a test.

Formulas, with s what the seller gets (negative: pays) without this buyer, b what the buyer pays (negative: gets)
without this seller, per unit sought:

> gain = delivered × yield × b − s − treatment − residues − transport

What a side *says* bounds its alternative. Nobody asks for less than their alternative is worth, nor bids more than it
costs: an ask a gives s ≤ a, a bid d gives b ≥ d. The low figure takes s = a and b = d. What is not said comes from the
catalogue, for the low figure its less favourable end, for the high one its more favourable.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

Number = TypeVar("Number", Decimal, float)

LEAST_COVERED: Final = 0.1
"""A pathway must cover at least this share of what is sought: less carries no plant."""
SUSPICIOUS_TIMES: Final = 4
"""A price that many times better than the other side's makes one look twice."""
RESIDUE_HAUL_KM: Final = 50
"""How far the residues of a treatment go to where they are disposed of."""


@dataclass(frozen=True)
class Interval(Generic[Number]):
    """From low to high, both known."""

    low: Number
    high: Number


@dataclass(frozen=True)
class Alternative(Generic[Number]):
    """What a side gets or pays without the other, as the low figure takes it and as the high one does."""

    cautious: Number
    favourable: Number


@dataclass(frozen=True)
class Costs(Generic[Number]):
    """What the exchange itself costs per unit offered; None: not known."""

    treatment: Number
    residues: Interval[Number] | None
    """Getting rid of what a pathway makes besides what is sought, its transport with it."""
    load: Number | None
    """Loading and unloading, however far it goes."""
    per_km: Number | None
    loss_per_km: Number
    """Share of what is sent that is lost on each kilometre: heat in pipes, power in wires."""


@dataclass(frozen=True)
class Worth(Generic[Number]):
    """The two ends of one figure per unit offered; None: not known."""

    low: Number | None
    """At least, if both sides mean what they say."""
    high: Number | None
    """At most."""


def avoids_disposal(price: Number | None, zero: Number) -> bool:
    """Return whether disposal of a waste is avoided: `price` is signed, positive if the supplier is paid; None: open.

    What is paid for would not be disposed of.
    """
    return price is None or price <= zero


def seller_alternative(
    ask: Number | None, disposal: Interval[Number] | None, market: Interval[Number] | None, zero: Number
) -> Alternative[Number] | None:
    """Return s: `ask` is signed, positive if the buyer is to pay; `disposal` what getting rid of a unit costs (None for
    a product, or not known); `market` what a product sells for elsewhere (None for a waste, or not known).

    A positive ask means that no disposal is avoided, so s is at least what a product sells for, or nothing.
    """
    if ask is None:
        if disposal is not None:
            return Alternative(-disposal.low, -disposal.high)
        return None if market is None else Alternative(market.high, market.low)
    if not avoids_disposal(ask, zero):
        return Alternative(ask, min(ask, zero if market is None else market.low))
    return Alternative(ask, ask if disposal is None else min(ask, -disposal.high))


def buyer_alternative(bid: Number | None, purchase: Interval[Number] | None) -> Alternative[Number] | None:
    """Return b: `bid` is signed, positive if the buyer pays; `purchase` what a unit of what is replaced costs.

    A negative bid means that no purchase is avoided: who takes something for money only does not buy it elsewhere, so b
    is nothing at the best.
    """
    if bid is None:
        return None if purchase is None else Alternative(purchase.low, purchase.high)
    zero = bid - bid
    if bid < zero:
        return Alternative(bid, zero)
    return Alternative(bid, bid if purchase is None else max(bid, purchase.high))


def delivered(loss_per_km: Number, distance: Number, one: Number) -> Number:
    """Return the share of what is sent that arrives, from 0 to 1."""
    return max(one - loss_per_km * distance, one - one)


def worth(
    seller: Alternative[Number] | None,
    buyer: Alternative[Number] | None,
    yield_per_unit: Number,
    costs: Costs[Number],
    distance: Number,
) -> Worth[Number]:
    """Return what both gain together per unit offered over that distance (km). Low ≤ high; unknown stays unknown."""
    if seller is None or buyer is None or costs.residues is None:
        return Worth(None, None)
    if costs.load is None or costs.per_km is None:
        return Worth(None, None)
    one = yield_per_unit / yield_per_unit
    received = delivered(costs.loss_per_km, distance, one) * yield_per_unit
    transport = costs.load + costs.per_km * distance
    # The sums stand in one order here and in the compiled loop, so that both round alike.
    low = received * buyer.cautious - seller.cautious - (costs.treatment + costs.residues.high) - transport
    high = (
        received * buyer.favourable - seller.favourable - (costs.treatment + costs.residues.low) - transport
    )
    return Worth(low, high)


def break_even(
    seller: Alternative[Number] | None,
    buyer: Alternative[Number] | None,
    yield_per_unit: Number,
    costs: Costs[Number],
    reach: Number,
) -> Number | None:
    """Return the distance (km) at which the low figure is nothing, from 0 to `reach`; None where it is not known.

    What is lost on the way is counted where the buyer pays for it; where the buyer is paid, its loss is no gain.
    """
    zero = yield_per_unit - yield_per_unit
    on_the_spot = worth(seller, buyer, yield_per_unit, costs, zero).low
    if on_the_spot is None or buyer is None or costs.per_km is None:
        return None
    per_km = costs.per_km + costs.loss_per_km * yield_per_unit * max(buyer.cautious, zero)
    if on_the_spot <= zero:
        return zero
    if costs.loss_per_km > zero and on_the_spot * costs.loss_per_km > per_km:
        # Farther than anything arrives only carrying costs more.
        empty = (per_km - costs.per_km) / costs.loss_per_km
        on_the_spot, per_km = on_the_spot - empty, costs.per_km
    return reach if per_km <= zero else min(on_the_spot / per_km, reach)


@dataclass(frozen=True)
class Band(Generic[Number]):
    """The prices per unit offered, at the seller's gate, between which both gain; the buyer bears the costs.

    From s to delivered × yield × b − costs. `low` above `high`: at no price do both gain.
    """

    low: Number
    high: Number

    @property
    def is_empty(self) -> bool:
        """Whether no price lets both gain."""
        return self.low > self.high


def price_band(
    seller: Alternative[Number] | None, found: Worth[Number], *, cautious: bool
) -> Band[Number] | None:
    """Return the band of the low figure (`cautious`) or of the high one; None where it is not known."""
    gain = found.low if cautious else found.high
    if seller is None or gain is None:
        return None
    least = seller.cautious if cautious else seller.favourable
    return Band(least, least + gain)


def is_suspicious(ask: Number | None, bid_at_gate: Number | None, zero: Number) -> bool:
    """Whether the two prices part so favourably that one should look twice: the buyer would give over
    SUSPICIOUS_TIMES what is asked, or the seller pay that many times what is wanted. Both per unit offered."""
    if ask is None or bid_at_gate is None or bid_at_gate <= ask:
        return False
    if ask > zero:
        return bid_at_gate > ask * SUSPICIOUS_TIMES
    if bid_at_gate < zero:
        return ask < bid_at_gate * SUSPICIOUS_TIMES
    return False
