"""Instances for `bench-planning`, drawn by seed: a market of one period, and a region of plants, pipes and stores."""

from __future__ import annotations

import numpy as np

from planning.optimize.draft import Draft
from planning.optimize.network import (
    Alternatives,
    Arcs,
    Economy,
    Float,
    Int,
    Investment,
    Network,
    Nodes,
    months,
    one_year,
)

GROUPS = 100
"""Resources of the market: arcs lead only from offers to requests of the same."""
REGION_KM = 1_000.0


def market(offers: int, requests: int, arcs: int, seed: int) -> Network:
    """Return offers and requests of `GROUPS` resources, each offer with its nearest requests; all have alternatives."""
    draw = np.random.default_rng(seed)
    group, wanted = draw.integers(0, GROUPS, offers), draw.integers(0, GROUPS, requests)
    here, there = draw.random((offers, 2)) * REGION_KM, draw.random((requests, 2)) * REGION_KM
    tail, head, km = _nearest(group, wanted, here, there, arcs // offers)
    supply, demand = draw.lognormal(6, 1.2, offers), draw.lognormal(6, 1.2, requests)
    count, nodes = tail.size, offers + requests
    zero, none = np.zeros(count), np.zeros(nodes)
    return Network(
        periods=one_year(),
        economy=Economy(),
        parties=tuple(f"company {number}" for number in range(nodes)),
        nodes=Nodes(
            names=[f"offer {number}" for number in range(offers)]
            + [f"request {number}" for number in range(requests)],
            units=["t"] * nodes,
            party=np.arange(nodes),
            resource=np.concatenate([group, wanted]),
            fixed=np.concatenate([supply, -demand])[:, None],
        ),
        alternatives=Alternatives(
            names=["disposal"] * offers + ["purchase"] * requests,
            node=np.arange(nodes),
            brings=np.arange(nodes) >= offers,
            cost=np.concatenate([draw.uniform(10, 80, offers), draw.uniform(20, 120, requests)])[:, None],
            limit=np.full((nodes, 1), np.inf),
            co2e=none,
            landfill=(np.arange(nodes) < offers).astype(np.float64),
            virgin=(np.arange(nodes) >= offers).astype(np.float64),
        ),
        arcs=Arcs(
            tail=tail,
            head=head + offers,
            kept=np.ones(count),
            cost=(5 + 0.15 * km)[:, None],
            lower=np.zeros((count, 1)),
            upper=np.full((count, 1), np.inf),
            co2e=km * 1e-4,
            landfill=zero,
            virgin=zero,
            payer=head + offers,
            modes=["lorry"] * count,
            is_exchange=np.ones(count, dtype=bool),
        ),
    )


def greedy(network: Network) -> float:
    """Return what a market costs if the best exchange goes first, then the next: as one would by hand."""
    arcs, others = network.arcs, network.alternatives
    alone = np.zeros(network.nodes.party.size)
    alone[others.node] = np.where(others.brings, others.cost[:, 0], -others.cost[:, 0])
    gain = alone[arcs.head] - alone[arcs.tail] - arcs.cost[:, 0]
    left = np.abs(network.nodes.fixed[:, 0])
    total = float(left @ np.where(network.nodes.fixed[:, 0] > 0, -alone, alone))
    tail, head = arcs.tail.tolist(), arcs.head.tolist()
    room = left.tolist()
    for a in np.argsort(-gain, kind="stable").tolist():
        if gain[a] <= 0:
            break
        sent = min(room[tail[a]], room[head[a]])
        room[tail[a]] -= sent
        room[head[a]] -= sent
        total -= sent * float(gain[a])
    return total


def region(seed: int, *, sites: int = 60, processes: int = 20, investments: int = 15) -> Network:
    """Return sites with heat, sludge and gas by month, plants that turn one into another, and what may be built.

    A third of the sites have heat to spare, a third need it most in winter; sludge becomes gas at plants. Heat pipes,
    digesters and pits may be built, each with a price of its own beside that per size.
    """
    draw = np.random.default_rng(seed)
    draft = Draft(months(), Economy(rate=0.06))
    place = draw.random((sites, 2)) * 30
    winter = 1 + 0.8 * np.cos((np.arange(12) - 0.5) * np.pi / 6)
    heat, sludge, gas = [], [], []
    for number in range(sites):
        party = draft.party(f"company {number}")
        kind = number % 3
        size = float(draw.lognormal(8, 0.6)) / 12
        heat.append(
            draft.node(
                f"heat at {number}",
                party=party,
                resource="heat",
                unit="MWh",
                supply=size if kind == 0 else 0.0,
                demand=size * winter if kind == 1 else 0.0,
            )
        )
        draft.purchase(heat[-1], price=float(draw.uniform(35, 60)), name="boiler", co2e=0.23)
        draft.dispose(heat[-1], cost=0.0, name="cooling")
        sludge.append(
            draft.node(
                f"sludge at {number}",
                party=party,
                resource="sludge",
                unit="t",
                supply=float(draw.lognormal(6, 0.8)) / 12 if kind == 2 else 0.0,
            )
        )
        draft.dispose(sludge[-1], cost=float(draw.uniform(40, 90)), landfill=1.0)
        gas.append(draft.node(f"gas at {number}", party=party, resource="gas", unit="MWh"))
        draft.dispose(gas[-1], cost=-float(draw.uniform(20, 40)), name="sale")
    far = np.hypot(*(place[:, None] - place[None]).T)
    for number in range(sites):
        for other in np.argsort(far[number])[1:6]:
            draft.arc(sludge[number], sludge[other], cost=4 + 0.2 * far[number, other], mode="lorry")
    _plants(draft, draw, sludge, gas, heat, processes)
    _pipes(draft, draw, far, heat, investments - 3)
    for number in range(3):
        pit = draft.storage(f"pit {number}", party=number * 3, node=heat[number * 3], kept=0.9)
        draft.investment(
            Investment(
                name=f"pit {number}",
                party=number * 3,
                storage=pit,
                smallest=500,
                largest=20_000,
                capex=100_000,
                capex_per_size=25,
                life_years=25,
            )
        )
    return draft.network()


def _nearest(group: Int, wanted: Int, here: Float, there: Float, each: int) -> tuple[Int, Int, Float]:
    tails, heads, ways = [], [], []
    for number in range(GROUPS):
        some, others = np.flatnonzero(group == number), np.flatnonzero(wanted == number)
        if not some.size or not others.size:
            continue
        km = np.hypot(*(here[some][:, None] - there[others][None]).T).T
        near = np.argsort(km, axis=1)[:, :each]
        tails.append(np.repeat(some, near.shape[1]))
        heads.append(others[near].ravel())
        ways.append(np.take_along_axis(km, near, axis=1).ravel())
    return np.concatenate(tails), np.concatenate(heads), np.concatenate(ways)


def _plants(
    draft: Draft, draw: np.random.Generator, sludge: list[int], gas: list[int], heat: list[int], count: int
) -> None:
    """Digesters, half of them there already; each takes heat and gives gas."""
    for number in range(count):
        site = int(draw.integers(0, len(sludge)))
        draft.process(
            f"digester {number}",
            party=site,
            takes={sludge[site]: 1.0, heat[site]: 0.1},
            gives={gas[site]: float(draw.uniform(0.6, 1.2))},
            cost=float(draw.uniform(5, 20)),
            capacity=float(draw.uniform(0.02, 0.2)),
            on_off=draft.on_off(least=0.01, cost=0.5) if number % 2 else None,
        )


def _pipes(draft: Draft, draw: np.random.Generator, far: Float, heat: list[int], count: int) -> None:
    """Heat pipes between a site that has heat and one that needs it, near each other."""
    pairs = [
        (source, sink)
        for source in range(0, len(heat), 3)
        for sink in np.argsort(far[source])[1:12].tolist()
        if sink % 3 == 1
    ]
    for number in draw.permutation(len(pairs))[:count].tolist():
        source, sink = pairs[number]
        km = float(far[source, sink])
        arc = draft.arc(heat[source], heat[sink], kept=1 - min(0.03 * km, 0.5), cost=0.5, mode="pipe")
        pipe = draft.limit(f"pipe {source} to {sink}", arcs={arc: 1.0})
        draft.investment(
            Investment(
                name=f"pipe {source} to {sink}",
                party=sink,
                limit=pipe,
                smallest=0.05,
                largest=20.0,
                capex=250_000 * km,
                capex_per_size=12_000 * km,
                life_years=30,
                opex=2_000 * km,
            )
        )
