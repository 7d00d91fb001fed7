"""What is said of a partner that almost fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from listings.models import Listing
from matching.engine import Gate
from matching.selectors.near_misses.remedies import (
    Lifter,
)

GATES: Final[Mapping[int, str]] = {
    Gate.DISTANCE: "distance",
    Gate.WINDOW: "window",
    Gate.QUALITY: "quality",
    Gate.PERMIT: "permit",
    Gate.LOT: "lot",
    Gate.PRICE: "price",
    Gate.COVERAGE: "coverage",
    Gate.LAW: "law",
}
"""The gates that somebody could lift, with their codes."""


@dataclass(frozen=True)
class Gap:
    """By how much a gate is missed."""

    name: str
    """`distance`, `days`, `lot`, or the slug of a quality property."""
    amount: Decimal
    unit: str
    words: str


@dataclass(frozen=True)
class Lift:
    """Who could lift the gate, and how."""

    who: Lifter
    how: str
    cost_per_unit: Decimal | None = None
    """EUR per canonical unit offered; None: not known."""
    cost_unit: str = ""
    cost_words: str = ""
    cost_source: str = ""


@dataclass(frozen=True)
class Partner:
    """A listing beside another one, with what would come of the two."""

    listing: Listing
    """Marked for the reader."""
    score: float
    distance_km: Decimal
    amount_per_year: Decimal | None
    """Units offered; None: not known, or there is no common time."""
    unit: str
    benefit_low_eur_per_year: Decimal | None
    """Of both together; None: not known."""

    @property
    def percent(self) -> int:
        """The score in whole percent."""
        return round(self.score * 100)


@dataclass(frozen=True)
class NearMiss(Partner):
    """A partner that fits but for one gate.

    Score and figures are what they would be without it, the benefit before what lifting the gate costs.
    """

    relation: str
    """How the two resources are related; empty where they are the same, or one is a kind of the other."""
    gate: str
    gaps: tuple[Gap, ...]
    """Empty for a permit, which is held or not."""
    words: str
    lifts: tuple[Lift, ...]
