"""A programme cut where it does not touch: what shares no row is solved apart, and put together again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.model import Model
from planning.optimize.network import Float, Int
from planning.optimize.solving import Outcome, Settings, Status, Watch, solve, solve_all

BATCH = 500
"""Columns in one programme at least: a solver's start costs about as much as solving so few."""


@dataclass(frozen=True, eq=False)
class Part:
    """Rows and columns that touch each other and nothing else."""

    columns: Int
    rows: Int


def components(model: Model) -> tuple[Int, Int]:
    """Return a number per column and one per row, equal where they touch; −1 for a column in no row."""
    entries = np.diff(model.start)
    label = _components(model.row_lower.size, model.index, model.index[np.repeat(model.start[:-1], entries)])
    of_column = np.full(model.cost.size, -1)
    of_column[np.repeat(np.arange(model.cost.size), entries)] = label[model.index]
    return of_column, label


def find_parts(model: Model) -> list[Part]:
    """Return the parts, the largest first, small ones joined to batches of some `BATCH` columns."""
    count = model.row_lower.size
    of_column, label = components(model)
    free = of_column < 0
    # Each part's number by size, then batches of the small.
    sizes = np.bincount(of_column[~free], minlength=count)
    order = np.argsort(-sizes, kind="stable")
    batch = np.zeros(count, dtype=np.int64)
    total, number = 0, -1
    used = int((sizes > 0).sum())
    for place in order[:used]:
        if number < 0 or total >= BATCH:
            number, total = number + 1, 0
        batch[place] = number
        total += int(sizes[place])
    batch[order[used:]] = max(number, 0)
    column_batch = np.where(free, 0, batch[np.maximum(of_column, 0)])
    row_batch = batch[label]
    by_column, by_row = np.argsort(column_batch, kind="stable"), np.argsort(row_batch, kind="stable")
    numbers = np.arange(1, max(number, 0) + 1)
    return [
        Part(np.sort(some), np.sort(rows))
        for some, rows in zip(
            np.split(by_column, np.searchsorted(column_batch[by_column], numbers)),
            np.split(by_row, np.searchsorted(row_batch[by_row], numbers)),
            strict=True,
        )
    ]


def solve_in_parts(
    model: Model, settings: Settings | None = None, workers: int = 2, watch: Watch | None = None
) -> Outcome:
    """Search as `solve` does, part by part; the answer is of the whole. A gap holds for each part, so for the whole."""
    parts = find_parts(model)
    if len(parts) < 2:
        return solve(model, settings, watch)
    outcomes = solve_all([_cut(model, part) for part in parts], settings, workers, watch)
    worst = next((one for one in outcomes if not one.has_plan), None)
    if worst is not None:
        return worst
    values, duals = np.zeros(model.cost.size), np.zeros(model.row_lower.size)
    for part, outcome in zip(parts, outcomes, strict=True):
        values[part.columns], duals[part.rows] = outcome.values, outcome.row_duals
    objective, bound = sum(one.objective for one in outcomes), sum(one.bound for one in outcomes)
    return replace(
        outcomes[0],
        status=Status.OPTIMAL if all(one.status is Status.OPTIMAL for one in outcomes) else Status.FEASIBLE,
        values=values,
        row_duals=duals,
        objective=objective,
        bound=bound,
        gap=max(objective - bound, 0.0) / max(abs(objective), 1e-9),
        seconds=sum(one.seconds for one in outcomes),
    )


def _components(count: int, left: Int, right: Int) -> Int:
    """Return a number per row, equal for rows that pairs of `left` and `right` connect: the least of their rows."""
    label = np.arange(count)
    while True:
        least = np.minimum(label[left], label[right])
        lower = label.copy()
        np.minimum.at(lower, label[left], least)
        np.minimum.at(lower, label[right], least)
        while True:
            shorter = lower[lower]
            if np.array_equal(shorter, lower):
                break
            lower = shorter
        if np.array_equal(lower, label):
            return label
        label = lower


def _cut(model: Model, part: Part) -> Model:
    """Return the programme of one part, without names."""
    place = np.zeros(model.row_lower.size, dtype=np.int64)
    place[part.rows] = np.arange(part.rows.size)
    lengths = np.diff(model.start)[part.columns]
    start = np.concatenate([[0], np.cumsum(lengths)])
    entries = np.repeat(model.start[part.columns] - start[:-1], lengths) + np.arange(start[-1])

    def of(values: Float) -> Float:
        return values[part.columns]

    return Model(
        periods=(),
        blocks={},
        rows={},
        cost=of(model.cost),
        lower=of(model.lower),
        upper=of(model.upper),
        row_lower=model.row_lower[part.rows],
        row_upper=model.row_upper[part.rows],
        start=start,
        index=place[model.index[entries]],
        value=model.value[entries],
        is_integer=model.is_integer[part.columns],
    )
