"""What goes into the engine and what comes out: struct-of-arrays, checked on the way in."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag
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
CATALOGUE_CURRENCY: Final = "EUR"


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
    PRICE = 256
    COVERAGE = 512
    LAW = 1024


class Limit(IntEnum):
    """What keeps the amount of a pair from being larger."""

    UNKNOWN = 0
    OFFERED = 1
    SOUGHT = 2
    SEASON = 3


def currency_code(currency: str) -> int:
    """The code number of a currency by its ISO 4217 letters, as `Listings.currency` holds it."""
    first, second, third = (ord(letter) for letter in currency)
    return (first << 16) + (second << 8) + third


def gate_codes(bits: int) -> tuple[str, ...]:
    """Reason codes of the failed gates, in lower case and in the order of `Gate`."""
    return tuple(gate.name.lower() for gate in Gate if bits & gate and gate.name)


class _Table:
    """Columns of equal length, to be cut and joined by rows."""

    def take(self, rows: Int) -> Self:
        """The given rows, in the given order."""
        return type(self)(**{name: values[rows] for name, values in _columns(self).items()})


@dataclass(frozen=True, kw_only=True)
class Resources(_Table):
    """What holds for every listing of a resource: R rows, addressed by `Listings.resource`.

    Money and CO2e are per canonical unit (t, MWh, m³, m², h). NaN: not known.
    """

    reach_km: Float
    """The longest way the resource travels; infinity: any."""
    road_factor: Float
    """Way travelled per great-circle distance; 1 for pipe and wire."""
    transport_cost_per_km: Float
    transport_cost_per_load: Float
    """Loading and unloading, per unit, however far it goes."""
    loss_per_km: Float
    """Share of what is sent that is lost on each kilometre."""
    disposal_low: Float
    """What getting rid of one unit costs otherwise, the lower end; a product has none."""
    disposal_high: Float
    market_low: Float
    """What one unit sells for elsewhere: of products alone."""
    market_high: Float
    purchase_low: Float
    """What one unit of the primary equivalent costs otherwise, the lower end."""
    purchase_high: Float
    transport_kg_per_km: Float
    """kg CO2e per unit and km travelled."""
    disposal_kg: Float
    """kg CO2e of getting rid of one unit otherwise."""
    primary_kg: Float
    """kg CO2e of making one unit of the primary equivalent."""
    most_matches: Int
    """k: how many partners a listing of this resource keeps."""

    def __post_init__(self) -> None:
        _check_columns(self, _RESOURCE_DTYPES, len(self.reach_km))
        _require(self, "reach_km", self.reach_km > 0, "greater than 0")
        factors = self.road_factor
        _require(self, "road_factor", (factors >= 1) & np.isfinite(factors), "1 or more and finite")
        for name in _NOT_NEGATIVE:
            values = getattr(self, name)
            _require(self, name, ~((values < 0) | np.isinf(values)), "0 or more, or NaN for not known")
        losses = self.loss_per_km
        _require(self, "loss_per_km", (losses >= 0) & (losses <= 1), "between 0 and 1")
        for name in ("disposal", "market", "purchase"):
            low, high = getattr(self, f"{name}_low"), getattr(self, f"{name}_high")
            _require(self, f"{name}_low", ~(low > high), f"at most {name}_high")
            _require(self, f"{name}_low", np.isnan(low) == np.isnan(high), f"known where {name}_high is")
        for name in ("disposal_kg", "primary_kg"):
            _require(self, name, ~np.isinf(getattr(self, name)), "finite, or NaN for not known")
        _require(self, "most_matches", self.most_matches >= 1, "1 or more")

    def __len__(self) -> int:
        return len(self.reach_km)


@dataclass(frozen=True, kw_only=True)
class Compatibility(_Table):
    """What can serve as what: one row per (offered resource, requested resource), at most one each.

    A direct fit has yield 1 and no cost; a pathway through treatment carries its losses and costs.
    """

    offer_resource: Int
    request_resource: Int
    fit: Float
    """The resource part of the score, 0 to 1."""
    yield_per_unit: Float
    """Canonical units of the request's resource out of one unit offered."""
    treatment_cost: Float
    """Money per unit offered."""
    residue_low: Float
    """Money per unit offered for getting rid of what a pathway makes besides what is sought, its transport with it:
    the lower end; NaN: not known."""
    residue_high: Float
    treatment_kg: Float
    """kg CO2e of the treatment per unit offered; NaN: not known."""
    direct: Bool
    """No treatment: what the offer states of its quality holds for what the request gets."""
    forbidden: Int
    """Bits of the uses that the law forbids to what arrives; see `Listings.uses`."""

    def __post_init__(self) -> None:
        _check_columns(self, _COMPATIBILITY_DTYPES, len(self.offer_resource))
        _require(self, "fit", (self.fit >= 0) & (self.fit <= 1), "between 0 and 1")
        yields = self.yield_per_unit
        _require(self, "yield_per_unit", (yields > 0) & np.isfinite(yields), "greater than 0 and finite")
        costs = self.treatment_cost
        _require(self, "treatment_cost", (costs >= 0) & np.isfinite(costs), "0 or more and finite")
        low, high = self.residue_low, self.residue_high
        _require(
            self,
            "residue_low",
            ~((low < 0) | (low > high) | np.isinf(high)),
            "0 or more, at most residue_high",
        )
        _require(self, "residue_low", np.isnan(low) == np.isnan(high), "known where residue_high is")
        pairs = np.stack([self.offer_resource, self.request_resource])
        if len(np.unique(pairs, axis=1)[0]) != len(self):
            raise ValueError("offer_resource and request_resource must be a pair that stands once")

    def __len__(self) -> int:
        return len(self.offer_resource)


