"""The engine once more, slow and plain: one pair at a time, Python floats, calendar days counted.

It shares no code with the engine but the names of gates, limits and parts; what a pair is worth it asks of the pure
module, whose twin the compiled loop is. Where the engine uses a month clock, sorted
cells and bounds, this uses spherical trigonometry, `datetime.date` and two loops.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from matching.economics import (
    LEAST_COVERED,
    Costs,
    Interval,
    break_even,
    buyer_alternative,
    delivered,
    seller_alternative,
    worth,
)
from matching.engine import (
    PARTS,
    Gate,
    Limit,
    default_weights,
)
from matching.engine.arrays import currency_code
from tests.matching.engine_rows import EPOCH, UNKNOWN, Conversions, Row, Way, way_between

EURO = currency_code("EUR")


@dataclass
class TwinPair:
    gate: int = 0
    score: float = 0.0
    parts: list[float] = field(default_factory=list)
    distance_km: float = 0.0
    offered: float = UNKNOWN
    sought: float = UNKNOWN
    amount_per_year: float = UNKNOWN
    covered_share: float = UNKNOWN
    limit: Limit = Limit.UNKNOWN
    yield_per_unit: float = 1.0
    seller_cautious: float = UNKNOWN
    seller_favourable: float = UNKNOWN
    buyer_cautious: float = UNKNOWN
    buyer_favourable: float = UNKNOWN
    treatment_cost: float = 0.0
    residue_low: float = 0.0
    residue_high: float = 0.0
    transport_cost: float = UNKNOWN
    delivered: float = UNKNOWN
    benefit_low_per_year: float = UNKNOWN
    benefit_high_per_year: float = UNKNOWN
    break_even_km: float = UNKNOWN
    disposal_kg: float = UNKNOWN
    primary_kg: float = UNKNOWN
    treatment_kg: float = 0.0
    transport_kg: float = UNKNOWN
    saved_kg_per_year: float = UNKNOWN


# --- the pairs ----------------------------------------------------------------------------------------------
def twin_match(
    offers: list[Row],
    requests: list[Row],
    *,
    today: int,
    k: int | None,
    by_programme: dict[int, list[float]] | None = None,
    conversions: Conversions | None = None,
) -> list[tuple[int, int]]:
    """Rows of the pairs that `match` must return, in its order."""
    ranked = []
    for o, offer in enumerate(offers):
        for r, request in enumerate(requests):
            pair = twin_pair(offer, request, today=today, by_programme=by_programme, conversions=conversions)
            if pair.gate == 0:
                ranked.append((-pair.score, pair.distance_km, offer.id, request.id, o, r))
    ranked.sort()
    taken_o: Counter[int] = Counter()
    taken_r: Counter[int] = Counter()
    result = []
    for *_, o, r in ranked:
        taken_o[o] += 1
        taken_r[r] += 1
        if _keeps(offers[o], k, taken_o[o]) or _keeps(requests[r], k, taken_r[r]):
            result.append((o, r))
    return result


def _keeps(row: Row, k: int | None, place: int) -> bool:
    most = k if row.most_matches is None else row.most_matches
    return most is None or place <= most


def twin_pair(
    offer: Row,
    request: Row,
    *,
    today: int,
    by_programme: dict[int, list[float]] | None = None,
    conversions: Conversions | None = None,
) -> TwinPair:
    way = way_between(offer, request, conversions or {})
    pair = TwinPair(distance_km=_rounded(_great_circle_km(offer, request) * offer.road_factor, 6))
    coverage = _coverage(
        max(offer.first_day, request.first_day, today), min(offer.last_day, request.last_day)
    )
    pair.gate = _gate(offer, request, way, pair.distance_km, coverage)
    way = way or Way(fit=0.0, direct=True)
    # Everything is counted in units offered and per unit offered: what the buyer seeks and gives is converted.
    buyer = replace(
        request,
        amount=request.amount / way.yield_per_unit,
        price=request.price * way.yield_per_unit - way.treatment_cost,
    )
    pair.offered, pair.sought = _total(offer, coverage), _total(buyer, coverage)
    pair.amount_per_year = _amount(offer, buyer, coverage)
    pair.covered_share = pair.amount_per_year / pair.sought if pair.sought else 0.0
    pair.limit = _limit(pair, both_rates=offer.is_rate and request.is_rate, shared=coverage is not None)
    parts = {
        "resource": way.fit,
        "distance": (1 - min(pair.distance_km / offer.reach_km, 1) ** 2) ** 2,
        "quantity": _quantity(pair.offered, pair.sought),
        "season": _season(offer, request, coverage),
        "quality": _quality(offer, request) if way.direct else UNKNOWN,
        "price": _price(offer, buyer),
    }
    pair.parts = [_rounded(parts[name], 6) for name in PARTS]
    pair.score = _score(pair.parts, _weights(offer, request, by_programme or {}))
    _add_benefit(pair, offer, request, way)
    _add_emissions(pair, offer, request, way)
    if not way.direct and pair.amount_per_year < LEAST_COVERED * pair.sought:
        pair.gate |= Gate.COVERAGE
    return pair


def _rounded(value: float, digits: int) -> float:
    scaled: float = value * 10.0**digits
    return round(scaled) / 10**digits if math.isfinite(scaled) else scaled


def _great_circle_km(a: Row, b: Row) -> float:
    phi, psi = math.radians(a.latitude), math.radians(b.latitude)
    turn = math.radians(b.longitude - a.longitude)
    across = math.cos(psi) * math.sin(turn)
    up = math.cos(phi) * math.sin(psi) - math.sin(phi) * math.cos(psi) * math.cos(turn)
    along = math.sin(phi) * math.sin(psi) + math.cos(phi) * math.cos(psi) * math.cos(turn)
    return 6371.0088 * math.atan2(math.hypot(across, up), along)


def _clock(day: date) -> Fraction:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    length = (following - day.replace(day=1)).days
    return Fraction(12 * day.year + day.month - 1) + Fraction(day.day - 1, length)


def _coverage(first: int, last: int) -> list[float] | None:
    """Fraction of each calendar month in the first twelve months of the window; None: no day is shared."""
    if first > last:
        return None
    start = EPOCH + timedelta(days=first)
    end = EPOCH + timedelta(days=min(last, first + 800) + 1)
    if _clock(end) >= _clock(start) + 12:
        return [1.0] * 12
    coverage = [0.0] * 12
    month = start.replace(day=1)
    while month < end:
        following = (month + timedelta(days=32)).replace(day=1)
        shared = min(end, following) - max(start, month)
        coverage[month.month - 1] += shared.days / (following - month).days
        month = following
    return coverage


def _monthly(row: Row, coverage: list[float]) -> list[float]:
    return [covered * share for covered, share in zip(coverage, row.month_share, strict=True)]


def _total(row: Row, coverage: list[float] | None) -> float:
    if not row.is_rate:
        return row.amount
    return 0.0 * row.amount if coverage is None else row.amount * sum(_monthly(row, coverage))


def _amount(offer: Row, request: Row, coverage: list[float] | None) -> float:
    if math.isnan(offer.amount) or math.isnan(request.amount):
        return UNKNOWN
    if coverage is None:
        return 0.0
    if not (offer.is_rate and request.is_rate):
        return min(_total(offer, coverage), _total(request, coverage))
    months = zip(_monthly(offer, coverage), _monthly(request, coverage), strict=True)
    return sum(min(a * offer.amount, b * request.amount) for a, b in months)


def _limit(pair: TwinPair, *, both_rates: bool, shared: bool) -> Limit:
    if not shared or math.isnan(pair.offered) or math.isnan(pair.sought):
        return Limit.UNKNOWN
    if both_rates and pair.amount_per_year < min(pair.offered, pair.sought) * (1 - 1e-9):
        return Limit.SEASON
    return Limit.OFFERED if pair.offered <= pair.sought else Limit.SOUGHT


def _gate(offer: Row, request: Row, way: Way | None, distance_km: float, coverage: list[float] | None) -> int:
    gate = Gate(0)
    if way is None:
        gate |= Gate.RESOURCE
    if distance_km > offer.reach_km:
        gate |= Gate.DISTANCE
    if coverage is None:
        gate |= Gate.WINDOW
    # Nobody knows what a treatment leaves of the quality.
    if (way is None or way.direct) and _is_disjoint(offer, request):
        gate |= Gate.QUALITY
    if offer.hazardous and not request.hazardous_permit:
        gate |= Gate.PERMIT
    if way is not None and way.forbidden & request.uses:
        gate |= Gate.LAW
    if offer.organization == request.organization:
        gate |= Gate.SAME_OWNER
    if (offer.programme_only or request.programme_only) and not offer.programmes & request.programmes:
        gate |= Gate.VISIBILITY
    unit_yield = way.yield_per_unit if way else 1.0
    if request.amount / unit_yield < offer.minimum_lot or offer.amount * unit_yield < request.minimum_lot:
        gate |= Gate.LOT
    return int(gate)


def _is_disjoint(offer: Row, request: Row) -> bool:
    return any(
        low > asked_high or asked_low > high
        for (low, high), (asked_low, asked_high) in zip(offer.quality, request.quality, strict=True)
    )


def _quantity(offered: float, sought: float) -> float:
    if math.isnan(offered) or math.isnan(sought):
        return UNKNOWN
    small, large = sorted((offered, sought))
    return 0.0 if small * 1000 <= large else 1 - math.log10(large / small) / 3


def _season(offer: Row, request: Row, coverage: list[float] | None) -> float:
    if coverage is None:
        return 0.0
    months = [_monthly(row, coverage) for row in (offer, request) if row.is_rate]
    if any(sum(shares) == 0 for shares in months):
        return 0.0
    if len(months) < 2:
        return 1.0
    a, b = months
    return sum(min(x / sum(a), y / sum(b)) for x, y in zip(a, b, strict=True))


def _quality(offer: Row, request: Row) -> float:
    asked = [index for index, ends in enumerate(request.quality) if not all(map(math.isnan, ends))]
    known = [index for index in asked if not all(map(math.isnan, offer.quality[index]))]
    if not known:
        return UNKNOWN
    mean = sum(_containment(offer.quality[index], request.quality[index]) for index in known) / len(known)
    return mean * (1 - (len(asked) - len(known)) / len(asked) / 2)


def _containment(stated: tuple[float, float], asked: tuple[float, float]) -> float:
    low, high = _opened(stated)
    asked_low, asked_high = _opened(asked)
    if asked_low <= low and high <= asked_high:
        return 1.0
    if low > asked_high or asked_low > high:
        return 0.0
    if math.isinf(high - low):
        return 0.5
    return (min(high, asked_high) - max(low, asked_low)) / (high - low)


def _opened(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high


def _price(offer: Row, request: Row) -> float:
    ask, bid = offer.price, request.price
    if offer.currency != request.currency or math.isnan(ask) or math.isnan(bid):
        return UNKNOWN
    return 1.0 if bid >= ask else max(0.0, 1 - (ask - bid) / max(abs(ask), abs(bid)))


def _weights(offer: Row, request: Row, by_programme: dict[int, list[float]]) -> list[float]:
    own = sorted(offer.programmes & request.programmes & by_programme.keys())
    return by_programme[own[0]] if own else list(default_weights())


def _score(parts: list[float], weights: list[float]) -> float:
    pairs = [(part, weight) for part, weight in zip(parts, weights, strict=True) if not math.isnan(part)]
    known, total = sum(weight for _, weight in pairs), sum(weights)
    if known == 0:
        return 0.0
    mean = sum(part * weight for part, weight in pairs) / known
    return _rounded(mean * (1 - 0.5 * (1 - known / total)), 9)


def _add_benefit(pair: TwinPair, offer: Row, request: Row, way: Way) -> None:
    """By the pure module, which knows None where the engine knows NaN."""
    purchase = _interval(request.purchase_low, request.purchase_high)
    if purchase is None and way.direct:
        purchase = _interval(offer.purchase_low, offer.purchase_high)
    seller = buyer = None
    if math.isnan(offer.price) or offer.currency == EURO:
        disposal = _interval(offer.disposal_low, offer.disposal_high)
        market = _interval(offer.market_low, offer.market_high)
        seller = seller_alternative(_known(offer.price), disposal, market, 0.0)
    if math.isnan(request.price) or request.currency == EURO:
        buyer = buyer_alternative(_known(request.price), purchase)
    costs = Costs(
        treatment=way.treatment_cost,
        residues=_interval(way.residue_low, way.residue_high),
        load=_known(offer.transport_cost_per_load),
        per_km=_known(offer.transport_cost_per_km),
        loss_per_km=offer.loss_per_km,
    )
    found = worth(seller, buyer, way.yield_per_unit, costs, pair.distance_km)
    both_say = not math.isnan(offer.price + request.price) and offer.currency == request.currency == EURO
    if both_say and found.high is not None and found.high < 0:
        pair.gate |= Gate.PRICE
    pair.delivered = delivered(offer.loss_per_km, pair.distance_km, 1.0)
    pair.yield_per_unit, pair.treatment_cost = way.yield_per_unit, way.treatment_cost
    pair.residue_low, pair.residue_high = way.residue_low, way.residue_high
    pair.transport_cost = offer.transport_cost_per_load + offer.transport_cost_per_km * pair.distance_km
    if seller:
        pair.seller_cautious, pair.seller_favourable = seller.cautious, seller.favourable
    if buyer:
        received = pair.delivered * way.yield_per_unit
        pair.buyer_cautious, pair.buyer_favourable = received * buyer.cautious, received * buyer.favourable
    pair.benefit_low_per_year = pair.amount_per_year * _number(found.low)
    pair.benefit_high_per_year = pair.amount_per_year * _number(found.high)
    pair.break_even_km = _number(break_even(seller, buyer, way.yield_per_unit, costs, offer.reach_km))


def _interval(low: float, high: float) -> Interval[float] | None:
    return None if math.isnan(low) or math.isnan(high) else Interval(low, high)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _number(value: float | None) -> float:
    return UNKNOWN if value is None else value


def _add_emissions(pair: TwinPair, offer: Row, request: Row, way: Way) -> None:
    primary = request.primary_kg
    if math.isnan(primary) and way.direct:
        primary = offer.primary_kg
    pair.disposal_kg = 0.0 if offer.price > 0 else offer.disposal_kg
    pair.primary_kg = primary * way.yield_per_unit * pair.delivered
    pair.treatment_kg, pair.transport_kg = way.treatment_kg, offer.transport_kg_per_km * pair.distance_km
    saved = _sum_of_known(pair.disposal_kg, pair.primary_kg) - pair.transport_kg
    pair.saved_kg_per_year = pair.amount_per_year * (
        saved if math.isnan(way.treatment_kg) else saved - way.treatment_kg
    )


def _sum_of_known(*values: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) if known else UNKNOWN
