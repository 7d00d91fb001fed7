"""The engine against its twin: the same pairs in the same order with the same numbers."""

from __future__ import annotations

import math
import random
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import OPEN_END, PARTS, Candidates, Limit, Weights, market, search
from matching.engine.arrays import currency_code
from matching.engine.search import evaluate_pairs, match
from tests.matching.engine_rows import EVEN, TODAY, UNKNOWN, Row, Tables, Way, market_of
from tests.matching.engine_twin import twin_match, twin_pair
from tests.proof import examples, one_in

# Few values for everything, so that ties, limits and failed gates are common; the tree is 1(2 3) 4(5(6)).
RESOURCES = {(1, 4): 0, (2, 3): 1, (3, 4): 1, (4, 8): 0, (5, 8): 1, (6, 7): 2}
PLACES = [(55.0, 10.0), (55.4, 10.0), (54.6, 10.0), (5.0, 179.9), (5.1, -179.9), (90.0, 3.0), (89.9, -120.0)]
ENDS = (UNKNOWN, 1.0, 2.0, 3.0)
TABLE = {1: [0.0, 2.0, 1.0, 0.0, 0.5, 0.5], 65: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}
CONVERSIONS = {
    ((2, 3), (6, 7)): Way(
        0.7,
        0.5,
        treatment_cost=5.0,
        forbidden=(1 << 40) + 2,
        residue_low=2.0,
        residue_high=9.0,
        treatment_kg=3.0,
    ),
    ((6, 7), (1, 4)): Way(fit=0.4, yield_per_unit=12.0, treatment_cost=0.0, treatment_kg=UNKNOWN),
    ((3, 4), (4, 8)): Way(0.9, 1.0, treatment_cost=12.0, residue_low=UNKNOWN, residue_high=UNKNOWN),
    ((1, 4), (2, 3)): Way(fit=1.0, direct=True),
}
EURO = currency_code("EUR")
MOST_SEASONS = st.sampled_from([1, market.MOST_SEASONS])
"""Beyond so many different seasons the engine compares each two of them when it meets them."""
WEIGHTS = Weights(by_programme=np.array([TABLE.get(bit, [UNKNOWN] * 6) for bit in range(66)]))


def draw_row(pick: random.Random, identity: int, *, by_resource: bool = False) -> Row:
    tree, depth = pick.choice(list(RESOURCES.items()))
    latitude, longitude = pick.choice(PLACES)
    first_day = TODAY + pick.choice((-400, -1, 0, 17, 300))
    shares = [pick.choice((0, 0, 1, 3)) for _ in range(12)]
    total = sum(shares)
    disposal = pick.choice(((UNKNOWN, UNKNOWN), (0.0, 0.0), (40.0, 80.0)))
    market_price = pick.choice(((UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN), (3.0, 9.0)))
    purchase = pick.choice(((UNKNOWN, UNKNOWN), (0.0, 0.0), (20.0, 30.0)))
    return Row(
        id=identity,
        organization=pick.randrange(12),
        tree=tree,
        depth=depth,
        latitude=latitude,
        longitude=longitude,
        amount=pick.choice((UNKNOWN, 1e-3, 10.0, 120.0, 1e6)),
        is_rate=pick.random() < 0.7,
        first_day=first_day,
        last_day=pick.choice((OPEN_END, OPEN_END, first_day + pick.choice((0, 45, 364, 365, 366, 3000)))),
        month_share=EVEN if total == 0 or pick.random() < 0.4 else tuple(share / total for share in shares),
        price=pick.choice((UNKNOWN, -20.0, -5.0, 0.0, 8.0, 10.0)),
        currency=pick.choice((752, EURO, EURO)),
        minimum_lot=pick.choice((0.0, 0.0, 0.0, 10.0, 11.0)),
        hazardous=pick.random() < 0.1,
        hazardous_permit=pick.random() < 0.7,
        uses=pick.choice((0, 0, 1, 6, 1 << 40)),
        quality=tuple(draw_interval(pick) for _ in range(2)),
        programme_only=pick.random() < 0.1,
        programmes=frozenset(bit for bit in (0, 1, 65) if pick.random() < 0.4),
        reach_km=pick.choice((60.0, 300.0, math.inf)),
        road_factor=pick.choice((1.0, 1.3)),
        transport_cost_per_km=pick.choice((UNKNOWN, 0.0, 0.12)),
        transport_cost_per_load=pick.choice((UNKNOWN, 0.0, 4.5)),
        loss_per_km=pick.choice((0.0, 0.0, 0.01)),
        disposal_low=disposal[0],
        disposal_high=disposal[1],
        market_low=market_price[0],
        market_high=market_price[1],
        purchase_low=purchase[0],
        purchase_high=purchase[1],
        transport_kg_per_km=pick.choice((UNKNOWN, 0.0, 0.2)),
        disposal_kg=pick.choice((UNKNOWN, -9.0, 30.0)),
        primary_kg=pick.choice((UNKNOWN, 0.0, 80.0)),
        most_matches=pick.choice((1, 2, 4, None)) if by_resource else None,
    )


