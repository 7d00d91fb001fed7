"""What is wrong with a network, by name, before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from planning.optimize.network import Float, Network

MASS_TOLERANCE = 1e-3
"""Share by which a process may make more mass than it takes: rounded yields."""
TONNES_PER_UNIT = {"t": 1.0, "m³": 1.0}
"""What weighs: water, the one thing counted by volume, weighs a tonne per m³."""


class Fault(StrEnum):
    """Kinds of faults; the value is the reason code."""

    DEMAND_WITHOUT_SUPPLY = "demand_without_supply"
    SUPPLY_WITHOUT_OUTLET = "supply_without_outlet"
    EARNS_FOR_EVER = "earns_for_ever"
    MAKES_MASS = "makes_mass"
    NO_CAPACITY = "no_capacity"
    MIXED_UNITS = "mixed_units"
    MIXED_PRICE_YEARS = "mixed_price_years"
    NOT_A_NUMBER = "not_a_number"
    WRONG_BOUNDS = "wrong_bounds"
    UNBOUNDED_SIZE = "unbounded_size"


@dataclass(frozen=True)
class Finding:
    """One fault of a network."""

    fault: Fault
    subject: str
    """What it is about, by name."""
    text: str
    """What is wrong, and what would be right."""
    is_error: bool = True
    """False: a plan can be made, but one should look."""


def find_faults(network: Network) -> list[Finding]:
    """Return all that is wrong, errors first."""
    found = [
        *_numbers(network),
        *_bounds(network),
        *_reachable(network),
        *_earning(network),
        *_mass(network),
        *_units(network),
        *_investments(network),
    ]
    return sorted(found, key=lambda one: not one.is_error)


def _numbers(network: Network) -> Iterator[Finding]:
    nodes, others, arcs = network.nodes, network.alternatives, network.arcs
    tables: tuple[tuple[str, Float, str], ...] = (
        ("fixed", nodes.fixed, "node"),
        ("cost", others.cost, "alternative"),
        ("limit", others.limit, "alternative"),
        ("cost", arcs.cost, "arc"),
        ("kept", arcs.kept[:, None], "arc"),
        ("lower", arcs.lower, "arc"),
        ("upper", arcs.upper, "arc"),
    )
    for name, values, kind in tables:
        for row in np.flatnonzero(np.isnan(values).any(axis=1))[:20]:
            yield Finding(
                Fault.NOT_A_NUMBER,
                _subject(network, kind, int(row)),
                f"{name} is not known: give a number, or leave the {kind} out.",
            )


def _bounds(network: Network) -> Iterator[Finding]:
    arcs = network.arcs
    for a in np.flatnonzero((arcs.lower > arcs.upper).any(axis=1))[:20]:
        yield Finding(
            Fault.WRONG_BOUNDS,
            _subject(network, "arc", int(a)),
            "What is agreed is more than what can be sent: lower the agreed amount or raise the limit.",
        )
    for a in np.flatnonzero((arcs.kept < 0) | (arcs.tail == arcs.head))[:20]:
        yield Finding(
            Fault.WRONG_BOUNDS,
            _subject(network, "arc", int(a)),
            "An arc leads from one node to another, and what arrives is not negative.",
        )
    for m in np.flatnonzero((network.alternatives.limit < 0).any(axis=1))[:20]:
        yield Finding(
            Fault.WRONG_BOUNDS, _subject(network, "alternative", int(m)), "A limit is nothing or more."
        )


def _reachable(network: Network) -> Iterator[Finding]:
    """Demand that nothing can meet, supply that nothing can take: as far as one node alone can tell."""
    nodes, others, arcs = network.nodes, network.alternatives, network.arcs
    fed, drained = np.zeros(nodes.party.size, bool), np.zeros(nodes.party.size, bool)
    open_to = (others.limit > 0).any(axis=1)
    fed[others.node[others.brings & open_to]] = True
    drained[others.node[~others.brings & open_to]] = True
    usable = (arcs.upper > 0).any(axis=1)
    fed[arcs.head[usable & (arcs.kept > 0)]] = True
    drained[arcs.tail[usable]] = True
    for one in network.processes:
        standing = one.on_off.standing if one.on_off is not None else ()
        for node, amount in (*one.flows, *standing):
            fed[node] |= bool((amount > 0).any())
            drained[node] |= bool((amount < 0).any())
    for store in network.storages:
        fed[store.node] = drained[store.node] = True
    for n in np.flatnonzero((nodes.fixed < 0).any(axis=1) & ~fed)[:20]:
        yield Finding(
            Fault.DEMAND_WITHOUT_SUPPLY,
            nodes.names[n],
            "It is needed here and nothing brings it: add a supplier, a plant or a purchase.",
        )
    for n in np.flatnonzero((nodes.fixed > 0).any(axis=1) & ~drained)[:20]:
        yield Finding(
            Fault.SUPPLY_WITHOUT_OUTLET,
            nodes.names[n],
            "It arises here and nothing takes it: add a buyer, a plant or a disposal.",
        )


def _earning(network: Network) -> Iterator[Finding]:
    """A node at which buying and selling again earns without end."""
    others = network.alternatives
    endless = np.isinf(others.limit)
    for t in range(network.periods.count):
        buys = np.full(network.nodes.party.size, np.inf)
        sells = np.full(network.nodes.party.size, -np.inf)
        open_now = endless[:, t]
        np.minimum.at(buys, others.node[others.brings & open_now], others.cost[others.brings & open_now, t])
        np.maximum.at(
            sells, others.node[~others.brings & open_now], -others.cost[~others.brings & open_now, t]
        )
        for n in np.flatnonzero(sells > buys + 1e-9)[:20]:
            yield Finding(
                Fault.EARNS_FOR_EVER,
                network.nodes.names[n],
                f"It can be bought at {buys[n]:g} and sold at {sells[n]:g} without limit: limit one, or mend a price.",
            )
            return


def _mass(network: Network) -> Iterator[Finding]:
    weights = np.array([TONNES_PER_UNIT.get(unit, 0.0) for unit in network.nodes.units])
    for one in network.processes:
        made = sum((weights[node] * np.maximum(amount, 0) for node, amount in one.flows), np.zeros(1))
        taken = sum((weights[node] * np.maximum(-amount, 0) for node, amount in one.flows), np.zeros(1))
        if (made > (taken + one.other_mass_t) * (1 + MASS_TOLERANCE)).any():
            yield Finding(
                Fault.MAKES_MASS,
                one.name,
                f"It makes {made.max():g} t from {(taken + one.other_mass_t).min():g} t: mend a yield, "
                "or say what air or water it takes besides.",
            )


def _units(network: Network) -> Iterator[Finding]:
    arcs, units = network.arcs, np.array(network.nodes.units)
    if not arcs.tail.size:
        return
    for a in np.flatnonzero((units[arcs.tail] != units[arcs.head]) & (arcs.kept == 1.0))[:20]:
        yield Finding(
            Fault.MIXED_UNITS,
            _subject(network, "arc", int(a)),
            f"From {units[arcs.tail[a]]} to {units[arcs.head[a]]} one for one: say how much arrives per unit sent.",
        )


def _investments(network: Network) -> Iterator[Finding]:
    for number, limit in enumerate(network.limits):
        if not network.investments_for(number) and not (limit.existing > 0).any():
            yield Finding(
                Fault.NO_CAPACITY,
                limit.name,
                "It has no capacity and nothing may add any: nothing goes through.",
                is_error=False,
            )
    for one in network.investments:
        if one.price_year is not None and one.price_year != network.economy.price_year:
            yield Finding(
                Fault.MIXED_PRICE_YEARS,
                one.name,
                f"Its cost is of {one.price_year}, the plan's money of {network.economy.price_year}: convert it.",
            )
        if one.is_whole and np.isinf(one.largest):
            yield Finding(
                Fault.UNBOUNDED_SIZE, one.name, "What is built or not needs a largest size: give one."
            )


def _subject(network: Network, kind: str, row: int) -> str:
    names, arcs, others = network.nodes.names, network.arcs, network.alternatives
    if kind == "arc":
        return f"{names[arcs.tail[row]]} → {names[arcs.head[row]]}"
    if kind == "alternative":
        return f"{others.names[row]} of {names[others.node[row]]}"
    return names[row]
