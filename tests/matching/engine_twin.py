"""The engine once more, slow and plain: one pair at a time, Python floats, calendar days counted.

It shares no code with the engine but the names of gates and parts. Where the engine uses vectors, a month clock and
sorted slices, this uses spherical trigonometry, `datetime.date` and two loops.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from matching.engine import OPEN_END, PARTS, Gate, Listings, default_weights

UNKNOWN = math.nan
EVEN = (1 / 12,) * 12
EPOCH = date(1970, 1, 1)
TODAY = (date(2026, 2, 1) - EPOCH).days


@dataclass(frozen=True)
class Row:
    """One listing. As it stands, an offer and a request made of it (with other ids and owners) match."""

    id: int = 1
    organization: int = 1
    tree: tuple[int, int] = (5, 6)
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


@dataclass
class TwinPair:
    gate: int = 0
    score: float = 0.0
    parts: list[float] = field(default_factory=list)
    distance_km: float = 0.0
    amount_per_year: float = UNKNOWN
    covered_share: float = UNKNOWN
    benefit_per_year: float = UNKNOWN
    break_even_km: float = UNKNOWN


def listings(rows: list[Row], *, properties: int = 2, words: int = 2) -> Listings:
    """The rows as arrays."""

    def column(name: str, dtype: type) -> np.ndarray:
        return np.array([getattr(row, name) for row in rows], dtype=dtype)

    masks = np.zeros((len(rows), words), dtype=np.uint64)
    for index, row in enumerate(rows):
        for programme in row.programmes:
            masks[index, programme // 64] |= np.uint64(1 << (programme % 64))
    quality = np.array([row.quality for row in rows], dtype=float).reshape(len(rows), properties, 2)
    tree = np.array([row.tree for row in rows], dtype=np.int64).reshape(len(rows), 2)
    return Listings(
        tree_left=tree[:, 0],
        tree_right=tree[:, 1],
        quality_low=quality[:, :, 0],
        quality_high=quality[:, :, 1],
        programmes=masks,
        month_share=column("month_share", float).reshape(len(rows), 12),
        **{name: column(name, np.int64) for name in ("id", "organization", "depth", "currency")},
        **{name: column(name, np.int32) for name in ("first_day", "last_day")},
        **{
            name: column(name, bool)
            for name in ("is_rate", "hazardous", "hazardous_permit", "programme_only")
        },
        **{
            name: column(name, float)
            for name in (
                *("latitude", "longitude", "amount", "price", "minimum_lot", "reach_km", "road_factor"),
                *("transport_cost_per_km", "disposal_price", "purchase_price"),
            )
        },
    )


def twin_match(
    offers: list[Row],
    requests: list[Row],
    *,
    today: int,
    limit: int | None,
    by_programme: dict[int, list[float]] | None = None,
) -> list[tuple[int, int]]:
    """Rows of the pairs that `match` must return, in its order."""
    ranked = []
    for o, offer in enumerate(offers):
        for r, request in enumerate(requests):
            pair = twin_pair(offer, request, today=today, by_programme=by_programme)
            if pair.gate == 0:
                ranked.append((-pair.score, pair.distance_km, offer.id, request.id, o, r))
    ranked.sort()
    taken_o: Counter[int] = Counter()
    taken_r: Counter[int] = Counter()
    result = []
    for *_, o, r in ranked:
        taken_o[o] += 1
        taken_r[r] += 1
        if limit is None or taken_o[o] <= limit or taken_r[r] <= limit:
            result.append((o, r))
    return result


def twin_pair(
    offer: Row, request: Row, *, today: int, by_programme: dict[int, list[float]] | None = None
) -> TwinPair:
    pair = TwinPair(distance_km=_rounded(_great_circle_km(offer, request) * offer.road_factor, 6))
    coverage = _coverage(
        max(offer.first_day, request.first_day, today), min(offer.last_day, request.last_day)
    )
    offered, sought = _total(offer, coverage), _total(request, coverage)
    pair.amount_per_year = _amount(offer, request, coverage)
    pair.covered_share = pair.amount_per_year / sought if sought else 0.0
    pair.gate = _gate(offer, request, pair.distance_km, coverage)
    parts = {
        "resource": 0.85 ** max(offer.depth - request.depth, 0) if not pair.gate & Gate.RESOURCE else 0.0,
        "distance": (1 - min(pair.distance_km / offer.reach_km, 1) ** 2) ** 2,
        "quantity": _quantity(offered, sought),
        "season": _season(offer, request, coverage),
        "quality": _quality(offer, request),
        "price": _price(offer, request),
    }
    pair.parts = [_rounded(parts[name], 6) for name in PARTS]
    pair.score = _score(pair.parts, _weights(offer, request, by_programme or {}))
    _add_benefit(pair, offer, request)
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


def _gate(offer: Row, request: Row, distance_km: float, coverage: list[float] | None) -> int:
    gate = Gate(0)
    if not request.tree[0] <= offer.tree[0] < request.tree[1]:
        gate |= Gate.RESOURCE
    if distance_km > offer.reach_km:
        gate |= Gate.DISTANCE
    if coverage is None:
        gate |= Gate.WINDOW
    for (low, high), (asked_low, asked_high) in zip(offer.quality, request.quality, strict=True):
        if low > asked_high or asked_low > high:
            gate |= Gate.QUALITY
    if offer.hazardous and not request.hazardous_permit:
        gate |= Gate.PERMIT
    if offer.organization == request.organization:
        gate |= Gate.SAME_OWNER
    if (offer.programme_only or request.programme_only) and not offer.programmes & request.programmes:
        gate |= Gate.VISIBILITY
    if request.amount < offer.minimum_lot or offer.amount < request.minimum_lot:
        gate |= Gate.LOT
    return int(gate)


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


def _add_benefit(pair: TwinPair, offer: Row, request: Row) -> None:
    purchase = offer.purchase_price if math.isnan(request.purchase_price) else request.purchase_price
    known = [price for price in (offer.disposal_price, purchase) if not math.isnan(price)]
    if not known:
        return
    cost = offer.transport_cost_per_km
    pair.benefit_per_year = pair.amount_per_year * (sum(known) - cost * pair.distance_km)
    pair.break_even_km = math.inf if cost == 0 else sum(known) / cost
