"""What CONTRIBUTING and README name is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGES = (
    "add a resource",
    "add a score part",
    "add a gate",
    "add a field to a bid",
    "add an event",
    "add a page of the register",
    "add an endpoint",
    "put a form on a page that is there",
    "add a letter",
    "change or add a text",
    "add a language",
    "add a setting",
    "change how something looks",
)
LAYERS = {"views/", "api/", "forms/", "services/", "selectors/", "models/"}
LAYERS |= {"market/", "loading/", "codes/", "affinity/", "precedents/"}
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|yml|toml|example))`")
_APP = re.compile(r"^\| `(\w+)/` \|", re.MULTILINE)


def paths_in(text: str) -> list[str]:
    """Return what stands as a path in `text`, but the bare names of layers, which every app has."""
    return [path for path in _PATH.findall(text) if path not in LAYERS]


def how_to(change: str) -> str:
    [found] = re.findall(rf"\*\*… {re.escape(change)}\.\*\*(.*?)(?=\n\n|\Z)", CONTRIBUTING, re.DOTALL)
    return str(found)


@pytest.mark.parametrize("change", CHANGES)
def test_change_names_the_files_to_touch_and_they_are_there(change: str) -> None:
    named = paths_in(how_to(change))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_path_of_contributing_is_there() -> None:
    assert [path for path in paths_in(CONTRIBUTING) if not (ROOT / path).exists()] == []


def test_path_that_is_not_there_is_seen() -> None:
    assert paths_in("`trading/models/bids.py`, `forms`, `x.py`, `docs/a.md`, `.env.example`") == [
        "trading/models/bids.py",
        "docs/a.md",
        ".env.example",
    ]


def test_readme_names_every_package() -> None:
    named = set(_APP.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert named == packages - {"tests", "benchmarks"}
