"""One listing came, changed or went: its matches, and its partners', as a full run would leave them.

Every listing keeps its k best partners; a match is stored while it is among the best of either side. Beside its row of
the market a listing's bar is kept: how good its last kept partner is. A change of one listing then reaches only

- the partners whose bar it now meets: it comes in, and may push their last one out;
- the partners that kept it and whose bar it no longer meets: they look for their best anew;
- itself: it looks for its best anew.

Nobody else's pairs have changed. The order of partners: by score, then nearness, then id (`_before`).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.utils import timezone

from common.copying import NULL_INT, Table, copy_in, copy_out
from matching.adapters import (
    BAR_TYPES,
    PUBLISHED_ROWS,
    ROW_TYPES,
    Ids,
    Rules,
    Takers,
    day_number,
    load_rules,
    load_takers,
    to_listings,
)
from matching.engine import Candidates, Listings
from matching.locks import lock_groups
from matching.models import StaleReason
from matching.store import Written, bring_to, figures_of, read_stored, reason_of, rows_of

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_MARKET_TYPES: Final = {**ROW_TYPES, **BAR_TYPES}
_MARKET: Final = ", ".join(f"m.{name}" for name in _MARKET_TYPES)
_WIDEST_DEGREES: Final = 360.0
_EARTH_KM_PER_DEGREE: Final = 6371.0088 * math.pi / 180


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


@transaction.atomic
def refresh_matches(*, listing_id: int) -> Written:
    """Bring the stored matches up to date with what one listing says now; return what was written."""
    scene = Scene(load_rules(), load_takers(), day_number(timezone.now().date()))
    lock_groups(scene.rules, _resources_of(listing_id))
    before = market_rows("m.listing_id = %s", [listing_id])
    now = copy_out(f"{PUBLISHED_ROWS} AND l.id = %s", [listing_id], ROW_TYPES)
    if not (len(before) or len(now)):
        return Written()
    return _Refresh(scene, listing_id, before, now).run()


class _Refresh:
    def __init__(self, scene: Scene, listing_id: int, before: Table, now: Table) -> None:
        self.scene, self.listing_id, self.before, self.now = scene, listing_id, before, now
        self.is_offer = bool((now if len(now) else before)["is_offer"][0])
        self.own, self.others = ("offer_id", "request_id") if self.is_offer else ("request_id", "offer_id")
        self.stored = read_stored(f"m.{self.own} = %s", [listing_id])

    def run(self) -> Written:
        kept = self.stored["fits"] & ~self.stored["retired"]
        partners = self._partners(self.stored[self.others][kept | self.stored["touched"]])
        found = self._evaluated(partners)
        passes = found.gate == 0 if len(self.now) else np.zeros(len(partners), np.bool_)
        own_best, own_bar = self._own_best(found, partners, passes)
        comes_in = passes & ~self._behind(found.score, found.distance_km, partners)
        was_in = self._was_in(partners, kept)
        touched = np.isin(partners["listing_id"], self.stored[self.others][self.stored["touched"]])
        wanted = own_best | comes_in | (touched & passes)
        # Who kept it and takes fewer than it may has seen everybody: nothing to look for.
        full = ~np.isnan(partners["bar_score"])
        bereft = np.flatnonzero(was_in & ~comes_in & full)
        moved = np.flatnonzero((comes_in | was_in) & ~(was_in & ~comes_in & full))
        pushed, bars = self._new_bars(partners, moved, comes_in, found)
        replacements, more_bars = self._replacements(partners, bereft)
        if replacements is not None:
            # Worse than it was, but nobody else is better.
            wanted |= np.isin(partners["listing_id"], replacements.partners_of(self.listing_id))
        written = self._write(found, wanted, partners, passes, pushed, replacements)
        self._write_market({**bars, **more_bars}, own_bar)
        return written

    # --- who is concerned ---
    def _partners(self, old_ids: Ids) -> Table:
        """Rows of the market that may be partners now, and those that were."""
        near = _near(self.scene, self.now, of_offers=self.is_offer) if len(self.now) else None
        known = near["listing_id"] if near is not None else np.empty(0, np.int64)
        missing = np.setdiff1d(old_ids, known)
        if near is not None and not len(missing):
            return near
        ids = np.concatenate([known, missing])
        # Few listings move or go, and then all of them in one query are simpler than two tables made one.
        return market_rows("m.listing_id = ANY(%s)", [ids.tolist()])

    def _evaluated(self, partners: Table) -> Candidates:
        from matching.engine.search import evaluate_pairs

        this = self.scene.listings(self.now if len(self.now) else self.before)
        those = self.scene.listings(partners)
        zero, rows = np.zeros(len(those), np.int64), np.arange(len(those))
        offers, requests = (this, those) if self.is_offer else (those, this)
        offer_rows, request_rows = (zero, rows) if self.is_offer else (rows, zero)
        return evaluate_pairs(
            offers, requests, offer_rows=offer_rows, request_rows=request_rows, **self.scene.tables()
        )

    def _own_best(self, found: Candidates, partners: Table, passes: Bools) -> tuple[Bools, "_Bar"]:
        chosen = np.zeros(len(partners), np.bool_)
        if not len(self.now):
            return chosen, _NO_BAR
        k = self._most(self.now["resource_id"])[0]
        rows = np.flatnonzero(passes)
        order = rows[np.lexsort((partners["listing_id"][rows], found.distance_km[rows], -found.score[rows]))]
        chosen[order[:k]] = True
        if len(order) < k:
            return chosen, _NO_BAR
        last = order[k - 1]
        return chosen, (
            float(found.score[last]),
            float(found.distance_km[last]),
            int(partners["listing_id"][last]),
        )

    def _most(self, resource_ids: Ids) -> Ids:
        return self.scene.rules.resources.most_matches[self.scene.rules.row_of(resource_ids)]

    def _behind(self, score: Floats, distance_km: Floats, partners: Table) -> Bools:
        """Whether this listing, so good for each partner, comes after the last one that the partner keeps."""
        bar = (partners["bar_score"], partners["bar_distance"], partners["bar_partner"])
        return _before(bar, (score, distance_km, np.full(len(partners), self.listing_id)))

    def _was_in(self, partners: Table, kept: Bools) -> Bools:
        """Which partners had this listing among their best."""
        was_in = np.zeros(len(partners), np.bool_)
        rows = np.flatnonzero(kept)
        at, there = rows_of(partners["listing_id"], self.stored[self.others][rows])
        known = np.flatnonzero(there)
        row = rows[at[known]]
        score, distance = np.full(len(partners), np.nan), np.full(len(partners), np.nan)
        score[known], distance[known] = self.stored["score"][row], self.stored["distance_km"][row]
        was_in[known] = ~self._behind(score, distance, partners)[known]
        return was_in

    # --- what follows for the partners ---
    def _new_bars(
        self, partners: Table, moved: Ids, comes_in: Bools, found: Candidates
    ) -> tuple[Table, dict[int, "_Bar"]]:
        """The bars of partners whose best can be told from what is stored, and the pairs that are pushed out."""
        ids = partners["listing_id"][moved]
        theirs = read_stored(
            f"m.{self.others} = ANY(%s) AND m.{self.own} <> %s AND m.fits AND m.state <> 'retired'",
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
            bars[partner] = _bar(ranked, k)
            pushed += [stored_row for *_, stored_row in ranked[k:] if stored_row >= 0]
        return _kept_by_nobody(theirs, np.array(pushed, np.int64), self.own), bars

    def _replacements(self, partners: Table, bereft: Ids) -> tuple["_Pairs | None", dict[int, "_Bar"]]:
        """The best of the partners that lost this listing and were full: searched for anew."""
        if not len(bereft):
            return None, {}
        from matching.engine.search import best_partners, evaluate_pairs

        seekers = partners.take(bereft)
        around = _near(self.scene, seekers, of_offers=not self.is_offer)
        # Its own row of the market still says what it was; it is told as it is now, or left out.
        around = around.take(np.flatnonzero(around["listing_id"] != self.listing_id))
        those, these = self.scene.listings(seekers), self.scene.listings(around)
        if len(self.now):
            these = these.join(self.scene.listings(self.now))
        offers, requests = (these, those) if self.is_offer else (those, these)
        best = best_partners(offers, requests, seek_requests=self.is_offer, threads=1, **self.scene.tables())
        seeker, place = np.nonzero(best.partner_row >= 0)
        partner = best.partner_row[seeker, place]
        offer_rows, request_rows = (partner, seeker) if self.is_offer else (seeker, partner)
        found = evaluate_pairs(
            offers, requests, offer_rows=offer_rows, request_rows=request_rows, **self.scene.tables()
        )
        bars: dict[int, _Bar] = {}
        for row, listing in enumerate(those.id.tolist()):
            k = int(self.scene.rules.resources.most_matches[those.resource[row]])
            last = best.partner_row[row, k - 1]
            bars[listing] = (
                (float(best.score[row, k - 1]), float(best.distance_km[row, k - 1]), int(these.id[last]))
                if last >= 0
                else _NO_BAR
            )
        return _Pairs(found, offers, requests), bars

    # --- writing ---
    def _write(
        self,
        found: Candidates,
        wanted: Bools,
        partners: Table,
        passes: Bools,
        pushed: Table,
        replacements: "_Pairs | None",
    ) -> Written:
        this = self.scene.listings(self.now if len(self.now) else self.before)
        those = self.scene.listings(partners)
        offers, requests = (this, those) if self.is_offer else (those, this)
        figures = figures_of(found.take(np.flatnonzero(wanted)), offers, requests, self.scene.rules)
        gates = dict(zip(partners["listing_id"].tolist(), found.gate.tolist(), strict=True))

        def why(rows: Ids) -> list[StaleReason]:
            if not len(self.now):
                return [StaleReason.LISTING] * len(rows)
            return [
                reason_of(gates[partner]) if partner in gates else StaleReason.LISTING
                for partner in self.stored[self.others][rows].tolist()
            ]

        one = bring_to(figures, self.stored, reasons=why)
        two = bring_to(_nothing(figures), pushed, reasons=lambda rows: [StaleReason.OUTRANKED] * len(rows))
        three = Written()
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
            three = bring_to(more, stored, reasons=lambda rows: [StaleReason.OUTRANKED] * len(rows))
        return Written(
            one.added + three.added, one.changed + three.changed, one.retired + two.retired + three.retired
        )

    def _write_market(self, bars: dict[int, "_Bar"], own_bar: "_Bar") -> None:
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
            write_market(self.now, np.zeros(1, np.int64), _columns_of([own_bar]))


_Bar = tuple[float | None, float | None, int | None]
_NO_BAR: Final[_Bar] = (None, None, None)


@dataclass(frozen=True)
class _Pairs:
    found: Candidates
    offers: Listings
    requests: Listings

    def partners_of(self, listing_id: int) -> Ids:
        """The other sides of the pairs in which a listing stands."""
        offers, requests = self.offers.id[self.found.offer_row], self.requests.id[self.found.request_row]
        return np.concatenate([requests[offers == listing_id], offers[requests == listing_id]])


def _bar(ranked: list[tuple[float, float, int, int]], k: int) -> _Bar:
    if len(ranked) < k:
        return _NO_BAR
    score, distance, partner, _ = ranked[k - 1]
    return -score, distance, partner


def _columns_of(bars: list[_Bar]) -> dict[str, npt.NDArray[Any]]:
    return {
        "bar_score": np.array([math.nan if bar[0] is None else bar[0] for bar in bars], np.float64),
        "bar_distance": np.array([math.nan if bar[1] is None else bar[1] for bar in bars], np.float64),
        "bar_partner": np.array([NULL_INT if bar[2] is None else bar[2] for bar in bars], np.int64),
    }


def _before(one: tuple[Floats, Floats, Ids], other: tuple[Floats, Floats, Ids]) -> Bools:
    """Whether `one` comes before `other`: by score, then nearness, then id. False where a bar is missing (NaN)."""
    tie = one[0] == other[0]
    before: Bools = (one[0] > other[0]) | (
        tie & ((one[1] < other[1]) | ((one[1] == other[1]) & (one[2] < other[2])))
    )
    return before


def _kept_by_nobody(pairs: Table, rows: Ids, column: str) -> Table:
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
    behind = _before((bar[0], bar[1], bar[2]), (out["score"], out["distance_km"], out[partner]))
    return out.take(np.flatnonzero(behind & ~out["touched"]))


def _nothing(figures: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name: values[:0] for name, values in figures.items()}


# --- rows of the market -------------------------------------------------------------------------------------
def market_rows(condition: str, parameters: list[Any]) -> Table:
    """Return the rows of the market that meet a condition on `matching_marketrow m`, by listing."""
    return copy_out(
        f"SELECT {_MARKET} FROM matching_marketrow m WHERE {condition} ORDER BY m.listing_id",
        parameters,
        _MARKET_TYPES,
    )


def _resources_of(listing_id: int) -> list[int]:
    """What the listing was matched as, and what it is now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_id FROM matching_marketrow WHERE listing_id = %s "
            "UNION SELECT resource_id FROM listings_listing WHERE id = %s",
            [listing_id, listing_id],
        )
        return [row[0] for row in cursor.fetchall()]


