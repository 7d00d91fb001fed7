"""The search once more, in plain numpy over all pairs: no bound, no index, no order of places.

For instances that are too large for the loops of `engine_twin`. It takes the engine's tables, shares the month clock
and no other code with it, and goes through the requests in blocks only to save memory: in each block every request
meets every offer. What an offer and a request have to pass is written out as arrays of requests × offers; what a pair
scores is computed for the pairs that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.engine import PARTS, Compatibility, Listings, Resources, Weights
from matching.engine.arrays import Bool, Float, Int, currency_code
from matching.engine.season import month_clock

BLOCK_PAIRS: Final = 1 << 17
"""Requests × offers looked at in one go."""
MOST_KEPT: Final = 1 << 20
"""Pairs that wait before all but the best are dropped."""
YEAR: Final = 12.0
EURO: Final = currency_code("EUR")


@dataclass(frozen=True)
class Ranked:
    """Pairs with what ranks them, arrays of equal length."""

    offer_row: Int
    request_row: Int
    score: Float
    distance_km: Float

    @classmethod
    def join(cls, parts: list[Ranked]) -> Ranked:
        return cls(
            np.concatenate([part.offer_row for part in parts]),
            np.concatenate([part.request_row for part in parts]),
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.distance_km for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.offer_row)

    def take(self, rows: Int | Bool) -> Ranked:
        return Ranked(self.offer_row[rows], self.request_row[rows], self.score[rows], self.distance_km[rows])


@dataclass(frozen=True)
class BestOf:
    """The best partners of every listing of one side, n × k, best first; -1 and NaN where there is none."""

    partner_row: Int
    score: Float
    distance_km: Float


class _Side:
    """One side of the market, with what is needed of every listing."""

    def __init__(self, listings: Listings, properties: Int, programmes: Int, today: int) -> None:
        self.table = listings
        rows = len(listings)
        phi, self.turn = np.radians(listings.latitude), np.radians(listings.longitude)
        self.sine, self.cosine = np.sin(phi), np.cos(phi)
        self.opens = month_clock(np.maximum(listings.first_day.astype(np.int64), today))
        self.closes = month_clock(listings.last_day.astype(np.int64) + 1)
        self.year = listings.month_share.sum(axis=1)
        self.low, self.high = np.full((2, rows, len(properties)), np.nan)
        listing = np.repeat(np.arange(rows), np.diff(listings.quality.start))
        column = np.searchsorted(properties, listings.quality.property)
        self.low[listing, column] = listings.quality.low
        self.high[listing, column] = listings.quality.high
        self.states: Bool = ~(np.isnan(self.low) & np.isnan(self.high))
        word, bit = np.divmod(programmes, 64)
        self.weighed: Bool = (listings.programmes[:, word] >> bit.astype(np.uint64)) & np.uint64(1) == 1
        """n × programmes with weights of their own."""


class NumpyTwin:
    """Both sides of a market and the rules by which their pairs are valued."""

    def __init__(
        self,
        offers: Listings,
        requests: Listings,
        *,
        resources: Resources,
        compatibility: Compatibility,
        weights: Weights,
        today: int,
    ) -> None:
        self.resources, self.compatibility, self.weights = resources, compatibility, weights
        self.own = np.empty(0, np.int64)
        if weights.by_programme is not None:
            self.own = np.flatnonzero(~np.isnan(weights.by_programme).any(axis=1))
            self.own = self.own[self.own < 64 * offers.programmes.shape[1]]
        properties = np.union1d(offers.quality.property, requests.quality.property)
        self.offers = _Side(offers, properties, self.own, today)
        self.requests = _Side(requests, properties, self.own, today)
        self.entry = np.full((len(resources), len(resources)), -1)
        """Row of the compatibility table by offered and requested resource; -1: none."""
        self.entry[compatibility.offer_resource, compatibility.request_resource] = np.arange(
            len(compatibility)
        )

    def best(self) -> tuple[BestOf, BestOf]:
        """The best requests of every offer and the best offers of every request."""
        n, m = len(self.offers.table), len(self.requests.table)
        of_offers = self.resources.most_matches[self.offers.table.resource]
        of_requests = self.resources.most_matches[self.requests.table.resource]
        step = max(BLOCK_PAIRS // max(n, 1), 1)
        sold, bought = [_nothing()], [_nothing()]
        for first in range(0, m, step):
            found = self.passing(first, min(first + step, m))
            found = found.take(self._order(found))
            bought.append(_first_of_each(found, found.request_row, of_requests))
            sold.append(_first_of_each(found, found.offer_row, of_offers))
            if sum(map(len, sold)) > MOST_KEPT:
                sold = [self._best_of_offers(sold, of_offers)]
        offered, sought = self._best_of_offers(sold, of_offers), Ranked.join(bought)
        return (
            _table(offered, offered.offer_row, offered.request_row, of_offers),
            _table(sought, sought.request_row, sought.offer_row, of_requests),
        )

    def passing(self, first: int, last: int) -> Ranked:
        """The pairs of the requests `first` to `last` (exclusive) with any offer that pass every gate."""
        members, o = np.nonzero(self._gates_of_listings(slice(first, last)))
        r = members + first
        distance = self.distance_km(o, r)
        passes = distance <= self.resources.reach_km[self.offers.table.resource[o]]
        o, r, distance = o[passes], r[passes], distance[passes]
        passes = ~(
            self._is_disjoint(o, r) | self._cannot_gain(o, r, distance) | self._covers_too_little(o, r)
        )
        o, r, distance = o[passes], r[passes], distance[passes]
        return Ranked(o, r, self.score(o, r, distance), distance)

    def passes(self, o: Int, r: Int) -> Bool:
        """Whether the given pairs pass every gate."""
        gates: Bool = np.array(
            [self._gates_of_listings(slice(row, row + 1))[0, offer] for offer, row in zip(o, r, strict=True)],
            dtype=np.bool_,
        )
        distance = self.distance_km(o, r)
        near = distance <= self.resources.reach_km[self.offers.table.resource[o]]
        worth = ~(self._cannot_gain(o, r, distance) | self._covers_too_little(o, r))
        return gates & near & worth & ~self._is_disjoint(o, r)

    # --- gates ----------------------------------------------------------------------------------------------
    def _gates_of_listings(self, block: slice) -> Bool:
        """Requests of the block × offers: all gates but distance and quality."""
        offers, requests = self.offers.table, self.requests.table
        entry = self.entry[offers.resource, requests.resource[block, np.newaxis]]
        passes: Bool = entry >= 0
        opens = np.maximum(self.offers.opens, self.requests.opens[block, np.newaxis])
        passes &= opens < np.minimum(self.offers.closes, self.requests.closes[block, np.newaxis])
        passes &= ~offers.hazardous | requests.hazardous_permit[block, np.newaxis]
        if len(self.compatibility):
            passes &= (self.compatibility.forbidden[entry] & requests.uses[block, np.newaxis]) == 0
        passes &= offers.organization != requests.organization[block, np.newaxis]
        shared = np.zeros_like(passes)
        for theirs, ours in zip(offers.programmes.T, requests.programmes[block].T, strict=True):
            shared |= (theirs & ours[:, np.newaxis]) != 0
        passes &= shared | ~(offers.programme_only | requests.programme_only[block, np.newaxis])
        unit_yield = np.ones(1)
        if len(self.compatibility):
            unit_yield = self.compatibility.yield_per_unit[entry]
        passes &= ~(requests.amount[block, np.newaxis] / unit_yield < offers.minimum_lot)
        passes &= ~(offers.amount * unit_yield < requests.minimum_lot[block, np.newaxis])
        return passes

    def _is_disjoint(self, o: Int, r: Int) -> Bool:
        disjoint: Bool = np.zeros(len(o), np.bool_)
        for column in range(self.offers.low.shape[1]):
            # An end that is not stated is NaN, and no comparison with NaN is true.
            disjoint |= self.offers.low[o, column] > self.requests.high[r, column]
            disjoint |= self.requests.low[r, column] > self.offers.high[o, column]
        return disjoint & self._is_direct(o, r)

    def _cannot_gain(self, o: Int, r: Int, distance: Float) -> Bool:
        """Whether both name a price in euro, and nobody could gain even at the best that the catalogue allows."""
        offers, requests, resources, entries = (
            self.offers.table, self.requests.table, self.resources, self._entries(o, r),
        )  # fmt: skip
        ask, bid, offered, sought = (
            offers.price[o],
            requests.price[r],
            offers.resource[o],
            requests.resource[r],
        )
        purchase = resources.purchase_high[sought]
        purchase = np.where(
            np.isnan(purchase) & self._is_direct(o, r), resources.purchase_high[offered], purchase
        )
        least = np.where(
            ask > 0, np.nan_to_num(resources.market_low[offered], nan=0.0), -resources.disposal_high[offered]
        )
        seller = np.fmin(ask, least)
        buyer = np.where(bid < 0, 0.0, np.fmax(bid, purchase))
        table = self.compatibility
        arriving = np.maximum(1 - resources.loss_per_km[offered] * distance, 0)
        transport = (
            resources.transport_cost_per_load[offered] + resources.transport_cost_per_km[offered] * distance
        )
        gain = arriving * table.yield_per_unit[entries] * buyer - seller - transport
        gain -= table.treatment_cost[entries] + table.residue_low[entries]
        euro = (offers.currency[o] == EURO) & (requests.currency[r] == EURO)
        unnamed = np.isnan(ask) | np.isnan(bid)
        cannot: Bool = euro & ~unnamed & (gain < 0)
        return cannot

    def _covers_too_little(self, o: Int, r: Int) -> Bool:
        """Whether a treatment meets under a tenth of what is sought in the first twelve months."""
        too_little: Bool = np.zeros(len(o), np.bool_)
        treated = np.flatnonzero(~self._is_direct(o, r))
        if not len(treated):
            return too_little
        o, r = o[treated], r[treated]
        offers, requests = self.offers.table, self.requests.table
        unit_yield = self.compatibility.yield_per_unit[self._entries(o, r)]
        offered, sought, _ = self._flows(o, r, unit_yield)
        start = np.maximum(self.offers.opens[o], self.requests.opens[r])
        end = np.minimum(np.minimum(self.offers.closes[o], self.requests.closes[r]), start + YEAR)
        # Any twelve whole months say the same.
        whole = end - start >= YEAR
        start, end = np.where(whole, 0.0, start), np.where(whole, YEAR, end)
        meets = np.zeros(len(o))
        for months, covered in _months(start, end):
            gives = offers.amount[o] * offers.month_share[o, months]
            takes = requests.amount[r] / unit_yield * requests.month_share[r, months]
            meets += covered * np.minimum(gives, takes)
        both_rates = offers.is_rate[o] & requests.is_rate[r]
        meets = np.where(both_rates, meets, np.minimum(offered, sought))
        too_little[treated] = meets < 0.1 * sought
        return too_little

    def _is_direct(self, o: Int, r: Int) -> Bool:
        if not len(self.compatibility):
            return np.ones(len(o), np.bool_)
        direct: Bool = self.compatibility.direct[self._entries(o, r)]
        return direct

    def _entries(self, o: Int, r: Int) -> Int:
        entries: Int = self.entry[self.offers.table.resource[o], self.requests.table.resource[r]]
        return entries

    # --- parts ----------------------------------------------------------------------------------------------
    def distance_km(self, o: Int, r: Int) -> Float:
        """Distance travelled, by the spherical triangle with the pole; rounded to the millimetre."""
        turn = self.requests.turn[r] - self.offers.turn[o]
        sine, cosine, far_sine, far_cosine = (
            *(self.offers.sine[o], self.offers.cosine[o]),
            *(self.requests.sine[r], self.requests.cosine[r]),
        )
        across = far_cosine * np.sin(turn)
        ahead = far_cosine * np.cos(turn)
        angle = np.arctan2(
            np.sqrt(across**2 + (cosine * far_sine - sine * ahead) ** 2), sine * far_sine + cosine * ahead
        )
        road = self.resources.road_factor[self.offers.table.resource[o]]
        distance: Float = np.round(6371.0088 * angle * road, 6)
        return distance

    def score(self, o: Int, r: Int, distance: Float) -> Float:
        """The combined score of pairs that some way leads from the offer to the request."""
        entries = self._entries(o, r)
        unit_yield = self.compatibility.yield_per_unit[entries]
        bid = self.requests.table.price[r] * unit_yield - self.compatibility.treatment_cost[entries]
        offered, sought, season = self._flows(o, r, unit_yield)
        share = np.minimum(distance / self.resources.reach_km[self.offers.table.resource[o]], 1)
        parts = {
            "resource": self.compatibility.fit[entries],
            "distance": (1 - share**2) ** 2,
            "quantity": _quantity_part(offered, sought),
            "season": season,
            "quality": self._quality_part(o, r),
            "price": self._price_part(o, r, bid),
        }
        weights = self._weights_of(o, r)
        known, total, mean = np.zeros((3, len(o)))
        for name, weight in zip(PARTS, weights.T, strict=True):
            part = np.round(parts[name], 6)
            is_known = ~np.isnan(part)
            mean += np.where(is_known, part * weight, 0)
            known += np.where(is_known, weight, 0)
            total += weight
        mean /= np.where(known > 0, known, 1)
        score: Float = np.round(mean * (1 - 0.5 * (1 - known / total)), 9)
        return score

    def _flows(self, o: Int, r: Int, unit_yield: Float) -> tuple[Float, Float, Float]:
        """Offered, sought (both in units offered) and the season part."""
        offers, requests = self.offers.table, self.requests.table
        start = np.maximum(self.offers.opens[o], self.requests.opens[r])
        end = np.minimum(np.minimum(self.offers.closes[o], self.requests.closes[r]), start + YEAR)
        offer_year, request_year, alike = self.offers.year[o], self.requests.year[r], np.zeros(len(o))
        part = np.flatnonzero(end - start < YEAR)
        offer_year[part], request_year[part] = self._shares(o[part], r[part], start[part], end[part])
        per_offer, per_request = _inverse(offer_year), _inverse(request_year)
        whole = np.flatnonzero(end - start >= YEAR)
        for month in range(12):
            offered = offers.month_share[o[whole], month] * per_offer[whole]
            alike[whole] += np.minimum(offered, requests.month_share[r[whole], month] * per_request[whole])
        for months, covered in _months(start[part], end[part]):
            offered = offers.month_share[o[part], months] * per_offer[part]
            sought = requests.month_share[r[part], months] * per_request[part]
            alike[part] += covered * np.minimum(offered, sought)
        offer_rate, request_rate = offers.is_rate[o], requests.is_rate[r]
        flowing = (~offer_rate | (offer_year > 0)) & (~request_rate | (request_year > 0))
        return (
            offers.amount[o] * np.where(offer_rate, offer_year, 1),
            requests.amount[r] / unit_yield * np.where(request_rate, request_year, 1),
            np.where(offer_rate & request_rate, alike, flowing.astype(np.float64)),
        )

    def _shares(self, o: Int, r: Int, start: Float, end: Float) -> tuple[Float, Float]:
        """What share of its year each side has in the windows."""
        offered, sought = np.zeros((2, len(o)))
        for month, covered in _months(start, end):
            offered += covered * self.offers.table.month_share[o, month]
            sought += covered * self.requests.table.month_share[r, month]
        return offered, sought

    def _quality_part(self, o: Int, r: Int) -> Float:
        count, known, total = np.zeros((3, len(o)))
        direct = self._is_direct(o, r)
        for column in range(self.offers.low.shape[1]):
            asked = self.requests.states[r, column]
            answered = np.flatnonzero(asked & self.offers.states[o, column] & direct)
            count += asked
            known[answered] += 1
            ends = (
                *(self.offers.low[o[answered], column], self.offers.high[o[answered], column]),
                *(self.requests.low[r[answered], column], self.requests.high[r[answered], column]),
            )
            total[answered] += _containment(*ends)
        usable = known > 0
        known, count = np.maximum(known, 1), np.maximum(count, 1)
        return np.where(usable, total / known * (0.5 + 0.5 * known / count), np.nan)

    def _price_part(self, o: Int, r: Int, bid: Float) -> Float:
        offers, requests = self.offers.table, self.requests.table
        ask = offers.price[o]
        larger = np.maximum(np.abs(ask), np.abs(bid))
        part = np.clip(1 - (ask - bid) / np.where(larger > 0, larger, 1), 0, 1)
        return np.where(offers.currency[o] == requests.currency[r], part, np.nan)

    def _weights_of(self, o: Int, r: Int) -> Float:
        """m × 6: the weights of the lowest shared programme that has some, else the default."""
        chosen = np.full(len(o), len(self.own))
        for n in range(len(self.own) - 1, -1, -1):
            chosen[self.offers.weighed[o, n] & self.requests.weighed[r, n]] = n
        table: Float = self.weights.default[np.newaxis]
        if self.weights.by_programme is not None:
            table = np.concatenate([self.weights.by_programme[self.own], table])
        weights: Float = table[chosen]
        return weights

    # --- ranking --------------------------------------------------------------------------------------------
    def _order(self, pairs: Ranked) -> Int:
        offer_id = self.offers.table.id[pairs.offer_row]
        request_id = self.requests.table.id[pairs.request_row]
        return np.lexsort((request_id, offer_id, pairs.distance_km, -pairs.score))

    def _best_of_offers(self, kept: list[Ranked], most: Int) -> Ranked:
        pairs = Ranked.join(kept)
        pairs = pairs.take(self._order(pairs))
        return _first_of_each(pairs, pairs.offer_row, most)


def _nothing() -> Ranked:
    rows, values = np.empty(0, np.int64), np.empty(0)
    return Ranked(rows, rows, values, values)


def _first_of_each(pairs: Ranked, seeker: Int, most: Int) -> Ranked:
    """The first pairs of every seeker, as many as each keeps, seeker by seeker."""
    order = np.argsort(seeker, kind="stable")
    return pairs.take(order[_place(seeker[order]) < most[seeker[order]]])


def _place(seeker: Int) -> Int:
    """How many before it have the same value, of ascending values."""
    return np.arange(len(seeker)) - np.searchsorted(seeker, seeker)


def _table(pairs: Ranked, seeker: Int, partner: Int, most: Int) -> BestOf:
    """What `_first_of_each` gives, as a row for each seeker."""
    shape = len(most), int(most.max(initial=1))
    best = BestOf(np.full(shape, -1), np.full(shape, np.nan), np.full(shape, np.nan))
    at = seeker, _place(seeker)
    best.partner_row[at], best.score[at], best.distance_km[at] = partner, pairs.score, pairs.distance_km
    return best


def _inverse(values: Float) -> Float:
    return np.where(values > 0, 1 / np.where(values > 0, values, 1), 0)


def _months(start: Float, end: Float) -> list[tuple[Int, Float]]:
    """Calendar months (0 to 11) of windows of a year at most, each with how much of it lies in the window.

    Thirteen, since a window may begin and end in the same calendar month.
    """
    first = np.floor(start)
    months = []
    for month in (first + n for n in range(13)):
        covered = np.minimum(end, month + 1) - np.maximum(start, month)
        months.append(((month % 12).astype(np.int64), np.maximum(covered, 0)))
    return months


def _quantity_part(offered: Float, sought: Float) -> Float:
    larger = np.maximum(offered, sought)
    share = np.minimum(offered, sought) / np.where(larger > 0, larger, 1)
    return np.maximum(1 + np.log10(np.maximum(share, 1e-3)) / 3, 0)


def _containment(low: Float, high: Float, asked_low: Float, asked_high: Float) -> Float:
    """Share of low..high within what is asked. All of these touch: the gate has seen to it."""
    low, asked_low = (np.where(np.isnan(ends), -np.inf, ends) for ends in (low, asked_low))
    high, asked_high = (np.where(np.isnan(ends), np.inf, ends) for ends in (high, asked_high))
    contained = (asked_low <= low) & (high <= asked_high)
    endless = np.isinf(low) | np.isinf(high)
    length = np.where(contained | endless, 1, high - low)
    inside = np.where(contained | endless, 0.5, np.minimum(high, asked_high) - np.maximum(low, asked_low))
    return np.where(contained, 1, inside / length)
