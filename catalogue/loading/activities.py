"""Reads what plants of a kind usually take in and give out. Knows no database; see `common.reading.tables`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from catalogue.loading.code_lists import CodeEntry
from catalogue.loading.names.foreign_names import ForeignName, read_foreign_names
from catalogue.loading.resources import ResourceEntry
from common.reading.tables import Row, new_slug, read_rows
from common.reading.words import LONGEST_WORDS, plain_words

ACTIVITY_COLUMNS = ("slug", "name", "other_names", "nace_codes", "sector")
ACTIVITY_FLOW_COLUMNS = ("activity", "direction", "resource", "strength", "source")
PRODUCT_COLUMNS = ("activity", "direction", "resources")
WORD_COLUMNS = ("words", "resource", "weight")
ACTIVITY_WORD_COLUMNS = ("words", "activity", "weight")
SECTORS = (
    "agriculture",
    "building materials",
    "chemicals",
    "construction",
    "energy",
    "food",
    "fuels",
    "machines and electronics",
    "metals",
    "mining",
    "plastics and rubber",
    "services",
    "textiles",
    "waste and recycling",
    "water and waste",
    "wood and paper",
)
SMALLEST_STRENGTH = Decimal("0.01")


class FlowSide(StrEnum):
    """Whether an activity has a resource or has use for it."""

    TAKES = "takes"
    GIVES = "gives"


@dataclass(frozen=True)
class ActivityEntry:
    """A kind of plant, as people call it; its NACE codes are of classes."""

    slug: str
    name: str
    other_names: list[str]
    nace_codes: list[str]
    sector: str


@dataclass(frozen=True)
class ActivityFlowEntry:
    """What an activity takes or gives; `strength` in (0, 1] says how typical and how well suited that is."""

    activity: str
    direction: FlowSide
    resource: str
    strength: float
    source: str


@dataclass(frozen=True)
class ProductEntry:
    """What plants of a kind sell or buy as a product, not as somebody's by-product; activity "" means any."""

    activity: str
    direction: FlowSide
    resources: frozenset[str]


@dataclass(frozen=True)
class WordEntry:
    """A word that may mean several resources, unlike a synonym; one resource, with a weight in (0, 1]."""

    words: str
    resource: str
    weight: float


@dataclass(frozen=True)
class ActivityWordEntry:
    """A word that may mean several activities, or a firm of that branch; one activity, with a weight in (0, 1]."""

    words: str
    activity: str
    weight: float


@dataclass(frozen=True)
class ActivityFiles:
    """All that the files say of activities, and of words for what they take, checked."""

    activities: list[ActivityEntry]
    flows: list[ActivityFlowEntry]
    words: list[WordEntry]
    products: list[ProductEntry]
    foreign_names: list[ForeignName]
    activity_words: list[ActivityWordEntry]


def read_activity_files(
    folder: Path, resources: Mapping[str, ResourceEntry], codes: Collection[CodeEntry]
) -> ActivityFiles:
    """Read and check the files against the resources by slug and the NACE codes, and return what they say.

    Raises `TableError` with file, row and column at the first thing that is wrong.
    """
    rows = read_rows(folder, "activities.csv", ACTIVITY_COLUMNS)
    activities = _read_activities(rows, {entry.code for entry in codes if entry.level == 4})
    foreign = read_foreign_names(folder, "activity_names", {each.slug for each in activities})
    flows = _read_flows(folder, {entry.slug for entry in activities}, resources)
    taking = {flow.activity for flow in flows if flow.direction == FlowSide.TAKES}
    for row in rows:
        if row["slug"] not in taking:
            raise row.error("slug", "activity_flows.csv must name something that it takes")
    words, products = _read_words(folder, resources), _read_products(folder, flows)
    meant = _read_activity_words(folder, {each.slug for each in activities})
    return ActivityFiles(activities, flows, words, products, foreign, meant)


def _read_activities(rows: list[Row], classes: set[str]) -> list[ActivityEntry]:
    slugs: dict[str, int] = {}
    names: dict[str, str] = {}
    entries = []
    for row in rows:
        slug = new_slug(row, "slug", slugs)
        others = row.many("other_names")
        for column, name in [
            ("name", row.required("name", LONGEST_WORDS)),
            *(("other_names", n) for n in others),
        ]:
            plain = plain_words(name)
            if not plain:
                raise row.error(column, f"“{name}” should hold letters")
            if names.setdefault(plain, slug) != slug:
                raise row.error(column, f"“{name}” already leads to “{names[plain]}”; it must be unique")
        codes = row.many("nace_codes")
        for code in codes:
            if code not in classes:
                raise row.error("nace_codes", f"“{code}” is not a class of nace_rev2.csv, like 23.51")
        if not codes:
            raise row.error("nace_codes", "name at least one class of nace_rev2.csv")
        entries.append(ActivityEntry(slug, row["name"], others, codes, row.choice("sector", SECTORS)))
    return entries


