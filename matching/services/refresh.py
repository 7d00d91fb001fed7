"""One listing came, changed or went: its matches, and its partners', as a full run would leave them.

Every listing keeps its k best partners; a match is stored while it is among the best of either side. Beside its row of
the market a listing's bar is kept: how good its last kept partner is. A change of one listing then reaches only

- the partners whose bar it now meets: it comes in, and may push their last one out;
- the partners that kept it and whose bar it no longer meets: they look for their best anew;
- itself: it looks for its best anew.

Nobody else's pairs have changed. The order of partners stands in `matching.market.bars`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from common.postgres.copying import ColumnTable, copy_out
from matching.engine import Candidates, Listings
from matching.market.bars import NO_BAR, Bar, Bools, Floats, bar_columns, bar_of, comes_before
from matching.market.boxes import rows_near
from matching.market.locks import lock_groups
from matching.market.rows import BAR_TYPES, PUBLISHED_ROWS, ROW_TYPES, market_rows, write_market
from matching.market.rules import Ids
from matching.market.scene import Scene, scene_now
from matching.market.store import (
    WrittenMatches,
    figures_of,
    positions_of,
    read_stored,
    stale_reason_of,
    store_matches,
)
from matching.models import StaleReason
from matching.services.private import (
    PAIRED_WITH_PRIVATE,
    match_private,
    match_private_partners,
    private_row,
    retire_all,
)


@transaction.atomic
def refresh_matches(*, listing_id: int) -> WrittenMatches:
    """Bring the stored matches up to date with what one listing says now; return what was written."""
    scene = scene_now()
    lock_groups(scene.rules, _resources_of(listing_id))
    before = market_rows("m.listing_id = %s", [listing_id])
    now = copy_out(f"{PUBLISHED_ROWS} AND l.id = %s", [listing_id], ROW_TYPES)
    private = private_row(listing_id)
    written = WrittenMatches()
    if len(before) or len(now):
        written = _Refresh(scene, listing_id, before, now).run()
    if len(private):
        written = match_private(scene, listing_id, private)
    elif not (len(before) or len(now)):
        retire_all(listing_id)
    for row in (before, now, private):
        if len(row):
            match_private_partners(scene, listing_id, row)
    return written


class _Refresh:
    def __init__(self, scene: Scene, listing_id: int, before: ColumnTable, now: ColumnTable) -> None:
        self.scene, self.listing_id, self.before, self.now = scene, listing_id, before, now
        self.is_offer = bool((now if len(now) else before)["is_offer"][0])
        self.own, self.others = ("offer_id", "request_id") if self.is_offer else ("request_id", "offer_id")
        self.stored = read_stored(
            f"m.{self.own} = %s AND NOT m.{self.others} {PAIRED_WITH_PRIVATE}", [listing_id]
        )

    def run(self) -> WrittenMatches:
        kept = self.stored["fits"] & ~self.stored["retired"]
        partners = self._partners(self.stored[self.others][kept | self.stored["touched"]])
        sides = self._sides(partners)
        found = self._evaluated(*sides)
        passes = found.gate == 0 if len(self.now) else np.zeros(len(partners), np.bool_)
        own_best, own_bar = self._own_best(found, partners, passes)
        comes_in = passes & ~self._behind(found.score, found.distance_km, partners)
        was_in = self._was_in(partners, kept)
        touched = np.isin(partners["listing_id"], self.stored[self.others][self.stored["touched"]])
        wanted = own_best | comes_in | (touched & passes)
        # Who kept it and takes fewer than it may has seen everybody: nothing to look for.
        full = ~np.isnan(partners["bar_score"])
        left_short = np.flatnonzero(was_in & ~comes_in & full)
        moved = np.flatnonzero((comes_in | was_in) & ~(was_in & ~comes_in & full))
        pushed, bars = self._new_bars(partners, moved, comes_in, found)
        replacements, more_bars = self._replacements(partners, left_short)
        if replacements is not None:
            # Worse than it was, but nobody else is better.
            wanted |= np.isin(partners["listing_id"], replacements.partners_of(self.listing_id))
        written = self._write(found, wanted, partners, sides, pushed, replacements)
        self._write_market({**bars, **more_bars}, own_bar)
        return written

    # --- who is concerned ---
    def _partners(self, old_ids: Ids) -> ColumnTable:
        """Rows of the market that may be partners now, and those that were."""
        near = rows_near(self.scene, self.now, of_offers=self.is_offer) if len(self.now) else None
        known = near["listing_id"] if near is not None else np.empty(0, np.int64)
        missing = np.setdiff1d(old_ids, known)
        if near is not None and not len(missing):
            return near
        ids = np.concatenate([known, missing])
        # Few listings move or go, and then all of them in one query are simpler than two tables made one.
        return market_rows("m.listing_id = ANY(%s)", [ids.tolist()])

    def _sides(self, partners: ColumnTable) -> tuple[Listings, Listings]:
        """The listing and its partners, as the engine takes them: offers and requests."""
        this = self.scene.listings(self.now if len(self.now) else self.before)
        those = self.scene.listings(partners)
        return (this, those) if self.is_offer else (those, this)

    def _evaluated(self, offers: Listings, requests: Listings) -> Candidates:
        this, those = (offers, requests) if self.is_offer else (requests, offers)
        return self.scene.evaluated(this, those, of_offer=self.is_offer)

    def _own_best(self, found: Candidates, partners: ColumnTable, passes: Bools) -> tuple[Bools, "Bar"]:
        chosen = np.zeros(len(partners), np.bool_)
        if not len(self.now):
            return chosen, NO_BAR
        k = self._most(self.now["resource_id"])[0]
        rows = np.flatnonzero(passes)
        order = rows[np.lexsort((partners["listing_id"][rows], found.distance_km[rows], -found.score[rows]))]
        chosen[order[:k]] = True
        if len(order) < k:
            return chosen, NO_BAR
        last = order[k - 1]
        return chosen, (
            float(found.score[last]),
            float(found.distance_km[last]),
            int(partners["listing_id"][last]),
        )

    def _most(self, resource_ids: Ids) -> Ids:
        return self.scene.rules.resources.most_matches[self.scene.rules.row_of(resource_ids)]

    def _behind(self, score: Floats, distance_km: Floats, partners: ColumnTable) -> Bools:
        """Whether this listing, so good for each partner, comes after the last one that the partner keeps."""
        bar = (partners["bar_score"], partners["bar_distance"], partners["bar_partner"])
        return comes_before(bar, (score, distance_km, np.full(len(partners), self.listing_id)))

    def _was_in(self, partners: ColumnTable, kept: Bools) -> Bools:
        """Which partners had this listing among their best."""
        was_in = np.zeros(len(partners), np.bool_)
        rows = np.flatnonzero(kept)
        at, there = positions_of(partners["listing_id"], self.stored[self.others][rows])
        known = np.flatnonzero(there)
        row = rows[at[known]]
        score, distance = np.full(len(partners), np.nan), np.full(len(partners), np.nan)
        score[known], distance[known] = self.stored["score"][row], self.stored["distance_km"][row]
        was_in[known] = ~self._behind(score, distance, partners)[known]
        return was_in

    # --- what follows for the partners ---
    def _new_bars(
        self, partners: ColumnTable, moved: Ids, comes_in: Bools, found: Candidates
    ) -> tuple[ColumnTable, dict[int, "Bar"]]:
        """The bars of partners whose best can be told from what is stored, and the pairs that are pushed out."""
        ids = partners["listing_id"][moved]
        theirs = read_stored(
            f"m.{self.others} = ANY(%s) AND m.{self.own} <> %s AND m.fits AND m.state <> 'retired' "
            f"AND NOT m.{self.own} {PAIRED_WITH_PRIVATE}",
            [ids.tolist(), self.listing_id],
        )
        most = dict(zip(ids.tolist(), self._most(partners["resource_id"][moved]).tolist(), strict=True))
        rivals: dict[int, list[tuple[float, float, int, int]]] = {int(listing): [] for listing in ids}
        columns = (theirs[self.others], theirs["score"], theirs["distance_km"], theirs[self.own])
        for row, (partner, score, distance, rival) in enumerate(
            zip(*(c.tolist() for c in columns), strict=True)
        ):
            rivals[partner].append((-score, distance, rival, row))
        pushed, bars = [], {}
        for row, partner in zip(moved.tolist(), ids.tolist(), strict=True):
            ranked = rivals[partner]
            if comes_in[row]:
                ranked.append((-float(found.score[row]), float(found.distance_km[row]), self.listing_id, -1))
            ranked.sort()
            k = most[partner]
            bars[partner] = bar_of(ranked, k)
            pushed += [stored_row for *_, stored_row in ranked[k:] if stored_row >= 0]
        return _kept_by_nobody(theirs, np.array(pushed, np.int64), self.own), bars

    def _replacements(
        self, partners: ColumnTable, left_short: Ids
    ) -> tuple["_Pairs | None", dict[int, "Bar"]]:
        """The best of the partners that lost this listing and were full: searched for anew."""
        if not len(left_short):
            return None, {}
        from matching.engine.market import Market
        from matching.engine.search import evaluate_market, search_market

        seekers = partners.take(left_short)
        around = rows_near(self.scene, seekers, of_offers=not self.is_offer)
        # Its own row of the market still says what it was; it is told as it is now, or left out.
        around = around.take(np.flatnonzero(around["listing_id"] != self.listing_id))
        those, these = self.scene.listings(seekers), self.scene.listings(around)
        if len(self.now):
            these = these.join(self.scene.listings(self.now))
        offers, requests = (these, those) if self.is_offer else (those, these)
        market = Market.of(offers, requests, **self.scene.tables())
        best = search_market(market, seek_requests=self.is_offer, threads=1)
        seeker, place = np.nonzero(best.partner_row >= 0)
        partner = best.partner_row[seeker, place]
        offer_rows, request_rows = (partner, seeker) if self.is_offer else (seeker, partner)
        found = evaluate_market(market, offer_rows, request_rows, threads=1)
        bars: dict[int, Bar] = {}
        for row, listing in enumerate(those.id.tolist()):
            k = int(self.scene.rules.resources.most_matches[those.resource[row]])
            last = best.partner_row[row, k - 1]
            bars[listing] = (
                (float(best.score[row, k - 1]), float(best.distance_km[row, k - 1]), int(these.id[last]))
                if last >= 0
                else NO_BAR
            )
        return _Pairs(found, offers, requests), bars

    # --- writing ---
    def _write(
        self,
        found: Candidates,
        wanted: Bools,
        partners: ColumnTable,
        sides: tuple[Listings, Listings],
        pushed: ColumnTable,
        replacements: "_Pairs | None",
    ) -> WrittenMatches:
        figures = figures_of(found.take(np.flatnonzero(wanted)), *sides, self.scene.rules)

        def why(rows: Ids) -> list[StaleReason]:
            if not len(self.now):
                return [StaleReason.LISTING] * len(rows)
            gates = dict(zip(partners["listing_id"].tolist(), found.gate.tolist(), strict=True))
            return [
                stale_reason_of(gates[partner]) if partner in gates else StaleReason.LISTING
                for partner in self.stored[self.others][rows].tolist()
            ]

        one = store_matches(figures, self.stored, reasons=why)
        two = store_matches(
            _nothing(figures), pushed, reasons=lambda rows: [StaleReason.OUTRANKED] * len(rows)
        )
        three = WrittenMatches()
        if replacements is not None:
            more = figures_of(
                replacements.found, replacements.offers, replacements.requests, self.scene.rules
            )
            # Pairs of the listing itself are said above.
            rest = np.flatnonzero(more[self.own] != self.listing_id)
            more = {name: values[rest] for name, values in more.items()}
            stored = read_stored(
                "(m.offer_id, m.request_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
                [more["offer_id"].tolist(), more["request_id"].tolist()],
            )
            three = store_matches(more, stored, reasons=lambda rows: [StaleReason.OUTRANKED] * len(rows))
        return WrittenMatches(
            one.added + three.added, one.changed + three.changed, one.retired + two.retired + three.retired
        )

    def _write_market(self, bars: dict[int, "Bar"], own_bar: "Bar") -> None:
        with connection.cursor() as cursor:
            if bars:
                ids, values = list(bars), list(zip(*bars.values(), strict=True))
                cursor.execute(
                    "UPDATE matching_marketrow m SET bar_score = b.score, bar_distance = b.distance, "
                    "bar_partner = b.partner FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::bigint[]) "
                    "b(id, score, distance, partner) WHERE m.listing_id = b.id "
                    "AND (m.bar_score, m.bar_distance, m.bar_partner) "
                    "IS DISTINCT FROM (b.score, b.distance, b.partner)",
                    [ids, *(list(column) for column in values)],
                )
            cursor.execute("DELETE FROM matching_marketrow WHERE listing_id = %s", [self.listing_id])
        if len(self.now):
            write_market(self.now, np.zeros(1, np.int64), bar_columns([own_bar]))


@dataclass(frozen=True)
class _Pairs:
    found: Candidates
    offers: Listings
    requests: Listings

    def partners_of(self, listing_id: int) -> Ids:
        """The other sides of the pairs in which a listing stands."""
        offers, requests = self.offers.id[self.found.offer_row], self.requests.id[self.found.request_row]
        return np.concatenate([requests[offers == listing_id], offers[requests == listing_id]])


def _kept_by_nobody(pairs: ColumnTable, rows: Ids, column: str) -> ColumnTable:
    """Of pairs that one side no longer keeps, those that the other side (`column`) does not keep either."""
    out = pairs.take(rows)
    ids = np.unique(out[column])
    if not len(ids):
        return out
    bars = copy_out(
        "SELECT m.listing_id, m.bar_score, m.bar_distance, m.bar_partner FROM matching_marketrow m "
        "WHERE m.listing_id = ANY(%s) ORDER BY m.listing_id",
        [ids.tolist()],
        {"listing_id": "int8", **BAR_TYPES},
    )
    at = np.searchsorted(bars["listing_id"], out[column])
    bar = tuple(bars[name][at] for name in BAR_TYPES)
    partner = "request_id" if column == "offer_id" else "offer_id"
    behind = comes_before((bar[0], bar[1], bar[2]), (out["score"], out["distance_km"], out[partner]))
    return out.take(np.flatnonzero(behind & ~out["touched"]))


def _nothing(figures: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name: values[:0] for name, values in figures.items()}


def _resources_of(listing_id: int) -> list[int]:
    """What the listing was matched as, and what it is now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_id FROM matching_marketrow WHERE listing_id = %s "
            "UNION SELECT resource_id FROM listings_listing WHERE id = %s",
            [listing_id, listing_id],
        )
        return [row[0] for row in cursor.fetchall()]
