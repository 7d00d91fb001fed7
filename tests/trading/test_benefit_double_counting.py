"""Each rule that keeps the sum honest, beside what it would be without."""

from dataclasses import replace
from decimal import Decimal

import pytest

from catalogue.models import EmissionFactor, Resource
from tests.trading.benefit_cases import DIRECT, GATE_FEE, GYPSUM, TREATED, factor, gross, line_of, notes
from trading.benefit.account import benefit_of
from trading.benefit.lines import (
    BALANCES,
    CO2E_DISPOSAL,
    CO2E_PRIMARY,
    CO2E_TRANSPORT,
    LANDFILL_DIVERTED,
)


@pytest.mark.parametrize("key", ["incineration-wood", "anaerobic-digestion-food", "composting-garden-waste"])
def test_factor_of_the_haul_alone_never_stands_beside_a_credit(key: str) -> None:
    haul = factor(key, "8.98311")
    beside = replace(GATE_FEE, moved=replace(GYPSUM, disposal=haul))
    alone = replace(beside, credited=replace(GYPSUM, primary=None))
    assert CO2E_DISPOSAL not in gross(beside)
    assert f"{key} covers the haul alone" in notes(beside)
    assert gross(alone)[CO2E_DISPOSAL] == Decimal("8.98311")
    # Nor is burnt or digested waste diverted from landfill.
    assert LANDFILL_DIVERTED not in gross(beside)


def test_real_burden_of_disposal_stands_beside_a_credit() -> None:
    assert {CO2E_DISPOSAL, CO2E_PRIMARY} <= set(gross(GATE_FEE))


def test_closed_loop_factor_is_no_credit() -> None:
    closed = replace(DIRECT, credited=replace(GYPSUM, primary=factor("closed-loop-glass", "823.18954")))
    avoided = replace(DIRECT, credited=replace(GYPSUM, primary=factor("avoided-glass", "579.57713")))
    assert CO2E_PRIMARY not in gross(closed)
    assert gross(avoided)[CO2E_PRIMARY] == Decimal("579.57713")


def test_goods_through_a_process_count_the_last_output_only() -> None:
    waste_in = TREATED.moved.primary
    assert waste_in is not None
    both = Decimal("101.16") + waste_in.kg_co2e_per_unit
    assert gross(TREATED)[CO2E_PRIMARY] == Decimal("101.16")
    assert gross(TREATED)[CO2E_PRIMARY] != both


def test_freight_counts_the_making_of_its_fuel() -> None:
    assert line_of(DIRECT, CO2E_TRANSPORT).factor_key == "freight-hgv-with-upstream"
    without = Decimal("-1.0163")
    assert gross(DIRECT)[CO2E_TRANSPORT] < without


def test_balance_is_no_line_so_that_no_sum_counts_it_twice() -> None:
    lines = benefit_of(TREATED, Decimal(1000)).lines
    assert not {line.metric for line in lines} & set(BALANCES)
    assert len({line.metric for line in lines}) == len(lines)


@pytest.mark.django_db
def test_credits_of_the_catalogue_are_net_of_recycling() -> None:
    kg = dict(EmissionFactor.objects.values_list("key", "kg_co2e_per_unit"))
    checked = 0
    for key, value in kg.items():
        name = key.removeprefix("avoided-")
        if key.startswith("avoided-") and f"closed-loop-{name}" in kg and f"primary-{name}" in kg:
            assert value == kg[f"primary-{name}"] - kg[f"closed-loop-{name}"], key
            checked += 1
    assert checked > 10
    used = set(Resource.objects.exclude(primary_factor=None).values_list("primary_factor__key", flat=True))
    assert not [key for key in used if key.startswith("closed-loop-")]
    # All of a primary production is credited only where nothing has to be recycled first.
    whole = {key for key in used if f"closed-loop-{key.removeprefix('primary-')}" in kg}
    assert whole == {"primary-aggregates"}
    stones = set(
        Resource.objects.filter(primary_factor__key="primary-aggregates").values_list("slug", flat=True)
    )
    assert stones.isdisjoint(["aggregates", "crushed-concrete", "crushed-brick"])
    assert "quarry-fines" in stones
