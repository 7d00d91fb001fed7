"""CSV tables, read cell by cell, and precisely what is wrong with them by file, row and column. Knows no database.

A table is UTF-8 with a header; an empty cell means unknown or inherited, never zero.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

DATA_FOLDER = Path(__file__).parent.parent / "data"
LONGEST_TEXT = 300
LARGEST_NUMBER = Decimal(100_000)


class CatalogueFileError(ValueError):
    """A file cannot be taken; the text names file, row, column and what would be right."""


@dataclass(frozen=True)
class Row:
    """One line of a file, with its place for error messages."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, column: str, what: str) -> CatalogueFileError:
        """Return the error to raise about one cell."""
        return CatalogueFileError(f"{self.file}, row {self.number}, column {column}: {what}")

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


def read_rows(folder: Path, file: str, columns: Sequence[str]) -> list[Row]:
    """Return the lines of a file that must have `columns`."""
    try:
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            header = next(reader, [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise CatalogueFileError(f"{file}, row 1: the columns {', '.join(missing)} are missing")
            return list(_rows(file, header, reader))
    except UnicodeDecodeError:
        raise CatalogueFileError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except FileNotFoundError:
        raise CatalogueFileError(f"{file}: is missing in {folder}") from None


def _rows(file: str, header: list[str], lines: Iterator[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(header):
            raise CatalogueFileError(
                f"{file}, row {number}: has {len(cells)} cells; the header has {len(header)} "
                "(a text with a comma needs double quotes)"
            )
        yield Row(file, number, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def once(row: Row, column: str, seen: dict[str, int]) -> str:
    """Return a cell that must not stand in an earlier row; `seen` maps what did to its row and is added to."""
    key = row.required(column)
    if key in seen:
        raise row.error(column, f"“{key}” stands in row {seen[key]} already; it must be unique")
    seen[key] = row.number
    return key


def new_slug(row: Row, column: str, seen: dict[str, int]) -> str:
    """Return a cell that must be a slug of its own."""
    slug = once(row, column, seen)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 80:
        raise row.error(
            column, f"“{slug}” should be words of a–z and 0–9 joined by “-”, at most 80 characters"
        )
    return slug
