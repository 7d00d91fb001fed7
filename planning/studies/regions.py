"""Regions that touch, planned apart and brought together by prices: what one machine cannot hold, several can.

Dantzig and Wolfe 1960, Decomposition principle for linear programs. Each region is asked what it would do at given
prices at its boundary (nodes from or to which something crosses), and answers with what it would send out, net, and at
which cost. A small master programme mixes the answers so that what leaves one region arrives in another; its duals are
the next prices. Each round gives a plan's cost and a bound below which no plan can lie. Whole-number decisions are made
by each region; the gap that they leave is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Self

import numpy as np

from planning.optimize.answers import read_plan
from planning.optimize.decompose import components
from planning.optimize.model import build_model
from planning.optimize.network import Alternatives, Float, Int, Network
from planning.optimize.solving import Outcome, Settings, loaded, quiet, solve
from planning.studies.cutting import Cut, cut

SMOOTHING = 0.5
"""Share of the best prices so far in the next ones (Wentges 1997): new prices alone swing."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """What a region would do at some prices."""

    cost: Float
    """Money per year, without what crosses, of each of the region's parts that touch the boundary."""
    exports: Float
    """Boundary nodes × T: what leaves it, net."""
    rest: float
    """Money per year of what does not touch the boundary."""
    bound: float
    """No answer at these prices costs less, what crosses counted at them."""


@dataclass(frozen=True, eq=False)
class Split:
    """A plan of regions that were planned apart."""

    objective: float
    bound: float
    rounds: int
    crossing: Float
    """Crossing arcs × T."""
    prices: Float
    """Boundary nodes × T."""

    @property
    def gap(self) -> float:
        """Return the relative gap between plan and bound."""
        return max(self.objective - self.bound, 0.0) / max(abs(self.objective), 1e-9)


class Region:
    """One region with its programme loaded, asked again and again."""

    def __init__(self, network: Network, boundary: Int, most: Float) -> None:
        """`boundary`: its nodes from or to which something crosses; `most`: as many × T, units at most either way."""
        self._shape, self._boundary = most.shape, boundary
        others = network.alternatives
        count, zero = boundary.size, np.zeros(2 * boundary.size)
        self._network = replace(
            network,
            alternatives=Alternatives(
                names=[*others.names, *["import"] * count, *["export"] * count],
                node=np.concatenate([others.node, boundary, boundary]),
                brings=np.concatenate([others.brings, np.arange(2 * count) < count]),
                cost=np.vstack([others.cost, np.zeros((2 * count, network.periods.count))]),
                limit=np.vstack([others.limit, most, most]),
                co2e=np.concatenate([others.co2e, zero]),
                landfill=np.concatenate([others.landfill, zero]),
                virgin=np.concatenate([others.virgin, zero]),
            ),
        )
        self._model = build_model(self._network)
        columns = self._model.blocks["alternative"].columns()
        self._imports = columns[others.node.size : others.node.size + count].ravel()
        self._exports = columns[others.node.size + count :].ravel()
        self._highs = loaded(self._model, Settings(gap=1e-6))
        # What does not touch within the region is mixed apart: one share for all of it would take far more rounds.
        of_column, _ = components(self._model)
        touching, part = np.unique(of_column[self._imports], return_inverse=True)
        self.parts: Int = part.reshape(self._shape)[:, 0]
        """Per boundary node, the part of the region that it belongs to."""
        place = np.searchsorted(touching, of_column)
        known = (place < touching.size) & (touching[np.minimum(place, touching.size - 1)] == of_column)
        self._part_of_column = np.where(known, place, touching.size)
        self._part_count = touching.size

    def propose(self, prices: Float) -> Proposal:
        """Return what the region would do at these prices of its boundary, boundary nodes × T."""
        flat = prices.ravel()
        both = np.concatenate([self._imports, self._exports])
        self._highs.changeColsCost(both.size, both, np.concatenate([flat, -flat]))
        self._highs.run()
        info = self._highs.getInfo()
        values = np.array(self._highs.getSolution().col_value)
        exports = values[self._exports] - values[self._imports]
        whole = bool(self._model.is_integer.any())
        bound = float(info.mip_dual_bound if whole else info.objective_function_value)
        return self._proposal(values, exports.reshape(self._shape), bound)

    def _proposal(self, values: Float, exports: Float, bound: float) -> Proposal:
        cost = np.zeros(self._part_count + 1)
        np.add.at(cost, self._part_of_column, self._model.cost * values)
        return Proposal(cost[:-1], exports, float(cost[-1]), bound)

    def begin(self, exports: Float) -> tuple[Proposal, Float, Int] | None:
        """Return what the region does with exactly these exports, its prices then, and its boundary nodes' parts; None
        if it cannot."""
        outcome = self._with(exports)
        if not outcome.has_plan:
            return None
        plan = read_plan(self._network, self._model, outcome)
        proposal = self._proposal(outcome.values, exports, -np.inf)
        return proposal, plan.price[self._boundary], self.parts

    def settle(self, exports: Float) -> float:
        """Return the least cost with exactly these exports; infinite if they are not possible."""
        outcome = self._with(exports)
        return outcome.objective if outcome.has_plan else float("inf")

    def _with(self, exports: Float) -> Outcome:
        flat = exports.ravel()
        lower, upper = self._model.lower.copy(), self._model.upper.copy()
        for columns, amount in ((self._imports, np.maximum(-flat, 0)), (self._exports, np.maximum(flat, 0))):
            lower[columns] = upper[columns] = amount
        return solve(replace(self._model, lower=lower, upper=upper), Settings(gap=1e-6))


