"""A broker, a worker and beat of its own, beside a database of its own, for tests that kill them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import environ
import redis

from exchange.addresses import cache_url
from local.console import last_line
from local.processes.cluster import Cluster
from local.processes.supervisor import Program, Supervisor, end, spawn
from local.stack import ROOT, free_port, manage, running_parts, services, short_folder, sole_owner
from tests.local.keeper import query

VENV = Path(sys.prefix)


@dataclass
class House:
    """What runs; `supervisor` keeps the broker, the test itself starts and kills the rest."""

    supervisor: Supervisor
    cluster: Cluster
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of one statement, committed."""
        known: dict[str, Any] = environ.Env.db_url_config(self.cluster.environment["DATABASE_URL"])
        return query(Path(known["HOST"]), statement, known["NAME"])

    def number(self, statement: str) -> int:
        """The one number that a statement asks for."""
        return int(self.query(statement)[0][0])

    def broker(self) -> redis.Redis:
        """A connection to the broker."""
        return redis.Redis(unix_socket_path=str(self.cluster.sockets / "valkey.sock"))

    def cache(self) -> redis.Redis:
        """A connection to the cache, another database of the broker's server."""
        return redis.Redis.from_url(cache_url(self.cluster.environment["REDIS_URL"]))

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end."""
        return self.supervisor.run(manage(self.cluster, *arguments)).decode()

    def start(self, name: str, *words: str) -> None:
        """Start `worker`, `beat` or `web` as `make run` does, with more words on its command line."""
        programs: dict[str, Program] = {each.name: each for each in services(self.cluster, free_port())}
        program = programs[name]
        self.processes[name] = spawn(replace(program, command=[*program.command, *words]))

    def start_shell(self, statements: str) -> subprocess.Popen[str]:
        """Start `manage.py shell`; what it prints can be read line by line."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", statements],
            cwd=ROOT,
            env=dict(self.cluster.environment),
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill(self, name: str) -> None:
        """SIGKILL to a program and to all its children at once, as when the machine's power goes."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def tend(self) -> None:
        """Start again what has ended by itself, as `make run` and compose do: Celery's worker may end with an
        AttributeError in kombu when its broker goes away."""
        self.supervisor.tend()
        for name in [name for name, process in self.processes.items() if process.poll() is not None]:
            print(f"{name} ended by itself: {last_line(self.cluster.logs / f'{name}.log')}")
            self.kill(name)
            self.start(name)

    def kill_broker(self) -> None:
        """SIGKILL to the broker; `tend` starts it again."""
        pid = int(self.broker().info("server")["process_id"])
        os.kill(pid, signal.SIGKILL)

    def wait_until(self, holds: Callable[[], bool], *, patience_s: float) -> float:
        """Seconds until `holds`, while everything is tended."""
        started_s = time.monotonic()
        while not holds():
            assert time.monotonic() - started_s < patience_s, f"still waiting after {patience_s:.0f} s"
            self.tend()
            time.sleep(0.1)
        return time.monotonic() - started_s

    def stop(self) -> None:
        """End what the test started."""
        while self.processes:
            end(self.processes.popitem()[1], ((signal.SIGTERM, 5.0),))


@contextmanager
def open_house(database: str) -> Iterator[House]:
    """A house beside a database that has catalogue and towns, removed at the end."""
    state = short_folder()
    parts = running_parts(state, VENV, throw_away=True, database=database)
    try:
        with sole_owner(state), parts as (supervisor, cluster):
            house = House(supervisor, cluster)
            try:
                yield house
            finally:
                house.stop()
    finally:
        shutil.rmtree(state)