@dataclass(frozen=True, kw_only=True)
class Qualities:
    """What listings state of their quality: for each an own stretch of the columns, by ascending property."""

    start: Int
    """n + 1 rows: listing i has the rows start[i] to start[i + 1], exclusive."""
    property: Int
    low: Float
    """NaN: open on that side. An interval with both ends NaN must be left out."""
    high: Float

    @classmethod
    def none(cls, listings: int) -> Self:
        """No listing states anything."""
        nothing = np.empty(0)
        return cls(
            start=np.zeros(listings + 1, np.int64), property=np.empty(0, np.int64), low=nothing, high=nothing
        )

    def join(self, other: Self) -> Self:
        """The stretches of both, one after the other."""
        return type(self)(
            start=np.concatenate([self.start, other.start[1:] + self.start[-1]]),
            property=np.concatenate([self.property, other.property]),
            low=np.concatenate([self.low, other.low]),
            high=np.concatenate([self.high, other.high]),
        )

    def take(self, rows: Int) -> Self:
        """The stretches of the given listings, in the given order."""
        counts = np.diff(self.start)[rows]
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        at = np.repeat(self.start[:-1][rows] - start[:-1], counts) + np.arange(start[-1])
        return type(self)(start=start, property=self.property[at], low=self.low[at], high=self.high[at])


