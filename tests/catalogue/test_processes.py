"""Processes, substitutions and emission factors: as they are shipped, as they are loaded, and when a file is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from catalogue.loading.factors import ResourceFactors, read_factor_files
from catalogue.loading.files import read_catalogue_files
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.processes import FlowEntry, ProcessFiles, read_process_files
from catalogue.loading.resources import ResourceEntry
from catalogue.loading.services import load_catalogue
from catalogue.models import (
    EmissionFactor,
    Process,
    ProcessFlow,
    Resource,
    Substitution,
)
from common.reading.tables import TableError
from tests.catalogue.conftest import EditCell
from tests.proof import one_in

# Standard atomic weights, abridged (IUPAC 2021).
ATOMIC_MASS = {
    "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "Na": 22.990, "Si": 28.085, "P": 30.974,
    "S": 32.06, "Cl": 35.45, "Ca": 40.078, "Ti": 47.867, "Fe": 55.845,
}  # fmt: skip
# Which resources a formula may stand for.
SPECIES = {
    "CaC2": {"calcium-carbide"}, "H2O": {"process-water"}, "C2H2": {"acetylene"},
    "Ca(OH)2": {"carbide-lime", "slaked-lime"}, "H2": {"hydrogen"}, "Cl2": {"chlorine"},
    "HCl": {"hydrogen-chloride", "hydrochloric-acid"}, "C2H3Cl": {"vinyl-chloride-monomer"}, "(C2H3Cl)": {"pvc"},
    "CaO": {"quicklime", "reburnt-lime"}, "CO2": {"carbon-dioxide"}, "NaCl": {"sodium-chloride"},
    "CaCO3": {"limestone", "lime-mud", "precipitated-calcium-carbonate"}, "NaOH": {"sodium-hydroxide"},
    "S": {"elemental-sulphur"}, "O2": {"oxygen"}, "H2SO4": {"sulphuric-acid"}, "SO2": {"sulphur-dioxide"},
    "H2S": {"hydrogen-sulphide"}, "NH3": {"ammonia"}, "(NH4)2SO4": {"ammonium-sulphate"}, "CaF2": {"fluorspar"},
    "CaSO4": {"fluorogypsum"}, "HF": {"hydrogen-fluoride"}, "Ca3(PO4)2": {"phosphate-rock"},
    "H3PO4": {"phosphoric-acid"}, "CaSO4·2H2O": {"fgd-gypsum", "phosphogypsum"}, "(CaSO4)2·H2O": {"plaster"},
    "FeTiO3": {"ilmenite-and-titanium-ore"}, "TiO2": {"titanium-dioxide"}, "FeSO4·7H2O": {"ferrous-sulphate"},
    "SiCl4": {"chlorosilane"}, "SiO2": {"silica", "silane-combustion-dust"}, "SiH4": {"silane"},
    "C57H104O6": {"used-cooking-oil"}, "CH4O": {"methanol"}, "C19H36O2": {"biodiesel"}, "C3H8O3": {"glycerol"},
}  # fmt: skip


@pytest.fixture(scope="module")
def resources() -> dict[str, ResourceEntry]:
    return {entry.slug: entry for entry in read_catalogue_files().resources}


@pytest.fixture(scope="module")
def files(resources: dict[str, ResourceEntry]) -> ProcessFiles:
    return read_process_files(DATA_FOLDER, resources)


def molar_mass(formula: str) -> float:
    """g/mol of a formula such as Ca3(PO4)2 or FeSO4·7H2O."""
    total = 0.0
    for part in formula.split("·"):
        count, rest = re.fullmatch(r"(\d*)(.+)", part).groups()  # type: ignore[union-attr]
        while group := re.search(r"\(([^()]+)\)(\d*)", rest):
            rest = rest.replace(group[0], group[1] * int(group[2] or 1), 1)
        atoms = re.findall(r"([A-Z][a-z]?)(\d*)", rest)
        total += int(count or 1) * sum(ATOMIC_MASS[atom] * int(number or 1) for atom, number in atoms)
    return total


def masses(side: str) -> dict[str, float]:
    """Mass by formula of one side of an equation; "n" is taken as 1."""
    terms = [
        re.fullmatch(r"(?:([\d.]+) )?(\S+)", term)
        for term in side.replace("n C", "C").replace(")n", ")").split(" + ")
    ]
    return {term[2]: float(term[1] or 1) * molar_mass(term[2]) for term in terms if term}


def mass(flow: FlowEntry, resource: ResourceEntry) -> float:
    """Tonnes of a flow, by the catalogue's density and heating value."""
    numbers = resource.inherited.numbers
    per_t = {
        "mass": Decimal(1),
        "volume": 1 / (numbers["density_t_per_m3"] or Decimal("NaN")),
        "energy": numbers["energy_mwh_per_t"] or Decimal("NaN"),
    }
    return float(flow.amount_per_unit / per_t[resource.inherited.dimension])


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        ("H2O", 18.015),
        ("Ca(OH)2", 74.092),
        ("(NH4)2SO4", 132.134),
        ("CaSO4·2H2O", 172.164),
        ("C57H104O6", 885.453),
    ],
)
def test_molar_mass_of_a_formula(formula: str, right: float) -> None:
    assert molar_mass(formula) == pytest.approx(right, abs=0.01)


