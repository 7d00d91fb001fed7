"""Everything that is computed about given pairs: gates, parts, score, benefit.

All of it is elementwise over the pairs, so a pair has the same numbers whether it is looked at alone, with
one listing's candidates or in the full run. Distances are rounded to the millimetre, parts to six and scores
to nine decimals, so that no rank hangs on the last bit of a logarithm.
"""

from __future__ import annotations

import numpy as np

from matching.engine.arithmetic import ratio
from matching.engine.arrays import Candidates, Float, Int
from matching.engine.flows import shared_flows
from matching.engine.gates import gate_bits
from matching.engine.market import Market
from matching.engine.parts import combined_score, pair_weights, soft_parts


def scores(market: Market, o: Int, r: Int, distance: Float) -> Float:
    """The score alone, for ranking."""
    parts = soft_parts(market, o, r, distance, shared_flows(market, o, r))
    return combined_score(parts, pair_weights(market, o, r))


def evaluate(market: Market, o: Int, r: Int) -> Candidates:
    """All that is known about the given pairs, whether they pass the gates or not."""
    distance = market.distance_km(o, r)
    flows = shared_flows(market, o, r)
    parts = soft_parts(market, o, r, distance, flows)
    offers, requests = market.offers.listings, market.requests.listings
    disposal = offers.disposal_price[o]
    purchase = np.where(
        np.isnan(requests.purchase_price[r]), offers.purchase_price[o], requests.purchase_price[r]
    )
    cost_per_km = offers.transport_cost_per_km[o]
    avoided = _sum_of_known(disposal, purchase)
    transport = cost_per_km * distance
    return Candidates(
        offer_row=o,
        request_row=r,
        gate=gate_bits(market, o, r, distance),
        score=combined_score(parts, pair_weights(market, o, r)),
        parts=parts,
        distance_km=distance,
        amount_per_year=flows.amount,
        covered_share=ratio(flows.amount, flows.sought),
        disposal_avoided=disposal,
        purchase_avoided=purchase,
        transport_cost=transport,
        benefit_per_year=flows.amount * (avoided - transport),
        break_even_km=np.where(
            cost_per_km == 0, np.where(np.isnan(avoided), np.nan, np.inf), ratio(avoided, cost_per_km)
        ),
    )


def _sum_of_known(a: Float, b: Float) -> Float:
    """a + b where NaN counts as nothing, NaN where both are."""
    total = np.where(np.isnan(a), 0.0, a) + np.where(np.isnan(b), 0.0, b)
    return np.where(np.isnan(a) & np.isnan(b), np.nan, total)
