"""Reads what resources can be turned into and stand in for. Knows no database; see `common.reading.tables`."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from catalogue.loading.resources import ResourceEntry
from catalogue.models import Basis, Direction, FlowRole
from common.reading.tables import Row, new_slug, read_rows
from common.reading.words import LONGEST_WORDS

ENERGY_COLUMNS = ("electricity_mwh_per_unit", "heat_mwh_per_unit")
PROCESS_COLUMNS = (
    "slug",
    "name",
    "equation",
    "cost_eur_per_unit",
    *ENERGY_COLUMNS,
    "co2e_kg_per_unit",
    "biogenic_co2_kg_per_unit",
    "waste_permit",
    "basis",
    "source",
    "cost_source",
)
FLOW_COLUMNS = ("process", "direction", "role", "resource", "amount_per_unit")
SUBSTITUTION_COLUMNS = (
    *("resource", "serves_as", "ratio", "quality_factor", "biogenic_carbon", "basis", "source"),
)
LONGEST_EQUATION = 200
SMALLEST_AMOUNT = Decimal("0.0000001")


@dataclass(frozen=True)
class ProcessEntry:
    """A process; its numbers are per canonical unit of its main input."""

    slug: str
    name: str
    equation: str
    cost_eur_per_unit: Decimal
    electricity_mwh_per_unit: Decimal
    heat_mwh_per_unit: Decimal
    co2e_kg_per_unit: Decimal | None
    biogenic_co2_kg_per_unit: Decimal | None
    waste_permit: bool
    basis: str
    source: str
    cost_source: str


@dataclass(frozen=True)
class FlowEntry:
    """What enters or leaves a process, in canonical units of the resource per unit of the main input."""

    process: str
    resource: str
    direction: str
    role: str
    amount_per_unit: Decimal


@dataclass(frozen=True)
class SubstitutionEntry:
    """What stands in for what; `ratio` is how much of `serves_as` one unit of `resource` replaces."""

    resource: str
    serves_as: str
    ratio: Decimal
    quality_factor: Decimal
    biogenic_carbon: bool
    basis: str
    source: str


@dataclass(frozen=True)
class ProcessFiles:
    """All that the files say of processes and substitutions, checked."""

    processes: list[ProcessEntry]
    flows: list[FlowEntry]
    substitutions: list[SubstitutionEntry]


def read_process_files(folder: Path, resources: Mapping[str, ResourceEntry]) -> ProcessFiles:
    """Read and check the files against the resources by slug and return what they say."""
    rows = read_rows(folder, "processes.csv", PROCESS_COLUMNS)
    processes = _read_processes(rows)
    flows = _read_flows(folder, {entry.slug for entry in processes}, resources)
    for row in rows:
        _check_flows(row, [flow for flow in flows if flow.process == row["slug"]])
    return ProcessFiles(processes, flows, _read_substitutions(folder, resources))


def _read_processes(rows: list[Row]) -> list[ProcessEntry]:
    seen: dict[str, int] = {}
    return [
        ProcessEntry(
            slug=new_slug(row, "slug", seen),
            name=row.required("name", LONGEST_WORDS),
            equation=row.required("equation", LONGEST_EQUATION),
            cost_eur_per_unit=row.number_at_least("cost_eur_per_unit", Decimal(0), places=4),
            electricity_mwh_per_unit=row.number_at_least("electricity_mwh_per_unit", Decimal(0), places=7),
            heat_mwh_per_unit=row.number_at_least("heat_mwh_per_unit", Decimal(0), places=7),
            co2e_kg_per_unit=row.number_at_least("co2e_kg_per_unit", Decimal(0), places=4)
            if row["co2e_kg_per_unit"]
            else None,
            biogenic_co2_kg_per_unit=row.number_at_least("biogenic_co2_kg_per_unit", Decimal(0), places=4)
            if row["biogenic_co2_kg_per_unit"]
            else None,
            waste_permit=row.flag("waste_permit"),
            basis=row.choice("basis", Basis.values),
            source=row.required("source"),
            cost_source=row.required("cost_source"),
        )
        for row in rows
    ]


def _read_flows(folder: Path, processes: set[str], resources: Mapping[str, ResourceEntry]) -> list[FlowEntry]:
    seen: dict[str, int] = {}
    entries = []
    for row in read_rows(folder, "process_flows.csv", FLOW_COLUMNS):
        if row["process"] not in processes:
            raise row.error("process", f"“{row['process']}” is not a slug of processes.csv")
        resource = _listable(row, "resource", resources)
        direction = row.choice("direction", Direction.values)
        place = f"{row['process']} {direction} {resource}"
        if place in seen:
            raise row.error("resource", f"“{resource}” is this {direction} in row {seen[place]} already")
        seen[place] = row.number
        role = row.choice("role", FlowRole.values)
        if direction == Direction.OUTPUT and role not in (FlowRole.TRADED, FlowRole.BALANCE):
            raise row.error("role", f"an output is traded or balance, not “{role}”")
        amount = row.number_at_least("amount_per_unit", SMALLEST_AMOUNT, places=7)
        if role == FlowRole.MAIN and amount != 1:
            raise row.error("amount_per_unit", "the main input is what is counted per unit; right is 1")
        entries.append(FlowEntry(row["process"], resource, direction, role, amount))
    return entries


def _check_flows(process: Row, flows: list[FlowEntry]) -> None:
    if sum(flow.role == FlowRole.MAIN for flow in flows) != 1:
        raise process.error("slug", "process_flows.csv must name exactly one main input of it")
    if not any(flow.direction == Direction.OUTPUT and flow.role == FlowRole.TRADED for flow in flows):
        raise process.error("slug", "process_flows.csv must name a traded output of it")


def _read_substitutions(folder: Path, resources: Mapping[str, ResourceEntry]) -> list[SubstitutionEntry]:
    seen: set[tuple[str, str]] = set()
    entries = []
    for row in read_rows(folder, "substitutions.csv", SUBSTITUTION_COLUMNS):
        resource = _listable(row, "resource", resources)
        serves_as = _listable(row, "serves_as", resources)
        if (resource, serves_as) in seen:
            raise row.error("serves_as", f"“{resource}” as “{serves_as}” stands in a row above")
        seen.add((resource, serves_as))
        above, below = resources[serves_as], resources[resource]
        if above.tree_left <= below.tree_left < above.tree_right:
            raise row.error("serves_as", f"“{resource}” is “{serves_as}” or lies below it and fits as it is")
        quality = row.number_at_least("quality_factor", Decimal("0.01"), places=2)
        if quality > 1:
            raise row.error("quality_factor", f"{quality} is out of range; right is 0.01 to 1")
        entries.append(
            SubstitutionEntry(
                resource,
                serves_as,
                row.number_at_least("ratio", SMALLEST_AMOUNT, places=7),
                quality,
                row.flag("biogenic_carbon"),
                row.choice("basis", Basis.values),
                row.required("source"),
            )
        )
    return entries


def _listable(row: Row, column: str, resources: Mapping[str, ResourceEntry]) -> str:
    """Return a cell that must be the slug of a resource below the roots."""
    found = resources.get(row[column])
    if found is None or found.depth == 0:
        raise row.error(column, f"there is no resource “{row[column]}”; give the slug of one below the root")
    return found.slug
