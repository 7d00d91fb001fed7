"""Both sides of the market as the compiled loops take them: sorted by resource and place, with what is derived
once per listing rather than once per pair."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np

from matching.engine import kernel
from matching.engine.arrays import (
    CATALOGUE_CURRENCY,
    MONTHS,
    Compatibility,
    Float,
    Int,
    Listings,
    Resources,
    Weights,
    currency_code,
)
from matching.engine.geo import unit_vectors
from matching.engine.kernel import ROW_DEGREES, ROWS, Partners, RuleTables, SideTables
from matching.engine.season import month_clock

_MONEY: Final = (
    "disposal_low",
    "disposal_high",
    "market_low",
    "market_high",
    "purchase_low",
    "purchase_high",
    "transport_cost_per_load",
    "transport_cost_per_km",
    "loss_per_km",
)
"""In the order of the kernel's columns."""
FEW_LISTINGS: Final = 50_000
"""Up to here a second thread costs more than it saves."""
MOST_SEASONS: Final = 1000
"""Up to here the season part of every two seasons is worked out beforehand."""


@dataclass(frozen=True)
class SortedSide:
    """A side of the market in the order of the search, and the way back."""

    side: SideTables

    @classmethod
    def of(cls, listings: Listings, resources: Resources, *, today: int) -> Self:
        """Without the seasons, which both sides must number alike: see `_number_seasons`."""
        rows = np.minimum(((listings.latitude + 90.0) / ROW_DEGREES).astype(np.int64), ROWS - 1)
        cell = listings.resource * ROWS + rows
        # One number to sort by takes a fifth of the time of two; what it blurs is far below `SLACK_DEGREES`.
        order = np.argsort(cell + (listings.longitude + 180.0) / 361.0)
        n, quality = len(order), listings.quality.take(order)
        hot, cold = np.zeros((10, n + kernel.LANES)), np.empty((n, 2))
        facts = np.empty((n, 7), np.int64)
        latitude, longitude = listings.latitude[order], listings.longitude[order]
        first_day = np.maximum(listings.first_day.astype(np.int64), today)
        hot[: kernel.OPENS, :n] = unit_vectors(latitude, longitude)
        for row, values in (
            (kernel.OPENS, month_clock(first_day)),
            (kernel.CLOSES, month_clock(listings.last_day.astype(np.int64) + 1)),
            (kernel.LOG_AMOUNT, np.log10(listings.amount)),
            (kernel.PRICE, listings.price),
            (kernel.MONEY, listings.currency),
            (kernel.IS_RATE, listings.is_rate),
            (kernel.STATES_QUALITY, np.diff(listings.quality.start) > 0),
        ):
            hot[row, :n] = values[order]
        cold[:, kernel.AMOUNT], cold[:, kernel.LOT] = listings.amount[order], listings.minimum_lot[order]
        flags = (
            kernel.HAZARDOUS * listings.hazardous
            + kernel.PERMIT * listings.hazardous_permit
            + kernel.PROGRAMME_ONLY * listings.programme_only
            + kernel.RATE * listings.is_rate
        )
        for column, values in (
            (kernel.ID, listings.id),
            (kernel.ORGANIZATION, listings.organization),
            (kernel.RESOURCE, listings.resource),
            (kernel.FLAGS, flags),
            (kernel.USES, listings.uses),
        ):
            facts[:, column] = values[order]
        facts[:, kernel.QUALITY_START], facts[:, kernel.QUALITY_END] = quality.start[:-1], quality.start[1:]
        side = SideTables(
            hot=hot,
            cold=cold,
            facts=facts,
            season=np.zeros(n + kernel.LANES, np.int64),
            order=order,
            latitude=latitude,
            longitude=longitude,
            programmes=listings.programmes[order],
            quality_property=quality.property,
            quality_range=np.stack(
                [
                    np.where(np.isnan(quality.low), -np.inf, quality.low),
                    np.where(np.isnan(quality.high), np.inf, quality.high),
                ],
                axis=1,
            ),
            grid=np.concatenate(
                [np.zeros(1, np.int64), np.cumsum(np.bincount(cell, minlength=len(resources) * ROWS))]
            ),
        )
        return cls(side)

    def __len__(self) -> int:
        return len(self.side.order)

    @cached_property
    def place_of(self) -> Int:
        """Place of each row of the listings: the inverse of the side's `order`."""
        place: Int = np.empty_like(self.side.order)
        place[self.side.order] = np.arange(len(self))
        return place


