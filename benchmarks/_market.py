"""A market to measure on. It follows from its sizes and its seed alone, so every run and every peer sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from matching.engine.arrays import (
    MONTHS,
    OPEN_END,
    Bool,
    Compatibility,
    Day,
    Float,
    Int,
    Listings,
    Qualities,
    Resources,
    currency_code,
)

TODAY: Final = date(2026, 1, 15).toordinal() - date(1970, 1, 1).toordinal()
RESOURCES: Final = 800
GROUP: Final = 5
"""Resources of one group can replace each other."""
OTHER_FIT: Final = 0.85
ROAD_FACTOR: Final = 1.3
TOWNS: Final = 3_000
SOUTH, NORTH, WEST, EAST = 36.0, 70.0, -10.0, 32.0
TOWN_SIZE_SHAPE: Final = 1.1
"""Of the Pareto distribution: a few towns hold most of the industry."""
TOWN_SPREAD_DEGREES: Final = 0.1
LISTINGS_PER_ORGANIZATION: Final = 3
MEDIAN_AMOUNT_T: Final = 500.0
AMOUNT_SIGMA: Final = 2.0
"""Of the natural logarithm: one in six is more than seven times the median."""
PROPERTIES: Final = 8
PROPERTIES_OF_A_GROUP: Final = 2
EURO: Final = currency_code("EUR")


@dataclass(frozen=True)
class Market:
    """Both sides and what holds for them, as the engine takes it."""

    offers: Listings
    requests: Listings
    resources: Resources
    compatibility: Compatibility
    today: int
    """Days since 1970-01-01."""


@dataclass(frozen=True)
class _World:
    """What offers and requests have in common."""

    popularity: Float
    """Share of the listings, by resource."""
    latitude: Float
    """By organization, that of its town."""
    longitude: Float
    properties: Int
    """Group × 2, ascending: the properties that matter."""
    price_eur_per_t: Float
    """By group; negative where the seller pays."""


def generate(
    *, offers: int, requests: int, seed: int, reach_km: float = 200.0, k: int = 10, mixed: bool = False
) -> Market:
    """Draw a market of the given sizes; `reach_km` is travelled, `k` the partners that each listing keeps.

    A group holds five neighbours by popularity, so that the first one alone has a third of all listings; `mixed`: a
    group has popular resources and rare ones, and all are sparser.

    Popularity of the 800 resources is Zipf's, places lie round 3,000 towns over Europe, amounts are log-normal.
    """
    rng = np.random.default_rng(seed)
    world = _world(rng, organizations=max((offers + requests) // LISTINGS_PER_ORGANIZATION, 1), mixed=mixed)
    return Market(
        offers=_listings(rng, world, offers, states_quality=0.7, half_width=(1.0, 10.0)),
        requests=_listings(rng, world, requests, states_quality=0.6, half_width=(10.0, 30.0)),
        resources=_resources(reach_km, k),
        compatibility=_compatibility(),
        today=TODAY,
    )


def _world(rng: np.random.Generator, *, organizations: int, mixed: bool) -> _World:
    size = 1 + rng.pareto(TOWN_SIZE_SHAPE, TOWNS)
    town = rng.choice(TOWNS, organizations, p=size / size.sum())
    latitude, longitude = rng.uniform(SOUTH, NORTH, TOWNS), rng.uniform(WEST, EAST, TOWNS)
    by_rank = 1 / np.arange(1, RESOURCES + 1)
    if mixed:
        by_rank = rng.permutation(by_rank)
    groups = RESOURCES // GROUP
    drawn = rng.permuted(np.tile(np.arange(PROPERTIES), (groups, 1)), axis=1)[:, :PROPERTIES_OF_A_GROUP]
    return _World(
        popularity=by_rank / by_rank.sum(),
        latitude=latitude[town],
        longitude=longitude[town],
        properties=np.sort(drawn, axis=1),
        price_eur_per_t=rng.normal(0, 30, groups),
    )


def _listings(
    rng: np.random.Generator,
    world: _World,
    count: int,
    *,
    states_quality: float,
    half_width: tuple[float, float],
) -> Listings:
    organization = rng.integers(0, len(world.latitude), count)
    resource = rng.choice(RESOURCES, count, p=world.popularity)
    group = resource // GROUP
    amount = np.maximum(np.round(rng.lognormal(np.log(MEDIAN_AMOUNT_T), AMOUNT_SIGMA, count), 3), 0.001)
    is_rate = rng.random(count) < 0.9
    first_day, last_day = _windows(rng, count)
    price = np.round(world.price_eur_per_t[group] + rng.normal(0, 10, count), 2)
    least = np.round(amount * rng.uniform(0.05, 0.5, count), 3)
    return Listings(
        # In another order than the rows, so that no tie is broken rightly by chance.
        id=rng.permutation(count) + 1,
        organization=organization,
        resource=resource,
        latitude=world.latitude[organization] + rng.normal(0, TOWN_SPREAD_DEGREES, count),
        longitude=world.longitude[organization] + rng.normal(0, TOWN_SPREAD_DEGREES, count),
        amount=amount,
        is_rate=is_rate,
        first_day=first_day,
        last_day=last_day,
        month_share=_month_shares(rng, seasonal=is_rate & (rng.random(count) < 1 / 3)),
        price=np.where(rng.random(count) < 0.5, price, np.nan),
        currency=np.full(count, EURO),
        minimum_lot=np.where(rng.random(count) < 0.1, least, 0.0),
        hazardous=rng.random(count) < 0.01,
        hazardous_permit=rng.random(count) < 0.3,
        uses=np.zeros(count, np.int64),
        programme_only=np.zeros(count, np.bool_),
        programmes=np.zeros((count, 1), np.uint64),
        quality=_qualities(rng, world.properties[group], states_quality, half_width),
    )


def _windows(rng: np.random.Generator, count: int) -> tuple[Day, Day]:
    """First and last days: a start within a year of today, and for one in three an end."""
    first_day = TODAY + rng.integers(-365, 366, count)
    end = first_day + (rng.uniform(0.3, 4, count) * 365.25).astype(np.int64)
    last_day = np.where(rng.random(count) < 1 / 3, end, OPEN_END)
    return first_day.astype(np.int32), last_day.astype(np.int32)


def _month_shares(rng: np.random.Generator, *, seasonal: Bool) -> Float:
    """n × 12: a season of three to nine months in a row, or an even year."""
    length = rng.integers(3, 10, (len(seasonal), 1))
    since_start = (np.arange(MONTHS) - rng.integers(0, MONTHS, (len(seasonal), 1))) % MONTHS
    shares: Float = np.where(seasonal[:, np.newaxis], (since_start < length) / length, 1 / MONTHS)
    return shares


def _qualities(
    rng: np.random.Generator, properties: Int, states: float, half_width: tuple[float, float]
) -> Qualities:
    """Intervals on a scale of about 0 to 100, one in five of them without one end. `properties`: n × 2."""
    stated = rng.random(properties.shape) < states
    count = int(stated.sum())
    middle, half = rng.normal(50, 15, count), rng.uniform(*half_width, count)
    open_end = rng.random(count)
    return Qualities(
        start=np.concatenate([np.zeros(1, np.int64), np.cumsum(stated.sum(axis=1))]),
        property=properties[stated],
        low=np.where(open_end < 0.1, np.nan, middle - half),
        high=np.where(open_end > 0.9, np.nan, middle + half),
    )


def _resources(reach_km: float, k: int) -> Resources:
    return Resources(
        reach_km=np.full(RESOURCES, float(reach_km)),
        road_factor=np.full(RESOURCES, ROAD_FACTOR),
        transport_cost_per_km=np.full(RESOURCES, 0.12),
        transport_cost_per_load=np.full(RESOURCES, 4.5),
        loss_per_km=np.zeros(RESOURCES),
        disposal_low=np.full(RESOURCES, 30.0),
        disposal_high=np.full(RESOURCES, 50.0),
        market_low=np.full(RESOURCES, np.nan),
        market_high=np.full(RESOURCES, np.nan),
        purchase_low=np.full(RESOURCES, 20.0),
        purchase_high=np.full(RESOURCES, 40.0),
        transport_kg_per_km=np.full(RESOURCES, 0.1),
        disposal_kg=np.full(RESOURCES, 50.0),
        primary_kg=np.full(RESOURCES, 100.0),
        most_matches=np.full(RESOURCES, k),
    )


def _compatibility() -> Compatibility:
    """Within a group everything serves as everything, without treatment."""
    offer = np.repeat(np.arange(RESOURCES), GROUP)
    request = offer // GROUP * GROUP + np.tile(np.arange(GROUP), RESOURCES)
    rows = len(offer)
    return Compatibility(
        offer_resource=offer,
        request_resource=request,
        fit=np.where(offer == request, 1.0, OTHER_FIT),
        yield_per_unit=np.ones(rows),
        treatment_cost=np.zeros(rows),
        residue_low=np.zeros(rows),
        residue_high=np.zeros(rows),
        treatment_kg=np.zeros(rows),
        direct=np.ones(rows, np.bool_),
        forbidden=np.zeros(rows, np.int64),
    )
