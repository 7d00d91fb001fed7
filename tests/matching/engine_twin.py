"""The engine once more, slow and plain: one pair at a time, Python floats, calendar days counted.

It shares no code with the engine but the names of gates, limits and parts. Where the engine uses a month clock, sorted
cells and bounds, this uses spherical trigonometry, `datetime.date` and two loops.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from matching.engine import (
    OPEN_END,
    PARTS,
    Compatibility,
    Gate,
    Limit,
    Listings,
    Qualities,
    Resources,
    default_weights,
)

UNKNOWN = math.nan
EVEN = (1 / 12,) * 12
EPOCH = date(1970, 1, 1)
TODAY = (date(2026, 2, 1) - EPOCH).days

Tree = tuple[int, int]
"""Nested-set interval of a resource: x lies below r exactly when r[0] <= x[0] < r[1]."""


@dataclass(frozen=True)
class Row:
    """One listing. As it stands, an offer and a request made of it (with other ids and owners) match."""

    id: int = 1
    organization: int = 1
    tree: Tree = (5, 6)
    depth: int = 2
    latitude: float = 55.0
    longitude: float = 10.0
    amount: float = 1000.0
    is_rate: bool = True
    first_day: int = TODAY
    last_day: int = OPEN_END
    month_share: tuple[float, ...] = EVEN
    price: float = 10.0
    currency: int = 978
    minimum_lot: float = 0.0
    hazardous: bool = False
    hazardous_permit: bool = False
    quality: tuple[tuple[float, float], ...] = ((UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN))
    programme_only: bool = False
    programmes: frozenset[int] = frozenset()
    reach_km: float = 300.0
    road_factor: float = 1.3
    transport_cost_per_km: float = 0.1
    disposal_price: float = 40.0
    purchase_price: float = 30.0
    transport_kg_per_km: float = 0.1
    disposal_kg: float = 20.0
    primary_kg: float = 50.0
    most_matches: int | None = None
    """None: as many as `market_of` and `twin_match` are told."""


class Way(NamedTuple):
    """How an offered resource comes to serve a requested one."""

    fit: float
    yield_per_unit: float = 1.0
    treatment_cost: float = 0.0
    treatment_kg: float = 0.0
    direct: bool = False


Conversions = Mapping[tuple[Tree, Tree], Way]
"""Treatments by the trees of the offered and the requested resource; what fits without one needs none."""


class Tables(NamedTuple):
    """What every call of the engine takes: `match(**tables._asdict(), today=TODAY)`."""

    offers: Listings
    requests: Listings
    resources: Resources
    compatibility: Compatibility


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
    disposal_avoided: float = UNKNOWN
    purchase_avoided: float = UNKNOWN
    treatment_cost: float = 0.0
    transport_cost: float = UNKNOWN
    benefit_per_year: float = UNKNOWN
    break_even_km: float = UNKNOWN
    disposal_kg: float = UNKNOWN
    primary_kg: float = UNKNOWN
    treatment_kg: float = 0.0
    transport_kg: float = UNKNOWN
    saved_kg_per_year: float = UNKNOWN


# --- the tables of the engine -------------------------------------------------------------------------------
_RESOURCE_NUMBERS = (
    *("reach_km", "road_factor", "transport_cost_per_km", "disposal_price", "purchase_price"),
    *("transport_kg_per_km", "disposal_kg", "primary_kg"),
)
_Resource = tuple[Any, ...]
"""Tree, depth, the numbers above and k; NaN as None, because NaN is not equal to itself."""


def market_of(
    offers: list[Row],
    requests: list[Row],
    *,
    k: int | None = None,
    conversions: Conversions | None = None,
    words: int = 2,
) -> Tables:
    """The rows as tables: a resource for each distinct one, and by brute force which serves which.

    `k` holds for rows that name none of their own; None: all.
    """
    everything = k or max(len(offers), len(requests), 1)
    example: dict[_Resource, Row] = {_resource(row, everything): row for row in (*offers, *requests)}
    place = {key: n for n, key in enumerate(example)}
    rows = list(example.values())
    sides = [
        _listings(side, [place[_resource(row, everything)] for row in side], words)
        for side in (offers, requests)
    ]
    return Tables(
        offers=sides[0],
        requests=sides[1],
        resources=Resources(
            most_matches=np.array([key[-1] for key in example], np.int64),
            **{name: _column(rows, name, float) for name in _RESOURCE_NUMBERS},
        ),
        compatibility=_compatibility(rows, conversions or {}),
    )


def _resource(row: Row, everything: int) -> _Resource:
    numbers = [getattr(row, name) for name in _RESOURCE_NUMBERS]
    known = [None if math.isnan(number) else number for number in numbers]
    return row.tree, row.depth, *known, everything if row.most_matches is None else row.most_matches


def _compatibility(rows: list[Row], conversions: Conversions) -> Compatibility:
    ways = [
        (offered, requested, way)
        for offered, offer in enumerate(rows)
        for requested, request in enumerate(rows)
        if (way := way_between(offer, request, conversions))
    ]
    return Compatibility(
        offer_resource=np.array([offered for offered, _, _ in ways], np.int64),
        request_resource=np.array([requested for _, requested, _ in ways], np.int64),
        direct=np.array([way.direct for *_, way in ways], np.bool_),
        **{
            name: np.array([getattr(way, name) for *_, way in ways], np.float64)
            for name in ("fit", "yield_per_unit", "treatment_cost", "treatment_kg")
        },
    )


def way_between(offer: Row, request: Row, conversions: Conversions) -> Way | None:
    """How the one serves as the other, or None."""
    if request.tree[0] <= offer.tree[0] < request.tree[1]:
        return Way(fit=0.85 ** max(offer.depth - request.depth, 0), direct=True)
    return conversions.get((offer.tree, request.tree))


def _column(rows: list[Row], name: str, dtype: type) -> np.ndarray:
    return np.array([getattr(row, name) for row in rows], dtype=dtype)


def _listings(rows: list[Row], resource: list[int], words: int) -> Listings:
    masks = np.zeros((len(rows), words), dtype=np.uint64)
    for index, row in enumerate(rows):
        for programme in row.programmes:
            masks[index, programme // 64] |= np.uint64(1 << (programme % 64))
    return Listings(
        resource=np.array(resource, np.int64),
        quality=qualities(row.quality for row in rows),
        programmes=masks,
        month_share=_column(rows, "month_share", float).reshape(len(rows), 12),
        **{name: _column(rows, name, np.int64) for name in ("id", "organization", "currency")},
        **{name: _column(rows, name, np.int32) for name in ("first_day", "last_day")},
        **{
            name: _column(rows, name, bool)
            for name in ("is_rate", "hazardous", "hazardous_permit", "programme_only")
        },
        **{
            name: _column(rows, name, float)
            for name in ("latitude", "longitude", "amount", "price", "minimum_lot")
        },
    )


def qualities(stated: Iterable[tuple[tuple[float, float], ...]]) -> Qualities:
    """What listings state: the interval of each property in turn; both ends NaN: nothing."""
    rows = [
        [
            (n, low, high)
            for n, (low, high) in enumerate(intervals)
            if not math.isnan(low) or not math.isnan(high)
        ]
        for intervals in stated
    ]
    flat = [interval for row in rows for interval in row]
    return Qualities(
        start=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        property=np.array([n for n, _, _ in flat], np.int64),
        low=np.array([low for _, low, _ in flat], np.float64),
        high=np.array([high for *_, high in flat], np.float64),
    )


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
    return pair


def _rounded(value: float, digits: int) -> float:
    return value if math.isnan(value) else round(value * 10**digits) / 10**digits


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
    purchase = request.purchase_price
    if math.isnan(purchase) and way.direct:
        purchase = offer.purchase_price
    pair.yield_per_unit, pair.treatment_cost = way.yield_per_unit, way.treatment_cost
    pair.disposal_avoided, pair.purchase_avoided = offer.disposal_price, purchase * way.yield_per_unit
    cost = offer.transport_cost_per_km
    pair.transport_cost = cost * pair.distance_km
    avoided = _sum_of_known(pair.disposal_avoided, pair.purchase_avoided)
    pair.benefit_per_year = pair.amount_per_year * (avoided - way.treatment_cost - pair.transport_cost)
    if math.isnan(avoided):
        return
    gained = avoided - way.treatment_cost
    pair.break_even_km = max(gained / cost, 0.0) if cost else math.inf if gained > 0 else 0.0


def _add_emissions(pair: TwinPair, offer: Row, request: Row, way: Way) -> None:
    primary = request.primary_kg
    if math.isnan(primary) and way.direct:
        primary = offer.primary_kg
    pair.disposal_kg, pair.primary_kg = offer.disposal_kg, primary * way.yield_per_unit
    pair.treatment_kg, pair.transport_kg = way.treatment_kg, offer.transport_kg_per_km * pair.distance_km
    saved = _sum_of_known(pair.disposal_kg, pair.primary_kg) - pair.transport_kg
    pair.saved_kg_per_year = pair.amount_per_year * (
        saved if math.isnan(way.treatment_kg) else saved - way.treatment_kg
    )


def _sum_of_known(*values: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) if known else UNKNOWN