@dataclass(frozen=True, kw_only=True)
class Listings(_Table):
    """One side of the market: n rows, every array of length n (or of shape n × something).

    `latitude`, `longitude` must be the *public* point of the listing. The engine knows no finer place, so no
    distance or score can give one away.
    """

    id: Int
    """Unique on its side; the last tie-break."""
    organization: Int
    resource: Int
    """Row of `Resources`."""
    latitude: Float
    """Degrees, -90 to 90."""
    longitude: Float
    """Degrees, -180 to 180."""
    amount: Float
    """Canonical units, greater than 0; per year if `is_rate`, else the whole lot. NaN: not stated."""
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
    uses: Int
    """Read on requests: bits of the uses that the buyer certainly has, each in its jurisdiction."""
    programme_only: Bool
    """Visible only to organizations that share a programme."""
    programmes: Bits
    """n × words, bit b of word w: the organization is a member of programme 64·w + b."""
    quality: Qualities

    def __post_init__(self) -> None:
        rows = len(self.id)
        _check_columns(self, _LISTING_DTYPES, rows)
        if self.month_share.shape[1] != MONTHS:
            raise ValueError(f"month_share must have 12 columns, but has {self.month_share.shape[1]}")
        _check_quality(self.quality, rows)
        _check_values(self)

    def __len__(self) -> int:
        return len(self.id)

    def take(self, rows: Int) -> Self:
        """The given rows, in the given order."""
        return type(self)(
            quality=self.quality.take(rows),
            **{name: values[rows] for name, values in _columns(self).items() if name != "quality"},
        )

    def join(self, other: Self) -> Self:
        """The rows of both, one after the other."""
        theirs = _columns(other)
        return type(self)(
            quality=self.quality.join(other.quality),
            **{
                name: np.concatenate([values, theirs[name]])
                for name, values in _columns(self).items()
                if name != "quality"
            },
        )


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
class Candidates(_Table):
    """Evaluated pairs, m rows. Money is in the currency of the catalogue prices that were put in; everything
    that is said per unit means one canonical unit of the offered resource."""

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
    """Units that could flow in the first twelve months of the shared window. NaN: unknown."""
    covered_share: Float
    """Share of the request's need in those months that `amount_per_year` meets."""
    limit: npt.NDArray[np.int8]
    """`Limit`: what keeps the amount from being larger."""
    yield_per_unit: Float
    """Canonical units of what is sought out of one unit offered; 1 without treatment."""
    seller_cautious: Float
    """What the seller gets without this buyer, money per unit (negative: pays), as the low figure takes it; NaN: not
    known. Definitions: `matching/economics.py`."""
    seller_favourable: Float
    buyer_cautious: Float
    """What the buyer pays without this seller for what arrives of one unit, money; NaN: not known."""
    buyer_favourable: Float
    treatment_cost: Float
    """Money per unit."""
    residue_low: Float
    residue_high: Float
    """Money per unit, NaN: not known."""
    transport_cost: Float
    """Money per unit over `distance_km`, loading with it."""
    delivered: Float
    """Share of what is sent that arrives."""
    benefit_low_per_year: Float
    """Joint benefit of both parties in those twelve months, at least what both have said; NaN: not known."""
    benefit_high_per_year: Float
    """At most what the catalogue would allow."""
    break_even_km: Float
    """Distance travelled at which transport eats the low benefit, at most the reach; NaN: not known."""
    disposal_kg: Float
    """kg CO2e per unit, NaN: unknown (and counted as nothing in the balance); 0 where nothing would be disposed of."""
    primary_kg: Float
    """kg CO2e per unit, NaN: unknown (and counted as nothing in the balance)."""
    treatment_kg: Float
    transport_kg: Float
    """kg CO2e per unit over `distance_km`."""
    saved_kg_per_year: Float
    """kg CO2e that the pair saves in those twelve months, transport and treatment taken off; NaN: unknown."""

    def __len__(self) -> int:
        return len(self.offer_row)

    @property
    def saved_kg_per_unit(self) -> Float:
        """kg CO2e that a unit saves, transport and treatment taken off; NaN where neither side's figure is known."""
        neither = np.isnan(self.disposal_kg) & np.isnan(self.primary_kg)
        avoided = np.nan_to_num(self.disposal_kg) + np.nan_to_num(self.primary_kg)
        saved: Float = (
            np.where(neither, np.nan, avoided) - self.transport_kg - np.nan_to_num(self.treatment_kg)
        )
        return saved


def _columns(table: Any) -> dict[str, npt.NDArray[Any]]:
    return {column.name: getattr(table, column.name) for column in fields(table)}


# --- checks -------------------------------------------------------------------------------------------------
_LISTING_DTYPES: Final[dict[str, type[np.generic]]] = {
    **dict.fromkeys(("id", "organization", "resource", "currency", "uses"), np.int64),
    **dict.fromkeys(("first_day", "last_day"), np.int32),
    **dict.fromkeys(("is_rate", "hazardous", "hazardous_permit", "programme_only"), np.bool_),
    "programmes": np.uint64,
}
_RESOURCE_DTYPES: Final[dict[str, type[np.generic]]] = {"most_matches": np.int64}
_COMPATIBILITY_DTYPES: Final[dict[str, type[np.generic]]] = {
    "offer_resource": np.int64,
    "request_resource": np.int64,
    "forbidden": np.int64,
    "direct": np.bool_,
}
_NOT_NEGATIVE: Final = (
    "transport_cost_per_km", "transport_cost_per_load", "transport_kg_per_km",
    "disposal_low", "disposal_high", "market_low", "market_high", "purchase_low", "purchase_high",
)  # fmt: skip
_TWO_DIMENSIONS: Final = ("month_share", "programmes")


