"""Matches: what the engine proposes and what a facilitator says of it; and what it needs to go on from there."""

from matching.models.market import MarketRow
from matching.models.matches import (
    DismissReason,
    LimitedBy,
    Match,
    MatchInterest,
    MatchState,
    RealField,
    StaleReason,
)
from matching.models.runs import MatchPartition, MatchRun

__all__ = [
    "DismissReason",
    "LimitedBy",
    "MarketRow",
    "Match",
    "MatchInterest",
    "MatchPartition",
    "MatchRun",
    "MatchState",
    "RealField",
    "StaleReason",
]
