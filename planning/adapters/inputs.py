"""What a run is computed from, as it is kept with the run: the same inputs make the same network.

Keys stand for things; names are looked up when a page is shown, as its reader may know them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

MOST_LEFT_OUT: Final = 500
"""Of what was left out so many are named; all are counted."""


class LeftOut(StrEnum):
    """Why a listing is not part of the plan."""

    CHOSEN = "chosen"
    """The scenario leaves it out."""
    QUANTITY = "quantity"
    """It states no quantity."""
    WINDOW = "window"
    """Nothing of it falls into the twelve months."""
    PARTNER = "partner"
    """Nothing here fits it."""
    SELLER = "seller"
    """What its seller gets or pays without a buyer is not known, for all that fits."""
    BUYER = "buyer"
    """What its buyer pays without this seller is not known, for all that fits."""
    WAY = "way"
    """What transport, treatment or residues cost is not known, for all that fits."""


@dataclass(frozen=True)
class Inputs:
    """Columns of equal length; amounts in the listing's canonical unit, money in the scenario's currency per unit."""

    first_day: str
    """The year from this day on, as 2026-11-28, in months by the calendar's order."""
    economy: dict[str, Any]
    """rate, horizon_years, currency, price_year, weights by metric, basis, seconds."""
    listings: dict[str, list[Any]] = field(default_factory=dict)
    """id, site, party, is_offer, resource, unit, kind, left (12 per row: beside what is agreed), worth (what the
    offer's owner gets without a buyer, the request's pays without a seller), co2e, landfill, virgin (t per unit of
    that alternative), is_assumed (1: that worth is not known and taken as nothing)."""
    pairs: dict[str, list[Any]] = field(default_factory=dict)
    """match, offer, request (rows of listings), kept, gain (money per unit sent), saved (t CO2e per unit sent), km."""
    agreements: dict[str, list[Any]] = field(default_factory=dict)
    """agreement, offer, request (rows), kept, gain, saved, sent (12 per row), price."""
    left_out: list[tuple[int, str]] = field(default_factory=list)
    """Listings by key with the reason, `MOST_LEFT_OUT` at most."""
    left_out_counts: dict[str, int] = field(default_factory=dict)
    around: dict[str, Any] = field(default_factory=dict)
    """What a plant that does not exist yet would find here (`planning.adapters.around`); empty: too much to keep."""
    pairs_unknown: int = 0
    """Pairs between listings of the plan whose worth is not known: they carry nothing."""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Inputs":
        """Return what was kept."""
        return cls(**{**kept, "left_out": [tuple(each) for each in kept["left_out"]]})

    @property
    def digest(self) -> str:
        """SHA-256 over all of it."""
        said = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()
