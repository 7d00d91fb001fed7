"""CSV tables, read cell by cell, and precisely what is wrong with them by file, row and column. Knows no database.

A table is UTF-8 with a header; what an empty cell means is the reader's to say.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

LONGEST_TEXT = 300
LARGEST_NUMBER = Decimal(100_000)


class TableError(ValueError):
    """A file cannot be taken; the text names file, row, column and what would be right. Row 1 is the header."""

    def __init__(self, file: str, problem: str, *, row: int | None = None, column: str = "") -> None:
        places = [file, f"row {row}" if row else "", f"column {column}" if column else ""]
        place = ", ".join(filter(None, places))
        super().__init__(f"{place}: {problem}" if place else problem)
        self.file = file
        self.row = row
        self.column = column


@dataclass(frozen=True)
class Row:
    """One line of a file, with its place for error messages."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, column: str, what: str) -> TableError:
        """Return the error to raise about one cell."""
        return TableError(self.file, what, row=self.number, column=column)

    def required(self, column: str, longest: int = LONGEST_TEXT) -> str:
        """Return a cell that must hold text."""
        if not self[column]:
            raise self.error(column, "is empty; it needs a text")
        return self.short(column, longest)

    def short(self, column: str, longest: int = LONGEST_TEXT) -> str:
        """Return a cell that must not exceed `longest` characters."""
        if len(self[column]) > longest:
            raise self.error(column, f"has {len(self[column])} characters; at most {longest} fit")
        return self[column]

    def choice(self, column: str, choices: Collection[str]) -> str:
        """Return a cell that must be one of `choices`."""
        if self[column] not in choices:
            raise self.error(column, f"“{self[column]}” is not one of {', '.join(choices)}")
        return self[column]

    def flag(self, column: str) -> bool:
        """Return a cell that must be 0 or 1."""
        return self.choice(column, ("0", "1")) == "1"

    def day(self, column: str) -> date:
        """Return a cell that must be a day, written 2026-12-09."""
        try:
            return date.fromisoformat(self[column])
        except ValueError:
            raise self.error(column, f"“{self[column]}” is not a day; write it like 2026-12-09") from None

    def day_or_none(self, column: str) -> date | None:
        """Return the day of a cell, None where it is empty."""
        return self.day(column) if self[column] else None

    def many(self, column: str) -> list[str]:
        """Return the entries of a cell, parted by semicolons."""
        return [entry.strip() for entry in self[column].split(";") if entry.strip()]

    def number_at_least(
        self, column: str, least: Decimal, places: int | None = None, most: Decimal = LARGEST_NUMBER
    ) -> Decimal:
        """Return a cell that must be a plain number of at least `least`, with at most `places` decimals."""
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            raise self.error(column, f"“{self[column]}” is not a number; write it like 0.65") from None
        if not number.is_finite() or not least <= number < most:
            raise self.error(column, f"{self[column]} is out of range; right is {least} to {most}")
        if places is not None and number != round(number, places):
            raise self.error(column, f"{self[column]} has too many decimals; at most {places} are kept")
        return number


@dataclass(frozen=True)
class Table:
    """A file's columns and lines."""

    columns: tuple[str, ...]
    rows: list[Row]


def read_rows(folder: Path, file: str, columns: Sequence[str]) -> list[Row]:
    """Return the lines of a file that must have `columns`; raises `TableError`."""
    if not (folder / file).exists():
        raise TableError(file, f"is missing in {folder}")
    table = read_table(folder / file)
    if missing := [column for column in columns if column not in table.columns]:
        raise TableError(file, f"the columns {', '.join(missing)} are missing", row=1)
    return table.rows


def read_table(path: Path, *, ragged: bool = False) -> Table:
    """Return what a CSV file holds, its cells stripped of blanks around them; a mark of the byte order is no content.

    Raises `TableError` for a file that is not CSV in UTF-8 and for a line that is shorter or longer than the header;
    with `ragged` what a line leaves out is empty, and what stands beyond the header is left.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(line.replace("\0", "") for line in lines)
            header = next(reader, [])
            return Table(tuple(header), list(_rows(path.name, header, reader, ragged=ragged)))
    except UnicodeDecodeError:
        raise TableError(path.name, "is not UTF-8; save it as UTF-8") from None
    except csv.Error as error:
        raise TableError(path.name, f"is no CSV that can be read: {error}") from None


def _rows(file: str, header: list[str], lines: Iterator[list[str]], *, ragged: bool) -> Iterator[Row]:
    for number, read in enumerate(lines, start=2):
        if ragged and not read:
            continue
        cells = [*read, *[""] * (len(header) - len(read))][: len(header)] if ragged else read
        if len(cells) != len(header):
            raise TableError(
                file,
                f"has {len(cells)} cells; the header has {len(header)} (a text with a comma needs double quotes)",
                row=number,
            )
        yield Row(file, number, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def unique_cell(row: Row, column: str, seen: dict[str, int]) -> str:
    """Return a cell that must not stand in an earlier row; `seen` maps what did to its row and is added to."""
    key = row.required(column)
    if key in seen:
        raise row.error(column, f"“{key}” stands in row {seen[key]} already; it must be unique")
    seen[key] = row.number
    return key


def new_slug(row: Row, column: str, seen: dict[str, int]) -> str:
    """Return a cell that must be a slug of its own."""
    slug = unique_cell(row, column, seen)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 80:
        raise row.error(
            column, f"“{slug}” should be words of a–z and 0–9 joined by “-”, at most 80 characters"
        )
    return slug
