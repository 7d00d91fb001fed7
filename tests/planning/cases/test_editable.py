"""Every assumption can be changed and does something: it reaches the programme, or a figure."""

import numpy as np
import pytest

from planning.cases.assumptions import Assumptions
from planning.cases.case import Case
from planning.cases.catalogue import CASES
from planning.optimize.model import build_model
from tests.planning.cases.runs import changed_run, run_of

ONLY_IN_FIGURES = {"kalundborg": {"steam in the 1990s", "heat in steam"}}
"""What another run beside the plan is made with."""


def numbers(case: Case, given: Assumptions) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    model = build_model(case.make_network(given))
    effects = [block.effects.ravel() for block in model.blocks.values()]
    return [model.lower, model.upper, model.row_lower, model.row_upper, model.value, *effects]


def is_dead(case: Case, name: str) -> bool:
    """Whether a tenth less of it (or a tenth, if it is nothing) leaves every number of the programme as it is."""
    value = case.assumptions[name]
    changed = numbers(case, case.assumptions.changed({name: value * 0.9 or 0.1}))
    return all(
        one.shape == other.shape and np.array_equal(one, other)
        for one, other in zip(numbers(case, case.assumptions), changed, strict=True)
    )


@pytest.mark.parametrize("name", ["kalundborg", "kota", "ulsan"])
def test_each_assumption_reaches_the_programme_but_those_of_a_figure_alone(name: str) -> None:
    case = CASES[name]
    assert {one for one in case.assumptions if is_dead(case, one)} == ONLY_IN_FIGURES.get(name, set())


@pytest.mark.parametrize("name", sorted(ONLY_IN_FIGURES["kalundborg"]))
def test_what_is_of_a_figure_alone_changes_it(name: str) -> None:
    before = run_of("kalundborg")
    after = changed_run("kalundborg", name, before.given[name] * 1.1)
    changed = [
        one.name for one, other in zip(before.figures, after.figures, strict=True) if one.value != other.value
    ]
    assert changed == ["CO2 spared with the steam of the 1990s", "saving with the steam of the 1990s"]
