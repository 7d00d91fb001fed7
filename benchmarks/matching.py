"""The ten best offers for every request: the engine, and beside it the same question asked in SQL.

    make bench-matching ARGS="--offers 500000 --requests 500000"

The peer is PostGIS where a PostgreSQL with it is installed (`PG_BIN`, or Debian's), in a cluster that is thrown
away; else earthdistance in the database of `DATABASE_URL`. It answers for a sample of the requests, and must give
the same offers in the same order with the same scores: else the exit code is 1. One line of JSON goes to standard
output, progress to standard error.

`ratio` sets the engine, with all its threads, against the peer answering one request after the other.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from functools import reduce
from operator import add
from pathlib import Path
from typing import Final

import environ
import numpy as np
import numpy.typing as npt
import psycopg2
from psycopg2 import extensions

from benchmarks._market import PROPERTIES, Market, generate
from exchange.addresses import database_url
from local.cli import in_words
from local.cluster import Cluster, start_postgres
from local.console import Failure
from local.packages import environment_for
from local.stack import short_folder, sole_owner
from local.supervisor import MARK, Supervisor
from matching.engine.arrays import MONTHS, OPEN_END, Listings, default_weights
from matching.engine.geo import unit_vectors
from matching.engine.search import Best, best_partners

EARTH_RADIUS_KM: Final = 6371.0088
SAME_SCORE: Final = 2e-9
NARROWING_SLACK_KM: Final = 0.1
"""The index narrows with a radius this much longer; the distance that is rounded decides."""
SETTINGS: Final = (
    "work_mem=64MB",
    "maintenance_work_mem=512MB",
    "jit=off",
    "plan_cache_mode=force_generic_plan",
)
SERVER_SETTINGS: Final = ("shared_buffers=512MB", "max_wal_size=8GB")


@dataclass(frozen=True)
class Peer:
    """How a database narrows by place, with an index."""

    name: str
    extensions: tuple[str, ...]
    """The last one gives the version."""
    place: str
    """Of the columns `latitude` and `longitude`, in degrees."""
    near: str
    """Of offer `o`, request `r` and `c.radius_m`."""
    radius_km: float
    """Of the sphere on which `near` measures."""


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
class Timed:
    """What the engine did."""

    compile_s: float
    engine_s: float
    engine_offers_s: float
    peak_mb: float
    best: Best
    """Of every request."""


@dataclass(frozen=True)
class Answers:
    """What the peer answered for the sample."""

    version: str
    s_per_request: float
    offers: Mapping[int, list[tuple[int, float]]]
    """By request, best first: ids of offers, and scores."""


def main(words: Sequence[str] | None = None) -> int:
    """Return the exit code: 1 where engine and peer do not agree."""
    options = _options(words)
    market = generate(
        offers=options.offers,
        requests=options.requests,
        seed=options.seed,
        reach_km=options.reach_km,
        k=options.k,
        mixed=options.mixed,
    )
    timed = time_engine(market, options)
    _progress(f"engine {timed.engine_s:.3f} s, {timed.engine_offers_s:.3f} s for the offers")
    rng = np.random.default_rng([options.seed, 1])
    sample = rng.choice(options.requests, min(options.sample, options.requests), replace=False)
    ids = market.requests.id[sample].tolist()
    with database() as (peer, url), closing(_connected(url)) as connection:
        answers = ask(peer, connection.cursor(), market, ids, k=options.k)
    disputed = [row for row in sample.tolist() if not _agrees(market, timed.best, row, answers)]
    result = {
        "bench": "matching",
        "offers": options.offers,
        "requests": options.requests,
        "k": options.k,
        "reach_km": options.reach_km,
        "seed": options.seed,
        "mixed": options.mixed,
        "threads": options.threads,
        "compile_s": round(timed.compile_s, 2),
        "engine_s": round(timed.engine_s, 3),
        "engine_offers_s": round(timed.engine_offers_s, 3),
        "pairs": int((timed.best.partner_row >= 0).sum()),
        "peak_mb": round(timed.peak_mb),
        "peer": peer.name,
        "peer_version": answers.version,
        "peer_s_per_request": round(answers.s_per_request, 6),
        "sample": len(sample),
        "ratio": round(answers.s_per_request * options.requests / timed.engine_s, 1),
        "agree": not disputed,
    }
    print(json.dumps(result), flush=True)
    return 1 if disputed else 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matching", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--offers", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--k", type=int, default=10, help="partners that each listing keeps")
    parser.add_argument("--reach-km", type=float, default=200.0, help="as travelled")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mixed", action="store_true", help="popular and rare resources in one group")
    parser.add_argument("--sample", type=int, default=30, help="requests that the peer answers too")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of the engine")
    return parser.parse_args(words)


def _progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


# --- the engine ---------------------------------------------------------------------------------------------
def time_engine(market: Market, options: argparse.Namespace) -> Timed:
    """Time both directions, from the listings to the best partners, after a tiny market has compiled the loops."""
    tiny = generate(offers=50, requests=50, seed=options.seed)
    compile_s = sum(_time(tiny, seek_requests=each, threads=options.threads)[0] for each in (True, False))
    engine_s, best = _time(market, seek_requests=True, threads=options.threads)
    engine_offers_s, _ = _time(market, seek_requests=False, threads=options.threads)
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb
    return Timed(compile_s, engine_s, engine_offers_s, peak_mb, best)


def _time(market: Market, *, seek_requests: bool, threads: int) -> tuple[float, Best]:
    started_s = time.perf_counter()
    best = best_partners(
        market.offers,
        market.requests,
        seek_requests=seek_requests,
        resources=market.resources,
        compatibility=market.compatibility,
        today=market.today,
        threads=threads,
    )
    return time.perf_counter() - started_s, best


def _agrees(market: Market, best: Best, row: int, answers: Answers) -> bool:
    """Whether both have the same offers in the same order for a request; says on standard error where not."""
    request = int(market.requests.id[row])
    places = np.flatnonzero(best.partner_row[row] >= 0)
    ids = market.offers.id[best.partner_row[row, places]].tolist()
    engine = list(zip(ids, best.score[row, places].tolist(), strict=True))
    peer = answers.offers[request]
    same_ids = [each for each, _ in engine] == [each for each, _ in peer]
    if same_ids and all(abs(a - b) <= SAME_SCORE for (_, a), (_, b) in zip(engine, peer, strict=True)):
        return True
    _progress(f"request {request} (row {row}): the engine has {engine}, the peer {peer}")
    return False


# --- the database -------------------------------------------------------------------------------------------
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


def _connected(url: str) -> extensions.connection:
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
        _progress(f"{peer.name}: loaded and indexed in {time.perf_counter() - started_s:.1f} s")
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
SHARES: Final = tuple(f"share_{month}" for month in range(MONTHS))
LOWS: Final = tuple(f"low_{each}" for each in range(PROPERTIES))
HIGHS: Final = tuple(f"high_{each}" for each in range(PROPERTIES))


def _load(peer: Peer, cursor: extensions.cursor, market: Market) -> None:
    """Make the tables `offer`, `request` and `compatible`, the last with what holds for the offered resource."""
    for table, listings in (("offer", market.offers), ("request", market.requests)):
        _copy(cursor, f"{table}_columns", _columns(listings))
        # Neighbours of one resource lie together on the disk, as after CLUSTER.
        cursor.execute(
            f"""CREATE UNLOGGED TABLE {table} AS
            SELECT id, organization, resource, x, y, z, {_known("amount")}, is_rate,
                {_clock(f"greatest(first_day, {market.today})")} AS opens,
                CASE WHEN last_day = {OPEN_END} THEN 'infinity' ELSE {_clock("last_day + 1")} END AS closes,
                {_listed(SHARES)}, {_sum(SHARES)} AS year_share, {_known("price")}, currency, minimum_lot,
                hazardous, hazardous_permit, stated, {_listed(map(_known, LOWS))}, {_listed(map(_known, HIGHS))},
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
        "radius_m": (reach_km / road_factor + NARROWING_SLACK_KM) * peer.radius_km / EARTH_RADIUS_KM * 1000,
    }
    _copy(cursor, "compatible", compatible)
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


