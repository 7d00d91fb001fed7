"""What other assumptions would make of a match's numbers, each recomputed by hand; nothing of it is stored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from common.errors import Invalid
from matching.models import Match
from matching.selectors.explanations.explain import what_if
from tests.matching.explanations import HIGH, KM, LOW, TRANSPORT, about, explanation_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({"disposal_low": 60}, 10 + 60 - TRANSPORT, HIGH),
        ({"disposal_low": 90}, 10 + 90 - TRANSPORT, 55 + 90 - TRANSPORT),  # the high end is moved along
        ({"disposal_high": 12}, 10 + 12 - TRANSPORT, 55 + 12 - TRANSPORT),  # and the low one
        ({"disposal_low": 30, "disposal_high": 40}, 10 + 30 - TRANSPORT, 55 + 40 - TRANSPORT),
        ({"purchase_low": 0}, 0 + 20 - TRANSPORT, HIGH),
        ({"purchase_high": 40}, LOW, 40 + 80 - TRANSPORT),
        ({"transport_cost_per_load": 7}, LOW - 3, HIGH - 3),
        ({"transport_cost_per_km": "0.3"}, 30 - 4 - 0.3 * KM, 135 - 4 - 0.3 * KM),
        ({"road_factor": 2}, 30 - 4 - 0.11 * KM / 1.3 * 2, 135 - 4 - 0.11 * KM / 1.3 * 2),
        ({"treatment_cost": 12}, LOW - 12, HIGH - 12),
        ({"yield_per_unit": "0.9"}, 20 + 10 * 0.9 - TRANSPORT, 80 + 55 * 0.9 - TRANSPORT),
        ({"disposal_high": 0, "purchase_high": 0}, -TRANSPORT, -TRANSPORT),
    ],
)
def test_what_if_changes_what_it_says_and_nothing_else(
    ash: Match, changes: Mapping[str, Any], low: float, high: float
) -> None:
    before = Match.objects.values().get()
    found = what_if(ash, {key: Decimal(value) for key, value in changes.items()})
    assert about(found.benefit_low_eur_per_unit, low, 4)
    assert about(found.benefit_high_eur_per_unit, high, 4)
    for figure, lines in (
        (found.benefit_low_eur_per_unit, [line.low_eur_per_unit for line in found.benefit_lines]),
        (found.benefit_high_eur_per_unit, [line.high_eur_per_unit for line in found.benefit_lines]),
    ):
        assert about(figure, float(sum(line or 0 for line in lines)), 3)
    assert found.changed == set(changes)
    for key, value in changes.items():
        assert found.assumption(key).value == Decimal(value)
        assert found.assumption(key).source == "put in by you"
    assert Match.objects.values().get() == before
    assert explanation_of(ash).benefit_low_eur_per_year == Decimal(212_010), "the rules are as they were"


def test_what_if_moves_the_break_even_distance(ash: Match) -> None:
    # (12 + 10 − 4) ÷ 0.11
    assert what_if(ash, {"disposal_low": Decimal(12)}).break_even_km == Decimal("163.6")
    free = what_if(ash, {"transport_cost_per_km": Decimal(0)})
    assert free.break_even_km == free.reach_km == Decimal(200)
    never = what_if(ash, {"transport_cost_per_km": Decimal(0), "treatment_cost": Decimal(100)})
    assert never.break_even_km == Decimal("0.0")


def test_what_if_of_the_amount_says_that_it_is_assumed(ash: Match) -> None:
    found = what_if(ash, {"amount_per_year": Decimal(5_000)})
    assert (found.amount_per_year, found.limited_by) == (Decimal(5_000), "assumed")
    assert found.benefit_low_eur_per_year == Decimal(106_005)  # half of 212,010
    assert found.benefit_high_eur_per_year == Decimal(631_005)
    assert about(found.saved_t_per_year, (1.26338 + 320 - 0.12522 * KM) * 5, 3)


def test_what_if_of_a_pathways_yield_changes_what_is_needed(lime_to_cement: Match) -> None:
    found = what_if(lime_to_cement, {"yield_per_unit": Decimal(1), "treatment_cost": Decimal(50)})
    assert found.amount_per_year == Decimal(9_000)
    assert about(found.benefit_low_eur_per_unit, 10 + 80 - 50 - TRANSPORT, 4)
    assert about(found.benefit_high_eur_per_unit, 60 + 140 - 50 - TRANSPORT, 4)


def test_what_if_without_a_change_is_what_is(ash: Match) -> None:
    assert what_if(ash, {}) == explanation_of(ash)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("disposal_low", "-1"),
        ("purchase_high", "NaN"),
        ("transport_cost_per_load", "-1"),
        ("transport_cost_per_km", "Infinity"),
        ("road_factor", "0.9"),
        ("treatment_cost", "1e30"),
        ("yield_per_unit", "0"),
        ("amount_per_year", "-0.001"),
        ("distance_km", "5"),
        ("weather", "5"),
    ],
)
def test_what_cannot_be_so_is_refused_by_name(ash: Match, key: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        what_if(
            ash, {key: Decimal(value), "amount_per_year" if key != "amount_per_year" else "x": Decimal(1)}
        )
    assert key in refused.value.fields
    assert "amount_per_year" not in refused.value.fields or key == "amount_per_year"