def test_stoichiometric_amounts_follow_from_molar_masses_and_balance(
    files: ProcessFiles, resources: dict[str, ResourceEntry]
) -> None:
    checked = 0
    for process in files.processes:
        if process.basis != "stoichiometry":
            continue
        flows = [flow for flow in files.flows if flow.process == process.slug]
        weighed: dict[str, float] = {}
        for direction, side in zip(("input", "output"), process.equation.split(" → "), strict=True):
            by_formula = masses(side)
            ours = {
                flow.resource: mass(flow, resources[flow.resource])
                for flow in flows
                if flow.direction == direction
            }
            assert len(ours) == len(by_formula), process.slug
            weighed[direction] = sum(ours.values())
            for formula, grams in by_formula.items():
                [slug] = SPECIES[formula] & ours.keys()
                main = next(flow.resource for flow in flows if flow.role == "main")
                left = masses(process.equation.split(" → ")[0])
                [per_main] = [g for name, g in left.items() if main in SPECIES[name]]
                assert ours[slug] == pytest.approx(grams / per_main, rel=5e-3), (process.slug, slug)
        assert weighed["output"] == pytest.approx(weighed["input"], rel=5e-3), process.slug
        checked += 1
    assert checked >= 20


def test_no_process_makes_more_mass_than_it_takes(
    files: ProcessFiles, resources: dict[str, ResourceEntry]
) -> None:
    """Where all of it can be weighed. Engines and digesters make energy, which the catalogue does not weigh."""
    for process in files.processes:
        flows = [flow for flow in files.flows if flow.process == process.slug]
        weights = {flow: mass(flow, resources[flow.resource]) for flow in flows}
        taken = sum(weight for flow, weight in weights.items() if flow.direction == "input")
        made = sum(weight for flow, weight in weights.items() if flow.direction == "output")
        assert not made > taken * 1.005, process.slug


