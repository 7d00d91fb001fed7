"""What every case rests on is stated, and what is said to be the catalogue's is."""

import csv
import re
from math import isclose

import pytest

from local.stack import ROOT
from planning.cases.assumptions import Assumption
from planning.cases.case import Case
from planning.cases.catalogue import CASES, NAMES
from planning.cases.stating import in_year
from planning.optimize.checks import find_faults
from tests.planning.cases.runs import run_of

MONEY = re.compile(r"\b(EUR|KRW|CAD|USD|INR)\b")


def stated() -> list[tuple[str, Assumption]]:
    return [(name, one) for name in NAMES for one in CASES[name].assumptions.all()]


def rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_each_case_is_found_by_its_own_name(case: Case) -> None:
    assert CASES[case.name] is case
    assert case.title
    assert case.about


def test_a_name_that_is_no_case_says_which_there_are() -> None:
    with pytest.raises(KeyError, match="kalundborg, kota"):
        CASES["kalundburg"]


def test_each_assumption_has_a_unit_and_says_where_it_is_from(case: Case) -> None:
    assert [one.name for one in case.assumptions.all() if not (one.unit and one.source)] == []


def test_each_assumption_in_money_has_a_year(case: Case) -> None:
    assert [one.name for one in case.assumptions.all() if MONEY.search(one.unit) and one.year is None] == []


def test_prices_of_the_catalogue_are_its_rows() -> None:
    prices = {
        (row["resource"], row["kind"], row["country"]): row for row in rows("catalogue/data/prices.csv")
    }
    found = [
        (one, one.source.removeprefix("catalogue/data/prices.csv: ").split(", "))
        for _, one in stated()
        if one.source.startswith("catalogue/data/prices.csv: ")
    ]
    assert len(found) > 20
    for one, (resource, kind, country) in found:
        row = prices[resource, kind, country]
        assert (one.value, one.year) == (float(row["value"]), int(row["year"])), one.name


def test_factors_of_the_catalogue_are_its_rows() -> None:
    factors = {row["key"]: row for row in rows("catalogue/data/emission_factors.csv")}
    found = [
        (one, one.source.removeprefix("catalogue/data/emission_factors.csv: ").split(" + "))
        for _, one in stated()
        if one.source.startswith("catalogue/data/emission_factors.csv: ")
    ]
    assert len(found) > 12
    for one, keys in found:
        sum_kg = sum(float(factors[key]["kg_co2e_per_unit"]) for key in keys)
        assert isclose(one.value, sum_kg / 1000, rel_tol=1e-9), one.name
        is_estimate = any(factors[key]["status"] == "estimate" for key in keys)
        assert (one.basis == "general knowledge") is is_estimate, one.name
        assert one.year == int(factors[keys[0]]["year"]), one.name


def test_stoichiometry_is_that_of_the_catalogue() -> None:
    flows = rows("catalogue/data/process_flows.csv")
    given = CASES["kota"].assumptions

    def amount(process: str, resource: str) -> float:
        [row] = [row for row in flows if (row["process"], row["resource"]) == (process, resource)]
        return float(row["amount_per_unit"])

    assert given["acetylene of pure carbide"] == amount("acetylene-from-carbide", "acetylene")
    assert given["slaked lime of pure carbide"] == amount("acetylene-from-carbide", "carbide-lime")
    assert given["hydrogen chloride per acetylene"] == amount(
        "vinyl-chloride-from-acetylene", "hydrogen-chloride"
    )
    assert given["hydrogen chloride of chlorine"] == amount(
        "hydrogen-chloride-synthesis", "hydrogen-chloride"
    )
    assert given["hydrogen per chlorine burnt"] == amount("hydrogen-chloride-synthesis", "hydrogen")
    assert given["caustic of salt"] == amount("chlor-alkali-electrolysis", "sodium-hydroxide")
    assert given["chlorine of salt"] == amount("chlor-alkali-electrolysis", "chlorine")
    assert given["hydrogen of salt"] == amount("chlor-alkali-electrolysis", "hydrogen")
    assert given["quicklime of slaked lime"] == amount("quicklime-from-carbide-lime", "quicklime")
    assert given["quicklime of limestone"] == amount("quicklime-from-limestone", "quicklime")


def test_each_network_is_without_faults(case: Case) -> None:
    assert find_faults(case.make_network(case.assumptions)) == []


def test_plan_and_baseline_hold_when_added_up_again(case: Case) -> None:
    assert run_of(case.name).violations == []


def test_nobody_loses_at_the_prices_of_the_plan_and_gains_add_up(case: Case) -> None:
    found = run_of(case.name)
    gains = [one.amount for one in found.gains()]
    total = found.baseline.objective - found.plan.objective
    assert min(gains) >= -1e-6 * total
    assert sum(gains) == pytest.approx(total)


def test_money_of_another_year_goes_by_the_price_level() -> None:
    assert in_year(100.0, of=2015, year=2024) == pytest.approx(129.7)
    assert in_year(in_year(7.0, of=2022, year=2024), of=2024, year=2022) == pytest.approx(7.0)
    with pytest.raises(KeyError, match="No price level of 1999"):
        in_year(1.0, of=1999, year=2024)
