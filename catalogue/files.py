"""Reads the catalogue's CSV files and says precisely what is wrong with them. Knows no database.

A resource that leaves a number, its transport or its dimension empty takes that of its parent; "-" says that the
value is not known although the parent's is. What is returned has all of that filled in, and the tree as intervals.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from catalogue.models import Dimension, Kind, TransportMode
from catalogue.words import LONGEST_WORDS, plain_words

DATA_FOLDER = Path(__file__).parent / "data"
LONGEST_TEXT = 300
LARGEST_NUMBER = Decimal(100_000)
CONVERSIONS = ("density_t_per_m3", "energy_mwh_per_t", "energy_mwh_per_m3")
PRICES = ("disposal_price_eur_per_unit", "purchase_price_eur_per_unit")
RESOURCE_COLUMNS = (
    "slug",
    "name",
    "parent",
    "dimension",
    "ewc_codes",
    "hazardous_possible",
    "synonyms",
    "description",
    *CONVERSIONS,
    "conversion_source",
    *PRICES,
    "price_source",
    "transport_mode",
    "reach_km",
)


class CatalogueFileError(ValueError):
    """A file cannot be taken; the text names file, row, column and what would be right."""


@dataclass(frozen=True)
class Row:
    """One line of a file, with its place for error messages."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, column: str, what: str) -> CatalogueFileError:
        """Return the error to raise about one cell."""
        return CatalogueFileError(f"{self.file}, row {self.number}, column {column}: {what}")

    def required(self, column: str, longest: int = LONGEST_TEXT) -> str:
        """Return a cell that must hold text."""
        if not self[column]:
            raise self.error(column, "is empty; it needs a text")
        return self.short(column, longest)

    def short(self, column: str, longest: int = LONGEST_TEXT) -> str:
        """Return a cell that must not exceed `longest` characters."""
        if len(self[column]) > longest:
            raise self.error(column, f"has {len(self[column])} characters; at most {longest} fit")
        return self[column]

    def choice(self, column: str, choices: Collection[str]) -> str:
        """Return a cell that must be one of `choices`."""
        if self[column] not in choices:
            raise self.error(column, f"“{self[column]}” is not one of {', '.join(choices)}")
        return self[column]

    def flag(self, column: str) -> bool:
        """Return a cell that must be 0 or 1."""
        return self.choice(column, ("0", "1")) == "1"

    def many(self, column: str) -> list[str]:
        """Return the entries of a cell, parted by semicolons."""
        return [entry.strip() for entry in self[column].split(";") if entry.strip()]

    def number_at_least(
        self, column: str, least: Decimal, places: int | None = None, most: Decimal = LARGEST_NUMBER
    ) -> Decimal:
        """Return a cell that must be a plain number of at least `least`, with at most `places` decimals."""
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            raise self.error(column, f"“{self[column]}” is not a number; write it like 0.65") from None
        if not number.is_finite() or not least <= number < most:
            raise self.error(column, f"{self[column]} is out of range; right is {least} to {most}")
        if places is not None and number != round(number, places):
            raise self.error(column, f"{self[column]} has too many decimals; at most {places} are kept")
        return number


@dataclass(frozen=True)
class CodeEntry:
    """A waste code or activity: `texts` are the English and the German one, which may be empty."""

    code: str
    level: int
    parent: str | None
    texts: tuple[str, str]
    hazardous: bool = False
    entry_type: str = ""


@dataclass(frozen=True)
class Inherited:
    """What a resource takes from its parent unless its row says otherwise."""

    numbers: Mapping[str, Decimal | None]
    sources: Mapping[str, str]
    dimension: str
    transport_mode: str
    reach_km: int

    def source_of(self, columns: Sequence[str]) -> str:
        """Return where the numbers in `columns` come from, each source once."""
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


@dataclass(frozen=True)
class CatalogueFiles:
    """All that the files say, checked against each other."""

    ewc_codes: list[CodeEntry]
    activities: list[CodeEntry]
    resources: list[ResourceEntry]
    properties: list[PropertyEntry]
    qualities: dict[str, list[str]] = field(default_factory=dict)


def read_catalogue_files(folder: Path = DATA_FOLDER) -> CatalogueFiles:
    """Read and check all files; raise `CatalogueFileError` at the first thing that is wrong."""
    ewc_codes = _read_ewc_codes(folder)
    wastes = {entry.code for entry in ewc_codes if entry.level == 3}
    resources = _read_resources(folder, wastes)
    properties = _read_properties(folder)
    qualities = _read_qualities(
        folder, {entry.slug for entry in resources}, {entry.slug for entry in properties}
    )
    return CatalogueFiles(ewc_codes, _read_activities(folder), resources, properties, qualities)


