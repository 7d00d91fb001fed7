"""The soft parts, each from 0 to 1 or NaN for unknown, and the score that they make."""

from __future__ import annotations

from typing import Final

import numpy as np

from matching.engine.arithmetic import discounted, ratio
from matching.engine.arrays import PARTS, Float, Int, Listings
from matching.engine.flows import Flows
from matching.engine.gates import accepts
from matching.engine.market import Market

FIT_PER_LEVEL: Final = 0.85
"""Resource fit kept per level of the tree between a general request and a specific offer."""
DECADES_TO_ZERO: Final = 3.0
"""The quantity part reaches 0 where one side is a thousandfold of the other."""
OPEN_OVERLAP: Final = 0.5
"""Containment of an interval without end that reaches beyond what is asked."""


def soft_parts(market: Market, o: Int, r: Int, distance: Float, flows: Flows) -> Float:
    """The six parts of every pair, m × 6 in the order of `PARTS`."""
    offers, requests = market.offers.listings, market.requests.listings
    columns: Float = np.stack(
        [
            _resource_part(offers, requests, o, r),
            _distance_part(distance, offers.reach_km[o]),
            _quantity_part(flows.offered, flows.sought),
            flows.overlap,
            _quality_part(market, o, r),
            _price_part(offers, requests, o, r),
        ],
        axis=1,
    )
    return np.round(columns, 6)


def _resource_part(offers: Listings, requests: Listings, o: Int, r: Int) -> Float:
    levels = np.maximum(offers.depth[o] - requests.depth[r], 0).astype(np.float64)
    fit: Float = np.power(FIT_PER_LEVEL, levels)
    return np.where(accepts(offers, requests, o, r), fit, 0.0)


def _distance_part(distance: Float, reach_km: Float) -> Float:
    share: Float = np.minimum(distance / reach_km, 1.0)
    nearness = 1 - share * share
    return nearness * nearness


def _quantity_part(offered: Float, sought: Float) -> Float:
    share = ratio(np.minimum(offered, sought), np.maximum(offered, sought))
    # Below the smallest share that scores the logarithm is not needed, and at 0 it would be infinite.
    decades: Float = np.log10(np.maximum(share, 10.0**-DECADES_TO_ZERO))
    return np.maximum(1 + decades / DECADES_TO_ZERO, 0.0)


def _quality_part(market: Market, o: Int, r: Int) -> Float:
    offers, requests = market.offers.listings, market.requests.listings
    count, known, total = np.zeros(len(o)), np.zeros(len(o)), np.zeros(len(o))
    for column, asked in market.asked_properties(r):
        count[asked] += 1
        answered = asked[market.offers.states[column][o[asked]]]
        offer, request = o[answered], r[answered]
        known[answered] += 1
        total[answered] += _containment(
            offers.quality_low[offer, column],
            offers.quality_high[offer, column],
            requests.quality_low[request, column],
            requests.quality_high[request, column],
        )
    return discounted(ratio(total, known, empty=np.nan), known, count)


def _containment(low: Float, high: Float, asked_low: Float, asked_high: Float) -> Float:
    """Share of the interval low..high that lies within the one asked for; a NaN end is open."""
    low, asked_low = _open_as(-np.inf, low), _open_as(-np.inf, asked_low)
    high, asked_high = _open_as(np.inf, high), _open_as(np.inf, asked_high)
    inside_low, inside_high = np.maximum(low, asked_low), np.minimum(high, asked_high)
    contained = (asked_low <= low) & (high <= asked_high)
    is_open = np.isinf(low) | np.isinf(high)
    with np.errstate(invalid="ignore"):  # inf - inf in rows that take another branch
        share = ratio(np.maximum(inside_high - inside_low, 0.0), high - low)
    partly = np.where(is_open, OPEN_OVERLAP, share)
    return np.where(contained, 1.0, np.where(inside_low > inside_high, 0.0, partly))


def _open_as(end: float, values: Float) -> Float:
    return np.where(np.isnan(values), end, values)


def _price_part(offers: Listings, requests: Listings, o: Int, r: Int) -> Float:
    ask, bid = offers.price[o], requests.price[r]
    scale = np.maximum(np.abs(ask), np.abs(bid))
    gap = np.maximum(ask - bid, 0.0)
    meets = np.maximum(1 - ratio(gap, scale), 0.0)
    return np.where(offers.currency[o] == requests.currency[r], meets, np.nan)


def combined_score(parts: Float, weights: Float) -> Float:
    """Weighted mean of the known parts; what is unknown counts as half of it."""
    mean, known, total = np.zeros(len(parts)), np.zeros(len(parts)), np.zeros(len(parts))
    for column in range(len(PARTS)):
        part, weight = parts[:, column], weights[:, column]
        is_known = ~np.isnan(part)
        mean += np.where(is_known, part * weight, 0.0)
        known += np.where(is_known, weight, 0.0)
        total += weight
    return np.round(discounted(ratio(mean, known), known, total), 9)


def pair_weights(market: Market, o: Int, r: Int) -> Float:
    """m × 6: the weights of the lowest shared programme that has some, else the default."""
    chosen: Float = np.broadcast_to(market.weights.default, (len(o), len(PARTS)))
    table = market.weights.by_programme
    if table is None:
        return chosen
    chosen = chosen.copy()
    shared = market.shared_programmes(o, r)
    own = np.flatnonzero(~np.isnan(table).all(axis=1))
    for programme in own[own < 64 * shared.shape[1]][::-1]:
        word, bit = divmod(int(programme), 64)
        member = (shared[:, word] >> np.uint64(bit)) & np.uint64(1) == 1
        chosen[member] = table[programme]
    return chosen
