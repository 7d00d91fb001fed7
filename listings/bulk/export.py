"""Listings as a sheet, CSV or XLSX, row by row; what is written can be imported again.

What a reader sees of a listing is what its page shows them: it is marked by `listings.access` before it gets here.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any, Final, TypeVar

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from accounts.access import AnyUser
from accounts.models import Organization
from common.reading.numbers import typed
from common.units import CANONICAL_UNIT, UNITS_BY_DIMENSION
from listings.access import mark_identities
from listings.bulk.columns import COLUMNS
from listings.disclosure.rules import Reader
from listings.models import Listing, ListingQuerySet

CHUNK: Final = 1000
MOST_XLSX_ROWS: Final = 100_000
BEYOND: Final = ("state", "party", "place", "latitude", "longitude", "amount", "left", "canonical unit")
"""Columns that an export has beyond those of an import."""
_DANGEROUS: Final = re.compile(r"\s*[=+\-@\t\r＝＋－＠]|[\t\r\n]")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
Cell = str | Decimal | int | float
Each = TypeVar("Each")


def headings() -> list[str]:
    """Return the first row of an export."""
    return [*(column.heading for column in COLUMNS if column.name != "payer"), *BEYOND]


def rows_of(listings: ListingQuerySet, user: AnyUser) -> Iterator[list[Cell]]:
    """Return a row for each listing, as `user` may see it; a few thousand are in memory at a time."""
    own = Reader(user).own
    for chunk in in_chunks(listings.with_cards().iterator(chunk_size=CHUNK), CHUNK):
        for listing in mark_identities(user, chunk):
            yield _row(listing, listing.organization_id in own)


def in_chunks(rows: Iterable[Each], size: int) -> Iterator[list[Each]]:
    """Return rows in lists of `size`, the last one shorter."""
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk


def _row(listing: Listing, own: bool) -> list[Cell]:
    # A name of one's own books, or of a site, would tie a stranger's listings together.
    said: dict[str, Cell] = {
        "external_id": listing.external_id if own else "",
        "side": listing.side,
        "resource": listing.resource.name,
        "quantity": _decimal(listing.quantity),
        "unit": listing.unit,
        "period": listing.period,
        "minimum_lot": _decimal(listing.minimum_lot),
        "site": listing.site.name if own else "",
        "available_from": listing.available_from.isoformat(),
        "available_until": listing.available_until.isoformat() if listing.available_until else "",
        "months": ", ".join(map(str, listing.months)),
        "price": _decimal(listing.price),
        "currency": listing.currency,
        "ewc_code": listing.ewc_code,
        "hazardous": "yes" if listing.hazardous else "no",
        "legal_status": listing.legal_status,
        "abp_category": "" if listing.abp_category is None else str(listing.abp_category),
        "reach_number": listing.told_reach_number,
        "origin_of_gas": listing.origin_of_gas,
        "safety_present": ", ".join(listing.safety_present),
        "safety_absent": ", ".join(listing.safety_absent),
        "quality": "; ".join(
            f"{each.property.slug}: {_interval(each.low, each.high)}" for each in listing.quality.all()
        ),
        "disclosure": listing.disclosure,
        "title": listing.title,
        "description": listing.description,
        "id": listing.pk,
    }
    beyond: list[Cell] = [
        listing.state,
        listing.party_name,
        listing.party_place,
        listing.latitude,
        listing.longitude,
        _decimal(listing.amount),
        _decimal(listing.left),
        CANONICAL_UNIT[listing.resource.dimension] + ("/year" if listing.is_rate else ""),
    ]
    return [*(said[column.name] for column in COLUMNS if column.name != "payer"), *beyond]


def _decimal(number: Decimal | None) -> Cell:
    return "" if number is None else number


def _interval(low: Decimal | None, high: Decimal | None) -> str:
    if low == high:
        return typed(low)
    return f"{typed(low)}..{typed(high)}"


def safe(cell: Cell) -> str:
    """Return a cell as text that no spreadsheet reckons with: what could be a formula begins with an apostrophe.

    A number is none, whatever its sign. The import takes the apostrophe off again.
    """
    if not isinstance(cell, str):
        return typed(cell) if isinstance(cell, Decimal | int) else str(cell)
    if _DANGEROUS.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


# --- CSV ----------------------------------------------------------------------------------------------------
def csv_of(rows: Iterable[Sequence[Cell]], head: Sequence[str] | None = None) -> Iterator[bytes]:
    """Return a CSV in UTF-8 with its mark, so that spreadsheets know it, in pieces of many rows."""
    yield "\ufeff".encode()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, row in enumerate(chain([head or headings()], rows), 1):
        writer.writerow([safe(cell) for cell in row])
        if number % CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


# --- XLSX ---------------------------------------------------------------------------------------------------
def xlsx_of(rows: Iterable[Sequence[Cell]], head: Sequence[str] | None = None) -> IO[bytes]:
    """Return a workbook with one sheet, written row by row into a file of its own."""
    book = Workbook(write_only=True)
    _fill(book, _("Listings"), head or headings(), rows)
    return _saved(book)


def _fill(book: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(head, 1):
        sheet.column_dimensions[get_column_letter(place)].width = max(12, min(32, len(str(heading)) + 4))
    sheet.append([_heading(sheet, str(heading)) for heading in head])
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF4")
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, str):
        if not value:
            return None
        cell = WriteOnlyCell(sheet, value=safe(value))
        # A text stays one, whatever it begins with.
        cell.data_type = "s"
        return cell
    return value


def _saved(book: Workbook) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


# --- the template -------------------------------------------------------------------------------------------
def template_rows(organization: Organization | None, day: str) -> list[list[Cell]]:
    """Return the example row of the template."""
    site = organization.sites.first() if organization else None
    example: Mapping[str, Cell] = {
        "site": site.name if site else "Kalundborg works",
        "available_from": day,
        "price": Decimal("-8.50"),
        "quantity": Decimal(12_000),
        "minimum_lot": Decimal(25),
    }
    return [[example.get(column.name, column.example) for column in _columns()]]


def template_head() -> list[str]:
    """Return the headings of the template."""
    return [column.heading for column in _columns()]


def template_xlsx(organization: Organization | None, day: str) -> IO[bytes]:
    """Return the template with a second sheet that says what each column takes."""
    book = Workbook(write_only=True)
    _fill(book, _("Listings"), template_head(), template_rows(organization, day))
    head = [_("Column"), _("What it is"), _("How it is filled in"), _("Allowed values"), _("Needed")]
    _fill(book, _("Columns"), head, allowed_rows())
    return _saved(book)


def allowed_rows() -> list[list[Cell]]:
    """Return for each column its heading, what it is, how it is filled in, what it takes, and whether it is needed."""
    return [
        [
            column.heading,
            str(column.label),
            str(column.explained),
            _units() if column.name == "unit" else column.allowed,
            _("yes") if column.needed else "",
        ]
        for column in _columns()
    ]


def _columns() -> list[Any]:
    return [column for column in COLUMNS if column.name not in ("id", "payer")]


def _units() -> str:
    return "; ".join(", ".join(units) for units in UNITS_BY_DIMENSION.values())