def read_rows(folder: Path, file: str, columns: Sequence[str]) -> list[Row]:
    """Return the lines of a file that must have `columns`."""
    try:
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            header = next(reader, [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise CatalogueFileError(f"{file}, row 1: the columns {', '.join(missing)} are missing")
            return list(_rows(file, header, reader))
    except UnicodeDecodeError:
        raise CatalogueFileError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except FileNotFoundError:
        raise CatalogueFileError(f"{file}: is missing in {folder}") from None


def _rows(file: str, header: list[str], lines: Iterator[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(header):
            raise CatalogueFileError(
                f"{file}, row {number}: has {len(cells)} cells; the header has {len(header)} "
                "(a text with a comma needs double quotes)"
            )
        yield Row(file, number, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def once(row: Row, column: str, seen: dict[str, int]) -> str:
    """Return a cell that must not stand in an earlier row; `seen` maps what did to its row and is added to."""
    key = row.required(column)
    if key in seen:
        raise row.error(column, f"“{key}” stands in row {seen[key]} already; it must be unique")
    seen[key] = row.number
    return key


def new_slug(row: Row, column: str, seen: dict[str, int]) -> str:
    """Return a cell that must be a slug of its own."""
    slug = once(row, column, seen)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 80:
        raise row.error(
            column, f"“{slug}” should be words of a–z and 0–9 joined by “-”, at most 80 characters"
        )
    return slug


def _read_codes(rows: Sequence[Row], texts: tuple[str, str]) -> Iterator[tuple[Row, CodeEntry]]:
    seen: dict[str, int] = {}
    for row in rows:
        parent = row["parent"]
        if parent and parent not in seen:
            raise row.error("parent", f"“{parent}” is not a code of a row above")
        code = once(row, "code", seen)
        english, german = texts
        yield (
            row,
            CodeEntry(
                code,
                int(row.choice("level", "1234")),
                parent or None,
                (row.required(english, 400), row.short(german, 400)),
            ),
        )


def _read_ewc_codes(folder: Path) -> list[CodeEntry]:
    columns = ("code", "level", "parent", "description_en", "description_de", "hazardous", "entry_type")
    rows = read_rows(folder, "ewc_codes.csv", columns)
    entries = []
    for row, entry in _read_codes(rows, ("description_en", "description_de")):
        if not re.fullmatch(rf"\d{{{2 * entry.level}}}", entry.code):
            raise row.error(
                "code", f"“{entry.code}” should have {2 * entry.level} digits at level {entry.level}"
            )
        is_waste = entry.level == 3
        entries.append(
            CodeEntry(
                entry.code,
                entry.level,
                entry.parent,
                entry.texts,
                hazardous=row.flag("hazardous") if is_waste else False,
                entry_type=row.choice("entry_type", ("AH", "AN", "MH", "MN")) if is_waste else "",
            )
        )
    return entries


def _read_activities(folder: Path) -> list[CodeEntry]:
    rows = read_rows(folder, "nace_rev2.csv", ("code", "level", "parent", "title_en", "title_de"))
    return [entry for _, entry in _read_codes(rows, ("title_en", "title_de"))]


def _read_properties(folder: Path) -> list[PropertyEntry]:
    rows = read_rows(folder, "quality_properties.csv", ("slug", "name", "unit"))
    seen: dict[str, int] = {}
    return [
        PropertyEntry(once(row, "slug", seen), row.required("name", 80), row.required("unit", 20))
        for row in rows
    ]


def _read_qualities(folder: Path, resources: set[str], properties: set[str]) -> dict[str, list[str]]:
    qualities: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    for row in read_rows(folder, "quality.csv", ("resource", "properties")):
        resource = once(row, "resource", seen)
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


def _read_resources(folder: Path, wastes: set[str]) -> list[ResourceEntry]:
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
        raise CatalogueFileError(
            f"resources_{kind}.csv: exactly one row must have no parent, and its slug must be “{kind}”"
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
    for columns, least, source in (
        (CONVERSIONS, Decimal("0.0000001"), "conversion_source"),
        (PRICES, Decimal(0), "price_source"),
    ):
        for column in columns:
            if not row[column]:
                numbers[column] = given.numbers[column] if given else None
                sources[column] = given.sources[column] if given else ""
            elif row[column] == "-":
                numbers[column], sources[column] = None, ""
            else:
                numbers[column] = row.number_at_least(column, least)
                sources[column] = row.required(source, 140)
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
