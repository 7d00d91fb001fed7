"""docs/planning_cases.md, read and compared with a run."""

import re
from collections import Counter

import pytest

from local.stack import ROOT
from planning.cases.assumptions import Basis
from planning.cases.catalogue import CASES
from planning.cases.kalundborg.figures import worth_of_flows
from planning.management.commands.plan_case import number, published_text
from tests.planning.cases.runs import run_of

TOLD = ("kalundborg", "kota", "ulsan")


def section(title: str) -> str:
    text = (ROOT / "docs/planning_cases.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def tables(name: str) -> list[list[list[str]]]:
    """The tables of a section, each as its rows without the head."""
    found = re.findall(r"(?:^\|.*\n)+", section(CASES[name].title), re.MULTILINE)
    return [
        [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()][2:]
        for table in found
    ]


@pytest.mark.parametrize("name", TOLD)
def test_table_of_figures_is_that_of_a_run(name: str) -> None:
    assert tables(name)[0] == [
        [one.name, number(one.value), one.unit, published_text(one), one.source, one.remark]
        for one in run_of(name).figures
    ]


def test_table_of_what_each_flow_is_worth_is_that_of_a_run() -> None:
    found = run_of("kalundborg")
    assert tables("kalundborg")[1] == [
        [name, f"{lost_eur / 1e6:.2f}", f"{lost_t:,.0f}"]
        for name, lost_eur, lost_t in worth_of_flows(found.given, found.plan)
    ]


@pytest.mark.parametrize("name", TOLD)
def test_count_of_assumptions_is_right(name: str) -> None:
    found = re.search(
        r"Assumptions: (\d+), of them (\d+) published, (\d+) computed, (\d+) general knowledge",
        section(CASES[name].title),
    )
    assert found is not None
    counted = Counter(one.basis for one in CASES[name].assumptions.all())
    assert [int(group) for group in found.groups()] == [
        len(CASES[name].assumptions),
        *(counted[basis] for basis in (Basis.PUBLISHED, Basis.COMPUTED, Basis.GENERAL)),
    ]
