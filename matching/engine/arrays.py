"""What goes into the engine and what comes out: struct-of-arrays, checked on the way in."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntFlag
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Day = npt.NDArray[np.int32]
Bool = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
GateBits = npt.NDArray[np.uint16]

OPEN_END: Final = int(np.iinfo(np.int32).max)
"""`last_day` of a listing without an end."""

PARTS: Final = ("resource", "distance", "quantity", "season", "quality", "price")
"""The soft parts, in the order of the columns of `Candidates.parts` and of every weight vector."""

MONTHS: Final = 12


class Gate(IntFlag):
    """Why a pair cannot be a match. No bit set: it can."""

    RESOURCE = 1
    DISTANCE = 2
    WINDOW = 4
    QUALITY = 8
    PERMIT = 16
    SAME_OWNER = 32
    VISIBILITY = 64
    LOT = 128


def gate_codes(bits: int) -> tuple[str, ...]:
    """Reason codes of the failed gates, in lower case and in the order of `Gate`."""
    return tuple(gate.name.lower() for gate in Gate if bits & gate and gate.name)


@dataclass(frozen=True, kw_only=True)
class Listings:
    """One side of the market: n rows, every array of length n (or of shape n × something).

    `latitude`, `longitude` must be the *public* point of the listing. The engine knows no finer place, so no
    distance or score can give one away.
    """

    id: Int
    """Unique on its side; the last tie-break."""
    organization: Int
    tree_left: Int
    """Nested-set interval of the resource: an offer fits a request when
    request.tree_left <= offer.tree_left < request.tree_right."""
    tree_right: Int
    depth: Int
    """Level of the resource in the tree, root 0."""
    latitude: Float
    """Degrees, -90 to 90."""
    longitude: Float
    """Degrees, -180 to 180."""
    amount: Float
    """Canonical units; per year if `is_rate`, else the whole lot. NaN: not stated."""
    is_rate: Bool
    first_day: Day
    """Days since 1970-01-01, inclusive."""
    last_day: Day
    """Days since 1970-01-01, inclusive; `OPEN_END`: no end."""
    month_share: Float
    """n × 12, January first, each row sums to 1. A lot's shares are not used: it waits."""
    price: Float
    """Signed, per canonical unit; positive: the buyer pays. On an offer the least the seller takes, on a
    request the most the buyer gives. NaN: open."""
    currency: Int
    """A code number; prices compare only where it is equal."""
    minimum_lot: Float
    """Canonical units; 0: none."""
    hazardous: Bool
    """Read on offers: the resource is hazardous waste."""
    hazardous_permit: Bool
    """Read on requests: the site may take hazardous waste."""
    quality_low: Float
    """n × q intervals, one column per property. Both ends NaN: not stated; one end NaN: open on that side."""
    quality_high: Float
    programme_only: Bool
    """Visible only to organizations that share a programme."""
    programmes: Bits
    """n × words, bit b of word w: the organization is a member of programme 64·w + b."""
    reach_km: Float
    """Read on offers: the longest way the resource travels; infinity: any."""
    road_factor: Float
    """Read on offers: way travelled per great-circle distance; 1 for pipe and wire."""
    transport_cost_per_km: Float
    """Read on offers: money per canonical unit and km travelled. NaN: unknown."""
    disposal_price: Float
    """Read on offers: what getting rid of one canonical unit costs otherwise. NaN: unknown."""
    purchase_price: Float
    """Read on requests, else on offers: what one canonical unit of the primary equivalent costs otherwise.
    NaN: unknown."""

    def __post_init__(self) -> None:
        _check_shapes(self)
        _check_values(self)

    def __len__(self) -> int:
        return len(self.id)

    def take(self, rows: Int) -> Self:
        """The given rows, in the given order."""
        return type(self)(**{name: values[rows] for name, values in _columns(self).items()})


def default_weights() -> Float:
    """Weights of the soft parts in the order of `PARTS`; they sum to 1."""
    return np.array([0.20, 0.20, 0.20, 0.10, 0.15, 0.15])


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much each soft part counts, everywhere and in single programmes.

    Only the proportions within a row matter.
    """

    default: Float = field(default_factory=default_weights)
    """Shape 6, in the order of `PARTS`."""
    by_programme: Float | None = None
    """Shape p × 6, row b for programme bit b; a row of NaN: no weights of its own. A pair that shares several
    programmes is weighed by the one with the lowest bit that has weights."""

    def __post_init__(self) -> None:
        _check_weight_rows("default", self.default[np.newaxis])
        if self.by_programme is not None:
            _check_weight_rows("by_programme", self.by_programme[~_is_blank(self.by_programme)])


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Evaluated pairs, m rows. Money is in the currency of the catalogue prices that were put in."""

    offer_row: Int
    request_row: Int
    gate: GateBits
    """Bits of `Gate`; 0 in everything that `match` returns."""
    score: Float
    """0 to 1. Of a pair that fails a gate: what it would be if the gate were lifted."""
    parts: Float
    """m × 6 in the order of `PARTS`, each 0 to 1; NaN: unknown."""
    distance_km: Float
    """As travelled: great-circle × road factor."""
    amount_per_year: Float
    """Canonical units that could flow in the first twelve months of the shared window. NaN: unknown."""
    covered_share: Float
    """Share of the request's need in those months that `amount_per_year` meets."""
    disposal_avoided: Float
    """Money per canonical unit, NaN: unknown (and counted as nothing in the benefit)."""
    purchase_avoided: Float
    """Money per canonical unit, NaN: unknown (and counted as nothing in the benefit)."""
    transport_cost: Float
    """Money per canonical unit over `distance_km`."""
    benefit_per_year: Float
    """Joint benefit of both parties in those twelve months; NaN: unknown."""
    break_even_km: Float
    """Distance travelled at which transport eats the whole benefit; infinity where transport is free."""

    def __len__(self) -> int:
        return len(self.offer_row)

    def take(self, rows: Int) -> Self:
        """The given rows, in the given order."""
        return type(self)(**{name: values[rows] for name, values in _columns(self).items()})


