"""What is planned: nodes that must balance in every period, and all that may bring, carry, change, keep or take away.

A node is one resource at one site. Everything is per node and period in the node's unit (t, MWh, m³, …), money in the
one currency and price year of the `Economy`, CO2e, landfill and virgin material in tonnes. T periods make up one year.
What there may be many of (nodes, alternatives, arcs) is struct-of-arrays; plants, stores and investments are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

HOURS_PER_YEAR: Final = 8760
MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Metric(StrEnum):
    """What a plan is judged by; each is to be small."""

    COST = "cost"
    """Money per year, capital as an annuity."""
    CO2E = "co2e"
    """t CO2e per year."""
    LANDFILL = "landfill"
    """t per year."""
    VIRGIN = "virgin"
    """t of virgin material per year."""


METRICS: Final = tuple(Metric)


@dataclass(frozen=True, eq=False)
class Periods:
    """The periods of one year, in order; the last is followed by the first again."""

    names: tuple[str, ...]
    hours: Float
    """T."""

    @property
    def count(self) -> int:
        """T."""
        return len(self.names)


def months() -> Periods:
    """Return the twelve months of a year of 365 days."""
    return Periods(MONTHS, np.array(MONTH_DAYS, dtype=np.float64) * 24)


def one_year() -> Periods:
    """Return the year as one period."""
    return Periods(("year",), np.array([HOURS_PER_YEAR], dtype=np.float64))


@dataclass(frozen=True)
class Economy:
    """What money is worth, and by what a plan is judged."""

    rate: float = 0.06
    """Real interest per year."""
    horizon_years: float = 20
    """Over which the net present value is taken."""
    currency: str = "EUR"
    price_year: int = 2022
    weights: Mapping[Metric, float] = field(default_factory=lambda: {Metric.COST: 1.0})
    """Money per unit of a metric: the objective is the weighted sum."""
    at_most: Mapping[Metric, float] = field(default_factory=dict)
    """Bounds of metrics per year: the epsilon constraints of a front."""

    def recovery(self, years: float) -> float:
        """Return the yearly payment that repays one unit over `years`: r / (1 − (1 + r)^−n), 1 / n without interest."""
        return 1 / self.present_value(years)

    def present_value(self, years: float) -> float:
        """Return what one unit a year for `years` is worth today: (1 − (1 + r)^−n) / r."""
        return years if self.rate == 0 else (1 - (1 + self.rate) ** -years) / self.rate


class _Table:
    """Columns of equal length, arrays or names, to be cut by rows."""

    def take(self, rows: Int, **instead: Int) -> Self:
        """Return the given rows, in the given order; `instead`: columns that are to hold something else."""
        columns = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        taken = {
            name: values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows.tolist()]
            for name, values in columns.items()
        }
        return type(self)(**(taken | instead))


@dataclass(frozen=True, eq=False, kw_only=True)
class Nodes(_Table):
    """N nodes; what flows in equals what flows out, in every period."""

    names: Sequence[str]
    units: Sequence[str]
    party: Int
    """N, index of `Network.parties`: whose it is."""
    resource: Int
    """N, any grouping of resources: equal numbers, equal resource."""
    fixed: Float
    """N × T: what arises (positive) or is needed (negative), whatever is planned."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Alternatives(_Table):
    """M ways to bring a node's resource in from outside or to be rid of it: purchase, disposal, sale elsewhere."""

    names: Sequence[str]
    node: Int
    brings: Bool
    """M: True for a purchase, False for a disposal or sale."""
    cost: Float
    """M × T, money per unit; negative where one is paid."""
    limit: Float
    """M × T, units in the period; infinite: any."""
    co2e: Float
    landfill: Float
    virgin: Float
    """M each, t per unit."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Arcs(_Table):
    """A ways from one node to another: by lorry, pipe or wire, through a pathway, or down a cascade at one site."""

    tail: Int
    head: Int
    kept: Float
    """A: what arrives per unit sent; a pathway's yield times what is not lost on the way."""
    cost: Float
    """A × T, money per unit sent."""
    lower: Float
    upper: Float
    """A × T, units sent in the period. What is agreed already stands in both."""
    co2e: Float
    landfill: Float
    virgin: Float
    """A each, t per unit sent."""
    payer: Int
    """A: the party that bears the cost."""
    modes: Sequence[str]
    is_exchange: Bool
    """A: False for what is there without any exchange, such as a party's own cascade."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OnOff:
    """What a process does only while it runs."""

    least: Float
    """T, activity per hour at least."""
    standing: tuple[tuple[int, Float], ...] = ()
    """Nodes with what they get (positive) or lose per hour, T each."""
    cost: Float | None = None
    """T, money per hour."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Process:
    """A plant: for each unit of activity it takes and gives its nodes' resources in fixed proportions."""

    name: str
    party: int
    flows: tuple[tuple[int, Float], ...]
    """Nodes with what they get (positive) or give (negative) per unit of activity, T each."""
    cost: Float
    """T, money per unit of activity."""
    capacity: float
    """Activity per hour at most; infinite: any (or bounded by a `Limit`)."""
    co2e: float = 0.0
    landfill: float = 0.0
    virgin: float = 0.0
    other_mass_t: float = 0.0
    """t per unit of activity of air, water or the like that it takes and that no node holds."""
    on_off: OnOff | None = None
    is_new: bool = False
    """Not there without the plan: what the baseline must not use."""


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Keeps a node's resource from period to period."""

    name: str
    party: int
    node: int
    capacity: float
    """Units at most; investments may add."""
    kept: float = 1.0
    """What is left of what was in store after one period."""
    charged: float = 1.0
    """What is in store of what was put in."""
    cost: float = 0.0
    """Money per unit put in."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Limit:
    """A capacity that several flows share: Σ weight × amount ≤ hours × (existing + what investments add)."""

    name: str
    arcs: tuple[tuple[int, float], ...] = ()
    processes: tuple[tuple[int, float], ...] = ()
    existing: Float
    """T, units per hour."""
    availability: Float
    """T, share of what is added that can be used."""
    grows_with: int | None = None
    """Another limit: what is built for that one serves here too, such as a pipe's other direction."""
    least: Float | None = None
    """T, share of the capacity that must be used, as a greenhouse is kept warm all year; None: none of it."""


