"""What a match is worth by the compiled loop, against the pure module: random pairs, to the last bit."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pytest

from matching.economics import (
    LEAST_COVERED,
    Costs,
    Interval,
    Worth,
    break_even,
    buyer_alternative,
    delivered,
    seller_alternative,
    worth,
)
from matching.engine import OPEN_END, Candidates, Compatibility, Listings, Qualities, Resources, kernel
from matching.engine.arrays import currency_code
from matching.engine.search import evaluate_pairs
from tests.matching.engine_rows import TODAY, UNKNOWN, Tables
from tests.proof import examples

EURO = currency_code("EUR")
AT_ONCE: Final = 500


def test_engine_asks_a_treatment_to_cover_what_the_module_says() -> None:
    assert kernel.LEAST_COVERED == LEAST_COVERED == 0.1


def random_pairs(rng: np.random.Generator, n: int) -> tuple[Tables, dict[str, Any]]:
    """Tables of n offers and n requests, the i-th of each for each other, and the columns of what is known of them."""

    def some(values: tuple[float, ...], low: float, high: float) -> Any:
        """Half of a few values, so that what is equal, nothing or unknown is common."""
        return np.where(rng.random(n) < 0.5, rng.choice(values, n), rng.uniform(low, high, n))

    def ends(unknown: float) -> tuple[Any, Any]:
        low, high = np.sort([some((0.0, 20.0), 0, 80), some((0.0, 20.0), 0, 80)], axis=0)
        nothing = rng.random(n) < unknown
        return np.where(nothing, UNKNOWN, low), np.where(nothing, UNKNOWN, high)

    direct = rng.random(n) < 0.4
    columns: dict[str, Any] = {
        "ask": some((UNKNOWN, UNKNOWN, 0.0, -20.0, 20.0), -60, 60),
        "bid": some((UNKNOWN, UNKNOWN, 0.0, -20.0, 20.0), -60, 60),
        "ask_is_foreign": rng.random(n) < 0.1,
        "bid_is_foreign": rng.random(n) < 0.1,
        "direct": direct,
        "share": np.where(direct, 1.0, some((0.5, 1.0), 0.02, 12)),
        "treatment": np.where(direct, 0.0, some((0.0, 6.0), 0, 40)),
        "load": some((UNKNOWN, 0.0, 4.5), 0, 9),
        "per_km": some((UNKNOWN, 0.0, 0.1), 0, 2),
        "loss": some((0.0, 0.0, 0.01), 0, 0.02),
    }
    for name, unknown in (("disposal", 0.3), ("market", 0.6), ("purchase", 0.3), ("own_purchase", 0.5)):
        columns[f"{name}_low"], columns[f"{name}_high"] = ends(unknown)
    low, high = ends(0.1)
    columns["residue_low"], columns["residue_high"] = np.where(direct, 0.0, low), np.where(direct, 0.0, high)

    nothing, everything = np.full(n, UNKNOWN), np.concatenate

    def resources(name: str, other: Any) -> Any:
        return everything([columns[name], other])

    tables = Tables(
        offers=_listings(rng, columns, n, "ask", np.arange(n)),
        requests=_listings(rng, columns, n, "bid", np.arange(n, 2 * n)),
        resources=Resources(
            reach_km=everything([rng.choice((50.0, 300.0, math.inf), n), np.full(n, math.inf)]),
            road_factor=rng.choice((1.0, 1.3), 2 * n),
            transport_cost_per_km=resources("per_km", nothing),
            transport_cost_per_load=resources("load", nothing),
            loss_per_km=resources("loss", np.zeros(n)),
            disposal_low=resources("disposal_low", nothing),
            disposal_high=resources("disposal_high", nothing),
            market_low=resources("market_low", nothing),
            market_high=resources("market_high", nothing),
            purchase_low=everything([columns["own_purchase_low"], columns["purchase_low"]]),
            purchase_high=everything([columns["own_purchase_high"], columns["purchase_high"]]),
            transport_kg_per_km=np.zeros(2 * n),
            disposal_kg=np.zeros(2 * n),
            primary_kg=np.zeros(2 * n),
            most_matches=np.ones(2 * n, np.int64),
        ),
        compatibility=Compatibility(
            offer_resource=np.arange(n),
            request_resource=np.arange(n, 2 * n),
            fit=np.ones(n),
            yield_per_unit=columns["share"],
            treatment_cost=columns["treatment"],
            residue_low=columns["residue_low"],
            residue_high=columns["residue_high"],
            treatment_kg=np.zeros(n),
            direct=columns["direct"],
            forbidden=np.zeros(n, np.int64),
        ),
    )
    return tables, columns


def _listings(
    rng: np.random.Generator, columns: dict[str, Any], n: int, price: str, resource: Any
) -> Listings:
    foreign = columns[f"{price}_is_foreign"]
    return Listings(
        id=np.arange(n),
        organization=resource,
        resource=resource,
        latitude=rng.choice((50.0, 50.0, 50.5, 51.0), n),
        longitude=rng.choice((8.0, 8.0, 9.5), n),
        # All of what is offered flows: the figures of a year are those of a unit.
        amount=np.full(n, 1.0 if price == "ask" else 1e6),
        is_rate=np.zeros(n, np.bool_),
        first_day=np.full(n, TODAY, np.int32),
        last_day=np.full(n, OPEN_END, np.int32),
        month_share=np.full((n, 12), 1 / 12),
        price=columns[price],
        currency=np.where(foreign, currency_code("SEK"), EURO),
        minimum_lot=np.zeros(n),
        uses=np.zeros(n, np.int64),
        hazardous=np.zeros(n, np.bool_),
        hazardous_permit=np.zeros(n, np.bool_),
        programme_only=np.zeros(n, np.bool_),
        programmes=np.zeros((n, 1), np.uint64),
        quality=Qualities.none(n),
    )


def valued_by_module(
    columns: dict[str, Any], row: int, distance: float, reach: float
) -> tuple[Worth[float], float | None, float]:
    """What `economics` says of a row, and what share arrives; foreign prices and NaN as not known."""

    def number(name: str) -> float | None:
        value = float(columns[name][row])
        return None if math.isnan(value) else value

    def ends(name: str) -> Interval[float] | None:
        low, high = number(f"{name}_low"), number(f"{name}_high")
        return None if low is None or high is None else Interval(low, high)

    ask, bid = number("ask"), number("bid")
    purchase = ends("purchase") or (ends("own_purchase") if columns["direct"][row] else None)
    seller = seller_alternative(ask, ends("disposal"), ends("market"), 0.0)
    buyer = buyer_alternative(bid, purchase)
    if ask is not None and columns["ask_is_foreign"][row]:
        seller = None
    if bid is not None and columns["bid_is_foreign"][row]:
        buyer = None
    costs = Costs(
        float(columns["treatment"][row]),
        ends("residue"),
        number("load"),
        number("per_km"),
        float(columns["loss"][row]),
    )
    share = float(columns["share"][row])
    arriving = delivered(costs.loss_per_km, distance, 1.0)
    found = worth(seller, buyer, share, costs, distance)
    return found, break_even(seller, buyer, share, costs, reach), arriving


@pytest.mark.mass
@pytest.mark.parametrize("seed", range(examples(1, 200)))
def test_engine_values_random_pairs_as_the_module_does(seed: int) -> None:
    """To the last bit in what is gained: one order of sums in both."""
    tables, columns = random_pairs(np.random.default_rng(seed), AT_ONCE)
    rows = np.arange(AT_ONCE)

    result: Candidates = evaluate_pairs(**tables._asdict(), offer_rows=rows, request_rows=rows, today=TODAY)

    unknown = 0
    for row in range(AT_ONCE):
        distance, reach = float(result.distance_km[row]), float(tables.resources.reach_km[row])
        found, farthest, arriving = valued_by_module(columns, row, distance, reach)
        unknown += found.low is None
        for figures, expected in (
            (result.benefit_low_per_year, found.low),
            (result.benefit_high_per_year, found.high),
        ):
            np.testing.assert_equal(float(figures[row]), UNKNOWN if expected is None else expected)
        assert result.delivered[row] == arriving
        assert result.break_even_km[row] == pytest.approx(
            UNKNOWN if farthest is None else farthest, rel=1e-9, nan_ok=True
        )
    assert AT_ONCE / 10 < unknown < AT_ONCE * 9 / 10
