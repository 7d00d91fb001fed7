"""Regions planned apart and brought together by prices: the same cost as planned whole."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks._planners.split import two_regions
from planning.optimize.model import build_model
from planning.optimize.network import Arcs, Int, Metric, Network
from planning.optimize.solving import solve
from planning.studies.cutting import cut
from planning.studies.regions import plan_regions
from tests.planning.optimize.published import dhmin_mnl
from tests.planning.studies.networks import gypsum


def test_regions_find_the_plan_of_the_whole() -> None:
    network, region = two_regions(seed=3, offers=300, arcs=2_400)
    whole = solve(build_model(network)).objective
    apart = plan_regions(network, region)
    assert apart.objective == pytest.approx(whole, rel=1e-5)
    assert apart.bound <= whole * (1 + 1e-9)
    assert apart.gap <= 1e-5
    alone = solve(build_model(replace(network, arcs=_shut(network, region)))).objective
    assert whole < alone * (1 - 1e-4)


def test_what_crosses_and_its_price_are_told() -> None:
    """A alone in a region of its own: its 100 t cross to B, where a tonne is worth 5 more than at A's gate."""
    network = gypsum()
    apart = plan_regions(network, np.array([0, 1, 0]), gap=1e-7)
    assert apart.objective == pytest.approx(solve(build_model(network)).objective)
    assert apart.crossing.tolist() == [[pytest.approx(100)]]


def test_a_plant_across_two_regions_is_refused() -> None:
    network = dhmin_mnl()
    region = np.arange(network.nodes.party.size) % 2
    with pytest.raises(ValueError, match="only ways may join"):
        cut(network, region)


def test_a_bound_on_a_metric_joins_all_regions_and_is_refused() -> None:
    network = gypsum()
    bound = network.with_economy(replace(network.economy, at_most={Metric.CO2E: 1.0}))
    with pytest.raises(ValueError, match="give the metric a weight"):
        cut(bound, np.array([0, 1, 0]))


def _shut(network: Network, region: Int) -> Arcs:
    ways = network.arcs
    crossing = region[ways.tail] != region[ways.head]
    return replace(ways, upper=np.where(crossing[:, None], 0.0, ways.upper))
