"""What a plan computed once more finds: a sound one has nothing, and each thing put wrong is named."""

from dataclasses import replace

import numpy as np
import pytest

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Metric, Network
from planning.optimize.verify import party_costs, verify
from tests.planning.optimize import tiny


def _plan(network: Network) -> Plan:
    plan, _ = make_plan(network)
    assert plan is not None
    return plan


def _names(plan: Plan) -> set[str]:
    return {one.name.split("[")[0] for one in verify(plan)}


def test_a_flow_beyond_its_bounds_is_named() -> None:
    plan = _plan(tiny.balance())
    assert "flow" in _names(replace(plan, flow=plan.flow - 100))


def test_a_balance_that_does_not_close_is_named() -> None:
    plan = _plan(tiny.balance())
    assert "balance" in _names(
        replace(plan, alternative=plan.alternative + np.array([[0.0, 1.0], [0.0, 0.0]]))
    )


def test_a_capacity_overrun_is_named() -> None:
    plan = _plan(tiny.capacity())
    assert "capacity" in _names(replace(plan, size=plan.size * 0))


def test_a_process_that_is_off_and_works_is_named() -> None:
    plan = _plan(tiny.runs_within())
    assert plan.on.any()
    assert "runs_within" in _names(replace(plan, on=plan.on * 0))


def test_a_process_below_its_least_is_named() -> None:
    plan = _plan(tiny.runs_within())
    assert "runs_at_least" in _names(replace(plan, activity=plan.activity * 0.01))


def test_two_ways_at_a_time_are_named() -> None:
    plan = _plan(tiny.one_at_a_time())
    assert "one_at_a_time" in _names(replace(plan, on=np.ones_like(plan.on)))


def test_a_service_that_rests_is_named() -> None:
    plan = _plan(tiny.one_at_a_time())
    assert "serves_when_built" in _names(replace(plan, on=np.zeros_like(plan.on), is_built=np.ones(1)))


def test_a_store_that_makes_heat_is_named() -> None:
    plan = _plan(tiny.carries_over())
    assert "carries_over" in _names(replace(plan, level=plan.level + np.array([[1.0, 0.0]])))


def test_a_store_that_overflows_is_named() -> None:
    plan = _plan(tiny.carries_over())
    assert "stored_within" in _names(replace(plan, level=plan.level + 50))


def test_sizes_that_do_not_fit_are_named() -> None:
    plan = _plan(tiny.size_at_most())
    assert "size_at_most" in _names(replace(plan, is_built=plan.is_built * 0, size=np.ones(2)))
    assert "size_at_least" in _names(replace(plan, is_built=np.ones(2), size=np.zeros(2)))
    assert "one_of" in _names(replace(plan, is_built=np.ones(2)))


def test_a_blend_out_of_its_limits_is_named() -> None:
    plan = _plan(tiny.blend_at_most())
    dirty_only = np.array([[0.0, 0.0], [12.0, 12.0]])
    assert "blend_at_most" in _names(replace(plan, flow=dirty_only))
    assert "blend_at_least" in _names(replace(plan, flow=dirty_only[::-1].copy()))


def test_a_metric_over_its_bound_is_named() -> None:
    plan = _plan(tiny.metric_at_most())
    assert plan.metrics[Metric.CO2E] == pytest.approx(1.0)
    tighter = replace(plan.network.economy, at_most={Metric.CO2E: 0.5})
    assert "metric_at_most" in _names(replace(plan, network=plan.network.with_economy(tighter)))


def test_an_objective_that_does_not_add_up_is_named() -> None:
    plan = _plan(tiny.balance())
    wrong = replace(plan, metrics={**plan.metrics, Metric.COST: plan.metrics[Metric.COST] + 1})
    assert "cost adds up" in _names(wrong)


def test_a_price_at_which_somebody_would_trade_elsewhere_is_named() -> None:
    """At 31 for a MWh at B its purchase at 30 would pay without end."""
    plan = _plan(tiny.balance())
    assert plan.price[1].max() == pytest.approx(30.0)
    assert "price of alternative" in _names(replace(plan, price=plan.price + np.array([[0.0], [1.0]])))
    assert "price of flow" in _names(replace(plan, price=plan.price - np.array([[5.0], [0.0]])))


def test_a_worse_plan_with_the_prices_of_the_best_is_found_out() -> None:
    """Everything bought instead: balances close, nothing is beyond its bounds, and the prices tell on it."""
    plan = _plan(tiny.balance())
    lazy = replace(plan, flow=plan.flow * 0, alternative=np.array([[10.0, 5.0], [4.0, 8.0]]))
    assert "price of alternative" in _names(lazy)
    assert "balance" not in _names(lazy)


def test_what_each_party_spends_adds_up_to_the_cost() -> None:
    """B pays for the way (2 a MWh) and for what it buys; A releases for nothing."""
    plan = _plan(tiny.balance())
    sent = 4 / 0.9 + 5
    assert party_costs(plan) == pytest.approx([0.0, 2 * sent + 30 * (8 - 4.5)])
    assert party_costs(plan).sum() == pytest.approx(plan.metrics[Metric.COST])
