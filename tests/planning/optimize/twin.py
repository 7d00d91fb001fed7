"""The planner's slow twin: it tries every whole-number plan of a tiny network, and adds up its cost by itself.

With whole amounts and nothing lost on the way an optimum in whole numbers exists (such flows are a network matrix), so
the cheapest of all that are tried is the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Way:
    tail: int
    head: int
    cost: int
    upper: int


@dataclass(frozen=True)
class Tiny:
    """Nodes with whole amounts per period; each may buy and be rid of any amount at its prices."""

    fixed: tuple[tuple[int, ...], ...]
    buys: tuple[int, ...]
    rids: tuple[int, ...]
    ways: tuple[Way, ...]
    pipe: tuple[int, int, int, int] | None
    """A way that needs to be built: its number, what building costs a year, what a unit of its size costs, its largest
    size per hour."""
    store: tuple[int, int] | None
    """A node that may keep this much from period to period."""

    @property
    def periods(self) -> int:
        return len(self.fixed[0])


def cheapest(tiny: Tiny) -> float:
    """Return the least cost a year, periods of one hour."""
    amounts = [range(way.upper + 1) for way in tiny.ways for _ in range(tiny.periods)]
    levels = [range(tiny.store[1] + 1)] * tiny.periods if tiny.store else []
    return min(
        _cost(tiny, tried[: len(amounts)], tried[len(amounts) :]) for tried in product(*amounts, *levels)
    )


def _cost(tiny: Tiny, sent: tuple[int, ...], level: tuple[int, ...]) -> float:
    periods = tiny.periods
    total = 0
    for w, way in enumerate(tiny.ways):
        amounts = sent[w * periods : (w + 1) * periods]
        total += way.cost * sum(amounts)
        if tiny.pipe and tiny.pipe[0] == w and any(amounts):
            _, once, per_size, largest = tiny.pipe
            if max(amounts) > largest:
                return float("inf")
            total += once + per_size * max(amounts)
    for node, fixed in enumerate(tiny.fixed):
        for t in range(periods):
            left = fixed[t]
            for w, way in enumerate(tiny.ways):
                amount = sent[w * periods + t]
                left += amount * ((way.head == node) - (way.tail == node))
            if tiny.store and tiny.store[0] == node:
                left += level[t - 1] - level[t]
            # What is bought only to be disposed of, or the other way round, never is cheaper at these prices.
            total += tiny.rids[node] * left if left > 0 else -tiny.buys[node] * left
    return float(total)
