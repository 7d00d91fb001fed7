"""Both sides of the market, with what is derived once per listing rather than once per pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.engine.arrays import Bits, Bool, Float, Int, Listings, Weights
from matching.engine.geo import great_circle_km, unit_vectors
from matching.engine.season import month_clock


@dataclass(frozen=True)
class Side:
    """A side of the market with what is derived once per listing."""

    listings: Listings
    points: Float
    """3 × n unit vectors."""
    opens: Float
    """Start of the window on the month clock, not before today."""
    closes: Float
    """End of the window on the month clock, exclusive."""
    states: Bool
    """q × n, whether a listing states a quality property at all."""
    monthly: Float
    """12 × n, canonical units per month of a rate."""

    @classmethod
    def of(cls, listings: Listings, *, today: int) -> Side:
        first_day = np.maximum(listings.first_day.astype(np.int64), today)
        return cls(
            listings=listings,
            points=unit_vectors(listings.latitude, listings.longitude),
            opens=month_clock(first_day),
            closes=month_clock(listings.last_day.astype(np.int64) + 1),
            states=(~(np.isnan(listings.quality_low) & np.isnan(listings.quality_high))).T.copy(),
            monthly=np.ascontiguousarray(listings.month_share.T),
        )


@dataclass(frozen=True)
class Market:
    """Both sides and the rules by which their pairs are valued."""

    offers: Side
    requests: Side
    weights: Weights

    @classmethod
    def of(cls, offers: Listings, requests: Listings, *, today: int, weights: Weights) -> Market:
        _check_same_columns(offers, requests)
        return cls(
            offers=Side.of(offers, today=today), requests=Side.of(requests, today=today), weights=weights
        )

    def window(self, o: Int, r: Int) -> tuple[Float, Float]:
        """Start and end (exclusive) of the shared window on the month clock; empty if start >= end."""
        opens = np.maximum(self.offers.opens[o], self.requests.opens[r])
        return opens, np.minimum(self.offers.closes[o], self.requests.closes[r])

    def shared_programmes(self, o: Int, r: Int) -> Bits:
        """m × words, the programmes of which both organizations are members."""
        shared: Bits = self.offers.listings.programmes[o] & self.requests.listings.programmes[r]
        return shared

    def asked_properties(self, r: Int) -> Iterator[tuple[int, Int]]:
        """Quality columns with the positions in `r` of the requests that state them.

        A catalogue has many properties and a listing states few: most columns are passed over.
        """
        for column, stated in enumerate(self.requests.states):
            asked = np.flatnonzero(stated[r])
            if len(asked):
                yield column, asked

    def distance_km(self, o: Int, r: Int) -> Float:
        """Distance travelled, rounded to the millimetre."""
        straight = great_circle_km(self.offers.points[:, o], self.requests.points[:, r])
        return np.round(straight * self.offers.listings.road_factor[o], 6)


def _check_same_columns(offers: Listings, requests: Listings) -> None:
    for name in ("quality_low", "programmes"):
        columns = getattr(offers, name).shape[1], getattr(requests, name).shape[1]
        if columns[0] != columns[1]:
            raise ValueError(
                f"{name} has {columns[0]} columns in the offers, but {columns[1]} in the requests"
            )
