"""Reads the European List of Waste and NACE Rev. 2. Knows no database; see `common.reading.tables`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.reading.tables import Row, read_rows, unique_cell


@dataclass(frozen=True)
class CodeEntry:
    """A waste code or activity: `texts` are the English and the German one, which may be empty."""

    code: str
    level: int
    parent: str | None
    texts: tuple[str, str]
    hazardous: bool = False
    entry_type: str = ""


def _read_codes(rows: Sequence[Row], texts: tuple[str, str]) -> Iterator[tuple[Row, CodeEntry]]:
    seen: dict[str, int] = {}
    for row in rows:
        parent = row["parent"]
        if parent and parent not in seen:
            raise row.error("parent", f"“{parent}” is not a code of a row above")
        code = unique_cell(row, "code", seen)
        english, german = texts
        yield (
            row,
            CodeEntry(
                code,
                int(row.choice("level", "1234")),
                parent or None,
                (row.required(english, 400), row.short(german, 400)),
            ),
        )


def read_ewc_codes(folder: Path) -> list[CodeEntry]:
    """Return the European List of Waste, checked."""
    columns = ("code", "level", "parent", "description_en", "description_de", "hazardous", "entry_type")
    rows = read_rows(folder, "ewc_codes.csv", columns)
    entries = []
    for row, entry in _read_codes(rows, ("description_en", "description_de")):
        if not re.fullmatch(rf"\d{{{2 * entry.level}}}", entry.code):
            raise row.error(
                "code", f"“{entry.code}” should have {2 * entry.level} digits at level {entry.level}"
            )
        is_waste = entry.level == 3
        entries.append(
            CodeEntry(
                entry.code,
                entry.level,
                entry.parent,
                entry.texts,
                hazardous=row.flag("hazardous") if is_waste else False,
                entry_type=row.choice("entry_type", ("AH", "AN", "MH", "MN")) if is_waste else "",
            )
        )
    return entries


def read_activities(folder: Path) -> list[CodeEntry]:
    """Return NACE Rev. 2, checked."""
    rows = read_rows(folder, "nace_rev2.csv", ("code", "level", "parent", "title_en", "title_de"))
    return [entry for _, entry in _read_codes(rows, ("title_en", "title_de"))]
