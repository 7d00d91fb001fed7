"""Fronts, missing links, knock-outs and draws, on networks that one can work out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from planning.optimize.network import Metric
from planning.studies.front import front
from planning.studies.knockouts import knock_out
from planning.studies.missing import find_missing
from planning.studies.sampling import Spread, sample
from tests.planning.studies.networks import gypsum, shared_plant, with_baseline


def test_a_front_tells_what_a_tonne_less_costs() -> None:
    """B is paid 17 for every t taken from elsewhere: an exchange costs 5 or 8, spares 20, and loses these 17."""
    network = gypsum(buyer_price=-17.0)
    points = front(network, Metric.VIRGIN, 3)
    # So a t from A costs 2, one from C 5: first 60 from A, then 40 from A and 20 from C.
    assert [point.other for point in points] == pytest.approx([120, 60, 0], abs=0.01)
    assert points[0].costs_per_unit is None
    assert [point.costs_per_unit for point in points[1:]] == pytest.approx([2, 3], abs=0.01)


def test_a_front_without_a_conflict_is_one_point() -> None:
    points = front(gypsum(), Metric.VIRGIN, 5)
    assert [point.other for point in points] == pytest.approx([0])


def test_a_front_needs_another_metric_and_two_points() -> None:
    with pytest.raises(ValueError, match="cost to another"):
        front(gypsum(), Metric.COST)


def test_a_missing_plant_is_tried_alone_and_valued() -> None:
    network = shared_plant(capex=150)
    without, found = find_missing(network, [0])
    assert without is not None
    (one,) = found
    assert one.value == pytest.approx(200 + 20 - 150)
    assert one.landfill == pytest.approx(20)
    assert one.size * 8760 == pytest.approx(20)
    assert one.loops_closed >= 2


def test_a_plant_that_does_not_pay_is_not_missing() -> None:
    assert find_missing(shared_plant(capex=250), [0])[1] == []


def test_a_study_stops_when_told() -> None:
    with pytest.raises(InterruptedError):
        find_missing(shared_plant(capex=150), [0], watch=lambda done, total: False)


def test_knocking_out_tells_what_the_others_lose_and_what_reroutes() -> None:
    """Without A, B takes 50 t of C's instead of 20. At the plan's prices B and C gain 5,040; without A 50 × 42."""
    plan, baseline = with_baseline(gypsum())
    found = {one.party: one for one in knock_out(plan, baseline) if one.party is not None}
    assert found[0].lost == pytest.approx(5040 - 2100)
    assert found[0].rerouted == (1,)
    assert found[0].is_single_point_of_failure
    assert found[1].fallen == ()
    assert found[1].lost == pytest.approx(300)
    assert found[2].lost == pytest.approx(5340 - 4500)
    assert not found[2].is_single_point_of_failure


def test_knocking_out_a_flow_tells_the_same_of_the_whole() -> None:
    plan, baseline = with_baseline(gypsum())
    by_arc = {one.arc: one for one in knock_out(plan, baseline) if one.arc is not None}
    assert by_arc[0].lost == pytest.approx(5340 - 2100)
    assert by_arc[1].lost == pytest.approx(840)


def test_draws_are_the_same_for_the_same_seed_and_tell_how_sure_a_flow_is() -> None:
    first, again, other = (sample(gypsum(), draws=12, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.gains, again.gains)
    assert not np.array_equal(first.gains, other.gains)
    low, middle, high = first.band
    assert low < middle < high
    assert first.planned[0] == 1.0
    assert 0 < first.planned[1] < 1
    assert (first.amounts[:, 0] <= first.amounts[:, 2]).all()


def test_without_spread_every_draw_is_the_plan() -> None:
    plan, baseline = with_baseline(gypsum())
    found = sample(gypsum(), spread=Spread(0.0, 0.0, 0.0), draws=3)
    assert found.gains == pytest.approx(np.full(3, baseline.objective - plan.objective))


def test_the_design_for_the_worst_case_is_never_worse_there_than_the_best_on_average() -> None:
    """At 205 a year it hardly pays: on average it does, in the worst draw it loses; not building gains nothing."""
    network = shared_plant(capex=205)
    found = sample(network, spread=Spread(amounts=0.0, costs=0.3, ways=0.0), draws=15, seed=3)
    assert {design.chosen for design in found.designs} == {(True,), (False,)}
    assert found.best_on_average.chosen == (True,)
    assert found.best_in_the_worst_case.chosen == (False,)
    assert found.best_in_the_worst_case.worst_gain == pytest.approx(0)
    assert found.best_on_average.worst_gain < 0


def test_what_is_agreed_stays_possible_in_every_draw() -> None:
    network = gypsum()
    agreed = replace(network, arcs=replace(network.arcs, lower=np.array([[90.0], [0.0]])))
    assert sample(agreed, draws=20).infeasible == 0
