"""The only functions of this app that lock rows; the rule is written in docs/trading.md.

A change takes its locks before it reads what it decides on, always in this order: listings by key, the tender,
synergies by key, the agreement, bids by key. Whoever changes a bid holds the listings of its synergy; whoever
changes what is left of a listing holds the listing. So two changes that could contradict each other wait here.

In SQL, because every change comes through here several times: putting the same statement together anew would take
longer than running it.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection

from common.rows import Columns, Row
from listings.models import Listing
from trading.models import Agreement, Bid, Synergy, Tender

LOCK = "FOR NO KEY UPDATE"
"""How every row of this app is locked; the controls of the race tests put nothing in its place."""

_BID_OVER = "coalesce(r.expires_at <= statement_timestamp(), false)"
_TENDER_OVER = "r.deadline <= statement_timestamp()"


@cache
def _columns(model: type[Row]) -> Columns[Row]:
    return Columns(model, "r")


def _rows(model: type[Row], where: str, values: Sequence[Any], is_over: str = "NULL") -> list[Row]:
    """Lock and return rows by key; `is_over` is worked out by the database and set on each where it is asked for."""
    columns: Columns[Row] = _columns(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, {is_over} FROM {model._meta.db_table} r WHERE {where} ORDER BY r.id {LOCK}",  # noqa: S608
            values,
        )
        found = cursor.fetchall()
    rows = []
    for *read, over in found:
        row = columns.row(read)
        if over is not None:
            row.is_over = over  # type: ignore[attr-defined]  # of the two models that ask for it
        rows.append(row)
    return rows


def _row(model: type[Row], pk: int, is_over: str = "NULL") -> Row:
    rows = _rows(model, "r.id = %s", [pk], is_over)
    if not rows:
        raise model.DoesNotExist  # type: ignore[attr-defined]  # which every model has
    return rows[0]


def lock_listings(pks: Iterable[int | None]) -> dict[int, Listing]:
    """Lock listings by key, in one statement, and return them by key; None is left out."""
    wanted = [pk for pk in pks if pk is not None]
    return {row.pk: row for row in _rows(Listing, "r.id = ANY(%s)", [wanted])} if wanted else {}


def lock_tender(pk: int) -> Tender:
    """Lock a tender; `is_over` says whether its deadline has passed, by the clock of the database."""
    return _row(Tender, pk, _TENDER_OVER)


def lock_synergies(pks: Iterable[int]) -> dict[int, Synergy]:
    """Lock synergies by key and return them by key."""
    return {row.pk: row for row in _rows(Synergy, "r.id = ANY(%s)", [list(pks)])}


def lock_synergy(pk: int) -> Synergy:
    """Lock one synergy and return it as it is now."""
    return _row(Synergy, pk)


def lock_agreement(pk: int) -> Agreement:
    """Lock one agreement and return it as it is now."""
    return _row(Agreement, pk)


def lock_bid(pk: int) -> Bid:
    """Lock one bid; `is_over` says whether its time is over, by the clock of the database."""
    return _row(Bid, pk, _BID_OVER)


def lock_live_bid(synergy_id: int) -> Bid | None:
    """Lock the bid of a synergy that waits for an answer, if there is one."""
    rows = _rows(Bid, "r.synergy_id = %s AND r.state IN ('open', 'on_hold')", [synergy_id], _BID_OVER)
    return rows[0] if rows else None


def lock_bids_on(listing_ids: Iterable[int]) -> list[Bid]:
    """Lock the negotiated bids on any of these listings that wait for an answer, by key."""
    ids = list(listing_ids)
    where = (
        "r.state IN ('open', 'on_hold') AND r.tender_id IS NULL AND r.synergy_id IN"
        " (SELECT id FROM trading_synergy WHERE offer_id = ANY(%s) OR request_id = ANY(%s))"
    )
    return _rows(Bid, where, [ids, ids])


def lock_bids_of(tender_id: int) -> list[Bid]:
    """Lock the sealed bids of a tender that are not withdrawn, by key."""
    return _rows(Bid, "r.state = 'open' AND r.tender_id = %s", [tender_id])
