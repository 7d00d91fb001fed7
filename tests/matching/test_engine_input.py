"""What the engine is given: empty sides, and impossible values that are refused by name."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matching.engine import (
    PARTS,
    Candidates,
    Compatibility,
    Gate,
    Qualities,
    Resources,
    Weights,
)
from matching.engine.search import best_partners, evaluate_pairs, match
from tests.matching.engine_pairs import FREE, OFFER, REQUEST, Changes
from tests.matching.engine_rows import TODAY, UNKNOWN, Row, market_of, qualities


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
    # Ask and bid are 10, loading 2: at least 10 − 10 − 2; at most 35 − 0 − 2, as 0 is what nobody pays otherwise.
    assert near_miss.benefit_low_per_year[0] == pytest.approx(-2_000)
    assert near_miss.benefit_high_per_year[0] == pytest.approx(33_000)


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
        ({"transport_cost_per_load": -0.1}, "transport_cost_per_load of row 0"),
        ({"loss_per_km": -0.01}, "loss_per_km of row 0 is -0.01, but must be between 0 and 1"),
        ({"loss_per_km": 1.01}, "loss_per_km of row 0"),
        ({"loss_per_km": UNKNOWN}, "loss_per_km of row 0"),
        ({"disposal_low": -1.0}, "disposal_low of row 0 .* must be 0 or more, or NaN for not known"),
        ({"disposal_high": 34.0}, "disposal_low of row 0 is 35.0, but must be at most disposal_high"),
        (
            {"disposal_high": UNKNOWN},
            "disposal_low of row 0 is 35.0, but must be known where disposal_high is",
        ),
        ({"market_low": 3.0}, "market_low of row 0 is 3.0, but must be known where market_high is"),
        ({"purchase_high": math.inf}, "purchase_high of row 0"),
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
        ("purchase_low", np.array([1.0, -2.0]), "purchase_low of row 1 is -2.0, but must be 0 or more"),
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
        ("residue_low", np.array([0.0, -1.0]), "residue_low of row 1 is -1.0, but must be 0 or more"),
        (
            "residue_low",
            np.array([3.0, 0.0]),
            "residue_low of row 0 is 3.0, but must be .* at most residue_high",
        ),
        ("residue_low", np.array([0.0, UNKNOWN]), "residue_low of row 1 is nan, but must be known where"),
        ("residue_high", np.array([math.inf, 2.0]), "residue_low of row 0"),
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
        residue_low=ones,
        residue_high=ones,
        treatment_kg=ones * UNKNOWN,
        forbidden=np.zeros(2, np.int64),
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
