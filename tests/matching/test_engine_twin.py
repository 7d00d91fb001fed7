"""The engine against its twin: the same pairs in the same order with the same numbers."""

from __future__ import annotations

import math
import random
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import OPEN_END, PARTS, Candidates, Listings, Weights, evaluate_pairs, match, search
from tests.matching.engine_twin import EVEN, TODAY, UNKNOWN, Row, listings, twin_match, twin_pair

# Few values for everything, so that ties, limits and failed gates are common; the tree is 1(2 3) 4(5(6)).
RESOURCES = {(1, 4): 0, (2, 3): 1, (3, 4): 1, (4, 8): 0, (5, 8): 1, (6, 7): 2}
PLACES = [(55.0, 10.0), (55.4, 10.0), (54.6, 10.0), (5.0, 179.9), (5.1, -179.9), (90.0, 3.0), (89.9, -120.0)]
ENDS = (UNKNOWN, 1.0, 2.0, 3.0)
TABLE = {1: [0.0, 2.0, 1.0, 0.0, 0.5, 0.5], 65: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}
WEIGHTS = Weights(by_programme=np.array([TABLE.get(bit, [UNKNOWN] * 6) for bit in range(66)]))


def draw_row(pick: random.Random, identity: int) -> Row:
    tree, depth = pick.choice(list(RESOURCES.items()))
    latitude, longitude = pick.choice(PLACES)
    first_day = TODAY + pick.choice((-400, -1, 0, 17, 300))
    shares = [pick.choice((0, 0, 1, 3)) for _ in range(12)]
    total = sum(shares)
    return Row(
        id=identity,
        organization=pick.randrange(12),
        tree=tree,
        depth=depth,
        latitude=latitude,
        longitude=longitude,
        amount=pick.choice((UNKNOWN, 0.0, 10.0, 120.0, 1e6)),
        is_rate=pick.random() < 0.7,
        first_day=first_day,
        last_day=pick.choice((OPEN_END, OPEN_END, first_day + pick.choice((0, 45, 364, 365, 366, 3000)))),
        month_share=EVEN if total == 0 or pick.random() < 0.4 else tuple(share / total for share in shares),
        price=pick.choice((UNKNOWN, -20.0, -5.0, 0.0, 8.0, 10.0)),
        currency=pick.choice((752, 978, 978)),
        minimum_lot=pick.choice((0.0, 0.0, 0.0, 10.0, 11.0)),
        hazardous=pick.random() < 0.1,
        hazardous_permit=pick.random() < 0.7,
        quality=tuple(draw_interval(pick) for _ in range(2)),
        programme_only=pick.random() < 0.1,
        programmes=frozenset(bit for bit in (0, 1, 65) if pick.random() < 0.4),
        reach_km=pick.choice((60.0, 300.0, math.inf)),
        road_factor=pick.choice((1.0, 1.3)),
        transport_cost_per_km=pick.choice((UNKNOWN, 0.0, 0.12)),
        disposal_price=pick.choice((UNKNOWN, 0.0, 60.0)),
        purchase_price=pick.choice((UNKNOWN, 0.0, 25.0)),
    )


def draw_interval(pick: random.Random) -> tuple[float, float]:
    low, high = pick.choice(ENDS), pick.choice(ENDS)
    return (high, low) if low > high else (low, high)


def draw_side(pick: random.Random, size: int) -> list[Row]:
    ids = pick.sample(range(1000), size)
    return [draw_row(pick, identity) for identity in ids]


def pairs_of(result: Candidates) -> list[tuple[int, int]]:
    return list(zip(result.offer_row.tolist(), result.request_row.tolist(), strict=True))


def all_pairs(offers: Listings, requests: Listings) -> Candidates:
    o, r = np.divmod(np.arange(len(offers) * len(requests)), max(len(requests), 1))
    return evaluate_pairs(offers, requests, offer_rows=o, request_rows=r, today=TODAY, weights=WEIGHTS)


def assert_same_columns(one: Candidates, other: Candidates) -> None:
    for column in fields(Candidates):
        if column.name not in ("offer_row", "request_row"):
            np.testing.assert_array_equal(getattr(one, column.name), getattr(other, column.name), column.name)


