"""Units that people type, and the canonical ones that are stored: t, MWh, m3, m2 and h. Exact, in Decimal."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import pint
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.errors import Invalid

CANONICAL_UNIT = {"mass": "t", "energy": "MWh", "volume": "m3", "area": "m2", "time": "h"}
# In English, as the API documents them; `unit_label` says them in the reader's language.
UNIT_LABEL = {
    "t": "t",
    "kg": "kg",
    "lb": "lb",
    "short_ton": gettext_noop("short ton (US)"),
    "long_ton": gettext_noop("long ton (UK)"),
    "MWh": "MWh",
    "kWh": "kWh",
    "GWh": "GWh",
    "GJ": "GJ",
    "MJ": "MJ",
    "TJ": "TJ",
    "MMBtu": "MMBtu",
    "m3": "m³",
    "l": gettext_noop("litre"),
    "Ml": gettext_noop("megalitre"),
    "us_gal": gettext_noop("gallon (US)"),
    "mio_us_gal": gettext_noop("million gallons (US)"),
    "ft3": "ft³",
    "m2": "m²",
    "ft2": "ft²",
    "h": gettext_noop("hour"),
    "day": gettext_noop("day"),
}
UNITS_BY_DIMENSION = {
    "mass": ("t", "kg", "lb", "short_ton", "long_ton"),
    "energy": ("MWh", "kWh", "GWh", "GJ", "MJ", "TJ", "MMBtu"),
    "volume": ("m3", "l", "Ml", "us_gal", "mio_us_gal", "ft3"),
    "area": ("m2", "ft2"),
    "time": ("h", "day"),
}
DIMENSION_OF_UNIT = {unit: dimension for dimension, units in UNITS_BY_DIMENSION.items() for unit in units}
_PINT_NAME = {
    "t": "metric_ton",
    "m3": "meter**3",
    "m2": "meter**2",
    "ft3": "foot**3",
    "ft2": "foot**2",
    "l": "liter",
    "Ml": "megaliter",
    "us_gal": "gallon",
    "h": gettext_noop("hour"),
    "lb": "pound",
    "mio_us_gal": "gallon",
    "MMBtu": "Btu",
}
_MULTIPLE = {"mio_us_gal": 1_000_000, "MMBtu": 1_000_000}
PLACES = Decimal("0.000001")


def unit_label(unit: str) -> str:
    """Return a unit's code as people write it in the reader's language (m3 → m³, h → hour); an unknown one as it is."""
    label = UNIT_LABEL.get(unit)
    return _(label) if label else unit


@dataclass(frozen=True)
class Conversion:
    """What lets a quantity cross dimensions: t per m3, MWh per t, MWh per m3; None where nothing is known."""

    density_t_per_m3: Decimal | None = None
    energy_mwh_per_t: Decimal | None = None
    energy_mwh_per_m3: Decimal | None = None


@cache
def _registry() -> "pint.UnitRegistry[Decimal]":
    return pint.UnitRegistry(non_int_type=Decimal)


@cache
def unit_factor(unit: str) -> Decimal:
    """Return how many canonical units of its own dimension one `unit` is; KeyError for an unknown unit."""
    dimension = DIMENSION_OF_UNIT[unit]
    registry = _registry()
    target = CANONICAL_UNIT[dimension]
    one = registry.Quantity(Decimal(_MULTIPLE.get(unit, 1)), _PINT_NAME.get(unit, unit))
    return Decimal(one.to(_PINT_NAME.get(target, target)).magnitude)


def _cross_factor(source: str, target: str, conversion: Conversion) -> Decimal | None:
    """Return canonical units of `target` per canonical unit of `source`, or None where the factor is not known."""
    density, per_t, per_m3 = (
        conversion.density_t_per_m3,
        conversion.energy_mwh_per_t,
        conversion.energy_mwh_per_m3,
    )
    known: dict[tuple[str, str], Decimal] = {}
    if density:
        known["volume", "mass"], known["mass", "volume"] = density, 1 / density
    if per_t:
        known["mass", "energy"], known["energy", "mass"] = per_t, 1 / per_t
    if per_m3:
        known["volume", "energy"], known["energy", "volume"] = per_m3, 1 / per_m3
    elif density and per_t:
        known["volume", "energy"], known["energy", "volume"] = density * per_t, 1 / (density * per_t)
    return Decimal(1) if source == target else known.get((source, target))


def fitting_units(dimension: str, conversion: Conversion) -> list[str]:
    """Return the units in which a quantity of this dimension can be typed, its own dimension's first."""
    dimensions = sorted(UNITS_BY_DIMENSION, key=lambda name: name != dimension)
    return [
        unit
        for name in dimensions
        if _cross_factor(name, dimension, conversion) is not None
        for unit in UNITS_BY_DIMENSION[name]
    ]


def canonical_factor(unit: str, *, dimension: str, conversion: Conversion) -> Decimal:
    """Return canonical units of `dimension` per one `unit`.

    Raises `Invalid` on the field `unit` when the unit is unknown or cannot measure this dimension.
    """
    if unit not in DIMENSION_OF_UNIT:
        raise Invalid({"unit": _("“%(unit)s” is not a unit we know.") % {"unit": unit[:40]}})
    factor = _cross_factor(DIMENSION_OF_UNIT[unit], dimension, conversion)
    if factor is None:
        units = ", ".join(fitting_units(dimension, conversion))
        raise Invalid(
            {
                "unit": _("%(unit)s does not measure this resource; use one of: %(units)s.")
                % {"unit": unit, "units": units}
            }
        )
    return unit_factor(unit) * factor


def to_canonical(quantity: Decimal, unit: str, *, dimension: str, conversion: Conversion) -> Decimal:
    """Return `quantity` in the canonical unit of `dimension`, to six decimal places."""
    return (quantity * canonical_factor(unit, dimension=dimension, conversion=conversion)).quantize(PLACES)
