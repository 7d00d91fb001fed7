from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from common.units import (
    DIMENSION_OF_UNIT,
    UNITS_BY_DIMENSION,
    Conversion,
    canonical_factor,
    fitting_units,
    to_canonical,
    unit_factor,
)

NOTHING_KNOWN = Conversion()
STEAM = Conversion(energy_mwh_per_t=Decimal("0.75"))


@pytest.mark.parametrize(
    ("quantity", "unit", "dimension", "canonical"),
    [
        ("12000", "t", "mass", "12000"),
        ("1", "lb", "mass", "0.000454"),
        ("1", "short_ton", "mass", "0.907185"),
        ("3.6", "GJ", "energy", "1"),
        ("1", "MMBtu", "energy", "0.293071"),
        ("5", "mio_us_gal", "volume", "18927.058920"),  # 5 million gallons a day is 18,927 m3
        ("1000", "ft2", "area", "92.903040"),
        ("2", "day", "time", "48"),
    ],
)
def test_to_canonical_own_dimension_exact(quantity: str, unit: str, dimension: str, canonical: str) -> None:
    found = to_canonical(Decimal(quantity), unit, dimension=dimension, conversion=NOTHING_KNOWN)
    assert found == Decimal(canonical)


def test_to_canonical_steam_in_tonnes_becomes_energy() -> None:
    assert to_canonical(Decimal(537_600), "t", dimension="energy", conversion=STEAM) == Decimal(403_200)


def test_to_canonical_gas_by_volume_uses_its_own_calorific_value_before_density() -> None:
    gas = Conversion(Decimal("0.0012"), Decimal(6), Decimal("0.006"))
    assert to_canonical(Decimal(1000), "m3", dimension="energy", conversion=gas) == Decimal(6)


def test_to_canonical_volume_to_energy_by_density_and_calorific_value() -> None:
    oil = Conversion(Decimal("0.9"), Decimal(10))
    assert to_canonical(Decimal(10), "m3", dimension="energy", conversion=oil) == Decimal(90)


def test_canonical_factor_unfit_unit_names_what_would_fit() -> None:
    with pytest.raises(Invalid) as caught:
        canonical_factor("MWh", dimension="mass", conversion=NOTHING_KNOWN)
    assert caught.value.fields == {
        "unit": ["MWh does not measure this resource; use one of: t, kg, lb, short_ton, long_ton."]
    }


def test_canonical_factor_unknown_unit_is_named_and_cut() -> None:
    with pytest.raises(Invalid) as caught:
        canonical_factor("firkin" * 50, dimension="mass", conversion=NOTHING_KNOWN)
    assert caught.value.fields["unit"] == [f"“{('firkin' * 50)[:40]}” is not a unit we know."]


def test_fitting_units_own_dimension_first_then_what_the_conversion_opens() -> None:
    units = fitting_units("energy", STEAM)
    assert units == [*UNITS_BY_DIMENSION["energy"], *UNITS_BY_DIMENSION["mass"]]


@given(st.sampled_from(sorted(DIMENSION_OF_UNIT)), st.decimals("0.001", "1000000", places=3))
def test_to_canonical_any_unit_is_its_factor_times_the_quantity(unit: str, quantity: Decimal) -> None:
    found = to_canonical(quantity, unit, dimension=DIMENSION_OF_UNIT[unit], conversion=NOTHING_KNOWN)
    assert abs(found - quantity * unit_factor(unit)) <= Decimal("0.0000005")
