"""What breaks if one falls out: each company, and each of the largest flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Network
from planning.optimize.solving import Settings
from planning.studies.missing import loops
from planning.studies.prices import Settlement, settle

LARGEST_FLOWS = 10
SINGLE_POINT = 0.25
"""Who takes at least this share of the others' gain along is a single point of failure."""


@dataclass(frozen=True)
class Knockout:
    """One company or flow gone, what is built staying as it is."""

    party: int | None
    arc: int | None
    lost: float | None
    """Money per year that the others gain less than at the plan's prices; None: no plan is possible without it."""
    share_lost: float | None
    """Of the others' gain over no exchange."""
    rerouted: tuple[int, ...]
    """Arcs that carry more than in the plan."""
    fallen: tuple[int, ...]
    """Exchanges between others that end."""

    @property
    def is_single_point_of_failure(self) -> bool:
        """Whether too much hangs on it."""
        return self.lost is None or (self.share_lost is not None and self.share_lost >= SINGLE_POINT)


def knock_out(
    plan: Plan,
    baseline: Plan,
    settings: Settings | None = None,
    watch: Callable[[int, int], bool] | None = None,
) -> list[Knockout]:
    """Return every company and each of the `LARGEST_FLOWS` knocked out in turn. What is built is fixed as planned.

    Raises an InterruptedError where `watch` says stop.
    """
    fixed, accounts = as_built(plan), settle(plan, baseline)
    tries = list(_tries(plan))
    found = []
    for done, tried in enumerate(tries, start=1):
        found.append(_one(plan, baseline, accounts, fixed, tried, settings))
        if watch is not None and not watch(done, len(tries)):
            raise InterruptedError
    return found


def as_built(plan: Plan) -> Network:
    """Return the plan's network with every investment fixed as built, in its size."""
    return replace(
        plan.network,
        investments=tuple(
            replace(
                one,
                is_built=bool(plan.is_built[i]),
                smallest=float(plan.size[i]) if plan.is_built[i] else 0.0,
                largest=float(plan.size[i]) if plan.is_built[i] else one.largest,
            )
            for i, one in enumerate(plan.network.investments)
        ),
    )


def _tries(plan: Plan) -> Iterator[tuple[int | None, int | None]]:
    """Companies that trade, then the largest flows by money that they move or spare."""
    used = sorted(loops(plan))
    party, arcs = plan.network.nodes.party, plan.network.arcs
    trading = {int(party[end]) for a in used for end in (arcs.tail[a], arcs.head[a])}
    yield from ((one, None) for one in sorted(trading))
    worth = np.array([_turnover(plan, a) for a in used])
    for place in np.argsort(-worth, kind="stable")[:LARGEST_FLOWS]:
        yield None, used[place]


def _turnover(plan: Plan, a: int) -> float:
    arcs = plan.network.arcs
    both = np.abs(plan.price[arcs.tail[a]]) + np.abs(plan.price[arcs.head[a]])
    return float(plan.flow[a] @ both)


def _one(
    plan: Plan,
    baseline: Plan,
    accounts: Settlement,
    fixed: Network,
    tried: tuple[int | None, int | None],
    settings: Settings | None,
) -> Knockout:
    party, arc = tried
    alone: Plan | None = baseline
    before = accounts.gain
    if party is not None:
        broken = fixed.without_parties([party])
        alone, _ = make_plan(plan.network.without_parties([party]).without_exchange(), settings)
        before -= accounts.accounts[party].gain
    else:
        upper, lower = fixed.arcs.upper.copy(), fixed.arcs.lower.copy()
        upper[arc], lower[arc] = 0.0, 0.0
        broken = replace(fixed, arcs=replace(fixed.arcs, upper=upper, lower=lower))
    after, _ = make_plan(broken, settings)
    if after is None or alone is None:
        return Knockout(party, arc, None, None, (), ())
    lost = before - (alone.objective - after.objective)
    sent = plan.flow.sum(axis=1)
    grown = after.flow.sum(axis=1) > sent + 1e-6 * max(float(sent.max(initial=0.0)), 1.0)
    arcs, owner = plan.network.arcs, plan.network.nodes.party
    fallen = tuple(
        a
        for a in sorted(loops(plan) - loops(after))
        if a != arc and (party is None or party not in (int(owner[arcs.tail[a]]), int(owner[arcs.head[a]])))
    )
    share = lost / before if before > 0 else None
    return Knockout(party, arc, lost, share, tuple(np.flatnonzero(grown).tolist()), fallen)
