"""Between the two worlds: listings in the database, arrays in the engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet

from accounts.models import Programme, ProgrammeMembership
from catalogue.models import QualityProperty, Resource, TransportMode
from listings.models import Listing, ListingQuality
from matching import assumptions
from matching.engine import OPEN_END, PARTS, Listings, Weights

_EPOCH = date(1970, 1, 1)
_MONTHS = 12
_COLUMNS = (
    "pk",
    "organization_id",
    "resource_id",
    "latitude",
    "longitude",
    "amount",
    "period",
    "available_from",
    "available_until",
    "months",
    "unit_price",
    "currency",
    "minimum_amount",
    "hazardous",
    "site__hazardous_permit",
    "disclosure",
)


class ResourceFacts(NamedTuple):
    """What the engine asks of a resource; whole rows of the catalogue take five times as long to load."""

    pk: int
    tree_left: int
    tree_right: int
    depth: int
    reach_km: int
    transport_mode: str
    dimension: str
    disposal_price_eur_per_unit: Decimal | None
    purchase_price_eur_per_unit: Decimal | None


@dataclass(frozen=True)
class Known:
    """What holds for a whole run: resources, properties, who takes part where, and the programmes' weights."""

    resources: dict[int, ResourceFacts]
    property_column: dict[int, int]
    programme_words: dict[int, np.ndarray[Any, np.dtype[np.uint64]]]
    words: int
    weights: Weights


def load_known() -> Known:
    """Read everything but the listings."""
    programmes = list(Programme.objects.order_by("pk"))
    bit_of = {programme.pk: bit for bit, programme in enumerate(programmes)}
    words = max(1, -(-len(programmes) // 64))
    masks: dict[int, np.ndarray[Any, np.dtype[np.uint64]]] = {}
    for organization_id, programme_id in ProgrammeMembership.objects.values_list(
        "organization_id", "programme_id"
    ):
        word, bit = divmod(bit_of[programme_id], 64)
        masks.setdefault(organization_id, np.zeros(words, np.uint64))[word] |= np.uint64(1 << bit)
    return Known(
        resources={
            row[0]: ResourceFacts(*row) for row in Resource.objects.values_list(*ResourceFacts._fields)
        },
        property_column={
            pk: n for n, pk in enumerate(QualityProperty.objects.order_by("pk").values_list("pk", flat=True))
        },
        programme_words=masks,
        words=words,
        weights=_weights(programmes),
    )


def _weights(programmes: list[Programme]) -> Weights:
    if not any(programme.weights for programme in programmes):
        return Weights()
    blank = [np.nan] * len(PARTS)
    rows = [[float(p.weights.get(part, 0)) for part in PARTS] if p.weights else blank for p in programmes]
    return Weights(by_programme=np.array(rows))


def to_arrays(listings: "QuerySet[Listing, Any]", known: Known) -> Listings:
    """Return the listings, in key order, as the engine takes them."""
    rows = list(listings.order_by("pk").values_list(*_COLUMNS))
    columns = (
        dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    )
    resources = [known.resources[pk] for pk in columns["resource_id"]]
    quality_low, quality_high = _quality(columns["pk"], known)
    no_programme = np.zeros(known.words, np.uint64)
    masks = [known.programme_words.get(pk, no_programme) for pk in columns["organization_id"]]
    return Listings(
        id=np.array(columns["pk"], np.int64),
        organization=np.array(columns["organization_id"], np.int64),
        tree_left=np.array([r.tree_left for r in resources], np.int64),
        tree_right=np.array([r.tree_right for r in resources], np.int64),
        depth=np.array([r.depth for r in resources], np.int64),
        latitude=np.array(columns["latitude"], np.float64),
        longitude=np.array(columns["longitude"], np.float64),
        amount=_floats(columns["amount"]),
        is_rate=np.array([period != "once" for period in columns["period"]], np.bool_),
        first_day=np.array([day_number(day) for day in columns["available_from"]], np.int32),
        last_day=np.array(
            [OPEN_END if day is None else day_number(day) for day in columns["available_until"]], np.int32
        ),
        month_share=np.array([_shares(months) for months in columns["months"]], np.float64).reshape(
            -1, _MONTHS
        ),
        price=_floats(columns["unit_price"]),
        currency=np.array([_currency_number(code) for code in columns["currency"]], np.int64),
        minimum_lot=np.nan_to_num(_floats(columns["minimum_amount"])),
        hazardous=np.array(columns["hazardous"], np.bool_),
        hazardous_permit=np.array(columns["site__hazardous_permit"], np.bool_),
        quality_low=quality_low,
        quality_high=quality_high,
        programme_only=np.array([d == "programme" for d in columns["disclosure"]], np.bool_),
        programmes=np.array(masks, np.uint64).reshape(-1, known.words),
        reach_km=np.array([float(r.reach_km) for r in resources], np.float64),
        road_factor=np.array([_road_factor(r) for r in resources], np.float64),
        transport_cost_per_km=np.array(
            [assumptions.transport_eur_per_unit_km(r.transport_mode, r.dimension) for r in resources],
            np.float64,
        ),
        disposal_price=_floats([r.disposal_price_eur_per_unit for r in resources]),
        purchase_price=_floats([r.purchase_price_eur_per_unit for r in resources]),
    )


def _floats(values: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def day_number(day: date) -> int:
    """Return the days since 1970-01-01, as the engine counts them."""
    return (day - _EPOCH).days


def _shares(months: list[int]) -> list[float]:
    chosen = months or range(1, _MONTHS + 1)
    return [1 / len(chosen) if month in chosen else 0.0 for month in range(1, _MONTHS + 1)]


def _currency_number(code: str) -> int:
    return int.from_bytes(code.encode("ascii"), "big")


def _road_factor(resource: ResourceFacts) -> float:
    return assumptions.ROAD_FACTOR if resource.transport_mode == TransportMode.LORRY else 1.0


def _quality(
    listing_ids: Iterable[int], known: Known
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    row_of = {pk: row for row, pk in enumerate(listing_ids)}
    low = np.full((len(row_of), len(known.property_column)), np.nan)
    high = low.copy()
    stated = ListingQuality.objects.filter(listing__in=list(row_of)).values_list(
        "listing", "property", "low", "high"
    )
    for listing_id, property_id, lowest, highest in stated:
        row, column = row_of[listing_id], known.property_column[property_id]
        low[row, column] = np.nan if lowest is None else float(lowest)
        high[row, column] = np.nan if highest is None else float(highest)
    return low, high
