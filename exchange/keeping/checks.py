"""System checks of the database, run by `migrate` and `check --database default`."""

from collections.abc import Sequence
from typing import Any, Final

from django.core import checks
from django.db import connection

GOOD_EARTHDISTANCE: Final = (1, 2)
"""The first whose functions name their types with the schema; PostgreSQL 18 brings it."""


def check_earthdistance(
    *, databases: Sequence[str] | None = None, **_facts: Any
) -> list[checks.CheckMessage]:
    """Warn where autovacuum cannot analyze our indexes of places."""
    if not databases or "default" not in databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(e.extversion, a.default_version), current_setting('server_version') "
            "FROM pg_available_extensions a LEFT JOIN pg_extension e ON e.extname = a.name "
            "WHERE a.name = 'earthdistance'"
        )
        found = cursor.fetchone()
    return earthdistance_messages(*found) if found else []


def earthdistance_messages(version: str, server: str) -> list[checks.CheckMessage]:
    """Return what is to be said of a version of the extension, such as "1.1", and of its server."""
    if tuple(int(part) for part in version.split(".")) >= GOOD_EARTHDISTANCE:
        return []
    return [
        checks.Warning(
            f"earthdistance {version} of PostgreSQL {server}: autovacuum cannot analyze accounts_site, accounts_town "
            "and listings_listing, and pg_restore loses their indexes of places.",
            hint="PostgreSQL 18 brings earthdistance 1.2, which can (after a pg_upgrade: ALTER EXTENSION earthdistance "
            "UPDATE). Until then see docs/operations.md, Database roles.",
            id="exchange.W001",
        )
    ]
