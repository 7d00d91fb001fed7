"""The glass furnace that heats a greenhouse: figures, months, climates, and controls that turn each of them."""

from functools import cache

import pytest

from planning.cases.canadian import cad
from planning.cases.glass_greenhouse import CASE, case_at, results
from planning.cases.glass_greenhouse.network import AREA, LIFT, assumptions_at, built_as, make_network, yearly
from planning.optimize.answers import Plan
from planning.optimize.checks import find_faults
from planning.optimize.network import Metric
from planning.studies.finance import Kind
from tests.planning.cases.documents import documented, figure_lines, planned, table_lines, tornado_lines

GIVEN = CASE.assumptions


@cache
def _planned() -> tuple[Plan, Plan]:
    return planned(CASE)


@cache
def _figures() -> dict[str, float]:
    return {one.name: one.value for one in CASE.figures(GIVEN, *_planned())}


def test_today_s_greenhouse_spares_the_gas_of_1_4_ha() -> None:
    found = _figures()
    # 422 kWh/m² × 1.4 ha = 5,910 MWh, at 85 % 6,953 MWh of gas; 1,375 t at 0.198 t/MWh, 1,409 at 0.2027.
    assert found["gas spared by today's greenhouse"] == 6953
    assert found["CO2 spared by today's greenhouse"] == 1409
    assert found["gas spared by today's greenhouse"] * 0.198 == pytest.approx(1375, rel=0.002)
    assert found["peak of today's greenhouse"] == 2.9
    assert found["share of the usable heat that today's greenhouse takes"] == 0.102


def test_its_value_stays_below_the_recalled_one_and_the_figures_say_so() -> None:
    figures = {one.name: one for one in CASE.figures(GIVEN, *_planned())}
    value = figures["net present value, today's greenhouse"]
    assert (value.value, value.agrees) == (2.72, False)
    price = figures["gas price at which it is worth 4.6 million"]
    assert (price.value, price.agrees) == (65.0, False)
    dearer = GIVEN.changed({"land": 0.0, "gas price": 65.0})
    network = make_network(dearer)
    plan, baseline = results.solved(network), results.solved(network.without_exchange())
    assert results.value_of(plan, baseline) == pytest.approx(4.6e6, rel=0.002)
    assert figures["heat of a greenhouse"].agrees is None


def test_greenhouse_that_pays_lies_between_what_the_heat_carries_and_what_the_year_suggests() -> None:
    found = _figures()
    assert found["greenhouse that the heat carries at the peak"] == 3.18
    assert found["greenhouse that the heat carries in every month"] == 5.38
    assert found["greenhouse that pays"] == 10.3
    assert found["greenhouse that the year's sum suggests"] == 13.57


def test_a_year_s_sum_claims_more_than_twice_what_comes() -> None:
    found = results.year_against_months(GIVEN)
    assert found.area_ha == pytest.approx(13.57, abs=0.01)
    assert found.npv / 1e6 == pytest.approx(20.47, abs=0.01)
    assert found.npv_in_months / 1e6 == pytest.approx(8.09, abs=0.01)
    assert found.heat_in_months_mwh / found.heat_mwh == pytest.approx(0.606, abs=0.001)
    # And the plan by months is worth more than the year's plan in the months.
    assert results.value_of(*_planned()) / 1e6 == pytest.approx(9.30, abs=0.01)


def test_what_is_built_as_decided_is_the_same_plan() -> None:
    plan, _ = _planned()
    again = results.solved(built_as(make_network(GIVEN), plan.size))
    assert again.objective == pytest.approx(plan.objective, rel=1e-9)
    assert not find_faults(make_network(GIVEN))
    assert not find_faults(yearly(GIVEN))


def test_the_added_greenhouse_is_kept_warm_in_every_month() -> None:
    plan, baseline = _planned()
    added = results.size_of(plan, AREA)
    assert added == pytest.approx(8.90, abs=0.01)
    assert plan.activity[0].tolist() == pytest.approx((added * plan.network.periods.hours).tolist())
    assert baseline.activity.sum() == 0
    # Its winter is heated by gas, for tomatoes that come from elsewhere without it: on the site more CO2e, not less.
    assert baseline.metrics[Metric.CO2E] - plan.metrics[Metric.CO2E] == pytest.approx(-1318, abs=1)


