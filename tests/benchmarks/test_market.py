"""The market that the benchmarks measure on."""

from dataclasses import fields

import numpy as np

from benchmarks._market import GROUP, RESOURCES, TODAY, generate
from matching.engine.arrays import OPEN_END, Listings


def assert_same(one: Listings, other: Listings) -> None:
    for column in fields(Listings):
        if column.name != "quality":
            np.testing.assert_array_equal(getattr(one, column.name), getattr(other, column.name))
    for name in ("start", "property", "low", "high"):
        np.testing.assert_array_equal(getattr(one.quality, name), getattr(other.quality, name))


def test_market_same_seed_is_the_same() -> None:
    one, other = (generate(offers=400, requests=300, seed=5) for _ in range(2))
    assert_same(one.offers, other.offers)
    assert_same(one.requests, other.requests)


def test_market_other_seed_is_another() -> None:
    one, other = (generate(offers=400, requests=300, seed=seed) for seed in (5, 6))
    assert not np.array_equal(one.offers.resource, other.offers.resource)


def test_market_has_the_sizes_and_limits_asked_for() -> None:
    market = generate(offers=400, requests=300, seed=5, reach_km=150, k=7)
    assert (len(market.offers), len(market.requests), len(market.resources)) == (400, 300, RESOURCES)
    assert (market.resources.reach_km == 150).all()
    assert (market.resources.most_matches == 7).all()
    assert market.today == TODAY


def test_market_resources_fit_within_their_group_alone() -> None:
    table = generate(offers=10, requests=10, seed=5).compatibility
    assert len(table) == RESOURCES * GROUP
    assert (table.offer_resource // GROUP == table.request_resource // GROUP).all()
    np.testing.assert_array_equal(
        table.fit, np.where(table.offer_resource == table.request_resource, 1, 0.85)
    )


def test_market_shares_are_those_that_were_asked_for() -> None:
    offers = generate(offers=20_000, requests=10, seed=5).offers
    assert 0.88 < offers.is_rate.mean() < 0.92
    assert 0.31 < (offers.last_day != OPEN_END).mean() < 0.36
    assert 0.48 < np.isnan(offers.price).mean() < 0.52
    assert 0.08 < (offers.minimum_lot > 0).mean() < 0.12
    assert 0.005 < offers.hazardous.mean() < 0.015
    assert 1.35 < np.diff(offers.quality.start).mean() < 1.45
    assert 400 < np.median(offers.amount) < 600
