"""Browser tests without a browser: not run, said so, and never passed."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack import ROOT
from tests.local.keeper import plain_environment

TWO_TESTS = """
import pytest

@pytest.mark.browser
def test_page(): pass

def test_plain(): pass
"""


@pytest.mark.parametrize(
    ("chromium", "outcome", "said"),
    [("", "1 passed, 1 deselected", True), ("/usr/bin/chromium", "2 passed", False)],
)
def test_browser_tests_run_only_with_a_browser(
    tmp_path: Path, chromium: str, outcome: str, said: bool
) -> None:
    (tmp_path / "test_two.py").write_text(TWO_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  browser: x\n")
    pytest_call = [sys.executable, "-m", "pytest", "-p", "local.pytest_plugin", "-p", "no:django"]
    done = subprocess.run(
        pytest_call,
        cwd=tmp_path,
        env=plain_environment() | {"CHROMIUM": chromium, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"= {outcome} in" in done.stdout.splitlines()[-1]
    assert ("THE BROWSER TESTS DID NOT RUN" in done.stdout) is said


EIGHT_TESTS = """
import os, time
import pytest

@pytest.mark.parametrize("number", range(8))
def test_number(number):
    time.sleep(0.05)
    print("ran in", os.path.basename(os.path.dirname(__file__)), os.environ["PYTEST_XDIST_WORKER"])
"""


def test_folder_with_a_stack_of_its_own_runs_in_one_process(tmp_path: Path) -> None:
    folders = ("live", "browser", "other")
    for folder in folders:
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / f"test_{folder}.py").write_text(EIGHT_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ["-p", "local.pytest_plugin", "-p", "no:django", "-n", "2", "-rP"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        env=plain_environment() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    ran = [tuple(line.split()[2:]) for line in done.stdout.splitlines() if line.startswith("ran in")]
    assert len(ran) == 8 * len(folders)
    processes = {folder: {process for where, process in ran if where == folder} for folder in folders}
    assert {folder: len(found) for folder, found in processes.items()} == {
        "live": 1,
        "browser": 1,
        "other": 2,
    }
    assert processes["live"] != processes["browser"]