def draw_interval(pick: random.Random) -> tuple[float, float]:
    low, high = pick.choice(ENDS), pick.choice(ENDS)
    return (high, low) if low > high else (low, high)


def draw_side(pick: random.Random, size: int, *, by_resource: bool = False) -> list[Row]:
    """Rows; `by_resource`: some of them of resources that say themselves how many partners they keep."""
    ids = pick.sample(range(1000), size)
    return [draw_row(pick, identity, by_resource=by_resource) for identity in ids]


def pairs_of(result: Candidates) -> list[tuple[int, int]]:
    return list(zip(result.offer_row.tolist(), result.request_row.tolist(), strict=True))


def all_pairs(tables: Tables) -> Candidates:
    offers, requests = len(tables.offers), len(tables.requests)
    o, r = np.divmod(np.arange(offers * requests), max(requests, 1))
    return evaluate_pairs(**tables._asdict(), offer_rows=o, request_rows=r, today=TODAY, weights=WEIGHTS)


def run(tables: Tables, **settings: Any) -> Candidates:
    return match(**tables._asdict(), **{"today": TODAY, "weights": WEIGHTS, "threads": 1, **settings})


def assert_same_columns(one: Candidates, other: Candidates) -> None:
    for column in fields(Candidates):
        if column.name not in ("offer_row", "request_row"):
            np.testing.assert_array_equal(getattr(one, column.name), getattr(other, column.name), column.name)


FIGURES = (
    *("score", "distance_km", "amount_per_year", "covered_share", "yield_per_unit"),
    *("seller_cautious", "seller_favourable", "buyer_cautious", "buyer_favourable"),
    *("treatment_cost", "residue_low", "residue_high", "transport_cost", "delivered"),
    *("benefit_low_per_year", "benefit_high_per_year", "break_even_km"),
    *("disposal_kg", "primary_kg", "treatment_kg", "transport_kg", "saved_kg_per_year"),
)


def test_every_figure_of_a_candidate_is_compared() -> None:
    others = {"offer_row", "request_row", "gate", "limit", "parts"}

    assert {column.name for column in fields(Candidates)} == others | set(FIGURES)


