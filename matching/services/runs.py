"""A full run: what is on the market cut into partitions, each worked off by itself, by whichever worker is free.

A partition owns the pairs of its requests: those for some groups of resources, and where a group is very large, those
in one box of places. How one is worked off stands in `matching.services.partitions`.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import numpy as np
from celery import current_app
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from kombu.exceptions import OperationalError

from common.postgres.copying import copy_out
from listings.models import Listing, State
from matching.market.boxes import as_box
from matching.market.rules import MatchingRules, load_rules
from matching.models import Match, MatchPartition, MatchRun, MatchState
from matching.selectors.runs import progress_of
from matching.services.partitions import PartitionWork
from matching.services.private import private_listings
from matching.services.refresh import refresh_matches

ROWS_PER_PARTITION: Final = 120_000
"""Small groups are put together up to so many listings, and larger ones cut: some 200 MB in a worker."""
TASK: Final = "matching.tasks.match_partition"
FORGET_AFTER: Final = timedelta(days=30)


# --- planning -----------------------------------------------------------------------------------------------
@transaction.atomic
def start_run(*, resume: bool) -> MatchRun:
    """Plan a run; with `resume` rather go on with one of today that is not finished."""
    # UTC's, for all alike: a run compares listings of every time zone.
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


def _plan(rules: MatchingRules) -> Iterator[tuple[list[int], list[float] | None, int]]:
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
        if not (inside[:, axis] < cut).any():
            # More than half stand at the very edge, as in the middle of one cell: they alone are cut off.
            cut = float(inside[inside[:, axis] > cut, axis].min())
        below = inside[:, axis] < cut
        low, high = list(box), list(box)
        low[2 + axis] = high[axis] = cut
        waiting += [(as_box(low), inside[below]), (as_box(high), inside[~below])]


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
        work = PartitionWork(partition)
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


def match_all_private() -> None:
    """Bring the private listings up to date, each in its own transaction: no partition holds them."""
    for listing_id in private_listings():
        refresh_matches(listing_id=listing_id)


def refresh_all_matches() -> int:
    """Bring every match up to date, here and now; return how many there are."""
    run = start_run(resume=False)
    while work_next(run):
        pass
    match_all_private()
    return progress_of(run).found
