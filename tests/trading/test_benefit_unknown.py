"""What is not known makes no line but a note, and no balance that looks better than it is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.benefit_cases import (
    CALCINING,
    DIRECT,
    FREIGHT_WITHOUT,
    GATE_FEE,
    GYPSUM,
    TREATED,
    gross,
    line_of,
    notes,
)
from trading.benefit.account import benefit_of
from trading.benefit.lines import (
    BALANCES,
    CO2E_AVOIDED,
    CO2E_DISPOSAL,
    CO2E_PRIMARY,
    CO2E_TRANSPORT,
    COST_PURCHASE,
    COST_SAVED,
    COST_TRANSPORT,
    LANDFILL_DIVERTED,
    NEW_SALES,
    VIRGIN_SAVED,
)


def test_unknown_replacement_makes_no_line_but_a_note() -> None:
    facts = replace(GATE_FEE, credited=replace(GYPSUM, primary=None))
    found = gross(facts)
    assert CO2E_PRIMARY not in found
    assert VIRGIN_SAVED not in found
    assert "co2e_primary: the catalogue has no factor for what FGD gypsum replaces" in notes(facts)
    assert "virgin_saved" in notes(facts)
    # What is known stands, and is too low rather than too high.
    assert found[CO2E_DISPOSAL] == Decimal("1.26338")
    assert benefit_of(facts, Decimal(1000)).gross(CO2E_AVOIDED) == Decimal("0.01118")


def test_unknown_disposal_makes_neither_landfill_nor_disposal() -> None:
    facts = replace(GATE_FEE, moved=replace(GYPSUM, disposal=None))
    assert {LANDFILL_DIVERTED, CO2E_DISPOSAL}.isdisjoint(gross(facts))
    assert "landfill_diverted: what happens to FGD gypsum without the exchange is not known" in notes(facts)
    assert CO2E_PRIMARY in gross(facts)


def test_balance_of_nothing_but_transport_does_not_stand() -> None:
    unknown = replace(GYPSUM, primary=None, disposal=None, disposal_price=None, purchase_price=None)
    facts = replace(DIRECT, moved=unknown, credited=unknown, replaced=unknown)
    assert gross(facts) == {NEW_SALES: Decimal(4_000)}
    assert "co2e_avoided: nothing that is avoided is known" in notes(facts)
    assert "cost_saved: nothing that is avoided is known" in notes(facts)


@pytest.mark.parametrize(
    ("changes", "balance"),
    [
        ({"distance_km": None}, CO2E_AVOIDED),
        ({"distance_km": None}, COST_SAVED),
        ({"freight": None}, CO2E_AVOIDED),
        ({"freight": FREIGHT_WITHOUT}, CO2E_AVOIDED),
        ({"transport_price": None}, COST_SAVED),
        ({"steps": (replace(CALCINING, process_kg=None),)}, CO2E_AVOIDED),
        ({"steps": (replace(CALCINING, bought_in_kg=None),)}, CO2E_AVOIDED),
        ({"steps": (CALCINING,), "heat": None}, CO2E_AVOIDED),
        ({"steps": (CALCINING,), "power": None}, CO2E_AVOIDED),
        ({"steps": (replace(CALCINING, cost=None),)}, COST_SAVED),
    ],
)
def test_balance_with_something_unknown_spent_does_not_stand(
    changes: dict[str, object], balance: str
) -> None:
    facts = replace(GATE_FEE, **changes)  # type: ignore[arg-type]
    assert set(BALANCES[balance]).isdisjoint(gross(facts))
    assert f"and so {balance} is not" in notes(facts)
    assert gross(facts)[LANDFILL_DIVERTED] == Decimal(1000)
    # The control: with all of it known, it stands.
    assert not set(BALANCES[balance]).isdisjoint(gross(TREATED))


def test_weight_that_is_not_known_leaves_no_balance() -> None:
    gas = replace(GYPSUM, kind="material", unit="m3", in_units={"m3": Decimal(1)}, disposal=None)
    facts = replace(DIRECT, moved=gas)
    assert "what one m3 of FGD gypsum weighs is not known" in notes(facts)
    assert CO2E_PRIMARY not in gross(facts)


def test_what_does_not_travel_spends_nothing_on_the_way() -> None:
    for changes in ({"mode": "none", "distance_km": None}, {"distance_km": Decimal(0)}):
        facts = replace(DIRECT, **changes)
        assert {CO2E_TRANSPORT, COST_TRANSPORT}.isdisjoint(gross(facts))
        assert {CO2E_PRIMARY, COST_PURCHASE} <= set(gross(facts))


def test_pipe_counts_its_cost_and_says_that_its_pumps_are_left_out() -> None:
    facts = replace(DIRECT, mode="pipe")
    assert CO2E_TRANSPORT not in gross(facts)
    assert gross(facts)[COST_TRANSPORT] == Decimal(-1_200)
    assert "co2e_transport: what pumps on the way emit is not known" in notes(facts)
    assert line_of(facts, CO2E_PRIMARY).baseline.endswith("not taken off.")
    assert not line_of(DIRECT, CO2E_PRIMARY).baseline.endswith("not taken off.")
