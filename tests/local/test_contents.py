"""What a database was filled with is known of this one alone, as long as it holds it."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg2
import pytest
from django.db import connection

from local.contents import fingerprint, known_sign_ins, remember
from local.packages import environment_for
from local.processes.cluster import Cluster
from local.processes.supervisor import Supervisor

SOURCES, OTHER_SOURCES = "a" * 64, "b" * 64
SIGN_INS = {"password": "secret", "seller": "seller@example.org"}


class Database:
    """An empty one, on the tests' server."""

    def __init__(self, name: str, state: Path) -> None:
        self.name = name
        server = {key: connection.settings_dict[key] for key in ("HOST", "USER", "PASSWORD", "PORT")}
        self.server = {key.lower(): value for key, value in server.items() if value}
        password = f":{quote(server['PASSWORD'], safe='')}" if server["PASSWORD"] else ""
        # A folder of sockets goes first in the path, as django-environ takes it.
        host = "/" + quote(server["HOST"], safe="") if server["HOST"].startswith("/") else server["HOST"]
        port = f":{server['PORT']}" if server["PORT"] else ""
        url = f"postgres://{server['USER']}{password}@{host}{port}/{name}"
        venv = Path(sys.prefix)
        self.cluster = Cluster(state, venv, environment_for(venv) | {"DATABASE_URL": url})

    def execute(self, statement: str, *, within: str = "") -> None:
        with closing(psycopg2.connect(dbname=within or self.name, **self.server)) as session:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(statement)

    def knows(self, sources: str = SOURCES) -> bool:
        """Whether it is taken for filled."""
        known = known_sign_ins(Supervisor(), self.cluster, sources)
        assert known in (None, SIGN_INS)
        return known is not None

    def remember(self) -> None:
        remember(Supervisor(), self.cluster, SOURCES, SIGN_INS)


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[list[Database]]:
    """Two that are filled by turns from the same folder, as with DATABASE_URL and without."""
    (tmp_path / "log").mkdir()
    found = [Database(f"contents_{uuid4().hex[:12]}", tmp_path) for _ in range(2)]
    for each in found:
        each.execute(f"CREATE DATABASE {each.name}", within="postgres")
    yield found
    for each in found:
        each.execute(f"DROP DATABASE {each.name}", within="postgres")


def test_another_database_is_not_taken_for_the_one_that_was_filled(databases: list[Database]) -> None:
    own, foreign = databases
    assert not own.knows()
    own.remember()
    assert own.knows()
    assert not foreign.knows()
    foreign.remember()
    assert [own.knows(), foreign.knows()] == [True, True]


def test_database_that_was_emptied_is_not_known(databases: list[Database]) -> None:
    own = databases[0]
    own.remember()
    own.execute("DROP SCHEMA public CASCADE")
    own.execute("CREATE SCHEMA public")
    assert not own.knows()


def test_other_sources_are_not_known(databases: list[Database]) -> None:
    own = databases[0]
    own.remember()
    assert [own.knows(OTHER_SOURCES), own.knows()] == [False, True]


def test_sign_ins_are_kept_for_their_owner_and_not_in_the_database(databases: list[Database]) -> None:
    own = databases[0]
    own.remember()
    kept = own.cluster.state / "sign_ins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text('{"password": "another", "seller": "seller@example.org"}')
    assert known_sign_ins(Supervisor(), own.cluster, SOURCES) is None, "they would not work there"
    kept.unlink()
    assert not own.knows()


def test_sources_that_change_change_the_fingerprint(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (package / "rows.csv").write_text("a,b\n")
    assert fingerprint(tmp_path) != before
    os.utime(package / "rows.csv", (1, 1))
    assert fingerprint(tmp_path) != before
