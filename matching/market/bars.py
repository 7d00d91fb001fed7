"""How good the last partner is that each listing keeps: what comes after it changes nothing.

The order of partners: by score, then nearness, then id (`comes_before`).
"""

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from common.postgres.copying import NULL_INT
from matching.market.rules import Ids

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


Bar = tuple[float | None, float | None, int | None]
NO_BAR: Final[Bar] = (None, None, None)


def bar_of(ranked: list[tuple[float, float, int, int]], k: int) -> Bar:
    if len(ranked) < k:
        return NO_BAR
    score, distance, partner, _ = ranked[k - 1]
    return -score, distance, partner


def bar_columns(bars: list[Bar]) -> dict[str, npt.NDArray[Any]]:
    return {
        "bar_score": np.array([math.nan if bar[0] is None else bar[0] for bar in bars], np.float64),
        "bar_distance": np.array([math.nan if bar[1] is None else bar[1] for bar in bars], np.float64),
        "bar_partner": np.array([NULL_INT if bar[2] is None else bar[2] for bar in bars], np.int64),
    }


def comes_before(one: tuple[Floats, Floats, Ids], other: tuple[Floats, Floats, Ids]) -> Bools:
    """Whether `one` comes before `other`: by score, then nearness, then id. False where a bar is missing (NaN)."""
    tie = one[0] == other[0]
    before: Bools = (one[0] > other[0]) | (
        tie & ((one[1] < other[1]) | ((one[1] == other[1]) & (one[2] < other[2])))
    )
    return before


def bars_of(partner_row: Ids, score: Any, distance: Any, most: Ids, partner_ids: Ids) -> dict[str, Any]:
    """The last partner that each listing keeps; nothing where it keeps fewer than it may."""
    if not partner_row.size:
        count = len(partner_row)
        return {
            "bar_score": np.full(count, np.nan),
            "bar_distance": np.full(count, np.nan),
            "bar_partner": np.full(count, NULL_INT, np.int64),
        }
    rows: Ids = np.arange(len(partner_row))
    last = partner_row[rows, most - 1]
    full = last >= 0
    ids = partner_ids[np.maximum(last, 0)] if len(partner_ids) else np.zeros(len(last), np.int64)
    return {
        "bar_score": np.where(full, score[rows, most - 1], np.nan),
        "bar_distance": np.where(full, distance[rows, most - 1], np.nan),
        "bar_partner": np.where(full, ids, NULL_INT),
    }
