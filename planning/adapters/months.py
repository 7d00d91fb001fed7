"""How a listing's quantity falls into the twelve months of a plan."""

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
MONTHS: Final = 12


def covered(first_day: Int, last_day: Int, today: date) -> Float:
    """Return which share of each month, January first, lies within the window. n × 12, 0 to 1.

    The year is the one from today on: of this month what is left of it, and what of it comes again in a year.
    Days are counted from 1970-01-01; `last_day` is still within.
    """
    month = np.datetime64(today, "M")
    starts = (month + np.arange(1, MONTHS + 1)).astype("datetime64[D]").astype(np.int64)
    start = int(np.datetime64(today, "D").astype(np.int64))
    this, next_year = (int((month + years).astype("datetime64[D]").astype(np.int64)) for years in (0, MONTHS))
    edges = np.array([start, *starts, next_year + start - this], np.int64)
    # The piece of a year from now counts by the days of this month, which it completes: February may have another.
    months = np.diff(np.array([this, *starts], np.int64))
    lengths = np.append(months, months[0])
    begin = np.maximum(first_day[:, None], edges[None, :-1])
    end = np.minimum(np.minimum(last_day, edges[-1])[:, None] + 1, edges[None, 1:])
    pieces = np.clip(end - begin, 0, None) / lengths
    pieces[:, 0] += pieces[:, MONTHS]
    return np.roll(np.minimum(pieces[:, :MONTHS], 1.0), today.month - 1, axis=1)


def spread(amount: Float, is_rate: npt.NDArray[np.bool_], mask: Int, cover: Float) -> Float:
    """Return amounts per month, January first. n × 12.

    A rate, per year, is spread evenly over its months and counts as far as its window covers each; a lot, which waits,
    is taken in equal parts from the months of its window. `mask`: bit 0 is January.
    """
    chosen = ((mask[:, None] >> np.arange(MONTHS)) & 1).astype(np.float64)
    shares = chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1)
    lot = chosen * cover
    lot = np.where(lot.sum(axis=1, keepdims=True) > 0, lot, cover)
    lot = lot / np.maximum(lot.sum(axis=1, keepdims=True), 1e-12)
    found: Float = amount[:, None] * np.where(is_rate[:, None], shares * cover, lot)
    return found
