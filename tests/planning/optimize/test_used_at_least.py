"""A share of some capacities must be used: a greenhouse is kept warm in every month, not only where that pays."""

from dataclasses import replace

import numpy as np
import pytest

from planning.optimize.answers import make_plan
from planning.optimize.draft import Draft
from planning.optimize.network import Investment, Network, Periods
from planning.optimize.verify import verify

HALVES = Periods(("winter", "summer"), np.array([10.0, 10.0]))


def _greenhouse(*, least: float | None, existing: float = 0.0) -> Network:
    """Up to 2 ha; heat costs 50 in winter and nothing in summer; a hectare earns 30 per hour and costs 100 a year."""
    draft = Draft(HALVES)
    grower = draft.party("grower")
    heat = draft.node("heat", party=grower, resource="heat", unit="MWh")
    draft.purchase(heat, price=[50.0, 0.0])
    crop = draft.node("crop", party=grower, resource="crop", unit="t")
    draft.dispose(crop, cost=-30.0, name="sale")
    growing = draft.process(
        "growing", party=grower, takes={heat: [1.0, 0.0]}, gives={crop: 1.0}, other_mass_t=1.0, is_new=True
    )
    area = draft.limit("area", processes={growing: 1.0}, existing=existing, least=least)
    draft.investment(
        Investment(name="glass", party=grower, limit=area, largest=2.0, capex_per_size=100.0, life_years=1)
    )
    return draft.network()


@pytest.mark.parametrize(
    ("least", "activity", "cost"),
    [
        # Summer alone: 2 ha × 10 h × 30 = 600, less 2 × 106 (a year at 6 %).
        (None, [0.0, 20.0], -600 + 212),
        # All year: a hectare earns 2 × 10 × 30 = 600 and costs 10 × 50 + 106 = 606: not built.
        (1.0, [0.0, 0.0], 0.0),
        # Half of it in winter: per hectare −0.5 × 10 × 20 + 300 − 106 = 94.
        (0.5, [10.0, 20.0], -188.0),
    ],
)
def test_plan_uses_at_least_the_share_of_what_is_built(
    least: float | None, activity: list[float], cost: float
) -> None:
    plan, outcome = make_plan(_greenhouse(least=least))
    assert plan is not None, outcome.status
    assert plan.activity[0].tolist() == pytest.approx(activity)
    assert plan.objective == pytest.approx(cost)


def test_what_is_there_already_is_used_too_and_released_when_its_process_stops() -> None:
    network = _greenhouse(least=1.0, existing=1.0)
    plan, _ = make_plan(network)
    assert plan is not None
    assert plan.activity[0].tolist() == pytest.approx([10.0, 10.0])
    assert plan.objective == pytest.approx(-100.0)
    for still in (network.without_exchange(), network.without_parties([0])):
        stopped, outcome = make_plan(still)
        assert stopped is not None, outcome.status
        assert stopped.activity[0].tolist() == [0.0, 0.0]


def test_a_plan_that_uses_less_is_found_out() -> None:
    plan, _ = make_plan(_greenhouse(least=0.5))
    assert plan is not None
    assert verify(plan) == []
    idle = replace(plan, activity=plan.activity * [[0.9, 1.0]])
    assert "used_at_least[area]" in [one.name for one in verify(idle)]
