"""One partition of a full run.

To know each side's best it looks beyond its box: offers within reach of its requests, and requests within reach of
those offers. Its work is one transaction, at the end of which it is marked done: a killed worker leaves it open for the
next.
"""

from dataclasses import fields
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection

from common.postgres.copying import ColumnTable, copy_out
from listings.models import Listing, Side, State
from matching.engine import Listings
from matching.market.bars import bars_of
from matching.market.boxes import Box, as_box, widened
from matching.market.locks import lock_groups
from matching.market.rows import BAR_TYPES, PUBLISHED_ROWS, ROW_TYPES, write_market
from matching.market.rules import Ids
from matching.market.scene import scene_of
from matching.market.store import (
    WrittenMatches,
    figures_of,
    keys_of,
    positions_of,
    read_stored,
    stale_reason_of,
    store_matches,
)
from matching.models import MatchPartition, StaleReason
from matching.services.private import PAIRED_WITH_PRIVATE


class PartitionWork:
    def __init__(self, partition: MatchPartition) -> None:
        self.resources = list(partition.resources)
        self.box: Box | None = as_box(partition.box) if partition.box else None
        self.scene = scene_of(partition.run.today)
        self.rules = self.scene.rules
        self.read_digest = b""
        self.stored_digest: int | None = None

    def run(self) -> tuple[int, int]:
        """Return how many pairs there are, and how many rows were written."""
        lock_groups(self.rules, self.resources, shared=True)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")
        offered = self._published(Side.OFFER, self._beyond(1))
        sought = self._published(Side.REQUEST, self._beyond(2))
        own_offers, own_requests = self._own(offered), self._own(sought)
        self.read_digest = self._digest_of(offered, sought)
        before = self._same_before(sought["listing_id"][own_requests])
        if before is not None:
            self.stored_digest = before.stored_digest
            return before.found or 0, 0
        found, written = self._bring(offered, sought, own_offers, own_requests)
        self.stored_digest = self._digest_stored(sought["listing_id"][own_requests])
        return found, written.total

    def _bring(
        self, offered: ColumnTable, sought: ColumnTable, own_offers: Ids, own_requests: Ids
    ) -> tuple[int, WrittenMatches]:
        offers, requests = self.scene.listings(offered), self.scene.listings(sought)
        stored = self._stored(sought["listing_id"][own_requests])
        figures, bars = self._matched(offers, requests, own_requests, stored)
        written = store_matches(
            figures, stored, reasons=lambda rows: self._reasons(stored, rows, offers, requests)
        )
        self._write_market(offered, own_offers, bars[0])
        self._write_market(sought, own_requests, bars[1])
        self._sweep_market(
            np.concatenate([offered["listing_id"][own_offers], sought["listing_id"][own_requests]])
        )
        return len(figures["score"]), written

    # --- whether anything is new ---
    def _digest_of(self, *tables: ColumnTable) -> bytes:
        """A digest of all that the result follows from: rows in any order, rules, weights, the day, the code."""
        digest = blake2b(_code_digest(), digest_size=32)
        participation = self.scene.participation
        digest.update(repr((self.scene.today, self.resources, self.box)).encode())
        for columns in (self.rules.resources, self.rules.compatibility, participation.weights):
            for field in fields(columns):
                values = getattr(columns, field.name)
                digest.update(b"" if values is None else np.ascontiguousarray(values).tobytes())
        digest.update(participation.organizations.tobytes() + participation.words.tobytes())
        for table in tables:
            table = table.take(np.argsort(table["listing_id"]))
            for column in table.columns.values():
                digest.update(column.tobytes())
            for array in table.arrays.values():
                digest.update(array.start.tobytes() + array.values.tobytes())
        return digest.digest()

    def _digest_stored(self, request_ids: Ids) -> int:
        """A number that changes whenever one of the stored rows is written, whoever does it: xmin names its writer."""
        where, parameters = self._in_box()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT hashint8extended(count(*), bit_xor(hashint8extended(m.id, m.xmin::text::bigint))) "
                "FROM matching_match m WHERE m.request_id IN (SELECT unnest(%s::bigint[]))",
                [request_ids.tolist()],
            )
            matches = cursor.fetchone()[0]
            cursor.execute(
                "SELECT hashint8extended(count(*), bit_xor(hashint8extended(listing_id, xmin::text::bigint))) "
                f"FROM matching_marketrow WHERE {where}",
                parameters,
            )
            market = cursor.fetchone()[0]
        # Of nothing there is no bit_xor.
        return int(matches or 0) ^ int(market or 1)

    def _same_before(self, request_ids: Ids) -> MatchPartition | None:
        """The partition of an earlier run that read the same, if what it left is untouched."""
        before = (
            MatchPartition.objects.filter(read_digest=self.read_digest, done_at__isnull=False)
            .order_by("-pk")
            .first()
        )
        if before is not None and before.stored_digest == self._digest_stored(request_ids):
            return before
        return None

    # --- what is read ---
    def _beyond(self, times: int) -> Box | None:
        """The partition's box and as many times the longest reach around it; None: everywhere."""
        if self.box is None:
            return None
        rows = self.rules.row_of(np.array(self.resources))
        resources = self.rules.resources
        reach_km = float((resources.reach_km[rows] / resources.road_factor[rows]).max())
        return widened(self.box, times * reach_km)

    def _published(self, side: Side, box: Box | None) -> ColumnTable:
        query = f"{PUBLISHED_ROWS} AND l.side = %s AND l.resource_id = ANY(%s)"
        parameters: list[Any] = [str(side), self.resources]
        if box is not None:
            query += " AND l.latitude BETWEEN %s AND %s AND l.longitude BETWEEN %s AND %s"
            parameters += [box[0], box[2], box[1], box[3]]
        return copy_out(query, parameters, ROW_TYPES)

    def _own(self, table: ColumnTable) -> Ids:
        """Rows in the partition's own box; of two boxes that meet, the northern or eastern owns the edge."""
        if self.box is None:
            return np.arange(len(table))
        south, west, north, east = self.box
        latitude, longitude = table["latitude"], table["longitude"]
        inside = (latitude >= south) & ((latitude < north) | (north >= 90))
        inside &= (longitude >= west) & ((longitude < east) | (east >= 180))
        return np.flatnonzero(inside)

    def _stored(self, request_ids: Ids) -> ColumnTable:
        """The stored matches of the own requests, and of requests that left the market."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.listing_id FROM matching_marketrow r LEFT JOIN listings_listing l ON l.id = r.listing_id "
                "AND l.state = 'published' WHERE NOT r.is_offer AND r.resource_id = ANY(%s) AND l.id IS NULL",
                [self.resources],
            )
            gone = np.array([row[0] for row in cursor.fetchall()], np.int64)
        ids = np.union1d(request_ids, gone)
        return read_stored(
            f"m.request_id IN (SELECT unnest(%s::bigint[])) AND NOT m.offer_id {PAIRED_WITH_PRIVATE}",
            [ids.tolist()],
        )

    # --- what is found ---
    def _matched(
        self, offers: Listings, requests: Listings, own_requests: Ids, stored: ColumnTable
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The figures of the own pairs, and the bars of offers and requests."""
        from matching.engine.market import Market
        from matching.engine.search import chosen_pairs, evaluate_market, search_market

        market = Market.of(offers, requests, **self.scene.tables())
        of_offers = search_market(market, seek_requests=False, threads=1)
        of_requests = search_market(market, seek_requests=True, threads=1)
        o, r = chosen_pairs(of_offers, of_requests)
        if len(own_requests) < len(requests):
            owned = np.zeros(len(requests), np.bool_)
            owned[own_requests] = True
            o, r = o[owned[r]], r[owned[r]]
        o, r = self._with_touched(o, r, offers, requests, stored)
        found = evaluate_market(market, o, r, threads=1)
        found = found.take(np.flatnonzero(found.gate == 0))
        most = self.rules.resources.most_matches
        bars = [
            bars_of(best.partner_row, best.score, best.distance_km, most[side.resource], partners.id)
            for best, side, partners in ((of_offers, offers, requests), (of_requests, requests, offers))
        ]
        return figures_of(found, offers, requests, self.rules), bars

    def _with_touched(
        self, o: Ids, r: Ids, offers: Listings, requests: Listings, stored: ColumnTable
    ) -> tuple[Ids, Ids]:
        """The chosen pairs, and those that a person has said something of: they stay as long as they fit."""
        touched = np.flatnonzero(stored["touched"])
        rows_o, known_o = positions_of(stored["offer_id"][touched], offers.id)
        rows_r, known_r = positions_of(stored["request_id"][touched], requests.id)
        both = known_o & known_r
        keys = np.union1d(keys_of(o, r), keys_of(rows_o[both], rows_r[both]))
        return keys & 0xFFFFFFFF, keys >> 32

    def _reasons(
        self, stored: ColumnTable, rows: Ids, offers: Listings, requests: Listings
    ) -> list[StaleReason]:
        """Why stored matches do not stand any more."""
        from matching.engine.search import evaluate_pairs

        rows_o, known_o = positions_of(stored["offer_id"][rows], offers.id)
        rows_r, known_r = positions_of(stored["request_id"][rows], requests.id)
        both = known_o & known_r
        found = evaluate_pairs(
            offers, requests, offer_rows=rows_o[both], request_rows=rows_r[both], **self.scene.tables()
        )
        reasons = np.full(len(rows), StaleReason.LISTING, object)
        reasons[both] = [stale_reason_of(bits) for bits in found.gate.tolist()]
        # A listing that is still on the market but is not seen from here is too far, or another resource.
        unseen = np.unique(
            np.concatenate([stored["offer_id"][rows][~known_o], stored["request_id"][rows][~known_r]])
        )
        there = dict(
            Listing.objects.filter(pk__in=unseen.tolist(), state=State.PUBLISHED).values_list(
                "pk", "resource_id"
            )
        )
        for at in np.flatnonzero(~both).tolist():
            pair = int(stored["offer_id"][rows[at]]), int(stored["request_id"][rows[at]])
            missing = [pk for pk, known in zip(pair, (known_o[at], known_r[at]), strict=True) if not known]
            if all(pk in there for pk in missing):
                here = all(there[pk] in self.resources for pk in missing)
                reasons[at] = StaleReason.DISTANCE if here else StaleReason.RESOURCE
        return list(reasons)

    # --- rows of the market ---
    def _write_market(self, table: ColumnTable, own: Ids, bars: dict[str, Any]) -> None:
        """Make the rows of the market equal to what is on it, and write only what differs."""
        ids = table["listing_id"][own]
        types = {**ROW_TYPES, **BAR_TYPES}
        names = ", ".join(f"m.{name}" for name in types)
        stored = copy_out(
            f"SELECT {names} FROM matching_marketrow m WHERE m.listing_id IN (SELECT unnest(%s::bigint[]))",
            [ids.tolist()],
            types,
        )
        at, known = positions_of(stored["listing_id"], ids)
        same = np.zeros(len(own), np.bool_)
        at = at[known]
        theirs = np.flatnonzero(known)
        equal = np.ones(len(at), np.bool_)
        for name in types:
            if name == "quality":
                equal &= _same_arrays(
                    table.arrays["quality"].take(own[at]), stored.arrays["quality"].take(theirs)
                )
                continue
            values = bars[name][own[at]] if name in BAR_TYPES else table[name][own[at]]
            kept = stored[name][theirs]
            equal &= (values == kept) | ((values != values) & (kept != kept))
        same[at[equal]] = True
        changed = own[~same]
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM matching_marketrow WHERE listing_id = ANY(%s)",
                [stored["listing_id"][theirs[~equal]].tolist()],
            )
        write_market(table, changed, {name: values[changed] for name, values in bars.items()})

    def _in_box(self) -> tuple[str, list[Any]]:
        """The condition on rows of the market that are the partition's own."""
        if self.box is None:
            return "resource_id = ANY(%s)", [self.resources]
        south, west, north, east = self.box
        return (
            "resource_id = ANY(%s) AND latitude >= %s AND (latitude < %s OR %s >= 90) "
            "AND longitude >= %s AND (longitude < %s OR %s >= 180)",
            [self.resources, south, north, north, west, east, east],
        )

    def _sweep_market(self, ids: Ids) -> None:
        """Take away rows of the partition's resources and box whose listings are not on the market there."""
        where, parameters = self._in_box()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT listing_id FROM matching_marketrow WHERE {where}", parameters)
            there = np.array([row[0] for row in cursor.fetchall()], np.int64)
            gone = np.setdiff1d(there, ids)
            if len(gone):
                cursor.execute("DELETE FROM matching_marketrow WHERE listing_id = ANY(%s)", [gone.tolist()])


