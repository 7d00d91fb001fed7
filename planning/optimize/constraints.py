"""The constraints of the programme, one function each, named as it prints: `balance[gypsum at Asnæs, Jan]`.

Each gives its rows: bounds, entries (row, column, coefficient) and a label. docs/planning.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from planning.optimize.network import METRICS, Float, Int, Network
from planning.optimize.variables import Block

Blocks = Mapping[str, Block]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one constraint, thing by thing and period by period."""

    name: str
    lower: Float
    upper: Float
    row: Int
    column: Int
    value: Float
    """The entries; `row` counts from this constraint's first."""
    label: Callable[[int], str]
    start: int = 0

    @property
    def size(self) -> int:
        """How many rows."""
        return self.lower.size


class _Entries:
    """Collects entries in pieces of equal shape."""

    def __init__(self) -> None:
        self._row: list[Int] = []
        self._column: list[Int] = []
        self._value: list[Float] = []

    def add(self, row: Int, column: Int, value: Float | float) -> None:
        """Add one entry per place of `row`; the others are broadcast to its shape."""
        self._row.append(row.ravel())
        self._column.append(np.broadcast_to(column, row.shape).ravel())
        self._value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), row.shape).ravel())

    def rows(self, name: str, lower: Float, upper: Float, label: Callable[[int], str]) -> Rows:
        """Return all that was added."""
        none = np.zeros(0, dtype=np.int64)
        return Rows(
            name,
            np.ascontiguousarray(lower, dtype=np.float64).ravel(),
            np.ascontiguousarray(upper, dtype=np.float64).ravel(),
            np.concatenate([none, *self._row]),
            np.concatenate([none, *self._column]),
            np.concatenate([np.zeros(0), *self._value]),
            label,
        )


def balance(network: Network, blocks: Blocks) -> Rows:
    """What leaves a node less what comes in is what arises there: Σ out − Σ in = fixed[n, t]."""
    nodes, periods = network.nodes, network.periods.count
    row = np.arange(nodes.fixed.size).reshape(nodes.fixed.shape)
    entries = _Entries()
    others = network.alternatives
    entries.add(
        row[others.node], blocks["alternative"].columns(), np.where(others.brings, -1.0, 1.0)[:, None]
    )
    arcs, sent = network.arcs, blocks["flow"].columns()
    entries.add(row[arcs.tail], sent, 1.0)
    entries.add(row[arcs.head], sent, -arcs.kept[:, None])
    active, running = blocks["activity"].columns(), blocks["on"]
    for p, one in enumerate(network.processes):
        for node, amount in one.flows:
            entries.add(row[node], active[p], -amount)
    for place, p in enumerate(running.members):
        on_off = network.processes[p].on_off
        for node, amount in on_off.standing if on_off is not None else ():
            entries.add(row[node], running.columns()[place], -amount * network.periods.hours)
    for s, store in enumerate(network.storages):
        entries.add(row[store.node], blocks["charge"].columns()[s], 1.0)
        entries.add(row[store.node], blocks["discharge"].columns()[s], -1.0)
    return entries.rows(
        "balance",
        nodes.fixed,
        nodes.fixed,
        lambda place: f"{nodes.names[place // periods]}, {network.periods.names[place % periods]}",
    )


def capacity(network: Network, blocks: Blocks) -> Rows:
    """Flows that share a limit: Σ w × amount[t] ≤ hours[t] × (existing[t] + availability[t] × Σ size)."""
    hours, count = network.periods.hours, network.periods.count
    row = np.arange(len(network.limits) * count).reshape(-1, count)
    entries = _Entries()
    for number, limit in enumerate(network.limits):
        for block, members in (("flow", limit.arcs), ("activity", limit.processes)):
            for member, weight in members:
                entries.add(row[number], blocks[block].columns()[member], weight)
    size = blocks["size"].columns()
    for number, limit in enumerate(network.limits):
        for i in network.investments_for(number):
            entries.add(row[number], size[i], -hours * limit.availability)
    upper = np.array([hours * limit.existing for limit in network.limits]).reshape(-1, count)
    return entries.rows(
        "capacity",
        np.full_like(upper, -np.inf),
        upper,
        _per_period(network, [one.name for one in network.limits]),
    )


def used_at_least(network: Network, blocks: Blocks) -> Rows:
    """Of some limits a share must be used: Σ w × amount[t] ≥ least[t] × hours[t] × (existing[t] + Σ size)."""
    hours, count = network.periods.hours, network.periods.count
    members = [number for number, limit in enumerate(network.limits) if limit.least is not None]
    row = np.arange(len(members) * count).reshape(-1, count)
    lower = np.zeros((len(members), count))
    size, entries = blocks["size"].columns(), _Entries()
    for place, number in enumerate(members):
        limit = network.limits[number]
        least = np.zeros(count) if limit.least is None else limit.least * hours
        lower[place] = least * limit.existing
        for block, of_block in (("flow", limit.arcs), ("activity", limit.processes)):
            for member, weight in of_block:
                entries.add(row[place], blocks[block].columns()[member], weight)
        for i in network.investments_for(number):
            entries.add(row[place], size[i], -least)
    names = [network.limits[number].name for number in members]
    return entries.rows("used_at_least", lower, np.full_like(lower, np.inf), _per_period(network, names))


