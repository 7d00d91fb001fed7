"""Reads the files that the tree of resources is made of, checked against each other. Knows no database."""

from dataclasses import dataclass, field
from pathlib import Path

from catalogue.loading.code_lists import CodeEntry, read_activities, read_ewc_codes
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.names.foreign_names import ForeignName, read_foreign_names
from catalogue.loading.prices import PriceEntry, read_prices
from catalogue.loading.resources import (
    PropertyEntry,
    ResourceEntry,
    read_properties,
    read_qualities,
    read_resources,
)


@dataclass(frozen=True)
class CatalogueFiles:
    """All that the files say, checked against each other."""

    ewc_codes: list[CodeEntry]
    activities: list[CodeEntry]
    resources: list[ResourceEntry]
    properties: list[PropertyEntry]
    qualities: dict[str, list[str]] = field(default_factory=dict)
    prices: dict[str, list[PriceEntry]] = field(default_factory=dict)
    foreign_names: list[ForeignName] = field(default_factory=list)


def read_catalogue_files(folder: Path = DATA_FOLDER) -> CatalogueFiles:
    """Read and check all files; raise `TableError` at the first thing that is wrong."""
    ewc_codes = read_ewc_codes(folder)
    wastes = {entry.code for entry in ewc_codes if entry.level == 3}
    resources = read_resources(folder, wastes)
    properties = read_properties(folder)
    qualities = read_qualities(
        folder, {entry.slug for entry in resources}, {entry.slug for entry in properties}
    )
    names = read_foreign_names(folder, "resource_names", {entry.slug for entry in resources})
    return CatalogueFiles(
        ewc_codes,
        read_activities(folder),
        resources,
        properties,
        qualities,
        read_prices(folder, resources),
        names,
    )
