"""The eight-factory park and the six ways of public support: figures by hand, and controls that turn each of them."""

from functools import cache

import pytest

from planning.cases.pv_park import CASE, results
from planning.cases.pv_park.park import (
    FACTORIES,
    PARK,
    area_m2,
    glass_t,
    silane_deposited_t,
    silane_recovered,
    silane_used_t,
)
from planning.cases.pv_park.support import (
    SUPPORT,
    Support,
    project_of,
    revenue_per_year,
    subsidy_needed,
    ways_of,
)
from planning.optimize.answers import Plan, make_plan
from planning.optimize.checks import find_faults
from planning.optimize.network import Metric
from planning.studies.finance import Kind
from planning.studies.rates import Verdict
from tests.planning.cases.documents import documented, figure_lines, planned, table_lines, tornado_lines

GIVEN = CASE.assumptions


@cache
def _planned() -> tuple[Plan, Plan]:
    return planned(CASE)


@cache
def _figures() -> dict[str, float]:
    return {one.name: one.value for one in CASE.figures(GIVEN, *_planned())}


@cache
def _ways() -> dict[str, Support]:
    return {one.way: one for one in ways_of(GIVEN)}


def _plan(changes: dict[str, float]) -> Plan:
    plan, outcome = make_plan(CASE.make_network(GIVEN.changed(changes)))
    assert plan is not None, outcome.status
    return plan


def test_a_gigawatt_of_modules_by_hand() -> None:
    assert area_m2(GIVEN) == pytest.approx(12.5e6)
    assert glass_t(GIVEN) == pytest.approx(187_500)
    # 1.165 g/m² of silicon are 16.65 t of silane; at 15 % use 111 t, of which 94.4 leave as exhaust.
    assert silane_deposited_t(GIVEN) == pytest.approx(12.5 * 1.165 * 1.1435)
    assert silane_used_t(GIVEN) == pytest.approx(111.0, abs=0.1)
    # Of the exhaust 96.4 % must come back for a loss of 17 % of what is bought.
    assert silane_recovered(GIVEN) == pytest.approx((1 / 0.15 - 1 / 0.83) / (1 / 0.15 - 1))


def test_park_spares_what_is_published() -> None:
    found = _figures()
    assert found["raw material spared by cullet"] == 30_000
    assert found["batch spared by it"] == 35_100
    assert found["tomatoes"] == 4410
    assert (found["silane lost before"], found["silane lost with recycling"]) == (0.85, 0.17)
    assert found["less silane bought"] == 0.819
    assert found["furnace gas spared by cullet"] == 0.044
    figures = CASE.figures(GIVEN, *_planned())
    assert [one.name for one in figures if one.agrees is False] == []
    assert sum(one.agrees is None for one in figures) == 17


def test_park_has_eight_factories_and_its_network_no_fault() -> None:
    network = CASE.make_network(GIVEN)
    assert network.parties == (*FACTORIES, "Region")
    assert not find_faults(network)
    plan, baseline = _planned()
    assert baseline.metrics[Metric.LANDFILL] - plan.metrics[Metric.LANDFILL] == pytest.approx(30_000)
    # 33,333 t of waste glass at 90 %; the rest of 40,000 t and 3,333 t of residue are landfilled still.
    assert plan.metrics[Metric.LANDFILL] == pytest.approx(40_000 - 30_000 / 0.9 + 30_000 / 9)


@pytest.mark.parametrize(
    ("changes", "cullet_t", "silane_t", "greenhouse_ha", "power_mw"),
    [
        ({}, 30_000, 20.06, 8.82, 0.0),
        # More cullet than there is waste glass for: 40,000 t at 90 %.
        ({"cullet share": 0.3}, 36_000, 20.06, 8.82, 0.0),
        ({"waste glass": 0.0}, 0, 20.06, 8.82, 0.0),
        # Recycling that costs more than the silane: it is burnt as before.
        ({"silane recycling cost": 1.0}, 30_000, 111.0, 8.82, 0.0),
        # A stack too cool to heat with: no tomatoes.
        ({"stack temperature": 70.0}, 30_000, 20.06, 0.0, 0.0),
        # Power twice as dear: the engines run, and their heat carries a larger greenhouse.
        ({"power price": 180.0}, 30_000, 20.06, 26.43, 10.0),
    ],
)
def test_controls_turn_each_loop(
    changes: dict[str, float], cullet_t: float, silane_t: float, greenhouse_ha: float, power_mw: float
) -> None:
    plan = _plan(changes)
    found = {one.name: one.value for one in CASE.figures(GIVEN.changed(changes), plan, _planned()[1])}
    assert found["raw material spared by cullet"] == pytest.approx(cullet_t)
    assert found["silane bought with recycling"] == pytest.approx(silane_t, abs=0.05)
    assert found["greenhouse built"] == pytest.approx(greenhouse_ha, abs=0.01)
    assert found["power station built"] == pytest.approx(power_mw, abs=0.01)


def test_full_subsidy_by_hand() -> None:
    view = _ways()["full subsidy"].public
    # Tax: 28 % of 250 million; wages 17.78 and 224; sales 13 % of 30 % of 1.4 bn; coal 300 MW × 1,150 h × 30,
    # and as much more each year.
    first = 70e6 + 17.78e6 + 224e6 + 54.6e6 + 10.35e6
    assert view.cash_flow[:4] == pytest.approx((-1.2e9, -1.2e9, first, first + 10.35e6))
    five = 5 * first + 10 * 10.35e6
    assert view.payback_years == pytest.approx(6 + (2.4e9 - five) / (first + 5 * 10.35e6))
    assert view.irr.value == pytest.approx(0.1574, abs=0.0001)
    assert revenue_per_year(GIVEN) / 1e6 == pytest.approx(475.055)


