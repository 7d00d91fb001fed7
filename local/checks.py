"""`make check` and `make test`: every check under its heading, the first failure ends it."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from local.console import Failure, say
from local.packages import python_in
from local.processes.supervisor import Program, Supervisor, run_in_foreground
from local.stack import ROOT, Stack, running_stack

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
APT_PATIENCE_S = 240.0
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Check:
    heading: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    beside: bool = False
    """Takes long on one core: it runs beside the checks before it, and its words come when they are through."""


def check(venv: Path) -> int:
    """The checks that run no test; returns the exit code."""
    with running_stack(venv=venv) as stack:
        return _run_all(static_checks(venv), stack)


def test(venv: Path, words: list[str]) -> int:
    """All checks and all tests; with words for pytest only that, since whoever names a test wants its answer."""
    browser = find_browser()
    with running_stack(venv=venv) as stack:
        checks = [] if words else [*static_checks(venv), _engine(venv)]
        return _run_all([*checks, _tests(venv, words, browser)], stack)


def prove(venv: Path, words: list[str]) -> int:
    """The tests that prove by mass, at full size; within `make test` the same tests run at a size that still fails."""
    browser = find_browser()
    with running_stack(venv=venv) as stack:
        tests = _tests(venv, ["-m", "mass", *words], browser, {"PROVE": "1"})
        return _run_all([_engine(venv), tests], stack)


def static_checks(venv: Path) -> list[Check]:
    tool = venv / "bin"
    manage = [str(python_in(venv)), "manage.py"]
    checks = [
        Check("format: ruff", [str(tool / "ruff"), "format", "--check", "."]),
        Check("lint: ruff", [str(tool / "ruff"), "check", "."]),
        Check("templates: djlint", [str(tool / "djlint"), "templates", "--lint", "--quiet"]),
        Check("layers: import-linter", [str(tool / "lint-imports")]),
        Check("texts in every language", [str(python_in(venv)), "-m", "local.messages", "check"]),
        Check("migrations complete", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check(
            "settings for production",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            {
                "SITE_URL": "https://exchange.example.org",
                "SECRET_KEY": secrets.token_urlsafe(64),
                "DEBUG": "false",
            },
        ),
    ]
    if _has_compose():
        command = ["docker", "compose", "config", "--quiet"]
        checks.append(
            Check("containers: docker compose", command, {"SECRET_KEY": "any", "DATABASE_PASSWORD": "any"})
        )
    return [*checks, Check("types: mypy", [str(tool / "mypy"), "."], beside=True)]


def _engine(venv: Path) -> Check:
    """Compile the engine once: each process of the tests would do so by itself."""
    return Check("engine compiled", [str(python_in(venv)), "-m", "matching.engine"], beside=True)


def _has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


def _tests(venv: Path, words: list[str], browser: str, environment: Mapping[str, str] = NOTHING) -> Check:
    pytest = [str(python_in(venv)), "-m", "pytest", "-p", "local.pytest_plugin"]
    # One more than cores: some tests wait, for a time-out, a lock or a worker that is to die.
    workers = str((os.cpu_count() or 1) + 1)
    return Check("tests: pytest", [*pytest, "-n", workers, *words], {"CHROMIUM": browser, **environment})


def _run_all(checks: list[Check], stack: Stack) -> int:
    with ExitStack() as running:
        begun = {each.heading: _begun(each, stack, running) for each in checks if each.beside}
        for each in checks:
            say(f"\n── {each.heading}")
            started_s = time.monotonic()
            if each.beside:
                code = begun[each.heading]()
            else:
                code = run_in_foreground(each.command, {**stack.environment, **each.environment}, ROOT)
            if code:
                say(f"\nStopped: {each.heading} failed (exit code {code}).")
                return code
            # Pytest's own last line has its time, and stays the last.
            if not each.heading.startswith("tests"):
                say(f"   {time.monotonic() - started_s:.1f} s")
    return 0


def _begun(check: Check, stack: Stack, running: ExitStack) -> Callable[[], int]:
    """Begin a check that runs beside others; return what waits for it, says its words and returns its exit code."""
    log = ROOT / "var" / "log" / "beside.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    program = Program("beside", check.command, log, {**stack.environment, **check.environment}, ROOT)
    written = running.enter_context(Supervisor().beside(program))

    def finish() -> int:
        try:
            words, code = written(), 0
        except Failure:
            words, code = log.read_bytes(), 1
        say(words.decode(errors="replace").rstrip())
        return code

    return finish


# --- the browser --------------------------------------------------------------------------------------------
def find_browser() -> str:
    """The path of Chromium, installed where that is possible; empty, with one loud line, where it is not."""
    if given := os.environ.get("CHROMIUM"):
        if shutil.which(given) is None:
            raise Failure(f"CHROMIUM={given} names no program that can be run.")
        return given
    if path := _installed_browser():
        return path
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        say("  chromium        is not here; apt-get installs it")
        _apt_install("chromium")
    path = _installed_browser()
    if not path:
        say(
            "!!! There is no Chromium here: THE BROWSER TESTS DO NOT RUN (install it, or name one by CHROMIUM=path)."
        )
    return path


def _installed_browser() -> str:
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def _apt_install(package: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    for command in (install, ["apt-get", "update", "-qq"], install):
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, check=False, timeout=APT_PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            return
        if command is install and done.returncode == 0:
            return
