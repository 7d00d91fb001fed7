"""Keeps a database and a broker running in a folder, as `make run` does: `python -m tests.local.keeper FOLDER`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from local.cli import in_words
from local.packages import environment_for
from local.processes.supervisor import strays
from local.stack import ROOT, running_parts, sole_owner

VENV = Path(sys.prefix)
PATIENCE_S = 30.0


def plain_environment() -> dict[str, str]:
    """Without the addresses of the cluster that the tests themselves run on."""
    given = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "LOOPYARD_LOCAL")
    return {name: value for name, value in environment_for(VENV).items() if name not in given}


def query(sockets: Path, statement: str, database: str = "loopyard") -> list[tuple[Any, ...]]:
    """Return the rows of one statement, committed, of a database whose socket lies in that folder."""
    connection = psycopg2.connect(dbname=database, user="loopyard", host=str(sockets))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def start_keeper(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.local.keeper", str(state)],
        cwd=ROOT,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def kept(state: Path) -> Iterator[subprocess.Popen[str]]:
    """A keeper that is ready; ended, however the test left it."""
    keeper = start_keeper(state)
    try:
        assert keeper.stdout is not None
        for line in keeper.stdout:
            if line == "ready\n":
                break
        yield keeper
    finally:
        if keeper.poll() is None:
            keeper.send_signal(signal.SIGTERM)
        keeper.communicate(timeout=PATIENCE_S)


def wait_until_nobody_is_left(state: Path) -> list[int]:
    """The processes that still belong to the folder when patience ends: none, if all is well."""
    deadline_s = time.monotonic() + PATIENCE_S
    while (left := strays(state)) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    return left


def kill_all(state: Path, keeper: subprocess.Popen[str]) -> None:
    """SIGKILL to the supervisor, to whatever would clear up after it, and to everything that it runs."""
    for pid in (keeper.pid, *children_of(keeper.pid), *strays(state)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    keeper.wait(PATIENCE_S)


def children_of(pid: int) -> list[int]:
    stats = [entry / "stat" for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = []
    for stat in stats:
        with suppress(OSError):
            text = stat.read_text()
            if int(text.rpartition(")")[2].split()[1]) == pid:
                found.append(int(text.partition(" ")[0]))
    return found


def is_soon_gone(pid: int) -> bool:
    """Whether the process ends while patience lasts; a zombie has ended."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def keep(state: Path) -> int:
    with sole_owner(state), running_parts(state, VENV, throw_away=True) as (supervisor, _):
        print("ready", flush=True)
        supervisor.watch()
    return 0


if __name__ == "__main__":
    sys.exit(in_words(lambda: keep(Path(sys.argv[1]))))
