"""Reads the tree of resources and what each inherits. Knows no database; see `common.reading.tables`.

A resource that leaves a number, its transport or its dimension empty takes that of its parent; "-" says that the
value is not known although the parent's is. What is returned has all of that filled in, and the tree as intervals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from catalogue.models import Dimension, Kind, LegalStatus, TransportMode
from common.reading.tables import LONGEST_TEXT, Row, TableError, new_slug, read_rows, unique_cell
from common.reading.words import LONGEST_WORDS, plain_words

CONVERSIONS = ("density_t_per_m3", "energy_mwh_per_t", "energy_mwh_per_m3")
RESOURCE_COLUMNS = (
    "slug",
    "name",
    "parent",
    "dimension",
    "ewc_codes",
    "usual_status",
    "hazardous_possible",
    "synonyms",
    "description",
    *CONVERSIONS,
    "conversion_source",
    "transport_mode",
    "reach_km",
)


@dataclass(frozen=True)
class Inherited:
    """What a resource takes from its parent unless its row says otherwise."""

    numbers: Mapping[str, Decimal | None]
    sources: Mapping[str, str]
    dimension: str
    transport_mode: str
    reach_km: int

    def source_of(self, columns: Sequence[str]) -> str:
        """Return where the numbers in `columns` come from, each source unique_cell."""
        known = [self.sources[column] for column in columns if self.numbers[column] is not None]
        return "; ".join(dict.fromkeys(known))


@dataclass(frozen=True)
class ResourceEntry:
    """A resource with its place in the tree; `tree_right` is one past the last descendant's `tree_left`."""

    slug: str
    name: str
    kind: str
    parent: str | None
    description: str
    synonyms: list[str]
    ewc_codes: list[str]
    usual_status: str
    hazardous_possible: bool
    inherited: Inherited
    tree_left: int
    tree_right: int
    depth: int
    breadcrumb: str


@dataclass(frozen=True)
class PropertyEntry:
    """A quality property."""

    slug: str
    name: str
    unit: str


def read_properties(folder: Path) -> list[PropertyEntry]:
    rows = read_rows(folder, "quality_properties.csv", ("slug", "name", "unit"))
    seen: dict[str, int] = {}
    return [
        PropertyEntry(unique_cell(row, "slug", seen), row.required("name", 80), row.required("unit", 20))
        for row in rows
    ]


def read_qualities(folder: Path, resources: set[str], properties: set[str]) -> dict[str, list[str]]:
    qualities: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    for row in read_rows(folder, "quality.csv", ("resource", "properties")):
        resource = unique_cell(row, "resource", seen)
        if resource not in resources:
            raise row.error("resource", f"there is no resource “{resource}”; give the slug of one")
        names = row.many("properties")
        for name in names:
            if name not in properties:
                raise row.error("properties", f"“{name}” is not a slug of quality_properties.csv")
        if not names or len(set(names)) != len(names):
            raise row.error("properties", "name at least one property, and each only once")
        qualities[resource] = names
    return qualities


def read_resources(folder: Path, wastes: set[str]) -> list[ResourceEntry]:
    slugs: dict[str, int] = {}
    terms: dict[str, str] = {}
    entries: list[ResourceEntry] = []
    for kind in Kind.values:
        rows = read_rows(folder, f"resources_{kind}.csv", RESOURCE_COLUMNS)
        for row in rows:
            _check_resource(row, wastes, slugs, terms)
        entries += _tree(kind, rows, first_left=len(entries))
    return entries


def _check_resource(row: Row, wastes: set[str], slugs: dict[str, int], terms: dict[str, str]) -> None:
    slug = new_slug(row, "slug", slugs)
    for code in row.many("ewc_codes"):
        if code not in wastes:
            raise row.error("ewc_codes", f"“{code}” is not a six-digit code of the European List of Waste")
    row.required("name", LONGEST_WORDS)
    for column, term in [("name", row["name"]), *(("synonyms", synonym) for synonym in row.many("synonyms"))]:
        plain = plain_words(term)
        if not plain or len(term) > LONGEST_WORDS:
            raise row.error(column, f"“{term}” should hold letters, and at most {LONGEST_WORDS} characters")
        if plain in terms:
            raise row.error(
                column, f"“{term}” already leads to “{terms[plain]}”; one term leads to one resource"
            )
        terms[plain] = slug


