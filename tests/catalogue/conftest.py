import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.resources import RESOURCE_COLUMNS

EditCell = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue's files, to change."""
    return Path(shutil.copytree(DATA_FOLDER, tmp_path / "data"))


@pytest.fixture
def edit_cell(folder: Path) -> EditCell:
    """`edit_cell(file, key, column=text)`: write into the row whose first cell is `key`; returns the folder."""

    def edit(file: str, key: str, /, **cells: str) -> Path:
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            header, *rows = list(csv.reader(lines))
        row = next(row for row in rows if row[0] == key)
        for column, text in cells.items():
            row[header.index(column)] = text
        with (folder / file).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([header, *rows])
        return folder

    return edit


@pytest.fixture
def drop_row(folder: Path) -> Callable[[str, str], Path]:
    """`drop_row(file, key)`: take out the row whose first cell is `key`; returns the folder."""

    def drop(file: str, key: str) -> Path:
        lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(f"{key},")]
        assert len(kept) == len(lines) - 1
        (folder / file).write_text("".join(kept), encoding="utf-8")
        return folder

    return drop


@pytest.fixture
def drop_resource(folder: Path, drop_row: Callable[[str, str], Path]) -> Callable[[str, str], Path]:
    """`drop_resource(kind, slug)`: take out a resource, and from the activities what names it; returns the folder."""

    def drop(kind: str, slug: str) -> Path:
        for file in ("activity_flows.csv", "resource_words.csv", "prices.csv"):
            lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
            kept = (line for line in lines if f",{slug}," not in f",{line}")
            (folder / file).write_text("".join(kept), encoding="utf-8")
        drop_row("resource_names_de.csv", slug)
        return drop_row(f"resources_{kind}.csv", slug)

    return drop


@pytest.fixture
def add_resource(folder: Path) -> Callable[..., Path]:
    """`add_resource(kind, slug=…, …)`: append a row, empty where nothing is given; returns the folder."""

    def add(kind: str, **cells: str) -> Path:
        cells = {"description": "For a test.", "hazardous_possible": "0"} | cells
        with (folder / f"resources_{kind}.csv").open("a", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerow([cells.get(column, "") for column in RESOURCE_COLUMNS])
        return folder

    return add