@pytest.mark.parametrize(
    ("way", "outlay", "rate", "slowest", "company"),
    [
        ("full subsidy", 2400, 0.1574, 7.22, 1393),
        ("subsidy and sale", 2400, 0.2858, 2.86, 101),
        ("part subsidy", 600, 0.4969, 2.86, -130),
        ("publicly owned", 2400, 0.2209, 5.25, None),
        ("loan guarantee", 0, None, 0.0, 262),
        ("tax holiday", 0, None, 0.0, -434),
    ],
)
def test_six_ways_side_by_side(
    way: str, outlay: float, rate: float | None, slowest: float, company: float | None
) -> None:
    found = _ways()[way]
    assert found.outlay / 1e6 == pytest.approx(outlay)
    assert found.rate.value == pytest.approx(rate, abs=0.0001)
    assert found.rate.verdict is (Verdict.ONE if rate else Verdict.NO_OUTLAY)
    assert found.slowest_years == pytest.approx(slowest, abs=0.01)
    assert (found.company.npv / 1e6 if found.company else None) == pytest.approx(company, abs=0.5)
    # What both get is what each of them gets.
    both = zip(found.federal.cash_flow, found.provincial.cash_flow, strict=True)
    assert [a + b for a, b in both] == pytest.approx(found.public.cash_flow)


def test_a_payment_between_government_and_company_is_one_payment() -> None:
    ways = _ways()
    base = project_of(GIVEN)
    besides = sum(
        sum(line.amounts)
        for line in ways["publicly owned"].public.lines
        if line.kind in (Kind.TAX, Kind.OTHER)
    )
    for way in ("full subsidy", "subsidy and sale", "part subsidy", "tax holiday"):
        company = ways[way].company
        assert company is not None
        # Subsidies, price and tax on income cancel: what is left is the plant, its profit and the taxes of others.
        total = sum(ways[way].public.cash_flow) + sum(company.cash_flow)
        assert total == pytest.approx(20 * 250e6 - base.capex + besides), way


def test_what_the_return_rests_on_is_said() -> None:
    rows = {row[0]: row[1:] for row in results.rest_table(GIVEN).rows}
    assert rows["as assumed"] == (475, "7.0", "7.2", "15.7 %", 3099)
    # Without the jobs around the plant the slower government waits longer than the twelve years published.
    assert rows["no job around the plant counts"] == (251, "12.6", "16.7", "6.7 %", 441)
    assert rows["neither these jobs nor coal"] == (142, "17.9", "19.3", "1.6 %", -653)


def test_least_subsidy_is_what_brings_the_company_to_its_rate() -> None:
    needed = subsidy_needed(GIVEN)
    assert needed is not None
    assert needed / 1e6 == pytest.approx(753.6, abs=0.1)
    at_rate = ways_of(GIVEN.changed({"part subsidized": needed / 2.4e9}))[2].company
    assert at_rate is not None
    assert at_rate.npv == pytest.approx(0.0, abs=10.0)
    assert subsidy_needed(GIVEN.changed({"module price": 1.1})) is None
    assert subsidy_needed(GIVEN.changed({"module price": 1.8})) == 0.0


@pytest.mark.parametrize(
    ("price", "needed", "slowest"), [(1.8, 0.0, 6.08), (1.1, float("inf"), float("inf"))]
)
def test_figures_say_that_no_subsidy_is_needed_or_that_none_is_enough(
    price: float, needed: float, slowest: float
) -> None:
    changes = {"module price": price, "jobs around it": 0.0 if price < 1.15 else 28_000.0}
    found = {one.name: one.value for one in CASE.figures(GIVEN.changed(changes), *_planned())}
    assert found["least subsidy with which the company builds"] == needed
    assert found["slowest way, slower government"] == pytest.approx(slowest, abs=0.01)


def test_figures_tables_and_tornado_stand_in_the_documents() -> None:
    assert CASE.tables is not None
    assert CASE.tornado is not None
    lines = documented()
    assert set(figure_lines(CASE.figures(GIVEN, *_planned()))) <= lines
    for table in CASE.tables(GIVEN, *_planned()):
        assert set(table_lines(table)) <= lines, table.title
    assert set(tornado_lines(CASE.tornado(GIVEN), "CAD")) <= lines


def test_views_show_each_company_and_each_way() -> None:
    assert CASE.views is not None
    views = {view.investor: view for view in CASE.views(GIVEN, *_planned())}
    own = (
        "Recycling",
        "Sheet glass",
        "Deposition and modules",
        "Greenhouse",
        "Silane recycling",
        "Frames",
        "Packaging",
    )
    companies = [views[name] for name in (*own, "Power", "Region") if name in views]
    assert sum(view.npv for view in companies) == pytest.approx(views["All companies"].npv, rel=1e-6)
    assert views["Recycling"].total(Kind.REPLACEMENT) == pytest.approx(-4.2233e6, rel=1e-4)
    assert views["Canada and Ontario: publicly owned"].total(Kind.PROFIT) == pytest.approx(5e9)
    assert len([name for name in views if name.startswith("Canada and Ontario: ")]) == 6


def test_every_assumption_has_unit_basis_source_and_money_its_year() -> None:
    assert len(GIVEN) == len(PARK) + len(SUPPORT)
    for one in GIVEN.all():
        assert one.unit, one.name
        assert one.source, one.name
        assert one.year == 2010 or "CAD" not in one.unit, one.name
