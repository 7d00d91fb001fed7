"""From a million listings in the database to stored matches: everything, again with nothing changed, and one by one.

    make bench-full_run ARGS="--listings 1000000"

Fills the database of `DATABASE_URL` (a throw-away one) with listings drawn as for `bench-matching`, starts one Celery
worker with as many processes as `--processes`, and lets `manage.py match --all` hand the partitions to it. Then single
listings change, and the time of each refresh is taken; at the end a full run must find nothing to write, else the exit
code is 1. One line of JSON per result goes to standard output, progress to standard error.

Offers name one of five resources of a group and requests the group, so that five resources serve each request. The
time of copying the rows out, as they are, is the floor that stands beside the first run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import django
import numpy as np

from benchmarks._market import GROUP, RESOURCES, generate
from local.stack import ROOT
from matching.engine.arrays import OPEN_END, Listings

BIN: Final = Path(sys.prefix) / "bin"
NEW_PARENT: Final = "bench"


def main(arguments: list[str]) -> int:
    """Measure, and return the exit code."""
    parser = argparse.ArgumentParser(description="A full run and single refreshes over a filled database.")
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--changes", type=int, default=200, help="single refreshes to time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mixed", action="store_true", help="popular and rare resources in one group")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    django.setup()
    _fill(options.listings, options.seed, mixed=options.mixed)
    with _worker(options.processes) as worker:
        first = _full_run(worker, "full_run", options, copy_s=_copy_seconds())
        again = _full_run(worker, "full_run_again", options)
        _single(options)
        after = _full_run(worker, "full_run_after_changes", options)
    return 0 if first["rows_written"] and not again["rows_written"] and not after["rows_written"] else 1


def _say(**result: Any) -> dict[str, Any]:
    print(json.dumps(result), flush=True)
    return result


def _fill(listings: int, seed: int, *, mixed: bool) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    started_s = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue", verbosity=0)
    market = generate(offers=listings // 2, requests=listings - listings // 2, seed=seed, mixed=mixed)
    with transaction.atomic(), connection.cursor() as cursor:
        # Keys are right by construction; checking each of a million would take minutes.
        cursor.execute("SET LOCAL session_replication_role = replica")
        children, parents, properties = _resources()
        organizations = int(max(market.offers.organization.max(), market.requests.organization.max())) + 1
        cursor.execute(
            "INSERT INTO accounts_organization (id, name, slug, nace_code, description, website, currency, provenance, "
            "source) SELECT i, 'Plant ' || i, 'plant-' || i, '', '', '', 'EUR', 'illustrative', 'generated' "
            "FROM generate_series(1, %s) i",
            [organizations],
        )
        for permit in (False, True):
            cursor.execute(
                "INSERT INTO accounts_site (organization_id, name, street, postal_code, town, country, latitude, "
                "longitude, hazardous_permit, permit_reference) SELECT i, %s, '', '', 'Town', 'DK', 50, 10, %s, '' "
                "FROM generate_series(1, %s) i",
                [f"Site {permit}", permit, organizations],
            )
        base = 0
        for side, those in (("offer", market.offers), ("request", market.requests)):
            resource = children[those.resource] if side == "offer" else parents[those.resource // GROUP]
            _insert(those, side, resource, base, properties)
            base += len(those)
        cursor.execute("SELECT setval('listings_listing_id_seq', %s)", [base])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"filled in {time.perf_counter() - started_s:.0f} s", file=sys.stderr)


def _resources() -> tuple[Any, Any, list[int]]:
    """Keys of 800 resources in groups of five, of the groups, and of eight quality properties."""
    from catalogue.models import QualityProperty, Release, Resource

    left = (Resource.objects.order_by("-tree_right").values_list("tree_right", flat=True).first() or 0) + 1
    plain = {
        "kind": "material",
        "dimension": "mass",
        "description": "",
        "breadcrumb": "",
        "transport_mode": "lorry",
        "reach_km": 200,
        "disposal_price_eur_per_unit": 40,
        "purchase_price_eur_per_unit": 30,
        "price_source": "generated",
    }
    groups = RESOURCES // GROUP
    root = Resource.objects.create(
        slug=NEW_PARENT,
        name="Bench",
        tree_left=left,
        tree_right=left + 1 + groups * (GROUP + 1),
        depth=0,
        **plain,
    )
    parents, children = [], []
    for group in range(groups):
        at = left + 1 + group * (GROUP + 1)
        parent = Resource.objects.create(
            slug=f"bench-{group}",
            name=f"Bench {group}",
            parent=root,
            tree_left=at,
            tree_right=at + GROUP + 1,
            depth=1,
            **plain,
        )
        parents.append(parent.pk)
        children += Resource.objects.bulk_create(
            Resource(
                slug=f"bench-{group}-{n}",
                name=f"Bench {group} {n}",
                parent=parent,
                tree_left=at + 1 + n,
                tree_right=at + 2 + n,
                depth=2,
                **plain,
            )
            for n in range(GROUP)
        )
    Release.objects.all().delete()
    Release.objects.create()
    properties = list(QualityProperty.objects.order_by("pk").values_list("pk", flat=True)[:8])
    return np.array([child.pk for child in children]), np.array(parents), properties


def _insert(those: Listings, side: str, resource: Any, base: int, properties: list[int]) -> None:
    from django.db import connection

    from common.postgres.copying import NULL_INT, copy_in

    n = len(those)
    ids = base + 1 + np.arange(n)
    mask = ((those.month_share > 0) << np.arange(12)).sum(axis=1)
    types = {
        "id": "int8",
        "organization": "int8",
        "permit": "bool",
        "resource": "int8",
        "amount": "numeric(3)",
        "lot": "numeric(3)",
        "is_rate": "bool",
        "first_day": "int4",
        "last_day": "int4",
        "months": "int4",
        "price": "numeric(2)",
        "hazardous": "bool",
        "latitude": "float8",
        "longitude": "float8",
    }
    columns = {
        "id": ids,
        "organization": those.organization + 1,
        "permit": those.hazardous_permit,
        "resource": resource,
        "amount": those.amount,
        "lot": np.where(those.minimum_lot > 0, those.minimum_lot, np.nan),
        "is_rate": those.is_rate,
        "first_day": those.first_day,
        "last_day": np.where(those.last_day == OPEN_END, np.int64(NULL_INT), those.last_day.astype(np.int64)),
        "months": mask,
        "price": those.price,
        "hazardous": those.hazardous,
        "latitude": those.latitude,
        "longitude": those.longitude,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE drawn (id bigint, organization bigint, permit bool, resource bigint, "
            "amount numeric, lot numeric, is_rate bool, first_day int, last_day int, months int, price numeric, "
            "hazardous bool, latitude float8, longitude float8)"
        )
        copy_in("drawn", types, columns)
        cursor.execute(
            "INSERT INTO listings_listing (id, organization_id, site_id, side, resource_id, title, description, "
            "quantity, unit, period, amount, minimum_lot, minimum_amount, available_from, available_until, months, "
            "price, currency, unit_price, hazardous, ewc_code, disclosure, state, latitude, longitude, place, "
            "provenance, source, published_at) "
            "SELECT d.id, d.organization, s.id, %s, d.resource, '', '', d.amount, 't', "
            "CASE WHEN d.is_rate THEN 'year' ELSE 'once' END, d.amount, d.lot, d.lot, DATE '1970-01-01' + d.first_day, "
            "DATE '1970-01-01' + d.last_day, CASE WHEN d.months = 4095 THEN '{}' ELSE "
            "ARRAY(SELECT m FROM generate_series(1, 12) m WHERE d.months & (1 << (m - 1)) <> 0) END, "
            "d.price, 'EUR', d.price, d.hazardous, '', 'open', 'published', d.latitude, d.longitude, '', "
            "'illustrative', 'generated', now() FROM drawn d JOIN accounts_site s "
            "ON s.organization_id = d.organization AND s.hazardous_permit = d.permit",
            [side],
        )
        cursor.execute("DROP TABLE drawn")
    quality = those.quality
    copy_in(
        "listings_listingquality",
        {"listing_id": "int8", "property_id": "int8", "low": "numeric(4)", "high": "numeric(4)"},
        {
            "listing_id": np.repeat(ids, np.diff(quality.start)),
            "property_id": np.array(properties)[quality.property],
            "low": quality.low,
            "high": quality.high,
        },
    )


def _copy_seconds() -> float:
    """The floor: the time to copy the listings out as the run reads them."""
    from common.postgres.copying import copy_out
    from matching.market.rows import PUBLISHED_ROWS, ROW_TYPES

    started_s = time.perf_counter()
    copy_out(PUBLISHED_ROWS, [], ROW_TYPES)
    return time.perf_counter() - started_s


# --- what is measured ---------------------------------------------------------------------------------------
@contextmanager
def _worker(processes: int) -> Iterator[int]:
    """A Celery worker for the partitions; yields its process id."""
    command = [
        str(BIN / "celery"),
        "-A",
        "exchange",
        "worker",
        "--queues",
        "matching",
        "--concurrency",
        str(processes),
    ]
    worker = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--loglevel", "WARNING"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
        start_new_session=True,
    )
    try:
        time.sleep(8)
        yield worker.pid
    finally:
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(20)


def _peak_mb(worker: int) -> int:
    """The largest memory that one of the worker's processes ever had."""
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text(encoding="ascii").split()
    peaks = []
    for pid in [str(worker), *children]:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        peaks.append(int(found[1]) // 1024 if found else 0)
    return max(peaks)


def _full_run(worker: int, name: str, options: argparse.Namespace, **more: float) -> dict[str, Any]:
    from matching.models import MatchPartition, MatchRun

    started_s = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "match", "--all"], cwd=ROOT, check=True, stdout=sys.stderr)
    wall_s = time.perf_counter() - started_s
    partitions = list(MatchPartition.objects.filter(run=MatchRun.objects.latest("pk")))
    return _say(
        bench=name,
        listings=options.listings,
        processes=options.processes,
        wall_s=round(wall_s, 2),
        partitions=len(partitions),
        work_s=round(sum(partition.seconds or 0 for partition in partitions), 2),
        matches=sum(partition.found or 0 for partition in partitions),
        rows_written=sum(partition.written or 0 for partition in partitions),
        peak_mb_per_process=_peak_mb(worker),
        **({"times_the_copy": round(wall_s / more["copy_s"], 1)} if "copy_s" in more else {}),
        **{key: round(value, 2) for key, value in more.items()},
    )


