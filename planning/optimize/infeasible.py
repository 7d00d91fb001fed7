"""Why no plan is possible: the constraints that clash, by name, and the least that one would have to give way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np

from planning.optimize.model import Model
from planning.optimize.solving import Settings, loaded, solve

SMALLEST = 1e-6
"""A relaxation of less, of the bound relaxed, is rounding."""


@dataclass(frozen=True)
class Relaxation:
    """A constraint that would have to give way, and by how much of its unit."""

    name: str
    amount: float
    raises: bool
    """True: its upper bound would have to be higher; False: its lower one lower."""


@dataclass(frozen=True)
class Explanation:
    """What clashes, and what would help."""

    clashing: tuple[str, ...]
    """Constraints and bounds that cannot all hold, none of which can be spared. Empty: only whole numbers stand in the
    way."""
    relaxations: tuple[Relaxation, ...]
    """The least change that makes a plan possible, each weighed by the size of its bound."""


def explain_infeasibility(model: Model, settings: Settings | None = None) -> Explanation:
    """Return why a programme has no plan. Of one that has, both are empty."""
    return Explanation(_clashing(model), _relaxations(model, settings or Settings()))


def _clashing(model: Model) -> tuple[str, ...]:
    """An irreducible infeasible subsystem of the programme without its whole numbers."""
    continuous = replace(model, is_integer=np.zeros_like(model.is_integer))
    if solve(continuous).has_plan:
        return ()
    highs = loaded(continuous, Settings())
    highs.setOptionValue("iis_strategy", int(highspy.IisStrategy.kIisStrategyIrreducible))
    _, found = highs.getIis()
    rows = [model.row_name(int(row)) for row in found.row_index_]
    free = int(highspy.IisBoundStatus.kIisBoundStatusFree)
    bounds = [
        f"bounds of {model.column_name(int(column))}"
        for column, bound in zip(found.col_index_, found.col_bound_, strict=True)
        if int(bound) > free and _is_telling(model, int(column), int(bound))
    ]
    return (*rows, *bounds)


def _is_telling(model: Model, column: int, bound: int) -> bool:
    """Whether a column's bound says something: that amounts are not negative goes without saying."""
    is_lower = bound == int(highspy.IisBoundStatus.kIisBoundStatusLower)
    return not (is_lower and model.lower[column] == 0)


def _relaxations(model: Model, settings: Settings) -> tuple[Relaxation, ...]:
    """Give every row and agreed amount slack at a price of one over its bound, and pay as little as possible."""
    agreed = np.flatnonzero((model.lower > 0) & ~model.is_integer)
    rows, columns = model.row_lower.size, model.cost.size
    size = np.where(np.isfinite(model.row_lower), np.abs(model.row_lower), 0.0)
    size = np.maximum(size, np.where(np.isfinite(model.row_upper), np.abs(model.row_upper), 0.0))
    price = 1 / np.maximum(size, 1.0)
    # One column per row that lets its lower bound give way, one for the upper; one more row per agreed amount.
    total = rows + agreed.size
    entries = np.diff(model.start)
    is_agreed = np.zeros(columns, dtype=bool)
    is_agreed[agreed] = True
    start = np.concatenate([[0], np.cumsum(entries + is_agreed)])
    index = np.insert(model.index, model.start[agreed + 1], rows + np.arange(agreed.size))
    value = np.insert(model.value, model.start[agreed + 1], 1.0)
    slack_price = np.concatenate([price, 1 / np.maximum(model.lower[agreed], 1.0)])
    slacks = np.arange(total)
    elastic = replace(
        model,
        cost=np.concatenate([np.zeros(columns), slack_price, slack_price]),
        lower=np.concatenate([np.where(is_agreed, 0.0, model.lower), np.zeros(2 * total)]),
        upper=np.concatenate([model.upper, np.full(2 * total, np.inf)]),
        row_lower=np.concatenate([model.row_lower, model.lower[agreed]]),
        row_upper=np.concatenate([model.row_upper, np.full(agreed.size, np.inf)]),
        start=np.concatenate([start, start[-1] + np.arange(1, 2 * total + 1)]),
        index=np.concatenate([index, slacks, slacks]),
        value=np.concatenate([value, np.ones(total), -np.ones(total)]),
        is_integer=np.concatenate([model.is_integer, np.zeros(2 * total, dtype=bool)]),
    )
    outcome = solve(elastic, settings)
    if not outcome.has_plan:
        return ()
    lower, upper = outcome.values[columns : columns + total], outcome.values[columns + total :]
    least = SMALLEST / slack_price
    names = (
        [*(model.row_name(row) for row in range(rows))]
        if (lower > least).any() or (upper > least).any()
        else []
    )
    names += [f"agreed {model.column_name(int(column))}" for column in agreed] if names else []
    return tuple(
        Relaxation(names[place], float(amount[place]), raises)
        for amount, raises in ((lower, False), (upper, True))
        for place in np.flatnonzero(amount > least)
    )
