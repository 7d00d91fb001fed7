"""What is lost on the way replaces nothing: heat in pipes and power in wires, recomputed by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from matching.economics import Alternative, Costs, Interval, worth
from tests.trading.benefit_cases import DIRECT, HEAT, TREATED, gross, line_of, notes
from trading.benefit.account import benefit_of
from trading.benefit.facts import Good, Price
from trading.benefit.lines import (
    CO2E_DISPOSAL,
    CO2E_PRIMARY,
    CO2E_TRANSPORT,
    CO2E_TREATMENT,
    COST_DISPOSAL,
    COST_PURCHASE,
    COST_SAVED,
    COST_TRANSPORT,
    COST_TREATMENT,
    LANDFILL_DIVERTED,
    NEW_SALES,
    VIRGIN_SAVED,
)

WARM = Good(
    name="District heat",
    kind="heat",
    unit="MWh",
    primary=HEAT,
    purchase_price=Price("district-heat:purchase-price", Decimal(20), "an estimate"),
)

PIPED = replace(
    DIRECT,
    moved=WARM,
    replaced=WARM,
    credited=WARM,
    mode="pipe",
    is_waste=False,
    transport_price=Price("transport:heat-pipe", Decimal("0.46"), "an estimate"),
    loss_per_km=Decimal("0.01"),
)
"""Over 10 km: a tenth is lost."""


def test_what_arrives_replaces_and_what_was_sent_is_paid_for_and_carried() -> None:
    assert gross(PIPED) == {
        CO2E_PRIMARY: Decimal("187.83"),  # 900 MWh × 208.7 kg/MWh
        COST_PURCHASE: Decimal(18_000),  # 900 MWh × 20 EUR/MWh
        COST_TRANSPORT: Decimal(-4_600),  # 1,000 MWh × 10 km × 0.46 EUR/MWh·km
        NEW_SALES: Decimal(4_000),
    }
    # The control: without the loss all of it.
    whole = gross(replace(PIPED, loss_per_km=Decimal(0)))
    assert (whole[CO2E_PRIMARY], whole[COST_PURCHASE]) == (Decimal("208.7"), Decimal(20_000))


def test_cost_saved_is_what_a_match_is_worth() -> None:
    costs = Costs(
        treatment=Decimal(0),
        residues=Interval(Decimal(0), Decimal(0)),
        load=Decimal(0),
        per_km=Decimal("0.46"),
        loss_per_km=Decimal("0.01"),
    )
    nothing, bought = Alternative(Decimal(0), Decimal(0)), Alternative(Decimal(20), Decimal(20))
    found = worth(nothing, bought, Decimal(1), costs, Decimal(10))
    assert found.low == Decimal("13.4")  # 0.9 × 20 − 4.6
    assert benefit_of(PIPED, Decimal(1000)).gross(COST_SAVED) == Decimal(13_400)


def test_each_line_from_which_a_loss_is_taken_says_how_much() -> None:
    assert line_of(PIPED, CO2E_PRIMARY).baseline == (
        "Without the exchange the receiver would have used: heat steam with upstream. "
        "10 % of what is sent is lost on the way, and taken off. "
        "What pumps on the way emit is not known, and not taken off."
    )
    assert line_of(PIPED, COST_PURCHASE).baseline == (
        "Without the exchange the receiver would have bought: District heat. "
        "10 % of what is sent is lost on the way, and taken off."
    )
    assert "lost" not in line_of(PIPED, COST_TRANSPORT).baseline
    assert "lost" not in line_of(DIRECT, CO2E_PRIMARY).baseline


def test_loss_comes_before_the_yield_and_leaves_disposal_and_treatment_whole() -> None:
    lossy = replace(TREATED, unit_price=Decimal(-4), loss_per_km=Decimal("0.01"))
    found, whole = gross(lossy), gross(replace(lossy, loss_per_km=Decimal(0)))
    assert found[VIRGIN_SAVED] == Decimal("758.7")  # 900 t × 0.843
    assert found[CO2E_PRIMARY] == Decimal("91.044")  # 758.7 t × 120 kg/t
    assert found[COST_PURCHASE] == Decimal("18967.5")  # 758.7 t × 25 EUR/t
    same = {CO2E_DISPOSAL, COST_DISPOSAL, LANDFILL_DIVERTED, CO2E_TREATMENT, COST_TREATMENT, CO2E_TRANSPORT}
    assert {metric: found[metric] for metric in same} == {metric: whole[metric] for metric in same}
    assert found[LANDFILL_DIVERTED] == Decimal(1000)


@pytest.mark.parametrize("km", ["100", "150"])
def test_farther_than_anything_arrives_nothing_is_replaced(km: str) -> None:
    assert gross(replace(PIPED, distance_km=Decimal(km))) == {NEW_SALES: Decimal(4_000)}
    nearly = gross(replace(PIPED, distance_km=Decimal("99.9")))
    assert nearly[CO2E_PRIMARY] == Decimal("0.2087")  # 1,000 MWh × 0.001 × 208.7 kg/MWh


@pytest.mark.parametrize("unknown", ["loss_per_km", "distance_km"])
def test_unknown_loss_leaves_what_arrives_unknown(unknown: str) -> None:
    facts = replace(PIPED, **{unknown: None})  # type: ignore[arg-type]
    assert gross(facts) == {NEW_SALES: Decimal(4_000)}
    for metric in (CO2E_PRIMARY, COST_PURCHASE):
        assert f"{metric}: what is lost on the way is not known" in notes(facts).splitlines()


def test_next_door_nothing_is_lost_even_where_the_loss_is_not_known() -> None:
    for loss in (None, Decimal("0.01")):
        found = gross(replace(PIPED, distance_km=Decimal(0), loss_per_km=loss))
        assert found[CO2E_PRIMARY] == Decimal("208.7")


def test_wire_leaves_nothing_out() -> None:
    wired = replace(PIPED, mode="wire", loss_per_km=Decimal("0.003"))
    assert gross(wired)[CO2E_PRIMARY] == Decimal("202.439")  # 970 MWh × 208.7 kg/MWh
    assert line_of(wired, CO2E_PRIMARY).baseline.endswith(
        "3 % of what is sent is lost on the way, and taken off."
    )
    assert notes(wired) == ""
    assert "what pumps on the way emit is not known" in notes(PIPED)
