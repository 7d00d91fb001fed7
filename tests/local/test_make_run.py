"""`make run` as a stranger types it, in a copy of the tree."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.stack import ROOT, free_port
from tests.local.keeper import PATIENCE_S, children_of, plain_environment, wait_until_nobody_is_left
from tests.proof import if_proving

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "var", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)


@pytest.fixture
def tree(short: Path) -> Path:
    """A copy of the sources, with neither data nor settings."""
    return shutil.copytree(ROOT, short / "tree", ignore=NOT_COPIED)


@contextmanager
def made_run(tree: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`make run` until it is ready, and what it printed by then."""
    environment = plain_environment() | {"PORT": str(port), "VENV": sys.prefix}
    make = subprocess.Popen(
        ["make", "run", f"PYTHON={sys.executable}"],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert make.stdout is not None
        printed = ""
        for line in make.stdout:
            printed += line
            if line.startswith("Ready in "):
                break
        yield make, printed
    finally:
        if make.poll() is None:
            make.send_signal(signal.SIGTERM)
        make.communicate(timeout=PATIENCE_S)


def second_terminal(tree: Path) -> str:
    """What `manage.py` without any setting finds in the database."""
    count = "from listings.models import Listing; print('listings:', Listing.objects.count())"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", count]
    done = subprocess.run(
        command, cwd=tree, env=plain_environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.live
@pytest.mark.mass
@if_proving
def test_make_run_serves_survives_a_kill_and_keeps_its_data(tree: Path) -> None:
    port = free_port()
    with made_run(tree, port) as (make, printed):
        assert f"Loopyard is at http://127.0.0.1:{port}\n" in printed
        for who in ("seller", "viewer", "buyer", "facilitator", "partner token"):
            assert f"\n  {who} " in printed
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_S) as page:
            assert page.status == 200
        before = second_terminal(tree)
        assert before != "listings: 0"
        (supervisor,) = children_of(make.pid)
        os.kill(supervisor, signal.SIGKILL)
        assert wait_until_nobody_is_left(tree / "var") == []
    with made_run(tree, port) as (make, again):
        assert "up to date" in again
        assert (
            again.partition("Loopyard is at")[2].splitlines()[:7]
            == printed.partition("Loopyard is at")[2].splitlines()[:7]
        )
        assert second_terminal(tree) == before
        make.kill()
        assert wait_until_nobody_is_left(tree / "var") == []
