"""What holds for everything that is worked out at one time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils import timezone

from common.postgres.copying import ColumnTable
from matching.engine import Candidates, Listings
from matching.market.participation import Participation, load_participation
from matching.market.rows import day_number, to_listings
from matching.market.rules import Ids, MatchingRules, load_rules


@dataclass(frozen=True)
class Scene:
    """The rules, who takes part, and the day, as the engine counts it."""

    rules: MatchingRules
    participation: Participation
    today: int

    def listings(self, table: ColumnTable, rows: Ids | None = None) -> Listings:
        """Rows of a table of the market as the engine takes them."""
        return to_listings(
            table, np.arange(len(table)) if rows is None else rows, self.rules, self.participation
        )

    def tables(self) -> dict[str, Any]:
        """What every call of the engine needs beside the listings."""
        return {
            "resources": self.rules.resources,
            "compatibility": self.rules.compatibility,
            "today": self.today,
            "weights": self.participation.weights,
        }

    def evaluated(self, this: Listings, those: Listings, *, of_offer: bool) -> Candidates:
        """Every pair of one listing with others, in their order; `of_offer`: the one is an offer."""
        from matching.engine.search import evaluate_pairs

        zero, rows = np.zeros(len(those), np.int64), np.arange(len(those))
        offers, requests = (this, those) if of_offer else (those, this)
        offer_rows, request_rows = (zero, rows) if of_offer else (rows, zero)
        return evaluate_pairs(
            offers, requests, offer_rows=offer_rows, request_rows=request_rows, **self.tables()
        )


def scene_of(day: date) -> Scene:
    """Return the rules, who takes part, and the day: all that matches hang on but the listings."""
    return Scene(load_rules(), load_participation(), day_number(day))


def scene_now() -> Scene:
    """Return what holds today, UTC: it compares listings of every time zone."""
    return scene_of(timezone.now().date())