def _copy(cursor: extensions.cursor, table: str, columns: Mapping[str, Column]) -> None:
    """Make a table of columns by binary COPY: each row the number of its fields, each field its size and value."""
    types = {name: values.dtype.newbyteorder(">") for name, values in columns.items()}
    sized = [part for name, each in types.items() for part in ((f"size of {name}", ">i4"), (name, each))]
    rows = np.empty(len(next(iter(columns.values()))), [("fields", ">i2"), *sized])
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"size of {name}"], rows[name] = types[name].itemsize, values
    spelled = (f"{name} {_TYPES[f'{each.kind}{each.itemsize}']}" for name, each in types.items())
    cursor.execute(f"CREATE UNLOGGED TABLE {table} ({_listed(spelled)})")
    signature, no_flags, end = b"PGCOPY\n\xff\r\n\0", bytes(8), b"\xff\xff"
    stream = io.BytesIO(b"".join((signature, no_flags, rows.tobytes(), end)))
    cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", stream)


# --- the question in SQL ------------------------------------------------------------------------------------
def question(peer: Peer, *, k: int) -> str:
    """The k best offers of request $1, by the formulas of docs/matching.md in the arithmetic of the engine.

    What the generated market lacks is left out: treatment, programmes, and with them visibility. NULL: unknown.
    Each step ends in OFFSET 0, which keeps PostgreSQL from computing what it named once again at each mention.
    """
    weights = [float(weight) for weight in default_weights()]
    resource, distance, quantity, season, quality, price = (_number(weight) for weight in weights)
    known_anyway, all_weights = _number(weights[0] + weights[1] + weights[3]), _number(reduce(add, weights))
    months, properties = range(MONTHS), range(PROPERTIES)
    return f"""
    WITH candidate AS (
        SELECT o.id, c.fit, c.reach_km, {_rounded(_distance_km(), 6)} AS distance_km,
            greatest(o.opens, r.opens) AS opens, least(o.closes, r.closes) AS closes,
            o.amount AS offer_amount, r.amount AS request_amount,
            o.is_rate AS offer_rate, r.is_rate AS request_rate,
            o.year_share AS offer_share, r.year_share AS request_share,
            {_listed(f"o.{each} AS offer_{each}, r.{each} AS request_{each}" for each in SHARES)},
            {_PRICE} AS price,
            {_sum(f"{_both_state(each)}::int" for each in properties)} AS known,
            {_sum(f"CASE WHEN {_both_state(each)} THEN {_containment(each)} ELSE 0 END" for each in properties)}
                AS contained,
            r.stated
        FROM request r
        JOIN compatible c ON c.request_resource = r.resource
        JOIN offer o ON o.resource = c.offer_resource AND {peer.near}
        WHERE r.id = $1
            AND greatest(o.opens, r.opens) < least(o.closes, r.closes)
            AND o.organization <> r.organization
            AND (NOT o.hazardous OR r.hazardous_permit)
            AND (r.amount < o.minimum_lot OR o.amount < r.minimum_lot) IS NOT TRUE
            AND ({_any(f"o.low_{each} > r.high_{each} OR r.low_{each} > o.high_{each}" for each in properties)})
                IS NOT TRUE
        OFFSET 0
    ), near AS (
        SELECT *, closes - opens >= 12 AS whole_year,
            least(closes, opens + 12) AS stop, (distance_km / reach_km) * (distance_km / reach_km) AS share_of_reach
        FROM candidate
        WHERE distance_km <= reach_km
        OFFSET 0
    ), covered AS (
        SELECT *, {_listed(f"{_covered(each)} AS covered_{each}" for each in months)}
        FROM near
        OFFSET 0
    ), shared AS (
        SELECT *, {_listed(f"{_year(side)} AS {side}_year" for side in ("offer", "request"))}
        FROM covered
        OFFSET 0
    ), flow AS (
        SELECT *, {_listed(f"{_total(side)} AS {side}_total" for side in ("offer", "request"))},
            1 / nullif(offer_year, 0) AS by_offer, 1 / nullif(request_year, 0) AS by_request
        FROM shared
        OFFSET 0
    ), part AS (
        SELECT id, fit, distance_km,
            {_rounded("(1 - share_of_reach) * (1 - share_of_reach)", 6)} AS distance,
            {_rounded(_QUANTITY, 6)} AS quantity,
            {_rounded(_season(), 6)} AS season,
            {_rounded("contained / nullif(known, 0) * (1 - 0.5 * (1 - known / nullif(stated, 0)))", 6)} AS quality,
            {_rounded("price", 6)} AS price
        FROM flow
        OFFSET 0
    ), summed AS (
        SELECT id, distance_km,
            fit * {resource} + distance * {distance} + season * {season} + coalesce(quantity * {quantity}, 0)
                + coalesce(quality * {quality}, 0) + coalesce(price * {price}, 0) AS summed,
            {known_anyway} + CASE WHEN quantity IS NULL THEN 0 ELSE {quantity} END
                + CASE WHEN quality IS NULL THEN 0 ELSE {quality} END
                + CASE WHEN price IS NULL THEN 0 ELSE {price} END AS known
        FROM part
        OFFSET 0
    )
    SELECT id, {_rounded(f"summed / known * (1 - 0.5 * (1 - known / {all_weights}))", 9)} AS score
    FROM summed
    ORDER BY score DESC, distance_km, id
    LIMIT {k}"""  # noqa: S608 — as above