def _near(scene: Scene, seekers: Table, *, of_offers: bool) -> Table:
    """Rows of the other side's market that resource and reach do not rule out for any of the seekers, each once.

    `of_offers`: the seekers are offers, and what is near are requests.
    """
    boxes = [
        box for row in range(len(seekers)) for box in _boxes(scene.rules, seekers, row, of_offers=of_offers)
    ]
    if not boxes:
        return market_rows("false", [])
    resource, south, north, west, east = (list(column) for column in zip(*boxes, strict=True))
    rows = copy_out(
        f"SELECT {_MARKET} FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::float8[], %s::float8[]) "
        "b(resource, south, north, west, east), generate_series(b.south, b.north) band, "
        "LATERAL (SELECT * FROM matching_marketrow r WHERE r.is_offer = %s AND r.resource_id = b.resource "
        "AND r.latitude_row = band::smallint AND r.longitude BETWEEN b.west AND b.east) m",
        [resource, south, north, west, east, not of_offers],
        _MARKET_TYPES,
    )
    _, first = np.unique(rows["listing_id"], return_index=True)
    return rows.take(first)


def _boxes(
    rules: Rules, seekers: Table, row: int, *, of_offers: bool
) -> Iterable[tuple[int, int, int, float, float]]:
    """Resource, rows of latitude from and to, longitudes from and to, within which partners can lie."""
    latitude, longitude = float(seekers["latitude"][row]), float(seekers["longitude"][row])
    own = int(seekers["resource_id"][row])
    partners = rules.partner_resources(own, of_offer=of_offers)
    for partner in partners.tolist():
        at = rules.row_of(np.array([own if of_offers else partner]))[0]
        degrees = (
            float(rules.resources.reach_km[at] / rules.resources.road_factor[at]) / _EARTH_KM_PER_DEGREE
            + 1e-3
        )
        south, north = max(latitude - degrees, -90.0), min(latitude + degrees, 90.0)
        bands = int((south + 90) * 2), min(int((north + 90) * 2), 359)
        if abs(latitude) + degrees >= 90:
            yield partner, *bands, -180.0, 180.0
            continue
        width = (
            math.degrees(math.asin(math.sin(math.radians(degrees)) / math.cos(math.radians(latitude)))) + 1e-3
        )
        west, east = longitude - width, longitude + width
        yield partner, *bands, max(west, -180.0), min(east, 180.0)
        if west < -180:
            yield partner, *bands, west + _WIDEST_DEGREES, 180.0
        if east > 180:
            yield partner, *bands, -180.0, east - _WIDEST_DEGREES


def write_market(table: Table, rows: Ids, bars: dict[str, npt.NDArray[Any]]) -> int:
    """Add rows of the market with their bars; they must not stand there yet."""
    columns = {name: table[name][rows] for name in ROW_TYPES if name != "quality"}
    return copy_in("matching_marketrow", _MARKET_TYPES, columns | bars, table.arrays["quality"].take(rows))
