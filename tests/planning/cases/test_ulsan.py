"""Ulsan: the pipe is built because it pays, and is left where it does not."""

import pytest

from planning.cases.catalogue import CASES
from planning.cases.running import run_case
from tests.planning.cases.runs import changed_run, figure, outside, run_of

OIL_KRW_PER_T = 49_000 / 720_000 * 800_000


def test_every_published_figure_is_met() -> None:
    found = run_of("ulsan")
    assert outside(found) == []
    assert sum(one.is_published for one in found.figures) == 9


def test_figures_are_those_by_hand() -> None:
    found = run_of("ulsan")
    # Of what is sent, 3.1 % is lost; the buyer spares 54,444 KRW of oil a tonne and pays 25,278.
    saving = 720_000 * OIL_KRW_PER_T - 720_000 / 0.969 * 25_278
    assert figure(found, "saving before capital").value == pytest.approx(saving / 1e9, abs=5e-4) == 20.418
    assert figure(found, "payback").value == pytest.approx(27.5e9 / saving, abs=5e-4) == 1.347
    annuity = 27.5 * 0.06 / (1 - 1.06**-30)
    assert figure(found, "gain after capital").value == pytest.approx(saving / 1e9 - annuity, abs=5e-4)
    assert figure(found, "full-load hours").value == 7200.0
    assert figure(found, "load").value == 0.8219
    assert figure(found, "CO2 spared").value == 102_000.0
    assert figure(found, "CO2 spared per steam").value == 0.142
    assert figure(found, "least saving at which the pipe pays").value == 2775.0


@pytest.mark.parametrize(("oil", "is_built"), [(430_000, True), (420_000, False)])
def test_pipe_is_built_only_where_the_steam_saves_what_it_costs(oil: float, is_built: bool) -> None:
    # It pays from 25,278 ÷ 0.969 + 2,775 = 28,862 KRW/t of own steam on: oil at 424,100 KRW/kl.
    found = changed_run("ulsan", "price of bunker oil", oil)
    assert bool(found.built()) is is_built
    assert figure(found, "pipe").value == (100.0 if is_built else 0.0)
    assert figure(found, "steam through it").value == (720_000.0 if is_built else 0.0)


def test_saving_at_the_opening_pays_the_line_in_one_and_a_half_years() -> None:
    # KRW 18 bn a year: the seller asks 4,167 KRW/t more; the press counts no loss of heat.
    asked = OIL_KRW_PER_T - 18e9 / 720_000
    found = run_case(CASES["ulsan"], {"price of surplus steam": asked, "loss of heat": 0.0})
    assert figure(found, "saving before capital").value == 18.0
    assert figure(found, "payback").value == pytest.approx(27.5 / 18, abs=5e-4) == 1.528


def test_a_shorter_line_loses_less_and_saves_more() -> None:
    assert figure(changed_run("ulsan", "length", 0.0), "saving before capital").value == 21.0


def test_a_small_pipe_carries_what_it_can_all_year() -> None:
    found = changed_run("ulsan", "capacity", 50.0)
    assert figure(found, "steam through it").value == 50 * 8760
    assert figure(found, "load").value == 1.0
    assert "steam through it" in outside(found)