class Remote:
    """A region in a process of its own."""

    def __init__(self, network: Network, boundary: Int, most: Float) -> None:
        context = get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, network, boundary, most), daemon=True)
        self._process.start()
        there.close()

    def ask(self, question: str, *words: Any) -> None:
        """Send a question, without waiting."""
        self._here.send((question, words))

    def answer(self) -> Any:
        """Wait for the answer."""
        return self._here.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._here.close()
        self._process.join(5)


def _serve(pipe: Connection, network: Network, boundary: Int, most: Float) -> None:
    region = Region(network, boundary, most)
    while True:
        try:
            question, words = pipe.recv()
        except EOFError:
            return
        pipe.send(getattr(region, question)(*words))


def plan_regions(
    network: Network,
    region_of: Int,
    *,
    gap: float = 1e-5,
    rounds: int = 300,
    watch: Callable[[int, float, float], bool] | None = None,
) -> Split:
    """Plan each region in a process of its own until the gap is reached. `region_of`: per node, from 0.

    `watch` is told round, objective and bound, and stops by False. Raises a ValueError as `cut` does.
    """
    pieces = cut(network, region_of)
    with ExitStack() as stack:
        remotes = [
            stack.enter_context(Remote(part, boundary, pieces.most[row]))
            for part, boundary, row in zip(pieces.parts, pieces.boundary, pieces.row, strict=True)
        ]
        return _rounds(network, pieces, remotes, gap, rounds, watch)


def _rounds(
    network: Network,
    pieces: Cut,
    remotes: Sequence[Remote],
    gap: float,
    rounds: int,
    watch: Callable[[int, float, float], bool] | None,
) -> Split:
    master = _Master(network, pieces)
    prices = best_prices = _begin(master, pieces, remotes)
    bound, best, done = -np.inf, np.inf, 0
    for done in range(1, rounds + 1):
        for remote, row in zip(remotes, pieces.row, strict=True):
            remote.ask("propose", prices[row])
        found = [remote.answer() for remote in remotes]
        for region, proposal in enumerate(found):
            master.add(region, proposal)
        lower = sum(one.bound for one in found) + master.ways_at(prices)
        objective, duals = master.solve()
        stuck = lower <= bound and objective >= best - 1e-9 * abs(best)
        if lower > bound:
            bound, best_prices = lower, prices
        best = min(best, objective)
        if watch is not None and not watch(done, objective, bound):
            break
        if objective - bound <= gap * max(abs(objective), 1e-9):
            break
        # Smoothed prices that brought nothing new give way to the master's own.
        prices = duals if stuck else SMOOTHING * best_prices + (1 - SMOOTHING) * duals
    exports, crossing = master.answer()
    for remote, row in zip(remotes, pieces.row, strict=True):
        remote.ask("settle", exports[row])
    settled = sum(remote.answer() for remote in remotes) + master.ways_cost(crossing)
    return Split(settled, bound, done, crossing, best_prices)


