"""Programs that end, keep ending, ignore what they are told, or fill the disk."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.console import Failure
from local.processes.supervisor import MARK, Program, Supervisor, run_in_foreground
from local.run import wanted_port
from local.stack import check_port_is_free, check_reachable, free_port, secret_key
from tests.local.keeper import PATIENCE_S, is_soon_gone, kept, plain_environment, wait_until_nobody_is_left


def shell(folder: Path, script: str, name: str = "tried") -> Program:
    command = ["/bin/sh", "-c", script]
    return Program(name, command, folder / f"{name}.log", plain_environment(), folder)


def test_program_that_keeps_ending_stops_all_and_is_named_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.start(shell(tmp_path, "echo the key is missing; exit 7"))
    with pytest.raises(
        Failure, match=r"tried keeps ending .*\(exit code 7\): the key is missing \(all of it in"
    ):
        supervisor.wait_until("tried", lambda: False, patience_s=PATIENCE_S)


def test_program_that_never_gets_ready_is_named_when_patience_ends(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.start(shell(tmp_path, "echo still loading; sleep 300"))
    with pytest.raises(Failure, match=r"tried is not ready after 0 s"):
        supervisor.wait_until("tried", lambda: False, patience_s=0.3)
    supervisor.stop()


def test_killed_program_is_started_again_and_its_children_are_ended_before(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.start(shell(tmp_path, "echo $$ >> leaders; sleep 300 & echo $! >> children; wait"))
    leaders, children = tmp_path / "leaders", tmp_path / "children"
    supervisor.wait_until("tried", lambda: _lines(children) == 1, patience_s=PATIENCE_S)
    os.kill(int(leaders.read_text()), signal.SIGKILL)
    supervisor.wait_until("tried", lambda: _lines(children) == 2, patience_s=PATIENCE_S)
    first, second = (int(word) for word in children.read_text().split())
    assert is_soon_gone(first)
    supervisor.stop()
    assert is_soon_gone(second)


def _lines(path: Path) -> int:
    return path.read_text().count("\n") if path.is_file() else 0


def test_step_on_a_full_disk_says_so(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"The disk that holds .* is full: free about 1 GB and start again"):
        Supervisor().run(shell(tmp_path, "head -c 1 /dev/zero > /dev/full"))


def test_step_that_fails_names_its_log_and_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(
        Failure, match=r"^tried failed \(exit code 3\): no such column \(all of it in .*tried.log\)$"
    ):
        Supervisor().run(shell(tmp_path, "echo no such column; exit 3"))


def test_program_beside_others_is_waited_for_and_does_not_outlive_them(tmp_path: Path) -> None:
    supervisor, go = Supervisor(), tmp_path / "go"
    wait = f"until [ -e {go} ]; do sleep 0.05; done; echo done"
    with supervisor.beside(shell(tmp_path, wait, "beside")) as written:
        assert supervisor.run(shell(tmp_path, f"touch {go}; echo first")) == b"first\n"
        assert written() == b"done\n"

    left = tmp_path / "left"
    waiting = shell(tmp_path, f"echo $$ > {left}; sleep 300", "beside")
    failing = shell(tmp_path, f"until [ -s {left} ]; do sleep 0.05; done; exit 3")
    with pytest.raises(Failure, match=r"tried failed"), supervisor.beside(waiting):
        supervisor.run(failing)
    assert is_soon_gone(int(left.read_text()))


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 5", 5), ("kill -KILL $$", 137)])
def test_exit_code_of_a_check_is_passed_on(tmp_path: Path, script: str, code: int) -> None:
    assert run_in_foreground(["/bin/sh", "-c", script], plain_environment(), tmp_path) == code


def test_busy_program_that_minds_no_signal_is_ended_after_the_supervisor_was_killed(short: Path) -> None:
    with kept(short) as keeper:
        deaf = subprocess.Popen(
            [sys.executable, "-c", _DEAF],
            env={**plain_environment(), MARK: str(short)},
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert deaf.stdout is not None
        deaf.stdout.readline()
        keeper.send_signal(signal.SIGKILL)
        keeper.wait(PATIENCE_S)
        assert deaf.wait(PATIENCE_S) == -signal.SIGKILL
        assert wait_until_nobody_is_left(short) == []


_DEAF = """
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_throw_away_cluster_is_removed_however_its_owner_ends(number: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER], env=plain_environment(), stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    state = Path(next(line for line in owner.stdout if line.startswith("/")).strip())
    assert state.is_dir()
    owner.send_signal(number)
    owner.wait(PATIENCE_S)
    deadline_s = time.monotonic() + PATIENCE_S
    while state.exists() and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not state.exists()
    assert wait_until_nobody_is_left(state) == []


_OWNER = """
import sys, time
from pathlib import Path
from local.cli import in_words
from local.stack import running_stack

def own():
    with running_stack(venv=Path(sys.prefix)) as stack:
        print(stack.cluster.state, flush=True)
        time.sleep(300)

in_words(own)
"""


# --- what is refused, each in one sentence ------------------------------------------------------------------
def test_taken_port_is_refused_and_the_way_out_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            Failure, match=rf"^Port {port} of 127.0.0.1 cannot be used .*: name another, as in"
        ):
            check_port_is_free(port)


@pytest.mark.parametrize("text", ["", "0", "65536", "http", "80 80", "-1", "٣"])
def test_port_that_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="PORT must be a number from 1 to 65535"):
        wanted_port(text)


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("8000", 8000), ("65535", 65535)])
def test_port_in_range_is_taken(text: str, port: int) -> None:
    assert wanted_port(text) == port


@pytest.mark.parametrize("scheme", ["postgres", "redis"])
def test_given_address_where_nothing_answers_is_named(scheme: str) -> None:
    port = free_port()
    with pytest.raises(Failure, match=rf"^X_URL: nothing answers at 127.0.0.1:{port} "):
        check_reachable("X_URL", f"{scheme}://user:secret@127.0.0.1:{port}/x")


def test_given_address_that_is_none_is_refused_without_showing_its_password() -> None:
    with pytest.raises(Failure) as refused:
        check_reachable("DATABASE_URL", "postgres://user:secret@host:port/name")
    assert "DATABASE_URL" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_secret_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    made = secret_key(tmp_path)
    assert len(made) >= 50
    assert secret_key(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
