"""For pytest: browser tests count as not run where there is no browser, and the summary says so; the tests of a
folder that starts a whole stack of its own run in one process.

xdist's own marker for the latter, `xdist_group`, does nothing under pytest 9.2: it writes a name that is not read.
"""

import gc
import os

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_STACK_FOR_ALL = ("tests/browser/", "tests/live/")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist comes without types
    """Hands out tests one by one, but the largest folders whole and first."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in ONE_STACK_FOR_ALL if nodeid.startswith(folder)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("CHROMIUM"):
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("browser")]


def pytest_collection_finish() -> None:
    """Spare what all tests share the search for garbage, and make that rarer: it was an eighth of their work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not os.environ.get("CHROMIUM"):
        terminalreporter.write_line(
            "!!! Without Chromium THE BROWSER TESTS DID NOT RUN.", red=True, bold=True
        )
