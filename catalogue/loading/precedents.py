"""Reads the published exchanges that stand as precedents. Knows no database; see `common.reading.tables`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from catalogue.loading.code_lists import CodeEntry
from catalogue.loading.resources import ResourceEntry
from catalogue.models import FIRST_YEAR, LAST_YEAR
from common.reading.tables import Row, new_slug, read_rows
from common.units import CANONICAL_UNIT

PRECEDENT_COLUMNS = (
    "slug",
    "place",
    "country",
    "giver",
    "giver_activity",
    "receiver",
    "receiver_activity",
    "resource",
    "serves_as",
    "since",
    "quantity",
    "unit",
    "per",
    "quantity_year",
    "note",
    "source",
)
LONGEST_NAME = 160
LONGEST_SOURCE = 500
SMALLEST_QUANTITY = Decimal("0.001")
LARGEST_QUANTITY = Decimal(1_000_000_000_000)


@dataclass(frozen=True)
class PrecedentEntry:
    """A published exchange; what is not published is None or empty, never zero."""

    slug: str
    place: str
    country: str
    giver: str
    giver_activity: str
    receiver: str
    receiver_activity: str
    resource: str
    serves_as: str
    since: int | None
    quantity: Decimal | None
    unit: str
    per_year: bool
    quantity_year: int | None
    note: str
    source: str


def read_precedent_files(
    folder: Path,
    resources: Mapping[str, ResourceEntry],
    codes: Collection[CodeEntry],
    activities: Collection[str],
) -> list[PrecedentEntry]:
    """Read and check the file against the resources by slug, the NACE codes and the slugs of activities.

    Raises `TableError` with file, row and column at the first thing that is wrong.
    """
    slugs: dict[str, int] = {}
    known = {entry.code for entry in codes} | set(activities)
    return [
        _read(row, slugs, resources, known) for row in read_rows(folder, "precedents.csv", PRECEDENT_COLUMNS)
    ]


def _read(
    row: Row, slugs: dict[str, int], resources: Mapping[str, ResourceEntry], activities: Collection[str]
) -> PrecedentEntry:
    if not re.fullmatch(r"[A-Z]{2}", row["country"]):
        raise row.error("country", f"“{row['country']}” is not a code of two letters, like DK")
    for column in ("resource", "serves_as"):
        found = resources.get(row[column])
        if (found is None or not found.depth) and (row[column] or column == "resource"):
            raise row.error(
                column, f"there is no resource “{row[column]}”; give the slug of one below the root"
            )
    for column in ("giver_activity", "receiver_activity"):
        if row[column] and row[column] not in activities:
            raise row.error(
                column, f"“{row[column]}” is neither a code of nace_rev2.csv nor a slug of activities.csv"
            )
    quantity, per_year = _quantity(row)
    return PrecedentEntry(
        slug=new_slug(row, "slug", slugs),
        place=row.required("place", LONGEST_NAME),
        country=row["country"],
        giver=row.required("giver", LONGEST_NAME),
        giver_activity=row["giver_activity"],
        receiver=row.required("receiver", LONGEST_NAME),
        receiver_activity=row["receiver_activity"],
        resource=row["resource"],
        serves_as=row["serves_as"],
        since=_year(row, "since"),
        quantity=quantity,
        unit=row["unit"],
        per_year=per_year,
        quantity_year=_year(row, "quantity_year"),
        note=row.short("note"),
        source=row.required("source", LONGEST_SOURCE),
    )


def _quantity(row: Row) -> tuple[Decimal | None, bool]:
    """Return the quantity and whether it is per year; without one nothing may be said of it."""
    if not row["quantity"]:
        for column in ("unit", "per", "quantity_year"):
            if row[column]:
                raise row.error(column, "must be empty, as the quantity is")
        return None, True
    quantity = row.number_at_least("quantity", SMALLEST_QUANTITY, places=6, most=LARGEST_QUANTITY)
    row.choice("unit", sorted(CANONICAL_UNIT.values()))
    return quantity, row.choice("per", ("year", "once")) == "year"


def _year(row: Row, column: str) -> int | None:
    text = row[column]
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise row.error(column, f"“{text}” is not a year from {FIRST_YEAR} to {LAST_YEAR}")
    return int(text)
