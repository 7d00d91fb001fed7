"""The engine by itself: every gate, every part, order, limits and input checks, with exact values."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from matching.engine import (
    OPEN_END,
    PARTS,
    Candidates,
    Compatibility,
    Gate,
    Limit,
    Qualities,
    Resources,
    Weights,
    gate_codes,
)
from matching.engine.search import best_partners, evaluate_pairs, match
from tests.matching.engine_twin import (
    EPOCH,
    TODAY,
    UNKNOWN,
    Conversions,
    Row,
    Way,
    market_of,
    qualities,
)

OFFER = Row(id=1, organization=1)
REQUEST = Row(id=2, organization=2)
Changes = dict[str, Any]
Quality = tuple[tuple[float, float], ...]
SUMMER = (0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0)
WINTER = (0.25, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0.25)
FREE = (UNKNOWN, UNKNOWN)
AT_REACH = 144.553604
"""One degree of latitude by road, in km: 1.3 × 6371.0088 × π ÷ 180, to the millimetre."""


def pair(
    offer: Row = OFFER,
    request: Row = REQUEST,
    *,
    weights: Weights | None = None,
    conversions: Conversions | None = None,
) -> Candidates:
    row = np.zeros(1, dtype=np.int64)
    tables = market_of([offer], [request], conversions=conversions)
    return evaluate_pairs(**tables._asdict(), offer_rows=row, request_rows=row, today=TODAY, weights=weights)


def part(
    name: str, offer: Row = OFFER, request: Row = REQUEST, *, conversions: Conversions | None = None
) -> float:
    return float(pair(offer, request, conversions=conversions).parts[0, PARTS.index(name)])


def found(
    offers: list[Row], requests: list[Row], k: int | None = None, *, conversions: Conversions | None = None
) -> list[tuple[int, int]]:
    tables = market_of(offers, requests, k=k, conversions=conversions)
    result = match(**tables._asdict(), today=TODAY)
    return list(zip(result.offer_row.tolist(), result.request_row.tolist(), strict=True))


def days(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - EPOCH).days


# Gates: the change that just fails, and the one that just passes

GATES = [
    (Gate.RESOURCE, {}, {"tree": (6, 9)}, {}, {"tree": (5, 9)}),
    (Gate.RESOURCE, {"tree": (9, 10)}, {"tree": (5, 9)}, {"tree": (8, 9)}, {"tree": (5, 9)}),
    (Gate.RESOURCE, {"tree": (5, 9)}, {"tree": (6, 7)}, {"tree": (6, 7)}, {"tree": (5, 9)}),
    (
        Gate.DISTANCE,
        {"reach_km": AT_REACH - 1e-6},
        {"latitude": 56.0},
        {"reach_km": AT_REACH},
        {"latitude": 56.0},
    ),
    (Gate.WINDOW, {"last_day": TODAY + 9}, {"first_day": TODAY + 10}, {}, {"first_day": TODAY + 10}),
    (
        Gate.WINDOW,
        {"first_day": TODAY - 9, "last_day": TODAY - 1},
        {},
        {"first_day": TODAY - 9, "last_day": TODAY},
        {},
    ),
    (
        Gate.QUALITY,
        {"quality": ((3, 5), FREE)},
        {"quality": ((UNKNOWN, 2.9), FREE)},
        {},
        {"quality": ((0, 2), FREE)},
    ),
    (
        Gate.QUALITY,
        {"quality": ((3, 5), FREE)},
        {"quality": ((6, UNKNOWN), FREE)},
        {"quality": ((3, 6), FREE)},
        {"quality": ((6, UNKNOWN), FREE)},
    ),
    (Gate.PERMIT, {"hazardous": True}, {}, {"hazardous": True}, {"hazardous_permit": True}),
    (Gate.SAME_OWNER, {"organization": 7}, {"organization": 7}, {"organization": 7}, {"organization": 8}),
    (
        Gate.VISIBILITY,
        {"programme_only": True, "programmes": frozenset({3})},
        {"programmes": frozenset({4})},
        {"programme_only": True, "programmes": frozenset({3, 70})},
        {"programmes": frozenset({70})},
    ),
    (Gate.VISIBILITY, {}, {"programme_only": True}, {}, {}),
    (Gate.LOT, {"minimum_lot": 1001.0}, {}, {"minimum_lot": 1000.0}, {}),
    (Gate.LOT, {}, {"minimum_lot": 1001.0}, {"amount": UNKNOWN}, {"minimum_lot": 1001.0}),
]


@pytest.mark.parametrize(("gate", "offer", "request_", "good_offer", "good_request"), GATES)
def test_gate_fails_alone_beyond_its_limit_and_passes_at_it(
    gate: Gate,
    offer: Changes,
    request_: Changes,
    good_offer: Changes,
    good_request: Changes,
) -> None:
    failing = replace(OFFER, **offer), replace(REQUEST, **request_)
    passing = replace(OFFER, **good_offer), replace(REQUEST, **good_request)

    assert pair(*failing).gate[0] == gate
    assert found([failing[0]], [failing[1]]) == []
    assert pair(*passing).gate[0] == 0
    assert found([passing[0]], [passing[1]]) == [(0, 0)]


def test_every_gate_has_an_example() -> None:
    assert {gate for gate, *_ in GATES} == set(Gate)


def test_several_failed_gates_are_all_named_in_order() -> None:
    result = pair(
        replace(OFFER, hazardous=True, organization=2, reach_km=1.0), replace(REQUEST, latitude=60.0)
    )

    assert gate_codes(int(result.gate[0])) == ("distance", "permit", "same_owner")
    assert gate_codes(0) == ()


# Distance


@pytest.mark.parametrize(
    ("start", "end", "degrees"),
    [
        ((0.0, 0.0), (0.0, 90.0), 90),
        ((0.0, 179.5), (0.0, -179.5), 1),
        ((10.0, 180.0), (10.0, -180.0), 0),
        ((90.0, 0.0), (90.0, 137.0), 0),
        ((89.0, 0.0), (89.0, 180.0), 2),
        ((-89.5, 20.0), (-89.5, -160.0), 1),
        ((0.0, 0.0), (0.0, 180.0), 180),
        ((30.0, -60.0), (-30.0, 120.0), 180),
        ((-9.0, 104.0), (9.0, -76.0), 180),
        ((90.0, 0.0), (-90.0, 77.0), 180),
    ],
    ids=[
        "quarter",
        "date line",
        "180 is -180",
        "pole",
        "over the pole",
        "south pole",
        "antipodes",
        "oblique",
        "longer than a diameter by a rounding error",
        "pole to pole",
    ],
)
def test_distance_on_the_sphere(start: tuple[float, float], end: tuple[float, float], degrees: float) -> None:
    offer = replace(OFFER, latitude=start[0], longitude=start[1], road_factor=1.0, reach_km=math.inf)
    request = replace(REQUEST, latitude=end[0], longitude=end[1])

    expected = round(math.radians(degrees) * 6371.0088, 6)
    assert pair(offer, request).distance_km[0] == pytest.approx(expected, abs=1.5e-6)
    assert found([offer], [request]) == [(0, 0)]


@pytest.mark.parametrize(("latitude", "longitudes"), [(5.0, (179.9, -179.9)), (89.9, (0.0, 180.0))])
def test_search_finds_neighbours_over_the_date_line_and_the_pole(
    latitude: float, longitudes: tuple[float, float]
) -> None:
    offers = [
        replace(OFFER, id=n, latitude=lat, longitude=longitudes[0]) for n, lat in enumerate((latitude, -60.0))
    ]
    requests = [
        replace(REQUEST, id=n, latitude=lat, longitude=longitudes[1]) for n, lat in enumerate((latitude, 0))
    ]

    assert found(offers, requests) == [(0, 0)]


def test_search_without_a_limit_of_reach_finds_what_lies_on_the_other_side_of_the_earth() -> None:
    places = [(lat, lon) for lat in range(-88, 90, 22) for lon in range(-170, 180, 35)]
    offers = [
        replace(OFFER, id=n, latitude=lat, longitude=lon, reach_km=math.inf)
        for n, (lat, lon) in enumerate(places)
    ]
    requests = [
        replace(REQUEST, id=n, latitude=-lat, longitude=lon - 180 if lon > 0 else lon + 180)
        for n, (lat, lon) in enumerate(places)
    ]

    missed = {(o, r) for o in range(len(places)) for r in range(len(places))} - set(found(offers, requests))

    assert missed == set()


# Parts


def test_part_resource_falls_by_level() -> None:
    assert part("resource") == 1
    assert part("resource", OFFER, replace(REQUEST, tree=(1, 99), depth=0)) == 0.7225


def test_part_distance_is_nine_sixteenths_at_half_the_reach() -> None:
    way = float(pair(OFFER, replace(REQUEST, latitude=56.0)).distance_km[0])

    assert part("distance") == 1
    assert part("distance", replace(OFFER, reach_km=2 * way), replace(REQUEST, latitude=56.0)) == 0.5625
    assert part("distance", replace(OFFER, reach_km=way), replace(REQUEST, latitude=56.0)) == 0
    assert part("distance", replace(OFFER, reach_km=math.inf), replace(REQUEST, latitude=56.0)) == 1


@pytest.mark.parametrize(
    ("amount", "expected"), [(1000, 1), (100, 0.666667), (10_000, 0.666667), (1, 0), (1e-300, 0), (5e9, 0)]
)
def test_part_quantity_loses_a_third_for_every_factor_of_ten(amount: float, expected: float) -> None:
    assert part("quantity", OFFER, replace(REQUEST, amount=amount)) == expected


def test_part_season_is_the_overlap_of_the_months() -> None:
    assert part("season", replace(OFFER, month_share=SUMMER)) == pytest.approx(1 / 3, abs=1e-6)
    assert part("season", replace(OFFER, month_share=SUMMER), replace(REQUEST, month_share=WINTER)) == 0
    assert part("season", replace(OFFER, month_share=SUMMER), replace(REQUEST, month_share=SUMMER)) == 1


def test_part_season_looks_only_at_the_shared_months() -> None:
    request = replace(REQUEST, first_day=days(2026, 5, 1), last_day=days(2026, 8, 31))

    assert part("season", replace(OFFER, month_share=SUMMER), request) == 1


@pytest.mark.parametrize(
    ("offer", "request_", "expected"),
    [
        (((3, 6), FREE), ((UNKNOWN, 5), FREE), 2 / 3),
        (((3, 5), FREE), ((UNKNOWN, 5), FREE), 1),
        (((3, UNKNOWN), FREE), ((UNKNOWN, 5), FREE), 0.5),
        (((4, 4), FREE), ((4, 9), FREE), 1),
        (((3, 5), FREE), ((UNKNOWN, 5), (0, 1)), 0.75),
        (((3, 5), (0, 4)), ((UNKNOWN, 5), (0, 1)), 0.625),
        (((3, 5), FREE), (FREE, FREE), UNKNOWN),
        ((FREE, FREE), ((3, 5), FREE), UNKNOWN),
    ],
)
def test_part_quality_is_how_far_the_offer_lies_within_what_is_asked(
    offer: Quality, request_: Quality, expected: float
) -> None:
    value = part("quality", replace(OFFER, quality=offer), replace(REQUEST, quality=request_))

    assert value == pytest.approx(expected, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("ask", "bid", "expected"),
    [
        (10, 10, 1),
        (10, 8, 0.8),
        (10, 30, 1),
        (-5, 2, 1),
        (-4, -6, 0.666667),
        (3, -2, 0),
        (0, 0, 1),
        (UNKNOWN, 5, UNKNOWN),
    ],
)
def test_part_price_says_whether_signed_prices_meet(ask: float, bid: float, expected: float) -> None:
    value = part("price", replace(OFFER, price=ask), replace(REQUEST, price=bid))

    assert value == pytest.approx(expected, nan_ok=True)


def test_part_price_is_unknown_between_currencies() -> None:
    assert math.isnan(part("price", OFFER, replace(REQUEST, currency=752)))


# Score


def test_score_of_a_perfect_pair_is_one() -> None:
    quality = ((1.0, 2.0), FREE)

    assert pair(replace(OFFER, quality=quality), replace(REQUEST, quality=quality)).score[0] == 1


def test_score_counts_unknown_parts_as_half_the_mean_of_the_known() -> None:
    silent = pair(replace(OFFER, amount=UNKNOWN, price=UNKNOWN))

    assert np.isnan(silent.parts[0]).tolist() == [False, False, True, False, True, True]
    assert silent.score[0] == 0.75


@pytest.mark.parametrize("stated", [{"amount": 700.0}, {"price": 11.0}, {"quality": ((3, 6), FREE)}])
def test_score_of_a_listing_that_states_something_good_beats_silence(stated: Changes) -> None:
    silent = replace(OFFER, amount=UNKNOWN, price=UNKNOWN)
    request = replace(REQUEST, quality=((UNKNOWN, 5.0), FREE))

    assert pair(replace(silent, **stated), request).score[0] > pair(silent, request).score[0]


def test_weights_of_the_first_shared_programme_replace_the_default() -> None:
    table = np.full((71, 6), UNKNOWN)
    table[3] = (0, 1, 0, 0, 0, 0)
    table[70] = (1, 0, 0, 0, 0, 0)
    weights = Weights(by_programme=table)
    request = replace(REQUEST, latitude=56.0, tree=(1, 99), depth=1)

    def score(offer_in: set[int], request_in: set[int]) -> float:
        offer = replace(OFFER, programmes=frozenset(offer_in))
        return float(
            pair(offer, replace(request, programmes=frozenset(request_in)), weights=weights).score[0]
        )

    default = pair(OFFER, request).score[0]
    nearness = part("distance", OFFER, request)
    assert score({70}, {70}) == 0.85
    assert score({3, 70}, {3, 70}) == nearness
    assert score({3, 70}, {3}) == nearness
    assert score({3}, {70}) == default
    assert score({5}, {5}) == default


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
    assert math.isnan(result.benefit_per_year[0])


def test_benefit_and_break_even_follow_the_written_formula() -> None:
    result = pair(OFFER, replace(REQUEST, latitude=56.0, amount=500.0))

    way = result.distance_km[0]
    assert result.transport_cost[0] == pytest.approx(0.1 * way)
    assert result.benefit_per_year[0] == pytest.approx(500 * (40 + 30 - 0.1 * way))
    assert result.break_even_km[0] == pytest.approx(700)


@pytest.mark.parametrize(
    ("offer", "request_", "benefit", "break_even_km"),
    [
        ({"disposal_price": UNKNOWN}, {}, 30_000, 300),
        ({}, {"purchase_price": UNKNOWN}, 70_000, 700),
        ({"purchase_price": 5.0}, {"purchase_price": UNKNOWN}, 45_000, 450),
        ({"purchase_price": UNKNOWN}, {"purchase_price": UNKNOWN}, 40_000, 400),
        (
            {"disposal_price": UNKNOWN, "purchase_price": UNKNOWN},
            {"purchase_price": UNKNOWN},
            UNKNOWN,
            UNKNOWN,
        ),
        ({"transport_cost_per_km": 0.0}, {}, 70_000, math.inf),
        ({"transport_cost_per_km": UNKNOWN}, {}, UNKNOWN, UNKNOWN),
    ],
)
def test_benefit_takes_unknown_prices_as_nothing_and_says_when_it_knows_none(
    offer: Changes, request_: Changes, benefit: float, break_even_km: float
) -> None:
    result = pair(replace(OFFER, **offer), replace(REQUEST, **request_))

    assert result.benefit_per_year[0] == pytest.approx(benefit, nan_ok=True)
    assert result.break_even_km[0] == pytest.approx(break_even_km, nan_ok=True)


@pytest.mark.parametrize(
    ("offer", "request_", "saved"),
    [
        ({}, {}, 70_000),
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
    result = pair(replace(OFFER, **offer), replace(REQUEST, **request_))

    assert result.saved_kg_per_year[0] == pytest.approx(saved, nan_ok=True)


def test_saved_emissions_are_less_those_of_the_way() -> None:
    result = pair(replace(OFFER, transport_kg_per_km=0.2), replace(REQUEST, latitude=56.0, amount=500.0))

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
    ("offer", "request_", "benefit", "break_even_km"),
    [
        ({}, {}, 800 * (40 + 15 - 6), 490),
        ({"disposal_price": UNKNOWN}, {}, 800 * (15 - 6), 90),
        ({"purchase_price": 99.0}, {"purchase_price": UNKNOWN}, 800 * (40 - 6), 340),
        ({"disposal_price": UNKNOWN}, {"purchase_price": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({"disposal_price": 0.0}, {"purchase_price": 0.0}, 800 * -6, 0),
        ({"transport_cost_per_km": 0.0}, {}, 800 * (40 + 15 - 6), math.inf),
    ],
)
def test_treatment_is_paid_out_of_the_benefit_and_yields_what_the_request_would_buy(
    offer: Changes, request_: Changes, benefit: float, break_even_km: float
) -> None:
    result = treated(replace(OFFER, **offer), replace(PRODUCT, **request_))

    assert result.benefit_per_year[0] == pytest.approx(benefit, nan_ok=True)
    assert result.break_even_km[0] == pytest.approx(break_even_km, nan_ok=True)


def test_treatment_has_its_own_emissions_and_saves_those_of_what_it_yields() -> None:
    request = replace(PRODUCT, latitude=56.0)

    result = treated(OFFER, request)

    assert result.primary_kg[0] == 25
    assert result.saved_kg_per_year[0] == pytest.approx(800 * (20 + 25 - 4 - 0.1 * AT_REACH))
    unknown = treated(replace(OFFER, primary_kg=99.0), replace(PRODUCT, primary_kg=UNKNOWN))
    assert math.isnan(unknown.primary_kg[0])
    assert unknown.saved_kg_per_year[0] == pytest.approx(800 * (20 - 4))


# Order and k


def test_ties_go_to_the_nearer_then_to_the_smaller_ids() -> None:
    offers = [
        replace(OFFER, id=n, latitude=lat, reach_km=math.inf) for n, lat in ((9, 55.0), (4, 55.0), (1, 55.1))
    ]

    assert found(offers, [REQUEST]) == [(1, 0), (0, 0), (2, 0)]
    assert found(offers, [REQUEST, replace(REQUEST, id=1)], k=1) == [(1, 1), (1, 0), (0, 1), (2, 1)]


def test_k_keeps_the_best_of_either_side() -> None:
    offers = [replace(OFFER, id=n, latitude=55 + n / 10) for n in range(3)]
    requests = [replace(REQUEST, id=n, latitude=55 - n / 10) for n in range(3)]

    assert found(offers, requests, k=1) == [(0, 0), (0, 1), (1, 0), (0, 2), (2, 0)]
    assert len(found(offers, requests, k=3)) == 9
    assert len(found(offers, requests)) == 9


def test_k_of_each_resource_holds_for_its_own_listings() -> None:
    offers = [replace(OFFER, id=n, latitude=55 + n / 10, most_matches=1) for n in range(3)]
    requests = [replace(REQUEST, id=n, latitude=55 - n / 10, most_matches=2) for n in range(3)]

    assert found(offers, requests) == [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0), (1, 2)]


def test_best_partners_of_a_side_are_rows_from_the_best_and_then_none() -> None:
    offers = [
        replace(OFFER, id=n, latitude=lat, most_matches=3) for n, lat in ((7, 55.1), (8, 55.0), (9, 5.0))
    ]
    tables = market_of(offers, [REQUEST, replace(REQUEST, id=3, organization=1)], k=4)

    of_requests = best_partners(**tables._asdict(), seek_requests=True, today=TODAY)
    of_offers = best_partners(**tables._asdict(), seek_requests=False, today=TODAY)

    assert of_requests.partner_row.tolist() == [[1, 0, -1, -1], [-1, -1, -1, -1]]
    assert of_requests.score[0, 0] == pair().score[0]
    assert of_requests.distance_km[0, 1] == pytest.approx(14.45536, abs=1e-6)
    assert np.isnan(of_requests.score[0, 2:]).all()
    assert of_offers.partner_row.tolist() == [[0, -1, -1], [0, -1, -1], [-1, -1, -1]]


@pytest.mark.parametrize(("offers", "requests"), [([], [REQUEST]), ([OFFER], []), ([], [])])
@pytest.mark.parametrize("k", [None, 3])
def test_empty_side_gives_an_empty_answer(offers: list[Row], requests: list[Row], k: int | None) -> None:
    tables = market_of(offers, requests, k=k)

    result = match(**tables._asdict(), today=TODAY)

    assert len(result) == 0
    assert result.parts.shape == (0, len(PARTS))
    for seek_requests, seekers in ((True, requests), (False, offers)):
        best = best_partners(**tables._asdict(), seek_requests=seek_requests, today=TODAY)
        assert best.partner_row.shape[0] == len(seekers)
        assert (best.partner_row == -1).all()


def test_no_compatible_resources_give_an_empty_answer() -> None:
    tables = market_of([OFFER], [REQUEST])
    tables = tables._replace(compatibility=tables.compatibility.take(np.empty(0, np.int64)))
    row = np.zeros(1, np.int64)

    assert len(match(**tables._asdict(), today=TODAY)) == 0
    near_miss = evaluate_pairs(**tables._asdict(), offer_rows=row, request_rows=row, today=TODAY)
    assert near_miss.gate[0] == Gate.RESOURCE
    assert near_miss.parts[0, PARTS.index("resource")] == 0
    assert near_miss.benefit_per_year[0] == pytest.approx(70_000)


# Input checks


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"latitude": 90.5}, r"latitude of listing 1 \(row 0\) is 90.5, but must be between -90 and 90"),
        ({"latitude": UNKNOWN}, "latitude of listing 1"),
        ({"longitude": -181.0}, "longitude of listing 1"),
        ({"longitude": math.inf}, "longitude of listing 1"),
        ({"amount": -1.0}, "amount of listing 1 .* must be greater than 0, or NaN for not stated"),
        ({"amount": 0.0}, "amount of listing 1"),
        ({"amount": math.inf}, "amount of listing 1"),
        ({"minimum_lot": UNKNOWN}, "minimum_lot of listing 1"),
        ({"minimum_lot": -1.0}, "minimum_lot of listing 1 .* must be 0 or more and finite"),
        ({"first_day": 10, "last_day": 9}, "last_day of listing 1 .* must be on or after first_day"),
        ({"month_share": (0.5,) * 12}, "month_share of listing 1 .* sum to 1"),
        ({"month_share": (-1.0, 2.0, *(0.0,) * 10)}, "month_share of listing 1"),
        ({"price": math.inf}, "price of listing 1"),
        ({"quality": ((2, 1), FREE)}, "quality.low must be at most quality.high"),
        ({"reach_km": 0.0}, "reach_km of row 0 is 0.0, but must be greater than 0"),
        ({"reach_km": UNKNOWN}, "reach_km of row 0"),
        ({"road_factor": 0.9}, "road_factor of row 0 .* must be 1 or more and finite"),
        ({"road_factor": math.inf}, "road_factor of row 0"),
        ({"transport_cost_per_km": -0.1}, "transport_cost_per_km of row 0"),
        ({"disposal_price": -1.0}, "disposal_price of row 0 .* must be 0 or more, or NaN for not known"),
        ({"purchase_price": math.inf}, "purchase_price of row 0"),
        ({"transport_kg_per_km": -1.0}, "transport_kg_per_km of row 0"),
        ({"disposal_kg": math.inf}, "disposal_kg of row 0 .* must be finite, or NaN for not known"),
        ({"primary_kg": -math.inf}, "primary_kg of row 0"),
        ({"most_matches": 0}, "most_matches of row 0 is 0, but must be 1 or more"),
    ],
)
def test_impossible_value_is_refused_with_field_row_and_rule(changes: Changes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        market_of([replace(OFFER, **changes)], [])


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("amount", np.ones(3), r"amount must have 2 rows in 1 dimension\(s\), but its shape is \(3,\)"),
        ("amount", np.ones(2, dtype=np.float32), "amount must be of type float64, but is float32"),
        ("first_day", np.ones(2, dtype=np.int64), "first_day must be of type int32"),
        ("programmes", np.zeros(2, dtype=np.uint64), "programmes must have 2 rows in 2 dimension"),
        ("month_share", np.full((2, 4), 0.25), "month_share must have 12 columns, but has 4"),
        ("quality", Qualities.none(3), "quality.start must be 3 ascending offsets from 0"),
        ("id", np.array([3, 3]), "id must be unique"),
        (
            "resource",
            np.array([0, -1]),
            r"resource of listing 2 \(row 1\) is -1, but must be a row of the res",
        ),
    ],
)
def test_misshapen_column_is_refused_by_name(field: str, values: Any, message: str) -> None:
    sound = market_of([OFFER, REQUEST], []).offers

    with pytest.raises(ValueError, match=message):
        replace(sound, **{field: values})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": np.array([0, 1])}, "quality.start must be 3 ascending offsets from 0"),
        ({"start": np.array([1, 2, 3])}, "quality.start must be 3 ascending offsets from 0"),
        ({"start": np.array([0, 4, 3])}, "quality.start must be 3 ascending offsets from 0"),
        ({"low": np.array([1.0, 1.0])}, "quality.low must have 3 rows, as quality.start says"),
        ({"start": np.array([0, 2, 4])}, "quality.property must have 4 rows, as quality.start says"),
        ({"property": np.array([5, 5, 0])}, "quality.property must ascend within each listing"),
        ({"property": np.array([5, 2, 8])}, "quality.property must ascend within each listing"),
        ({"low": np.array([9.0, 1.0, 1.0])}, "quality.low must be at most quality.high"),
        (
            {"low": np.array([1.0, 1.0, UNKNOWN]), "high": np.array([2.0, 2.0, UNKNOWN])},
            "quality must leave out intervals that are open on both sides",
        ),
    ],
)
def test_impossible_quality_is_refused(changes: Changes, message: str) -> None:
    sound = market_of([OFFER, REQUEST], []).offers
    # A property may be lower than the one before it where a new listing begins.
    quality = Qualities(
        start=np.array([0, 2, 3]),
        property=np.array([2, 5, 0]),
        low=np.array([1.0, 1.0, UNKNOWN]),
        high=np.array([2.0, UNKNOWN, 3.0]),
    )
    replace(sound, quality=quality)

    with pytest.raises(ValueError, match=message):
        replace(sound, quality=replace(quality, **changes))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([1], [()]),
        ([0, 1, 2], [((0, 1.0, 2.0), (2, UNKNOWN, 5.0)), (), ((1, 3.0, UNKNOWN),)]),
        ([2, 0], [((1, 3.0, UNKNOWN),), ((0, 1.0, 2.0), (2, UNKNOWN, 5.0))]),
        ([0, 1, 0], [((0, 1.0, 2.0), (2, UNKNOWN, 5.0)), (), ((0, 1.0, 2.0), (2, UNKNOWN, 5.0))]),
    ],
    ids=["none", "one that states nothing", "all", "turned round", "one twice"],
)
def test_qualities_taken_by_rows_are_the_stretches_of_these_rows(
    rows: list[int], expected: list[tuple[tuple[float, ...], ...]]
) -> None:
    stated = qualities([((1, 2), FREE, (UNKNOWN, 5)), (FREE, FREE, FREE), (FREE, (3, UNKNOWN), FREE)])

    taken = stated.take(np.array(rows, dtype=np.int64))

    flat = [interval for listing in expected for interval in listing]
    assert taken.start.tolist() == np.cumsum([0, *map(len, expected)]).tolist()
    np.testing.assert_array_equal(
        np.column_stack([taken.property, taken.low, taken.high]), np.array(flat).reshape(-1, 3)
    )


def test_qualities_joined_are_those_of_the_one_and_then_of_the_other() -> None:
    one, other = qualities([((1, 2),), (FREE,)]), qualities([((UNKNOWN, 4),)])

    joined = one.join(other)

    assert joined.start.tolist() == [0, 1, 1, 2]
    assert joined.property.tolist() == [0, 0]
    np.testing.assert_array_equal(joined.low, [1, UNKNOWN])
    np.testing.assert_array_equal(joined.high, [2, 4])
    assert other.join(one).start.tolist() == [0, 1, 2, 2]


def test_listings_joined_are_those_of_both_sides_and_refused_where_they_share_an_id() -> None:
    rows = [OFFER, replace(OFFER, id=7, quality=((1, 2), FREE)), replace(OFFER, id=9)]
    whole = market_of(rows, []).offers

    joined = whole.take(np.arange(2)).join(whole.take(np.array([2])))

    assert joined.id.tolist() == [1, 7, 9]
    assert joined.quality.start.tolist() == [0, 0, 1, 1]
    assert joined.month_share.shape == (3, 12)
    with pytest.raises(ValueError, match="id must be unique"):
        whole.join(whole)


def test_qualities_of_listings_that_state_nothing_are_empty() -> None:
    nothing = Qualities.none(3)

    assert nothing.start.tolist() == [0, 0, 0, 0]
    assert nothing.take(np.array([2, 0])).start.tolist() == [0, 0, 0]
    assert len(nothing.property) == len(nothing.low) == len(nothing.high) == 0


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("reach_km", np.ones(3), r"reach_km must have 3 rows|road_factor must have 3 rows"),
        ("reach_km", np.ones(2, np.int64), "reach_km must be of type float64, but is int64"),
        ("most_matches", np.ones(2), "most_matches must be of type int64, but is float64"),
        ("most_matches", np.array([1, 0]), "most_matches of row 1 is 0, but must be 1 or more"),
        ("purchase_price", np.array([1.0, -2.0]), "purchase_price of row 1 is -2.0, but must be 0 or more"),
    ],
)
def test_impossible_resources_are_refused(field: str, value: np.ndarray, message: str) -> None:
    sound: Resources = market_of([OFFER], [replace(REQUEST, reach_km=1.0)]).resources
    assert len(sound) == 2

    with pytest.raises(ValueError, match=message):
        replace(sound, **{field: value})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("offer_resource", np.zeros(2), "offer_resource must be of type int64, but is float64"),
        ("direct", np.ones(2), "direct must be of type bool, but is float64"),
        ("fit", np.ones(3), r"fit must have 2 rows in 1 dimension\(s\), but its shape is \(3,\)"),
        ("fit", np.array([1.0, 1.01]), "fit of row 1 is 1.01, but must be between 0 and 1"),
        ("fit", np.array([-0.1, 1.0]), "fit of row 0"),
        ("fit", np.array([UNKNOWN, 1.0]), "fit of row 0"),
        (
            "yield_per_unit",
            np.array([1.0, 0.0]),
            "yield_per_unit of row 1 is 0.0, but must be greater than 0",
        ),
        ("yield_per_unit", np.array([1.0, UNKNOWN]), "yield_per_unit of row 1"),
        ("yield_per_unit", np.array([math.inf, 1.0]), "yield_per_unit of row 0"),
        ("treatment_cost", np.array([-1.0, 1.0]), "treatment_cost of row 0 is -1.0, but must be 0 or more"),
        ("treatment_cost", np.array([0.0, UNKNOWN]), "treatment_cost of row 1"),
        (
            "request_resource",
            np.array([0, 0]),
            "offer_resource and request_resource must be a pair that stands",
        ),
    ],
)
def test_impossible_compatibility_is_refused(field: str, value: np.ndarray, message: str) -> None:
    ones = np.ones(2)
    sound = Compatibility(
        offer_resource=np.zeros(2, np.int64),
        request_resource=np.array([0, 1]),
        fit=ones,
        yield_per_unit=ones,
        treatment_cost=ones,
        treatment_kg=ones * UNKNOWN,
        direct=np.ones(2, np.bool_),
    )

    with pytest.raises(ValueError, match=message):
        replace(sound, **{field: value})


@pytest.mark.parametrize("stray", [2, 10**12])
@pytest.mark.parametrize("side", ["offers", "requests"])
def test_listing_of_a_resource_that_is_not_in_the_table_is_refused_by_name(side: str, stray: int) -> None:
    tables = market_of([OFFER], [replace(REQUEST, reach_km=1.0)])
    tables = tables._replace(**{side: replace(getattr(tables, side), resource=np.array([stray]))})

    message = f"resource of the {side} must name rows of the 2 resources, but holds {stray}"
    with pytest.raises(ValueError, match=message):
        match(**tables._asdict(), today=TODAY)


@pytest.mark.parametrize("stray", [-1, 2, 10**12])
@pytest.mark.parametrize("column", ["offer_resource", "request_resource"])
def test_compatibility_of_a_resource_that_is_not_in_the_table_is_refused_by_name(
    column: str, stray: int
) -> None:
    tables = market_of([OFFER], [replace(REQUEST, reach_km=1.0)])
    rows = getattr(tables.compatibility, column).copy()
    rows[0] = stray

    def stray_match() -> Candidates:
        compatibility = replace(tables.compatibility, **{column: rows})
        return match(**tables._replace(compatibility=compatibility)._asdict(), today=TODAY)

    with pytest.raises(ValueError, match=rf"^{column} .*\b(is|holds) {stray}\b"):
        stray_match()


def test_sides_with_different_columns_are_refused() -> None:
    tables = market_of([OFFER], [REQUEST])
    narrow = market_of([OFFER], [REQUEST], words=1).requests

    with pytest.raises(ValueError, match="programmes has 2 columns in the offers, but 1 in the requests"):
        match(**tables._replace(requests=narrow)._asdict(), today=TODAY)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"default": np.ones(5)}, "default must have 6 weights"),
        ({"default": np.zeros(6)}, "default must hold finite weights"),
        ({"default": np.array([1, 1, 1, 1, 1, UNKNOWN])}, "default must hold finite weights"),
        ({"by_programme": np.array([[-1.0, 2, 2, 2, 2, 2]])}, "by_programme must hold finite weights"),
        ({"by_programme": np.ones(6)}, "by_programme must have the shape p × 6"),
    ],
)
def test_impossible_weights_are_refused(weights: Changes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Weights(**weights)


def test_uneven_rows_are_refused() -> None:
    tables = market_of([OFFER], [REQUEST])
    rows = np.zeros(1, dtype=np.int64)

    with pytest.raises(ValueError, match="offer_rows and request_rows must be equally long"):
        evaluate_pairs(**tables._asdict(), offer_rows=rows, request_rows=rows[:0], today=TODAY)
