"""The month clock, on which windows and seasons meet."""

from __future__ import annotations

import numpy as np

from matching.engine.arrays import Float, Int


def month_clock(day: Int) -> Float:
    """Whole months since January 1970 plus the elapsed fraction of the month, at the start of each day.

    `day`: days since 1970-01-01, array of length n. On this clock twelve months are always 12.0, and a share of
    a month needs no calendar.
    """
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    start = month.astype("datetime64[D]")
    following = (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    elapsed = (date - start).astype(np.float64) / (following - start).astype(np.float64)
    return np.asarray(month.astype(np.float64) + elapsed, dtype=np.float64)
