"""What holds for everything that is worked out at one time."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.engine import Listings
from matching.market.copying import Table
from matching.market.rows import to_listings
from matching.market.rules import Ids, Rules
from matching.market.takers import Takers


@dataclass(frozen=True)
class Scene:
    """What holds for one refresh."""

    rules: Rules
    takers: Takers
    today: int

    def listings(self, table: Table, rows: Ids | None = None) -> Listings:
        """Rows of a table of the market as the engine takes them."""
        return to_listings(table, np.arange(len(table)) if rows is None else rows, self.rules, self.takers)

    def tables(self) -> dict[str, Any]:
        """What every call of the engine needs beside the listings."""
        return {
            "resources": self.rules.resources,
            "compatibility": self.rules.compatibility,
            "today": self.today,
            "weights": self.takers.weights,
        }
