"""Private listings: they look for partners on the market, and stand on nobody else's list.

A listing keeps its best partners, and what one more pushes out is seen to be gone. A private listing must push out
nobody, or a stranger's own listing would tell that there is one. So it has no row of the market, its matches are kept
for its own sake, and those of two private listings all stand, since neither has a place that it could take.
"""

from typing import Final

import numpy as np
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from common.postgres.copying import ColumnTable, copy_out
from listings.models import Disclosure, Listing, State
from matching.market.boxes import rows_near
from matching.market.rows import PRIVATE_ROWS, ROW_TYPES
from matching.market.scene import Scene
from matching.market.store import (
    WrittenMatches,
    figures_of,
    positions_of,
    read_stored,
    stale_reason_of,
    store_matches,
)
from matching.models import Match, MatchState, StaleReason

PAIRED_WITH_PRIVATE: Final = (
    "IN (SELECT p.id FROM listings_listing p WHERE p.disclosure = 'private' AND p.state = 'published')"
)
"""A condition on a column of listings' keys."""


def private_row(listing_id: int) -> ColumnTable:
    """Return the listing as the engine reads it where it is published and private; else no row."""
    return copy_out(f"{PRIVATE_ROWS} AND l.id = %s", [listing_id], ROW_TYPES)


def match_private(scene: Scene, listing_id: int, row: ColumnTable) -> WrittenMatches:
    """Bring the matches of a private listing up to date; `row` as of `private_row`."""
    is_offer = bool(row["is_offer"][0])
    own, others = ("offer_id", "request_id") if is_offer else ("request_id", "offer_id")
    this = scene.listings(row)
    public = scene.listings(rows_near(scene, row, of_offers=is_offer))
    private = scene.listings(_private_partners(scene, row))
    those = public.join(private)
    found = scene.evaluated(this, those, of_offer=is_offer)
    stored = read_stored(f"m.{own} = %s", [listing_id])
    passes = np.flatnonzero(found.gate == 0)
    order = passes[np.lexsort((those.id[passes], found.distance_km[passes], -found.score[passes]))]
    most = int(scene.rules.resources.most_matches[scene.rules.row_of(row["resource_id"])][0])
    wanted = np.zeros(len(those), np.bool_)
    wanted[order[order < len(public)][:most]] = True
    wanted[order[order >= len(public)]] = True
    wanted[order] |= np.isin(those.id[order], stored[others][stored["touched"]])
    offers, requests = (this, those) if is_offer else (those, this)
    figures = figures_of(found.take(np.flatnonzero(wanted)), offers, requests, scene.rules)

    def why(rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[StaleReason]:
        at, known = positions_of(stored[others][rows], those.id)
        return [
            stale_reason_of(int(found.gate[place])) if there else StaleReason.LISTING
            for place, there in zip(at.tolist(), known.tolist(), strict=True)
        ]

    return store_matches(figures, stored, reasons=why)


def retire_all(listing_id: int) -> None:
    """Retire the matches of a listing that has left the market and never had a row of it: a private one."""
    Match.objects.filter(
        Q(offer=listing_id) | Q(request=listing_id), Q(fits=True) | Q(state=MatchState.PROPOSED)
    ).update(
        fits=False,
        stale_reason=StaleReason.LISTING,
        computed_at=Now(),
        state=Case(When(state=MatchState.PROPOSED, then=Value(MatchState.RETIRED)), default=F("state")),
    )


def match_private_partners(scene: Scene, listing_id: int, row: ColumnTable) -> None:
    """Bring up to date the private listings that a changed listing may concern; `row` as it is now, or was."""
    is_offer = bool(row["is_offer"][0])
    own, others = ("offer_id", "request_id") if is_offer else ("request_id", "offer_id")
    partners = _private_partners(scene, row)
    found = scene.evaluated(scene.listings(row), scene.listings(partners), of_offer=is_offer)
    near = partners["listing_id"][found.gate == 0]
    stored = read_stored(f"m.{own} = %s AND m.fits AND m.{others} {PAIRED_WITH_PRIVATE}", [listing_id])
    for partner in np.union1d(near, stored[others]).tolist():
        theirs = private_row(partner)
        if partner != listing_id and len(theirs):
            match_private(scene, partner, theirs)


def _private_partners(scene: Scene, row: ColumnTable) -> ColumnTable:
    """The private listings of the other side that could serve, wherever they are: they are few."""
    is_offer = bool(row["is_offer"][0])
    resources = scene.rules.partner_resources(int(row["resource_id"][0]), of_offer=is_offer)
    return copy_out(
        f"{PRIVATE_ROWS} AND l.side = %s AND l.resource_id = ANY(%s)",
        ["request" if is_offer else "offer", resources.tolist()],
        ROW_TYPES,
    )


def private_listings() -> list[int]:
    """Return the private listings on the market: no partition of a full run holds them."""
    found = Listing.objects.filter(disclosure=Disclosure.PRIVATE, state=State.PUBLISHED)
    return list(found.order_by("pk").values_list("pk", flat=True))
