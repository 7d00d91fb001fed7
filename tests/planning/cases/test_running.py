"""A case that cannot be planned says what clashes."""

import pytest

from planning.cases.assumptions import Assumptions
from planning.cases.case import Case
from planning.cases.running import NoPlan, run_case
from planning.cases.stating import general
from planning.optimize.draft import Draft
from planning.optimize.network import Network, one_year


def _network(given: Assumptions) -> Network:
    draft = Draft(one_year())
    works = draft.node("gypsum at works", party=draft.party("works"), resource="gypsum", unit="t", demand=10)
    draft.purchase(works, price=25.0, limit=given["gypsum on the market"])
    return draft.network()


CASE = Case(
    name="works",
    title="One works",
    about="Buys what it needs.",
    assumptions=Assumptions([general("gypsum on the market", 10.0, "t/year", "enough")]),
    make_network=_network,
    figures=lambda given, plan, baseline: [],
)


def test_a_plan_that_can_be_made_is_checked_and_has_its_parties() -> None:
    found = run_case(CASE)
    assert found.plan.objective == pytest.approx(250.0)
    assert found.violations == []
    assert [(one.party, one.amount) for one in found.gains()] == [("works", 0.0)]
    assert found.flows() == []
    assert found.built() == []


def test_one_that_cannot_names_what_clashes() -> None:
    with pytest.raises(NoPlan, match=r"infeasible\. What clashes: .*gypsum at works"):
        run_case(CASE, {"gypsum on the market": 9.0})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_value_that_cannot_be_is_named_before_anything_is_solved(value: float) -> None:
    with pytest.raises(ValueError, match="gypsum on the market: "):
        run_case(CASE, {"gypsum on the market": value})


def test_a_name_that_is_no_assumption_lists_those_that_are() -> None:
    with pytest.raises(KeyError, match="gypsum on the market"):
        run_case(CASE, {"plaster": 1.0})
