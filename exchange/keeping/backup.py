"""Backup and restore: the database as of one moment, and the files that it leads to.

A restore is one transaction: until its last statement the database is what it was before. A file keeps its content
for as long as it has its name, so files that are written before the commit harm nobody where that fails.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.core.cache import cache
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError, OperationalError
from django.utils import timezone

from exchange.keeping import tables
from exchange.keeping.archive import CHUNK_BYTES, Archive, Refused, writing

_TABLES: Final = "tables/"
_MEDIA: Final = "media/"
_LOCKS_WITHIN: Final = "10s"
_COUNTED: Final = ("accounts_user", "accounts_organization", "listings_listing")


def write_backup(path: Path) -> dict[str, Any]:
    """Write database and files into a new file; return what it holds: rows, files, digest. Raises `Refused`."""
    rows: dict[str, int] = {}
    with writing(path) as backup:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            found = tables.tables()
            if not _applied():
                raise Refused("The database holds nothing of this product: there is nothing to keep.")
            for table in found:
                rows[table.name] = _add_table(backup, table)
            facts = {
                "made_at": timezone.now().isoformat(),
                "postgresql": tables.server_version(),
                "migrations": sorted(map(list, _applied())),
                "tables": {table.name: list(table.columns) for table in found},
                "rows": rows,
                "sequences": tables.sequences(),
            }
        files = 0
        for name in _stored(""):
            files += _add_file(backup, name)
        digest = backup.finish(facts)
    return {"rows": sum(rows.values()), "tables": len(rows), "files": files, "digest": digest}


def _add_table(backup: Any, table: tables.Table) -> int:
    rows: list[int] = []
    backup.add(f"{_TABLES}{table.name}", lambda file: rows.append(tables.copy_out(table, file)), packed=True)
    return rows[0]


def _add_file(backup: Any, name: str) -> bool:
    try:
        source = default_storage.open(name)
    except FileNotFoundError:  # removed since it was listed, as its row was
        return False

    def write(file: Any) -> None:
        for chunk in source.chunks(CHUNK_BYTES):
            file.write(chunk)

    with source:
        backup.add(f"{_MEDIA}{name}", write, packed=False)
    return True


def _stored(folder: str) -> Iterator[str]:
    """Yield the paths of all files that people have sent."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from _stored(f"{folder}{name}/")


# --- restore ------------------------------------------------------------------------------------------------
def what_is_there() -> str:
    """Say in a few words what a restore would replace; "" where the database holds nothing of anybody."""
    there = {table.name for table in tables.tables()}
    counts = []
    with connection.cursor() as cursor:
        for name in _COUNTED:
            if name in there:
                cursor.execute(f"SELECT count(*) FROM {name}")
                if count := cursor.fetchone()[0]:
                    counts.append(f"{count} in {name}")
    return ", ".join(counts)


def check_release(archive: Archive) -> None:
    """Raise `Refused` for a backup of a release that this one does not know."""
    known = set(MigrationExecutor(connection).loader.disk_migrations)
    unknown = sorted(_migrations(archive) - known)
    if unknown:
        named = ", ".join(".".join(each) for each in unknown[:3])
        raise Refused(
            f"The backup was made by a newer or another release: this one does not know {named}. "
            "Restore it with the release that made it."
        )


def restore_backup(archive: Archive) -> dict[str, Any]:
    """Replace the database and bring the files; a backup of an older release is then brought up to date.

    Raises `Refused` where the database cannot be had for itself; it is what it was then.
    """
    check_release(archive)
    files = _restore_files(archive)
    try:
        with transaction.atomic():
            _restore_database(archive)
    except OperationalError as error:  # a lock that was not to be had, a connection that ended
        raise Refused(
            f"The database is in use or went away, nothing of it was changed: stop web, workers and beat. ({error})"
        ) from error
    except DatabaseError as error:
        raise Refused(
            f"The database does not take this backup, nothing of it was changed: {error}"
        ) from error
    with connection.cursor() as cursor:
        # Else the first questions are answered as if all tables were empty.
        cursor.execute("ANALYZE")
    # What is left are migrations of this release, permissions, and what caches remember of the former database.
    call_command("migrate", verbosity=0, interactive=False)
    cache.clear()
    return {"rows": sum(archive.manifest["rows"].values()), "files": files}


def _restore_database(archive: Archive) -> None:
    manifest = archive.manifest
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCKS_WITHIN}'")
        # Indexes are most of the time; whoever restores has the machine to themselves.
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    if _applied() != _migrations(archive):
        tables.drop_all()
        _migrate_to(_migrations(archive))
    said = [tables.Table(name, tuple(columns)) for name, columns in manifest["tables"].items()]
    there = {table.name: set(table.columns) for table in tables.tables()}
    if {table.name: set(table.columns) for table in said} != there:
        raise Refused(
            "The tables of the backup are not those that its migrations make: it was made from a database that "
            "somebody has altered. Nothing was changed."
        )
    emptied = tables.Emptied(manifest["rows"])
    for table in said:
        with archive.open(f"{_TABLES}{table.name}") as file:
            if tables.copy_in(table, file) != manifest["rows"][table.name]:
                raise Refused(f"{table.name} has not as many rows as the backup says. Nothing was changed.")
    emptied.finish(manifest["sequences"])


def _migrate_to(wanted: set[tuple[str, str]]) -> None:
    """Make the schema as it was when these migrations were the last."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    last = [
        key
        for key in sorted(wanted)
        if not any(child.key in wanted and child.key[0] == key[0] for child in nodes[key].children)
    ]
    executor.migrate(last)


def _restore_files(archive: Archive) -> int:
    count = 0
    for member, facts in archive.manifest["members"].items():
        if not member.startswith(_MEDIA):
            continue
        name = member.removeprefix(_MEDIA)
        count += 1
        if default_storage.exists(name):
            if _sha256(name) == facts["sha256"]:
                continue
            default_storage.delete(name)
        with archive.open(member) as file:
            if default_storage.save(name, File(file, name)) != name:
                raise Refused(f"{name} could not be written under its name; the database was not changed.")
    return count


def _sha256(name: str) -> str:
    with default_storage.open(name) as file:
        found = hashlib.sha256()
        for chunk in file.chunks(CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def _migrations(archive: Archive) -> set[tuple[str, str]]:
    return {(app, name) for app, name in archive.manifest["migrations"]}