def code_sources() -> list[Path]:
    """Return the files that work the result out."""
    here = Path(__file__).parent
    return [
        *sorted((here.parent / "engine").glob("*.py")),
        here.parent / "economics.py",
        *sorted((here.parent / "market").rglob("*.py")),
        *sorted((here.parent / "market").rglob("*.csv")),
        here.parent / "physics.py",
        here / "partitions.py",
        here / "private.py",
        here / "runs.py",
    ]


@cache
def _code_digest() -> bytes:
    """After an update of the program everything is done once more."""
    return blake2b(b"".join(source.read_bytes() for source in code_sources()), digest_size=32).digest()


def _same_arrays(one: Any, other: Any) -> Any:
    """Whether each row holds the same values; NaN equals NaN."""
    lengths = np.diff(one.start)
    same = lengths == np.diff(other.start)
    if not same.all():
        # Compare only rows of equal length; they are then aligned.
        rows = np.flatnonzero(same)
        same[rows] = _same_arrays(one.take(rows), other.take(rows))
        return same
    equal = (one.values == other.values) | ((one.values != one.values) & (other.values != other.values))
    wrong = np.concatenate([np.zeros(1, np.int64), np.cumsum(~equal)])
    return wrong[one.start[1:]] == wrong[one.start[:-1]]
