"""The files as they are shipped, and what is said about files that are wrong."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from catalogue.loading.files import read_catalogue_files
from catalogue.loading.prices import default_price
from catalogue.loading.resources import ResourceEntry
from common.reading.tables import TableError
from tests.catalogue.conftest import EditCell
from tests.proof import one_in

ESTIMATE = "editorial estimate, order of magnitude, not reviewed"


@pytest.fixture(scope="module")
def resources() -> dict[str, ResourceEntry]:
    return {entry.slug: entry for entry in read_catalogue_files().resources}


def test_shipped_files_hold_every_waste_code_activity_and_enough_resources() -> None:
    files = read_catalogue_files()
    by_level = [sum(entry.level == level for entry in files.ewc_codes) for level in (1, 2, 3)]
    assert by_level == [20, 112, 842 + 42]
    assert sum(entry.hazardous for entry in files.ewc_codes) == 408 + 28
    assert [sum(entry.level == level for entry in files.activities) for level in (1, 2, 3, 4)] == [
        21,
        88,
        272,
        615,
    ]
    assert len(files.resources) >= 250


def test_every_resource_knows_prices_sources_transport_and_reach() -> None:
    files = read_catalogue_files()
    for entry in files.resources:
        if entry.depth:
            price = default_price(files.prices[entry.slug], "purchase")
            assert price is not None, entry.slug
            assert price.source, entry.slug
        assert entry.inherited.transport_mode
        assert entry.inherited.reach_km > 0


def test_empty_cells_take_the_parents_values_and_given_ones_replace_them(
    resources: dict[str, ResourceEntry],
) -> None:
    gypsum, fgd = resources["gypsum"].inherited, resources["fgd-gypsum"].inherited
    assert fgd.numbers["density_t_per_m3"] == gypsum.numbers["density_t_per_m3"] == Decimal("1.1")
    assert fgd.source_of(["density_t_per_m3"]) == ESTIMATE
    assert (fgd.dimension, fgd.transport_mode, fgd.reach_km) == ("mass", "lorry", 200)


def test_dash_says_not_known_although_the_parents_value_is(resources: dict[str, ResourceEntry]) -> None:
    assert resources["oils-and-oily-residues"].inherited.numbers["energy_mwh_per_t"] == Decimal("10.5")
    assert resources["cutting-fluid"].inherited.numbers["energy_mwh_per_t"] is None
    assert resources["emulsion-oil"].inherited.numbers["energy_mwh_per_t"] is None


def test_steam_holds_the_enthalpy_above_condensate(resources: dict[str, ResourceEntry]) -> None:
    kj_per_kg = {
        "process-steam": 2778 - 419,
        "high-pressure-steam": 2801 - 419,
        "low-pressure-steam": 2725 - 419,
    }
    for slug, enthalpy in kj_per_kg.items():
        stored = resources[slug].inherited.numbers["energy_mwh_per_t"]
        assert stored == pytest.approx(Decimal(enthalpy) / 3600, abs=Decimal("0.006"))


@pytest.mark.parametrize(
    ("slug", "kg_per_kmol"),
    [("carbon-dioxide", "44.009"), ("hydrogen", "2.016"), ("oxygen", "31.998"), ("acetylene", "26.038")],
)
def test_gas_density_is_molar_mass_over_molar_volume(
    resources: dict[str, ResourceEntry], slug: str, kg_per_kmol: str
) -> None:
    t_per_m3 = Decimal(kg_per_kmol) / Decimal("22.414") / 1000
    assert resources[slug].inherited.numbers["density_t_per_m3"] == t_per_m3.quantize(Decimal("0.0000001"))


def test_intervals_nest_and_number_the_tree_without_gaps(resources: dict[str, ResourceEntry]) -> None:
    entries = sorted(resources.values(), key=lambda entry: entry.tree_left)
    assert [entry.tree_left for entry in entries] == list(range(len(entries)))
    for entry in entries:
        below = {other.slug for other in entries if entry.tree_left <= other.tree_left < entry.tree_right}
        assert below == {other.slug for other in entries if entry.slug in _line(other, resources)}


def _line(entry: ResourceEntry, resources: dict[str, ResourceEntry]) -> set[str]:
    """The slugs of a resource and all above it."""
    above = _line(resources[entry.parent], resources) if entry.parent else set()
    return {entry.slug, *above}


@pytest.mark.parametrize(
    ("file", "key", "cells", "column", "right"),
    one_in(
        3,
        [
            ("resources_material.csv", "gypsum", {"parent": "gipsum"}, "parent", "no resource “gipsum”"),
            ("resources_material.csv", "gypsum", {"parent": "gypsum"}, "parent", "lies below itself"),
            ("resources_material.csv", "gypsum", {"parent": "fgd-gypsum"}, "parent", "lies below itself"),
            ("resources_material.csv", "gypsum", {"slug": "plaster"}, "slug", "must be unique"),
            ("resources_material.csv", "gypsum", {"slug": "Gypsum"}, "slug", "words of a–z"),
            (
                "resources_material.csv",
                "gypsum",
                {"ewc_codes": "10 01 05"},
                "ewc_codes",
                "“10 01 05” is not a six-digit",
            ),
            (
                "resources_material.csv",
                "gypsum",
                {"ewc_codes": "1001"},
                "ewc_codes",
                "“1001” is not a six-digit",
            ),
            ("resources_material.csv", "gypsum", {"dimension": "volume"}, "dimension", "right is “mass”"),
            (
                "resources_material.csv",
                "slags",
                {"dimension": "weight"},
                "dimension",
                "mass, energy, volume, area, time",
            ),
            (
                "resources_material.csv",
                "gypsum",
                {"synonyms": "PFA"},
                "synonyms",
                "already leads to “coal-fly-ash”",
            ),
            (
                "resources_material.csv",
                "gypsum",
                {"synonyms": "x" * 121},
                "synonyms",
                "at most 120 characters",
            ),
            ("resources_material.csv", "gypsum", {"name": ""}, "name", "is empty"),
            ("resources_material.csv", "gypsum", {"description": ""}, "description", "is empty"),
            (
                "resources_material.csv",
                "gypsum",
                {"density_t_per_m3": "1,1"},
                "density_t_per_m3",
                "write it like 0.65",
            ),
            (
                "resources_material.csv",
                "gypsum",
                {"density_t_per_m3": "0"},
                "density_t_per_m3",
                "out of range",
            ),
            (
                "resources_material.csv",
                "gypsum",
                {"density_t_per_m3": "NaN"},
                "density_t_per_m3",
                "out of range",
            ),
            (
                "resources_material.csv",
                "gypsum",
                {"usual_status": "good"},
                "usual_status",
                "waste, by-product",
            ),
            ("prices.csv", "gypsum", {"source": ""}, "source", "is empty"),
            ("prices.csv", "gypsum", {"low": "50"}, "value", "40 should lie between low (50) and high (70)"),
            ("prices.csv", "gypsum", {"year": "24"}, "year", "“24” is not one of"),
            ("prices.csv", "gypsum", {"basis": "hearsay"}, "basis", "published, general knowledge"),
            ("prices.csv", "gypsum", {"country": "Denmark"}, "country", "two capital letters"),
            ("prices.csv", "gypsum", {"resource": "gipsum"}, "resource", "no resource “gipsum”"),
            (
                "prices.csv",
                "cement",
                {"kind": "disposal"},
                "kind",
                "is a product, which nobody pays to throw away",
            ),
            ("ewc_changes.csv", "160607", {"on": "9.12.2026"}, "on", "write it like 2026-12-09"),
            ("ewc_changes.csv", "160605", {"replaced_by": "160699"}, "replaced_by", "“160699” is not a code"),
            ("ewc_changes.csv", "160605", {"change": "new"}, "code", "already in ewc_codes.csv"),
            (
                "resources_material.csv",
                "gypsum",
                {"transport_mode": "ship"},
                "transport_mode",
                "lorry, pipe, wire, none",
            ),
            ("resources_material.csv", "gypsum", {"hazardous_possible": "no"}, "hazardous_possible", "0, 1"),
            ("resources_heat.csv", "heat", {"reach_km": "0"}, "reach_km", "out of range"),
            ("quality.csv", "gypsum", {"properties": "damp"}, "properties", "“damp” is not a slug"),
            ("quality.csv", "gypsum", {"resource": "gipsum"}, "resource", "no resource “gipsum”"),
            ("ewc_codes.csv", "100105", {"code": "10010"}, "code", "6 digits at level 3"),
            ("ewc_codes.csv", "100105", {"parent": "1099"}, "parent", "“1099” is not a code of a row above"),
            ("nace_rev2.csv", "01.1", {"title_en": ""}, "title_en", "is empty"),
        ],
    ),
)
def test_wrong_cell_is_named_with_file_row_column_and_what_would_be_right(
    edit_cell: EditCell, file: str, key: str, cells: dict[str, str], column: str, right: str
) -> None:
    folder = edit_cell(file, key, **cells)
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    with pytest.raises(TableError) as caught:
        read_catalogue_files(folder)
    place, _, what = str(caught.value).partition(f", column {column}: ")
    assert right in what
    named_file, _, row = place.partition(", row ")
    assert named_file == file
    assert next(iter(cells.values())) in lines[int(row) - 1]


def test_second_root_is_refused(add_resource: Callable[..., Path]) -> None:
    folder = add_resource("heat", slug="more-heat", name="More heat")
    with pytest.raises(TableError, match=r"resources_heat\.csv: exactly one row must have no parent"):
        read_catalogue_files(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"slug,name\nph,pH\n", "quality_properties.csv, row 1: the columns unit are missing"),
        (b"slug,name,unit\nph,pH\n", "quality_properties.csv, row 2: has 2 cells; the header has 3"),
        (b"", "quality_properties.csv, row 1: the columns slug, name, unit are missing"),
        (b"slug,name,unit\nph,p\xffH,pH\n", "quality_properties.csv: is not UTF-8"),
    ],
)
def test_broken_file_is_named_with_what_is_wrong(folder: Path, content: bytes, message: str) -> None:
    (folder / "quality_properties.csv").write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_catalogue_files(folder)
    assert str(caught.value).startswith(message)


def test_missing_file_is_named(folder: Path) -> None:
    (folder / "quality.csv").unlink()
    with pytest.raises(TableError, match=r"quality\.csv: is missing in "):
        read_catalogue_files(folder)
