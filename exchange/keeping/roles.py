"""Two roles of the database: one owns the tables and migrates, the other runs the site.

Who runs the site reads and writes rows, and of the append-only tables adds rows alone. Whoever gets hold of it can
neither rewrite the log nor switch a trigger off nor alter a table: that takes the owner.
"""

from typing import Final

from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql

_OURS: Final = "relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v')"
# By the triggers that refuse both, so that a table that becomes append-only is so for this role too.
_APPEND_ONLY: Final = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace AND p.proname LIKE '%refuse_change'
AND t.tgtype & 24 = 24 AND t.tgqual IS NULL
"""  # 8: on delete, 16: on update (pg_trigger.h)
_READ_ONLY: Final = {"django_migrations"}


class Unfit(Exception):
    """A role that could do more than it should, with what to do."""


def running_role() -> str:
    """Return who runs the site where that is another than its owner; else ""."""
    return settings.RUNNING_ROLE if connection.settings_dict["USER"] != settings.RUNNING_ROLE else ""


@transaction.atomic
def grant(role: str) -> dict[str, int]:
    """Let a role run the site and no more; safe to repeat. Return how many tables it may write and only add to.

    Raises `Unfit` for a role that is the owner, may become it, or can grant itself what it lacks.
    """
    _check(role)
    _execute("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}", role)
    _execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}", role)
    _execute("GRANT USAGE ON SCHEMA {schema} TO {role}", role)
    _execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", role)
    append_only = set(_column(_APPEND_ONLY))
    count = {"written": 0, "added to": 0}
    for name in _column(f"SELECT relname FROM pg_class WHERE {_OURS} ORDER BY relname"):
        rights = "SELECT, INSERT, UPDATE, DELETE"
        if name in append_only:
            rights = "SELECT, INSERT"
            count["added to"] += 1
        elif name in _READ_ONLY:
            rights = "SELECT"
        else:
            count["written"] += 1
        _execute(f"GRANT {rights} ON {{table}} TO {{role}}", role, table=sql.Identifier(name))
    return count


def _check(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolreplication, pg_has_role(oid, current_user, 'MEMBER'), "
            "has_schema_privilege(oid, current_schema(), 'CREATE') FROM pg_roles WHERE rolname = %s",
            [role],
        )
        found = cursor.fetchone()
        owners = _column(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class "
            f"WHERE {_OURS} AND NOT pg_has_role(relowner, 'MEMBER')"
        )
    if found is None:
        raise Unfit(f"There is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…' first.")
    if owners:
        raise Unfit(f"Some tables belong to {', '.join(owners)}: run this as their owner.")
    superuser, creates, replicates, is_owner, makes_tables = found
    if superuser or creates or replicates:
        raise Unfit(f"{role} is SUPERUSER, CREATEROLE or REPLICATION: no rights of tables would hold it.")
    if is_owner:
        raise Unfit(f"{role} is the owner of the tables, or a member of it: name another role.")
    if makes_tables:
        raise Unfit(f"{role} may make tables: REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role} first.")


def _execute(statement: str, role: str, **names: sql.Composable) -> None:
    schema = _column("SELECT current_schema()")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(statement).format(role=sql.Identifier(role), schema=sql.Identifier(schema), **names)
        )


def _column(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
