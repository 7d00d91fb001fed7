"""The mixed-integer programme as arrays: minimize costs × x, row bounds ≤ matrix × x ≤ row bounds, x within bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.constraints import CONSTRAINTS, Rows
from planning.optimize.network import METRICS, Bool, Float, Int, Network
from planning.optimize.variables import VARIABLES, Block, integer_columns


@dataclass(frozen=True, eq=False, kw_only=True)
class Model:
    """C columns and R rows; the matrix by columns."""

    periods: tuple[str, ...]
    blocks: dict[str, Block]
    rows: dict[str, Rows]
    cost: Float
    """C: what is minimized."""
    lower: Float
    upper: Float
    """C."""
    row_lower: Float
    row_upper: Float
    """R."""
    start: Int
    """C + 1: where each column's entries begin."""
    index: Int
    value: Float
    """The entries: row and coefficient."""
    is_integer: Bool
    """C."""

    def column_name(self, column: int) -> str:
        """Return a name such as `flow[gypsum at Asnæs → gypsum at Gyproc, Jan]`."""
        for block in self.blocks.values():
            if block.start <= column < block.start + block.size:
                thing, period = divmod(column - block.start, block.periods)
                place = f", {self.periods[period]}" if block.periods > 1 else ""
                return f"{block.name}[{block.label(thing)}{place}]"
        raise IndexError(column)

    def row_name(self, row: int) -> str:
        """Return a name such as `balance[gypsum at Asnæs, Jan]`."""
        for rows in self.rows.values():
            if rows.start <= row < rows.start + rows.size:
                return f"{rows.name}[{rows.label(row - rows.start)}]"
        raise IndexError(row)


def build_model(network: Network) -> Model:
    """Return the programme of a network. What the network lacks makes no column and no row."""
    blocks: dict[str, Block] = {}
    total = 0
    for variable in VARIABLES:
        block = replace(variable(network), start=total)
        blocks[block.name] = block
        total += block.size
    rows: dict[str, Rows] = {}
    count = 0
    for constraint in CONSTRAINTS:
        found = replace(constraint(network, blocks), start=count)
        rows[found.name] = found
        count += found.size
    weights = np.array([network.economy.weights.get(metric, 0.0) for metric in METRICS])
    start, index, value = _by_column(rows, total)
    return Model(
        periods=network.periods.names,
        blocks=blocks,
        rows=rows,
        cost=_joined([np.tensordot(weights, block.effects, axes=1) for block in blocks.values()]),
        lower=_joined([block.lower for block in blocks.values()]),
        upper=_joined([block.upper for block in blocks.values()]),
        row_lower=_joined([found.lower for found in rows.values()]),
        row_upper=_joined([found.upper for found in rows.values()]),
        start=start,
        index=index,
        value=value,
        is_integer=integer_columns(blocks, total),
    )


def _joined(parts: list[Float]) -> Float:
    return np.concatenate([part.ravel() for part in parts])


def _by_column(rows: dict[str, Rows], columns: int) -> tuple[Int, Int, Float]:
    """Return the entries sorted by column and row, those of one place added up, zeros left out."""
    row = np.concatenate([found.row + found.start for found in rows.values()])
    column = np.concatenate([found.column for found in rows.values()])
    value = np.concatenate([found.value for found in rows.values()])
    used = value != 0
    row, column, value = row[used], column[used], value[used]
    order = np.lexsort((row, column))
    row, column, value = row[order], column[order], value[order]
    if row.size:
        first = np.concatenate([[True], (row[1:] != row[:-1]) | (column[1:] != column[:-1])])
        value = np.add.reduceat(value, np.flatnonzero(first))
        row, column = row[first], column[first]
    start = np.zeros(columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(column, minlength=columns), out=start[1:])
    return start, row, value