@dataclass(frozen=True, kw_only=True)
class Investment:
    """Something that may be built, in a size to choose."""

    name: str
    party: int
    limit: int | None = None
    """Index of `Network.limits`: which capacity it adds to, in units per hour."""
    storage: int | None = None
    """Or of `Network.storages`, in units."""
    smallest: float = 0.0
    largest: float = np.inf
    capex: float = 0.0
    """Money if built at all."""
    capex_per_size: float = 0.0
    life_years: float = 20
    opex: float = 0.0
    """Money per year if built at all."""
    opex_per_size: float = 0.0
    price_year: int | None = None
    """Of capex and opex; None: the economy's."""
    is_built: bool | None = None
    """Fixed: True or False; None: to be decided."""

    def capital(self, size: float) -> float:
        """Return what building it in a size costs, in money."""
        return self.capex + self.capex_per_size * size

    @property
    def is_whole(self) -> bool:
        """Whether building is a decision of yes or no, not only of size."""
        return self.capex != 0 or self.opex != 0 or self.smallest > 0 or self.is_built is not None


@dataclass(frozen=True)
class Choice:
    """Of these investments at most one is built: the sizes of one pipe, say."""

    name: str
    investments: tuple[int, ...]


@dataclass(frozen=True)
class Service:
    """Of these processes at most one runs in a period, and only if the investment is built."""

    name: str
    processes: tuple[int, ...]
    investment: int | None = None
    must_run: bool = False
    """Whether one of them must run in every period once it is built."""


@dataclass(frozen=True, kw_only=True)
class Blend:
    """A property of what arrives at a node, averaged by amount, stays within limits."""

    name: str
    arcs: tuple[tuple[int, float], ...]
    """Arcs with the property of what they bring."""
    at_least: float = -np.inf
    at_most: float = np.inf


@dataclass(frozen=True, eq=False, kw_only=True)
class Network:
    """All that a plan is made of."""

    periods: Periods
    economy: Economy
    parties: tuple[str, ...]
    nodes: Nodes
    alternatives: Alternatives
    arcs: Arcs
    processes: tuple[Process, ...] = ()
    storages: tuple[Storage, ...] = ()
    limits: tuple[Limit, ...] = ()
    investments: tuple[Investment, ...] = ()
    choices: tuple[Choice, ...] = ()
    services: tuple[Service, ...] = ()
    blends: tuple[Blend, ...] = ()

    def investments_for(self, limit: int) -> list[int]:
        """Return the investments whose size adds to a limit."""
        serving = {limit, self.limits[limit].grows_with}
        return [i for i, one in enumerate(self.investments) if one.limit is not None and one.limit in serving]

    def with_economy(self, economy: Economy) -> Network:
        """Return the same network, judged otherwise."""
        return replace(self, economy=economy)

    def without_exchange(self) -> Network:
        """Return the baseline: nothing passes between nodes, nothing new is built or run; what is agreed stays."""
        closed = self.arcs.is_exchange[:, None] & (self.arcs.lower <= 0)
        new = [one.is_new for one in self.processes]
        return replace(
            self,
            limits=self._released(new),
            arcs=replace(self.arcs, upper=np.where(closed, 0.0, self.arcs.upper)),
            processes=tuple(
                replace(one, capacity=0.0, on_off=None) if one.is_new else one for one in self.processes
            ),
            investments=tuple(
                one if one.is_built else replace(one, is_built=False) for one in self.investments
            ),
        )

    def without_parties(self, gone: Sequence[int]) -> Network:
        """Return the network after these parties have left: at their nodes nothing arises, is needed or goes through.

        Alternatives, arcs, plants, stores and investments of theirs are closed, and no cost of theirs is counted.
        """
        absent = np.zeros(len(self.parties), dtype=bool)
        absent[list(gone)] = True
        lost = absent[self.nodes.party]
        shut = lost[self.arcs.tail] | lost[self.arcs.head]
        arcs = replace(
            self.arcs,
            lower=np.where(shut[:, None], 0.0, self.arcs.lower),
            upper=np.where(shut[:, None], 0.0, self.arcs.upper),
        )
        others = lost[self.alternatives.node]
        stopped = [absent[one.party] or any(lost[node] for node, _ in one.flows) for one in self.processes]
        return replace(
            self,
            limits=self._released(stopped),
            nodes=replace(self.nodes, fixed=np.where(lost[:, None], 0.0, self.nodes.fixed)),
            alternatives=replace(
                self.alternatives, limit=np.where(others[:, None], 0.0, self.alternatives.limit)
            ),
            arcs=arcs,
            processes=tuple(
                replace(one, capacity=0.0, on_off=None) if stands_still else one
                for one, stands_still in zip(self.processes, stopped, strict=True)
            ),
            storages=tuple(replace(one, capacity=0.0) if absent[one.party] else one for one in self.storages),
            investments=tuple(
                replace(one, is_built=False) if absent[one.party] else one for one in self.investments
            ),
        )

    def _released(self, stopped: Sequence[bool]) -> tuple[Limit, ...]:
        """Return the limits; of what has stopped nothing need be used."""
        return tuple(
            replace(one, least=None) if any(stopped[p] for p, _ in one.processes) else one
            for one in self.limits
        )
