"""PostgreSQL's binary COPY as numpy columns, both ways: a row costs a tenth of what it costs as Python objects.

https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". NULL is NaN in a column of floats, `NULL_INT`
in one of whole numbers, and no elements in one of arrays.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator"
# ruff: noqa: C901

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection
from numba import njit

NULL_INT: Final = int(np.iinfo(np.int64).min)
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_HEADER_BYTES: Final = 19
_BOOL, _INT, _FLOAT4, _FLOAT8, _NUMERIC, _ARRAY = range(6)
_KINDS: Final = {
    "bool": (_BOOL, 1),
    "int2": (_INT, 2),
    "int4": (_INT, 4),
    "int8": (_INT, 8),
    "float4": (_FLOAT4, 4),
    "float8": (_FLOAT8, 8),
    "numeric": (_NUMERIC, 0),
    "float8[]": (_ARRAY, 0),
}
_MOST_NUMERIC_BYTES: Final = 8 + 2 * 6
Column = npt.NDArray[Any]


@dataclass(frozen=True)
class Arrays:
    """A column of arrays: row i has the values start[i] to start[i + 1], exclusive."""

    start: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def take(self, rows: npt.NDArray[np.int64]) -> Arrays:
        """The given rows, in the given order."""
        counts = np.diff(self.start)[rows]
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        at = np.repeat(self.start[:-1][rows] - start[:-1], counts) + np.arange(start[-1])
        return Arrays(start, self.values[at])


@dataclass(frozen=True)
class ColumnTable:
    """Columns of equal length by their names, and the columns of arrays."""

    rows: int
    columns: Mapping[str, Column]
    arrays: Mapping[str, Arrays]

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __len__(self) -> int:
        return self.rows

    def take(self, rows: npt.NDArray[np.int64]) -> ColumnTable:
        """The given rows, in the given order."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return ColumnTable(len(rows), columns, {name: each.take(rows) for name, each in self.arrays.items()})


def copy_out(query: str, parameters: Sequence[Any], types: Mapping[str, str]) -> ColumnTable:
    """Run a query and return its columns; `types` names them in order, each bool, int2, int4, int8, float4,
    float8, numeric (at most four decimals, as float) or float8[] (one such column at most)."""
    with connection.cursor() as cursor:
        text = cursor.mogrify(query, parameters).decode() if parameters else query
        buffer = io.BytesIO()
        cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT binary)", buffer)
    data = np.frombuffer(buffer.getbuffer(), np.uint8)
    kinds = np.array([_KINDS[kind][0] for kind in types.values()], np.int64)
    rows, elements = _counted(data, kinds)
    ints = np.empty((len(kinds), rows), np.int64)
    floats = np.empty((len(kinds), rows), np.float64)
    start, values = np.zeros(rows + 1, np.int64), np.empty(elements, np.float64)
    _decode(data, kinds, ints, floats, start, values)
    columns: dict[str, Column] = {}
    arrays: dict[str, Arrays] = {}
    for at, (name, kind) in enumerate(types.items()):
        if kind == "float8[]":
            arrays[name] = Arrays(start, values)
        elif kind == "bool":
            columns[name] = ints[at].astype(np.bool_)
        else:
            columns[name] = ints[at] if kinds[at] == _INT else floats[at]
    return ColumnTable(rows, columns, arrays)


def copy_in(
    table: str, types: Mapping[str, str], columns: Mapping[str, Column], arrays: Arrays | None = None
) -> int:
    """Append rows to a table; return how many. `types` as for `copy_out`, with `numeric(s)` for s decimals, 0 to 4."""
    rows = len(next(iter(columns.values())))
    if not rows:
        return 0
    kinds = np.array([_KINDS[kind.partition("(")[0]][0] for kind in types.values()], np.int64)
    widths = np.array([_KINDS[kind.partition("(")[0]][1] for kind in types.values()], np.int64)
    scales = np.array(
        [int(kind[8:-1]) if kind.startswith("numeric(") else 0 for kind in types.values()], np.int64
    )
    ints, floats = np.zeros((len(kinds), rows), np.int64), np.zeros((len(kinds), rows), np.float64)
    for at, name in enumerate(types):
        if kinds[at] != _ARRAY:
            (ints if kinds[at] in (_BOOL, _INT) else floats)[at] = columns[name]
    arrays = arrays or Arrays(np.zeros(rows + 1, np.int64), np.empty(0))
    fixed = 2 + sum(4 + int(width) for width in widths) + _MOST_NUMERIC_BYTES * int((kinds == _NUMERIC).sum())
    size = rows * (fixed + (20 if (kinds == _ARRAY).any() else 0)) + 12 * len(arrays.values) + 2
    data = np.empty(size, np.uint8)
    used = _encode(data, kinds, widths, scales, ints, floats, arrays.start, arrays.values)
    stream = io.BytesIO(_SIGNATURE + data[:used].tobytes())
    with connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in types)
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", stream)
    return rows


@njit(cache=True)
def _read(data, at, width):
    """A signed whole number of `width` bytes, the highest first."""
    value = np.int64(data[at])
    if value >= 128:
        value -= 256
    for byte in range(at + 1, at + width):
        value = value * 256 + np.int64(data[byte])
    return value