def _check_columns(table: Any, dtypes: dict[str, type[np.generic]], rows: int) -> None:
    for name, values in _columns(table).items():
        if name == "quality":
            continue
        wanted = np.dtype(dtypes.get(name, np.float64))
        if values.dtype != wanted:
            raise ValueError(f"{name} must be of type {wanted}, but is {values.dtype}")
        dimensions = 2 if name in _TWO_DIMENSIONS else 1
        if values.ndim != dimensions or len(values) != rows:
            raise ValueError(
                f"{name} must have {rows} rows in {dimensions} dimension(s), but its shape is {values.shape}"
            )


def _require(table: Any, name: str, good: Bool, rule: str) -> None:
    """Raise ValueError that names the first row which is not good."""
    if good.all():
        return
    row = int(np.flatnonzero(~good)[0])
    which = f"listing {table.id[row]} (row {row})" if hasattr(table, "id") else f"row {row}"
    raise ValueError(f"{name} of {which} is {getattr(table, name)[row]}, but must be {rule}")


def _check_quality(quality: Qualities, rows: int) -> None:
    start = quality.start
    if start.shape != (rows + 1,) or start[0] != 0 or (np.diff(start) < 0).any():
        raise ValueError(f"quality.start must be {rows + 1} ascending offsets from 0")
    for name in ("property", "low", "high"):
        if getattr(quality, name).shape != (int(start[-1]),):
            raise ValueError(f"quality.{name} must have {int(start[-1])} rows, as quality.start says")
    starts_a_listing = np.zeros(len(quality.property), np.bool_)
    starts_a_listing[start[:-1][np.diff(start) > 0]] = True
    if not (starts_a_listing[1:] | (np.diff(quality.property) > 0)).all():
        raise ValueError("quality.property must ascend within each listing")
    if (quality.low > quality.high).any():
        raise ValueError("quality.low must be at most quality.high")
    if (np.isnan(quality.low) & np.isnan(quality.high)).any():
        raise ValueError("quality must leave out intervals that are open on both sides")


def _check_values(listings: Listings) -> None:
    if len(np.unique(listings.id)) != len(listings):
        raise ValueError("id must be unique on each side")
    # Comparisons with NaN are false: "not (x < 0)" admits NaN where a value may be missing, "x > 0" does not.
    _require(listings, "resource", listings.resource >= 0, "a row of the resources")
    _require(listings, "latitude", np.abs(listings.latitude) <= 90, "between -90 and 90")
    _require(listings, "longitude", np.abs(listings.longitude) <= 180, "between -180 and 180")
    _require(listings, "last_day", listings.last_day >= listings.first_day, "on or after first_day")
    shares = listings.month_share
    proper: Bool = (shares >= 0).all(axis=1) & (np.abs(shares.sum(axis=1) - 1) <= 1e-6)
    _require(listings, "month_share", proper, "12 shares of 0 or more that sum to 1")
    amounts = listings.amount
    _require(
        listings, "amount", ~((amounts <= 0) | np.isinf(amounts)), "greater than 0, or NaN for not stated"
    )
    _require(listings, "price", ~np.isinf(listings.price), "finite, or NaN for open")
    lots = listings.minimum_lot
    _require(listings, "minimum_lot", (lots >= 0) & np.isfinite(lots), "0 or more and finite")


def _is_blank(rows: Float) -> Bool:
    if rows.ndim != 2 or rows.shape[1] != len(PARTS):
        raise ValueError(f"by_programme must have the shape p × {len(PARTS)}, but has {rows.shape}")
    return np.asarray(np.isnan(rows).all(axis=1), dtype=np.bool_)


def _check_weight_rows(name: str, rows: Float) -> None:
    if rows.ndim != 2 or rows.shape[1] != len(PARTS):
        raise ValueError(f"{name} must have {len(PARTS)} weights, one for each of {', '.join(PARTS)}")
    if not (np.isfinite(rows).all() and (rows >= 0).all() and (rows.sum(axis=1) > 0).all()):
        raise ValueError(f"{name} must hold finite weights of 0 or more, at least one of them above 0")
