"""The engine's figures with exact values: amounts, benefit, emissions, limits, and treatment."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from matching.engine import (
    OPEN_END,
    PARTS,
    Candidates,
    Gate,
    Limit,
)
from tests.matching.engine_pairs import (
    AT_REACH,
    FREE,
    OFFER,
    REQUEST,
    SUMMER,
    WINTER,
    Changes,
    days,
    found,
    pair,
    part,
)
from tests.matching.engine_rows import TODAY, UNKNOWN, Row, Way

# Quantity and benefit


def test_amount_of_two_rates_meets_month_by_month() -> None:
    result = pair(replace(OFFER, month_share=SUMMER, amount=1200.0), replace(REQUEST, amount=600.0))

    assert result.amount_per_year[0] == pytest.approx(200)
    assert result.covered_share[0] == pytest.approx(1 / 3)


def test_amount_counts_the_days_of_a_short_window() -> None:
    request = replace(REQUEST, first_day=days(2026, 4, 16), last_day=days(2026, 5, 31), amount=12_000.0)

    result = pair(replace(OFFER, amount=12_000.0), request)

    assert result.amount_per_year[0] == pytest.approx(1500)
    assert result.covered_share[0] == pytest.approx(1)


@pytest.mark.parametrize("last_day", [OPEN_END, days(2030, 1, 1)])
@pytest.mark.parametrize("first_day", [TODAY, days(2027, 2, 17), days(2028, 2, 29), days(2027, 12, 31)])
def test_amount_of_a_window_of_a_year_or_more_is_a_full_year(first_day: int, last_day: int) -> None:
    request = replace(REQUEST, first_day=first_day, last_day=last_day)

    assert pair(OFFER, request).amount_per_year[0] == pytest.approx(1000, rel=1e-12)


def test_amount_of_a_lot_waits_for_the_other_side() -> None:
    lot = replace(OFFER, is_rate=False, amount=300.0, month_share=WINTER)

    assert pair(lot).amount_per_year[0] == 300
    assert part("season", lot) == 1
    assert pair(lot, replace(REQUEST, is_rate=False, amount=200.0)).amount_per_year[0] == 200
    out_of_season = replace(
        REQUEST, month_share=WINTER, first_day=days(2026, 5, 1), last_day=days(2026, 8, 31)
    )
    assert pair(lot, out_of_season).amount_per_year[0] == 0
    assert part("season", lot, out_of_season) == 0


def test_amount_is_unknown_if_one_side_does_not_state_it() -> None:
    result = pair(OFFER, replace(REQUEST, amount=UNKNOWN))

    assert math.isnan(result.amount_per_year[0])
    assert math.isnan(result.covered_share[0])
    assert math.isnan(result.benefit_low_per_year[0])
    assert math.isnan(result.benefit_high_per_year[0])


# Neither names a price: disposal 35 to 45, purchase 25 to 35, loading 2 and 0.1 a km. What a price changes stands in
# the table of docs/matching.md (`test_economics`).
SILENT: Changes = {"price": UNKNOWN}


def test_benefit_and_break_even_follow_the_written_formula() -> None:
    result = pair(replace(OFFER, **SILENT), replace(REQUEST, **SILENT, latitude=56.0, amount=500.0))

    way = result.distance_km[0]
    assert way == pytest.approx(AT_REACH)
    assert result.transport_cost[0] == pytest.approx(2 + 0.1 * way)
    assert (result.seller_cautious[0], result.seller_favourable[0]) == (-35, -45)
    assert (result.buyer_cautious[0], result.buyer_favourable[0]) == (25, 35)
    assert result.delivered[0] == 1
    assert result.benefit_low_per_year[0] == pytest.approx(500 * (35 + 25 - 2 - 0.1 * way))
    assert result.benefit_high_per_year[0] == pytest.approx(500 * (45 + 35 - 2 - 0.1 * way))
    assert result.break_even_km[0] == 300  # (35 + 25 − 2) ÷ 0.1 = 580, but 300 is the reach


NO_PURCHASE: Changes = {"purchase_low": UNKNOWN, "purchase_high": UNKNOWN}
NO_DISPOSAL: Changes = {"disposal_low": UNKNOWN, "disposal_high": UNKNOWN}


@pytest.mark.parametrize(
    ("offer", "request_", "low", "high", "break_even_km"),
    [
        # 35 + 25 − 2 and 45 + 35 − 2, times 1000; (35 + 25 − 2) ÷ 0.1
        ({}, {}, 58_000, 78_000, 580),
        (NO_DISPOSAL, {}, UNKNOWN, UNKNOWN, UNKNOWN),
        # What is offered has a price of its own: 35 + 5 − 2, 45 + 7 − 2; 38 ÷ 0.1
        ({"purchase_low": 5.0, "purchase_high": 7.0}, NO_PURCHASE, 38_000, 50_000, 380),
        (NO_PURCHASE, NO_PURCHASE, UNKNOWN, UNKNOWN, UNKNOWN),
        # −10 + 25 − 2 and −6 + 35 − 2: a product, which sells for 6 to 10
        (NO_DISPOSAL | {"market_low": 6.0, "market_high": 10.0}, {}, 13_000, 27_000, 130),
        ({"transport_cost_per_km": 0.0}, {}, 58_000, 78_000, math.inf),
        ({"transport_cost_per_km": UNKNOWN}, {}, UNKNOWN, UNKNOWN, UNKNOWN),
        ({"transport_cost_per_load": UNKNOWN}, {}, UNKNOWN, UNKNOWN, UNKNOWN),
        # 35 + 25 − 60
        ({"transport_cost_per_load": 60.0}, {}, 0, 20_000, 0),
        # On the spot nothing is lost. (35 + 25 − 2) ÷ (0.1 + 0.01 × 25) = 165.7 km is more than the 100 on which all is
        # lost; 35 − 2 − 0.1 × 100 = 23 is left there, and carries 230 km more.
        ({"loss_per_km": 0.01}, {}, 58_000, 78_000, 330),
    ],
)
def test_benefit_is_a_range_and_unknown_where_anything_of_it_is(
    offer: Changes, request_: Changes, low: float, high: float, break_even_km: float
) -> None:
    result = pair(
        replace(OFFER, **SILENT, reach_km=math.inf, **offer), replace(REQUEST, **SILENT, **request_)
    )

    assert result.benefit_low_per_year[0] == pytest.approx(low, nan_ok=True)
    assert result.benefit_high_per_year[0] == pytest.approx(high, nan_ok=True)
    assert result.break_even_km[0] == pytest.approx(break_even_km, nan_ok=True)


def test_what_is_lost_on_the_way_does_not_arrive_and_replaces_nothing() -> None:
    offer = replace(OFFER, **SILENT, loss_per_km=0.002)

    result = pair(offer, replace(REQUEST, **SILENT, latitude=56.0))

    arrives = 1 - 0.002 * AT_REACH
    assert result.delivered[0] == pytest.approx(arrives)
    assert result.buyer_cautious[0] == pytest.approx(25 * arrives)
    assert result.benefit_low_per_year[0] == pytest.approx(1000 * (35 + 25 * arrives - 2 - 0.1 * AT_REACH))
    assert result.primary_kg[0] == pytest.approx(50 * arrives)
    assert result.saved_kg_per_year[0] == pytest.approx(1000 * (20 + 50 * arrives - 0.1 * AT_REACH))


@pytest.mark.parametrize(
    ("offer", "request_", "saved"),
    [
        ({}, {}, 70_000),
        ({"price": -5.0}, {}, 70_000),
        ({"price": 0.0}, {}, 70_000),
        ({"price": 5.0}, {}, 50_000),  # what is sold would not be disposed of
        ({"disposal_kg": UNKNOWN, "price": 5.0}, {"primary_kg": UNKNOWN}, 50_000),
        ({"disposal_kg": UNKNOWN}, {}, 50_000),
        ({}, {"primary_kg": UNKNOWN}, 70_000),
        ({"primary_kg": 5.0}, {"primary_kg": UNKNOWN}, 25_000),
        ({"primary_kg": UNKNOWN}, {"primary_kg": UNKNOWN}, 20_000),
        ({"disposal_kg": -10.0}, {}, 40_000),
        ({"disposal_kg": UNKNOWN, "primary_kg": UNKNOWN}, {"primary_kg": UNKNOWN}, UNKNOWN),
        ({"transport_kg_per_km": UNKNOWN}, {}, UNKNOWN),
        ({"amount": UNKNOWN}, {}, UNKNOWN),
    ],
)
def test_saved_emissions_take_unknown_figures_as_nothing_and_say_when_none_is_known(
    offer: Changes, request_: Changes, saved: float
) -> None:
    result = pair(replace(OFFER, **(SILENT | offer)), replace(REQUEST, **request_))

    assert result.saved_kg_per_year[0] == pytest.approx(saved, nan_ok=True)


def test_saved_emissions_are_less_those_of_the_way() -> None:
    result = pair(
        replace(OFFER, **SILENT, transport_kg_per_km=0.2), replace(REQUEST, latitude=56.0, amount=500.0)
    )

    assert result.disposal_kg[0] == 20
    assert result.primary_kg[0] == 50
    assert result.treatment_kg[0] == 0
    assert result.transport_kg[0] == pytest.approx(0.2 * AT_REACH)
    assert result.saved_kg_per_year[0] == pytest.approx(500 * (20 + 50 - 0.2 * AT_REACH))


@pytest.mark.parametrize(
    ("offer", "request_", "limit"),
    [
        ({"amount": 900.0}, {}, Limit.OFFERED),
        ({}, {"amount": 900.0}, Limit.SOUGHT),
        ({}, {}, Limit.OFFERED),
        ({"month_share": SUMMER}, {}, Limit.SEASON),
        ({"month_share": SUMMER, "amount": 300.0}, {}, Limit.OFFERED),
        ({"month_share": SUMMER}, {"month_share": WINTER}, Limit.SEASON),
        ({"is_rate": False, "amount": 1001.0, "month_share": SUMMER}, {}, Limit.SOUGHT),
        ({"amount": UNKNOWN}, {}, Limit.UNKNOWN),
        ({}, {"amount": UNKNOWN}, Limit.UNKNOWN),
        ({"last_day": TODAY + 9}, {"first_day": TODAY + 10}, Limit.UNKNOWN),
    ],
)
def test_limit_says_what_keeps_the_amount_from_being_larger(
    offer: Changes, request_: Changes, limit: Limit
) -> None:
    assert pair(replace(OFFER, **offer), replace(REQUEST, **request_)).limit[0] == limit


# Treatment: two units offered make one that is sought, at 6 a unit offered

PRODUCT = replace(REQUEST, tree=(9, 10), amount=400.0, price=30.0)
BY_TREATMENT = {((5, 6), (9, 10)): Way(fit=0.7, yield_per_unit=0.5, treatment_cost=6.0, treatment_kg=4.0)}


def treated(offer: Row = OFFER, request: Row = PRODUCT) -> Candidates:
    return pair(offer, request, conversions=BY_TREATMENT)


def test_treatment_makes_a_match_of_resources_that_do_not_fit_and_only_in_its_direction() -> None:
    assert pair(OFFER, PRODUCT).gate[0] == Gate.RESOURCE
    assert treated().gate[0] == 0
    assert found([OFFER], [PRODUCT], conversions=BY_TREATMENT) == [(0, 0)]
    assert found([replace(PRODUCT, id=8)], [replace(OFFER, organization=8)], conversions=BY_TREATMENT) == []


def test_treatment_states_its_fit_yield_and_cost() -> None:
    result = treated()

    assert result.parts[0, PARTS.index("resource")] == 0.7
    assert result.yield_per_unit[0] == 0.5
    assert result.treatment_cost[0] == 6
    assert result.treatment_kg[0] == 4
    assert pair().yield_per_unit[0] == 1
    assert pair().treatment_cost[0] == 0


@pytest.mark.parametrize(
    ("sought", "amount", "quantity", "limit"),
    [
        (400.0, 800, 0.967697, Limit.SOUGHT),
        (500.0, 1000, 1, Limit.OFFERED),
        (5000.0, 1000, 0.666667, Limit.OFFERED),
    ],
)
def test_treatment_compares_amounts_in_units_offered(
    sought: float, amount: float, quantity: float, limit: Limit
) -> None:
    result = treated(OFFER, replace(PRODUCT, amount=sought))

    assert result.amount_per_year[0] == pytest.approx(amount)
    assert result.covered_share[0] == pytest.approx(amount / (2 * sought))
    assert result.parts[0, PARTS.index("quantity")] == quantity
    assert result.limit[0] == limit


@pytest.mark.parametrize(
    ("ask", "bid", "expected"),
    [
        (10, 30, 0.9),
        (10, 32, 1),
        (9, 30, 1),
        (-5, 2, 1),
        (-4, 0, 0.666667),
        (1, 12, 0),
        (10, UNKNOWN, UNKNOWN),
    ],
)
def test_treatment_is_taken_off_what_the_buyer_gives(ask: float, bid: float, expected: float) -> None:
    result = treated(replace(OFFER, price=ask), replace(PRODUCT, price=bid))

    assert result.parts[0, PARTS.index("price")] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("offer", "request_", "gate"),
    [
        ({"minimum_lot": 800.0}, {}, 0),
        ({"minimum_lot": 801.0}, {}, Gate.LOT),
        ({}, {"minimum_lot": 500.0}, 0),
        ({}, {"minimum_lot": 501.0}, Gate.LOT),
    ],
)
def test_treatment_compares_minimum_lots_after_the_yield(
    offer: Changes, request_: Changes, gate: Gate
) -> None:
    offered, sought = replace(OFFER, **offer), replace(PRODUCT, **request_)

    assert treated(offered, sought).gate[0] == gate
    assert len(found([offered], [sought], conversions=BY_TREATMENT)) == (gate == 0)


def test_treatment_leaves_the_quality_unknown_and_its_gate_open() -> None:
    offer, request = replace(OFFER, quality=((3, 5), FREE)), replace(PRODUCT, quality=((8, 9), FREE))

    result = treated(offer, request)

    assert result.gate[0] == 0
    assert math.isnan(result.parts[0, PARTS.index("quality")])
    assert found([offer], [request], conversions=BY_TREATMENT) == [(0, 0)]
    assert pair(offer, replace(request, tree=OFFER.tree)).gate[0] == Gate.QUALITY


def test_treatment_without_a_change_of_the_thing_keeps_its_quality() -> None:
    offer, request = replace(OFFER, quality=((3, 5), FREE)), replace(PRODUCT, quality=((4, 9), FREE))
    same = {pair_of: way._replace(direct=True) for pair_of, way in BY_TREATMENT.items()}

    assert part("quality", offer, request, conversions=same) == 0.5
    far = replace(request, quality=((8, 9), FREE))
    assert pair(offer, far, conversions=same).gate[0] == Gate.QUALITY
    assert found([offer], [far], conversions=same) == []


@pytest.mark.parametrize(
    ("sought", "gate"),
    [(5000.0, 0), (5001.0, Gate.COVERAGE), (UNKNOWN, 0)],
    ids=["a tenth", "less than a tenth", "not stated"],
)
def test_treatment_must_cover_a_tenth_of_what_is_sought(sought: float, gate: Gate) -> None:
    """1000 offered make 500."""
    request = replace(PRODUCT, amount=sought)

    assert treated(OFFER, request).gate[0] == gate
    assert len(found([OFFER], [request], conversions=BY_TREATMENT)) == (gate == 0)
    assert pair(OFFER, replace(request, tree=OFFER.tree)).gate[0] == 0


def test_treatment_that_no_price_pays_for_fails_the_gate() -> None:
    """The seller pays 10, or 12 at the best; the product saves 4 at the best, though 3 is bid.

    So treatment and residues may cost 0.5 × 4 + 12 − 2 = 12, and 2 less where disposal costs no more than 10. Who wants
    to be paid for taking the product buys none elsewhere, so that it saves nothing.
    """
    offer = replace(OFFER, price=-10.0, disposal_low=1.0, disposal_high=12.0)
    request = replace(PRODUCT, price=3.0, purchase_low=1.0, purchase_high=4.0)

    def gate(offer: Row, treatment: float, residue: float, request: Row = request) -> int:
        way = BY_TREATMENT[(5, 6), (9, 10)]._replace(
            treatment_cost=treatment, residue_low=residue, residue_high=99.0
        )
        conversions = {((5, 6), (9, 10)): way}
        bits = int(pair(offer, request, conversions=conversions).gate[0])
        assert len(found([offer], [request], conversions=conversions)) == (bits == 0)
        return bits

    assert gate(offer, 12.0, 0.0) == 0
    assert gate(offer, 9.0, 3.0) == 0
    assert gate(offer, 9.0, 3.5) == Gate.PRICE
    assert gate(offer, 12.5, 0.0) == Gate.PRICE
    assert gate(replace(offer, disposal_high=10.0), 12.0, 0.0) == Gate.PRICE
    assert gate(offer, 10.0, 0.0, replace(request, price=-10.0)) == 0
    assert gate(offer, 10.5, 0.0, replace(request, price=-10.0)) == Gate.PRICE
    assert gate(replace(offer, price=UNKNOWN), 99.0, 0.0) == 0


@pytest.mark.parametrize(
    ("offer", "request_", "way", "low", "high", "break_even_km"),
    [
        # Half of 25 to 35 is saved: 35 + 12.5 − 6 − 2, 45 + 17.5 − 6 − 2, times 800; 39.5 ÷ 0.1
        ({}, {}, {}, 31_600, 43_600, 395),
        # residues of 3 to 8 besides: 39.5 − 8, 54.5 − 3
        ({}, {}, {"residue_low": 3.0, "residue_high": 8.0}, 25_200, 41_200, 315),
        ({}, {}, {"residue_low": UNKNOWN, "residue_high": UNKNOWN}, UNKNOWN, UNKNOWN, UNKNOWN),
        (NO_DISPOSAL, {}, {}, UNKNOWN, UNKNOWN, UNKNOWN),
        # What is offered does not stand in for the product's price.
        ({"purchase_low": 99.0, "purchase_high": 99.0}, NO_PURCHASE, {}, UNKNOWN, UNKNOWN, UNKNOWN),
        # 0 + 0 − 6 − 2
        (
            {"disposal_low": 0.0, "disposal_high": 0.0},
            {"purchase_low": 0.0, "purchase_high": 0.0},
            {},
            *(-6_400, -6_400, 0),
        ),
        ({"transport_cost_per_km": 0.0}, {}, {}, 31_600, 43_600, math.inf),
    ],
)
def test_treatment_and_residues_are_paid_out_of_what_the_request_would_buy(
    offer: Changes, request_: Changes, way: Changes, low: float, high: float, break_even_km: float
) -> None:
    conversions = {trees: each._replace(**way) for trees, each in BY_TREATMENT.items()}
    result = pair(
        replace(OFFER, **SILENT, reach_km=math.inf, **offer),
        replace(PRODUCT, **(SILENT | request_)),
        conversions=conversions,
    )

    assert result.benefit_low_per_year[0] == pytest.approx(low, nan_ok=True)
    assert result.benefit_high_per_year[0] == pytest.approx(high, nan_ok=True)
    assert result.break_even_km[0] == pytest.approx(break_even_km, nan_ok=True)


def test_treatment_has_its_own_emissions_and_saves_those_of_what_it_yields() -> None:
    offer, request = replace(OFFER, **SILENT), replace(PRODUCT, latitude=56.0)

    result = treated(offer, request)

    assert result.primary_kg[0] == 25
    assert result.saved_kg_per_year[0] == pytest.approx(800 * (20 + 25 - 4 - 0.1 * AT_REACH))
    unknown = treated(replace(offer, primary_kg=99.0), replace(PRODUCT, primary_kg=UNKNOWN))
    assert math.isnan(unknown.primary_kg[0])
    assert unknown.saved_kg_per_year[0] == pytest.approx(800 * (20 - 4))
