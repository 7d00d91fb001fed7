"""What less CO2e, landfill or virgin material costs: the front of plans between two metrics, by epsilon constraints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Metric, Network
from planning.optimize.solving import Settings

TIE = 1e-6
"""Weight of the other metric beside the one minimized, so that of equal plans the better is taken."""


@dataclass(frozen=True)
class Point:
    """One plan of a front."""

    plan: Plan
    cost: float
    """Money per year."""
    other: float
    """The other metric per year."""
    costs_per_unit: float | None
    """What one unit less costs from the point before: money per t. None at the first."""


def front(
    network: Network,
    other: Metric,
    points: int = 7,
    settings: Settings | None = None,
    watch: Callable[[int, int], bool] | None = None,
) -> list[Point]:
    """Return plans from the cheapest to the one with the least of `other`, at equal steps of it between.

    None of them is dominated. Raises a ValueError for another metric than one of tonnes or fewer than two points, and
    an InterruptedError where `watch` (told how many of how many are done) says stop.
    """
    if other is Metric.COST or points < 2:
        raise ValueError("A front leads from cost to another metric, over two points or more.")

    def plan_for(weights: dict[Metric, float], at_most: dict[Metric, float]) -> Plan | None:
        economy = replace(network.economy, weights=weights, at_most={**network.economy.at_most, **at_most})
        return make_plan(network.with_economy(economy), settings)[0]

    cheapest = plan_for({Metric.COST: 1.0, other: TIE}, {})
    best = plan_for({Metric.COST: TIE, other: 1.0}, {})
    if cheapest is None or best is None:
        return []
    found = [cheapest]
    steps = np.linspace(cheapest.metrics[other], best.metrics[other], points)
    room = 1e-6 * max(abs(steps[0] - steps[-1]), 1.0)
    for done, bound in enumerate(steps[1:], start=1):
        if watch is not None and not watch(done, points):
            raise InterruptedError
        plan = plan_for({Metric.COST: 1.0, other: TIE}, {other: float(bound) + room})
        if plan is not None:
            found.append(plan)
    return _points(found, other)


def _points(plans: list[Plan], other: Metric) -> list[Point]:
    """Return the points in order, those left out that are no better than one before."""
    points: list[Point] = []
    for plan in plans:
        cost, amount = plan.metrics[Metric.COST], plan.metrics[other]
        if points:
            spared = points[-1].other - amount
            if spared <= 1e-6 * max(abs(points[0].other), 1.0):
                continue
            points.append(Point(plan, cost, amount, (cost - points[-1].cost) / spared))
        else:
            points.append(Point(plan, cost, amount, None))
    return points