def _single(options: argparse.Namespace) -> None:
    """Change listings one by one and time each refresh; the first few warm up the process."""
    from django.db import connection

    from listings.models import Listing
    from matching.services.refresh import refresh_matches

    pick = random.Random(options.seed)
    warm_up = 10
    seconds, written = [], []
    for _ in range(options.changes + warm_up):
        pk = pick.randint(1, options.listings)
        changes = pick.choice(
            (
                "amount = amount * 1.7, quantity = quantity * 1.7",
                "amount = amount * 0.4, quantity = quantity * 0.4, minimum_lot = NULL, minimum_amount = NULL",
                "unit_price = coalesce(unit_price, 0) + 7, price = coalesce(price, 0) + 7",
                "latitude = latitude + 0.2",
                "state = CASE state WHEN 'published' THEN 'paused' ELSE 'published' END",
            )
        )
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {Listing._meta.db_table} SET {changes} WHERE id = %s", [pk])  # noqa: S608 - ours
        started_s = time.perf_counter()
        written.append(refresh_matches(listing_id=pk).total)
        seconds.append(time.perf_counter() - started_s)
    times_ms = np.array(seconds[warm_up:]) * 1000
    _say(
        bench="refresh",
        listings=options.listings,
        changes=options.changes,
        mean_ms=round(float(times_ms.mean()), 1),
        p50_ms=round(float(np.percentile(times_ms, 50)), 1),
        p95_ms=round(float(np.percentile(times_ms, 95)), 1),
        max_ms=round(float(times_ms.max()), 1),
        rows_written_mean=round(float(np.mean(written)), 1),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
