"""From two sides of a market to its best pairs, exactly, without building the full matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from matching.engine.arrays import Bool, Candidates, Float, Int, Listings, Weights
from matching.engine.gates import gate_bits
from matching.engine.geo import EARTH_RADIUS_KM, squared_chord, squared_chord_of
from matching.engine.market import Market
from matching.engine.pairs import evaluate, scores

CHUNK_PAIRS: Final = 1 << 18
"""Pairs evaluated at once: about 150 MB of temporaries."""
SLACK_KM: Final = 0.01
"""Added to every bound that only narrows: the gate on the rounded distance decides, not the bound."""

Batch = tuple[Int, Int]
"""Rows of offers and of requests, equally long."""


def match(
    offers: Listings,
    requests: Listings,
    *,
    today: int,
    weights: Weights | None = None,
    limit_per_listing: int | None = None,
) -> Candidates:
    """The pairs that pass every gate, best first: by score, then nearness, then ids of offer and request.

    `today` counts days since 1970-01-01. With a limit k the answer is the union of each offer's k best
    requests and each request's k best offers in that order; it is exact.

    One listing against many is the same call with one row on its side, and gives the same numbers. All its
    pairs come back then, because it is the best partner that anyone has; the first k are its own best.

    Raises ValueError where the sides differ in their quality or programme columns, or the limit is below 1.
    """
    if limit_per_listing is not None and limit_per_listing < 1:
        raise ValueError(f"limit_per_listing must be 1 or more, or None for all, but is {limit_per_listing}")
    market = Market.of(offers, requests, today=today, weights=weights or Weights())
    best = _rank(market, limit_per_listing)
    order = best.order(market)
    return evaluate(market, best.offer_row[order], best.request_row[order])


def evaluate_pairs(
    offers: Listings,
    requests: Listings,
    *,
    offer_rows: Int,
    request_rows: Int,
    today: int,
    weights: Weights | None = None,
) -> Candidates:
    """Everything about the given pairs, in the given order, with the gates that each fails.

    `offer_rows` and `request_rows` are equally long. Raises ValueError where they are not, or as `match`.
    """
    if offer_rows.shape != request_rows.shape:
        raise ValueError(
            "offer_rows and request_rows must be equally long, "
            f"but have the shapes {offer_rows.shape} and {request_rows.shape}"
        )
    market = Market.of(offers, requests, today=today, weights=weights or Weights())
    return evaluate(market, offer_rows, request_rows)


@dataclass(frozen=True)
class _Ranking:
    """Pairs with what ranks them, arrays of equal length."""

    offer_row: Int
    request_row: Int
    score: Float
    distance: Float

    @classmethod
    def join(cls, rankings: list[Self]) -> Self:
        return cls(
            np.concatenate([ranking.offer_row for ranking in rankings]),
            np.concatenate([ranking.request_row for ranking in rankings]),
            np.concatenate([ranking.score for ranking in rankings]),
            np.concatenate([ranking.distance for ranking in rankings]),
        )

    def __len__(self) -> int:
        return len(self.offer_row)

    def order(self, market: Market) -> Int:
        offer_id = market.offers.listings.id[self.offer_row]
        request_id = market.requests.listings.id[self.request_row]
        return np.lexsort((request_id, offer_id, self.distance, -self.score))

    def best(self, market: Market, limit: int | None) -> Self:
        """The union of the first `limit` pairs of every offer and of every request.

        A pair that is not in it for part of the pairs is not in it for all of them, so this may be applied to
        parts, to their union, and again.
        """
        if limit is None:
            return self
        order = self.order(market)
        kept = np.zeros(len(self), dtype=np.bool_)
        for rows in (self.offer_row, self.request_row):
            kept[order[_first_of_each(rows[order], limit)]] = True
        return type(self)(self.offer_row[kept], self.request_row[kept], self.score[kept], self.distance[kept])


def _first_of_each(rows: Int, limit: int) -> Bool:
    """Marks the first `limit` occurrences of every value."""
    by_row = np.argsort(rows, kind="stable")
    values = rows[by_row]
    position = np.arange(len(rows))
    starts = np.searchsorted(values, values)
    marked = np.empty(len(rows), dtype=np.bool_)
    marked[by_row] = position - starts < limit
    return marked


def _rank(market: Market, limit: int | None) -> _Ranking:
    nothing = np.empty(0, dtype=np.int64)
    kept = [_Ranking(nothing, nothing, np.empty(0), np.empty(0))]
    waiting = 0
    for offer_rows, request_rows in _chunks(_near_pairs(market)):
        kept.append(_passing(market, offer_rows, request_rows).best(market, limit))
        waiting += len(kept[-1])
        if limit is not None and waiting > 4 * CHUNK_PAIRS:
            kept = [_Ranking.join(kept).best(market, limit)]
            waiting = 0
    return _Ranking.join(kept).best(market, limit)


def _passing(market: Market, o: Int, r: Int) -> _Ranking:
    distance = market.distance_km(o, r)
    passes = gate_bits(market, o, r, distance) == 0
    o, r, distance = o[passes], r[passes], distance[passes]
    return _Ranking(o, r, scores(market, o, r, distance), distance)


def _near_pairs(market: Market) -> Iterator[Batch]:
    """All pairs whose resource fits and whose distance may be within reach; some beyond reach slip through.

    Requests are taken by resource. The offers that fit one are consecutive in tree order; among these, sorted
    by latitude, those within reach of a request are consecutive again, at poles and date line as anywhere.
    """
    offers, requests = market.offers.listings, market.requests.listings
    straight_km = offers.reach_km / offers.road_factor + SLACK_KM
    chord_limit = squared_chord_of(straight_km)
    in_tree = np.lexsort((offers.latitude, offers.tree_left))
    tree_left = offers.tree_left[in_tree]
    for members in _by_resource(requests):
        first = np.searchsorted(tree_left, requests.tree_left[members[0]])
        last = np.searchsorted(tree_left, requests.tree_right[members[0]])
        if first == last:
            continue
        fitting = in_tree[first:last]
        fitting = fitting[np.argsort(offers.latitude[fitting], kind="stable")]
        band = np.degrees(straight_km[fitting].max() / EARTH_RADIUS_KM)
        latitude = offers.latitude[fitting]
        south = np.searchsorted(latitude, requests.latitude[members] - band)
        north = np.searchsorted(latitude, requests.latitude[members] + band, side="right")
        for position, member in _expand(south, north):
            o, r = fitting[position], members[member]
            chord = squared_chord(market.offers.points[:, o], market.requests.points[:, r])
            near = chord <= chord_limit[o]
            yield o[near], r[near]


def _by_resource(requests: Listings) -> Iterator[Int]:
    """Rows of the requests of each resource."""
    order = np.lexsort((requests.tree_right, requests.tree_left))
    left, right = requests.tree_left[order], requests.tree_right[order]
    changes = np.flatnonzero((np.diff(left) != 0) | (np.diff(right) != 0)) + 1
    return (rows for rows in np.split(order, changes) if len(rows))


def _expand(first: Int, last: Int) -> Iterator[Batch]:
    """Positions first[i] to last[i] (exclusive) paired with i, for all i, in chunks."""
    ends = np.cumsum(last - first)
    starts = ends - (last - first)
    for start in range(0, int(ends[-1]), CHUNK_PAIRS):
        flat = np.arange(start, min(start + CHUNK_PAIRS, int(ends[-1])))
        row = np.searchsorted(ends, flat, side="right")
        yield first[row] + flat - starts[row], row


def _chunks(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The same pairs in fewer batches: numpy is quick only on long arrays."""
    held: list[Batch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += len(batch[0])
        if size >= CHUNK_PAIRS:
            yield _joined(held)
            held, size = [], 0
    if size:
        yield _joined(held)


def _joined(batches: list[Batch]) -> Batch:
    return np.concatenate([o for o, _ in batches]), np.concatenate([r for _, r in batches])