def runs_within(network: Network, blocks: Blocks) -> Rows:
    """A process that is off does nothing: activity[p, t] ≤ hours[t] × most[p] × on[p, t]."""
    return _running(network, blocks, "runs_within")


def runs_at_least(network: Network, blocks: Blocks) -> Rows:
    """A process that is on does at least its least: activity[p, t] ≥ hours[t] × least[p, t] × on[p, t]."""
    return _running(network, blocks, "runs_at_least")


def one_at_a_time(network: Network, blocks: Blocks) -> Rows:
    """Of a service's processes at most one runs, and only if it is built: Σ on[t] ≤ build, or ≤ 1."""
    return _services(network, blocks, "one_at_a_time")


def serves_when_built(network: Network, blocks: Blocks) -> Rows:
    """A service that must run does so in each period once it is built: Σ on[t] ≥ build, or ≥ 1."""
    return _services(network, blocks, "serves_when_built")


def carries_over(network: Network, blocks: Blocks) -> Rows:
    """Level[t] = kept × level[t−1] + charged × charge[t] − discharge[t]; before the first period comes the last."""
    count = network.periods.count
    row = np.arange(len(network.storages) * count).reshape(-1, count)
    entries = _Entries()
    for s, one in enumerate(network.storages):
        level = blocks["level"].columns()[s]
        if count > 1:
            entries.add(row[s], level, 1.0)
            entries.add(row[s], np.roll(level, 1), -one.kept)
        else:
            entries.add(row[s], level, 1.0 - one.kept)
        entries.add(row[s], blocks["charge"].columns()[s], -one.charged)
        entries.add(row[s], blocks["discharge"].columns()[s], 1.0)
    zero = np.zeros(row.size)
    return entries.rows(
        "carries_over", zero, zero, _per_period(network, [one.name for one in network.storages])
    )


def stored_within(network: Network, blocks: Blocks) -> Rows:
    """A store that may grow holds at most its capacity: level[s, t] − Σ size ≤ capacity[s]."""
    count = network.periods.count
    growing = sorted({one.storage for one in network.investments if one.storage is not None})
    row = np.arange(len(growing) * count).reshape(-1, count)
    entries = _Entries()
    for place, s in enumerate(growing):
        entries.add(row[place], blocks["level"].columns()[s], 1.0)
        for i, one in enumerate(network.investments):
            if one.storage == s:
                entries.add(row[place], blocks["size"].columns()[i], -1.0)
    upper = np.repeat([network.storages[s].capacity for s in growing], count)
    names = [network.storages[s].name for s in growing]
    return entries.rows("stored_within", np.full(upper.size, -np.inf), upper, _per_period(network, names))


def size_at_most(network: Network, blocks: Blocks) -> Rows:
    """What is not built has no size: size[i] ≤ largest[i] × build[i]."""
    return _sizes(network, blocks, "size_at_most")


def size_at_least(network: Network, blocks: Blocks) -> Rows:
    """What is built has its least size: size[i] ≥ smallest[i] × build[i]."""
    return _sizes(network, blocks, "size_at_least")


def one_of(network: Network, blocks: Blocks) -> Rows:
    """Of a choice at most one is built: Σ build ≤ 1."""
    built = _builds(blocks)
    entries = _Entries()
    for number, choice in enumerate(network.choices):
        for i in choice.investments:
            entries.add(np.array([number]), np.array([built[i]]), 1.0)
    count = len(network.choices)
    return entries.rows(
        "one_of", np.full(count, -np.inf), np.ones(count), lambda number: network.choices[number].name
    )


def blend_at_most(network: Network, blocks: Blocks) -> Rows:
    """The mean of a property stays below: Σ (property[a] − most) × arrived[a, t] ≤ 0."""
    return _blends(network, blocks, "blend_at_most")


def blend_at_least(network: Network, blocks: Blocks) -> Rows:
    """The mean of a property stays above: Σ (property[a] − least) × arrived[a, t] ≥ 0."""
    return _blends(network, blocks, "blend_at_least")


def metric_at_most(network: Network, blocks: Blocks) -> Rows:
    """A metric of the year stays within its bound: Σ effect × amount ≤ bound. The epsilon constraint of a front."""
    bounds = network.economy.at_most
    entries = _Entries()
    chosen = [metric for metric in METRICS if metric in bounds]
    for number, metric in enumerate(chosen):
        for block in blocks.values():
            effect = block.effects[METRICS.index(metric)]
            used = np.nonzero(effect)
            columns = block.columns()[used]
            entries.add(np.full(columns.size, number), columns, effect[used])
    return entries.rows(
        "metric_at_most",
        np.full(len(chosen), -np.inf),
        np.array([bounds[metric] for metric in chosen]),
        lambda number: chosen[number].value,
    )


