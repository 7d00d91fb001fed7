"""Starts programs, keeps them running, and leaves none behind.

Every program is on a leash (`leash.py`) for the case that this process is killed, leads its own process group for
the case that it is killed itself, and carries a mark in its environment by which `undertaker.py` and the next start
find what is left.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from local.console import Failure, disk_is_full, full_disk_sentence, last_line, say
from local.processes.leash import Identity, command_on_leash

MARK = "LOOPYARD_LOCAL"
EARLY_DEATH_S = 10.0
EARLY_DEATHS_ALLOWED = 3
LONGEST_PAUSE_S = 30.0
LARGEST_LOG_BYTES = 10_000_000


class Stopped(BaseException):
    """A signal asked this process to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Within, the signals that ask for an end raise `Stopped`, once: what follows is the cleaning up."""
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        numbers.append(signal.SIGHUP)

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class Program:
    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    #: Sent in this order to end it, each with the seconds it is given; SIGKILL to the group comes after.
    stop_signals: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 5.0),)
    #: What the kernel sends when the supervisor is gone: the quick way out.
    death_signal: signal.Signals = signal.SIGTERM
    identity: Identity = Identity.SAME
    before_start: Callable[[], None] = field(default=lambda: None)


def spawn(program: Program) -> subprocess.Popen[bytes]:
    if program.log.is_file() and program.log.stat().st_size > LARGEST_LOG_BYTES:
        program.log.replace(program.log.with_suffix(".old.log"))
    with program.log.open("ab") as log:
        return subprocess.Popen(
            command_on_leash(program.command, program.death_signal, program.identity),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.folder,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], signals: tuple[tuple[signal.Signals, float], ...]) -> None:
    """End a program and what is left of its process group."""
    for number, patience_s in signals:
        if process.poll() is None:
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience_s)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_in_foreground(command: list[str], environment: Mapping[str, str], folder: Path) -> int:
    """Run a program that writes to this terminal, end its whole process group, and return its exit code."""
    process = subprocess.Popen(
        command_on_leash(command, signal.SIGINT, Identity.SAME),
        stdin=subprocess.DEVNULL,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    try:
        code = process.wait()
    finally:
        end(process, ((signal.SIGINT, 10.0),))
    return code if code >= 0 else 128 - code


class Supervisor:
    def __init__(self) -> None:
        self._running: list[_Running] = []

    def start(self, program: Program) -> None:
        program.before_start()
        self._running.append(_Running(program, spawn(program)))

    def run(self, program: Program) -> bytes:
        """Run a program to its end and return what it wrote. Raises Failure with its last words."""
        with self.beside(program) as written:
            return written()

    @contextmanager
    def beside(self, program: Program) -> Iterator[Callable[[], bytes]]:
        """Run a program while the body runs, and no longer; yields what waits for its end, as `run` does."""
        program.log.unlink(missing_ok=True)
        process = spawn(program)

        def written() -> bytes:
            if code := process.wait():
                raise Failure(_last_words(program, f"failed (exit code {code})"))
            return program.log.read_bytes()

        try:
            yield written
        finally:
            end(process, program.stop_signals)

    def wait_until(self, name: str, is_ready: Callable[[], bool], *, patience_s: float) -> None:
        """Keep everything running until `is_ready`; Failure when that takes longer than `patience_s`."""
        deadline_s = time.monotonic() + patience_s
        while not is_ready():
            self.tend()
            if time.monotonic() > deadline_s:
                program = next(each.program for each in self._running if each.program.name == name)
                raise Failure(_last_words(program, f"is not ready after {patience_s:.0f} s"))
            time.sleep(0.03)

    def tend(self) -> None:
        """Start again what has ended. Raises Failure when something keeps ending right after its start."""
        for each in self._running:
            each.tend()

    def watch(self) -> None:
        while True:
            self.tend()
            time.sleep(0.2)

    def stop(self) -> None:
        """End all, the last one started first."""
        while self._running:
            each = self._running.pop()
            end(each.process, each.program.stop_signals)


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    started_s: float = field(default_factory=time.monotonic)
    early_deaths: int = 0
    start_again_s: float | None = None

    def tend(self) -> None:
        if self.start_again_s is not None:
            if time.monotonic() >= self.start_again_s:
                self._start_again()
        elif self.process.poll() is not None:
            self._plan_restart()

    def _plan_restart(self) -> None:
        end(self.process, ())
        lived_s = time.monotonic() - self.started_s
        self.early_deaths = self.early_deaths + 1 if lived_s < EARLY_DEATH_S else 0
        ended = f"ended (exit code {self.process.returncode})"
        if self.early_deaths >= EARLY_DEATHS_ALLOWED:
            raise Failure(_last_words(self.program, f"keeps ending right after its start, and last {ended}"))
        pause_s = min(0.5 * 2**self.early_deaths, LONGEST_PAUSE_S)
        self.start_again_s = time.monotonic() + pause_s
        say(f"  {self.program.name} {ended}; starting it again in {pause_s:.1f} s, log in {self.program.log}")

    def _start_again(self) -> None:
        self.program.before_start()
        self.process, self.started_s, self.start_again_s = spawn(self.program), time.monotonic(), None


def _last_words(program: Program, what_happened: str) -> str:
    if disk_is_full(program.log):
        return full_disk_sentence(program.folder)
    return f"{program.name} {what_happened}: {last_line(program.log)} (all of it in {program.log})"


def strays(state: Path) -> list[int]:
    """Processes, other than this one, that an earlier start from the same state folder left behind.

    The database and the broker overwrite their environment to show a title, so they are known by their folder.
    """
    if not Path("/proc").is_dir():
        return []
    mark = f"{MARK}={state}".encode()
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if pid != os.getpid() and _belongs(pid, state, mark)]


def _belongs(pid: int, state: Path, mark: bytes) -> bool:
    process = Path("/proc") / str(pid)
    with suppress(OSError):
        if mark in (process / "environ").read_bytes().split(b"\0"):
            return True
        if (process / "comm").read_text(encoding="utf-8").strip() in ("postgres", "valkey-server"):
            return (process / "cwd").readlink() in (state / "postgres", state / "valkey")
    return False


def end_strays(state: Path) -> None:
    """End what a start left behind: asked first, so that the database can close its files."""
    for number, patience_s in ((signal.SIGINT, 3.0), (signal.SIGKILL, 5.0)):
        for pid in (pids := strays(state)):
            with suppress(OSError):
                os.kill(pid, number)
        deadline_s = time.monotonic() + patience_s
        while pids and time.monotonic() < deadline_s:
            time.sleep(0.05)
            pids = strays(state)
