"""The whole product on this machine: database, broker and, when asked for, the demonstration with its services."""

import fcntl
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from signal import Signals
from typing import TextIO
from urllib.parse import urlsplit

from exchange.addresses import database_url, redis_url
from local.console import Failure, step
from local.packages import environment_for, python_in
from local.processes.cluster import (
    Cluster,
    check_socket_path,
    check_this_platform,
    start_postgres,
    start_valkey,
)
from local.processes.supervisor import MARK, Program, Supervisor, end_strays

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
LONGEST_SHORT_FOLDER_BYTES = 60
WEB_READY_WITHIN_S = 90.0
CLEARED_WITHIN_S = 15.0
QUEUES = "default,matching"
PLANS = "planning"
"""A queue of its own with a worker of its own: a plan takes a core for minutes, while letters and matches go on."""


@dataclass(frozen=True)
class Stack:
    """What runs, and how to reach it."""

    cluster: Cluster
    database_url: str
    redis_url: str
    #: The sign-ins that `load_demo` wrote; empty without the demonstration.
    sign_ins: Mapping[str, str]
    #: http://127.0.0.1:PORT, or nothing when the services were not asked for.
    address: str

    @property
    def environment(self) -> Mapping[str, str]:
        """For programs that shall talk to this stack."""
        return self.cluster.environment