@njit(cache=True)
def _counted(data, kinds):
    """How many rows there are, and how many elements of arrays in all."""
    at, rows, elements = _HEADER_BYTES, 0, 0
    while _read(data, at, 2) >= 0:
        at += 2
        rows += 1
        for column in range(len(kinds)):
            length = _read(data, at, 4)
            at += 4
            if length > 0:
                if kinds[column] == _ARRAY and length > 12:
                    elements += _read(data, at + 12, 4)
                at += length
    return rows, elements


@njit(cache=True)
def _decode(data, kinds, ints, floats, start, values):
    word = np.empty(1, np.int64)
    as_float8 = word.view(np.float64)
    half = np.empty(1, np.int32)
    as_float4 = half.view(np.float32)
    at, filled = _HEADER_BYTES, 0
    for row in range(ints.shape[1]):
        at += 2
        for column in range(len(kinds)):
            kind = kinds[column]
            length = _read(data, at, 4)
            at += 4
            if length < 0:
                ints[column, row] = 0 if kind == _BOOL else NULL_INT
                floats[column, row] = np.nan
                continue
            if kind in (_BOOL, _INT):
                ints[column, row] = _read(data, at, length)
            elif kind == _FLOAT8:
                word[0] = _read(data, at, 8)
                floats[column, row] = as_float8[0]
            elif kind == _FLOAT4:
                half[0] = _read(data, at, 4)
                floats[column, row] = as_float4[0]
            elif kind == _NUMERIC:
                floats[column, row] = _numeric(data, at)
            elif length > 12:
                for element in range(_read(data, at + 12, 4)):
                    word[0] = _read(data, at + 24 + 12 * element, 8)
                    values[filled] = as_float8[0]
                    filled += 1
            at += length
        start[row + 1] = filled


@njit(cache=True)
def _numeric(data, at):
    """Digits to base 10,000, the first worth 10,000 ^ weight; right to the last bit up to four decimals and 2^53."""
    digits, weight, sign = _read(data, at, 2), _read(data, at + 2, 2), _read(data, at + 4, 2)
    whole, fraction = 0.0, 0.0
    for digit in range(digits):
        value = _read(data, at + 8 + 2 * digit, 2)
        power = weight - digit
        if power >= 0:
            whole += value * 10_000.0**power
        elif power == -1:
            fraction = np.float64(value)
    if sign == -16384:  # 0xC000: NaN
        return np.nan
    total = (whole * 10_000.0 + fraction) / 10_000.0
    return -total if sign == 0x4000 else total


@njit(cache=True)
def _write(data, at, value, width):
    for byte in range(width):
        data[at + width - 1 - byte] = (value >> (8 * byte)) & 255
    return at + width


@njit(cache=True)
def _encode(data, kinds, widths, scales, ints, floats, start, values):
    word = np.empty(1, np.float64)
    as_int8 = word.view(np.int64)
    half = np.empty(1, np.float32)
    as_int4 = half.view(np.int32)
    at = 0
    for row in range(ints.shape[1]):
        at = _write(data, at, len(kinds), 2)
        for column in range(len(kinds)):
            kind, width = kinds[column], widths[column]
            if kind in (_BOOL, _INT):
                if ints[column, row] == NULL_INT:
                    at = _write(data, at, -1, 4)
                    continue
                at = _write(data, at, width, 4)
                at = _write(data, at, ints[column, row], width)
            elif kind == _ARRAY:
                first, last = start[row], start[row + 1]
                if first == last:
                    at = _write(data, at, 12, 4)
                    for header in (0, 0, 701):
                        at = _write(data, at, header, 4)
                    continue
                at = _write(data, at, 20 + 12 * (last - first), 4)
                for header in (1, 0, 701, last - first, 1):
                    at = _write(data, at, header, 4)
                for element in range(first, last):
                    word[0] = values[element]
                    at = _write(data, at, 8, 4)
                    at = _write(data, at, as_int8[0], 8)
            elif np.isnan(floats[column, row]):
                at = _write(data, at, -1, 4)
            elif kind == _FLOAT8:
                word[0] = floats[column, row]
                at = _write(data, at, 8, 4)
                at = _write(data, at, as_int8[0], 8)
            elif kind == _FLOAT4:
                half[0] = floats[column, row]
                at = _write(data, at, 4, 4)
                at = _write(data, at, np.int64(as_int4[0]), 4)
            else:
                at = _write_numeric(data, at, floats[column, row], scales[column])
    return _write(data, at, -1, 2)


@njit(cache=True)
def _write_numeric(data, at, value, scale):
    """Rounded to `scale` decimals; five digits before the point and one behind, from which zeros are stripped."""
    scaled = np.int64(np.rint(abs(value) * 10.0**scale))
    whole, rest = scaled // 10**scale, scaled % 10**scale
    at = _write(data, at, _MOST_NUMERIC_BYTES, 4)
    negative = value < 0 and scaled > 0
    for header in (6, 4, 0x4000 if negative else 0, scale):
        at = _write(data, at, header, 2)
    divisor = 10_000**4
    for _ in range(5):
        at = _write(data, at, whole // divisor % 10_000, 2)
        divisor //= 10_000
    return _write(data, at, rest * 10 ** (4 - scale), 2)