@pytest.mark.mass
@settings(max_examples=examples(25, 60), deadline=None)
@given(
    pick=st.randoms(use_true_random=False),
    sizes=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    most_seasons=MOST_SEASONS,
)
def test_every_number_of_every_pair_is_that_of_the_twin(
    pick: random.Random, sizes: tuple[int, int], most_seasons: int
) -> None:
    offers, requests = draw_side(pick, sizes[0]), draw_side(pick, sizes[1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(market, "MOST_SEASONS", most_seasons)
        result = all_pairs(market_of(offers, requests, conversions=CONVERSIONS))

    for index in range(len(result)):
        offer, request = offers[result.offer_row[index]], requests[result.request_row[index]]
        twin = twin_pair(offer, request, today=TODAY, by_programme=TABLE, conversions=CONVERSIONS)
        assert result.gate[index] == twin.gate
        for name in FIGURES:
            expected = pytest.approx(getattr(twin, name), rel=1e-8, abs=1e-8, nan_ok=True)
            assert getattr(result, name)[index] == expected, name
        for name, value, expected_part in zip(PARTS, result.parts[index], twin.parts, strict=True):
            assert value == pytest.approx(expected_part, abs=1e-8, nan_ok=True), name
        # Where offered and sought differ by a rounding error, either of them may be said to limit.
        if not math.isclose(twin.offered, twin.sought, rel_tol=1e-12) or twin.limit == Limit.SEASON:
            assert result.limit[index] == twin.limit


@pytest.mark.mass
@settings(max_examples=examples(25, 60), deadline=None)
@given(
    pick=st.randoms(use_true_random=False),
    sizes=st.tuples(st.integers(0, 25), st.integers(0, 25)),
    k=st.sampled_from([None, 1, 2, 5]),
    by_resource=st.booleans(),
    most_seasons=MOST_SEASONS,
)
def test_match_returns_the_pairs_of_the_twin_in_its_order(
    pick: random.Random, sizes: tuple[int, int], k: int | None, by_resource: bool, most_seasons: int
) -> None:
    offers, requests = (draw_side(pick, size, by_resource=by_resource) for size in sizes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(market, "MOST_SEASONS", most_seasons)
        result = run(market_of(offers, requests, k=k, conversions=CONVERSIONS))

    assert pairs_of(result) == twin_match(
        offers, requests, today=TODAY, k=k, by_programme=TABLE, conversions=CONVERSIONS
    )
    assert not result.gate.any()


@pytest.mark.mass
@pytest.mark.parametrize(
    ("threads", "k", "size", "chunk_seekers", "chunk_pairs"),
    one_in(
        5,  # of which each size, number of threads and k is one
        [
            (threads, k, *chunks)
            for threads in (1, 2, 5)
            for k in (None, 3)
            for chunks in ((20, 1, 1), (80, 7, 100), (80, search.CHUNK_SEEKERS, search.CHUNK_PAIRS))
        ],
    ),
)
def test_match_is_that_of_the_twin_for_any_chunk_size_and_any_number_of_threads(
    size: int,
    chunk_seekers: int,
    chunk_pairs: int,
    k: int | None,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pick = random.Random(size)
    offers, requests = draw_side(pick, size), draw_side(pick, size)
    expected = twin_match(offers, requests, today=TODAY, k=k, by_programme=TABLE, conversions=CONVERSIONS)
    assert len(expected) >= size / 4

    monkeypatch.setattr(search, "CHUNK_SEEKERS", chunk_seekers)
    monkeypatch.setattr(search, "CHUNK_PAIRS", chunk_pairs)
    result = run(market_of(offers, requests, k=k, conversions=CONVERSIONS), threads=threads)

    assert pairs_of(result) == expected


@settings(max_examples=15, deadline=None)
@given(pick=st.randoms(use_true_random=False), size=st.integers(1, 15))
def test_one_against_many_gives_the_numbers_of_the_full_run_to_the_last_bit(
    pick: random.Random, size: int
) -> None:
    tables = market_of(draw_side(pick, size), draw_side(pick, size), conversions=CONVERSIONS)
    full = run(tables)

    for row in range(size):
        only = np.array([row])
        as_offer = run(tables._replace(offers=tables.offers.take(only)))
        assert_same_columns(as_offer, full.take(np.flatnonzero(full.offer_row == row)))
        as_request = run(tables._replace(requests=tables.requests.take(only)))
        assert_same_columns(as_request, full.take(np.flatnonzero(full.request_row == row)))


@settings(max_examples=15, deadline=None)
@given(pick=st.randoms(use_true_random=False))
def test_match_does_not_depend_on_the_order_of_the_rows(pick: random.Random) -> None:
    offers, requests = draw_side(pick, 15), draw_side(pick, 15)

    def ids(offer_rows: list[Row], request_rows: list[Row]) -> list[tuple[int, int]]:
        result = run(market_of(offer_rows, request_rows, k=2, conversions=CONVERSIONS))
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

    result = run(market_of(offers, requests, k=3), weights=None)

    assert pairs_of(result) == twin_match(offers, requests, today=TODAY, k=3)


# Whatever comes in: the twin's answer, or a refusal that names the field


PRICE_RANGES = ("disposal", "market", "purchase")


def wrong_fields(row: Row) -> set[str]:
    """What the engine does not take of a row, by the rules that `arrays.py` states beside each field."""
    wrong = {name for name in NUMBERS if not is_good(name, getattr(row, name))}
    for name in PRICE_RANGES:
        low, high = getattr(row, f"{name}_low"), getattr(row, f"{name}_high")
        if low > high or math.isnan(low) != math.isnan(high):
            wrong.add(f"{name}_low")
    return wrong


def is_good(field: str, value: float) -> bool:
    """Whether the engine takes the value for itself."""
    if field in ("latitude", "longitude"):
        return abs(value) <= {"latitude": 90, "longitude": 180}[field]
    if field == "reach_km":
        return value > 0
    if field == "road_factor":
        return 1 <= value < math.inf
    if field == "loss_per_km":
        return 0 <= value <= 1
    if field == "minimum_lot":
        return 0 <= value < math.inf
    if math.isinf(value):
        return False
    if field in ("price", "disposal_kg", "primary_kg"):
        return True
    return math.isnan(value) or value > 0 or (value == 0 and field != "amount")


NUMBERS = (
    *("latitude", "longitude", "amount", "price", "minimum_lot", "reach_km", "road_factor"),
    *("transport_cost_per_km", "transport_cost_per_load", "loss_per_km"),
    *(f"{name}_{end}" for name in PRICE_RANGES for end in ("low", "high")),
    *("transport_kg_per_km", "disposal_kg", "primary_kg"),
)
EXTREMES = (
    *(UNKNOWN, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 89.999999, 90.0, -90.0, 180.0, -180.0, 180.1),
    *(1e-300, 1e300, 1e-9, 1e9),
)


@st.composite
def sides(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Two sides, perhaps empty, with up to three numbers that may be anything."""
    pick = draw(st.randoms(use_true_random=False))
    offers, requests = (draw_side(pick, draw(st.integers(0, 8)), by_resource=True) for _ in range(2))
    if draw(st.booleans()):  # a single resource, to be had everywhere
        offers, requests = (
            [replace(row, tree=(5, 8), depth=1, reach_km=math.inf) for row in side]
            for side in (offers, requests)
        )
    for _ in range(draw(st.integers(0, 3))):
        side = draw(st.sampled_from((offers, requests)))
        if side:
            row = draw(st.integers(0, len(side) - 1))
            name, value = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(EXTREMES))
            change: dict[str, Any] = {name: value}
            kind, _, end = name.rpartition("_")
            if kind in PRICE_RANGES and draw(st.booleans()):  # both ends, so that more of them can be
                change[f"{kind}_{'low' if end == 'high' else 'high'}"] = value
            side[row] = replace(side[row], **change)
    return offers, requests


@pytest.mark.mass
@settings(max_examples=examples(50, 300), deadline=None)
@given(rows=sides())
def test_match_of_extreme_numbers_is_that_of_the_twin_or_names_the_field(
    rows: tuple[list[Row], list[Row]],
) -> None:
    offers, requests = rows
    impossible = {field for row in (*offers, *requests) for field in wrong_fields(row)}

    if impossible:
        with pytest.raises(ValueError, match=rf"^({'|'.join(impossible)}) of .* must be "):
            market_of(offers, requests, conversions=CONVERSIONS)
        return
    result = run(market_of(offers, requests, k=3, conversions=CONVERSIONS))

    assert pairs_of(result) == twin_match(
        offers, requests, today=TODAY, k=3, by_programme=TABLE, conversions=CONVERSIONS
    )


@settings(max_examples=50, deadline=None)
@given(
    pick=st.randoms(use_true_random=False),
    column=st.sampled_from(["offers", "requests", "offer_resource", "request_resource"]),
    stray=st.sampled_from([-(2**63), -2, -1, 2**31, 2**63 - 1]) | st.integers(0, 3),
)
def test_resource_beyond_the_table_is_refused_by_name_wherever_it_stands(
    pick: random.Random, column: str, stray: int
) -> None:
    tables = market_of(draw_side(pick, 4), draw_side(pick, 4))
    if stray >= 0:
        stray = min(stray + len(tables.resources), 2**63 - 1)

    def stray_match() -> Candidates:
        if column in ("offers", "requests"):
            side = getattr(tables, column)
            rows = np.where(np.arange(4) == 2, stray, side.resource)
            return run(tables._replace(**{column: replace(side, resource=rows)}))
        rows = getattr(tables.compatibility, column).copy()
        rows[0] = stray
        return run(tables._replace(compatibility=replace(tables.compatibility, **{column: rows})))

    with pytest.raises(ValueError, match=r"resource.* (is|holds) -?\d+"):
        stray_match()


@pytest.mark.mass
@settings(max_examples=examples(4, 10), deadline=None)
@given(seed=st.integers(0, 2**32), k=st.sampled_from([1, 4, None]))
def test_many_of_one_resource_at_the_pole_are_told_apart_by_what_else_they_state(
    seed: int, k: int | None
) -> None:
    pick = random.Random(seed)
    offers, requests = (
        [
            replace(
                row, tree=(5, 8), depth=1, latitude=90.0, longitude=pick.uniform(-180, 180), reach_km=60.0
            )
            for row in draw_side(pick, size)
        ]
        for size in (3, 120)
    )

    result = run(market_of(offers, requests, k=k))

    assert pairs_of(result) == twin_match(offers, requests, today=TODAY, k=k, by_programme=TABLE)