@dataclass(frozen=True)
class Market:
    """Both sides and the rules by which their pairs are valued."""

    offers: SortedSide
    requests: SortedSide
    rules: RuleTables
    compatibility: Compatibility

    @classmethod
    def of(
        cls,
        offers: Listings,
        requests: Listings,
        *,
        resources: Resources,
        compatibility: Compatibility,
        weights: Weights | None,
        today: int,
    ) -> Self:
        """Raises ValueError where the tables do not belong together."""
        columns = offers.programmes.shape[1], requests.programmes.shape[1]
        if columns[0] != columns[1]:
            raise ValueError(
                f"programmes has {columns[0]} columns in the offers, but {columns[1]} in the requests"
            )
        for name, rows in (
            ("resource of the offers", offers.resource),
            ("resource of the requests", requests.resource),
            ("offer_resource", compatibility.offer_resource),
            ("request_resource", compatibility.request_resource),
        ):
            if len(rows) and not 0 <= rows.min() <= rows.max() < len(resources):
                wrong = rows.min() if rows.min() < 0 else rows.max()
                raise ValueError(
                    f"{name} must name rows of the {len(resources)} resources, but holds {wrong}"
                )
        both = [offers, requests]

        def sorted_side(side: Listings) -> SortedSide:
            return SortedSide.of(side, resources, today=today)

        if max(len(offers), len(requests)) <= FEW_LISTINGS:
            sides, seasons = [sorted_side(side) for side in both], [_seasons(side) for side in both]
        else:
            with ThreadPoolExecutor(2) as pool:
                sides, seasons = list(pool.map(sorted_side, both)), list(pool.map(_seasons, both))
        month_share, alike, few_seasons = _number_seasons(sides, seasons)
        table, own = _weight_table(weights or Weights(), columns[0])
        rules = RuleTables(
            reach_km=resources.reach_km,
            road_factor=resources.road_factor,
            money=np.stack([getattr(resources, name) for name in _MONEY], axis=1),
            transport_kg=resources.transport_kg_per_km,
            disposal_kg=resources.disposal_kg,
            primary_kg=resources.primary_kg,
            most_matches=resources.most_matches,
            fit=compatibility.fit,
            yield_per_unit=compatibility.yield_per_unit,
            log_yield=np.log10(compatibility.yield_per_unit),
            treatment_cost=compatibility.treatment_cost,
            residue_low=compatibility.residue_low,
            residue_high=compatibility.residue_high,
            treatment_kg=compatibility.treatment_kg,
            direct=compatibility.direct,
            forbidden=compatibility.forbidden,
            currency=float(currency_code(CATALOGUE_CURRENCY)),
            weights=table,
            own_weights=own,
            month_share=month_share,
            alike=alike,
            few_seasons=few_seasons,
        )
        return cls(sides[0], sides[1], rules, compatibility)

    def partners_of(self, *, requests: bool) -> Partners:
        """Whom the requests, or the offers, may turn to."""
        table = self.compatibility
        seeker, partner = table.request_resource, table.offer_resource
        if not requests:
            seeker, partner = partner, seeker
        # The best fit first: it sets a bar for the rest.
        order = np.lexsort((partner, -table.fit, seeker))
        return Partners(
            start=np.searchsorted(seeker[order], np.arange(len(self.rules.reach_km) + 1)),
            resource=partner[order],
            entry=order,
        )

    def entries(self, offer_rows: Int, request_rows: Int) -> Int:
        """Rows of the compatibility table for pairs of places; -1: nothing makes the offer serve the request."""
        table, width = self.compatibility, len(self.rules.reach_km)
        key = table.offer_resource * width + table.request_resource
        order = np.argsort(key)
        asked = (
            self.offers.side.facts[offer_rows, kernel.RESOURCE] * width
            + self.requests.side.facts[request_rows, kernel.RESOURCE]
        )
        at = np.minimum(np.searchsorted(key[order], asked), max(len(key) - 1, 0))
        if not len(key):
            return np.full(len(asked), -1, np.int64)
        entry: Int = np.where(key[order][at] == asked, order[at], -1)
        return entry


def _number_seasons(sides: list[SortedSide], of_sides: list[tuple[Float, Int]]) -> tuple[Float, Float, bool]:
    """Write into the sides which season each listing has, by what `_seasons` says of each; return the seasons (S × 12),
    how much alike any two are over a whole year, and whether there are few enough to tell."""
    kinds, numbers = _distinct(np.concatenate([kinds for kinds, _ in of_sides]))
    for side, (own_kinds, season) in zip(sides, of_sides, strict=True):
        side.side.season[: len(season)] = numbers[: len(own_kinds)][season][side.side.order]
        numbers = numbers[len(own_kinds) :]
    if len(kinds) > MOST_SEASONS:
        return kinds, np.ones((1, 1)), False
    shares = kinds / kinds.sum(axis=1, keepdims=True)
    alike = np.zeros((len(kinds), len(kinds)))
    for month in shares.T:
        alike += np.minimum.outer(month, month)
    return kinds, alike, True


def _seasons(listings: Listings) -> tuple[Float, Int]:
    """The distinct seasons of a side's rates, and which of them each listing has; a lot has any."""
    rates = np.flatnonzero(listings.is_rate)
    season = np.zeros(len(listings), np.int64)
    kinds, season[rates] = _distinct(listings.month_share[rates])
    return (kinds, season) if len(kinds) else (np.full((1, MONTHS), 1 / MONTHS), season)


def _distinct(rows: Float) -> tuple[Float, Int]:
    """The distinct rows, and which of them each row is."""
    # Sorting one number a row is many times faster than sorting rows; where two rows share it, the rows decide.
    mixed = rows @ np.sqrt(np.arange(2.0, 2.0 + rows.shape[1]))
    # Usually a few rows show all there are, and looking them up is sooner done than sorting.
    for some in (4096, len(rows)):
        values, first = np.unique(mixed[:some], return_index=True)
        which = np.minimum(np.searchsorted(values, mixed), max(len(values) - 1, 0))
        if (rows[first][which] == rows).all():
            return rows[first], which
    distinct, which = np.unique(rows, axis=0, return_inverse=True)
    return distinct, which


def _weight_table(weights: Weights, words: int) -> tuple[Float, np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    own = np.zeros(words, np.uint64)
    if weights.by_programme is None:
        return weights.default[np.newaxis].copy(), own
    for programme in np.flatnonzero(~np.isnan(weights.by_programme).all(axis=1)):
        word, bit = divmod(int(programme), 64)
        if word < words:
            own[word] |= np.uint64(1 << bit)
    return np.vstack([weights.default, weights.by_programme]), own
