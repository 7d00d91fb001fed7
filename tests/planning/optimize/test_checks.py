"""Faults of a network, named before anything is solved, and how a search ends where there is no plan."""

from dataclasses import replace

import numpy as np
import pytest

from planning.optimize.checks import Fault, find_faults
from planning.optimize.draft import Draft
from planning.optimize.infeasible import explain_infeasibility
from planning.optimize.model import build_model
from planning.optimize.network import Economy, Investment, Network, months, one_year
from planning.optimize.solving import Progress, Settings, Status, solve
from tests.planning.optimize import tiny
from tests.planning.optimize.published import dhmin_mnl


def _codes(network: Network) -> set[tuple[Fault, str]]:
    return {(one.fault, one.subject) for one in find_faults(network)}


@pytest.mark.parametrize(
    "name", ["balance", "capacity", "runs_within", "one_at_a_time", "carries_over", "one_of"]
)
def test_a_sound_network_has_no_faults(name: str) -> None:
    assert find_faults(getattr(tiny, name)()) == []


def test_demand_that_nothing_meets_is_named() -> None:
    draft = Draft(one_year())
    draft.node("steam at B", party=draft.party("B"), resource="steam", unit="MWh", demand=5)
    assert _codes(draft.network()) == {(Fault.DEMAND_WITHOUT_SUPPLY, "steam at B")}


def test_supply_that_nothing_takes_is_named() -> None:
    draft = Draft(one_year())
    draft.node("gypsum at A", party=draft.party("A"), resource="gypsum", unit="t", supply=5)
    assert _codes(draft.network()) == {(Fault.SUPPLY_WITHOUT_OUTLET, "gypsum at A")}


def test_what_earns_for_ever_is_named_and_proven() -> None:
    draft = Draft(one_year())
    node = draft.node("power at A", party=draft.party("A"), resource="power", unit="MWh")
    draft.purchase(node, price=50.0)
    draft.dispose(node, cost=-60.0, name="sale")
    network = draft.network()
    assert _codes(network) == {(Fault.EARNS_FOR_EVER, "power at A")}
    assert solve(build_model(network)).status is Status.UNBOUNDED


def test_a_process_that_makes_mass_is_named_unless_it_says_from_what() -> None:
    def burner(air: float) -> Network:
        draft = Draft(one_year())
        party = draft.party("A")
        lime = draft.node("lime", party=party, resource="lime", unit="t", supply=1)
        slaked = draft.node("slaked lime", party=party, resource="slaked lime", unit="t")
        draft.dispose(slaked, cost=-80.0)
        draft.process("slaking", party=party, takes={lime: 1.0}, gives={slaked: 1.32}, other_mass_t=air)
        return draft.network()

    assert _codes(burner(0.0)) == {(Fault.MAKES_MASS, "slaking")}
    assert find_faults(burner(0.32)) == []


def test_a_limit_without_any_capacity_is_pointed_out() -> None:
    network = tiny.capacity()
    shut = replace(network, limits=(replace(network.limits[0], existing=np.zeros(2)),), investments=())
    (found,) = find_faults(shut)
    assert (found.fault, found.subject, found.is_error) == (Fault.NO_CAPACITY, "pipe", False)


def test_mixed_units_and_price_years_and_unknown_numbers_are_named() -> None:
    network = tiny.capacity()
    mixed = replace(
        network,
        nodes=replace(network.nodes, units=["t", "MWh"]),
        arcs=replace(network.arcs, kept=np.ones(1), cost=np.full((1, 2), np.nan)),
        investments=(replace(network.investments[0], price_year=2010, capex=5.0),),
    )
    assert {fault for fault, _ in _codes(mixed)} == {
        Fault.MIXED_UNITS,
        Fault.NOT_A_NUMBER,
        Fault.MIXED_PRICE_YEARS,
        Fault.UNBOUNDED_SIZE,
    }


def test_an_agreement_beyond_what_can_be_sent_is_named() -> None:
    network = tiny.balance()
    wrong = replace(
        network, arcs=replace(network.arcs, lower=np.full((1, 2), 9.0), upper=np.full((1, 2), 8.0))
    )
    assert _codes(wrong) == {(Fault.WRONG_BOUNDS, "steam at A → steam at B")}


def test_what_clashes_is_named_with_the_least_that_helps() -> None:
    """B needs 12 t a month, A has 10 and may dispose of none, 11 are agreed: two of these have to give way."""
    draft = Draft(months())
    a, b = draft.party("A"), draft.party("B")
    source = draft.node("gypsum at A", party=a, resource="gypsum", unit="t", supply=10)
    sink = draft.node("gypsum at B", party=b, resource="gypsum", unit="t", demand=12)
    draft.arc(source, sink, lower=[11.0] + [0.0] * 11)
    model = build_model(draft.network())
    assert solve(model).status is Status.INFEASIBLE
    found = explain_infeasibility(model)
    assert set(found.clashing) <= {model.row_name(row) for row in range(24)} | {
        "bounds of flow[gypsum at A → gypsum at B, Jan]"
    }
    assert found.clashing
    by_name = {one.name: one for one in found.relaxations}
    assert sum(one.amount for one in by_name.values()) == pytest.approx(12 * 2)
    assert by_name["balance[gypsum at B, Feb]"].amount == pytest.approx(2.0)
    assert by_name["balance[gypsum at B, Feb]"].raises


def test_a_programme_that_has_a_plan_has_nothing_to_explain() -> None:
    found = explain_infeasibility(build_model(tiny.balance()))
    assert found.clashing == ()
    assert found.relaxations == ()


def test_a_search_without_time_says_so() -> None:
    outcome = solve(build_model(dhmin_mnl(redundant=True)), Settings(seconds=0.0, gap=0.0))
    assert outcome.status in (Status.TIME_OUT, Status.FEASIBLE)


def test_a_search_reports_its_progress_and_is_cancelled_by_it() -> None:
    seen: list[Progress] = []

    def stop_at_once(progress: Progress) -> bool:
        seen.append(progress)
        return False

    outcome = solve(build_model(dhmin_mnl(redundant=True)), Settings(gap=0.0), stop_at_once)
    assert seen
    assert outcome.status in (Status.CANCELLED, Status.FEASIBLE)


def test_the_same_seed_gives_the_same_plan() -> None:
    first, second = (solve(build_model(dhmin_mnl()), Settings(seed=7)) for _ in range(2))
    assert np.array_equal(first.values, second.values)
    assert first.objective == second.objective


def test_an_economy_discounts() -> None:
    economy = Economy(rate=0.06)
    assert economy.recovery(40) == pytest.approx(0.066462, abs=1e-6)
    assert economy.present_value(20) == pytest.approx(11.469921, abs=1e-6)
    assert Economy(rate=0.0).recovery(8) == 1 / 8


def test_an_investment_fixed_as_built_is_paid_for() -> None:
    network = tiny.size_at_most()
    built = replace(
        network, investments=tuple(replace(one, is_built=one.name == "DN100") for one in network.investments)
    )
    plan = solve(build_model(built))
    assert isinstance(network.investments[0], Investment)
    free = solve(build_model(network))
    assert plan.objective >= free.objective