def test_rows_of_the_reference_data_have_their_yields(files: ProcessFiles) -> None:
    """Rows of conversions.csv that were taken as they stand; in canonical units, ranges at their middle."""
    amounts = {(flow.process, flow.direction, flow.resource): flow.amount_per_unit for flow in files.flows}
    with (Path(__file__).parent / "conversion_yields.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 45
    for row in rows:
        made = amounts[row["process"], "output", row["output"]]
        taken = amounts[row["process"], "input", row["input"]]
        assert float(made / taken) == pytest.approx(float(row["yield_per_unit"]), rel=1e-3, abs=6e-5), row


def test_every_estimated_cost_says_so(files: ProcessFiles) -> None:
    for process in files.processes:
        if process.cost_source.startswith("Danish Energy Agency technology data"):
            continue  # the heat pump's, published
        assert process.cost_source == "editorial estimate, order of magnitude, not reviewed"
        if process.basis == "estimate":
            assert process.cost_source in process.source, process.slug
    for substitution in files.substitutions:
        if substitution.basis == "estimate" or substitution.quality_factor < 1:
            assert "editorial estimate" in substitution.source, substitution


def test_every_factor_fits_the_unit_of_its_resource() -> None:
    entries = read_catalogue_files().resources
    found = read_factor_files(DATA_FOLDER, entries)
    assert len(found.factors) >= 44
    assert {entry.unit for entry in found.factors} == {"t", "MWh", "m3", "t·km"}
    assert sum(factors.primary is not None for factors in found.of_resource.values()) >= 200
    assert {entry.slug for entry in entries} == found.of_resource.keys()


# In the tables.


@pytest.mark.django_db
def test_everything_is_in_the_tables(files: ProcessFiles) -> None:
    assert Process.objects.count() == len(files.processes)
    assert ProcessFlow.objects.count() == len(files.flows)
    assert Substitution.objects.count() == len(files.substitutions)
    process = Process.objects.get(slug="acetylene-from-carbide")
    assert [
        (flow.direction, flow.role, flow.resource.slug, flow.amount_per_unit)
        for flow in process.flows.order_by("direction", "amount_per_unit")
    ] == [
        ("input", "supplied", "process-water", Decimal("0.5621")),
        ("input", "main", "calcium-carbide", 1),
        ("output", "traded", "acetylene", Decimal("0.4062")),
        ("output", "traded", "carbide-lime", Decimal("1.1559")),
    ]
    assert process.cost_eur_per_unit == 60
    assert (process.waste_permit, process.basis) == (False, "stoichiometry")


@pytest.mark.django_db
def test_factor_of_a_parent_reaches_the_resources_below_that_name_none() -> None:
    plastics, pet = (Resource.objects.get(slug=slug) for slug in ("plastics", "plastic-turnings"))
    assert plastics.primary_factor_id == pet.primary_factor_id
    assert pet.primary_factor is not None
    assert pet.primary_factor.key == "avoided-plastics"
    assert (
        Resource.objects.get(slug="phosphogypsum").primary_factor is None
    )  # "-", although gypsum's is known


@pytest.mark.django_db
def test_changed_and_dropped_rows_reach_the_tables(
    edit_cell: EditCell, drop_row: Callable[[str, str], Path]
) -> None:
    kept = Process.objects.get(slug="spent-grain-drying")
    edit_cell("processes.csv", "spent-grain-drying", cost_eur_per_unit="17.5", co2e_kg_per_unit="")
    edit_cell("emission_factors.csv", "avoided-plastics", kg_co2e_per_unit="1600")
    folder = edit_cell("substitutions.csv", "bof-slag", ratio="0.75")
    changes = {change.table: change for change in load_catalogue(folder=folder) if not change.is_none}
    assert {table: (c.added, c.changed, c.removed) for table, c in changes.items()} == {
        "emission factors": (0, 1, 0),
        "processes": (0, 1, 0),
        "substitutions": (1, 0, 1),
    }
    after = Process.objects.get(slug="spent-grain-drying")
    assert (after.pk, after.cost_eur_per_unit, after.co2e_kg_per_unit) == (kept.pk, Decimal("17.5"), None)
    assert EmissionFactor.objects.get(key="avoided-plastics").kg_co2e_per_unit == 1600
    assert Substitution.objects.get(resource__slug="bof-slag").ratio == Decimal("0.75")


@pytest.mark.django_db
def test_process_that_left_the_files_goes_with_its_flows(folder: Path) -> None:
    for file in ("processes.csv", "process_flows.csv"):
        lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("tyre-pyrolysis,")]
        (folder / file).write_text("".join(kept), encoding="utf-8")
    changes = {change.table: change for change in load_catalogue(folder=folder)}
    assert changes["processes"].removed == 1
    assert not ProcessFlow.objects.filter(process__slug="tyre-pyrolysis").exists()
    assert changes["process flows"].is_none  # they went with the process


@pytest.mark.django_db
def test_factor_that_left_the_files_leaves_its_resources(folder: Path) -> None:
    for file, key in (("emission_factors.csv", "avoided-pet,"), ("resource_factors.csv", "pet,")):
        lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file).write_text(
            "".join(line for line in lines if not line.startswith(key)), encoding="utf-8"
        )
    load_catalogue(folder=folder)
    pet = Resource.objects.select_related("primary_factor").get(slug="pet")
    assert pet.primary_factor is not None
    assert pet.primary_factor.key == "avoided-plastics"
    assert not EmissionFactor.objects.filter(key="avoided-pet").exists()


