"""The rows of search in the memory of this process, as columns; brought up to date before each question.

A row says which transaction wrote it last, and a question first takes in what was not yet to be seen when the last one
looked: one query by an index, whose answer is nearly always empty. So what was committed before a question is found by
it, in every process and on every machine, without a message that could be lost.
"""

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from catalogue.models import LegalStatus
from common.postgres.copying import NULL_INT, copy_out
from listings.models import ListingSearch, Period
from listings.search.columns import Columns, Facet, joined_traits
from listings.search.regions import regions_of, spots_of
from listings.search.tree import Tree, tree_of

LEGAL: Final = ("", *LegalStatus.values)
PERIODS: Final = tuple(Period.values)
PRICE_SIGNS: Final = ("open", "seller-pays", "free", "buyer-pays")
QUALITY_FROM_PERCENT: Final = (0, 50, 75, 100)
"""The levels of `listings.data_quality.WORDS`, in the same order."""
_MOST_CHANGES: Final = 20_000
"""Beyond so many at once all is read anew, which COPY does faster."""
_MOST_LATE: Final = 5_000
"""So many newcomers may stand outside the order of keys before all is put in order."""
_END: Final = 2**31 - 1

_TYPES: Final = {
    "listing_id": "int8",
    "on_market": "bool",
    "resource": "int8",
    "side": "int2",
    "hazardous": "bool",
    "legal": "int2",
    "country": "int4",
    "price_sign": "int4",
    "period": "int4",
    "quality": "int4",
    "latitude": "float8",
    "longitude": "float8",
    "left_amount": "float8",
    "price": "float8",
    "currency": "int4",
    "first_day": "int4",
    "last_day": "int4",
    "code": "int4",
    "organization": "int8",
    "programme_only": "bool",
    "illustrative": "bool",
    "published": "float8",
    "version": "int8",
}
_TRAITS: Final = {
    Facet.SIDE: "side",
    Facet.HAZARDOUS: "hazardous",
    Facet.LEGAL: "legal",
    Facet.PRICE: "price_sign",
    Facet.PERIOD: "period",
    Facet.QUALITY: "quality",
}


