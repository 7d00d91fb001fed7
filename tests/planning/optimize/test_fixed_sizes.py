"""What is said to be built or not, of a size without a largest: its programme stays finite."""

from dataclasses import replace

import numpy as np
import pytest

from planning.optimize.answers import make_plan
from planning.optimize.draft import Draft
from planning.optimize.model import build_model
from planning.optimize.network import Investment, Network, one_year
from planning.optimize.solving import Status


def pipe(*, is_built: bool | None) -> Network:
    """8,760 units a year at 1 instead of 10, through a pipe that costs 2 a year per unit per hour."""
    draft = Draft(one_year())
    giver, taker = draft.party("giver"), draft.party("taker")
    source = draft.node("source", party=giver, resource="heat", unit="MWh")
    sink = draft.node("sink", party=taker, resource="heat", unit="MWh", demand=8760.0)
    draft.purchase(source, price=1.0)
    draft.purchase(sink, price=10.0)
    line = draft.arc(source, sink)
    limit = draft.limit("pipe", arcs={line: 1.0})
    draft.investment(
        Investment(name="pipe", party=taker, limit=limit, opex_per_size=2.0, life_years=1, is_built=is_built)
    )
    return draft.network()


@pytest.mark.parametrize(("is_built", "cost"), [(None, 8762.0), (True, 8762.0), (False, 87600.0)])
def test_size_without_a_largest_built_or_not_costs_what_it_should(is_built: bool | None, cost: float) -> None:
    plan, outcome = make_plan(pipe(is_built=is_built))
    assert outcome.status is Status.OPTIMAL
    assert plan is not None
    assert plan.objective == pytest.approx(cost, abs=1e-6)


def test_every_entry_is_finite_though_no_size_is_largest() -> None:
    assert np.isfinite(build_model(pipe(is_built=True)).value).all()


def test_baseline_without_exchange_has_a_plan_where_sizes_are_free() -> None:
    plan, _ = make_plan(pipe(is_built=None).without_exchange())
    assert plan is not None
    assert plan.size.tolist() == [0.0]
    assert plan.objective == pytest.approx(87600.0)


def test_largest_size_still_binds_when_one_is_given() -> None:
    free = pipe(is_built=True)
    bound = replace(free, investments=tuple(replace(one, largest=0.5) for one in free.investments))
    plan, _ = make_plan(bound)
    assert plan is not None
    # Half of it through the pipe: 4,380 at 1, 4,380 at 10, and 1 for the pipe.
    assert plan.objective == pytest.approx(4380 * 1 + 4380 * 10 + 1)
