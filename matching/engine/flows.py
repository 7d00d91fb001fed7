"""How much of an offer and a request meets in the first twelve months of their shared window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.arithmetic import ratio
from matching.engine.arrays import MONTHS, Float, Int
from matching.engine.market import Market
from matching.engine.season import month_coverage


@dataclass(frozen=True)
class Flows:
    """What meets in the first twelve months of the shared window, arrays of length m."""

    offered: Float
    sought: Float
    amount: Float
    """Canonical units that meet month by month; NaN: a side does not state its amount."""
    overlap: Float
    """Season part: 1 where both sides spread alike over the shared months."""


def shared_flows(market: Market, o: Int, r: Int) -> Flows:
    """The quantities of every pair, whether it passes the gates or not."""
    offers, requests = market.offers.listings, market.requests.listings
    coverage = month_coverage(*market.window(o, r))
    offer_shares = coverage * market.offers.monthly[:, o]
    request_shares = coverage * market.requests.monthly[:, r]
    offer_year, request_year = _year_sum(offer_shares), _year_sum(request_shares)
    offer_rate, request_rate = offers.is_rate[o], requests.is_rate[r]
    offered = np.where(offer_rate, offers.amount[o] * offer_year, offers.amount[o])
    sought = np.where(request_rate, requests.amount[r] * request_year, requests.amount[r])

    both_rates = offer_rate & request_rate
    by_month = _year_sum(np.minimum(offer_shares * offers.amount[o], request_shares * requests.amount[r]))
    amount = np.where(both_rates, by_month, np.minimum(offered, sought))
    alike = _year_sum(np.minimum(ratio(offer_shares, offer_year), ratio(request_shares, request_year)))
    # A lot waits for the other side, as long as the other side has anything in the shared months.
    flowing = (~offer_rate | (offer_year > 0)) & (~request_rate | (request_year > 0))
    overlap = np.where(both_rates, alike, flowing.astype(np.float64))
    shared = _year_sum(coverage) > 0
    return Flows(
        offered=offered,
        sought=sought,
        amount=np.where(shared, amount, amount * 0),
        overlap=np.where(shared, overlap, 0.0),
    )


def _year_sum(by_month: Float) -> Float:
    """Sum over the 12 rows in calendar order, so that the order of addition never depends on the layout."""
    total: Float = by_month[0].copy()
    for month in range(1, MONTHS):
        total += by_month[month]
    return total
