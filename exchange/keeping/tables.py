"""The tables of the database, out and in by COPY: any PostgreSQL, any client, no program beside the driver.

Restoring needs the rights of the tables' owner and no more. All of it is within the caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from django.db import connection
from psycopg2 import sql

CHUNK_BYTES: Final = 256 * 1024
MANY_ROWS: Final = 10_000
_OURS: Final = "n.nspname = current_schema()"
_OF_AN_EXTENSION: Final = "EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"


@dataclass(frozen=True)
class Table:
    """A table and those of its columns that are stored, in their order."""

    name: str
    columns: tuple[str, ...]


def tables() -> list[Table]:
    """Return every table of the schema, by name."""
    return [
        Table(name, tuple(columns))
        for name, columns in _rows(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
            f"WHERE {_OURS} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
            f"AND NOT {_OF_AN_EXTENSION.format(oid='c.oid')} GROUP BY c.relname ORDER BY c.relname"
        )
    ]


def sequences() -> dict[str, list[Any]]:
    """Return of every sequence its last value and whether that was given out."""
    found = {}
    for (name,) in _rows(
        "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1"
    ):
        query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
        found[name] = list(_rows(query)[0])
    return found


def server_version() -> str:
    """Return the version of the server, such as "18.0"."""
    return str(_rows("SHOW server_version")[0][0])


def copy_out(table: Table, file: Any) -> int:
    """Write the rows of a table; return how many."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(_copy(table, "TO STDOUT"), file, CHUNK_BYTES)
        return int(cursor.rowcount)


def copy_in(table: Table, file: IO[bytes]) -> int:
    """Read the rows of a table; return how many."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(_copy(table, "FROM STDIN"), file, CHUNK_BYTES)
        return int(cursor.rowcount)


def _copy(table: Table, way: str) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    # As text, which every version of PostgreSQL reads as the other wrote it.
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(table.name), columns)


class Emptied:
    """All tables empty and bare, as rows come in fastest: without triggers, references and indexes but keys."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        """`rows`: how many will come into each table; few are in sooner than an index is made anew."""
        self._names = sorted(rows)
        self._references = _rows(
            "SELECT r.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
            "JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace "
            f"WHERE {_OURS} AND c.contype = 'f' AND c.conparentid = 0 ORDER BY r.relname, c.conname"
        )
        indexes = _rows(
            "SELECT i.relname, pg_get_indexdef(i.oid), r.relname FROM pg_index x "
            "JOIN pg_class i ON i.oid = x.indexrelid "
            "JOIN pg_class r ON r.oid = x.indrelid JOIN pg_namespace n ON n.oid = r.relnamespace "
            f"WHERE {_OURS} AND r.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_constraint c "
            "WHERE c.conindid = i.oid) ORDER BY i.relname"
        )
        self._indexes = [index[:2] for index in indexes if rows[index[2]] > MANY_ROWS]
        for name in self._names:
            _run("ALTER TABLE {} DISABLE TRIGGER USER", name)
        for table, name, _definition in self._references:
            _run("ALTER TABLE {} DROP CONSTRAINT {}", table, name)
        for name, _definition in self._indexes:
            _run("DROP INDEX {}", name)
        _run(f"TRUNCATE {', '.join(['{}'] * len(self._names))}", *self._names)

    def finish(self, values: dict[str, list[Any]]) -> None:
        """Bring all back, which checks each reference; put the sequences to their values."""
        with connection.cursor() as cursor:
            for _name, definition in self._indexes:
                cursor.execute(definition)
        for table, name, definition in self._references:
            _run(f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {definition}", table, name)
        for name in self._names:
            _run("ALTER TABLE {} ENABLE TRIGGER USER", name)
        with connection.cursor() as cursor:
            for name, (last, is_called) in values.items():
                cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', last, is_called])


def drop_all() -> None:
    """Remove every table, view, sequence and function of the schema that no extension brought."""
    with connection.cursor() as cursor:
        for (statement,) in _rows(
            "SELECT format('DROP %s IF EXISTS %s CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW' "
            "WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass) "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE {_OURS} AND c.relkind IN ('r', 'v', 'm', 'p', 'S') "
            # Most sequences go with their tables, and not before them.
            f"AND NOT {_OF_AN_EXTENSION.format(oid='c.oid')} ORDER BY c.relkind = 'S'"
        ):
            cursor.execute(statement)
        for (statement,) in _rows(
            "SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p "
            f"JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS} "
            f"AND NOT {_OF_AN_EXTENSION.format(oid='p.oid')}"
        ):
            cursor.execute(statement)


def _rows(query: str | sql.Composed) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _run(statement: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