def _array(values: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{value}'" for value in values) + "]"


_COLUMNS: Final = f"""
s.listing_id, s.on_market, s.resource_id, (s.side = 'request')::int::int2, s.hazardous,
(array_position({_array(LEGAL)}, s.legal_status::text) - 1)::int2,
CASE WHEN s.country = '' THEN 0 ELSE 1 + (ascii(s.country) - 65) * 26 + ascii(substr(s.country, 2)) - 65 END,
CASE WHEN s.unit_price IS NULL THEN 0 ELSE 2 + sign(s.unit_price)::int END,
array_position({_array(PERIODS)}, s.period::text) - 1,
(s.quality_percent >= 50)::int + (s.quality_percent >= 75)::int + (s.quality_percent >= 100)::int,
s.latitude, s.longitude, s.left_amount::float8, s.unit_price::float8,
(ascii(s.currency) << 16) + (ascii(substr(s.currency, 2)) << 8) + ascii(substr(s.currency, 3)),
s.available_from - DATE '1970-01-01', coalesce(s.available_until - DATE '1970-01-01', {_END}),
CASE WHEN s.ewc_code = '' THEN -1 ELSE s.ewc_code::int END,
s.organization_id, s.programme_only, s.illustrative, extract(epoch FROM s.published_at)::float8, s.version
"""
_TABLE: Final = ListingSearch._meta.db_table
_ALL: Final = f"SELECT {_COLUMNS} FROM {_TABLE} s WHERE s.on_market ORDER BY s.listing_id"  # noqa: S608 - ours
_SOME: Final = f"""
SELECT {_COLUMNS} FROM {_TABLE} s WHERE s.on_market AND s.listing_id = ANY(%s) ORDER BY s.listing_id
"""  # noqa: S608 - ours
# Rows that a former cluster wrote before a backup bear numbers of transactions that this one has not had yet.
_CHANGED: Final = f"""
SELECT v.snapshot, v.oldest, v.release, v.writes, {_COLUMNS} FROM (
    SELECT pg_current_snapshot()::text AS snapshot, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
        (SELECT key FROM catalogue_release LIMIT 1) AS release,
        pg_current_xact_id_if_assigned() IS NOT NULL AS writes
) v LEFT JOIN {_TABLE} s ON s.written >= %(oldest)s
    AND NOT pg_visible_in_snapshot(s.written::text::xid8, %(snapshot)s::pg_snapshot)
    AND s.written < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
LIMIT {_MOST_CHANGES + 1}
"""  # noqa: S608 - ours
_NOW: Final = """
SELECT pg_current_snapshot()::text, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (SELECT key FROM catalogue_release LIMIT 1), pg_current_xact_id_if_assigned() IS NOT NULL
"""


@dataclass
class Market:
    """Every listing on the market, as columns with room to grow; the first `ordered` slots are in the order of keys."""

    columns: Columns
    used: int
    ordered: int
    tree: Tree
    release: UUID | None
    snapshot: str
    oldest: int
    late: dict[int, int]
    """Slots by key of those outside the order."""
    tentative: bool = False
    """Read within a transaction that had written: it may be taken back, so that nobody else may rely on it."""
    changes: int = 0
    """How often anything changed since it was read."""
    serial: int = field(default_factory=itertools.count().__next__)

    @property
    def state(self) -> tuple[int, int]:
        """What changes with every change, to keep under it what follows from the market."""
        return self.serial, self.changes

    def slot(self, key: int) -> int:
        """Return where a listing stands; -1 for one that has no slot."""
        if (late := self.late.get(key)) is not None:
            return late
        at = int(np.searchsorted(self.columns.id[: self.ordered], key))
        return at if at < self.ordered and self.columns.id[at] == key else -1

    def slots(self, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return where listings stand, without those that have no slot."""
        ids = self.columns.id[: self.ordered]
        at = np.searchsorted(ids, keys)
        held = at < self.ordered
        held[held] = ids[at[held]] == keys[held]
        late = [self.late[key] for key in keys.tolist() if key in self.late] if self.late else []
        return np.concatenate([at[held], np.array(late, np.int64)]).astype(np.int64)


_lock: Final = threading.RLock()
_kept: list[Market] = []


def forget() -> None:
    """Let the next question read everything anew."""
    with _lock:
        _kept.clear()


class CurrentMarket:
    """`with CurrentMarket() as market`: the market as it stands now, for one question of this process at a time.

    Questions within it are asked of the same market.
    """

    _held = 0

    def __enter__(self) -> Market:
        _lock.acquire()
        try:
            if not CurrentMarket._held and (not _kept or not _catch_up(_kept[0])):
                _kept[:] = [_read()]
        except BaseException:
            _kept.clear()
            _lock.release()
            raise
        CurrentMarket._held += 1
        return _kept[0]

    def __exit__(self, *error: object) -> None:
        CurrentMarket._held -= 1
        _lock.release()


def _read() -> Market:
    """Read all; what changes meanwhile is read again by the next question."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        snapshot, oldest, release, writes = cursor.fetchone()
    tree = tree_of(release)
    table = copy_out(_ALL, (), _TYPES)
    used = len(table)
    columns = _columns(table.columns, tree, room=used + used // 8 + 1024)
    return Market(columns, used, used, tree, release, snapshot, oldest, {}, tentative=writes)


def rows_of(keys: Sequence[int]) -> Market:
    """Return a market of these listings alone, as far as they are on it, read now: for what asks of a few."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        snapshot, oldest, release, writes = cursor.fetchone()
    tree = tree_of(release)
    table = copy_out(_SOME, (list(keys),), _TYPES)
    used = len(table)
    columns = _columns(table.columns, tree, room=used)
    return Market(columns, used, used, tree, release, snapshot, oldest, {}, tentative=writes)


def _columns(table: Any, tree: Tree, room: int) -> Columns:
    used = len(table["listing_id"])

    def column(name: str, kind: Any) -> npt.NDArray[Any]:
        values = np.zeros(room, kind)
        values[:used] = table[name]
        return values

    resource = np.full(room, -1, np.int32)
    resource[:used] = np.where(table["on_market"], tree.places(table["resource"]), -1)
    # Whose name is coded is told by a cell.
    is_cell = np.asarray(table["organization"]) == 0
    country = np.asarray(table["country"])
    region = regions_of(country, np.asarray(table["latitude"]), np.asarray(table["longitude"]), is_cell)
    spot = np.zeros(room, np.uint16)
    spot[:used] = spots_of(country, region)
    traits = np.zeros(room, np.uint16)
    traits[:used] = joined_traits(
        {facet: np.asarray(table[name], np.int64) for facet, name in _TRAITS.items()}
    )
    return Columns(
        id=column("listing_id", np.int64),
        resource=resource,
        traits=traits,
        spot=spot,
        latitude=column("latitude", np.float64),
        longitude=column("longitude", np.float64),
        left=column("left_amount", np.float64),
        price=column("price", np.float64),
        currency=column("currency", np.int32),
        first_day=column("first_day", np.int32),
        last_day=column("last_day", np.int32),
        code=column("code", np.int32),
        organization=column("organization", np.int64),
        programme_only=column("programme_only", np.bool_),
        illustrative=column("illustrative", np.bool_),
        published=column("published", np.float64),
        version=column("version", np.int64),
    )


def _catch_up(market: Market) -> bool:
    """Take in what changed; False where it is better to read all anew, as after writing in one's own transaction."""
    if market.tentative:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"oldest": market.oldest, "snapshot": market.snapshot})
        rows = cursor.fetchall()
    market.snapshot, market.oldest, release, writes = rows[0][:4]
    if writes or release != market.release or len(rows) > _MOST_CHANGES:
        return False
    changed = [row[4:] for row in rows if row[4] is not None]
    if not changed:
        return True
    market.changes += 1
    table: dict[str, npt.NDArray[Any]] = {
        name: np.array(
            [_number(row[at], kind) for row in changed],
            {"bool": np.bool_, "float8": np.float64}.get(kind, np.int64),
        )
        for at, (name, kind) in enumerate(_TYPES.items())
    }
    return _put(market, _columns(table, market.tree, room=len(changed)), len(changed))


def _number(value: Any, kind: str) -> Any:
    if value is None:
        return {"bool": False, "float8": np.nan}.get(kind, NULL_INT)
    return value


def _put(market: Market, rows: Columns, count: int) -> bool:
    for row in range(count):
        key = int(rows.id[row])
        at = market.slot(key)
        if at < 0:
            if rows.resource[row] < 0:
                continue
            at = market.used
            if at == len(market.columns.id) or len(market.late) == _MOST_LATE:
                return False
            if market.ordered == at and (at == 0 or key > market.columns.id[at - 1]):
                market.ordered += 1
            else:
                market.late[key] = at
            market.used += 1
        for column, values in zip(market.columns, rows, strict=True):
            column[at] = values[row]
    return True
