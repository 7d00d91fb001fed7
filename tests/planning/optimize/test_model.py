"""The programme as it prints: one golden file per constraint, which one can read and check by hand."""

from pathlib import Path

import numpy as np
import pytest

from planning.optimize.answers import make_plan
from planning.optimize.constraints import CONSTRAINTS
from planning.optimize.model import build_model
from planning.optimize.solving import write_model
from planning.optimize.verify import verify
from tests.planning.optimize import tiny

GOLDEN = Path(__file__).parent / "golden"
NAMES = [constraint.__name__ for constraint in CONSTRAINTS]


@pytest.mark.parametrize("name", NAMES)
def test_a_constraint_prints_as_its_golden_file(name: str, tmp_path: Path) -> None:
    found = tmp_path / f"{name}.lp"
    write_model(build_model(getattr(tiny, name)()), found)
    assert found.read_text() == (GOLDEN / f"{name}.lp").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_constraints_network_has_rows_of_it(name: str) -> None:
    model = build_model(getattr(tiny, name)())
    assert model.rows[name].size > 0
    assert model.row_name(model.rows[name].start).startswith(f"{name}[")


@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_plan_holds_when_computed_once_more(name: str) -> None:
    plan, _ = make_plan(getattr(tiny, name)())
    assert plan is not None
    assert verify(plan) == []


def test_entries_of_one_place_are_added_up() -> None:
    """A process that takes and gives the same resource has one coefficient, the difference."""
    network = tiny.one_at_a_time()
    model = build_model(network)
    for column in range(model.cost.size):
        rows = model.index[model.start[column] : model.start[column + 1]]
        assert np.array_equal(rows, np.unique(rows))


def test_columns_and_rows_are_named() -> None:
    model = build_model(tiny.balance())
    assert model.column_name(4) == "flow[steam at A → steam at B, low]"
    assert model.row_name(3) == "balance[steam at B, high]"
    with pytest.raises(IndexError):
        model.row_name(999)
    with pytest.raises(IndexError):
        model.column_name(999)
