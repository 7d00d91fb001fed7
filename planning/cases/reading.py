"""What a case reads off its plan, by the names that its network gave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import h3

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Metric, Network
from planning.optimize.solving import Settings

SETTINGS = Settings(gap=1e-6)
"""Cases are small: they are solved to the last cent."""
LARGEST_DECIMALS = 4


@dataclass(frozen=True)
class Place:
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


def distance_km(one: Place, other: Place) -> float:
    """Return the distance in a straight line over the globe."""
    return float(
        h3.great_circle_distance((one.latitude, one.longitude), (other.latitude, other.longitude), unit="km")
    )


def solved(network: Network) -> Plan:
    """Return the plan of a case's network. ValueError: there is none, and how the search ended."""
    plan, outcome = make_plan(network, SETTINGS)
    if plan is None:
        raise ValueError(f"The search for a plan ended without one: {outcome.status}.")
    return plan


def sent(plan: Plan, tail: str, head: str) -> float:
    """Return the units sent a year from one node to another. KeyError: no arc leads so."""
    names, arcs = plan.network.nodes.names, plan.network.arcs
    found = [a for a in range(arcs.tail.size) if names[arcs.tail[a]] == tail and names[arcs.head[a]] == head]
    if not found:
        raise KeyError(f"No way leads from {tail} to {head}.")
    return float(plan.flow[found].sum())


def used(plan: Plan, alternative: str, node: str) -> float:
    """Return the units a year of an alternative of a node. KeyError: it has none of that name."""
    others = plan.network.alternatives
    found = [
        m
        for m in range(others.node.size)
        if others.names[m] == alternative and plan.network.nodes.names[others.node[m]] == node
    ]
    if not found:
        raise KeyError(f"{node} has no {alternative}.")
    return float(plan.alternative[found].sum())


def run(plan: Plan, process: str) -> float:
    """Return a plant's activity a year."""
    return float(plan.activity[_index([one.name for one in plan.network.processes], process)].sum())


def price_at(plan: Plan, node: str) -> float:
    """Return what one more unit at a node spares, over the year by hours."""
    hours = plan.network.periods.hours
    return float(plan.price[_index(plan.network.nodes.names, node)] @ hours / hours.sum())


def size_of(plan: Plan, investment: str) -> float:
    """Return the size built, zero if it is not."""
    return float(plan.size[_index([one.name for one in plan.network.investments], investment)])


def is_built(plan: Plan, investment: str) -> bool:
    """Whether it is built."""
    return bool(plan.is_built[_index([one.name for one in plan.network.investments], investment)] > 0)


def capital_of(plan: Plan, names: Sequence[str] | None = None) -> float:
    """Return the money that these investments take, of all if none is named."""
    return sum(
        float(plan.is_built[i] * one.capex + plan.size[i] * one.capex_per_size)
        for i, one in enumerate(plan.network.investments)
        if names is None or one.name in names
    )


def annuity_of(plan: Plan, names: Sequence[str] | None = None) -> float:
    """Return the yearly capital cost of these investments that the plan's cost holds."""
    recovery = plan.network.economy.recovery
    return sum(
        float(plan.is_built[i] * one.capex + plan.size[i] * one.capex_per_size) * recovery(one.life_years)
        for i, one in enumerate(plan.network.investments)
        if names is None or one.name in names
    )


def spared(plan: Plan, baseline: Plan, metric: Metric = Metric.COST) -> float:
    """Return how much less of a metric the plan takes a year than its baseline."""
    return baseline.metrics[metric] - plan.metrics[metric]


def earned(plan: Plan, baseline: Plan) -> float:
    """Return what the plan earns a year before capital: what it spares, and the annuities paid out of that."""
    return spared(plan, baseline) + annuity_of(plan) - annuity_of(baseline)


def payback_years(plan: Plan, baseline: Plan) -> float:
    """Return the simple payback of what the plan builds; infinite if it earns nothing."""
    yearly = earned(plan, baseline)
    return (capital_of(plan) - capital_of(baseline)) / yearly if yearly > 0 else math.inf


def rounded(value: float, digits: int = LARGEST_DECIMALS) -> float:
    """Return a figure without the solver's last digits, which differ from machine to machine."""
    return float(round(value, digits)) + 0.0


def _index(names: Sequence[str], name: str) -> int:
    for place, one in enumerate(names):
        if one == name:
            return place
    raise KeyError(f"{name}: not among {', '.join(names)}")
