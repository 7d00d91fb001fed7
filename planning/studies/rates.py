"""What yearly flows of money are worth: net present value, internal rates of return, payback.

A flow of year t arrives at its end and is worth (1 + r)^−t today. Formulas: Brealey, Myers and Allen, Principles of
Corporate Finance, chapter 5; the number of rates: Descartes' rule of signs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

LEAST_RATE, MOST_RATE = -0.99, 999.0
"""Between which internal rates are looked for."""
_POINTS = 8_001
ROUNDING = 1e-12
"""A share below which a value is nothing."""
_NEAR = 1e-2
"""A share below which a value may touch nothing between two points of the grid."""


class Verdict(StrEnum):
    """Whether there is an internal rate of return."""

    ONE = "one"
    NO_OUTLAY = "no_outlay"
    """Nothing is ever paid, so nothing is earned on it."""
    NEVER_EARNS = "never_earns"
    """Nothing is ever received, or too little for any rate looked for."""
    NO_RATE = "no_rate"
    """The flows change their sign several times, and no rate makes them worth nothing."""
    SEVERAL = "several"
    """Several rates do: none of them says anything, judge by the net present value."""


@dataclass(frozen=True)
class InternalRates:
    """The rates at which the flows are worth nothing today."""

    rates: tuple[float, ...]
    """Per year, from least to greatest."""
    sign_changes: int
    """Of the yearly flows, zeros left out; at most as many rates (Descartes)."""
    verdict: Verdict

    @property
    def value(self) -> float | None:
        """Return the one rate; None where there is none or more than one."""
        return self.rates[0] if self.verdict is Verdict.ONE else None


def discounted(flows: Sequence[float], rate: float) -> tuple[float, ...]:
    """Return each flow as worth today: flow[t] × (1 + rate)^−t."""
    return tuple(flow * (1 + rate) ** -t for t, flow in enumerate(flows))


def net_present_value(flows: Sequence[float], rate: float) -> float:
    """Return Σ flow[t] × (1 + rate)^−t, in money of year 0."""
    return math.fsum(discounted(flows, rate))


def payback(flows: Sequence[float]) -> float | None:
    """Return years until the running sum is first no longer below nothing, straight lines within a year.

    0.0 where it never is below; None where it stays so.
    """
    total, has_paid = 0.0, False
    for t, flow in enumerate(flows):
        before, total = total, total + flow
        if has_paid and total >= 0:
            return t - 1 + -before / flow
        has_paid = has_paid or total < 0
    return None if has_paid else 0.0


def internal_rates(flows: Sequence[float]) -> InternalRates:
    """Return all rates between −99 % and 99,900 % at which the flows are worth nothing.

    The roots x > 0 of Σ flow[t] × x^t, x = 1 / (1 + rate), by their changes of sign on a fine grid, then by bisection;
    a root at which the value only touches nothing by the least |value|. One change of sign in the flows means exactly
    one root (Descartes' rule).
    """
    signs = [math.copysign(1.0, flow) for flow in flows if flow != 0]
    changes = sum(a != b for a, b in pairwise(signs))
    if not any(sign < 0 for sign in signs):
        return InternalRates((), changes, Verdict.NO_OUTLAY)
    if not any(sign > 0 for sign in signs):
        return InternalRates((), changes, Verdict.NEVER_EARNS)
    scaled = np.array(flows) / max(abs(flow) for flow in flows)

    def value(x: float) -> float:
        powers = x ** np.arange(scaled.size)
        return float((scaled * powers).sum() / np.abs(scaled * powers).sum())

    grid = np.exp(np.linspace(-math.log1p(MOST_RATE), -math.log1p(LEAST_RATE), _POINTS))
    powers = np.cumprod(
        np.column_stack([np.ones(grid.size), np.tile(grid[:, None], scaled.size - 1)]), axis=1
    )
    height = (powers * scaled).sum(axis=1) / (powers * np.abs(scaled)).sum(axis=1)
    roots = [float(x) for x in grid[height == 0]]
    for place in np.flatnonzero(height[:-1] * height[1:] < 0):
        roots.append(_bisected(value, float(grid[place]), float(grid[place + 1])))
    size = np.abs(height)
    middle = size[1:-1]
    dips = (middle < size[:-2]) & (middle < size[2:]) & (middle > 0) & (middle < _NEAR)
    dips &= height[:-2] * height[2:] > 0
    for place in np.flatnonzero(dips):
        lowest = _lowest(lambda x: abs(value(x)), float(grid[place]), float(grid[place + 2]))
        if abs(value(lowest)) < ROUNDING:
            roots.append(lowest)
    rates = tuple(sorted(1 / x - 1 for x in roots))
    if len(rates) == 1:
        return InternalRates(rates, changes, Verdict.ONE)
    if rates:
        return InternalRates(rates, changes, Verdict.SEVERAL)
    return InternalRates((), changes, Verdict.NO_RATE if changes > 1 else Verdict.NEVER_EARNS)


def _bisected(value: Callable[[float], float], low: float, high: float) -> float:
    rises = value(low) < 0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if (value(middle) < 0) == rises else (low, middle)
    return (low + high) / 2


def _lowest(size: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        third = (high - low) / 3
        if size(low + third) < size(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2
