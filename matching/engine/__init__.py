"""Which offer fits which request: gates, score and benefit on arrays.

Pure: numpy and numba only, no database, no clock, no state. `docs/matching.md` states every formula. The search
stands in `matching.engine.search`, to be imported where it is needed: numba takes half a second to load.
"""

from matching.engine.arrays import (
    OPEN_END,
    PARTS,
    Candidates,
    Compatibility,
    Gate,
    Limit,
    Listings,
    Qualities,
    Resources,
    Weights,
    default_weights,
    gate_codes,
)

__all__ = [
    "OPEN_END",
    "PARTS",
    "Candidates",
    "Compatibility",
    "Gate",
    "Limit",
    "Listings",
    "Qualities",
    "Resources",
    "Weights",
    "default_weights",
    "gate_codes",
]
