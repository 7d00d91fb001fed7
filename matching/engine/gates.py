"""The hard gates: what makes a pair impossible, each with its reason."""

from __future__ import annotations

import numpy as np

from matching.engine.arrays import Bool, Float, Gate, GateBits, Int, Listings
from matching.engine.market import Market


def gate_bits(market: Market, o: Int, r: Int, distance: Float) -> GateBits:
    """Bits of `Gate` for every pair."""
    offers, requests = market.offers.listings, market.requests.listings
    opens, closes = market.window(o, r)
    bits = np.zeros(len(o), dtype=np.uint16)
    for gate, failed in (
        (Gate.RESOURCE, ~accepts(offers, requests, o, r)),
        (Gate.DISTANCE, distance > offers.reach_km[o]),
        (Gate.WINDOW, opens >= closes),
        (Gate.QUALITY, _quality_disjoint(market, o, r)),
        (Gate.PERMIT, offers.hazardous[o] & ~requests.hazardous_permit[r]),
        (Gate.SAME_OWNER, offers.organization[o] == requests.organization[r]),
        (Gate.VISIBILITY, _hidden(market, o, r)),
        (Gate.LOT, _below_lot(offers, requests, o, r)),
    ):
        bits[failed] |= np.uint16(gate)
    return bits


def accepts(offers: Listings, requests: Listings, o: Int, r: Int) -> Bool:
    """Whether the request asks for the offer's resource or for an ancestor of it."""
    left = offers.tree_left[o]
    accepted: Bool = (requests.tree_left[r] <= left) & (left < requests.tree_right[r])
    return accepted


def _quality_disjoint(market: Market, o: Int, r: Int) -> Bool:
    offers, requests = market.offers.listings, market.requests.listings
    disjoint = np.zeros(len(o), dtype=np.bool_)
    for column, asked in market.asked_properties(r):
        # An end that is not stated is NaN, and no comparison with NaN is true.
        offer, request = o[asked], r[asked]
        disjoint[asked] |= offers.quality_low[offer, column] > requests.quality_high[request, column]
        disjoint[asked] |= requests.quality_low[request, column] > offers.quality_high[offer, column]
    return disjoint


def _hidden(market: Market, o: Int, r: Int) -> Bool:
    offers, requests = market.offers.listings, market.requests.listings
    shared = market.shared_programmes(o, r).any(axis=1)
    hidden: Bool = (offers.programme_only[o] | requests.programme_only[r]) & ~shared
    return hidden


def _below_lot(offers: Listings, requests: Listings, o: Int, r: Int) -> Bool:
    too_small: Bool = (requests.amount[r] < offers.minimum_lot[o]) | (
        offers.amount[o] < requests.minimum_lot[r]
    )
    return too_small
