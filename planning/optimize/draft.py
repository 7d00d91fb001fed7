"""A network put together by name, piece by piece: what the cases and a scenario's adapter write in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planning.optimize.network import (
    Alternatives,
    Arcs,
    Blend,
    Choice,
    Economy,
    Float,
    Investment,
    Limit,
    Network,
    Nodes,
    OnOff,
    Periods,
    Process,
    Service,
    Storage,
)

Amount = float | npt.ArrayLike
"""One number for all periods, or one per period."""


@dataclass
class Draft:
    """Collects the pieces; every method returns the index by which later pieces name this one."""

    periods: Periods
    economy: Economy = field(default_factory=Economy)
    _parties: list[str] = field(default_factory=list)
    _resources: dict[str, int] = field(default_factory=dict)
    _nodes: list[tuple[str, str, int, int, Float]] = field(default_factory=list)
    _alternatives: list[tuple[str, int, bool, Float, Float, float, float, float]] = field(
        default_factory=list
    )
    _arcs: list[tuple[int, int, float, Float, Float, Float, float, float, float, int, str, bool]] = field(
        default_factory=list
    )
    _processes: list[Process] = field(default_factory=list)
    _storages: list[Storage] = field(default_factory=list)
    _limits: list[Limit] = field(default_factory=list)
    _investments: list[Investment] = field(default_factory=list)
    _choices: list[Choice] = field(default_factory=list)
    _services: list[Service] = field(default_factory=list)
    _blends: list[Blend] = field(default_factory=list)

    @classmethod
    def of(cls, network: Network) -> Draft:
        """Return a draft that holds a network, to add to: nodes, arcs and all else keep their numbers."""
        nodes, others, arcs = network.nodes, network.alternatives, network.arcs
        return cls(
            periods=network.periods,
            economy=network.economy,
            _parties=list(network.parties),
            _resources={f"resource {number}": int(number) for number in np.unique(nodes.resource)},
            _nodes=list(
                zip(
                    nodes.names,
                    nodes.units,
                    nodes.party.tolist(),
                    nodes.resource.tolist(),
                    nodes.fixed,
                    strict=True,
                )
            ),
            _alternatives=list(
                zip(
                    others.names,
                    others.node.tolist(),
                    others.brings.tolist(),
                    others.cost,
                    others.limit,
                    others.co2e.tolist(),
                    others.landfill.tolist(),
                    others.virgin.tolist(),
                    strict=True,
                )
            ),
            _arcs=list(
                zip(
                    arcs.tail.tolist(),
                    arcs.head.tolist(),
                    arcs.kept.tolist(),
                    arcs.cost,
                    arcs.lower,
                    arcs.upper,
                    arcs.co2e.tolist(),
                    arcs.landfill.tolist(),
                    arcs.virgin.tolist(),
                    arcs.payer.tolist(),
                    arcs.modes,
                    arcs.is_exchange.tolist(),
                    strict=True,
                )
            ),
            _processes=list(network.processes),
            _storages=list(network.storages),
            _limits=list(network.limits),
            _investments=list(network.investments),
            _choices=list(network.choices),
            _services=list(network.services),
            _blends=list(network.blends),
        )

    def spread(self, per_year: float) -> Float:
        """Return an amount per year as amounts per period, by hours."""
        hours = self.periods.hours
        return hours * (per_year / float(hours.sum()))

    def party(self, name: str) -> int:
        """Add a company, or find it."""
        if name not in self._parties:
            self._parties.append(name)
        return self._parties.index(name)

    def node(
        self, name: str, *, party: int, resource: str, unit: str, supply: Amount = 0.0, demand: Amount = 0.0
    ) -> int:
        """Add a node: one resource at one place, with what arises or is needed there per period."""
        fixed = self._per_period(supply) - self._per_period(demand)
        number = self._resources.setdefault(resource, 1 + max(self._resources.values(), default=-1))
        self._nodes.append((name, unit, party, number, fixed))
        return len(self._nodes) - 1

    def purchase(
        self,
        node: int,
        *,
        price: Amount,
        name: str = "purchase",
        limit: Amount = np.inf,
        co2e: float = 0.0,
        virgin: float = 0.0,
    ) -> int:
        """Add a way to bring the node's resource in: `price` per unit, `limit` units per period."""
        return self._alternative(
            name, node, brings=True, cost=price, limit=limit, effects=(co2e, 0.0, virgin)
        )

    def dispose(
        self,
        node: int,
        *,
        cost: Amount,
        name: str = "disposal",
        limit: Amount = np.inf,
        co2e: float = 0.0,
        landfill: float = 0.0,
    ) -> int:
        """Add a way to be rid of the node's resource at `cost` per unit; negative: it is sold."""
        return self._alternative(
            name, node, brings=False, cost=cost, limit=limit, effects=(co2e, landfill, 0.0)
        )

    def arc(
        self,
        tail: int,
        head: int,
        *,
        cost: Amount = 0.0,
        kept: float = 1.0,
        lower: Amount = 0.0,
        upper: Amount = np.inf,
        co2e: float = 0.0,
        landfill: float = 0.0,
        virgin: float = 0.0,
        payer: int | None = None,
        mode: str = "",
        is_exchange: bool | None = None,
    ) -> int:
        """Add a way. Unless said, it is an exchange if it leads to another party, and the receiver bears the cost."""
        to = self._nodes[head][2]
        if is_exchange is None:
            is_exchange = self._nodes[tail][2] != to
        self._arcs.append(
            (
                tail,
                head,
                kept,
                self._per_period(cost),
                self._per_period(lower),
                self._per_period(upper),
                co2e,
                landfill,
                virgin,
                to if payer is None else payer,
                mode,
                is_exchange,
            )
        )
        return len(self._arcs) - 1

    def cascade(self, levels: Mapping[int, float], approach: float) -> list[int]:
        """Let what is hotter serve what is cooler at one site, free of charge.

        `levels` gives each node's temperature in °C: of a source what it is cooled to, of a sink what it must
        reach. Heat passes from a to b where T(a) − T(b) ≥ `approach`, the exchanger's least difference in K, over 0.
        """
        return [
            self.arc(hot, cold, mode="cascade", is_exchange=False)
            for hot, upper in levels.items()
            for cold, lower in levels.items()
            if hot != cold and upper - lower >= approach
        ]

    def grades(self, best_first: list[int]) -> list[int]:
        """Let water of a better grade serve where a poorer one would do, at one site."""
        return [
            self.arc(better, poorer, mode="grade", is_exchange=False)
            for place, better in enumerate(best_first)
            for poorer in best_first[place + 1 :]
        ]

    def process(
        self,
        name: str,
        *,
        party: int,
        takes: Mapping[int, Amount],
        gives: Mapping[int, Amount],
        cost: Amount = 0.0,
        capacity: float = np.inf,
        co2e: float = 0.0,
        landfill: float = 0.0,
        virgin: float = 0.0,
        other_mass_t: float = 0.0,
        on_off: OnOff | None = None,
        is_new: bool = False,
    ) -> int:
        """Add a plant: what it takes from and gives to nodes per unit of activity, `capacity` activity per hour."""
        flows: dict[int, Float] = {}
        for sign, side in ((-1.0, takes), (1.0, gives)):
            for node, amount in side.items():
                flows[node] = flows.get(node, np.zeros(self.periods.count)) + sign * self._per_period(amount)
        self._processes.append(
            Process(
                name=name,
                party=party,
                flows=tuple(flows.items()),
                cost=self._per_period(cost),
                capacity=capacity,
                co2e=co2e,
                landfill=landfill,
                virgin=virgin,
                other_mass_t=other_mass_t,
                on_off=on_off,
                is_new=is_new,
            )
        )
        return len(self._processes) - 1

    def on_off(
        self, *, least: Amount = 0.0, standing: Mapping[int, Amount] | None = None, cost: Amount | None = None
    ) -> OnOff:
        """Say what a process does only while it runs, per hour."""
        return OnOff(
            least=self._per_period(least),
            standing=tuple((node, self._per_period(amount)) for node, amount in (standing or {}).items()),
            cost=None if cost is None else self._per_period(cost),
        )

    def storage(
        self,
        name: str,
        *,
        party: int,
        node: int,
        capacity: float = 0.0,
        kept: float = 1.0,
        charged: float = 1.0,
        cost: float = 0.0,
    ) -> int:
        """Add a store for a node's resource: `capacity` in its unit."""
        self._storages.append(
            Storage(
                name=name, party=party, node=node, capacity=capacity, kept=kept, charged=charged, cost=cost
            )
        )
        return len(self._storages) - 1

    def limit(
        self,
        name: str,
        *,
        arcs: Mapping[int, float] | None = None,
        processes: Mapping[int, float] | None = None,
        existing: Amount = 0.0,
        availability: Amount = 1.0,
        grows_with: int | None = None,
        least: Amount | None = None,
    ) -> int:
        """Add a capacity that these arcs and processes share by weight, in units per hour; `least` of it is used."""
        self._limits.append(
            Limit(
                name=name,
                arcs=tuple((arcs or {}).items()),
                processes=tuple((processes or {}).items()),
                existing=self._per_period(existing),
                availability=self._per_period(availability),
                grows_with=grows_with,
                least=None if least is None else self._per_period(least),
            )
        )
        return len(self._limits) - 1

    def investment(self, one: Investment) -> int:
        """Add something that may be built."""
        self._investments.append(one)
        return len(self._investments) - 1

    def choice(self, name: str, investments: list[int]) -> None:
        """At most one of these is built."""
        self._choices.append(Choice(name, tuple(investments)))

    def service(
        self, name: str, processes: list[int], *, investment: int | None = None, must_run: bool = False
    ) -> None:
        """At most one of these runs in a period, and only if the investment is built."""
        self._services.append(Service(name, tuple(processes), investment, must_run))

    def blend(self, one: Blend) -> None:
        """Add limits to a property of what arrives."""
        self._blends.append(one)

    def network(self) -> Network:
        """Return all of it as one network."""
        count = self.periods.count
        nodes, others, arcs = self._nodes, self._alternatives, self._arcs
        return Network(
            periods=self.periods,
            economy=self.economy,
            parties=tuple(self._parties),
            nodes=Nodes(
                names=[one[0] for one in nodes],
                units=[one[1] for one in nodes],
                party=_whole([one[2] for one in nodes]),
                resource=_whole([one[3] for one in nodes]),
                fixed=_table([one[4] for one in nodes], count),
            ),
            alternatives=Alternatives(
                names=[one[0] for one in others],
                node=_whole([one[1] for one in others]),
                brings=np.array([one[2] for one in others], dtype=bool),
                cost=_table([one[3] for one in others], count),
                limit=_table([one[4] for one in others], count),
                co2e=_real([one[5] for one in others]),
                landfill=_real([one[6] for one in others]),
                virgin=_real([one[7] for one in others]),
            ),
            arcs=Arcs(
                tail=_whole([one[0] for one in arcs]),
                head=_whole([one[1] for one in arcs]),
                kept=_real([one[2] for one in arcs]),
                cost=_table([one[3] for one in arcs], count),
                lower=_table([one[4] for one in arcs], count),
                upper=_table([one[5] for one in arcs], count),
                co2e=_real([one[6] for one in arcs]),
                landfill=_real([one[7] for one in arcs]),
                virgin=_real([one[8] for one in arcs]),
                payer=_whole([one[9] for one in arcs]),
                modes=[one[10] for one in arcs],
                is_exchange=np.array([one[11] for one in arcs], dtype=bool),
            ),
            processes=tuple(self._processes),
            storages=tuple(self._storages),
            limits=tuple(self._limits),
            investments=tuple(self._investments),
            choices=tuple(self._choices),
            services=tuple(self._services),
            blends=tuple(self._blends),
        )

    def _alternative(
        self,
        name: str,
        node: int,
        *,
        brings: bool,
        cost: Amount,
        limit: Amount,
        effects: tuple[float, float, float],
    ) -> int:
        self._alternatives.append(
            (name, node, brings, self._per_period(cost), self._per_period(limit), *effects)
        )
        return len(self._alternatives) - 1

    def _per_period(self, amount: Amount) -> Float:
        return np.array(np.broadcast_to(np.asarray(amount, dtype=np.float64), (self.periods.count,)))


def _whole(values: list[int]) -> npt.NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _real(values: list[float]) -> Float:
    return np.array(values, dtype=np.float64)


def _table(rows: list[Float], periods: int) -> Float:
    return np.array(rows, dtype=np.float64).reshape(len(rows), periods)
