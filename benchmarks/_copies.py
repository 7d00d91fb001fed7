"""Many copies of a small deal, made inside the database: what the services wrote once, under shifted keys.

Making thousands of lots through the services would take minutes, and none of what is measured or raced is in that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

STRIDE: Final = 1_000_000_000
"""Copy n of the row with key k has the key k + n × STRIDE; what is written later has keys below STRIDE."""
LINKS: Final[Mapping[str, Sequence[str]]] = {
    "listings_listing": (),
    "trading_synergy": ("offer_id", "request_id"),
    "trading_tender": ("listing_id",),
    "trading_bid": ("synergy_id", "tender_id", "counters_id"),
    "trading_agreement": ("bid_id", "synergy_id", "offer_id", "request_id"),
    "trading_allocation": ("agreement_id", "listing_id"),
    "trading_delivery": ("agreement_id", "corrects_id"),
    "trading_impactentry": ("synergy_id", "agreement_id", "delivery_id", "corrects_id"),
}
"""What is copied, and which of its columns lead to other copies; all else (parties, sites, people) is shared."""


def copy_of(pk: int, number: int) -> int:
    """Return the key of a row's copy."""
    return pk + number * STRIDE


def make_copies(count: int) -> None:
    """Copy every row of the tables above `count` times, numbered from 1, as it stands.

    Needs the rights of the database's owner: constraints and triggers have judged what is copied, not the copies.
    """
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, links in LINKS.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position",
                [table],
            )
            names = [name for (name,) in cursor.fetchall()]
            values = [
                f"t.{name} + n * {STRIDE}::bigint" if name == "id" or name in links else f"t.{name}"
                for name in names
            ]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "  # noqa: S608 - our own names
                f"FROM {table} t, generate_series(1, %s) n WHERE t.id < {STRIDE} ORDER BY n",
                [count],
            )
    with connection.cursor() as cursor:
        for table in LINKS:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - our own names
            # Of an empty table the planner would note that it is tiny, and read it whole from then on.
            if cursor.fetchone() == (True,):
                cursor.execute(f"ANALYZE {table}")