_QUANTITY: Final = """
    CASE WHEN offer_total + request_total IS NULL THEN NULL
        WHEN greatest(offer_total, request_total) > 0 THEN greatest(1 + log(greatest(
            least(offer_total, request_total) / greatest(offer_total, request_total), 1e-3)) / 3, 0)
        ELSE 0 END"""


_PRICE: Final = """
    CASE WHEN o.currency <> r.currency OR o.price IS NULL OR r.price IS NULL THEN NULL
        WHEN o.price - r.price <= 0 THEN 1
        ELSE greatest(1 - (o.price - r.price) / greatest(abs(o.price), abs(r.price)), 0) END"""


def _distance_km() -> str:
    """Chord and sum of the unit vectors, as `matching.engine.kernel` says it."""
    chord, opposite = (
        f"sqrt({_sum(f'(o.{axis} {sign} r.{axis}) * (o.{axis} {sign} r.{axis})' for axis in 'xyz')})"
        for sign in "-+"
    )
    return f"{_number(2 * EARTH_RADIUS_KM)} * atan2({chord}, {opposite}) * c.road_factor"


def _both_state(each: int) -> str:
    return f"(o.low_{each} IS NOT NULL AND r.low_{each} IS NOT NULL)"


def _containment(each: int) -> str:
    """Of intervals that touch: share of the offer's that lies within the request's."""
    low, high, asked_low, asked_high = f"o.low_{each}", f"o.high_{each}", f"r.low_{each}", f"r.high_{each}"
    return f"""CASE WHEN {asked_low} <= {low} AND {high} <= {asked_high} THEN 1
        WHEN {low} = '-infinity' OR {high} = 'infinity' THEN 0.5
        ELSE (least({high}, {asked_high}) - greatest({low}, {asked_low})) / ({high} - {low}) END"""


