"""What the engine says of pairs whose listings are on the market."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from matching.market.rows import market_rows
from matching.market.rules import Ids
from matching.market.scene import Scene
from matching.models import Match


class Figures(NamedTuple):
    """What the engine says of one pair; names and meaning as in `engine.Candidates`."""

    distance_km: float
    amount_per_year: float
    limit: int
    yield_per_unit: float
    seller_cautious: float
    seller_favourable: float
    buyer_cautious: float
    buyer_favourable: float
    treatment_cost: float
    residue_low: float
    residue_high: float
    transport_cost: float
    delivered: float
    break_even_km: float
    disposal_kg: float
    primary_kg: float
    treatment_kg: float
    transport_kg: float

    @property
    def benefit_low(self) -> float:
        """Per unit offered, as in `economics.worth`."""
        spent = self.treatment_cost + self.transport_cost + self.residue_high
        return self.buyer_cautious - self.seller_cautious - spent

    @property
    def benefit_high(self) -> float:
        """Per unit offered, as in `economics.worth`."""
        spent = self.treatment_cost + self.transport_cost + self.residue_low
        return self.buyer_favourable - self.seller_favourable - spent

    @property
    def saved_kg_per_unit(self) -> float:
        treatment = 0.0 if math.isnan(self.treatment_kg) else self.treatment_kg
        return _sum_of_known(self.disposal_kg, self.primary_kg) - self.transport_kg - treatment


def _sum_of_known(a: float, b: float) -> float:
    """a + b where NaN counts as nothing, NaN where both are."""
    return b if math.isnan(a) else a if math.isnan(b) else a + b


def figures_by_match(matches: list[Match], scene: Scene) -> dict[int, Figures]:
    """Figures of those matches of which both listings are on the market, by key: one query, one call."""
    from matching.engine.search import evaluate_pairs

    ids = sorted({pk for match in matches for pk in (match.offer_id, match.request_id)})
    rows = market_rows("m.listing_id = ANY(%s)", [ids])
    row_of = {int(pk): row for row, pk in enumerate(rows["listing_id"].tolist())}
    known = [match for match in matches if match.offer_id in row_of and match.request_id in row_of]
    if not known:
        return {}
    listings = scene.listings(rows)

    def at(keys: Iterable[int]) -> Ids:
        return np.array([row_of[key] for key in keys], np.int64)

    # Both sides in one table: who stands on which side is said by the pairs.
    found = evaluate_pairs(
        listings,
        listings,
        offer_rows=at(match.offer_id for match in known),
        request_rows=at(match.request_id for match in known),
        **scene.tables(),
    )
    columns = [getattr(found, name).tolist() for name in Figures._fields]
    return {match.pk: Figures(*row) for match, row in zip(known, zip(*columns, strict=True), strict=True)}
