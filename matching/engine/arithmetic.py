"""Division and discounts that know what to do with nothing."""

from __future__ import annotations

from typing import Final

import numpy as np

from matching.engine.arrays import Float

UNKNOWN_COUNTS: Final = 0.5
"""What is unknown counts as this share of the mean of what is known."""


def ratio(above: Float, below: Float, *, empty: float = 0.0) -> Float:
    """above / below, and `empty` where below is 0."""
    quotient: Float = np.full(np.broadcast_shapes(above.shape, below.shape), empty)
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient


def discounted(mean: Float, known: Float, total: Float) -> Float:
    """A mean of which only `known` of the `total` weight is known; the rest counts as half as good."""
    return mean * (1 - (1 - UNKNOWN_COUNTS) * (1 - ratio(known, total)))
