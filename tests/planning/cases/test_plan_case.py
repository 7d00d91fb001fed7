"""`manage.py plan_case`: what it prints, what it writes as JSON, and what it says to what cannot be."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from planning.cases.catalogue import CASES, NAMES


def told(*words: str) -> str:
    out = StringIO()
    call_command("plan_case", *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_it_prints_every_assumption_figure_solver_and_gap(name: str) -> None:
    text = told(name)
    for one in CASES[name].assumptions.all():
        assert one.name in text
    assert "not published" in text
    assert "optimal, gap" in text
    assert "Added up again from the network alone: all holds." in text
    assert "Gain of each party" in text
    assert "HiGHS" in text


def test_line_of_a_figure_has_ours_beside_the_published() -> None:
    [line] = [line for line in told("kota").splitlines() if line.startswith("  acetylene after")]
    assert "107.2" in line
    assert "110: outside" in line
    [line] = [line for line in told("kota").splitlines() if line.startswith("  carbide idle")]
    assert "13.1" in line
    assert "not published" in line


def test_a_changed_assumption_is_marked_and_changes_the_figure() -> None:
    text = told("kota", "--set", "caustic capacity=250", "--set", "price of PVC = 950")
    assert "  * caustic capacity" in text
    assert "  * price of PVC" in text
    assert "price of hydrogen chloride at 250 t/d of caustic" in text
    [line] = [line for line in text.splitlines() if "at 250 t/d" in line]
    assert "today's capacity" in line


def test_json_holds_all_and_no_endless_number() -> None:
    found = json.loads(told("ulsan", "--json", "--set", "price of bunker oil=100000"))
    assert found["case"] == "ulsan"
    assert (found["currency"], found["price_year"]) == ("million KRW", 2011)
    assert found["built"] == []
    [payback] = [one for one in found["figures"] if one["name"] == "payback"]
    assert payback["value"] is None
    assert payback["agrees"] is False
    [oil] = [one for one in found["assumptions"] if one["name"] == "price of bunker oil"]
    assert oil["value"] == 100_000
    assert found["gap"] <= 1e-6


def test_a_price_below_nothing_is_taken_for_one_that_is_paid() -> None:
    assert "  * price of fly ash" in told("kota", "--set", "price of fly ash=-5")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["kotta"], "kotta: no such case. There are kalundborg, kota"),
        (["kota", "--set", "interest"], "write NAME=VALUE"),
        (["kota", "--set", "caustic=3"], "Did you mean .*'caustic capacity'"),
        (["kota", "--set", "caustic capacity=viel"], "caustic capacity: 'viel' is no number"),
        (["kota", "--set", "caustic capacity=nan"], "caustic capacity: 'nan' is no number"),
        (["kota", "--set", "purity of carbide=0"], "purity of carbide as given .* divided by zero"),
        (
            ["kota", "--set", "purity of carbide=80"],
            "purity of carbide: a share lies between 0 and 1, not 80",
        ),
        (["kota", "--set", "caustic capacity=-5"], "caustic capacity: -5 t/d is less than nothing"),
        (["kalundborg", "--set", "houses on district heat=-5"], "is less than nothing"),
        (["kalundborg", "--set", "life of pipes=0"], "life of pipes as given .* divided by zero"),
    ],
)
def test_what_cannot_be_is_said(words: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        told(*words)
