"""Which offer fits which request: gates, score and benefit on arrays.

Pure: numpy only, no database, no clock, no state. `docs/matching.md` states every formula.
"""

from matching.engine.arrays import (
    OPEN_END,
    PARTS,
    Candidates,
    Gate,
    Listings,
    Weights,
    default_weights,
    gate_codes,
)
from matching.engine.search import evaluate_pairs, match

__all__ = [
    "OPEN_END",
    "PARTS",
    "Candidates",
    "Gate",
    "Listings",
    "Weights",
    "default_weights",
    "evaluate_pairs",
    "gate_codes",
    "match",
]
