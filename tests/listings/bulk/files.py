"""Files of listings as people send them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

HEAD = ("our number", "side", "resource", "quantity", "unit", "per", "site", "from")
ROW = ("FA-01", "offer", "Coal fly ash", "12000", "t", "year", "Asnæsværket", "2026-01-01")


def as_csv(rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return rows as a spreadsheet saves them."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]], *, merged: str = "", sheet: str = "Listings") -> bytes:
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    if merged:
        page.merge_cells(merged)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(content: bytes, name: str = "listings.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def row(**changes: Any) -> list[Any]:
    """Return `ROW` with some cells changed, by their headings with "_" for blanks."""
    return [changes.get(heading.replace(" ", "_"), cell) for heading, cell in zip(HEAD, ROW, strict=True)]


def body_of(answer: Any) -> bytes:
    """Return what an answer sends piece by piece."""
    return b"".join(answer.streaming_content)
