"""Reads what resources cost, by country and with their range. Knows no database; see `common.reading.tables`.

A resource without a price of its own takes that of the nearest resource above it that has one; "-" says that it is not
known although a price stands above. What disposal costs reaches wastes only: a product is used or sold, so it has no
such price at all, and a by-product has one where its own row says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from catalogue.loading.resources import ResourceEntry
from catalogue.models import LegalStatus, PriceBasis, PriceKind
from common.reading.tables import Row, read_rows

PRICE_COLUMNS = ("resource", "kind", "country", "value", "low", "high", "year", "basis", "source")
DEFAULT_COUNTRY = "EU"
YEARS = [str(year) for year in range(1990, 2101)]
NOT_KNOWN = "-"


@dataclass(frozen=True)
class PriceEntry:
    """What one canonical unit of a resource costs in a country; `stated_for` is the resource whose row says so."""

    resource: str
    kind: str
    country: str
    value_eur_per_unit: Decimal
    low_eur_per_unit: Decimal
    high_eur_per_unit: Decimal
    year: int
    basis: str
    source: str
    stated_for: str


Prices = dict[tuple[str, str], PriceEntry | None]
"""The prices of one resource by kind and country; None where it is said to be not known."""


def read_prices(folder: Path, resources: Sequence[ResourceEntry]) -> dict[str, list[PriceEntry]]:
    """Return the prices of every resource by slug, inherited ones filled in; `resources` come parents first.

    Raises `TableError` for a wrong cell, and for a product that is said to cost something to throw away.
    """
    stated = _read_stated(folder, {entry.slug: entry for entry in resources})
    branches: dict[str, Prices] = {}
    found: dict[str, list[PriceEntry]] = {}
    for entry in resources:
        own = stated.get(entry.slug, {})
        branches[entry.slug] = {**branches.get(entry.parent or "", {}), **own}
        found[entry.slug] = [
            replace(price, resource=entry.slug)
            for (kind, _), price in sorted(branches[entry.slug].items())
            if price is not None and _holds(entry, kind, is_own=price.stated_for == entry.slug)
        ]
    return found


def default_price(prices: Sequence[PriceEntry], kind: str) -> PriceEntry | None:
    """Return the price that holds where a country has none of its own."""
    return next((price for price in prices if price.kind == kind and price.country == DEFAULT_COUNTRY), None)


def _holds(entry: ResourceEntry, kind: str, *, is_own: bool) -> bool:
    if kind != PriceKind.DISPOSAL or entry.usual_status not in (LegalStatus.PRODUCT, LegalStatus.BY_PRODUCT):
        return True
    return is_own and entry.usual_status == LegalStatus.BY_PRODUCT


def _read_stated(folder: Path, resources: Mapping[str, ResourceEntry]) -> dict[str, Prices]:
    stated: dict[str, Prices] = {}
    for row in read_rows(folder, "prices.csv", PRICE_COLUMNS):
        entry = resources.get(row["resource"])
        if entry is None:
            raise row.error("resource", f"there is no resource “{row['resource']}”; give the slug of one")
        kind = row.choice("kind", PriceKind.values)
        if not re.fullmatch("[A-Z]{2}", row["country"]):
            raise row.error(
                "country", f"“{row['country']}” should be two capital letters, or EU where no country differs"
            )
        prices = stated.setdefault(entry.slug, {})
        if (kind, row["country"]) in prices:
            raise row.error("country", f"“{entry.slug}” has a {kind} price of {row['country']} already")
        if kind == PriceKind.DISPOSAL and entry.usual_status == LegalStatus.PRODUCT:
            raise row.error(
                "kind", f"“{entry.slug}” is a product, which nobody pays to throw away; leave this row out"
            )
        prices[kind, row["country"]] = None if row["value"] == NOT_KNOWN else _price(row, kind)
    return stated


def _price(row: Row, kind: str) -> PriceEntry:
    value, low, high = (
        row.number_at_least(column, Decimal(0), places=4) for column in ("value", "low", "high")
    )
    if not low <= value <= high:
        raise row.error("value", f"{value} should lie between low ({low}) and high ({high})")
    return PriceEntry(
        resource=row["resource"],
        kind=kind,
        country=row["country"],
        value_eur_per_unit=value,
        low_eur_per_unit=low,
        high_eur_per_unit=high,
        year=int(row.choice("year", YEARS)),
        basis=row.choice("basis", PriceBasis.values),
        source=row.required("source"),
        stated_for=row["resource"],
    )
