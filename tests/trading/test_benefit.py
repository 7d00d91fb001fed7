"""What an exchange spares, recomputed by hand."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.benefit_cases import (
    DIRECT,
    GATE_FEE,
    GYPSUM,
    HEAT,
    TREATED,
    factor,
    gross,
    line_of,
    notes,
)
from trading.benefit.account import benefit_of
from trading.benefit.facts import Good, Price
from trading.benefit.lines import (
    BALANCES,
    CO2E_AVOIDED,
    CO2E_DISPOSAL,
    CO2E_PRIMARY,
    CO2E_TRANSPORT,
    CO2E_TREATMENT,
    COST_DISPOSAL,
    COST_PURCHASE,
    COST_SAVED,
    COST_TRANSPORT,
    COST_TREATMENT,
    HAZARDOUS_AVOIDED,
    LANDFILL_DIVERTED,
    NEW_SALES,
    VIRGIN_SAVED,
    WATER_SAVED,
)
from trading.benefit.shares import Shares, shares_of
from trading.models import Metric


def test_direct_exchange_gives_exactly_these_lines() -> None:
    assert gross(DIRECT) == {
        VIRGIN_SAVED: Decimal(1000),
        CO2E_PRIMARY: Decimal(5),  # 1,000 t × 5 kg/t
        CO2E_TRANSPORT: Decimal("-1.2522"),  # 10,000 t·km × 0.12522 kg
        COST_PURCHASE: Decimal(25_000),
        COST_TRANSPORT: Decimal(-1_200),
        NEW_SALES: Decimal(4_000),
    }
    assert notes(DIRECT).splitlines() == [
        "landfill_diverted: what is paid for would not be disposed of",
        "co2e_disposal: what is paid for would not be disposed of",
        "cost_disposal: what is paid for would not be disposed of",
    ]


DISPOSAL_AVOIDED = {
    LANDFILL_DIVERTED: Decimal(1000),
    HAZARDOUS_AVOIDED: Decimal(1000),
    CO2E_DISPOSAL: Decimal("1.26338"),  # 1,000 t × 1.26338 kg/t
    COST_DISPOSAL: Decimal(40_000),  # 1,000 t × 40 EUR/t
}


@pytest.mark.parametrize(
    ("price", "is_avoided"), [("-4", True), ("0", True), ("0.00000001", False), ("4", False)]
)
def test_disposal_is_avoided_unless_the_supplier_is_paid(price: str, is_avoided: bool) -> None:
    facts = replace(DIRECT, hazardous=True, unit_price=Decimal(price))
    found = gross(facts)
    assert {metric: found.get(metric) for metric in DISPOSAL_AVOIDED} == (
        DISPOSAL_AVOIDED if is_avoided else dict.fromkeys(DISPOSAL_AVOIDED)
    )
    said = [f"{metric}: what is paid for would not be disposed of" for metric in DISPOSAL_AVOIDED]
    assert notes(facts).splitlines() == ([] if is_avoided else said)
    # All else is the same.
    rest = {metric: value for metric, value in found.items() if metric not in {*DISPOSAL_AVOIDED, NEW_SALES}}
    assert rest == {metric: value for metric, value in gross(DIRECT).items() if metric != NEW_SALES}


def test_paid_for_without_anything_else_avoided_leaves_no_balance() -> None:
    unknown = replace(GYPSUM, primary=None, purchase_price=None)
    facts = replace(DIRECT, moved=unknown, credited=unknown, replaced=unknown)
    assert gross(facts) == {NEW_SALES: Decimal(4_000)}
    fee = replace(facts, unit_price=Decimal(-4))
    assert benefit_of(fee, Decimal(1000)).gross(CO2E_AVOIDED) == Decimal("0.01118")  # 1.26338 − 1.2522
    assert benefit_of(fee, Decimal(1000)).gross(COST_SAVED) == 40_000 - 1_200


def test_loading_is_paid_however_far_it_goes() -> None:
    loaded = replace(DIRECT, loading_price=Price("transport:bulk", Decimal("4.5"), "an estimate"))
    # 4.5 + 0.12 × 10 km = 5.7 EUR/t
    assert gross(loaded)[COST_TRANSPORT] == Decimal(-5_700)
    line = line_of(loaded, COST_TRANSPORT)
    assert (line.factor, line.factor_unit) == (Decimal("5.7"), "EUR/t")
    next_door = replace(loaded, distance_km=Decimal(0))
    assert gross(next_door)[COST_TRANSPORT] == Decimal(-4_500)
    assert CO2E_TRANSPORT not in gross(next_door)
    assert COST_TRANSPORT not in gross(replace(next_door, mode="none"))


def test_balance_is_avoided_less_spent() -> None:
    found = benefit_of(DIRECT, Decimal(1000))
    assert found.gross(CO2E_AVOIDED) == Decimal(5) - Decimal("1.2522")
    assert found.gross(COST_SAVED) == 25_000 - 1_200
    of_fee = benefit_of(GATE_FEE, Decimal(1000))
    assert of_fee.gross(CO2E_AVOIDED) == Decimal(5) + Decimal("1.26338") - Decimal("1.2522")
    assert of_fee.gross(COST_SAVED) == 40_000 + 25_000 - 1_200


def test_treated_exchange_gives_exactly_these_lines() -> None:
    found = gross(TREATED)
    assert found[VIRGIN_SAVED] == Decimal(843)
    assert found[CO2E_PRIMARY] == Decimal("101.16")  # 843 t × 120 kg/t
    assert found[CO2E_TREATMENT] == Decimal("-74.884")  # 2 + 0.5 + 0.32 × 208.7 + 0.05 × 112 = 74.884 kg/t
    assert found[COST_TREATMENT] == Decimal(-38_000)
    assert found[COST_PURCHASE] == Decimal(21_075)


def test_every_line_says_what_would_have_happened_otherwise() -> None:
    for line in benefit_of(TREATED, Decimal(1000)).lines:
        assert line.baseline.startswith("Without the exchange")


def test_line_with_a_factor_names_key_source_and_year() -> None:
    with_factor = [line for line in benefit_of(TREATED, Decimal(1000)).lines if line.factor is not None]
    assert len(with_factor) == 7  # all but virgin material, which is tonnes as they are
    for line in with_factor:
        assert line.factor_key
        assert line.factor_source
        assert line.factor_unit
        assert line.factor_year in (2025, 2026)
    landfill = line_of(GATE_FEE, CO2E_DISPOSAL)
    assert (landfill.factor, landfill.factor_unit, landfill.factor_status) == (
        Decimal("1.26338"),
        "kg/t",
        "published",
    )


def test_treatment_names_each_step_in_its_source() -> None:
    source = line_of(TREATED, CO2E_TREATMENT).factor_source
    assert source == (
        "calcining: 2 kg itself, 0.5 kg bought in, 0.32 MWh × heat-steam-with-upstream, "
        "0.05 MWh × electricity-grid-dk (an estimate)"
    )


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
def test_amount_that_is_not_above_zero_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        benefit_of(DIRECT, Decimal(amount))


def test_metrics_are_those_of_the_ledger() -> None:
    declared = {Metric.PRIVATE_INVESTMENT.value, Metric.JOBS.value}
    lone = {LANDFILL_DIVERTED, VIRGIN_SAVED, HAZARDOUS_AVOIDED, WATER_SAVED, NEW_SALES}
    parts = {part for parts in BALANCES.values() for part in parts}
    assert lone | parts == set(Metric.values) - declared


def test_factor_per_tonne_counts_a_volume_by_its_density() -> None:
    sludge = replace(
        GYPSUM, unit="m3", in_units={"t": Decimal("1.1"), "m3": Decimal(1)}, conversion_source="weighed"
    )
    facts = replace(GATE_FEE, moved=sludge, credited=sludge, replaced=sludge)
    found = gross(facts)
    assert found[LANDFILL_DIVERTED] == Decimal(1_100)
    assert found[CO2E_PRIMARY] == Decimal("5.5")
    assert found[CO2E_TRANSPORT] == Decimal("-1.37742")
    landfill = line_of(facts, LANDFILL_DIVERTED)
    assert (landfill.factor, landfill.factor_unit, landfill.factor_source) == (
        Decimal("1.1"),
        "t/m3",
        "weighed",
    )


def test_factor_per_mwh_counts_a_fuel_by_its_heating_value() -> None:
    fuel = replace(
        GYPSUM, in_units={"t": Decimal(1), "MWh": Decimal("4.5")}, primary=factor("gas", "200", "MWh")
    )
    facts = replace(DIRECT, credited=fuel)
    assert gross(facts)[CO2E_PRIMARY] == Decimal(900)
    unknown = replace(DIRECT, credited=replace(fuel, in_units={"t": Decimal(1)}))
    assert CO2E_PRIMARY not in gross(unknown)
    assert "how many MWh one t of FGD gypsum is is not known" in notes(unknown)


def test_water_is_saved_in_cubic_metres_and_no_virgin_material() -> None:
    water = Good(
        name="Process water",
        kind="water",
        unit="m3",
        in_units={"t": Decimal(1)},
        primary=factor("water-supply", "0.1913", "m3"),
        disposal=factor("water-treatment", "0.17088", "m3"),
    )
    found = gross(replace(GATE_FEE, moved=water, replaced=water, credited=water, mode="pipe"), "700000")
    assert found[WATER_SAVED] == Decimal(700_000)
    assert found[CO2E_PRIMARY] == Decimal("133.91")
    assert found[CO2E_DISPOSAL] == Decimal("119.616")
    assert {VIRGIN_SAVED, LANDFILL_DIVERTED}.isdisjoint(found)


def test_heat_saves_neither_material_nor_water() -> None:
    heat = Good(name="Steam", kind="heat", unit="MWh", primary=HEAT)
    facts = replace(DIRECT, moved=heat, replaced=heat, credited=heat, mode="pipe", is_waste=False)
    assert {WATER_SAVED, VIRGIN_SAVED, LANDFILL_DIVERTED, CO2E_DISPOSAL}.isdisjoint(gross(facts))
    assert gross(facts)[CO2E_PRIMARY] == Decimal("208.7")


def test_hazardous_waste_counts_as_such_and_other_waste_does_not() -> None:
    assert gross(replace(GATE_FEE, hazardous=True))[HAZARDOUS_AVOIDED] == Decimal(1000)
    assert HAZARDOUS_AVOIDED not in gross(GATE_FEE)


def test_product_avoids_no_disposal() -> None:
    found = gross(replace(GATE_FEE, is_waste=False))
    assert {LANDFILL_DIVERTED, CO2E_DISPOSAL, COST_DISPOSAL}.isdisjoint(found)
    assert {VIRGIN_SAVED, CO2E_PRIMARY, COST_PURCHASE} <= set(found)


def test_what_the_receiver_disposes_of_spares_nothing() -> None:
    facts = replace(DIRECT, goes_to_disposal=True, hazardous=True)
    assert gross(facts) == {NEW_SALES: Decimal(4_000)}
    assert "the receiver disposes of it" in notes(facts)


def test_price_is_sold_by_whom_it_is_paid_to() -> None:
    assert "the supplier would not have sold it" in line_of(DIRECT, NEW_SALES).baseline
    gate_fee = replace(DIRECT, unit_price=Decimal(-4))
    assert gross(gate_fee)[NEW_SALES] == Decimal(4_000)
    assert "the receiver would not have sold the service" in line_of(gate_fee, NEW_SALES).baseline
    assert NEW_SALES not in gross(replace(DIRECT, unit_price=Decimal(0)))


def test_sales_stand_in_the_currency_of_the_agreement() -> None:
    facts = replace(DIRECT, currency="DKK")
    assert line_of(facts, NEW_SALES).unit == "DKK"
    assert line_of(facts, COST_PURCHASE).unit == "EUR"
    assert shares_of(facts, benefit_of(facts, Decimal(1)), Decimal(1)) == Shares(None, None)


def test_line_is_rounded_once_half_to_even() -> None:
    # 0.0001 t × 5 kg/t = 0.0000005 t: halfway, to the even digit, which is nothing; 0.0003 t gives 0.0000015.
    assert CO2E_PRIMARY not in gross(DIRECT, "0.0001")
    assert gross(DIRECT, "0.0003")[CO2E_PRIMARY] == Decimal("0.000002")
    assert gross(DIRECT, "0.0005")[CO2E_PRIMARY] == Decimal("0.000002")


def test_large_and_long_numbers_lose_nothing() -> None:
    found = gross(GATE_FEE, "123456789012.123456")
    assert found[LANDFILL_DIVERTED] == Decimal("123456789012.123456")
    assert found[COST_DISPOSAL] == Decimal("4938271560484.938240")


def test_calculation_knows_no_django() -> None:
    code = "import sys; from trading.benefit import account, shares, years; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
