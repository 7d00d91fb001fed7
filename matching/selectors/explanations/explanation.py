"""What an explanation of a match holds: assumptions, lines of benefit and of CO2e, and the way through treatment.

Money is EUR, like the catalogue's prices. What is said per unit means one canonical unit of the offered resource.
None: not known.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from django.utils.translation import gettext as _

from catalogue.models import (
    Basis,
    EmissionFactor,
    Resource,
)
from common.units import CANONICAL_UNIT, unit_label
from matching.economics import Band
from matching.models import LimitedBy

CURRENCY: Final = "EUR"
PER_UNIT_PLACES: Final = 4
PER_YEAR_PLACES: Final = 3
PRICE_PLACES: Final = 2
KM_PLACES: Final = 1
# What may be assumed instead, from and to. No road is shorter than the straight line, and nothing is made of nothing.
CHANGEABLE: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "disposal_low": (Decimal(0), Decimal(10) ** 7),
    "disposal_high": (Decimal(0), Decimal(10) ** 7),
    "purchase_low": (Decimal(0), Decimal(10) ** 7),
    "purchase_high": (Decimal(0), Decimal(10) ** 7),
    "transport_cost_per_load": (Decimal(0), Decimal(10) ** 4),
    "transport_cost_per_km": (Decimal(0), Decimal(10) ** 4),
    "road_factor": (Decimal(1), Decimal(10)),
    "treatment_cost": (Decimal(0), Decimal(10) ** 7),
    "yield_per_unit": (Decimal("0.000001"), Decimal(10) ** 6),
    "amount_per_year": (Decimal(0), Decimal(10) ** 12),
}
ASSUMED: Final = "assumed"
"""`limited_by` where the amount is none of the listings' but was put in."""


@dataclass(frozen=True)
class Assumption:
    """One number that the benefit rests on."""

    key: str
    label: str
    value: Decimal | None
    unit: str
    source: str

    @property
    def is_changeable(self) -> bool:
        """Whether `what_if` takes another value; the distance follows from the places and the road factor."""
        return self.key in CHANGEABLE


@dataclass(frozen=True)
class BenefitLine:
    """One line of the joint benefit, signed: what costs is negative; for its low figure and for its high one."""

    key: str
    label: str
    low_eur_per_unit: Decimal | None
    high_eur_per_unit: Decimal | None
    low_eur_per_year: Decimal | None
    high_eur_per_year: Decimal | None
    source: str
    """Whose word it is: what a side said, or the catalogue's."""


@dataclass(frozen=True)
class ShownFactor:
    """An emission factor of the catalogue."""

    key: str
    name: str
    kg_co2e_per_unit: Decimal
    unit: str
    year: int
    source: str
    status: str
    """`published`, `estimate` or `stoichiometry`."""

    @classmethod
    def of(cls, row: EmissionFactor) -> Self:
        """Return a row as it is shown."""
        unit = unit_label(row.unit)
        return cls(row.key, row.name, row.kg_co2e_per_unit, unit, row.year, row.source, row.status)

    @property
    def status_words(self) -> str:
        """How well it is known, in words."""
        return str(Basis(self.status).label)


@dataclass(frozen=True)
class Co2eLine:
    """One line of the CO2e balance, signed: what is emitted is negative. Quantity × factor = kg per unit."""

    key: str
    label: str
    kg_per_unit: Decimal | None
    t_per_year: Decimal | None
    quantity: Decimal | None
    """How much of what the factor counts, per unit offered."""
    quantity_unit: str
    factor: ShownFactor | None
    source: str
    """Where the number comes from if there is no factor; or why it is not known."""


@dataclass(frozen=True)
class CoProduct:
    """What else a process makes, which nobody is credited for."""

    name: str
    amount_per_unit: Decimal
    unit: str


@dataclass(frozen=True)
class PathwayStep:
    """One step on the way from the offer to the request; everything per unit of its own input."""

    kind: str
    """`process` or `substitution`."""
    name: str
    equation: str
    input: str
    input_unit: str
    output: str
    output_slug: str
    output_unit: str
    output_per_unit_offered: Decimal
    """Units of the output that come, by this step, of one unit of the offer."""
    yield_per_unit: Decimal
    cost_eur_per_unit: Decimal
    energy_mwh_per_unit: Decimal
    co2e_kg_per_unit: Decimal | None
    biogenic_kg_per_unit: Decimal | None
    """CO2 of carbon from organisms, which counts nowhere; None: none is known."""
    quality_factor: Decimal
    waste_permit: bool
    basis: str
    """`stoichiometry`, `published` or `estimate`: how well the yield is known."""
    source: str
    cost_source: str
    co_products: tuple[CoProduct, ...]

    @property
    def basis_words(self) -> str:
        """How well the yield is known, in words."""
        return str(Basis(self.basis).label)


@dataclass(frozen=True)
class Explanation:
    """Everything that a match's benefit rests on, or would."""

    is_on_market: bool
    """False: a listing left the market, and only what is stored can be told."""
    unit: str
    assumptions: tuple[Assumption, ...]
    benefit_lines: tuple[BenefitLine, ...]
    benefit_low_eur_per_unit: Decimal | None
    benefit_high_eur_per_unit: Decimal | None
    benefit_low_eur_per_year: Decimal | None
    benefit_high_eur_per_year: Decimal | None
    price_band: Band[Decimal] | None
    """Where both gain if both mean what they said."""
    widest_band: Band[Decimal] | None
    """Where both could gain at most."""
    is_suspicious: bool
    """The two prices part so favourably that one should look twice."""
    co2e_lines: tuple[Co2eLine, ...]
    saved_kg_per_unit: Decimal | None
    saved_t_per_year: Decimal | None
    amount_per_year: Decimal | None
    limited_by: str
    """What keeps the amount from being larger: `offered`, `sought`, `season`, `unknown`; or `assumed`."""
    distance_km: Decimal
    road_km: Decimal | None
    """By the operator's router, where one is asked; no figure rests on it."""
    break_even_km: Decimal | None
    """At most the reach."""
    reach_km: Decimal | None
    pathway: tuple[PathwayStep, ...]
    changed: frozenset[str]
    """Keys of the assumptions that are not the exchange's but were put in."""

    @property
    def limited_by_words(self) -> str:
        """What keeps the amount from being larger, in words."""
        return _("what you assume") if self.limited_by == ASSUMED else limit_words(self.limited_by)

    def assumption(self, key: str) -> Assumption:
        """Return one assumption; KeyError for one that does not stand here."""
        return {row.key: row for row in self.assumptions}[key]


def by_ship_or_round() -> str:
    """Say how goes by road what has open water before it."""
    return _("by ship, or the long way round")


def limit_code(limit: int) -> str:
    """Return the code of a stored limit: `offered`, `sought`, `season` or `unknown`."""
    return LimitedBy(limit).name.lower()


def limit_words(code: str) -> str:
    """Say a limit's code in words."""
    return str(LimitedBy[code.upper()].label)


def rounded(value: float, places: int) -> Decimal | None:
    """Round; None for what is not known or endless."""
    return Decimal(str(round(value, places) + 0.0)) if math.isfinite(value) else None


def unit_of(resource: Resource) -> str:
    return unit_label(CANONICAL_UNIT[resource.dimension])


def said_once(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
