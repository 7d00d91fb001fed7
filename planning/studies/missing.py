"""What is missing: what each plant, pipe or newcomer that could be built would do for the whole, alone and together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Metric, Network
from planning.optimize.solving import Settings


@dataclass(frozen=True)
class Missing:
    """One candidate, tried alone."""

    investment: int
    """Index of the network's investments."""
    plan: Plan
    size: float
    """As built in that plan, in the candidate's unit."""
    value: float
    """Money per year that the whole is better off, its capital and upkeep paid."""
    co2e: float
    landfill: float
    virgin: float
    """t per year less than without it; negative: more."""
    loops_closed: int
    """Exchanges that there are with it and not without."""


def find_missing(
    network: Network,
    candidates: Sequence[int],
    settings: Settings | None = None,
    watch: Callable[[int, int], bool] | None = None,
) -> tuple[Plan | None, list[Missing]]:
    """Return the plan without any candidate, and every candidate that is built when it alone may be, the best first.

    Combinations are for the programme itself: leave the candidates open and plan. Raises an InterruptedError where
    `watch` says stop.
    """
    without, _ = make_plan(_with_only(network, candidates, None), settings)
    found: list[Missing] = []
    if without is None:
        return None, found
    for done, candidate in enumerate(candidates, start=1):
        plan, _ = make_plan(_with_only(network, candidates, candidate), settings)
        if plan is not None and plan.is_built[candidate] and plan.size[candidate] > 0:
            found.append(_compared(candidate, plan, without))
        if watch is not None and not watch(done, len(candidates)):
            raise InterruptedError
    return without, sorted(found, key=lambda one: -one.value)


def loops(plan: Plan) -> set[int]:
    """Return the exchanges of a plan: arcs between parties through which something flows."""
    arcs = plan.network.arcs
    party = plan.network.nodes.party
    sent = plan.flow.sum(axis=1)
    used = arcs.is_exchange & (party[arcs.tail] != party[arcs.head])
    return set(np.flatnonzero(used & (sent > 1e-9 * max(float(sent.max(initial=0.0)), 1.0))).tolist())


def _with_only(network: Network, candidates: Sequence[int], chosen: int | None) -> Network:
    closed = set(candidates) - {chosen}
    return replace(
        network,
        investments=tuple(
            replace(one, is_built=False) if i in closed else one for i, one in enumerate(network.investments)
        ),
    )


def _compared(candidate: int, plan: Plan, without: Plan) -> Missing:
    return Missing(
        investment=candidate,
        plan=plan,
        size=float(plan.size[candidate]),
        value=without.objective - plan.objective,
        co2e=without.metrics[Metric.CO2E] - plan.metrics[Metric.CO2E],
        landfill=without.metrics[Metric.LANDFILL] - plan.metrics[Metric.LANDFILL],
        virgin=without.metrics[Metric.VIRGIN] - plan.metrics[Metric.VIRGIN],
        loops_closed=len(loops(plan) - loops(without)),
    )
