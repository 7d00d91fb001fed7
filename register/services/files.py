"""Reads the two files of a pollutant register as it publishes them; says what is wrong row by row. No database."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from common.reading.tables import Row, TableError, read_rows, read_table

FACILITY_COLUMNS = ("facility_id", "name", "eprtr_activity", "city", "country", "lat", "lon", "status")
TRANSFER_COLUMNS = ("facility_id", "year", "waste_class", "tonnes")
ACTIVITIES = Path(__file__).parent.parent / "data" / "eprtr_activities.csv"
FINNISH_REGISTER = "FI-PRTR"
FINNISH_SOURCE = (
    "Finnish Environment Institute / EEA Industrial Reporting, reuse with attribution; reduced by us to plants that "
    "operate and report waste."
)
HAZARDOUS, NONHAZARDOUS = "hazardous", "non-hazardous"
YEARS = range(2000, 2101)
LARGEST_T = Decimal(10) ** 9
OPERATES = "functional"
# Names that say nothing, and stand-by plants that hardly ever run.
LEFT_OUT = re.compile(r"confidential|varavoima|kaasuturbiini", re.IGNORECASE)

Cells = Mapping[str, str]


class RegisterFileError(Exception):
    """A file cannot be read as one of a register."""


@dataclass(frozen=True)
class PlantEntry:
    """A plant that operates and reports waste, with what it reported for the last year, in t."""

    register_id: str
    name: str
    nace_code: str
    activity: str
    town: str
    country: str
    latitude: float
    longitude: float
    year: int
    nonhazardous_t: Decimal | None
    hazardous_t: Decimal | None


@dataclass
class RegisterFiles:
    """What the files say: plants, what is wrong, and how many plants were left out on purpose."""

    plants: list[PlantEntry] = field(default_factory=list)
    wrong: list[TableError] = field(default_factory=list)
    left_out: int = 0


def read_register(paths: Iterable[Path]) -> RegisterFiles:
    """Read facilities and waste transfers from files, or from the folders that hold them.

    A wrong row leaves its plant out, and no other. Raises `RegisterFileError` where a file is missing or no such one.
    """
    facilities, transfers = _sorted_rows(paths)
    found = RegisterFiles()
    plants: dict[str, Row] = {}
    spoilt: set[str] = set()
    for row in facilities:
        try:
            plants[_facility_id(row, plants)] = row
        except TableError as wrong:
            found.wrong.append(wrong)
            spoilt.add(row.cells["facility_id"])
    waste = _read_transfers(transfers, plants, spoilt, found)
    for register_id, row in plants.items():
        entry = _plant(row, waste[register_id]) if register_id not in spoilt else None
        if entry:
            found.plants.append(entry)
        elif register_id not in spoilt:
            found.left_out += 1
    found.wrong.sort(key=lambda wrong: (wrong.file, wrong.row or 0))
    return found


def _sorted_rows(paths: Iterable[Path]) -> tuple[list[Row], list[Row]]:
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise RegisterFileError(_("%(path)s: there is no such file or folder") % {"path": path})
        files += sorted(path.glob("*.csv")) if path.is_dir() else [path]
    facilities: list[Row] = []
    transfers: list[Row] = []
    for path in files:
        try:
            table = read_table(path, ragged=True)
        except TableError as error:
            raise RegisterFileError(str(error)) from error
        if set(FACILITY_COLUMNS) <= set(table.columns):
            facilities += table.rows
        elif set(TRANSFER_COLUMNS) <= set(table.columns):
            transfers += table.rows
        elif path in paths:
            raise RegisterFileError(
                _("%(file)s: its columns are neither %(facilities)s nor %(transfers)s")
                % {
                    "file": path.name,
                    "facilities": ", ".join(FACILITY_COLUMNS),
                    "transfers": ", ".join(TRANSFER_COLUMNS),
                }
            )  # fmt: skip
    if not facilities or not transfers:
        missing = _("facilities") if not facilities else _("waste transfers")
        raise RegisterFileError(_("No file of %(missing)s is among those named.") % {"missing": missing})
    return facilities, transfers


def _facility_id(row: Row, plants: Mapping[str, Row]) -> str:
    """Return the id of a facility whose cells are right; raise for the first that is not."""
    cells = row.cells
    for column, longest in (("facility_id", 40), ("name", 200), ("eprtr_activity", 20)):
        if not 0 < len(cells[column]) <= longest:
            raise row.error(column, _("give a text of 1 to %(longest)s characters") % {"longest": longest})
    if cells["facility_id"] in plants:
        before = plants[cells["facility_id"]].number
        problem = _("“%(id)s” stands in row %(row)s already") % {"id": cells["facility_id"], "row": before}
        raise row.error("facility_id", problem)
    if not re.fullmatch(r"[A-Z]{2}", cells["country"]):
        raise row.error("country", _("two capital letters of ISO 3166, as FI"))
    _degrees(row, "lat", 90)
    _degrees(row, "lon", 180)
    return cells["facility_id"]


def _degrees(row: Row, column: str, most: int) -> float:
    text = row.cells[column]
    if not re.fullmatch(r"-?\d{1,3}(\.\d+)?", text) or abs(float(text)) > most:
        problem = _("“%(text)s” is no number of degrees from −%(most)s to %(most)s")
        raise row.error(column, problem % {"text": text[:40], "most": most})
    return float(text)


Waste = dict[int, dict[str, Decimal]]


def _read_transfers(
    rows: Iterable[Row], plants: Mapping[str, Row], spoilt: set[str], found: RegisterFiles
) -> defaultdict[str, Waste]:
    """Return the waste by plant, year and class in t; what is left over of a wrong plant would be too little."""
    waste: defaultdict[str, Waste] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        register_id = row.cells["facility_id"]
        try:
            year, waste_class, tonnes = _transfer(row, plants, spoilt)
        except TableError as wrong:
            found.wrong.append(wrong)
            spoilt.add(register_id)
            continue
        of_year = waste[register_id][year]
        of_year[waste_class] = of_year.get(waste_class, Decimal(0)) + tonnes
    return waste


def _transfer(row: Row, plants: Mapping[str, Row], spoilt: set[str]) -> tuple[int, str, Decimal]:
    cells = row.cells
    if cells["facility_id"] not in plants and cells["facility_id"] not in spoilt:
        raise row.error("facility_id", _("no facility has the id “%s”") % cells["facility_id"][:40])
    if not cells["year"].isascii() or not cells["year"].isdecimal() or int(cells["year"][:9]) not in YEARS:
        raise row.error("year", _("“%s” is no year from 2000 to 2100") % cells["year"][:40])
    if cells["waste_class"] not in (HAZARDOUS, NONHAZARDOUS):
        problem = _("“%(text)s” should be “%(one)s” or “%(other)s”")
        words = {"text": cells["waste_class"][:40], "one": HAZARDOUS, "other": NONHAZARDOUS}
        raise row.error("waste_class", problem % words)
    try:
        tonnes = Decimal(cells["tonnes"])
    except InvalidOperation:
        tonnes = Decimal("NaN")
    if not tonnes.is_finite() or not 0 <= tonnes <= LARGEST_T:
        raise row.error("tonnes", _("“%s” is no amount in tonnes, as 138000.0") % cells["tonnes"][:40])
    return int(cells["year"]), cells["waste_class"], tonnes


def _plant(row: Row, waste: Waste) -> PlantEntry | None:
    """Return a plant with its last year; None for one that is left out on purpose."""
    cells = row.cells
    kind = _kind(cells)
    if not waste or kind is None or cells["status"] != OPERATES or LEFT_OUT.search(cells["name"]):
        return None
    year = max(waste)
    town = cells["city"]
    return PlantEntry(
        register_id=cells["facility_id"],
        name=cells["name"].strip(" ,"),
        nace_code=kind["nace_code"],
        activity=kind["activity"],
        town=(town.title() if town.isupper() else town)[:120],
        country=cells["country"],
        latitude=float(cells["lat"]),
        longitude=float(cells["lon"]),
        year=year,
        nonhazardous_t=_rounded(waste[year].get(NONHAZARDOUS)),
        hazardous_t=_rounded(waste[year].get(HAZARDOUS)),
    )


def _rounded(tonnes: Decimal | None) -> Decimal | None:
    return None if tonnes is None else tonnes.quantize(Decimal("0.001"))


def _kind(cells: Cells) -> Cells | None:
    """Return the NACE class and the kind of plant that activity and name say; None where none fits."""
    name = cells["name"].lower()
    return next(
        (
            row
            for row in _activity_rows()
            if cells["eprtr_activity"] in row["activities"].split(";")
            and any(part in name for part in row["name_has"].split(";"))
        ),
        None,
    )


@cache
def _activity_rows() -> tuple[Cells, ...]:
    rows = read_rows(ACTIVITIES.parent, ACTIVITIES.name, ("activities", "name_has", "nace_code", "activity"))
    return tuple(row.cells for row in rows)