def _read_flows(
    folder: Path, activities: set[str], resources: Mapping[str, ResourceEntry]
) -> list[ActivityFlowEntry]:
    seen: dict[tuple[str, str, str], int] = {}
    entries = []
    for row in read_rows(folder, "activity_flows.csv", ACTIVITY_FLOW_COLUMNS):
        activity, resource = row["activity"], row["resource"]
        if activity not in activities:
            raise row.error("activity", f"“{activity}” is not a slug of activities.csv")
        _check_resource(row, resources)
        side = FlowSide(row.choice("direction", list(FlowSide)))
        if (activity, side, resource) in seen:
            row_before = seen[activity, side, resource]
            raise row.error("resource", f"“{activity}” {side} “{resource}” in row {row_before} already")
        seen[activity, side, resource] = row.number
        entries.append(
            ActivityFlowEntry(activity, side, resource, _share(row, "strength"), row.required("source"))
        )
    return entries


def _read_words(folder: Path, resources: Mapping[str, ResourceEntry]) -> list[WordEntry]:
    seen: dict[tuple[str, str], int] = {}
    entries = []
    for row in read_rows(folder, "resource_words.csv", WORD_COLUMNS):
        _check_resource(row, resources)
        plain = plain_words(row.required("words", LONGEST_WORDS))
        if not plain:
            raise row.error("words", f"“{row['words']}” should hold letters")
        if (plain, row["resource"]) in seen:
            raise row.error(
                "words", f"means “{row['resource']}” in row {seen[plain, row['resource']]} already"
            )
        seen[plain, row["resource"]] = row.number
        entries.append(WordEntry(row["words"], row["resource"], _share(row, "weight")))
    return entries


def _read_activity_words(folder: Path, activities: Collection[str]) -> list[ActivityWordEntry]:
    seen: dict[tuple[str, str], int] = {}
    entries = []
    for row in read_rows(folder, "activity_words.csv", ACTIVITY_WORD_COLUMNS):
        if row["activity"] not in activities:
            raise row.error("activity", f"“{row['activity']}” is not a slug of activities.csv")
        key = (plain_words(row.required("words", LONGEST_WORDS)), row["activity"])
        if key in seen:
            raise row.error("words", f"means “{key[1]}” in row {seen[key]} already")
        seen[key] = row.number
        entries.append(ActivityWordEntry(row["words"], row["activity"], _share(row, "weight")))
    return entries


def _read_products(folder: Path, flows: list[ActivityFlowEntry]) -> list[ProductEntry]:
    """Read what is a product; each must be something that the activity, or any, gives or takes."""
    known = {(flow.activity, flow.direction, flow.resource) for flow in flows}
    known |= {("", direction, resource) for _activity, direction, resource in known}
    seen: dict[tuple[str, str], int] = {}
    entries = []
    for row in read_rows(folder, "activity_products.csv", PRODUCT_COLUMNS):
        activity, side = row["activity"], FlowSide(row.choice("direction", list(FlowSide)))
        if (activity, side) in seen:
            raise row.error("activity", f"“{activity}” {side} stands in row {seen[activity, side]} already")
        seen[activity, side] = row.number
        resources = row.many("resources")
        for resource in resources:
            if (activity, side, resource) not in known:
                raise row.error("resources", f"activity_flows.csv does not say that it {side} “{resource}”")
        entries.append(ProductEntry(activity, side, frozenset(resources)))
    return entries


def _check_resource(row: Row, resources: Mapping[str, ResourceEntry]) -> None:
    found = resources.get(row["resource"])
    if found is None or not found.depth:
        raise row.error(
            "resource", f"there is no resource “{row['resource']}”; give the slug of one below the root"
        )


def _share(row: Row, column: str) -> float:
    """Return a cell that must be a number from 0.01 to 1, with two decimals."""
    number = row.number_at_least(column, SMALLEST_STRENGTH, places=2)
    if number > 1:
        raise row.error(column, f"{number} is out of range; right is {SMALLEST_STRENGTH} to 1")
    return float(number)
