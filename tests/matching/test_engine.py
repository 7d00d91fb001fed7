"""The engine by itself: every gate, every part, order, limits and input checks, with exact values."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from matching.engine import (
    Gate,
    Weights,
    gate_codes,
)
from matching.engine.arrays import currency_code
from matching.engine.search import best_partners
from tests.matching.engine_pairs import (
    AT_REACH,
    FREE,
    OFFER,
    REQUEST,
    SUMMER,
    WINTER,
    Changes,
    Quality,
    days,
    found,
    pair,
    part,
)
from tests.matching.engine_rows import TODAY, UNKNOWN, market_of

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
    # At the best the buyer saves 35, the product would sell for no less than 33.5, and loading costs 2.
    (
        Gate.PRICE,
        {"price": 60.0, "market_low": 33.5, "market_high": 40.0},
        {},
        {"price": 60.0, "market_low": 33.0, "market_high": 40.0},
        {},
    ),
    (Gate.PRICE, {"market_low": 33.5, "market_high": 40.0, "price": 60.0}, {}, {"price": 60.0}, {}),
    (
        Gate.PRICE,
        {"price": 60.0, "market_low": 33.5, "market_high": 40.0},
        {},
        {"price": 60.0, "market_low": 33.5, "market_high": 40.0},
        {"price": UNKNOWN},
    ),
    (
        Gate.PRICE,
        {"price": 60.0, "market_low": 33.5, "market_high": 40.0},
        {},
        {"price": 60.0, "market_low": 33.5, "market_high": 40.0},
        {"currency": currency_code("SEK")},
    ),
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
    # What a treatment must cover is tried in `test_engine_figures`, what the law forbids in `test_law_gate`.
    assert {gate for gate, *_ in GATES} == set(Gate) - {Gate.COVERAGE, Gate.LAW}


def test_several_failed_gates_are_all_named_in_order() -> None:
    result = pair(
        replace(OFFER, hazardous=True, organization=2, reach_km=1.0), replace(REQUEST, latitude=60.0)
    )

    # Over 723 km the way costs 74, and 35 is all that it is worth to the buyer: no price suits both either.
    assert gate_codes(int(result.gate[0])) == ("distance", "permit", "same_owner", "price")
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
    offer = replace(
        OFFER, latitude=start[0], longitude=start[1], road_factor=1.0, reach_km=math.inf, price=UNKNOWN
    )
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
        replace(OFFER, id=n, latitude=lat, longitude=lon, reach_km=math.inf, price=UNKNOWN)
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