def _covered(month: int) -> str:
    """Fraction of a month that lies in the first twelve months of the shared window."""
    from_january = (f"({clock} - {month})" for clock in ("stop", "opens"))
    passed = (f"(floor({each} / 12) + least({each} - floor({each} / 12) * 12, 1))" for each in from_january)
    return f"CASE WHEN whole_year THEN 1 ELSE greatest({' - '.join(passed)}, 0) END"


def _year(side: str) -> str:
    partly = _sum(f"covered_{month} * {side}_share_{month}" for month in range(MONTHS))
    return f"CASE WHEN whole_year THEN {side}_share ELSE {partly} END"


def _total(side: str) -> str:
    return f"CASE WHEN {side}_rate THEN {side}_amount * {side}_year ELSE {side}_amount END"


def _season() -> str:
    def alike(covered: str) -> str:
        both = (
            f"least({covered.format(month)}offer_share_{month} * by_offer, "
            f"{covered.format(month)}request_share_{month} * by_request)"
            for month in range(MONTHS)
        )
        return _sum(both)

    return f"""CASE WHEN (offer_rate AND by_offer IS NULL) OR (request_rate AND by_request IS NULL) THEN 0
        WHEN NOT (offer_rate AND request_rate) THEN 1
        WHEN whole_year THEN {alike("")} ELSE {alike("covered_{} * ")} END"""


def _clock(day: str) -> str:
    """Months since January 1970, with fraction, at the start of a day that is counted from 1970-01-01."""
    date = f"(date '1970-01-01' + {day})"
    month = f"date_trunc('month', {date}::timestamp)"
    length = f"extract(day FROM {month} + interval '1 month' - interval '1 day')::float8"
    whole = f"(extract(year FROM {date}) - 1970) * 12 + extract(month FROM {date}) - 1"
    return f"({whole})::float8 + (extract(day FROM {date}) - 1)::float8 / {length}"


def _known(column: str) -> str:
    return f"nullif({column}, 'NaN') AS {column}"


def _rounded(value: str, decimals: int) -> str:
    return f"round(({value}) * {_number(10.0**decimals)}) / {_number(10.0**decimals)}"


def _number(value: float) -> str:
    return f"{value!r}::float8"


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(terms)


def _any(terms: Iterable[str]) -> str:
    return " OR ".join(terms)


def _listed(terms: Iterable[str]) -> str:
    return ", ".join(terms)


if __name__ == "__main__":
    sys.exit(in_words(main))
