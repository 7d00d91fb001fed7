"""Other people's models, solved here to their own numbers."""

import pytest

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Network
from planning.optimize.solving import Settings, Status
from planning.optimize.verify import verify
from tests.planning.optimize.published import dhmin_mnl, dhnx


def _best(network: Network) -> Plan:
    plan, outcome = make_plan(network, Settings(gap=1e-7))
    assert outcome.status is Status.OPTIMAL
    assert plan is not None
    assert verify(plan) == []
    return plan


def _built(plan: Plan) -> set[str]:
    return {one.name for one, built in zip(plan.network.investments, plan.is_built, strict=True) if built}


def test_dhmin_mnl_costs_what_its_authors_network_costs() -> None:
    plan = _best(dhmin_mnl())
    assert plan.objective == pytest.approx(-52449.28, abs=0.01)
    assert _built(plan) == {"97-99", "75-97", "57-75", "49-57", "63-75", "63-72"}


def test_dhmin_mnl_with_a_source_failing_lays_two_more_pipes() -> None:
    plan = _best(dhmin_mnl(redundant=True))
    assert plan.objective == pytest.approx(-50904.03, abs=0.01)
    assert _built(plan) - _built(_best(dhmin_mnl())) == {"36-57", "27-36"}


def test_dhnx_follows_the_shortest_paths() -> None:
    plan = _best(dhnx())
    assert plan.objective == pytest.approx(73.173, abs=0.001)
    assert "producer-a" not in _built(plan)


def test_dhnx_with_a_price_for_each_pipe_lays_the_same_tree() -> None:
    plan = _best(dhnx(fixed_cost=1.0))
    assert plan.objective == pytest.approx(73.173 + 4, abs=0.001)
    assert _built(plan) == {"producer-b", "b-c", "b-customer at b", "c-customer at c"}