def refused(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


@pytest.mark.django_db
def test_database_refuses_what_cannot_be() -> None:
    flows = ProcessFlow.objects.filter(process__slug="acetylene-from-carbide")
    water, main = flows.get(role="supplied"), flows.get(role="main")
    made = flows.get(resource__slug="acetylene")
    refused("process_flow_amount_positive", lambda: flows.filter(pk=water.pk).update(amount_per_unit=0))
    refused(
        "process_flow_one_main_input",
        lambda: flows.filter(pk=water.pk).update(role="main", amount_per_unit=1),
    )
    refused("process_flow_main_is_one_unit_in", lambda: flows.filter(pk=main.pk).update(amount_per_unit=2))
    refused("process_flow_main_is_one_unit_in", lambda: flows.filter(pk=main.pk).update(direction="output"))
    refused("process_flow_output_is_not_supplied", lambda: flows.filter(pk=made.pk).update(role="supplied"))
    refused(
        "process_flow_once_each_way", lambda: flows.filter(pk=water.pk).update(resource_id=main.resource_id)
    )
    for column in ("cost_eur_per_unit", "electricity_mwh_per_unit", "heat_mwh_per_unit", "co2e_kg_per_unit"):
        refused("process_costs_not_negative", lambda column=column: Process.objects.update(**{column: -1}))  # type: ignore[misc]
    found = Substitution.objects.filter(resource__slug="bof-slag")
    refused("substitution_ratio_positive", lambda: found.update(ratio=0))
    refused("substitution_quality_at_most_one", lambda: found.update(quality_factor="1.01"))
    refused("substitution_quality_at_most_one", lambda: found.update(quality_factor=0))
    refused("substitution_of_another", lambda: found.update(serves_as=found.get().resource))
    refused("substitution_once", lambda: Substitution.objects.create(**twin(found.get())))


def twin(found: Substitution) -> dict[str, Any]:
    names = ("resource", "serves_as", "ratio", "quality_factor", "basis", "source")
    return {name: getattr(found, name) for name in names}


# Files that are wrong.


def read(folder: Path) -> None:
    entries = read_catalogue_files(folder).resources
    read_factor_files(folder, entries)
    read_process_files(folder, {entry.slug: entry for entry in entries})


@pytest.mark.parametrize(
    ("file", "key", "cells", "column", "right"),
    one_in(
        3,
        [
            ("processes.csv", "tyre-pyrolysis", {"slug": "Tyres"}, "slug", "words of a–z"),
            ("processes.csv", "tyre-pyrolysis", {"slug": "tyre-granulation"}, "slug", "must be unique"),
            ("processes.csv", "tyre-pyrolysis", {"equation": ""}, "equation", "is empty"),
            (
                "processes.csv",
                "tyre-pyrolysis",
                {"cost_eur_per_unit": "-1"},
                "cost_eur_per_unit",
                "out of range",
            ),
            (
                "processes.csv",
                "tyre-pyrolysis",
                {"cost_eur_per_unit": "1.00001"},
                "cost_eur_per_unit",
                "at most 4",
            ),
            (
                "processes.csv",
                "tyre-pyrolysis",
                {"heat_mwh_per_unit": ""},
                "heat_mwh_per_unit",
                "not a number",
            ),
            (
                "processes.csv",
                "tyre-pyrolysis",
                {"co2e_kg_per_unit": "much"},
                "co2e_kg_per_unit",
                "not a number",
            ),
            ("processes.csv", "tyre-pyrolysis", {"waste_permit": "yes"}, "waste_permit", "0, 1"),
            (
                "processes.csv",
                "tyre-pyrolysis",
                {"basis": "guess"},
                "basis",
                "stoichiometry, published, estimate",
            ),
            ("processes.csv", "tyre-pyrolysis", {"cost_source": ""}, "cost_source", "is empty"),
            (
                "process_flows.csv",
                "tyre-pyrolysis",
                {"process": "tyres"},
                "process",
                "not a slug of processes.csv",
            ),
            (
                "process_flows.csv",
                "tyre-pyrolysis",
                {"resource": "tyres"},
                "resource",
                "there is no resource “tyres”",
            ),
            (
                "process_flows.csv",
                "tyre-pyrolysis",
                {"resource": "material"},
                "resource",
                "one below the root",
            ),
            ("process_flows.csv", "tyre-pyrolysis", {"direction": "in"}, "direction", "input, output"),
            ("process_flows.csv", "tyre-pyrolysis", {"direction": "output"}, "role", "not “main”"),
            (
                "process_flows.csv",
                "tyre-pyrolysis",
                {"role": "chief"},
                "role",
                "main, traded, supplied, balance",
            ),
            (
                "process_flows.csv",
                "tyre-pyrolysis",
                {"amount_per_unit": "2"},
                "amount_per_unit",
                "right is 1",
            ),
            (
                "process_flows.csv",
                "tyre-pyrolysis",
                {"amount_per_unit": "0"},
                "amount_per_unit",
                "out of range",
            ),
            (
                "substitutions.csv",
                "bof-slag",
                {"serves_as": "lime"},
                "serves_as",
                "there is no resource “lime”",
            ),
            ("substitutions.csv", "bof-slag", {"serves_as": "slags"}, "serves_as", "fits as it is"),
            ("substitutions.csv", "bof-slag", {"ratio": "0"}, "ratio", "out of range"),
            ("substitutions.csv", "bof-slag", {"quality_factor": "1.2"}, "quality_factor", "0.01 to 1"),
            ("substitutions.csv", "bof-slag", {"basis": ""}, "basis", "stoichiometry, published, estimate"),
            ("emission_factors.csv", "avoided-pet", {"unit": "kg"}, "unit", "t, MWh, m3, m2, h, t·km"),
            ("emission_factors.csv", "avoided-pet", {"year": "25"}, "year", "“25” is not one of"),
            (
                "emission_factors.csv",
                "avoided-pet",
                {"kg_co2e_per_unit": "x"},
                "kg_co2e_per_unit",
                "not a number",
            ),
            ("emission_factors.csv", "avoided-pet", {"source": ""}, "source", "is empty"),
            ("emission_factors.csv", "avoided-pet", {"key": "avoided-pvc"}, "key", "must be unique"),
            ("resource_factors.csv", "pet", {"resource": "pett"}, "resource", "there is no resource “pett”"),
            (
                "resource_factors.csv",
                "pet",
                {"primary_factor": "pett"},
                "primary_factor",
                "not the key of a factor per t",
            ),
            (
                "resource_factors.csv",
                "pet",
                {"disposal_factor": "natural-gas"},
                "disposal_factor",
                "a factor per t",
            ),
        ],
    ),
)
def test_wrong_cell_is_named_with_file_row_column_and_what_would_be_right(
    edit_cell: EditCell, file: str, key: str, cells: dict[str, str], column: str, right: str
) -> None:
    with pytest.raises(TableError) as caught:
        read(edit_cell(file, key, **cells))
    place, _, what = str(caught.value).partition(f", column {column}: ")
    assert right in what
    assert re.fullmatch(rf"{re.escape(file)}, row \d+", place)


@pytest.mark.parametrize(
    ("flow", "right"),
    [
        ("tyre-pyrolysis,input,main,end-of-life-tyres,", "exactly one main input"),
        ("biogas-from-animal-fat,output,traded,biogas,", "a traded output"),
    ],
)
def test_process_without_a_main_input_or_a_traded_output_is_refused(
    folder: Path, flow: str, right: str
) -> None:
    path = folder / "process_flows.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(flow)]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(TableError, match=rf"processes\.csv, row \d+, column slug: .*{right}"):
        read(folder)


def test_flow_or_substitution_given_twice_is_refused(folder: Path) -> None:
    for file, column in (("process_flows.csv", "resource"), ("substitutions.csv", "serves_as")):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text + text.splitlines(keepends=True)[-1], encoding="utf-8")
        with pytest.raises(TableError, match=rf"{file}, row \d+, column {column}: "):
            read(folder)
        path.write_text(text, encoding="utf-8")


def test_factor_is_inherited_unless_the_row_says_otherwise_or_the_unit_differs(
    folder: Path, add_resource: Callable[..., Path]
) -> None:
    add_resource("heat", slug="a", name="Aa", parent="heat", reach_km="5")
    add_resource("heat", slug="b", name="Bb", parent="a")
    add_resource("heat", slug="c", name="Cc", parent="b")
    add_resource("heat", slug="d", name="Dd", parent="heat", dimension="mass")
    (folder / "emission_factors.csv").write_text(
        "key,name,kg_co2e_per_unit,unit,year,source,status\n"
        + "".join(f"{key},{key},1,MWh,2025,a test,published\n" for key in ("gas", "coal", "oil")),
        encoding="utf-8",
    )
    (folder / "resource_factors.csv").write_text(
        "resource,primary_factor,disposal_factor,note\nheat,gas,coal,\nb,-,,no\nc,oil,-,\n",
        encoding="utf-8",
    )
    found = read_factor_files(folder, read_catalogue_files(folder).resources).of_resource
    assert found["a"] == ResourceFactors("gas", "coal")
    assert found["b"] == ResourceFactors(None, "coal")
    assert found["c"] == ResourceFactors("oil", None)
    assert found["d"] == ResourceFactors(None, None)
