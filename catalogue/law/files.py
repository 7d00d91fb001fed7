"""Reads the law that is kept as data, in `data/law`. Pure: no Django, no clock; see `common.reading.tables`."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue.law.knowledge import (
    ANY_USE,
    EU,
    GB,
    OTHER,
    AnimalByProduct,
    LawKnowledge,
    Prohibition,
    ResourceClass,
    SafetyProperty,
    ShipmentRule,
    UseClass,
)
from catalogue.law.shipments import ANY, DISPOSAL, GREEN, HAZARDOUS, RECOVERY, UNLISTED, Procedure
from catalogue.law.terms import Status
from common.reading.tables import Row, new_slug, read_rows, unique_cell

if TYPE_CHECKING:
    # What these hold is read; how it is loaded is not known here.
    from catalogue.loading.activities import ActivityEntry
    from catalogue.loading.code_lists import CodeEntry
    from catalogue.loading.resources import ResourceEntry

FOLDER = "law"
MOST_USES = 63
STATUS_OF = {"forbidden": Status.FORBIDDEN, "approval": Status.CHECK}


def read_law_files(
    folder: Path,
    resources: "Sequence[ResourceEntry]",
    codes: "Sequence[CodeEntry]",
    activities: "Sequence[ActivityEntry]",
    nace: Collection[str],
) -> LawKnowledge:
    """Read and check the files against the rest of the catalogue; `TableError` at the first thing that is wrong."""
    folder = folder / FOLDER
    known = {entry.slug for entry in resources}
    wastes = {entry.code for entry in codes if entry.level == 3}
    classes = _resource_classes(folder, known)
    uses = _use_classes(folder, known, {entry.slug for entry in activities}, nace)
    groups = _groups(folder)
    return LawKnowledge(
        resource_classes=classes,
        use_classes=uses,
        prohibitions=tuple(_prohibitions(folder, classes, uses)),
        safety_properties=_safety(folder, classes, uses),
        animal_by_products=_animal_by_products(folder, known),
        shipment_rules=tuple(_shipments(folder, {*groups.values(), OTHER})),
        groups=groups,
        green_list=_green_list(folder, wastes),
        paths=_paths(resources),
        usual_status={entry.slug: entry.usual_status for entry in resources},
        activities_of_nace={
            code: frozenset(entry.slug for entry in activities if code in entry.nace_codes)
            for code in {code for entry in activities for code in entry.nace_codes}
        },
    )


def _paths(resources: "Sequence[ResourceEntry]") -> dict[str, tuple[str, ...]]:
    paths: dict[str, tuple[str, ...]] = {}
    for entry in resources:
        paths[entry.slug] = (*paths.get(entry.parent or "", ()), entry.slug)
    return paths


def _known(row: Row, column: str, known: Collection[str]) -> frozenset[str]:
    found = row.many(column)
    for slug in found:
        if slug not in known:
            raise row.error(column, f"“{slug}” is not known here; give one that its file has")
    return frozenset(found)


def _resource_classes(folder: Path, resources: Collection[str]) -> dict[str, ResourceClass]:
    seen: dict[str, int] = {}
    rows = read_rows(folder, "resource_classes.csv", ("slug", "name", "resources", "except"))
    return {
        row["slug"]: ResourceClass(
            new_slug(row, "slug", seen),
            row.required("name"),
            _known(row, "resources", resources),
            _known(row, "except", resources),
        )
        for row in rows
    }


def _use_classes(
    folder: Path, resources: Collection[str], activities: Collection[str], nace: Collection[str]
) -> dict[str, UseClass]:
    seen: dict[str, int] = {}
    columns = ("slug", "name", "activities", "nace", "resources", "operation", "unless_asked_for")
    rows = read_rows(folder, "use_classes.csv", columns)
    if len(rows) > MOST_USES:
        raise rows[MOST_USES].error("slug", f"there is room for {MOST_USES} uses in a mask of 64 bits")
    for row in rows:
        if row["operation"] and not re.fullmatch(r"R([1-9]|1[0-3])|D([1-9]|1[0-5])", row["operation"]):
            raise row.error("operation", f"“{row['operation']}” should be R1 to R13, D1 to D15, or empty")
    return {
        row["slug"]: UseClass(
            new_slug(row, "slug", seen),
            row.required("name"),
            _known(row, "activities", activities),
            _known(row, "nace", nace),
            _known(row, "resources", resources),
            _known(row, "unless_asked_for", resources),
            row["operation"],
        )
        for row in rows
    }


def _prohibitions(
    folder: Path, classes: Mapping[str, ResourceClass], uses: Mapping[str, UseClass]
) -> list[Prohibition]:
    columns = (
        *("resource_class", "use_class", "status", "approval", "reason"),
        *("legal_basis", "jurisdictions", "valid_from", "valid_until"),
    )
    found = []
    for row in read_rows(folder, "prohibitions.csv", columns):
        status = STATUS_OF[row.choice("status", STATUS_OF)]
        if (status == Status.CHECK) != bool(row["approval"]):
            raise row.error("approval", "say which approval is needed, and only where the status is approval")
        found.append(
            Prohibition(
                row.choice("resource_class", classes),
                row.choice("use_class", (ANY_USE, *uses)),
                status,
                row.short("approval"),
                row.required("reason"),
                row.required("legal_basis"),
                _known(row, "jurisdictions", (EU, GB)) or frozenset((EU, GB)),
                row.day("valid_from"),
                row.day_or_none("valid_until"),
            )
        )
    return found


def _safety(
    folder: Path, classes: Mapping[str, ResourceClass], uses: Mapping[str, UseClass]
) -> dict[str, SafetyProperty]:
    seen: dict[str, int] = {}
    columns = ("slug", "name", "asked_of", "allowed_uses", "tested", "reason", "legal_basis")
    return {
        row["slug"]: SafetyProperty(
            new_slug(row, "slug", seen),
            row.required("name"),
            _known(row, "asked_of", classes),
            _known(row, "allowed_uses", uses),
            row.required("tested"),
            row.required("reason"),
            row.required("legal_basis"),
        )
        for row in read_rows(folder, "safety_properties.csv", columns)
    }


def _animal_by_products(folder: Path, resources: Collection[str]) -> dict[str, AnimalByProduct]:
    seen: dict[str, int] = {}
    found = {}
    for row in read_rows(folder, "animal_by_products.csv", ("resource", "category", "legal_basis")):
        slug = unique_cell(row, "resource", seen)
        if slug not in resources:
            raise row.error("resource", f"there is no resource “{slug}”; give the slug of one")
        category = int(row.choice("category", ("", "1", "2", "3")) or 0)
        found[slug] = AnimalByProduct(slug, category, row.required("legal_basis"))
    return found


def _groups(folder: Path) -> dict[str, str]:
    groups: dict[str, str] = {}
    for row in read_rows(folder, "country_groups.csv", ("group", "name", "countries")):
        for country in row.many("countries"):
            if country in groups:
                raise row.error("countries", f"“{country}” belongs to {groups[country]} already")
            groups[country] = row.required("group")
    return groups


def _shipments(folder: Path, groups: Collection[str]) -> list[ShipmentRule]:
    columns = (
        *("from_group", "to_group", "waste", "purpose", "procedure"),
        *("legal_basis", "note", "valid_from", "valid_until"),
    )
    return [
        ShipmentRule(
            row.choice("from_group", groups),
            _known(row, "to_group", groups),
            _known(row, "waste", (GREEN, HAZARDOUS, UNLISTED, ANY)),
            row.choice("purpose", (RECOVERY, DISPOSAL)),
            row.choice("procedure", [str(each) for each in Procedure]),
            row.required("legal_basis"),
            row.short("note"),
            row.day("valid_from"),
            row.day_or_none("valid_until"),
        )
        for row in read_rows(folder, "shipments.csv", columns)
    ]


def _green_list(folder: Path, wastes: Collection[str]) -> dict[str, tuple[str, str]]:
    seen: dict[str, int] = {}
    found = {}
    for row in read_rows(folder, "green_list.csv", ("code", "entry", "name")):
        code = unique_cell(row, "code", seen)
        if code not in wastes:
            raise row.error("code", f"“{code}” is not a six-digit code of the European List of Waste")
        found[code] = (row.required("entry", 20), row.required("name"))
    return found
