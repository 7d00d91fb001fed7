"""Reads the European List of Waste and NACE Rev. 2. Knows no database; see `common.reading.tables`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
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
    dates: "CodeDates | None" = None


@dataclass(frozen=True)
class CodeDates:
    """When a code begins or ends, what then takes its place, and what one that stays says from `changes_on` on."""

    valid_from: date | None = None
    valid_until: date | None = None
    replaced_by: tuple[str, ...] = ()
    changes_on: date | None = None
    changed_description_en: str = ""
    changed_hazardous: bool | None = None
    source: str = ""


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
    return _with_changes(folder, entries)


CHANGE_COLUMNS = (
    *("code", "level", "parent", "change", "on", "hazardous", "entry_type"),
    *("description_en", "replaced_by", "source"),
)


def _with_changes(folder: Path, entries: Sequence[CodeEntry]) -> list[CodeEntry]:
    """Return the list with what its amendments change on a day: codes begin, end, or say something else."""
    by_code = {entry.code: entry for entry in entries}
    rows = read_rows(folder, "ewc_changes.csv", CHANGE_COLUMNS)
    for row in rows:
        code, change, on = row["code"], row.choice("change", ("new", "changed", "ended")), row.day("on")
        if (code in by_code) == (change == "new"):
            raise row.error("code", f"“{code}” is {'already' if change == 'new' else 'not'} in ewc_codes.csv")
        if change == "new":
            by_code[code] = _new_code(row, on, by_code)
            continue
        entry = by_code[code]
        dates = CodeDates(
            valid_until=on - timedelta(days=1) if change == "ended" else None,
            replaced_by=tuple(row.many("replaced_by")),
            changes_on=on if change == "changed" else None,
            changed_description_en=row.required("description_en", 400) if change == "changed" else "",
            changed_hazardous=row.flag("hazardous") if change == "changed" else None,
            source=row.required("source"),
        )
        by_code[code] = replace(entry, dates=dates)
    for row in rows:
        for code in row.many("replaced_by"):
            if code not in by_code:
                raise row.error("replaced_by", f"“{code}” is not a code of the European List of Waste")
    return [by_code[code] for code in sorted(by_code)]


def _new_code(row: Row, on: date, by_code: Mapping[str, CodeEntry]) -> CodeEntry:
    level = int(row.choice("level", ("2", "3")))
    if row["parent"] not in by_code:
        raise row.error("parent", f"“{row['parent']}” is not a code of the European List of Waste")
    is_waste = level == 3
    return CodeEntry(
        row["code"],
        level,
        row["parent"],
        (row.required("description_en", 400), ""),
        hazardous=row.flag("hazardous") if is_waste else False,
        entry_type=row.choice("entry_type", ("AH", "AN", "MH", "MN")) if is_waste else "",
        dates=CodeDates(valid_from=on, source=row.required("source")),
    )


def read_activities(folder: Path) -> list[CodeEntry]:
    """Return NACE Rev. 2, checked."""
    rows = read_rows(folder, "nace_rev2.csv", ("code", "level", "parent", "title_en", "title_de"))
    return [entry for _, entry in _read_codes(rows, ("title_en", "title_de"))]