def _tree(kind: str, rows: Sequence[Row], first_left: int) -> list[ResourceEntry]:
    """Return the resources of one kind in tree order, children in the order of the file."""
    children: dict[str, list[Row]] = {row["slug"]: [] for row in rows}
    roots = []
    for row in rows:
        if not row["parent"]:
            roots.append(row)
        elif row["parent"] in children:
            children[row["parent"]].append(row)
        else:
            raise row.error(
                "parent", f"there is no resource “{row['parent']}” in this file; give the slug of one"
            )
    if [root["slug"] for root in roots] != [kind]:
        raise TableError(
            f"resources_{kind}.csv", f"exactly one row must have no parent, and its slug must be “{kind}”"
        )
    entries = _branch(kind, roots[0], None, children, first_left)
    reached = {entry.slug for entry in entries}
    for row in rows:
        if row["slug"] not in reached:
            raise row.error(
                "parent", f"“{row['slug']}” lies below itself; its ancestors must end at “{kind}”"
            )
    return entries


def _branch(
    kind: str, row: Row, parent: ResourceEntry | None, children: Mapping[str, list[Row]], tree_left: int
) -> list[ResourceEntry]:
    """Return the entry of `row` and all below it."""
    below: list[ResourceEntry] = []
    entry = _entry(kind, row, parent, tree_left, tree_left + _size(row["slug"], children))
    for child in children[row["slug"]]:
        below += _branch(kind, child, entry, children, tree_left + 1 + len(below))
    return [entry, *below]


def _size(slug: str, children: Mapping[str, list[Row]]) -> int:
    return 1 + sum(_size(child["slug"], children) for child in children[slug])


def _entry(
    kind: str, row: Row, parent: ResourceEntry | None, tree_left: int, tree_right: int
) -> ResourceEntry:
    is_below_root = parent is not None and parent.depth > 0
    breadcrumb = f"{parent.breadcrumb} › {row['name']}" if parent and is_below_root else row["name"]
    if len(breadcrumb) > LONGEST_TEXT:
        raise row.error("name", f"the path “{breadcrumb}” is longer than {LONGEST_TEXT} characters")
    return ResourceEntry(
        slug=row["slug"],
        name=row["name"],
        kind=kind,
        parent=parent.slug if parent else None,
        description=row.required("description", 1000),
        synonyms=row.many("synonyms"),
        ewc_codes=row.many("ewc_codes"),
        usual_status=row.choice("usual_status", ("", *LegalStatus.values)),
        hazardous_possible=row.flag("hazardous_possible"),
        inherited=_inherit(row, parent),
        tree_left=tree_left,
        tree_right=tree_right,
        depth=parent.depth + 1 if parent else 0,
        breadcrumb=breadcrumb,
    )


def _inherit(row: Row, parent: ResourceEntry | None) -> Inherited:
    given = parent.inherited if parent else None
    numbers: dict[str, Decimal | None] = {}
    sources: dict[str, str] = {}
    for column in CONVERSIONS:
        if not row[column]:
            numbers[column] = given.numbers[column] if given else None
            sources[column] = given.sources[column] if given else ""
        elif row[column] == "-":
            numbers[column], sources[column] = None, ""
        else:
            numbers[column] = row.number_at_least(column, Decimal("0.0000001"))
            sources[column] = row.required("conversion_source", 140)
    return Inherited(
        numbers,
        sources,
        dimension=_dimension(row, parent),
        transport_mode=row.choice("transport_mode", TransportMode.values)
        if row["transport_mode"] or given is None
        else given.transport_mode,
        reach_km=int(row.number_at_least("reach_km", Decimal(1)))
        if row["reach_km"] or given is None
        else given.reach_km,
    )


def _dimension(row: Row, parent: ResourceEntry | None) -> str:
    """Return what a resource is counted in; below the second level it never changes, so quantities compare."""
    given = parent.inherited.dimension if parent else ""
    dimension = row.choice("dimension", Dimension.values) if row["dimension"] or not given else given
    if parent and parent.depth > 0 and dimension != given:
        raise row.error("dimension", f"“{dimension}” differs from the parent's; right is “{given}”, or empty")
    return dimension