@pytest.mark.parametrize(
    ("changes", "link_mw", "pays_ha"),
    [
        # The stack is too cool for the heating water: no link, and on gas alone no hectare pays.
        ({"stack temperature": 70.0}, 0.0, 1.4),
        # Gas for nothing: no link, and all the land.
        ({"gas price": 0.0}, 0.0, 41.4),
        # Tomatoes at what they cost: only today's greenhouse is heated.
        ({"tomato price": 633.4}, 1.71, 1.4),
        # Twice the furnace: one pipe carries 8.2 MW of it at most.
        ({"glass melted": 1200.0}, 8.22, 12.87),
        # The greenhouse 30 km away: the pipe costs more than the gas.
        ({"distance": 30.0, "land": 0.0}, 0.0, 1.4),
    ],
)
def test_controls_turn_link_and_greenhouse(changes: dict[str, float], link_mw: float, pays_ha: float) -> None:
    network = make_network(GIVEN.changed(changes))
    plan = results.solved(network)
    assert results.size_of(plan, LIFT) == pytest.approx(link_mw, abs=0.01)
    assert GIVEN["greenhouse"] + results.size_of(plan, AREA) == pytest.approx(pays_ha, abs=0.05)


def test_all_climates_are_planned_and_the_documents_show_them() -> None:
    table = results.climate_table(GIVEN)
    assert len(table.rows) == 18
    by_town = {row[0]: row[1:] for row in table.rows}
    assert by_town["Kingston ON"] == ("published", 422, 90.5, 5.4, 13.6, 10.3, 37708, 7643, 9.3)
    assert by_town["Oulu"] == ("general knowledge", 635, 122.4, 4.0, 9.0, 4.4, 32132, 6513, 7.87)
    assert by_town["Ahmedabad"][6:8] == (0, 0)
    assert set(table_lines(table)) <= documented()


@pytest.mark.parametrize("town", ["Ahmedabad", "Oulu"])
def test_figures_of_other_climates_are_there_too(town: str) -> None:
    case = case_at(town)
    found = {one.name: one.value for one in case.figures(case.assumptions, *planned(case))}
    demand = {"Ahmedabad": 1.4, "Oulu": 635.1}[town]
    assert found["heat of a greenhouse"] == demand
    # Where there is nothing to heat, no gas price makes the link worth it.
    assert (found["gas price at which it is worth 4.6 million"] == float("inf")) == (town == "Ahmedabad")


def test_figures_tables_and_tornado_stand_in_the_documents() -> None:
    plan, baseline = _planned()
    lines = documented()
    assert CASE.tornado is not None
    assert set(figure_lines(CASE.figures(GIVEN, plan, baseline))) <= lines
    assert set(table_lines(results.month_table(GIVEN, plan))) <= lines
    assert set(table_lines(results.year_table(GIVEN, plan, baseline))) <= lines
    assert set(tornado_lines(CASE.tornado(GIVEN), "CAD")) <= lines


def test_views_add_up_to_the_plan() -> None:
    plan, baseline = _planned()
    assert CASE.views is not None
    together, public, *companies = CASE.views(GIVEN, plan, baseline)
    assert [view.investor for view in companies] == ["Glass works", "Grower"]
    assert sum(view.npv for view in companies) == pytest.approx(together.npv)
    assert together.irr.value == pytest.approx(0.0945, abs=0.0001)
    assert together.payback_years == pytest.approx(9.13, abs=0.01)
    assert public.total(Kind.CARBON) == pytest.approx(20 * -1318 * 27.22, rel=0.001)


def test_every_assumption_has_unit_basis_source_and_money_its_year() -> None:
    for one in case_at("Kota").assumptions.all():
        assert one.unit, one.name
        assert one.source, one.name
        assert one.year == 2010 or not one.unit.startswith("CAD"), one.name
    with pytest.raises(KeyError, match="no such"):
        GIVEN.changed({"no such": 1.0})


def test_money_is_converted_at_its_year_s_rate_and_then_by_consumer_prices() -> None:
    assert cad(100.0, currency="EUR", of=2022) == pytest.approx(100 * 1.370 * 116.5 / 151.2)
    assert cad(100.0, currency="CAD", of=2010) == 100.0
    with pytest.raises(
        KeyError, match="EUR of 1999 cannot be converted: say the price in one of CAD of 2006"
    ):
        cad(1.0, currency="EUR", of=1999)


def test_place_changes_only_the_climate() -> None:
    here, there = assumptions_at("Kingston ON"), assumptions_at("Oulu")
    differ = [name for name in here if here[name] != there[name]]
    assert all(name.startswith(("latitude", "temperature, ", "radiation, ")) for name in differ)
    assert len(differ) == 25
