"""Who almost fits a listing: partners that fail one gate, by how much, and who could lift it.

Only what the reader may see on the market is named. What fails for its owner or its programme is no near miss: to say
so would tell who stands behind a listing, or that there is one.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from accounts.access import AnyUser
from common.postgres.copying import ColumnTable
from listings.access import listings_on_market, mark_identities
from listings.models import Listing, Side, State
from matching.engine import Candidates, Listings
from matching.market.boxes import band_of, widened
from matching.market.rows import market_rows
from matching.market.rules import Ids, MatchingRules
from matching.market.scene import Scene, scene_now
from matching.models import Match, MatchState
from matching.selectors.near_misses.lifting import near_miss_of
from matching.selectors.near_misses.near_miss import GATES, NearMiss
from matching.selectors.near_misses.pairs import AlmostPair, CatalogueWords, SideTerms

BEYOND_REACH: Final = 2.5
"""Partners are looked for up to so many times the reach."""
MOST_ROWS: Final = 3000
"""Of all that may be near only so many of the nearest are looked at."""


def near_misses(user: AnyUser, listing: Listing, *, limit: int = 5) -> list[NearMiss]:
    """Return who almost fits a listing on the market, the best first, as far as the user may see them."""
    own = market_rows("m.listing_id = %s", [listing.pk])
    if listing.state != State.PUBLISHED or not len(own):
        return []
    looked = look_around(listing, own)
    return looked.almost(user, limit=limit) if looked else []


@dataclass(frozen=True)
class Looked:
    """A listing, written or not, and what the engine says of each that could be its partner, in reach and beyond."""

    scene: Scene
    listing: Listing
    this: Listings
    those: Listings
    found: Candidates

    def fitting(self, user: AnyUser, *, limit: int) -> list[tuple[Listing, int]]:
        """Return those that fit and that the user may see, the best first, each with its row of `found`."""
        return self._shown(user, np.flatnonzero(self.found.gate == 0), limit)

    def almost(self, user: AnyUser, *, limit: int) -> list[NearMiss]:
        """Return those that almost fit and that the user may see, the best first."""
        offers = self.this if self.listing.side == Side.OFFER else self.those
        shown = self._shown(user, _single(self.scene.rules, self.found, offers), limit)
        own = SideTerms.of(self.this, 0)
        pairs = [
            AlmostPair.of(self.scene, self.listing, partner, own, SideTerms.of(self.those, row))
            for partner, row in shown
        ]
        said = CatalogueWords.of(pairs)
        return [
            near_miss_of(pair, self.found, row, said)
            for pair, (_partner, row) in zip(pairs, shown, strict=True)
        ]

    def _shown(self, user: AnyUser, rows: Ids, limit: int) -> list[tuple[Listing, int]]:
        rows = rows[np.lexsort((self.those.id[rows], self.found.distance_km[rows], -self.found.score[rows]))]
        row_of = {pk: row for row, pk in enumerate(self.those.id.tolist())}
        partners = _visible(user, self.listing, self.those.id[rows].tolist(), limit)
        return [(partner, row_of[partner.pk]) for partner in partners]


def look_around(listing: Listing, own: ColumnTable) -> Looked | None:
    """Ask the engine about all that could be partners of a listing; None where it is over, or nothing is there.

    `own` is its row of the market, or what that would be (`matching.market.supposed`).
    """
    scene = scene_now()
    today = scene.today
    if own["last_day"][0] < today:
        return None
    around = _around(scene.rules, own)
    around = around.take(np.flatnonzero(around["last_day"] >= today))
    if not len(around):
        return None
    this, those = scene.listings(own), scene.listings(around)
    found = scene.evaluated(this, those, of_offer=listing.side == Side.OFFER)
    return Looked(scene, listing, this, those, found)


def _around(rules: MatchingRules, own: ColumnTable) -> ColumnTable:
    """Rows of the market of what could serve, the nearest, in a box that holds all within the widened reach."""
    own_resource = int(own["resource_id"][0])
    is_offer = bool(own["is_offer"][0])
    partners = rules.partner_resources(own_resource, of_offer=is_offer)
    reaching = rules.row_of(np.array([own_resource]) if is_offer else partners)
    if not len(reaching) or not len(partners):
        return market_rows("false", [])
    straight_km = (rules.resources.reach_km[reaching] / rules.resources.road_factor[reaching]).max()
    latitude, longitude = float(own["latitude"][0]), float(own["longitude"][0])
    south, west, north, east = widened(
        (latitude, longitude, latitude, longitude), BEYOND_REACH * float(straight_km)
    )
    bands = [band_of(edge) for edge in (south, north)]
    flattened = math.cos(math.radians(latitude))
    return market_rows(
        "m.listing_id IN (SELECT r.listing_id FROM matching_marketrow r WHERE r.is_offer = %s "
        "AND r.resource_id = ANY(%s) AND r.latitude_row BETWEEN %s AND %s AND r.longitude BETWEEN %s AND %s "
        "AND r.organization_id <> %s ORDER BY (r.latitude - %s) ^ 2 + (least(abs(r.longitude - %s), "
        "360 - abs(r.longitude - %s)) * %s) ^ 2, r.listing_id LIMIT %s)",
        [
            not is_offer,
            partners.tolist(),
            *bands,
            west,
            east,
            int(own["organization_id"][0]),
            latitude,
            longitude,
            longitude,
            flattened,
            MOST_ROWS,
        ],
    )


def _single(rules: MatchingRules, found: Candidates, offers: Listings) -> Ids:
    """Rows of the pairs that fail exactly one gate, and one that somebody could lift."""
    reach_km = rules.resources.reach_km[offers.resource[found.offer_row]]
    near = found.distance_km <= BEYOND_REACH * reach_km
    return np.flatnonzero(np.isin(found.gate, [int(gate) for gate in GATES]) & near)


def _visible(user: AnyUser, listing: Listing, ids: list[int], limit: int) -> list[Listing]:
    """The first of the listings that the user may see, in this order; not those that a facilitator dismissed."""
    own, other = ("offer", "request") if listing.side == Side.OFFER else ("request", "offer")
    dismissed = Match.objects.filter(state=MatchState.DISMISSED, **{own: listing.pk, f"{other}__in": ids})
    on_market = listings_on_market(user).filter(pk__in=ids).exclude(pk__in=dismissed.values(other))
    seen = set(on_market.values_list("pk", flat=True))
    first = [pk for pk in ids if pk in seen][:limit]
    shown = Listing.objects.filter(pk__in=first).with_cards()
    return sorted(mark_identities(user, shown), key=lambda partner: first.index(partner.pk))
