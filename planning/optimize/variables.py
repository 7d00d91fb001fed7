"""The variables of the programme, in blocks: each is one column per thing and period, or one per thing.

A block's function gives bounds, and per unit its effect on each metric of `METRICS`. Columns come in the order here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from planning.optimize.network import METRICS, Bool, Float, Int, Network

Name = Callable[[int, int], str]


@dataclass(frozen=True, eq=False)
class Block:
    """The columns `start` to `start + things × periods`, thing by thing."""

    name: str
    things: int
    periods: int
    lower: Float
    upper: Float
    """Both things × periods."""
    effects: Float
    """metrics × things × periods, per unit."""
    label: Callable[[int], str]
    is_integer: bool = False
    members: Int = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Where only some of the network's things have a column: which."""
    start: int = 0

    @property
    def size(self) -> int:
        """How many columns."""
        return self.things * self.periods

    def columns(self) -> Int:
        """Return the columns' numbers, things × periods."""
        return self.start + np.arange(self.size).reshape(self.things, self.periods)

    def read(self, values: Float) -> Float:
        """Return this block's part of all values, things × periods."""
        return values[self.start : self.start + self.size].reshape(self.things, self.periods)


def alternative(network: Network) -> Block:
    """Units brought in or taken away by each alternative: 0 ≤ alternative[m, t] ≤ limit[m, t]."""
    own = network.alternatives
    return Block(
        "alternative",
        own.node.size,
        network.periods.count,
        np.zeros_like(own.limit),
        own.limit,
        _effects(own.cost, own.co2e, own.landfill, own.virgin),
        lambda m: f"{own.names[m]} of {network.nodes.names[own.node[m]]}",
    )


def flow(network: Network) -> Block:
    """Units sent along each arc: lower[a, t] ≤ flow[a, t] ≤ upper[a, t]."""
    own = network.arcs
    return Block(
        "flow",
        own.tail.size,
        network.periods.count,
        own.lower,
        own.upper,
        _effects(own.cost, own.co2e, own.landfill, own.virgin),
        lambda a: f"{network.nodes.names[own.tail[a]]} → {network.nodes.names[own.head[a]]}",
    )


def activity(network: Network) -> Block:
    """Activity of each process: 0 ≤ activity[p, t] ≤ hours[t] × capacity[p]."""
    own, hours = network.processes, network.periods.hours
    upper = np.array([_times(hours, one.capacity) for one in own]).reshape(len(own), hours.size)
    return Block(
        "activity",
        len(own),
        hours.size,
        np.zeros_like(upper),
        upper,
        _effects(
            np.array([one.cost for one in own]).reshape(upper.shape),
            np.array([one.co2e for one in own]),
            np.array([one.landfill for one in own]),
            np.array([one.virgin for one in own]),
        ),
        lambda p: own[p].name,
    )


def on(network: Network) -> Block:
    """Whether a process with a least activity runs: on[p, t] is 0 or 1."""
    members = np.array(
        [p for p, one in enumerate(network.processes) if one.on_off is not None], dtype=np.int64
    )
    shape = (members.size, network.periods.count)
    cost = np.zeros(shape)
    for row, p in enumerate(members):
        running = network.processes[p].on_off
        if running is not None and running.cost is not None:
            cost[row] = running.cost * network.periods.hours
    zero = np.zeros(members.size)
    return Block(
        "on",
        members.size,
        network.periods.count,
        np.zeros(shape),
        np.ones(shape),
        _effects(cost, zero, zero, zero),
        lambda row: network.processes[members[row]].name,
        is_integer=True,
        members=members,
    )


def level(network: Network) -> Block:
    """Units in store at the end of a period: 0 ≤ level[s, t], at most its capacity where none may be added."""
    grows = {one.storage for one in network.investments}
    upper = [np.inf if s in grows else one.capacity for s, one in enumerate(network.storages)]
    return _storage("level", network, np.array(upper), np.zeros(len(network.storages)))


def charge(network: Network) -> Block:
    """Units put into each store in a period."""
    return _storage(
        "charge",
        network,
        np.full(len(network.storages), np.inf),
        np.array([one.cost for one in network.storages]),
    )


def discharge(network: Network) -> Block:
    """Units taken out of each store in a period."""
    count = len(network.storages)
    return _storage("discharge", network, np.full(count, np.inf), np.zeros(count))


def size(network: Network) -> Block:
    """How large each investment is built: 0 ≤ size[i] ≤ largest, its capital as an annuity over its life."""
    own = network.investments
    upper = np.array([0.0 if one.is_built is False else one.largest for one in own])
    yearly = [
        one.capex_per_size * network.economy.recovery(one.life_years) + one.opex_per_size for one in own
    ]
    return _investment("size", network, np.zeros(len(own)), upper, np.array(yearly), np.arange(len(own)))


def build(network: Network) -> Block:
    """Whether an investment is built: build[i] is 0 or 1, for those with a cost or a least size of their own."""
    own = network.investments
    members = np.array([i for i, one in enumerate(own) if one.is_whole], dtype=np.int64)
    chosen = [own[i] for i in members]
    return _investment(
        "build",
        network,
        np.array([1.0 if one.is_built else 0.0 for one in chosen]),
        np.array([0.0 if one.is_built is False else 1.0 for one in chosen]),
        np.array([one.capex * network.economy.recovery(one.life_years) + one.opex for one in chosen]),
        members,
        is_integer=True,
    )


VARIABLES: Final = (alternative, flow, activity, on, level, charge, discharge, size, build)


def _effects(cost: Float, co2e: Float, landfill: Float, virgin: Float) -> Float:
    """Return the effects of things × periods on `METRICS`, in its order."""
    effects = np.empty((len(METRICS), *cost.shape))
    effects[0] = cost
    for place, metric in enumerate((co2e, landfill, virgin), start=1):
        effects[place] = metric[:, None]
    return effects


def _times(hours: Float, rate: float) -> Float:
    """Return a rate per hour as amounts per period; an infinite one stays so."""
    return np.full(hours.size, np.inf) if np.isinf(rate) else hours * rate


def _storage(name: str, network: Network, upper: Float, cost: Float) -> Block:
    shape = (len(network.storages), network.periods.count)
    zero = np.zeros(len(network.storages))
    return Block(
        name,
        *shape,
        np.zeros(shape),
        np.broadcast_to(upper[:, None], shape),
        _effects(np.broadcast_to(cost[:, None], shape), zero, zero, zero),
        lambda s: network.storages[s].name,
    )


def _investment(
    name: str,
    network: Network,
    lower: Float,
    upper: Float,
    yearly: Float,
    members: Int,
    *,
    is_integer: bool = False,
) -> Block:
    zero = np.zeros(members.size)
    return Block(
        name,
        members.size,
        1,
        lower.reshape(-1, 1),
        upper.reshape(-1, 1),
        _effects(yearly.reshape(-1, 1), zero, zero, zero),
        lambda row: network.investments[members[row]].name,
        is_integer=is_integer,
        members=members,
    )


def integer_columns(blocks: dict[str, Block], total: int) -> Bool:
    """Return which of all columns are whole numbers."""
    whole = np.zeros(total, dtype=bool)
    for block in blocks.values():
        if block.is_integer:
            whole[block.start : block.start + block.size] = True
    return whole
