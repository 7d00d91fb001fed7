"""What holds if prices and amounts are not what they were taken for: seeded draws, and the plan for the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Bool, Float, Network
from planning.optimize.solving import Settings
from planning.studies.missing import loops

DRAWS = 200
MOST_DESIGNS = 10
"""Each is run in every draw."""


@dataclass(frozen=True)
class Spread:
    """How far amounts and costs stray, as the standard deviation of a factor around one (lognormal, mean 1)."""

    amounts: float = 0.15
    """Of what arises and is needed, one factor per node for the whole year."""
    costs: float = 0.2
    """Of what alternatives cost or earn, one factor per alternative."""
    ways: float = 0.1
    """Of what ways cost, one factor for all of a draw: fuel."""


@dataclass(frozen=True, eq=False)
class Design:
    """What is decided before one knows the draw, with how it does over all of them."""

    chosen: tuple[bool, ...]
    """Per investment, whether it is built; in a network without any: per arc, whether the exchange is set up."""
    sizes: Float
    """I: the largest with which it was built in any draw."""
    mean_gain: float
    worst_gain: float
    """Money per year over no exchange in the same draw."""
    found_in: int
    """In how many draws it was the best."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The plans of all draws."""

    draws: int
    seed: int
    gains: Float
    """Money per year over no exchange, per draw, of the plan best for that draw."""
    infeasible: int
    """Draws in which no plan was possible; they are left out of all else."""
    planned: Float
    """A: in which share of the draws each arc carries something."""
    amounts: Float
    """A × 3: the 5th, 50th and 95th percentile of each arc's yearly amount."""
    designs: tuple[Design, ...]
    """Those found most often, the best on average first."""

    @property
    def band(self) -> tuple[float, float, float]:
        """Return the 5th, 50th and 95th percentile of the gain."""
        low, middle, high = np.percentile(self.gains, (5, 50, 95))
        return float(low), float(middle), float(high)

    @property
    def best_on_average(self) -> Design:
        """Return the design of the highest mean gain."""
        return max(self.designs, key=lambda one: one.mean_gain)

    @property
    def best_in_the_worst_case(self) -> Design:
        """Return the design of the highest worst gain: never less than any other's."""
        return max(self.designs, key=lambda one: one.worst_gain)


def sample(
    network: Network,
    *,
    spread: Spread | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    settings: Settings | None = None,
    watch: Callable[[int, int], bool] | None = None,
) -> Sample:
    """Plan for each draw; then run every design found in every draw. The same seed gives the same sample.

    Raises an InterruptedError where `watch` says stop.
    """
    generator = np.random.default_rng(seed)
    drawn = [_draw(network, spread or Spread(), generator) for _ in range(draws)]
    plans: list[Plan | None] = []
    without = np.full(draws, np.nan)
    for number, one in enumerate(drawn):
        plans.append(make_plan(one, settings)[0])
        baseline, _ = make_plan(one.without_exchange(), settings)
        if baseline is not None:
            without[number] = baseline.objective
        if watch is not None and not watch(number + 1, draws):
            raise InterruptedError
    used = np.array([plan is not None and np.isfinite(without[d]) for d, plan in enumerate(plans)])
    good = [plan for plan, usable in zip(plans, used, strict=True) if plan is not None and usable]
    sent = np.array([plan.flow.sum(axis=1) for plan in good]).reshape(len(good), -1)
    scale = 1e-6 * np.maximum(sent.max(axis=0, initial=0.0), 1.0)
    return Sample(
        draws=draws,
        seed=seed,
        gains=without[used] - np.array([plan.objective for plan in good]),
        infeasible=int((~used).sum()),
        planned=(sent > scale).mean(axis=0) if good else np.zeros(sent.shape[1]),
        amounts=np.percentile(sent, (5, 50, 95), axis=0).T if good else np.zeros((sent.shape[1], 3)),
        designs=_designs(network, drawn, good, without, used, settings),
    )


def _draw(network: Network, spread: Spread, generator: np.random.Generator) -> Network:
    """Return the network of one draw: every factor lognormal with mean one."""

    def factors(count: int, deviation: float) -> Float:
        sigma = np.sqrt(np.log1p(deviation**2))
        return generator.lognormal(-(sigma**2) / 2, sigma, count)

    nodes, others, arcs = network.nodes, network.alternatives, network.arcs
    amounts = factors(nodes.party.size, spread.amounts)
    costs = factors(others.node.size, spread.costs)
    fuel = float(factors(1, spread.ways)[0])
    agreed = np.zeros(nodes.party.size, dtype=bool)
    # What is agreed is delivered: where it binds, less than that neither arises nor is needed.
    fixed = arcs.lower.max(axis=1) > 0
    agreed[arcs.tail[fixed]] = agreed[arcs.head[fixed]] = True
    return replace(
        network,
        nodes=replace(
            nodes, fixed=nodes.fixed * np.where(agreed, np.maximum(amounts, 1.0), amounts)[:, None]
        ),
        alternatives=replace(others, cost=others.cost * costs[:, None]),
        arcs=replace(arcs, cost=arcs.cost * fuel),
    )


def _designs(
    network: Network,
    drawn: list[Network],
    plans: list[Plan],
    without: Float,
    used: Bool,
    settings: Settings | None,
) -> tuple[Design, ...]:
    """Run the designs found most often in every draw, what is built in the largest size that any draw gave it."""
    sizes: dict[tuple[bool, ...], Float] = {}
    counts: Counter[tuple[bool, ...]] = Counter()
    for plan in plans:
        key = _key(plan)
        sizes[key] = np.maximum(sizes.get(key, np.zeros(plan.size.size)), plan.size)
        counts[key] += 1
    designs = []
    for key, count in counts.most_common(MOST_DESIGNS):
        gains = []
        for number in np.flatnonzero(used):
            run, _ = make_plan(_built(drawn[number], key, sizes[key]), settings)
            gains.append(-np.inf if run is None else without[number] - run.objective)
        designs.append(Design(key, sizes[key], float(np.mean(gains)), float(np.min(gains)), count))
    return tuple(sorted(designs, key=lambda one: -one.mean_gain))


def _key(plan: Plan) -> tuple[bool, ...]:
    """Return what is decided before the draw is known: what is built, or which exchanges are set up."""
    if plan.network.investments:
        return tuple(bool(one) for one in plan.is_built)
    used = loops(plan)
    return tuple(a in used for a in range(plan.flow.shape[0]))


def _built(network: Network, key: tuple[bool, ...], size: Float) -> Network:
    if not network.investments:
        shut = network.arcs.is_exchange & ~np.array(key) & (network.arcs.lower <= 0).all(axis=1)
        upper = np.where(shut[:, None], 0.0, network.arcs.upper)
        return replace(network, arcs=replace(network.arcs, upper=upper))
    return replace(
        network,
        investments=tuple(
            replace(one, is_built=built, smallest=float(size[i]), largest=max(float(size[i]), 0.0))
            if built
            else replace(one, is_built=False)
            for i, (one, built) in enumerate(zip(network.investments, key, strict=True))
        ),
    )
