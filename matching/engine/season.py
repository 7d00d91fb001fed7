"""Windows and seasons: which part of every month two listings share.

Days are mapped to a *month clock*: whole months since January 1970 plus the elapsed fraction of the month.
On it twelve months are always 12.0, and a share of a month needs no calendar.
"""

from __future__ import annotations

import numpy as np

from matching.engine.arrays import MONTHS, Float, Int


def month_clock(day: Int) -> Float:
    """Months since 1970-01-01 at the start of each day (days since 1970-01-01, array of length n)."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    start = month.astype("datetime64[D]")
    following = (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    elapsed = (date - start).astype(np.float64) / (following - start).astype(np.float64)
    return np.asarray(month.astype(np.float64) + elapsed, dtype=np.float64)


def month_coverage(start: Float, end: Float) -> Float:
    """Fraction of each calendar month that lies in the first twelve months of a window, 12 × n.

    `start` and `end` are on the month clock, end exclusive; an empty window covers nothing.
    """
    end = np.maximum(np.minimum(end, start + MONTHS), start)
    coverage = np.empty((MONTHS, len(start)))
    for month in range(MONTHS):
        coverage[month] = _passed(end, month) - _passed(start, month)
    return np.maximum(coverage, 0.0)


def _passed(clock: Float, month: int) -> Float:
    """How many months of this name have passed at `clock`, with fraction."""
    since: Float = clock - month
    years: Float = np.floor(since / MONTHS)
    return years + np.minimum(since - years * MONTHS, 1.0)
