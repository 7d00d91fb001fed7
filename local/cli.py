"""The commands behind the Makefile."""

import os
from collections.abc import Callable, Mapping
from itertools import takewhile
from pathlib import Path
from signal import Signals

from local.checks import check, find_browser, prove, test
from local.console import Failure, fail, say, sentence_for
from local.packages import environment_for, python_in
from local.processes.leash import end_with_parent
from local.processes.supervisor import Stopped, run_in_foreground, stopping_on_signals
from local.run import install_packages, run
from local.stack import ROOT, running_stack

DURABLE = ("trading",)
"""The benchmarks of what is promised to outlive a power cut: waiting for the disk is part of what they measure."""
COMMANDS = ("run", "test", "prove", "check", "fmt", "messages", "bench", "shots")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        fail(f"Name one of: {', '.join(COMMANDS)}.")
        return 2
    # When `make` is killed it cannot tell us; the kernel does.
    end_with_parent(Signals.SIGTERM)
    venv = Path(os.environ.get("VENV") or ".venv")
    venv = venv if venv.is_absolute() else ROOT / venv
    return in_words(lambda: _perform(arguments[0], arguments[1:], venv))


def in_words(perform: Callable[[], int]) -> int:
    """Turn every expected trouble into its sentence and an exit code."""
    try:
        with stopping_on_signals():
            return perform()
    except Stopped as stopped:
        say("\nStopped.")
        return stopped.exit_code
    except Failure as failure:
        fail(str(failure))
    except OSError as error:
        fail(sentence_for(error))
    return 1


def _perform(command: str, words: list[str], venv: Path) -> int:
    if command == "run":
        run(venv)
        return 0
    install_packages(venv, "dev.txt")
    match command:
        case "test":
            return test(venv, words)
        case "prove":
            return prove(venv, words)
        case "check":
            return check(venv)
        case "fmt":
            return format_sources(venv)
        case "messages":
            return _call([str(python_in(venv)), "-m", "local.messages", "update"], environment_for(venv))
        case "bench":
            return bench(venv, words)
        case _:
            return shots(venv)


def format_sources(venv: Path) -> int:
    ruff = str(venv / "bin" / "ruff")
    environment = environment_for(venv)
    return _call([ruff, "check", "--fix", "."], environment) or _call([ruff, "format", "."], environment)


def bench(venv: Path, words: list[str]) -> int:
    """Run every benchmark, or the named ones, each as its own process beside a fresh database and broker. What
    comes after the names, from the first word with `--` on, is handed to them."""
    names = list(takewhile(lambda word: not word.startswith("--"), words))
    scripts = sorted((ROOT / "benchmarks").glob("[!_]*.py"))
    scripts = [script for script in scripts if not names or script.stem in names]
    if not scripts:
        say("There is no benchmark" + (f" called {' or '.join(names)}." if names else " yet."))
        return 1 if names else 0
    for script in scripts:
        say(f"\n── {script.stem}")
        # As a module: a script's own folder would come first, and `matching` there is not the application.
        command = [str(python_in(venv)), "-m", f"benchmarks.{script.stem}", *words[len(names) :]]
        with running_stack(venv=venv, durable=script.stem in DURABLE) as stack:
            code = _call(command, stack.environment)
        if code:
            return code
    return 0


def shots(venv: Path) -> int:
    """Pictures of every page of a freshly started demonstration, by the module that knows the pages."""
    browser = find_browser()
    if not browser:
        raise Failure("Pictures need Chromium: install it, or name one by CHROMIUM=path.")
    with running_stack(venv=venv, serve=True) as stack:
        environment = {
            **stack.environment,
            "SITE_URL": stack.address,
            "CHROMIUM": browser,
            "SHOTS_FOLDER": str(ROOT / "var" / "shots"),
            **{f"DEMO_{key.upper()}": value for key, value in stack.sign_ins.items()},
        }
        return _call([str(python_in(venv)), "-m", "local.shots"], environment)


def _call(command: list[str], environment: Mapping[str, str]) -> int:
    return run_in_foreground(command, environment, ROOT)
