"""A full run: what is on the market cut into partitions, each worked off by itself, by whichever worker is free.

A partition owns the pairs of its requests: those for some groups of resources, and where a group is very large, those
in one box of places. To know each side's best it looks beyond the box: offers within reach of its requests, and
requests within reach of those offers. Its work is one transaction, at the end of which it is marked done: a killed
worker leaves it open for the next.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from celery import current_app
from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from kombu.exceptions import OperationalError

from common.copying import NULL_INT, Table, copy_out
from listings.models import Listing, Side, State
from matching.adapters import (
    BAR_TYPES,
    PUBLISHED_ROWS,
    ROW_TYPES,
    Ids,
    Rules,
    day_number,
    load_rules,
    load_takers,
)
from matching.engine import Listings
from matching.locks import lock_groups
from matching.models import Match, MatchPartition, MatchRun, MatchState, StaleReason
from matching.refresh import Scene, write_market
from matching.store import Written, bring_to, figures_of, keys_of, read_stored, reason_of, rows_of

ROWS_PER_PARTITION: Final = 120_000
"""Small groups are put together up to so many listings, and larger ones cut: some 200 MB in a worker."""
TASK: Final = "matching.tasks.match_partition"
FORGET_AFTER: Final = timedelta(days=30)
_KM_PER_DEGREE: Final = 111.194
_EVERYWHERE: Final = 180.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    run: MatchRun
    partitions: int
    done: int
    found: int
    written: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.run.finished_at is not None


# --- planning -----------------------------------------------------------------------------------------------
@transaction.atomic
def start_run(*, resume: bool) -> MatchRun:
    """Plan a run; with `resume` rather go on with one of today that is not finished."""
    today = timezone.now().date()
    unfinished = MatchRun.objects.filter(finished_at__isnull=True)
    if resume and (open_run := unfinished.filter(today=today).first()):
        return open_run
    unfinished.delete()
    rules = load_rules()
    planned = list(_plan(rules))
    run = MatchRun.objects.create(today=today, listings=sum(listings for *_, listings in planned))
    MatchPartition.objects.bulk_create(
        MatchPartition(run=run, number=number, resources=resources, box=box, listings=listings)
        # The largest first, so that no worker begins with one when the others are done.
        for number, (resources, box, listings) in enumerate(sorted(planned, key=lambda p: -p[2]), start=1)
    )
    if not planned:
        _finish(run)
    return run


def _plan(rules: Rules) -> Iterator[tuple[list[int], list[float] | None, int]]:
    """Resources, box and number of listings of each partition."""
    counts: dict[int, int] = defaultdict(int)
    resources: dict[int, list[int]] = defaultdict(list)
    published = Listing.objects.filter(state=State.PUBLISHED).values_list("resource").annotate(Count("pk"))
    for resource, count in published.order_by("resource"):
        group = int(rules.group[rules.row_of(np.array([resource]))[0]])
        counts[group] += count
        resources[group].append(resource)
    # What is stored of resources that nothing is listed of any more must go too.
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT resource_id FROM matching_marketrow")
        for (resource,) in cursor.fetchall():
            group = int(rules.group[rules.row_of(np.array([resource]))[0]])
            if resource not in resources[group]:
                resources[group].append(resource)
    together: list[int] = []
    size = 0
    for group in sorted(resources):
        if counts[group] > ROWS_PER_PARTITION:
            yield from ((resources[group], box, count) for box, count in _boxes(resources[group]))
            continue
        together += resources[group]
        size += counts[group]
        if size > ROWS_PER_PARTITION // 2:
            yield together, None, size
            together, size = [], 0
    if together:
        yield together, None, size


def _boxes(resources: list[int]) -> Iterator[tuple[list[float], int]]:
    """Boxes that tile the globe, each with at most so many listings: the fullest is halved along its longer side."""
    points = copy_out(
        "SELECT latitude, longitude FROM listings_listing WHERE state = 'published' AND resource_id = ANY(%s)",
        [resources],
        {"latitude": "float8", "longitude": "float8"},
    )
    waiting = [((-90.0, -180.0, 90.0, 180.0), np.stack([points["latitude"], points["longitude"]], axis=1))]
    while waiting:
        box, inside = waiting.pop()
        extent = np.ptp(inside, axis=0) if len(inside) else np.zeros(2)
        axis = int(np.argmax(extent))
        cut = float(np.median(inside[:, axis])) if len(inside) else 0.0
        if len(inside) <= ROWS_PER_PARTITION or extent[axis] < 0.1:
            yield list(box), len(inside)
            continue
        below = inside[:, axis] < cut
        low, high = list(box), list(box)
        low[2 + axis] = high[axis] = cut
        waiting += [(_as_box(low), inside[below]), (_as_box(high), inside[~below])]


def _as_box(values: list[float]) -> Box:
    south, west, north, east = values
    return south, west, north, east


# --- working ------------------------------------------------------------------------------------------------
def send_partitions(run: MatchRun) -> bool:
    """Tell the workers of what is open; return whether the broker took it. Losing a hint costs time, never work."""
    try:
        for pk in run.partitions.filter(done_at__isnull=True).order_by("number").values_list("pk", flat=True):
            current_app.send_task(TASK, args=[pk])
    except (OperationalError, OSError):
        return False
    return True


def work_next(run: MatchRun) -> bool:
    """Work off one open partition that nobody else works at; return whether there was one."""
    for pk in run.partitions.filter(done_at__isnull=True).order_by("number").values_list("pk", flat=True):
        if work_partition(partition_id=pk):
            return True
    return False


def work_partition(*, partition_id: int) -> bool:
    """Bring a partition's matches up to date unless somebody does or did; return whether it was done here."""
    started_s = time.monotonic()
    with transaction.atomic():
        partition = (
            MatchPartition.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("run")
            .filter(pk=partition_id, done_at__isnull=True)
            .first()
        )
        if partition is None:
            return False
        work = _Partition(partition)
        found, written = work.run()
        partition.found, partition.written = found, written
        partition.read_digest, partition.stored_digest = work.read_digest, work.stored_digest
        partition.done_at = timezone.now()
        partition.seconds = time.monotonic() - started_s
        partition.save(
            update_fields=["found", "written", "read_digest", "stored_digest", "done_at", "seconds"]
        )
    if not partition.run.partitions.filter(done_at__isnull=True).exists():
        _finish(partition.run)
    return True


