"""A plan computed once more, from the network and the amounts alone: what does not hold is named.

Nothing here reads the programme's matrix: balances, limits, money and prices are added up from the network, so that a
fault in `constraints` cannot hide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.optimize.answers import Plan
from planning.optimize.network import METRICS, Float, Metric, Network

TOLERANCE = 1e-6
"""Relative to the largest amount that a constraint compares."""


@dataclass(frozen=True)
class Violation:
    """One thing that does not hold."""

    name: str
    amount: float
    """By how much, in the unit of what is compared."""


def verify(plan: Plan) -> list[Violation]:
    """Return all that does not hold in a plan: empty for a sound one."""
    found = [*_bounds(plan), *_balance(plan), *_limits(plan), *_running(plan), *_stores(plan)]
    found += [*_built(plan), *_blends(plan), *_money(plan), *_prices(plan)]
    return found


def given_at_nodes(plan: Plan) -> Iterator[tuple[int, int, Float]]:
    """Yield what plants and stores give to nodes (negative: take): party, node, units per period (T)."""
    network, hours = plan.network, plan.network.periods.hours
    running = iter(plan.on)
    for p, process in enumerate(network.processes):
        for node, per_activity in process.flows:
            yield process.party, node, per_activity * plan.activity[p]
        if process.on_off is not None:
            on = next(running)
            for node, per_hour in process.on_off.standing:
                yield process.party, node, per_hour * hours * on
    for s, store in enumerate(network.storages):
        yield store.party, store.node, plan.discharge[s] - plan.charge[s]


def party_costs(plan: Plan) -> Float:
    """Return the money that each party spends itself per year, what passes between parties left out."""
    spent, network = running_costs(plan), plan.network
    for i, one in enumerate(network.investments):
        capital = plan.is_built[i] * one.capex + plan.size[i] * one.capex_per_size
        spent[one.party] += capital * network.economy.recovery(one.life_years)
    return spent


def running_costs(plan: Plan) -> Float:
    """Return the same without what building costs."""
    network = plan.network
    spent = np.zeros(len(network.parties))
    others, arcs, hours = network.alternatives, network.arcs, network.periods.hours
    np.add.at(spent, network.nodes.party[others.node], (others.cost * plan.alternative).sum(axis=1))
    np.add.at(spent, arcs.payer, (arcs.cost * plan.flow).sum(axis=1))
    running = 0
    for p, process in enumerate(network.processes):
        spent[process.party] += float(process.cost @ plan.activity[p])
        if process.on_off is not None:
            if process.on_off.cost is not None:
                spent[process.party] += float((process.on_off.cost * hours) @ plan.on[running])
            running += 1
    for s, store in enumerate(network.storages):
        spent[store.party] += store.cost * float(plan.charge[s].sum())
    for i, one in enumerate(network.investments):
        spent[one.party] += plan.is_built[i] * one.opex + plan.size[i] * one.opex_per_size
    return spent


def _bounds(plan: Plan) -> Iterator[Violation]:
    network = plan.network
    yield from _outside("flow", plan.flow, network.arcs.lower, network.arcs.upper)
    others = network.alternatives
    yield from _outside("alternative", plan.alternative, np.zeros_like(others.limit), others.limit)
    hours = network.periods.hours
    most = np.array(
        [hours * one.capacity if np.isfinite(one.capacity) else hours * np.inf for one in network.processes]
    )
    yield from _outside(
        "activity", plan.activity, np.zeros_like(plan.activity), most.reshape(plan.activity.shape)
    )


def _outside(name: str, amount: Float, lower: Float, upper: Float) -> Iterator[Violation]:
    scale = _scale(amount)
    worst = np.maximum(lower - amount, amount - upper)
    for row, period in np.argwhere(worst > TOLERANCE * scale)[:10]:
        yield Violation(f"{name}[{row}, {period}] within its bounds", float(worst[row, period]))


def _balance(plan: Plan) -> Iterator[Violation]:
    network = plan.network
    left = network.nodes.fixed.copy()
    touched = np.abs(left)

    def move(node: int, amount: Float) -> None:
        left[node] += amount
        touched[node] += np.abs(amount)

    arcs, others = network.arcs, network.alternatives
    for at, amounts in (
        (arcs.tail, -plan.flow),
        (arcs.head, arcs.kept[:, None] * plan.flow),
        (others.node, np.where(others.brings[:, None], plan.alternative, -plan.alternative)),
    ):
        np.add.at(left, at, amounts)
        np.add.at(touched, at, np.abs(amounts))
    for _party, node, given in given_at_nodes(plan):
        move(node, given)
    off = np.abs(left)
    for n, t in np.argwhere(off > TOLERANCE * np.maximum(touched, 1.0))[:10]:
        yield Violation(f"balance[{network.nodes.names[n]}, {network.periods.names[t]}]", float(off[n, t]))


def _limits(plan: Plan) -> Iterator[Violation]:
    network, hours = plan.network, plan.network.periods.hours
    for number, limit in enumerate(network.limits):
        used = sum((w * plan.flow[a] for a, w in limit.arcs), np.zeros(hours.size))
        used = sum((w * plan.activity[p] for p, w in limit.processes), used)
        added = sum(float(plan.size[i]) for i in network.investments_for(number))
        room = hours * (limit.existing + limit.availability * added)
        over = float((used - room).max())
        least = TOLERANCE * max(float(np.abs(room).max()), 1.0)
        if over > least:
            yield Violation(f"capacity[{limit.name}]", over)
        if limit.least is not None:
            short = float((limit.least * hours * (limit.existing + added) - used).max())
            if short > least:
                yield Violation(f"used_at_least[{limit.name}]", short)


def _running(plan: Plan) -> Iterator[Violation]:
    network, hours = plan.network, plan.network.periods.hours
    place: dict[int, int] = {}
    for p, process in enumerate(network.processes):
        if process.on_off is None:
            continue
        place[p] = len(place)
        on, done = plan.on[place[p]], plan.activity[p]
        scale = _scale(done)
        if (np.abs(on - np.round(on)) > TOLERANCE).any():
            yield Violation(f"on[{process.name}] is 0 or 1", float(np.abs(on - np.round(on)).max()))
        if (done[on < 0.5] > TOLERANCE * scale).any():
            yield Violation(f"runs_within[{process.name}]", float(done[on < 0.5].max()))
        short = (hours * process.on_off.least - done)[on > 0.5]
        if (short > TOLERANCE * scale).any():
            yield Violation(f"runs_at_least[{process.name}]", float(short.max()))
    for service in network.services:
        together = sum((plan.on[place[p]] for p in service.processes), np.zeros(hours.size))
        most = 1.0 if service.investment is None else float(plan.is_built[service.investment])
        if (together > most + TOLERANCE).any():
            yield Violation(f"one_at_a_time[{service.name}]", float(together.max() - most))
        if service.must_run and (together < most - TOLERANCE).any():
            yield Violation(f"serves_when_built[{service.name}]", float(most - together.min()))


def _stores(plan: Plan) -> Iterator[Violation]:
    network = plan.network
    for s, store in enumerate(network.storages):
        before = np.roll(plan.level[s], 1)
        should = store.kept * before + store.charged * plan.charge[s] - plan.discharge[s]
        off = float(np.abs(plan.level[s] - should).max())
        added = sum(float(plan.size[i]) for i, one in enumerate(network.investments) if one.storage == s)
        scale = max(store.capacity + added, _scale(plan.charge[s]))
        if off > TOLERANCE * scale:
            yield Violation(f"carries_over[{store.name}]", off)
        over = float(plan.level[s].max()) - store.capacity - added
        if over > TOLERANCE * scale:
            yield Violation(f"stored_within[{store.name}]", over)


def _built(plan: Plan) -> Iterator[Violation]:
    network = plan.network
    for i, one in enumerate(network.investments):
        size, built = float(plan.size[i]), float(plan.is_built[i])
        scale = max(size, 1.0)
        if built not in (0.0, 1.0):
            yield Violation(f"build[{one.name}] is 0 or 1", abs(built - round(built)))
        if one.is_built is not None and bool(built) is not one.is_built:
            yield Violation(f"build[{one.name}] as fixed", 1.0)
        if size > built * one.largest + TOLERANCE * scale:
            yield Violation(f"size_at_most[{one.name}]", size)
        if one.is_whole and size < built * one.smallest - TOLERANCE * scale:
            yield Violation(f"size_at_least[{one.name}]", built * one.smallest - size)
    for choice in network.choices:
        count = float(sum(plan.is_built[i] for i in choice.investments))
        if count > 1 + TOLERANCE:
            yield Violation(f"one_of[{choice.name}]", count - 1)


def _blends(plan: Plan) -> Iterator[Violation]:
    kept = plan.network.arcs.kept
    for blend in plan.network.blends:
        arrived = np.array([kept[a] * plan.flow[a] for a, _ in blend.arcs])
        held = np.array([found for _, found in blend.arcs]) @ arrived
        total = arrived.sum(axis=0)
        scale = TOLERANCE * max(float(np.abs(held).max()), 1.0)
        if np.isfinite(blend.at_most) and (held - blend.at_most * total > scale).any():
            yield Violation(f"blend_at_most[{blend.name}]", float((held - blend.at_most * total).max()))
        if np.isfinite(blend.at_least) and (blend.at_least * total - held > scale).any():
            yield Violation(f"blend_at_least[{blend.name}]", float((blend.at_least * total - held).max()))


def _money(plan: Plan) -> Iterator[Violation]:
    network = plan.network
    by_metric = {Metric.COST: float(party_costs(plan).sum()), **_tonnes(plan)}
    volume = _volume(plan)
    for metric in METRICS:
        off = abs(by_metric[metric] - plan.metrics[metric])
        if off > TOLERANCE * max(volume, 1.0):
            yield Violation(f"{metric} adds up", off)
    objective = sum(weight * by_metric[metric] for metric, weight in network.economy.weights.items())
    if abs(objective - plan.outcome.objective) > TOLERANCE * max(volume, 1.0):
        yield Violation("objective", abs(objective - plan.outcome.objective))
    for metric, bound in network.economy.at_most.items():
        if by_metric[metric] > bound + TOLERANCE * max(abs(bound), volume, 1.0):
            yield Violation(f"metric_at_most[{metric}]", by_metric[metric] - bound)


def _tonnes(plan: Plan) -> dict[Metric, float]:
    network = plan.network
    moved = plan.alternative.sum(axis=1), plan.flow.sum(axis=1), plan.activity.sum(axis=1)
    return {
        metric: float(getattr(network.alternatives, metric) @ moved[0])
        + float(getattr(network.arcs, metric) @ moved[1])
        + sum(getattr(one, metric) * float(moved[2][p]) for p, one in enumerate(network.processes))
        for metric in METRICS
        if metric is not Metric.COST
    }


def _volume(plan: Plan) -> float:
    """Return how much money changes hands in all: what rounding is measured by."""
    network = plan.network
    turned = np.abs(network.alternatives.cost * plan.alternative).sum()
    turned += np.abs(network.arcs.cost * plan.flow).sum()
    return float(turned) + sum(
        float(np.abs(one.cost * plan.activity[p]).sum()) for p, one in enumerate(network.processes)
    )


def _prices(plan: Plan) -> Iterator[Violation]:
    """No pair would gain by sending more or less than planned, nobody by buying or selling outside: reduced costs.

    This is the plan's proof too: amounts that are possible, and prices at which no change of any amount pays.
    """
    network = plan.network
    if network.blends or network.economy.at_most:
        return  # Those have prices of their own, which the answer does not keep: the solver's word stands.
    margins = {
        "flow": np.where(_must_be_used(network)[:, None], 0.0, _arc_margin(plan)),
        "alternative": np.where(network.alternatives.brings, 1.0, -1.0)[:, None]
        * plan.price[network.alternatives.node]
        - _weighted(network, "alternatives"),
    }
    bounds = {
        "flow": (plan.flow, network.arcs.lower, network.arcs.upper),
        "alternative": (
            plan.alternative,
            np.zeros_like(network.alternatives.limit),
            network.alternatives.limit,
        ),
    }
    scale = max(float(np.abs(plan.price).max(initial=0.0)), 1.0)
    for name, margin in margins.items():
        amount, lower, upper = bounds[name]
        least = TOLERANCE * _scale(amount)
        more = (margin > TOLERANCE * scale) & (amount < upper - least)
        less = (margin < -TOLERANCE * scale) & (amount > lower + least)
        for row, period in np.argwhere(more | less)[:10]:
            yield Violation(f"price of {name}[{row}, {period}]", float(abs(margin[row, period])))


def _must_be_used(network: Network) -> npt.NDArray[np.bool_]:
    """Arcs of a limit that must be used: that has a price of its own too."""
    found = np.zeros(network.arcs.tail.size, dtype=bool)
    found[[a for limit in network.limits if limit.least is not None for a, _ in limit.arcs]] = True
    return found


def _arc_margin(plan: Plan) -> Float:
    """Return what one more unit along each arc earns at the plan's prices, in the objective's money."""
    network, arcs = plan.network, plan.network.arcs
    margin = arcs.kept[:, None] * plan.price[arcs.head] - plan.price[arcs.tail] - _weighted(network, "arcs")
    for number, limit in enumerate(network.limits):
        for a, weight in limit.arcs:
            margin[a] -= weight * plan.rent[number]
    return margin


def _weighted(network: Network, kind: str) -> Float:
    """Return an alternative's or arc's cost per unit in the objective's money, things × periods."""
    table = getattr(network, kind)
    weights = network.economy.weights
    flat = sum(
        (
            weights.get(metric, 0.0) * getattr(table, metric)
            for metric in METRICS
            if metric is not Metric.COST
        ),
        np.zeros(table.cost.shape[0]),
    )
    weighted: Float = weights.get(Metric.COST, 0.0) * table.cost + flat[:, None]
    return weighted


def _scale(amount: Float) -> float:
    return max(float(np.abs(amount).max(initial=0.0)), 1.0)