def _begin(master: _Master, pieces: Cut, remotes: Sequence[Remote]) -> Float:
    """Let each region plan with what is agreed alone to cross, and return its prices then."""
    agreed, _ = master.exports_of(pieces.arcs.lower)
    for remote, row in zip(remotes, pieces.row, strict=True):
        remote.ask("begin", agreed[row])
    prices = np.zeros(pieces.most.shape)
    for region, remote in enumerate(remotes):
        found = remote.answer()
        if found is None:
            raise ValueError(
                f"Region {region} has no plan with what is agreed alone: give it a purchase or a disposal."
            )
        master.parts.append(found[2])
        master.add(region, found[0])
        prices[pieces.row[region]] = found[1]
    return prices


class _Master:
    """Mixes proposals: Σ share = 1 per region; at each boundary node what is exported goes out on ways or came in."""

    def __init__(self, network: Network, pieces: Cut) -> None:
        self._pieces, self._shape = pieces, pieces.most.shape
        weights = network.economy.weights
        arcs = pieces.arcs
        self._cost = sum(
            (
                weight * (arcs.cost if metric == "cost" else getattr(arcs, metric)[:, None])
                for metric, weight in weights.items()
            ),
            np.zeros_like(arcs.cost),
        )
        self._upper = np.minimum(arcs.upper, pieces.most[pieces.tail])
        highs = quiet()
        self._highs, size = highs, pieces.most.size
        for _ in range(size):
            highs.addRow(0.0, 0.0, 0, [], [])
        place = np.arange(size).reshape(self._shape)
        for e in range(arcs.tail.size):
            for t in range(self._shape[1]):
                rows = [place[pieces.tail[e], t], place[pieces.head[e], t]]
                highs.addCol(
                    self._cost[e, t],
                    arcs.lower[e, t],
                    self._upper[e, t],
                    2,
                    rows,
                    [-1.0, float(arcs.kept[e])],
                )
        self.parts: list[Int] = []
        """Per region, the part of each boundary node."""
        self._shares: dict[tuple[int, int], int] = {}
        """The row of each part of a region: its shares add up to one."""
        self._rest: dict[int, float] = {}
        self._ways = arcs.tail.size * self._shape[1]

    def add(self, region: int, proposal: Proposal) -> None:
        """Add an answer of a region."""
        place = np.arange(self._pieces.most.size).reshape(self._shape)[self._pieces.row[region]]
        self._rest[region] = proposal.rest
        for part, cost in enumerate(proposal.cost):
            members = self.parts[region] == part
            exports, rows = proposal.exports[members].ravel(), place[members].ravel()
            if (region, part) not in self._shares:
                self._shares[region, part] = self._highs.getNumRow()
                self._highs.addRow(1.0, 1.0, 0, [], [])
            used = np.flatnonzero(exports)
            entries = [*rows[used].tolist(), self._shares[region, part]]
            self._highs.addCol(
                float(cost), 0.0, np.inf, len(entries), entries, [*exports[used].tolist(), 1.0]
            )

    def solve(self) -> tuple[float, Float]:
        """Return the cost of the best mixture, and what a unit more at each boundary node is worth."""
        self._highs.run()
        solution = self._highs.getSolution()
        duals = np.array(solution.row_dual[: self._pieces.most.size]).reshape(self._shape)
        objective = float(self._highs.getInfo().objective_function_value) + sum(self._rest.values())
        return objective, duals

    def ways_at(self, prices: Float) -> float:
        """Return the least that the ways cost if what they carry is bought and sold at these prices."""
        margin = (
            self._cost
            + prices[self._pieces.tail]
            - self._pieces.arcs.kept[:, None] * prices[self._pieces.head]
        )
        return float((np.where(margin < 0, self._upper, self._pieces.arcs.lower) * margin).sum())

    def ways_cost(self, crossing: Float) -> float:
        """Return what the ways cost."""
        return float((self._cost * crossing).sum())

    def answer(self) -> tuple[Float, Float]:
        """Return each boundary node's exports, and what crosses on each way."""
        values = np.array(self._highs.getSolution().col_value)
        return self.exports_of(values[: self._ways].reshape(self._cost.shape))

    def exports_of(self, crossing: Float) -> tuple[Float, Float]:
        """Return each boundary node's exports with these amounts on the ways, and the amounts."""
        exports = np.zeros(self._shape)
        np.add.at(exports, self._pieces.tail, crossing)
        np.add.at(exports, self._pieces.head, -self._pieces.arcs.kept[:, None] * crossing)
        return exports, crossing
