"""A network cut into regions: each a network of its own, and the ways between them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.network import Arcs, Bool, Float, Int, Network


@dataclass(frozen=True, eq=False)
class Cut:
    """A network cut into regions."""

    parts: tuple[Network, ...]
    boundary: tuple[Int, ...]
    """Per region, its boundary nodes by their number there."""
    row: tuple[Int, ...]
    """Per region, the same nodes' rows among all boundary nodes."""
    tail: Int
    head: Int
    """Per crossing arc, rows among all boundary nodes."""
    arcs: Arcs
    """The crossing arcs."""
    most: Float
    """Boundary nodes × T: what may cross either way at most."""


def cut(network: Network, region_of: Int) -> Cut:
    """Return the network cut by the region of each node.

    Raises a ValueError where a plant, a limit, a blend or a bound on a metric joins two regions: only ways may.
    """
    arcs = network.arcs
    crossing = region_of[arcs.tail] != region_of[arcs.head]
    _check(network, region_of, crossing)
    ends = np.unique(np.concatenate([arcs.tail[crossing], arcs.head[crossing]]))
    row_of = np.full(region_of.size, -1)
    row_of[ends] = np.arange(ends.size)
    parts, boundary, rows = [], [], []
    for region in range(int(region_of.max()) + 1):
        nodes = np.flatnonzero(region_of == region)
        parts.append(_part(network, nodes))
        at = np.flatnonzero(row_of[nodes] >= 0)
        boundary.append(at)
        rows.append(row_of[nodes[at]])
    chosen = np.flatnonzero(crossing)
    total = np.abs(network.nodes.fixed).sum(axis=0) + 1
    most = np.broadcast_to(total, (ends.size, total.size)).copy()
    return Cut(
        tuple(parts),
        tuple(boundary),
        tuple(rows),
        row_of[arcs.tail[chosen]],
        row_of[arcs.head[chosen]],
        arcs.take(chosen),
        most,
    )


def _check(network: Network, region_of: Int, crossing: Bool) -> None:
    for process in network.processes:
        if len({int(region_of[node]) for node, _ in process.flows}) > 1:
            raise ValueError(f"{process.name} takes and gives in two regions: only ways may join them.")
    shared = {a for limit in network.limits for a, _ in limit.arcs} | {
        a for blend in network.blends for a, _ in blend.arcs
    }
    if any(crossing[a] for a in shared):
        raise ValueError("A way between regions has a limit or a blend: put it into one region.")
    if network.economy.at_most:
        raise ValueError("A bound on a metric joins all regions: give the metric a weight.")


def _part(network: Network, nodes: Int) -> Network:
    """Return what of the network stands at these nodes."""
    place = np.full(network.nodes.party.size, -1)
    place[nodes] = np.arange(nodes.size)
    others, arcs = network.alternatives, network.arcs
    some = np.flatnonzero(place[others.node] >= 0)
    within = np.flatnonzero((place[arcs.tail] >= 0) & (place[arcs.head] >= 0))
    arc_place = {int(a): number for number, a in enumerate(within.tolist())}
    kept = [p for p, one in enumerate(network.processes) if all(place[node] >= 0 for node, _ in one.flows)]
    process_place = {p: number for number, p in enumerate(kept)}
    stores = [s for s, one in enumerate(network.storages) if place[one.node] >= 0]
    limits = [
        number
        for number, one in enumerate(network.limits)
        if all(a in arc_place for a, _ in one.arcs) and all(p in process_place for p, _ in one.processes)
    ]
    limit_place, store_place = ({old: new for new, old in enumerate(some)} for some in (limits, stores))
    built = [
        i
        for i, one in enumerate(network.investments)
        if (one.limit in limit_place if one.limit is not None else one.storage in store_place)
    ]
    build_place = {i: number for number, i in enumerate(built)}
    return Network(
        periods=network.periods,
        economy=network.economy,
        parties=network.parties,
        nodes=network.nodes.take(nodes),
        alternatives=others.take(some, node=place[others.node[some]]),
        arcs=arcs.take(within, tail=place[arcs.tail[within]], head=place[arcs.head[within]]),
        processes=tuple(
            replace(
                network.processes[p],
                flows=tuple((int(place[node]), amount) for node, amount in network.processes[p].flows),
                on_off=None
                if (running := network.processes[p].on_off) is None
                else replace(
                    running,
                    standing=tuple((int(place[node]), amount) for node, amount in running.standing),
                ),
            )
            for p in kept
        ),
        storages=tuple(
            replace(network.storages[s], node=int(place[network.storages[s].node])) for s in stores
        ),
        limits=tuple(
            replace(
                network.limits[number],
                arcs=tuple((arc_place[a], weight) for a, weight in network.limits[number].arcs),
                processes=tuple((process_place[p], weight) for p, weight in network.limits[number].processes),
                grows_with=None
                if (other := network.limits[number].grows_with) is None
                else limit_place[other],
            )
            for number in limits
        ),
        investments=tuple(
            replace(
                one,
                limit=None if one.limit is None else limit_place[one.limit],
                storage=None if one.storage is None else store_place[one.storage],
            )
            for one in (network.investments[i] for i in built)
        ),
        choices=tuple(
            replace(choice, investments=tuple(build_place[i] for i in choice.investments))
            for choice in network.choices
            if all(i in build_place for i in choice.investments)
        ),
        services=tuple(
            replace(
                service,
                processes=tuple(process_place[p] for p in service.processes),
                investment=None if service.investment is None else build_place[service.investment],
            )
            for service in network.services
            if all(p in process_place for p in service.processes)
        ),
        blends=tuple(
            replace(blend, arcs=tuple((arc_place[a], value) for a, value in blend.arcs))
            for blend in network.blends
            if all(a in arc_place for a, _ in blend.arcs)
        ),
    )
