"""Listings as rows of plain values, and the engine's tables made of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from matching.engine import (
    OPEN_END,
    Compatibility,
    Listings,
    Qualities,
    Resources,
)
from matching.engine.arrays import currency_code

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
    currency: int = currency_code("EUR")
    minimum_lot: float = 0.0
    hazardous: bool = False
    hazardous_permit: bool = False
    uses: int = 0
    quality: tuple[tuple[float, float], ...] = ((UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN))
    programme_only: bool = False
    programmes: frozenset[int] = frozenset()
    reach_km: float = 300.0
    road_factor: float = 1.3
    transport_cost_per_km: float = 0.1
    transport_cost_per_load: float = 2.0
    loss_per_km: float = 0.0
    disposal_low: float = 35.0
    disposal_high: float = 45.0
    market_low: float = UNKNOWN
    market_high: float = UNKNOWN
    purchase_low: float = 25.0
    purchase_high: float = 35.0
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
    residue_low: float = 0.0
    residue_high: float = 0.0
    treatment_kg: float = 0.0
    direct: bool = False
    forbidden: int = 0


Conversions = Mapping[tuple[Tree, Tree], Way]
"""Treatments by the trees of the offered and the requested resource; what fits without one needs none."""


class Tables(NamedTuple):
    """What every call of the engine takes: `match(**tables._asdict(), today=TODAY)`."""

    offers: Listings
    requests: Listings
    resources: Resources
    compatibility: Compatibility


# --- the tables of the engine -------------------------------------------------------------------------------
_RESOURCE_NUMBERS = (
    *("reach_km", "road_factor", "transport_cost_per_km", "transport_cost_per_load", "loss_per_km"),
    *("disposal_low", "disposal_high", "market_low", "market_high", "purchase_low", "purchase_high"),
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
        forbidden=np.array([way.forbidden for *_, way in ways], np.int64),
        **{
            name: np.array([getattr(way, name) for *_, way in ways], np.float64)
            for name in (
                *("fit", "yield_per_unit", "treatment_cost", "residue_low", "residue_high", "treatment_kg"),
            )
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
        **{name: _column(rows, name, np.int64) for name in ("id", "organization", "currency", "uses")},
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
