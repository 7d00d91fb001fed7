"""Two listings that almost fit, as the engine read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

import numpy as np

from catalogue.models import QualityProperty, Resource
from listings.models import Listing, Side
from matching.engine import Listings
from matching.market.scene import Scene
from matching.market.tables.conversions import HEAT


@dataclass(frozen=True)
class SideTerms:
    """What one side of a pair says, as the engine read it."""

    amount: float
    minimum_lot: float
    first_day: int
    last_day: int
    quality: Mapping[int, tuple[float, float]]

    @classmethod
    def of(cls, listings: Listings, row: int) -> Self:
        quality = listings.quality.take(np.array([row]))
        ends = zip(quality.low.tolist(), quality.high.tolist(), strict=True)
        names = ("amount", "minimum_lot", "first_day", "last_day")
        amount, lot, first, last = (getattr(listings, name)[row].item() for name in names)
        return cls(amount, lot, first, last, dict(zip(quality.property.tolist(), ends, strict=True)))


@dataclass(frozen=True)
class AlmostPair:
    """Both sides, and what the rules say of their resources."""

    partner: Listing
    offer: Listing
    request: Listing
    offered: SideTerms
    sought: SideTerms
    today: int
    reach_km: float
    transport_eur_per_km: float
    transport_source: str
    yield_per_unit: float
    as_it_is: bool
    """Without treatment."""
    delivered: str
    """Slug of what arrives where the offer is treated on the way; empty: the offer itself."""

    @classmethod
    def of(cls, scene: Scene, listing: Listing, partner: Listing, own: SideTerms, other: SideTerms) -> Self:
        is_offer = listing.side == Side.OFFER
        offer, request = (listing, partner) if is_offer else (partner, listing)
        rules, table = scene.rules, scene.rules.compatibility
        row = rules.offered_row(offer)
        [sought_row] = rules.row_of(np.array([request.resource_id]))
        load = rules.loads.get(offer.resource_id)
        path = rules.pathways.get((offer.resource_id, request.resource_id))
        entry = np.flatnonzero((table.offer_resource == row) & (table.request_resource == sought_row))
        return cls(
            partner=partner,
            offer=offer,
            request=request,
            offered=own if is_offer else other,
            sought=other if is_offer else own,
            today=scene.today,
            reach_km=float(rules.resources.reach_km[row]),
            transport_eur_per_km=float(rules.resources.transport_cost_per_km[row]),
            transport_source=load.source if load else "",
            yield_per_unit=float(table.yield_per_unit[entry].sum()) or 1.0,
            as_it_is=bool(table.direct[entry].any()),
            delivered=rules.law.slugs[path.steps[-1].output] if path else "",
        )

    @property
    def unit(self) -> str:
        return self.offer.canonical_unit

    def disjoint(self) -> list[int]:
        """Keys of the properties of which the two sides share nothing."""
        both = [key for key in self.sought.quality if key in self.offered.quality]
        return [key for key in both if self.too_high(key) > 0 or self.too_low(key) > 0]

    def too_high(self, key: int) -> float:
        """By how much the least that is offered lies above the most that is sought; NaN: an end is open."""
        return self.offered.quality[key][0] - self.sought.quality[key][1]

    def too_low(self, key: int) -> float:
        """By how much the most that is offered lies below the least that is sought; NaN: an end is open."""
        return self.sought.quality[key][0] - self.offered.quality[key][1]


@dataclass(frozen=True)
class CatalogueWords:
    """Rows of the catalogue behind the words of all pairs."""

    properties: Mapping[int, QualityProperty]
    heat_eur_per_mwh: Decimal | None

    @classmethod
    def of(cls, pairs: list[AlmostPair]) -> Self:
        keys = {key for pair in pairs for key in pair.disjoint()}
        if not keys:
            return cls({}, None)
        prices = Resource.objects.filter(slug=HEAT).values_list("purchase_price_eur_per_unit", flat=True)
        return cls(QualityProperty.objects.in_bulk(keys), prices.first())
