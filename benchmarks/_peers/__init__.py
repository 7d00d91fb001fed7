"""The databases beside which matching is measured: PostGIS and earthdistance on the same rows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import environ
import numpy as np
import numpy.typing as npt
import psycopg2
from psycopg2 import extensions

from benchmarks._market import PROPERTIES, Market
from benchmarks._peers.question import (
    EARTH_RADIUS_KM,
    HIGHS,
    LOWS,
    NARROWING_SLACK_KM,
    SHARES,
    Peer,
    known,
    question,
    sql_clock,
    sql_list,
    sql_sum,
)
from exchange.addresses import database_url
from local.console import Failure
from local.packages import environment_for
from local.processes.cluster import Cluster, start_postgres
from local.processes.supervisor import MARK, Supervisor
from local.stack import short_folder, sole_owner
from matching.engine.arrays import OPEN_END, Listings
from matching.engine.geo import unit_vectors

SETTINGS: Final = (
    "work_mem=64MB",
    "maintenance_work_mem=512MB",
    "jit=off",
    "plan_cache_mode=force_generic_plan",
)
SERVER_SETTINGS: Final = ("shared_buffers=512MB", "max_wal_size=8GB")


POSTGIS: Final = Peer(
    name="postgis",
    extensions=("btree_gist", "postgis"),
    place="ST_MakePoint(longitude, latitude)::geography",
    near="ST_DWithin(o.place, r.place, c.radius_m, false)",
    # (2a + b) ÷ 3 of WGS 84, which PostGIS takes where it is told not to use the spheroid.
    radius_km=6371.0087714150598,
)
EARTHDISTANCE: Final = Peer(
    name="earthdistance",
    extensions=("btree_gist", "cube", "earthdistance"),
    place="ll_to_earth(latitude, longitude)",
    near="o.place <@ earth_box(r.place, c.radius_m)",
    radius_km=6378.168,
)


@dataclass(frozen=True)
class Answers:
    """What the peer answered for the sample."""

    version: str
    s_per_request: float
    offers: Mapping[int, list[tuple[int, float]]]
    """By request, best first: ids of offers, and scores."""


def progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


@contextmanager
def database() -> Iterator[tuple[Peer, str]]:
    """The best peer that is installed, and the address of its database."""
    if bin_folder := _postgis_bin():
        with _throw_away_cluster(bin_folder) as url:
            yield POSTGIS, url
    elif url := os.environ.get("DATABASE_URL", ""):
        yield EARTHDISTANCE, url
    else:
        raise Failure("There is no PostGIS here and no DATABASE_URL: run `make bench-matching`.")


def _postgis_bin() -> Path | None:
    """The programs of a PostgreSQL that has PostGIS."""
    given = os.environ.get("PG_BIN")
    folders = [Path(given)] if given else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(
        (folder for folder in folders if (_share(folder) / "extension/postgis.control").is_file()), None
    )


def _share(bin_folder: Path) -> Path:
    pg_config = bin_folder / "pg_config"
    if not pg_config.is_file():
        return bin_folder.parent / "share"
    asked = subprocess.run([pg_config, "--sharedir"], capture_output=True, text=True, check=True)
    return Path(asked.stdout.strip())


@contextmanager
def _throw_away_cluster(bin_folder: Path) -> Iterator[str]:
    """A fresh database of this PostgreSQL, on a socket in a folder that is removed at the end."""
    state = short_folder()
    venv = Path(sys.prefix)
    cluster = Cluster(
        state=state,
        venv=venv,
        environment=environment_for(venv) | {MARK: str(state)},
        forgetful=True,
        postgres_bin=bin_folder,
        settings=SERVER_SETTINGS,
    )
    supervisor = Supervisor()
    with sole_owner(state, throw_away=True):
        cluster.make_folders()
        try:
            start_postgres(supervisor, cluster)
            yield database_url(cluster.sockets)
        finally:
            supervisor.stop()


def connected(url: str) -> extensions.connection:
    place = environ.Env.db_url_config(url)
    connection: extensions.connection = psycopg2.connect(
        dbname=place["NAME"],
        user=place["USER"] or None,
        password=place["PASSWORD"] or None,
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        options=" ".join(f"-c {setting}" for setting in SETTINGS),
        **place.get("OPTIONS", {}),
    )
    connection.autocommit = True
    return connection


def ask(peer: Peer, cursor: extensions.cursor, market: Market, requests: Sequence[int], *, k: int) -> Answers:
    """Load the market into a schema of its own and ask for each request, by id, once to warm up and once for time.

    Nothing stays behind, unless the connection breaks.
    """
    schema = f"bench_matching_{os.getpid()}"
    cursor.execute(f"CREATE SCHEMA {schema}")
    try:
        cursor.execute(f"SET search_path = {schema}, public")
        for extension in peer.extensions:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA {schema}")
        started_s = time.perf_counter()
        _load(peer, cursor, market)
        progress(f"{peer.name}: loaded and indexed in {time.perf_counter() - started_s:.1f} s")
        cursor.execute(f"PREPARE best (bigint) AS {question(peer, k=k)}")
        offers, total_s = {}, 0.0
        for request in requests:
            for _ in range(2):
                started_s = time.perf_counter()
                cursor.execute("EXECUTE best (%s)", (request,))
                rows = cursor.fetchall()
                last_s = time.perf_counter() - started_s
            offers[request] = [(int(offer), float(score)) for offer, score in rows]
            total_s += last_s
        version = "SELECT extversion, current_setting('server_version') FROM pg_extension WHERE extname = %s"
        cursor.execute(version, (peer.extensions[-1],))
        extension_version, server_version = cursor.fetchall()[0]
    finally:
        cursor.execute("SET client_min_messages = warning")
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
    return Answers(f"{extension_version} on PostgreSQL {server_version}", total_s / len(requests), offers)


Column = npt.NDArray[np.generic]
_TYPES: Final = {"b1": "boolean", "i4": "integer", "i8": "bigint", "f8": "double precision"}


def _load(peer: Peer, cursor: extensions.cursor, market: Market) -> None:
    """Make the tables `offer`, `request` and `compatible`, the last with what holds for the offered resource."""
    for table, listings in (("offer", market.offers), ("request", market.requests)):
        copy_columns(cursor, f"{table}_columns", _columns(listings))
        # Neighbours of one resource lie together on the disk, as after CLUSTER.
        cursor.execute(
            f"""CREATE UNLOGGED TABLE {table} AS
            SELECT id, organization, resource, x, y, z, {known("amount")}, is_rate,
                {sql_clock(f"greatest(first_day, {market.today})")} AS opens,
                CASE WHEN last_day = {OPEN_END} THEN 'infinity' ELSE {sql_clock("last_day + 1")} END AS closes,
                {sql_list(SHARES)}, {sql_sum(SHARES)} AS year_share, {known("price")}, currency, minimum_lot,
                hazardous, hazardous_permit, stated, {sql_list(map(known, LOWS))}, {sql_list(map(known, HIGHS))},
                {peer.place} AS place
            FROM {table}_columns
            ORDER BY resource, floor(latitude * 2), longitude"""  # noqa: S608 — nothing in it comes from outside
        )
        cursor.execute(f"DROP TABLE {table}_columns")
    entries, resources = market.compatibility, market.resources
    reach_km, road_factor = (
        each[entries.offer_resource] for each in (resources.reach_km, resources.road_factor)
    )
    compatible = {
        "offer_resource": entries.offer_resource,
        "request_resource": entries.request_resource,
        "fit": np.rint(entries.fit * 1e6) / 1e6,
        "reach_km": reach_km,
        "road_factor": road_factor,
        "disposal_high": resources.disposal_high[entries.offer_resource],
        "purchase_high": resources.purchase_high[entries.request_resource],
        "cost_per_load": resources.transport_cost_per_load[entries.offer_resource],
        "cost_per_km": resources.transport_cost_per_km[entries.offer_resource],
        "radius_m": (reach_km / road_factor + NARROWING_SLACK_KM) * peer.radius_km / EARTH_RADIUS_KM * 1000,
    }
    copy_columns(cursor, "compatible", compatible)
    cursor.execute("CREATE INDEX ON offer USING gist (resource, place)")
    cursor.execute("ALTER TABLE request ADD PRIMARY KEY (id)")
    cursor.execute("CREATE INDEX ON compatible (request_resource)")
    for table in ("offer", "request", "compatible"):
        cursor.execute(f"VACUUM ANALYZE {table}")


def _columns(listings: Listings) -> dict[str, Column]:
    """What the peer knows of one side. A quality that is not stated is NaN, an end that is open is infinite."""
    quality, rows = listings.quality, len(listings)
    stated = np.diff(quality.start)
    low, high = np.full((2, rows, PROPERTIES), np.nan)
    at = np.repeat(np.arange(rows), stated), quality.property
    low[at] = np.where(np.isnan(quality.low), -np.inf, quality.low)
    high[at] = np.where(np.isnan(quality.high), np.inf, quality.high)
    plain = {column.name for column in fields(Listings)} - {
        "month_share",
        "programmes",
        "programme_only",
        "quality",
    }
    return {
        **{name: getattr(listings, name) for name in sorted(plain)},
        **dict(zip("xyz", unit_vectors(listings.latitude, listings.longitude), strict=True)),
        **dict(zip(SHARES, listings.month_share.T, strict=True)),
        **dict(zip(LOWS, low.T, strict=True)),
        **dict(zip(HIGHS, high.T, strict=True)),
        "stated": stated.astype(np.float64),
    }


def copy_columns(cursor: extensions.cursor, table: str, columns: Mapping[str, Column]) -> None:
    """Make a table of columns by binary COPY: each row the number of its fields, each field its size and value."""
    types = {name: values.dtype.newbyteorder(">") for name, values in columns.items()}
    sized = [part for name, each in types.items() for part in ((f"size of {name}", ">i4"), (name, each))]
    rows = np.empty(len(next(iter(columns.values()))), [("fields", ">i2"), *sized])
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"size of {name}"], rows[name] = types[name].itemsize, values
    spelled = (f"{name} {_TYPES[f'{each.kind}{each.itemsize}']}" for name, each in types.items())
    cursor.execute(f"CREATE UNLOGGED TABLE {table} ({sql_list(spelled)})")
    signature, no_flags, end = b"PGCOPY\n\xff\r\n\0", bytes(8), b"\xff\xff"
    stream = io.BytesIO(b"".join((signature, no_flags, rows.tobytes(), end)))
    cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", stream)
