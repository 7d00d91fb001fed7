"""A file of rows as text: CSV in whatever way it was saved, or the first sheet of an XLSX. Knows no database.

Everything is bounded before it is read: bytes, what an archive unpacks to, rows, columns, the length of a cell. A file
that cannot be taken raises `Invalid` on `file`, in words that say what would be right.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from common.errors import Invalid
from common.reading.numbers import typed
from common.reading.text import clean_line, clean_text
from listings.bulk.columns import recognized

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_UNPACKED: Final = 120 * 1024 * 1024
MOST_TIMES: Final = 120
"""An archive that unpacks to more than so many times its size was made to fill a memory."""
MOST_ENTRIES: Final = 500
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 5_000
LONGEST_HEADING: Final = 120
HEADING_WITHIN: Final = 10
DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE_ROWS: Final = 50
_CHUNK: Final = 1 << 20
_ESCAPED: Final = re.compile(r"^'(?=\s*[=+\-@\t\r＝＋－＠])")


@dataclass(frozen=True)
class Reading:
    """How a file is read; "" is found out. `sheet` of an XLSX by its name."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


AS_FOUND: Final = Reading()


@dataclass
class Sheet:
    """What a file holds: cells as text, without blanks around them."""

    reading: Reading
    """What was asked for, and what was found out."""
    headings: list[str]
    heading_row: int
    """Its number as a spreadsheet counts, from 1."""
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    """The rows that hold anything, with their numbers."""
    sheets: list[str] = field(default_factory=list)
    """The names of the sheets there are; none of a CSV."""
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The headings, each once and none empty: what is twice, or nothing, has its letter."""
        return [
            heading if heading and self.headings.count(heading) == 1 else _lettered(heading, place)
            for place, heading in enumerate(self.headings)
        ]

    def head(self, most: int) -> dict[str, Any]:
        """Return headings and first rows as JSON takes them."""
        return {
            "headings": self.names,
            "rows": self.rows[:most],
            "sheets": self.sheets,
            "notes": self.notes,
            "reading": asdict(self.reading),
        }


def read_sheet(content: bytes, reading: Reading = AS_FOUND, *, most: int = MOST_ROWS * 3) -> Sheet:
    """Return what a file holds; raises `Invalid` on `file`. Of a workbook no row beyond `most` is read."""
    _refuse_others(content)
    if content.startswith(b"PK\x03\x04"):
        return _read_xlsx(content, reading, most)
    return _read_csv(content, reading)


def refused(text: str) -> Invalid:
    """Return what is raised about a whole file."""
    return Invalid({"file": text})


def _refuse_others(content: bytes) -> None:
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise refused(_("This file is empty. Fill in the template, and send it."))
    if len(content) > MOST_BYTES:
        raise too_large()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<body", b"<?xml", b"<meta")):
        raise refused(
            _(
                "This is a web page, whatever its name says. Open it in a spreadsheet and save it as XLSX or CSV."
            )
        )
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(
            _("This is an old or a protected Excel file. Save it as XLSX without a password, or as CSV.")
        )
    if start.startswith(
        (b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf", b"7z\xbc\xaf", b"rar!", b"\x1f\x8b")
    ):
        raise refused(_("This is no table. Send an XLSX or a CSV file."))


def too_large() -> Invalid:
    """Return what is said of a file of too many bytes."""
    text = _("This file is larger than %(most)d MB. Split it, at most %(rows)s rows each.")
    return refused(text % {"most": MOST_BYTES // 1024 // 1024, "rows": f"{MOST_ROWS:,}"})


# --- CSV ----------------------------------------------------------------------------------------------------
def _read_csv(content: bytes, reading: Reading) -> Sheet:
    text, encoding = _decoded(content, reading.encoding)
    if "\0" in text[:10_000]:
        raise refused(_("This is no table. Send an XLSX or a CSV file."))
    text = text.replace("\0", "")
    first, _break, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)\r?", first.strip("\ufeff"))
    if named:
        text = rest
    delimiter = reading.delimiter or (named[1] if named else _delimiter_of(text))
    found = _sheet_of(_csv_rows(text, delimiter, 2 if named else 1))
    found.reading = Reading(encoding, delimiter)
    return found


def _decoded(content: bytes, asked: str) -> tuple[str, str]:
    if not asked:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            asked = "utf-16"
        else:
            try:
                return content.decode("utf-8-sig"), "utf-8"
            except UnicodeDecodeError:
                asked = "cp1252"
    try:
        return content.decode("utf-8-sig" if asked == "utf-8" else asked), asked
    except UnicodeDecodeError as error:
        if asked != "cp1252":
            before = content[: error.start].count(b"\n") + 1
            text = _("Line %(line)d cannot be read so. Choose another encoding, or save the file as UTF-8.")
            raise refused(text % {"line": before}) from None
        # Five bytes of it mean nothing; a file that has them was meant otherwise, and shows in the preview.
        return content.decode("cp1252", errors="replace"), asked


def _delimiter_of(text: str) -> str:
    """The character by which the first rows fall into the most headings that we know, else into the most columns."""

    def told(delimiter: str) -> tuple[int, int]:
        rows = []
        try:
            for row in csv.reader(io.StringIO(text[:_CHUNK], newline=""), delimiter=delimiter):
                rows.append(row)
                if len(rows) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            pass
        widths = sorted(len(row) for row in rows if row)
        known = max((recognized(row) for row in rows[:HEADING_WITHIN]), default=0)
        return known, widths[len(widths) // 2] if widths else 0

    return max(DELIMITERS, key=told)


def _csv_rows(text: str, delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = first - 1
    while True:
        line = reader.line_num + first
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            words = _("From line %(line)d on a quotation mark is open that nothing closes.") % {"line": line}
            raise refused(words) from None
        number += 1
        yield number, row


# --- XLSX ---------------------------------------------------------------------------------------------------
def _read_xlsx(content: bytes, reading: Reading, most: int) -> Sheet:
    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile, SyntaxError):
        raise _broken() from None
    try:
        names = [each.title for each in book.worksheets]
        if not names:
            raise refused(_("This workbook has no sheet with cells."))
        sheet = book[reading.sheet if reading.sheet in names else names[0]]
        # What a file says of its own size need not be so.
        sheet.reset_dimensions()
        merged = _merged(content, names.index(sheet.title))
        try:
            found = _sheet_of(_xlsx_rows(sheet, most), merged)
        except (ValueError, TypeError, KeyError, SyntaxError, zipfile.BadZipFile, OverflowError):
            raise _broken() from None
        found.reading, found.sheets = Reading(sheet=sheet.title), names
        return found
    finally:
        book.close()


def _broken() -> Invalid:
    return refused(
        _("This workbook is damaged. Open it in a spreadsheet, save it anew as XLSX, and send that.")
    )


def _check_archive(content: bytes) -> None:
    """Refuse what unpacks to more than a sheet can need; unpacked to be counted, since what it says may be a lie."""
    bomb = refused(
        _("This workbook unpacks to more than %(most)d MB. Copy the rows into the template, and send that.")
        % {"most": MOST_UNPACKED // 1024 // 1024}
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise refused(_("This is an archive, no XLSX. Unpack it, and send the sheet itself."))
            if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
                raise bomb
            unpacked = 0
            for entry in entries:
                unpacked += _size_of(content, entry, MOST_UNPACKED - unpacked)
                if unpacked > MOST_UNPACKED or unpacked > MOST_TIMES * max(len(content), 20_000):
                    raise bomb
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError):
        raise _broken() from None


def _size_of(content: bytes, entry: zipfile.ZipInfo, most: int) -> int:
    """Unpack an entry without keeping it, no further than `most`; return its size, which must be as it says."""
    at = entry.header_offset
    start = at + 30 + int.from_bytes(content[at + 26 : at + 28], "little")
    start += int.from_bytes(content[at + 28 : at + 30], "little")
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(entry.filename)
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size
    unpack = zlib.decompressobj(-15)
    size, packed = 0, content[start : start + entry.compress_size]
    while not unpack.eof:
        out = unpack.decompress(packed, _CHUNK)
        packed = unpack.unconsumed_tail
        size += len(out)
        if size > most:
            return size
        if not out and not packed:
            break
    if size != entry.file_size:
        raise ValueError(entry.filename)
    return size


def _xlsx_rows(sheet: Any, most: int) -> Iterator[tuple[int, list[str]]]:
    # Of a sheet whose last cell stands in row 1,048,576 the rows before are read as empty ones: hence a bound.
    bounds = {"max_row": most, "max_col": MOST_COLUMNS + 1}
    for number, row in enumerate(sheet.iter_rows(values_only=True, **bounds), 1):
        yield number, [_text(value) for value in row]


def _text(value: Any) -> str:
    """Return a cell as somebody would type it: numbers and days so that they can be read in one way only."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        # As many digits as a spreadsheet keeps: 0.1 + 0.2 is 0.3 there.
        number = Decimal(f"{value:.15g}")
        return typed(number) if number.is_finite() else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


