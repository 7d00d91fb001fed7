"""Reads the emission factors, and which resource they hold for. Knows no database; see `common.reading.tables`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from catalogue.loading.resources import ResourceEntry
from catalogue.models import Basis
from common.reading.tables import LARGEST_NUMBER, Row, new_slug, read_rows, unique_cell
from common.units import CANONICAL_UNIT

FACTOR_COLUMNS = ("key", "name", "kg_co2e_per_unit", "unit", "year", "source", "status")
RESOURCE_FACTOR_COLUMNS = ("resource", "primary_factor", "disposal_factor", "note")
UNITS = (*CANONICAL_UNIT.values(), "t·km")


@dataclass(frozen=True)
class FactorEntry:
    """kg of CO2 equivalent per canonical unit, or per tonne moved a kilometre."""

    key: str
    name: str
    kg_co2e_per_unit: Decimal
    unit: str
    year: int
    source: str
    status: str


@dataclass(frozen=True)
class ResourceFactors:
    """Keys of the factors that hold for a resource; None where nothing is known."""

    primary: str | None = None
    disposal: str | None = None


@dataclass(frozen=True)
class FactorFiles:
    """All factors, and those of every resource by slug, inherited ones filled in."""

    factors: list[FactorEntry]
    of_resource: dict[str, ResourceFactors]


def read_factor_files(folder: Path, resources: Sequence[ResourceEntry]) -> FactorFiles:
    """Read and check the files against the resources, given parents first; `TableError` if one is wrong."""
    factors = _read_factors(folder)
    units = {entry.key: entry.unit for entry in factors}
    by_slug = {entry.slug: entry for entry in resources}
    rows: dict[str, Row] = {}
    seen: dict[str, int] = {}
    for row in read_rows(folder, "resource_factors.csv", RESOURCE_FACTOR_COLUMNS):
        slug = unique_cell(row, "resource", seen)
        if slug not in by_slug:
            raise row.error("resource", f"there is no resource “{slug}”; give the slug of one")
        rows[slug] = row
    of_resource: dict[str, ResourceFactors] = {}
    for entry in resources:
        parent = by_slug.get(entry.parent or "")
        # What is counted in another unit than its parent cannot have the parent's factors.
        above = ResourceFactors()
        if parent is not None and parent.inherited.dimension == entry.inherited.dimension:
            above = of_resource[parent.slug]
        unit = CANONICAL_UNIT[entry.inherited.dimension]
        of_resource[entry.slug] = _resolve(rows.get(entry.slug), above, unit, units)
    return FactorFiles(factors, of_resource)


def _read_factors(folder: Path) -> list[FactorEntry]:
    seen: dict[str, int] = {}
    return [
        FactorEntry(
            key=new_slug(row, "key", seen),
            name=row.required("name", 160),
            # A factor may be negative: what is made may take up more than its making lets out.
            kg_co2e_per_unit=row.number_at_least("kg_co2e_per_unit", -LARGEST_NUMBER, places=6),
            unit=row.choice("unit", UNITS),
            year=int(row.choice("year", [str(year) for year in range(1990, 2101)])),
            source=row.required("source"),
            status=row.choice("status", Basis.values),
        )
        for row in read_rows(folder, "emission_factors.csv", FACTOR_COLUMNS)
    ]


def _resolve(row: Row | None, above: ResourceFactors, unit: str, units: Mapping[str, str]) -> ResourceFactors:
    if row is None:
        return above
    return ResourceFactors(
        _key(row, "primary_factor", above.primary, unit, units),
        _key(row, "disposal_factor", above.disposal, unit, units),
    )


def _key(row: Row, column: str, inherited: str | None, unit: str, units: Mapping[str, str]) -> str | None:
    if not row[column]:
        return inherited
    if row[column] == "-":
        return None
    if units.get(row[column]) != unit:
        raise row.error(
            column, f"“{row[column]}” is not the key of a factor per {unit} in emission_factors.csv"
        )
    return row[column]
