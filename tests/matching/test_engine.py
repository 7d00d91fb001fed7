"""The engine by itself: every gate, every part, order, limits and input checks, with exact values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from matching.engine import (
    OPEN_END,
    PARTS,
    Candidates,
    Gate,
    Listings,
    Weights,
    evaluate_pairs,
    gate_codes,
    match,
)
from tests.matching.engine_twin import EPOCH, TODAY, UNKNOWN, Row, listings

OFFER = Row(id=1, organization=1)
REQUEST = Row(id=2, organization=2)
Changes = dict[str, Any]
Quality = tuple[tuple[float, float], ...]
SUMMER = (0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0)
WINTER = (0.25, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0.25)
FREE = (UNKNOWN, UNKNOWN)
AT_REACH = 144.553604
"""One degree of latitude by road, in km: 1.3 × 6371.0088 × π ÷ 180, to the millimetre."""


def pair(offer: Row = OFFER, request: Row = REQUEST, *, weights: Weights | None = None) -> Candidates:
    row = np.zeros(1, dtype=np.int64)
    return evaluate_pairs(
        listings([offer]), listings([request]), offer_rows=row, request_rows=row, today=TODAY, weights=weights
    )


def part(name: str, offer: Row = OFFER, request: Row = REQUEST) -> float:
    return float(pair(offer, request).parts[0, PARTS.index(name)])


def found(offers: list[Row], requests: list[Row], limit: int | None = None) -> list[tuple[int, int]]:
    result = match(listings(offers), listings(requests), today=TODAY, limit_per_listing=limit)
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
    ("amount", "expected"), [(1000, 1), (100, 0.666667), (10_000, 0.666667), (1, 0), (0, 0), (5e9, 0)]
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


# Order and limits


def test_ties_go_to_the_nearer_then_to_the_smaller_ids() -> None:
    offers = [
        replace(OFFER, id=n, latitude=lat, reach_km=math.inf) for n, lat in ((9, 55.0), (4, 55.0), (1, 55.1))
    ]

    assert found(offers, [REQUEST]) == [(1, 0), (0, 0), (2, 0)]
    assert found(offers, [REQUEST, replace(REQUEST, id=1)], limit=1) == [(1, 1), (1, 0), (0, 1), (2, 1)]


def test_limit_keeps_the_best_of_either_side() -> None:
    offers = [replace(OFFER, id=n, latitude=55 + n / 10) for n in range(3)]
    requests = [replace(REQUEST, id=n, latitude=55 - n / 10) for n in range(3)]

    assert found(offers, requests, limit=1) == [(0, 0), (0, 1), (1, 0), (0, 2), (2, 0)]
    assert len(found(offers, requests, limit=3)) == 9
    assert len(found(offers, requests)) == 9


@pytest.mark.parametrize(("offers", "requests"), [([], [REQUEST]), ([OFFER], []), ([], [])])
@pytest.mark.parametrize("limit", [None, 3])
def test_empty_side_gives_an_empty_answer(offers: list[Row], requests: list[Row], limit: int | None) -> None:
    result = match(listings(offers), listings(requests), today=TODAY, limit_per_listing=limit)

    assert len(result) == 0
    assert result.parts.shape == (0, len(PARTS))


# Input checks


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"latitude": 90.5}, r"latitude of listing 1 \(row 0\) is 90.5, but must be between -90 and 90"),
        ({"latitude": UNKNOWN}, "latitude of listing 1"),
        ({"longitude": -181.0}, "longitude of listing 1"),
        ({"longitude": math.inf}, "longitude of listing 1"),
        ({"amount": -1.0}, "amount of listing 1 .* must be 0 or more, or NaN for not known"),
        ({"amount": math.inf}, "amount of listing 1"),
        ({"minimum_lot": UNKNOWN}, "minimum_lot of listing 1"),
        ({"first_day": 10, "last_day": 9}, "last_day of listing 1 .* must be on or after first_day"),
        ({"month_share": (0.5,) * 12}, "month_share of listing 1 .* sum to 1"),
        ({"month_share": (-1.0, 2.0, *(0.0,) * 10)}, "month_share of listing 1"),
        ({"tree": (6, 6)}, "tree_right of listing 1"),
        ({"depth": -1}, "depth of listing 1"),
        ({"price": math.inf}, "price of listing 1"),
        ({"quality": ((2, 1), FREE)}, "quality_low of listing 1 .* at most quality_high"),
        ({"reach_km": 0.0}, "reach_km of listing 1"),
        ({"reach_km": UNKNOWN}, "reach_km of listing 1"),
        ({"road_factor": 0.9}, "road_factor of listing 1"),
        ({"transport_cost_per_km": -0.1}, "transport_cost_per_km of listing 1"),
        ({"disposal_price": -1.0}, "disposal_price of listing 1"),
        ({"purchase_price": -1.0}, "purchase_price of listing 1"),
    ],
)
def test_impossible_value_is_refused_with_field_listing_and_rule(changes: Changes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        listings([replace(OFFER, **changes)])


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("amount", np.ones(3), r"amount must have 2 rows in 1 dimension\(s\), but its shape is \(3,\)"),
        ("amount", np.ones(2, dtype=np.float32), "amount must be of type float64, but is float32"),
        ("first_day", np.ones(2, dtype=np.int64), "first_day must be of type int32"),
        ("programmes", np.zeros(2, dtype=np.uint64), "programmes must have 2 rows in 2 dimension"),
        ("month_share", np.full((2, 4), 0.25), "month_share must have 12 columns, but has 4"),
        ("quality_low", np.zeros((2, 1)), "quality_low and quality_high must have one shape"),
        ("id", np.array([3, 3]), "id must be unique"),
    ],
)
def test_misshapen_column_is_refused_by_name(field: str, values: np.ndarray, message: str) -> None:
    sound = listings([OFFER, REQUEST])

    with pytest.raises(ValueError, match=message):
        replace(sound, **{field: values})


@pytest.mark.parametrize(
    ("field", "requests"),
    [
        ("quality_low", lambda: listings([replace(REQUEST, quality=(FREE,))], properties=1)),
        ("programmes", lambda: listings([REQUEST], words=1)),
    ],
)
def test_sides_with_different_columns_are_refused(field: str, requests: Callable[[], Listings]) -> None:
    with pytest.raises(ValueError, match=f"{field} has 2 columns in the offers, but 1 in the requests"):
        match(listings([OFFER]), requests(), today=TODAY)


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


def test_limit_below_one_and_uneven_rows_are_refused() -> None:
    one: Listings = listings([OFFER])
    rows = np.zeros(1, dtype=np.int64)

    with pytest.raises(ValueError, match="limit_per_listing must be 1 or more"):
        match(one, one, today=TODAY, limit_per_listing=0)
    with pytest.raises(ValueError, match="offer_rows and request_rows must be equally long"):
        evaluate_pairs(one, one, offer_rows=rows, request_rows=rows[:0], today=TODAY)