CONSTRAINTS: Final = (
    balance,
    capacity,
    used_at_least,
    runs_within,
    runs_at_least,
    one_at_a_time,
    serves_when_built,
    carries_over,
    stored_within,
    size_at_most,
    size_at_least,
    one_of,
    blend_at_most,
    blend_at_least,
    metric_at_most,
)


def most_per_hour(network: Network, p: int) -> float:
    """Return the most that a process can do in an hour: its capacity, or what its limits can grow to."""
    most = network.processes[p].capacity
    for number, limit in enumerate(network.limits):
        weight = dict(limit.processes).get(p, 0.0)
        if weight > 0:
            added = sum(network.investments[i].largest for i in network.investments_for(number))
            most = min(most, (float(limit.existing.max()) + added) / weight)
    return most


def _per_period(network: Network, names: list[str]) -> Callable[[int], str]:
    count = network.periods.count
    return lambda place: f"{names[place // count]}, {network.periods.names[place % count]}"


def _builds(blocks: Blocks) -> dict[int, int]:
    """Return the column of each investment that has one of yes or no."""
    block = blocks["build"]
    return dict(zip(block.members.tolist(), block.columns().ravel().tolist(), strict=True))


def _running(network: Network, blocks: Blocks, name: str) -> Rows:
    hours, count = network.periods.hours, network.periods.count
    running = blocks["on"]
    row = np.arange(running.size).reshape(-1, count)
    entries = _Entries()
    for place, p in enumerate(running.members):
        on_off = network.processes[p].on_off
        least = on_off.least if on_off is not None else np.zeros(count)
        bound = np.full(count, most_per_hour(network, int(p))) if name == "runs_within" else least
        entries.add(row[place], blocks["activity"].columns()[p], 1.0)
        entries.add(row[place], running.columns()[place], -hours * bound)
    free, zero = np.full(row.size, np.inf), np.zeros(row.size)
    lower, upper = (-free, zero) if name == "runs_within" else (zero, free)
    names = [network.processes[p].name for p in running.members]
    return entries.rows(name, lower, upper, _per_period(network, names))


def _services(network: Network, blocks: Blocks, name: str) -> Rows:
    count = network.periods.count
    running, built = blocks["on"], _builds(blocks)
    place_of = {int(p): place for place, p in enumerate(running.members)}
    chosen = [one for one in network.services if name == "one_at_a_time" or one.must_run]
    row = np.arange(len(chosen) * count).reshape(-1, count)
    entries = _Entries()
    bound = np.ones(row.shape)
    for number, one in enumerate(chosen):
        for p in one.processes:
            entries.add(row[number], running.columns()[place_of[p]], 1.0)
        if one.investment is not None:
            bound[number] = 0.0
            entries.add(row[number], np.array([built[one.investment]]), -1.0)
    free = np.full(row.shape, np.inf)
    lower, upper = (-free, bound) if name == "one_at_a_time" else (bound, free)
    return entries.rows(name, lower, upper, _per_period(network, [one.name for one in chosen]))


def _sizes(network: Network, blocks: Blocks, name: str) -> Rows:
    built = _builds(blocks)
    entries = _Entries()
    size = blocks["size"].columns()
    for number, (i, column) in enumerate(built.items()):
        one = network.investments[i]
        bound = one.largest if name == "size_at_most" else one.smallest
        if np.isinf(bound):
            continue  # No largest size: whether it is built is said, and its column's own bound holds.
        entries.add(np.array([number]), size[i], 1.0)
        entries.add(np.array([number]), np.array([column]), -bound)
    free, zero = np.full(len(built), np.inf), np.zeros(len(built))
    lower, upper = (-free, zero) if name == "size_at_most" else (zero, free)
    members = list(built)
    return entries.rows(name, lower, upper, lambda number: network.investments[members[number]].name)


def _blends(network: Network, blocks: Blocks, name: str) -> Rows:
    count, kept = network.periods.count, network.arcs.kept
    at_most = name == "blend_at_most"
    chosen = [one for one in network.blends if np.isfinite(one.at_most if at_most else one.at_least)]
    row = np.arange(len(chosen) * count).reshape(-1, count)
    entries = _Entries()
    for number, one in enumerate(chosen):
        bound = one.at_most if at_most else one.at_least
        for a, found in one.arcs:
            entries.add(row[number], blocks["flow"].columns()[a], (found - bound) * kept[a])
    free, zero = np.full(row.size, np.inf), np.zeros(row.size)
    lower, upper = (-free, zero) if at_most else (zero, free)
    return entries.rows(name, lower, upper, _per_period(network, [one.name for one in chosen]))