_MERGED: Final = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)


def _merged(content: bytes, place: int) -> list[tuple[str, int]]:
    """The merged ranges of a sheet, each with its last row; they stand behind its rows."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(
            (name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
            key=lambda name: int(re.sub(r"\D", "", name.rpartition("/")[2])),
        )
        if place >= len(names):
            return []
        tail = b""
        with archive.open(names[place]) as part:
            while chunk := part.read(_CHUNK):
                tail = (tail + chunk)[-2 * _CHUNK :]
    return [
        (f"{found[1].decode()}{found[2].decode()}:{found[3].decode()}{found[4].decode()}", int(found[4]))
        for found in _MERGED.finditer(tail)
    ]


# --- rows ---------------------------------------------------------------------------------------------------
def _sheet_of(rows: Iterable[tuple[int, list[str]]], merged: Sequence[tuple[str, int]] = ()) -> Sheet:
    """Find the headings among the first rows, and take what follows; raises for what is more than can be."""
    first: list[tuple[int, list[str]]] = []
    found: Sheet | None = None
    for number, cells in rows:
        cells = [_cleaned(cell) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            text = _("Row %(row)d has more than %(most)d columns. Send the columns of listings alone.")
            raise refused(text % {"row": number, "most": MOST_COLUMNS})
        if found is None:
            first.append((number, cells))
            if len(first) == HEADING_WITHIN:
                found = _begun(first)
            continue
        found.rows.append((number, cells))
        if len(found.rows) > MOST_ROWS:
            raise refused(
                _("There are more than %(most)s rows. Split the file.") % {"most": f"{MOST_ROWS:,}"}
            )
    return _finished(found or _begun(first), merged)


def _finished(found: Sheet, merged: Sequence[tuple[str, int]]) -> Sheet:
    """Give all rows the same width, and say what is odd; raises for rows of which some have no value of their own."""
    if not found.rows:
        raise refused(_("There is no row below the headings. Fill in at least one, and send it again."))
    inside = [where for where, last in merged if last >= found.heading_row]
    if inside:
        text = _(
            "The cells %(cells)s are merged, so that some rows have no value of their own. Unmerge them."
        )
        raise refused(text % {"cells": ", ".join(inside[:5])})
    width = max(len(found.headings), *(len(cells) for _number, cells in found.rows))
    found.headings += [""] * (width - len(found.headings))
    for _number, cells in found.rows:
        cells += [""] * (width - len(cells))
    twice = sorted({name for name in found.headings if name and found.headings.count(name) > 1})
    if twice:
        text = _("Several columns are called %(names)s; each has its letter here. Look which is taken.")
        found.notes.append(text % {"names": ", ".join(f"“{name}”" for name in twice)})
    return found


def _begun(first: list[tuple[int, list[str]]]) -> Sheet:
    if not first:
        raise refused(_("This file is empty. Fill in the template, and send it."))
    place = max(range(len(first)), key=lambda at: (recognized(first[at][1]), -at))
    number, headings = first[place]
    headings = [" ".join(heading.split())[:LONGEST_HEADING] for heading in headings]
    return Sheet(Reading(), headings, number, rows=first[place + 1 :])


def _cleaned(cell: str) -> str:
    """Return a cell as it is seen, without the mark that keeps a spreadsheet from reckoning with it."""
    if not cell:
        return ""
    if len(cell) > LONGEST_CELL:
        cell = cell[: LONGEST_CELL + 1]
    text = clean_text(cell) if "\n" in cell else clean_line(cell)
    return _ESCAPED.sub("", text)


def _lettered(heading: str, place: int) -> str:
    letter = get_column_letter(place + 1)
    return f"{heading} ({letter})" if heading else _("Column %(letter)s") % {"letter": letter}