def _columns(table: Listings | Candidates) -> dict[str, npt.NDArray[Any]]:
    return {column.name: getattr(table, column.name) for column in fields(table)}


_DTYPES: Final[dict[str, type[np.generic]]] = {
    **dict.fromkeys(("id", "organization", "tree_left", "tree_right", "depth", "currency"), np.int64),
    **dict.fromkeys(("first_day", "last_day"), np.int32),
    **dict.fromkeys(("is_rate", "hazardous", "hazardous_permit", "programme_only"), np.bool_),
    "programmes": np.uint64,
}
_TWO_DIMENSIONS: Final = ("month_share", "quality_low", "quality_high", "programmes")


def _check_shapes(listings: Listings) -> None:
    rows = len(listings.id)
    for name, values in _columns(listings).items():
        wanted = np.dtype(_DTYPES.get(name, np.float64))
        if values.dtype != wanted:
            raise ValueError(f"{name} must be of type {wanted}, but is {values.dtype}")
        dimensions = 2 if name in _TWO_DIMENSIONS else 1
        if values.ndim != dimensions or len(values) != rows:
            raise ValueError(
                f"{name} must have {rows} rows in {dimensions} dimension(s), but its shape is {values.shape}"
            )
    if listings.month_share.shape[1] != MONTHS:
        raise ValueError(f"month_share must have 12 columns, but has {listings.month_share.shape[1]}")
    if listings.quality_low.shape != listings.quality_high.shape:
        raise ValueError(
            "quality_low and quality_high must have one shape, but have "
            f"{listings.quality_low.shape} and {listings.quality_high.shape}"
        )


def _check_values(listings: Listings) -> None:
    if len(np.unique(listings.id)) != len(listings):
        raise ValueError("id must be unique on each side")

    def require(name: str, good: Bool, rule: str) -> None:
        if good.all():
            return
        row = int(np.flatnonzero(~good)[0])
        value = getattr(listings, name)[row]
        raise ValueError(f"{name} of listing {listings.id[row]} (row {row}) is {value}, but must be {rule}")

    # Comparisons with NaN are false: "not (x < 0)" admits NaN where a value may be missing, "x > 0" does not.
    require("tree_right", listings.tree_right > listings.tree_left, "greater than tree_left")
    require("depth", listings.depth >= 0, "0 or more")
    require("latitude", np.abs(listings.latitude) <= 90, "between -90 and 90")
    require("longitude", np.abs(listings.longitude) <= 180, "between -180 and 180")
    require("last_day", listings.last_day >= listings.first_day, "on or after first_day")
    shares = listings.month_share
    proper: Bool = (shares >= 0).all(axis=1) & (np.abs(shares.sum(axis=1) - 1) <= 1e-6)
    require("month_share", proper, "12 shares of 0 or more that sum to 1")
    reversed_: Bool = np.asarray((listings.quality_low > listings.quality_high).any(axis=1))
    require("quality_low", ~reversed_, "at most quality_high")
    for name in ("amount", "transport_cost_per_km", "disposal_price", "purchase_price"):
        values = getattr(listings, name)
        impossible: Bool = (values < 0) | np.isinf(values)
        require(name, ~impossible, "0 or more, or NaN for not known")
    require("price", ~np.isinf(listings.price), "finite, or NaN for open")
    lots = listings.minimum_lot
    require("minimum_lot", (lots >= 0) & np.isfinite(lots), "0 or more and finite")
    require("reach_km", listings.reach_km > 0, "greater than 0")
    factors = listings.road_factor
    require("road_factor", (factors >= 1) & np.isfinite(factors), "1 or more and finite")


def _is_blank(rows: Float) -> Bool:
    if rows.ndim != 2 or rows.shape[1] != len(PARTS):
        raise ValueError(f"by_programme must have the shape p × {len(PARTS)}, but has {rows.shape}")
    return np.asarray(np.isnan(rows).all(axis=1), dtype=np.bool_)


def _check_weight_rows(name: str, rows: Float) -> None:
    if rows.ndim != 2 or rows.shape[1] != len(PARTS):
        raise ValueError(f"{name} must have {len(PARTS)} weights, one for each of {', '.join(PARTS)}")
    if not (np.isfinite(rows).all() and (rows >= 0).all() and (rows.sum(axis=1) > 0).all()):
        raise ValueError(f"{name} must hold finite weights of 0 or more, at least one of them above 0")
