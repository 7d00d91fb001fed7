"""The virtual environment, installed from a hashed lock by uv or pip, and only when the lock has changed."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local.console import Failure, full_disk_sentence, last_line
from local.processes.supervisor import Program, Supervisor

NOT_PASSED_ON = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
"""They would bring other packages than the lock, or let every process compile the packages anew."""
_RECORD = "loopyard-lock"
_UNFINISHED = "unfinished"


def python_in(venv: Path) -> Path:
    return venv / "bin" / "python"


def environment_for(venv: Path) -> dict[str, str]:
    """This process's environment as a program of the virtual environment should see it."""
    path = os.pathsep.join((str(venv / "bin"), os.environ.get("PATH", os.defpath)))
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return kept | {"VIRTUAL_ENV": str(venv), "PATH": path, "PYTHONUNBUFFERED": "1"}


def install(supervisor: Supervisor, venv: Path, requirements: Path, lock_name: str, log: Path) -> str:
    """Bring the virtual environment to the lock `lock_name` (or to the larger development lock, where that is
    already in it), and say what was done."""
    with _one_at_a_time(log.with_name("packages.lock")):
        recorded_name, _, recorded_hash = _recorded(venv).partition(" ")
        if recorded_name == "dev.txt":
            lock_name = recorded_name
        lock = requirements / lock_name
        wanted = f"{lock_name} {_fingerprint(lock)}"
        if f"{recorded_name} {recorded_hash}" == wanted and python_in(venv).exists():
            return "up to date"
        if not _is_whole(venv, recorded_name):
            _run(supervisor, "venv", [sys.executable, "-m", "venv", "--clear", str(venv)], venv, log)
        (venv / _RECORD).write_text(_UNFINISHED, encoding="ascii")
        installer = _install_lock(supervisor, venv, lock, log)
        (venv / _RECORD).write_text(wanted, encoding="ascii")
        return f"{lock_name} by {installer}"


def _is_whole(venv: Path, recorded_name: str) -> bool:
    """Whether nothing was interrupted while making it. Half a package looks installed to pip, so then all is made
    anew. What pip installs (itself first) has an INSTALLER file at the very end."""
    pip_is_there = any(venv.glob("lib/python3*/site-packages/pip-*.dist-info/INSTALLER"))
    return recorded_name != _UNFINISHED and pip_is_there and _succeeds([str(python_in(venv)), "-c", ""])


def _recorded(venv: Path) -> str:
    record = venv / _RECORD
    return record.read_text(encoding="ascii") if record.is_file() else ""


def _fingerprint(lock: Path) -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {version}"


def _install_lock(supervisor: Supervisor, venv: Path, lock: Path, log: Path) -> str:
    python = str(python_in(venv))
    options = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    if uv := shutil.which("uv"):
        try:
            _run(supervisor, "uv", [uv, "pip", "install", "--quiet", "--python", python, *options], venv, log)
        except Failure:
            pass  # it knows other package sources than pip does; pip has the last word
        else:
            return "uv"
    # Compiling all that is in the packages takes as long as all else, and most of it is never imported.
    pip = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--no-deps",
        "--disable-pip-version-check",
    ]
    # The lock names every package, so none needs another's, and each pip keeps one core busy.
    with ExitStack() as running:
        installing = []
        for number, part in enumerate(halves(lock.read_text(encoding="utf-8"))):
            log = log.with_name(f"packages-{number + 1}.log")
            listed = log.with_suffix(".txt")
            listed.write_text(part, encoding="utf-8")
            program = _program("pip", [*pip, *options[:-1], str(listed)], venv, log)
            installing.append((log, running.enter_context(supervisor.beside(program))))
        for log, ended in installing:
            try:
                ended()
            except Failure as failure:
                if str(failure) == full_disk_sentence(venv.parent):
                    raise
                raise Failure(
                    f"The packages of {lock.name} could not be installed: {last_line(log)} (more in {log})"
                ) from None
    return "pip"


def halves(lock: str) -> tuple[str, str]:
    """Return the requirements of a lock in two files' texts, each with all its hashes."""
    requirements: list[list[str]] = []
    for line in lock.splitlines(keepends=True):
        if not line.startswith((" ", "#")) or not requirements:
            requirements.append([])
        requirements[-1].append(line)
    one, other = ("".join("".join(lines) for lines in requirements[start::2]) for start in (0, 1))
    return one, other


def _run(supervisor: Supervisor, name: str, command: list[str], venv: Path, log: Path) -> None:
    supervisor.run(_program(name, command, venv, log))


def _program(name: str, command: list[str], venv: Path, log: Path) -> Program:
    environment = environment_for(venv)
    return Program(name=name, command=command, log=log, environment=environment, folder=venv.parent)


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """`make run` and `make test` at once must not install into the same place."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
