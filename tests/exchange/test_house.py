"""The house keeps its measures: short files, small folders, no private name across files, apps laid out alike."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)
TREES = ("common", "exchange", "local", "tests", "benchmarks")
APPS = [
    "accounts",
    "catalogue",
    "events",
    "listings",
    "matching",
    "notifications",
    "planning",
    "register",
    "trading",
]
LONGEST_FILE_LINES = 500
MOST_FILES = 12
NOT_OURS = {".venv", ".git", "vendor", "var", "node_modules", "build", "__pycache__"}
LONG_FILES = {
    # One compiled loop: numba inlines what it calls only within a module, and its cache is keyed by the file.
    "matching/engine/kernel.py",
}
LAYERS = {
    "access", "admin", "api", "apps", "event_kinds", "forms", "management", "migrations", "models", "notices",
    "selectors", "services", "tasks", "templatetags", "urls", "views",
}  # fmt: skip
OF_THEIR_OWN = {
    "accounts": {"adapter"},
    "catalogue": {"affinity", "called", "codes", "law", "loading", "precedents"},
    "events": {"broker", "claims", "form_keys", "idempotency", "kinds", "relay"},
    "listings": {"bulk", "data_quality", "disclosure", "search"},
    "matching": {"adapters", "economics", "engine", "market", "openwater", "physics", "routing"},
    "notifications": {"audiences", "backend", "kinds", "words"},
    "planning": {"adapters", "cases", "library", "optimize", "studies"},
    "trading": {"adapters", "benefit"},
}
"""Pure cores, what stands between one and Django, and the middlewares of the log."""


@cache
def ours() -> tuple[str, ...]:
    """Return every file of ours that is read as code, relative to the root."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        found += [
            (Path(folder) / name).relative_to(ROOT).as_posix()
            for name in names
            if Path(name).suffix in {".py", ".css", ".js", ".html"}
        ]
    return tuple(sorted(found))


def test_no_file_is_longer_than_one_can_read() -> None:
    long = {
        name
        for name in ours()
        if "/migrations/" not in name
        and len((ROOT / name).read_text(encoding="utf-8").splitlines()) > LONGEST_FILE_LINES
    }
    assert long - LONG_FILES == set()
    assert LONG_FILES - long == set(), "no longer long: take it out"


def test_no_folder_holds_more_code_side_by_side_than_one_can_survey() -> None:
    count: dict[str, int] = {}
    for name in ours():
        folder = Path(name).parent
        if name.endswith(".py") and Path(name).name != "__init__.py" and folder.name != "migrations":
            count[folder.as_posix()] = count.get(folder.as_posix(), 0) + 1
    full = {
        folder for folder, files in count.items() if files > MOST_FILES and not folder.startswith("tests")
    }
    assert full == set()


def private_imports(text: str) -> Iterator[str]:
    """Yield the names with a leading underscore that a module takes from another of ours."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (*APPS, *TREES):
            for name in node.names:
                if name.name.startswith("_") and not name.name.startswith("__"):
                    yield f"{node.module}.{name.name}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from common.b import _c", ["common.b._c"]),
        ("from trading.b import (c, _d as e)", ["trading.b._d"]),
        ("def f():\n    from tests import _b", ["tests._b"]),
        ("from common.a import gettext as _", []),
        ("from __future__ import annotations", []),
        ("from common import __version__", []),
        ("from django.utils.functional import _StrPromise", []),
    ],
)
def test_private_imports_are_seen(text: str, found: list[str]) -> None:
    assert list(private_imports(text)) == found


def test_nothing_private_is_taken_from_another_file() -> None:
    taken = {
        name: found
        for name in ours()
        if name.endswith(".py")
        if (found := list(private_imports((ROOT / name).read_text(encoding="utf-8"))))
    }
    assert taken == {}


def refusals(text: str) -> Iterator[str]:
    """Yield the words in which a module answers `Forbidden`."""
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Forbidden":
            words = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant))
            yield from (word for word in words if isinstance(word, str))


def test_refusals_are_seen() -> None:
    assert list(refusals('raise Forbidden(_("No."))\nraise NotFound\nForbidden()')) == ["No."]


def test_who_may_not_is_told_so_in_words_that_stand_once() -> None:
    said = [
        words
        for name in ours()
        if name.endswith(".py") and not name.startswith("tests/")
        for words in refusals((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert len(said) > 10
    assert sorted({words for words in said if said.count(words) > 1}) == []


@pytest.mark.parametrize("app", APPS)
def test_app_has_the_layers_and_only_its_own_beside_them(app: str) -> None:
    inside = {
        path.stem
        for path in (ROOT / app).iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
    }
    assert inside - {"__init__"} - LAYERS - OF_THEIR_OWN.get(app, set()) == set()