def _finish(run: MatchRun) -> None:
    """Close a run, and forget what nobody touched and has long been stale."""
    if MatchRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=timezone.now()):
        long_ago = timezone.now() - FORGET_AFTER
        Match.objects.filter(
            state=MatchState.RETIRED, reviewed_at__isnull=True, computed_at__lt=long_ago
        ).delete()
        MatchRun.objects.filter(finished_at__lt=long_ago).delete()


def open_run() -> Progress | None:
    """How far the run is that is at work now."""
    run = MatchRun.objects.filter(finished_at__isnull=True).order_by("-pk").first()
    return progress_of(run) if run else None


def progress_of(run: MatchRun) -> Progress:
    """Return how far a run is now."""
    run.refresh_from_db()
    sums = run.partitions.aggregate(
        partitions=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        found=Sum("found"),
        written=Sum("written"),
    )
    return Progress(run, sums["partitions"], sums["done"], sums["found"] or 0, sums["written"] or 0)


class _Partition:
    def __init__(self, partition: MatchPartition) -> None:
        self.resources = list(partition.resources)
        self.box: Box | None = _as_box(partition.box) if partition.box else None
        self.scene = Scene(load_rules(), load_takers(), day_number(partition.run.today))
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
        self, offered: Table, sought: Table, own_offers: Ids, own_requests: Ids
    ) -> tuple[int, Written]:
        offers, requests = self.scene.listings(offered), self.scene.listings(sought)
        stored = self._stored(sought["listing_id"][own_requests])
        figures, bars = self._matched(offers, requests, own_requests, stored)
        written = bring_to(
            figures, stored, reasons=lambda rows: self._reasons(stored, rows, offers, requests)
        )
        self._write_market(offered, own_offers, bars[0])
        self._write_market(sought, own_requests, bars[1])
        self._sweep_market(
            np.concatenate([offered["listing_id"][own_offers], sought["listing_id"][own_requests]])
        )
        return len(figures["score"]), written

    # --- whether anything is new ---
    def _digest_of(self, *tables: Table) -> bytes:
        """A digest of all that the result follows from: rows in any order, rules, weights, the day, the code."""
        digest = blake2b(_code_digest(), digest_size=32)
        takers = self.scene.takers
        digest.update(repr((self.scene.today, self.resources, self.box)).encode())
        for columns in (self.rules.resources, self.rules.compatibility, takers.weights):
            for field in fields(columns):
                values = getattr(columns, field.name)
                digest.update(b"" if values is None else np.ascontiguousarray(values).tobytes())
        digest.update(takers.organizations.tobytes() + takers.words.tobytes())
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
        degrees = (
            times * float((resources.reach_km[rows] / resources.road_factor[rows]).max()) / _KM_PER_DEGREE
            + 0.01
        )
        south, west, north, east = self.box
        south, north = south - degrees, north + degrees
        if south <= -90 or north >= 90:
            return south, -_EVERYWHERE, north, _EVERYWHERE
        # A parallel's degree is shortest where the box is nearest to a pole.
        wide = degrees / np.cos(np.radians(max(abs(south), abs(north))))
        if west - wide < -180 or east + wide > 180:
            return south, -_EVERYWHERE, north, _EVERYWHERE
        return south, west - wide, north, east + wide

    def _published(self, side: Side, box: Box | None) -> Table:
        query = f"{PUBLISHED_ROWS} AND l.side = %s AND l.resource_id = ANY(%s)"
        parameters: list[Any] = [str(side), self.resources]
        if box is not None:
            query += " AND l.latitude BETWEEN %s AND %s AND l.longitude BETWEEN %s AND %s"
            parameters += [box[0], box[2], box[1], box[3]]
        return copy_out(query, parameters, ROW_TYPES)

    def _own(self, table: Table) -> Ids:
        """Rows in the partition's own box; of two boxes that meet, the northern or eastern owns the edge."""
        if self.box is None:
            return np.arange(len(table))
        south, west, north, east = self.box
        latitude, longitude = table["latitude"], table["longitude"]
        inside = (latitude >= south) & ((latitude < north) | (north >= 90))
        inside &= (longitude >= west) & ((longitude < east) | (east >= 180))
        return np.flatnonzero(inside)

    def _stored(self, request_ids: Ids) -> Table:
        """The stored matches of the own requests, and of requests that left the market."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.listing_id FROM matching_marketrow r LEFT JOIN listings_listing l ON l.id = r.listing_id "
                "AND l.state = 'published' WHERE NOT r.is_offer AND r.resource_id = ANY(%s) AND l.id IS NULL",
                [self.resources],
            )
            gone = np.array([row[0] for row in cursor.fetchall()], np.int64)
        ids = np.union1d(request_ids, gone)
        return read_stored("m.request_id IN (SELECT unnest(%s::bigint[]))", [ids.tolist()])

    # --- what is found ---
    def _matched(
        self, offers: Listings, requests: Listings, own_requests: Ids, stored: Table
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
            _bars(best.partner_row, best.score, best.distance_km, most[side.resource], partners.id)
            for best, side, partners in ((of_offers, offers, requests), (of_requests, requests, offers))
        ]
        return figures_of(found, offers, requests, self.rules), bars

    def _with_touched(
        self, o: Ids, r: Ids, offers: Listings, requests: Listings, stored: Table
    ) -> tuple[Ids, Ids]:
        """The chosen pairs, and those that a person has said something of: they stay as long as they fit."""
        touched = np.flatnonzero(stored["touched"])
        rows_o, known_o = rows_of(stored["offer_id"][touched], offers.id)
        rows_r, known_r = rows_of(stored["request_id"][touched], requests.id)
        both = known_o & known_r
        keys = np.union1d(keys_of(o, r), keys_of(rows_o[both], rows_r[both]))
        return keys & 0xFFFFFFFF, keys >> 32

    def _reasons(self, stored: Table, rows: Ids, offers: Listings, requests: Listings) -> list[StaleReason]:
        """Why stored matches do not stand any more."""
        from matching.engine.search import evaluate_pairs

        rows_o, known_o = rows_of(stored["offer_id"][rows], offers.id)
        rows_r, known_r = rows_of(stored["request_id"][rows], requests.id)
        both = known_o & known_r
        found = evaluate_pairs(
            offers, requests, offer_rows=rows_o[both], request_rows=rows_r[both], **self.scene.tables()
        )
        reasons = np.full(len(rows), StaleReason.LISTING, object)
        reasons[both] = [reason_of(bits) for bits in found.gate.tolist()]
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
    def _write_market(self, table: Table, own: Ids, bars: dict[str, Any]) -> None:
        """Make the rows of the market equal to what is on it, and write only what differs."""
        ids = table["listing_id"][own]
        types = {**ROW_TYPES, **BAR_TYPES}
        names = ", ".join(f"m.{name}" for name in types)
        stored = copy_out(
            f"SELECT {names} FROM matching_marketrow m WHERE m.listing_id IN (SELECT unnest(%s::bigint[]))",
            [ids.tolist()],
            types,
        )
        at, known = rows_of(stored["listing_id"], ids)
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


@cache
def _code_digest() -> bytes:
    """Of what works the result out: after an update of the program everything is done once more."""
    here = Path(__file__).parent
    sources = [
        *sorted((here / "engine").glob("*.py")),
        here / "adapters.py",
        here / "store.py",
        here / "runs.py",
    ]
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=32).digest()


def _bars(partner_row: Ids, score: Any, distance: Any, most: Ids, partner_ids: Ids) -> dict[str, Any]:
    """The last partner that each listing keeps; nothing where it keeps fewer than it may."""
    if not partner_row.size:
        count = len(partner_row)
        return {
            "bar_score": np.full(count, np.nan),
            "bar_distance": np.full(count, np.nan),
            "bar_partner": np.full(count, NULL_INT, np.int64),
        }
    rows: Ids = np.arange(len(partner_row))
    last = partner_row[rows, most - 1]
    full = last >= 0
    ids = partner_ids[np.maximum(last, 0)] if len(partner_ids) else np.zeros(len(last), np.int64)
    return {
        "bar_score": np.where(full, score[rows, most - 1], np.nan),
        "bar_distance": np.where(full, distance[rows, most - 1], np.nan),
        "bar_partner": np.where(full, ids, NULL_INT),
    }


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
