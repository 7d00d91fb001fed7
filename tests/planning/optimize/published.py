"""Published instances of other people's models, as networks: facts of theirs, written in our words."""

import numpy as np

from planning.optimize.draft import Draft
from planning.optimize.network import Economy, Investment, Network, Periods, one_year

STREETS = (
    (22, 44, 28, 0), (27, 36, 14, 0), (36, 44, 22, 0), (36, 57, 22, 0), (44, 63, 22, 0), (44, 75, 32, 0),
    (49, 57, 22, 250), (49, 79, 30, 0), (57, 75, 28, 0), (57, 79, 28, 0), (63, 72, 14, 250), (63, 75, 22, 0),
    (75, 94, 22, 0), (75, 97, 28, 0), (79, 97, 28, 0), (97, 99, 20, 0),
)  # fmt: skip
"""Ends, metres, and the kW of the customer on the way."""
SOURCES = {22: 0.010, 27: 0.010, 99: 0.005}
"""EUR/kWh, 1,000 kW each."""
HEAT_PRICE, FIXED_LOSS_KW_PER_M, LOSS_PER_M = 0.07, 0.02, 1e-7


def dhmin_mnl(*, redundant: bool = False) -> Network:
    """District heat along streets, `mnl` of dhmin (tum-ens/dhmin 9bbac2f): which pipes to lay, from which source.

    Three periods (1,600 h at 0.8 of the load, 1,040 h at 0.5, one hour at peak); `redundant`: three more peak hours, in
    each of which one source has failed. A pipe that is laid is kept warm in every period.
    """
    names, hours, load = ["normal", "low", "peak"], [1600.0, 1040.0, 1.0], [0.8, 0.5, 1.0]
    works = {source: [1.0, 1.0, 1.0] for source in SOURCES}
    if redundant:
        for failed in SOURCES:
            names.append(f"without {failed}")
            hours.append(1.0)
            load.append(1.0)
            for source, shares in works.items():
                shares.append(float(source != failed))
    draft = Draft(Periods(tuple(names), np.array(hours)), Economy(rate=0.06))
    party = draft.party("network")
    nodes = {
        number: draft.node(str(number), party=party, resource="heat", unit="kWh")
        for number in sorted({end for street in STREETS for end in street[:2]})
    }
    for source, price in SOURCES.items():
        draft.purchase(nodes[source], price=price, limit=1000 * np.array(hours) * np.array(works[source]))
    scale = np.array(load)
    for left, right, metres, customer in STREETS:
        need, loss = customer * scale, FIXED_LOSS_KW_PER_M * metres * scale
        kept = 1 - LOSS_PER_M * metres
        ways = [
            draft.process(
                f"{tail} to {head}",
                party=party,
                takes={nodes[tail]: 1.0},
                gives={nodes[head]: kept},
                on_off=draft.on_off(
                    least=(need + loss) / kept,
                    standing={nodes[head]: -(need + loss)},
                    cost=-HEAT_PRICE * need,
                ),
            )
            for tail, head in ((left, right), (right, left))
        ]
        street = f"{left}-{right}"
        pipe = draft.limit(street, processes=dict.fromkeys(ways, 1.0))
        laid = draft.investment(
            Investment(
                name=street,
                party=party,
                limit=pipe,
                largest=2000,
                capex=600 * metres,
                capex_per_size=0.015 * metres,
                life_years=40,
                opex=5 * metres,
            )
        )
        draft.service(street, ways, investment=laid, must_run=True)
    return draft.network()


def dhnx(*, fixed_cost: float = 0.0) -> Network:
    """One producer, three forks, customers of 15 and 18 kW (oemof/DHNx c8832d1): pipes at 0.5 EUR per kW and metre."""
    draft = Draft(one_year(), Economy(rate=0.0))
    party = draft.party("network")
    need = {"customer at b": 15.0, "customer at c": 18.0}
    nodes = {
        name: draft.node(name, party=party, resource="heat", unit="kWh", demand=8760 * need.get(name, 0.0))
        for name in ("producer", "a", "b", "c", *need)
    }
    draft.purchase(nodes["producer"], price=0.0)
    for left, right, metres in (
        ("producer", "a", 4.0), ("producer", "b", 3.162), ("a", "b", 1.414), ("a", "c", 1.414), ("b", "c", 1.0),
        ("b", "customer at b", 1.0), ("c", "customer at c", 0.5),
    ):  # fmt: skip
        ways = [draft.arc(nodes[tail], nodes[head]) for tail, head in ((left, right), (right, left))]
        pipe = draft.limit(f"{left}-{right}", arcs=dict.fromkeys(ways, 1.0))
        draft.investment(
            Investment(
                name=f"{left}-{right}",
                party=party,
                limit=pipe,
                largest=100.0 if fixed_cost else np.inf,
                capex=fixed_cost,
                capex_per_size=0.5 * metres,
                life_years=1,
            )
        )
    return draft.network()