@contextmanager
def sole_owner(state: Path, *, throw_away: bool = False) -> Iterator[TextIO]:
    """Hold the folder; Failure when another start from it still runs. When this process ends, even by SIGKILL,
    what was started with the folder's mark is ended too, and a folder to throw away is removed."""
    (state / "run").mkdir(parents=True, exist_ok=True)
    (state / "run").chmod(0o700)
    with (state / "run" / "lock").open("a+", encoding="utf-8") as lock:
        _take(lock)
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        end_strays(state)
        undertaker = subprocess.Popen(
            [sys.executable, "-m", "local.processes.undertaker", state, *(["remove"] if throw_away else [])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
        )
        try:
            yield lock
        finally:
            undertaker.communicate()


def _take(lock: TextIO) -> None:
    """Lock the file, giving the undertaker of a start that was killed the time it needs."""
    deadline_s = time.monotonic() + CLEARED_WITHIN_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read()
            pid = re.match(r"process (\d+)", owner)
            if time.monotonic() > deadline_s or (pid and _is_alive(int(pid[1]))):
                raise Failure(
                    f"Loopyard already runs from this folder ({owner}): stop that one first."
                ) from None
            time.sleep(0.05)
        else:
            return


def _is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:  # another user's process, or a system without /proc
        return True


@contextmanager
def running_parts(
    state: Path, venv: Path, *, throw_away: bool = False, durable: bool = False, database: str = ""
) -> Iterator[tuple[Supervisor, Cluster]]:
    """Database and broker, each unless its address is given by the environment; all ends with the context. With
    `throw_away` they are our own in any case, and forget what a power cut would take unless they are `durable`; only
    the address of a `database` that this caller made keeps us from starting one."""
    given_database, given_redis = (os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL"))
    if throw_away:
        given_database, given_redis = database, ""
    if not (given_database and given_redis):
        check_place(state)
    environment = environment_for(venv) | {
        MARK: str(state),
        "DATABASE_URL": given_database or database_url(state / "run"),
        "REDIS_URL": given_redis or redis_url(state / "run"),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key(state),
    }
    forgetful = throw_away and not durable
    cluster = Cluster(state=state, venv=venv, environment=environment, forgetful=forgetful)
    cluster.make_folders()
    supervisor = Supervisor()
    try:
        with step("database") as remarks:
            if given_database and not throw_away:
                check_reachable("DATABASE_URL", given_database)
            if not given_database:
                start_postgres(supervisor, cluster)
            remarks.append("as DATABASE_URL says" if given_database else f"PostgreSQL in {cluster.data}")
        with step("broker") as remarks:
            if given_redis:
                check_reachable("REDIS_URL", given_redis)
            else:
                start_valkey(supervisor, cluster)
            remarks.append("as REDIS_URL says" if given_redis else f"Valkey in {state / 'valkey'}")
        yield supervisor, cluster
    finally:
        supervisor.stop()


def check_place(state: Path) -> None:
    """Raise Failure where the built-in database and broker cannot run."""
    check_this_platform()
    check_socket_path(state / "run")


def secret_key(state: Path) -> str:
    """Made once, readable by the owner alone."""
    path = state / "secret_key"
    if not path.is_file():
        unfinished = path.with_name("secret_key.new")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(64), encoding="ascii")
        unfinished.replace(path)
    return path.read_text(encoding="ascii").strip()


def check_reachable(name: str, url: str) -> None:
    """Raise Failure when nothing listens where a given address points to. Sockets are left to their drivers."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"redis": 6379, "rediss": 6379}.get(parts.scheme, 5432)
    except ValueError as error:
        raise Failure(f"{name} is not an address: {error}.") from None
    if not parts.scheme:
        raise Failure(f"{name} must look like scheme://user:password@host:port/name.")
    if not parts.hostname:
        return
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except OSError as error:
        raise Failure(f"{name}: nothing answers at {parts.hostname}:{port} ({error}).") from None


# --- the application ----------------------------------------------------------------------------------------
def manage(cluster: Cluster, *arguments: str) -> Program:
    return replace(
        cluster.program(arguments[0], python_in(cluster.venv), "manage.py", *arguments), folder=ROOT
    )


def nothing_else() -> None:
    """What is done meanwhile, where nothing is."""


def fill_database(
    supervisor: Supervisor, cluster: Cluster, *, meanwhile: Callable[[], None] = nothing_else
) -> dict[str, str]:
    """Migrations, catalogue, demonstration, each safe to repeat; returns the demonstration's sign-ins.

    The engine is compiled beside the first two: on a fresh machine that takes as long as both. `meanwhile` is called
    once there are tables and a catalogue, and starts what loads beside the demonstration.
    """
    engine = replace(cluster.program("engine", python_in(cluster.venv), "-m", "matching.engine"), folder=ROOT)
    with supervisor.beside(engine) as compiled:
        with step("migrations"):
            supervisor.run(manage(cluster, "migrate", "--no-input", "--skip-checks"))
        with step("catalogue"):
            supervisor.run(manage(cluster, "load_catalogue", "--skip-checks"))
        with step("engine"):
            compiled()
    return enter_demonstration(supervisor, cluster, meanwhile=meanwhile)


def enter_demonstration(
    supervisor: Supervisor, cluster: Cluster, *, meanwhile: Callable[[], None] = nothing_else
) -> dict[str, str]:
    """Fill a database that has its catalogue; returns the sign-ins."""
    meanwhile()
    with step("demonstration"):
        return _sign_ins(supervisor.run(manage(cluster, "load_demo", "--skip-checks")))


def _sign_ins(output: bytes) -> dict[str, str]:
    lines = output.decode().strip().splitlines()
    try:
        return {str(key): str(value) for key, value in json.loads(lines[-1]).items()}
    except (IndexError, ValueError, AttributeError):
        raise Failure("load_demo did not end with the sign-ins as one line of JSON.") from None


def services(cluster: Cluster, port: int) -> list[Program]:
    """Web, worker and beat. Their death signals are the quick ones: tasks are taken up again, requests repeated."""
    address = f"http://{HOST}:{port}"
    environment = {"SITE_URL": address, **cluster.environment, "PORT": str(port)}
    cluster = replace(cluster, environment=environment)
    gunicorn = [cluster.venv / "bin" / "gunicorn", "exchange.wsgi:application", "--bind", f"{HOST}:{port}"]
    threads = [
        "--workers",
        2,
        "--worker-class",
        "gthread",
        "--threads",
        4,
        "--preload",
        "--graceful-timeout",
        5,
    ]
    celery = [cluster.venv / "bin" / "celery", "-A", "exchange"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    work = ["--queues", QUEUES, "--concurrency", 2, *quiet]
    plan = ["--queues", PLANS, "--concurrency", 1, "--hostname", "planner@%h", *quiet]
    clock = ["--schedule", cluster.sockets / "beat-schedule", "--pidfile=", "--loglevel", "WARNING"]
    slow, quick = (Signals.SIGTERM, 10.0), (Signals.SIGQUIT, 5.0)
    web, worker, planner, beat = (
        cluster.program("web", *gunicorn, *threads, "--no-control-socket"),
        cluster.program("worker", *celery, "worker", *work),
        cluster.program("planner", *celery, "worker", *plan),
        cluster.program("beat", *celery, "beat", *clock),
    )
    web, worker, planner = (
        replace(each, stop_signals=(slow, quick), death_signal=Signals.SIGQUIT)
        for each in (web, worker, planner)
    )
    return [replace(each, folder=ROOT) for each in (web, worker, planner, beat)]


@dataclass
class Services:
    """Web, worker and beat on a port: the pages first, since all share the cores while they load."""

    supervisor: Supervisor
    cluster: Cluster
    port: int

    def __post_init__(self) -> None:
        self._web, *self._others = services(self.cluster, self.port)
        self._is_loading = False

    def load_pages(self) -> None:
        """Start the web, unless it was started; the database has its tables and catalogue."""
        if not self._is_loading:
            self.supervisor.start(self._web)
        self._is_loading = True

    def start(self) -> str:
        """Wait for the pages, start the others, and return the address."""
        with step("services"):
            self.load_pages()
            self.supervisor.wait_until("web", lambda: answers(self.port), patience_s=WEB_READY_WITHIN_S)
            for program in self._others:
                self.supervisor.start(program)
        return f"http://{HOST}:{self.port}"


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_port_is_free(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError as error:
            raise Failure(
                f"Port {port} of {HOST} cannot be used ({error.strerror}): name another, as in `make run PORT=8001`."
            ) from None


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind((HOST, 0))
        port: int = attempt.getsockname()[1]
        return port


# --- a throw-away one ---------------------------------------------------------------------------------------
@contextmanager
def running_stack(
    *, venv: Path, demonstration: bool = False, serve: bool = False, durable: bool = False, database: str = ""
) -> Iterator[Stack]:
    """A fresh database and broker in a folder that is removed at the end; with `demonstration` filled, and with
    `serve` (which needs it filled) with web, worker and beat on a free port. `database` is the address of one that
    has tables and catalogue already, made for this stack alone: making them takes longer than all else."""
    state = short_folder()
    with (
        sole_owner(state, throw_away=True),
        running_parts(state, venv, throw_away=True, durable=durable, database=database) as (
            supervisor,
            cluster,
        ),
    ):
        fill = enter_demonstration if database else fill_database
        sign_ins, address = {}, ""
        if serve:
            served = Services(supervisor, cluster, free_port())
            sign_ins = fill(supervisor, cluster, meanwhile=served.load_pages)
            address = served.start()
        elif demonstration:
            sign_ins = fill(supervisor, cluster)
        urls = cluster.environment["DATABASE_URL"], cluster.environment["REDIS_URL"]
        yield Stack(cluster, *urls, sign_ins=sign_ins, address=address)


def short_folder() -> Path:
    """A new temporary folder whose name leaves room for a socket."""
    place = tempfile.gettempdir()
    if len(os.fsencode(place)) > LONGEST_SHORT_FOLDER_BYTES:
        place = "/tmp"  # noqa: S108 — mkdtemp makes a closed folder of an unguessable name in it
    return Path(tempfile.mkdtemp(prefix="loopyard-", dir=place)).resolve()