@settings(max_examples=40, deadline=None)
@given(pick=st.randoms(use_true_random=False), sizes=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_every_number_of_every_pair_is_that_of_the_twin(pick: random.Random, sizes: tuple[int, int]) -> None:
    offers, requests = draw_side(pick, sizes[0]), draw_side(pick, sizes[1])

    result = all_pairs(listings(offers), listings(requests))

    for index in range(len(result)):
        offer, request = offers[result.offer_row[index]], requests[result.request_row[index]]
        twin = twin_pair(offer, request, today=TODAY, by_programme=TABLE)
        assert result.gate[index] == twin.gate
        for name in (
            "score",
            "distance_km",
            "amount_per_year",
            "covered_share",
            "benefit_per_year",
            "break_even_km",
        ):
            expected = pytest.approx(getattr(twin, name), rel=1e-8, abs=1e-8, nan_ok=True)
            assert getattr(result, name)[index] == expected, name
        for name, value, expected_part in zip(PARTS, result.parts[index], twin.parts, strict=True):
            assert value == pytest.approx(expected_part, abs=1e-8, nan_ok=True), name


@settings(max_examples=40, deadline=None)
@given(
    pick=st.randoms(use_true_random=False),
    sizes=st.tuples(st.integers(0, 25), st.integers(0, 25)),
    limit=st.sampled_from([None, 1, 2, 5]),
)
def test_match_returns_the_pairs_of_the_twin_in_its_order(
    pick: random.Random, sizes: tuple[int, int], limit: int | None
) -> None:
    offers, requests = draw_side(pick, sizes[0]), draw_side(pick, sizes[1])

    result = match(
        listings(offers), listings(requests), today=TODAY, weights=WEIGHTS, limit_per_listing=limit
    )

    assert pairs_of(result) == twin_match(offers, requests, today=TODAY, limit=limit, by_programme=TABLE)
    assert not result.gate.any()


@pytest.mark.parametrize(("size", "chunk_pairs"), [(20, 1), (80, 100), (80, search.CHUNK_PAIRS)])
@pytest.mark.parametrize("limit", [None, 3])
def test_match_is_that_of_the_twin_for_any_chunk_size(
    size: int, chunk_pairs: int, limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pick = random.Random(size)
    offers, requests = draw_side(pick, size), draw_side(pick, size)
    expected = twin_match(offers, requests, today=TODAY, limit=limit, by_programme=TABLE)
    assert len(expected) >= size / 4

    monkeypatch.setattr(search, "CHUNK_PAIRS", chunk_pairs)
    result = match(
        listings(offers), listings(requests), today=TODAY, weights=WEIGHTS, limit_per_listing=limit
    )

    assert pairs_of(result) == expected


@settings(max_examples=15, deadline=None)
@given(pick=st.randoms(use_true_random=False), size=st.integers(1, 15))
def test_one_against_many_gives_the_numbers_of_the_full_run_to_the_last_bit(
    pick: random.Random, size: int
) -> None:
    offers, requests = listings(draw_side(pick, size)), listings(draw_side(pick, size))
    full = match(offers, requests, today=TODAY, weights=WEIGHTS)

    for row in range(size):
        only = np.array([row])
        as_offer = match(offers.take(only), requests, today=TODAY, weights=WEIGHTS)
        assert_same_columns(as_offer, full.take(np.flatnonzero(full.offer_row == row)))
        as_request = match(offers, requests.take(only), today=TODAY, weights=WEIGHTS)
        assert_same_columns(as_request, full.take(np.flatnonzero(full.request_row == row)))


@settings(max_examples=15, deadline=None)
@given(pick=st.randoms(use_true_random=False))
def test_match_does_not_depend_on_the_order_of_the_rows(pick: random.Random) -> None:
    offers, requests = draw_side(pick, 15), draw_side(pick, 15)

    def ids(offer_rows: list[Row], request_rows: list[Row]) -> list[tuple[int, int]]:
        result = match(listings(offer_rows), listings(request_rows), today=TODAY, limit_per_listing=2)
        return [(offer_rows[o].id, request_rows[r].id) for o, r in pairs_of(result)]

    expected = ids(offers, requests)
    pick.shuffle(offers)
    pick.shuffle(requests)

    assert ids(offers, requests) == expected


def test_points_anywhere_on_the_globe_are_found_within_their_reach() -> None:
    pick = random.Random(7)

    def scattered(identity: int, organization: int) -> Row:
        return Row(
            id=identity,
            organization=organization,
            latitude=math.degrees(math.asin(pick.uniform(-1, 1))),
            longitude=pick.uniform(-180, 180),
            reach_km=pick.choice((500.0, 3000.0, 19_000.0)),
        )

    offers = [scattered(n, 1) for n in range(70)]
    requests = [replace(scattered(n, 2), programmes=frozenset()) for n in range(70)]

    result = match(listings(offers), listings(requests), today=TODAY, limit_per_listing=3)

    assert pairs_of(result) == twin_match(offers, requests, today=TODAY, limit=3)
