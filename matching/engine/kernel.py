"""The compiled loops: a pair's gates and parts, and the exact search for the best partners.

One file, because the compiled code is cached by the file that holds it: what is changed in another one that it
calls would go unnoticed. Everything here is scalar, holds no lock and releases the interpreter's, so that chunks
of one search run in as many threads as there are cores. Formulas: `docs/matching.md`.
"""

# The types are the arrays of the NamedTuples; numba compiles each function once for them.
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator"
# ruff: noqa: C901, SIM110 — a kernel is one loop, and a call per branch would cost it

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from matching.engine.compiled import njit

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius R1 of the International Union of Geodesy and Geophysics."""
ROW_DEGREES: Final = 0.5
ROWS: Final = 360
"""Rows of latitude, from the south pole."""
FEW: Final = 48
"""So many listings are sooner looked at than narrowed down by longitude."""
SLACK_KM: Final = 0.01
"""Added to every bound that only narrows: the gate on the rounded distance decides, not the bound."""
SLACK_DEGREES: Final = 1e-6
SLACK_SCORE: Final = 2e-6
"""Parts are rounded to six decimals, and month shares may sum to 1 ± 10⁻⁶: a bound allows for that."""
DECADES_TO_ZERO: Final = 3.0
"""The quantity part reaches 0 where one side is a thousandfold of the other."""
OPEN_OVERLAP: Final = 0.5
"""Containment of an interval without end that reaches beyond what is asked."""
UNKNOWN_COUNTS: Final = 0.5
"""What is unknown counts as this share of the mean of what is known."""
YEAR: Final = 12.0
LEAST_COVERED: Final = 0.1
"""As in `matching/economics.py`: a pathway covers at least this share of what is sought."""

# Bits of `arrays.Gate` and values of `arrays.Limit`; a compiled function takes no enum.
(
    _RESOURCE, _DISTANCE, _WINDOW, _QUALITY, _PERMIT, _SAME_OWNER, _VISIBILITY, _LOT, _PRICE_GAP, _COVERAGE,
    _LAW,
) = (1 << n for n in range(11))  # fmt: skip
_LIMIT_UNKNOWN, _LIMIT_OFFERED, _LIMIT_SOUGHT, _LIMIT_SEASON = range(4)


class SideTables(NamedTuple):
    """One side of the market, sorted by resource, row of latitude and longitude. Few wide arrays rather than many
    narrow ones: what is looked at together lies in one cache line."""

    hot: Any
    """10 × (n + `LANES`), what the search looks at first: rows `X` to `STATES_QUALITY`, each in one piece, so that
    many listings are looked at in one instruction. What stands beyond the n-th is never used."""
    cold: Any
    """n × 2: columns `AMOUNT` and `LOT`."""
    facts: Any
    """n × 7 whole numbers: columns `ID` to `USES`."""
    season: Any
    """Which season each has, a lot any; n + `LANES` long."""
    order: Any
    """The row of the listings that stands at each place."""
    latitude: Any
    longitude: Any
    programmes: Any
    quality_property: Any
    quality_range: Any
    """Low and high of each stated property; an open end is infinite."""
    grid: Any
    """R·360 + 1 offsets: the listings of resource q in latitude row b are grid[360q + b] to grid[360q + b + 1]."""


X, Y, Z, OPENS, CLOSES, LOG_AMOUNT, PRICE, MONEY, IS_RATE, STATES_QUALITY = range(10)
"""Unit vector; window on the month clock; decimal logarithm of the amount; price; currency; 1 if it is a rate; 1 if
any quality is stated."""
LANES: Final = 8
"""So many numbers one instruction works on at best."""
BLOCK: Final = 64
"""So many partners are bounded before the best of them are looked at, which raises the bar for the next."""
AMOUNT, LOT = range(2)
ID, ORGANIZATION, RESOURCE, FLAGS, QUALITY_START, QUALITY_END, USES = range(7)
(
    DISPOSAL_LOW, DISPOSAL_HIGH, MARKET_LOW, MARKET_HIGH, PURCHASE_LOW, PURCHASE_HIGH, LOAD_COST, COST_PER_KM,
    LOSS_PER_KM,
) = range(9)  # fmt: skip
HAZARDOUS, PERMIT, PROGRAMME_ONLY, RATE = 1, 2, 4, 8
"""Bits of the flags."""


class RuleTables(NamedTuple):
    """What holds by resource (length R), by row of the compatibility table, and for the weights."""

    reach_km: Any
    road_factor: Any
    money: Any
    """R × 9: columns `DISPOSAL_LOW` to `LOSS_PER_KM`."""
    transport_kg: Any
    disposal_kg: Any
    primary_kg: Any
    most_matches: Any
    fit: Any
    yield_per_unit: Any
    log_yield: Any
    treatment_cost: Any
    residue_low: Any
    residue_high: Any
    treatment_kg: Any
    direct: Any
    forbidden: Any
    currency: Any
    """Code number of the currency of all prices here."""
    weights: Any
    """(1 + p) × 6: the default, then one row per programme bit."""
    month_share: Any
    """S × 12: the distinct seasons."""
    alike: Any
    """S × S: the season part of two rates over a whole year, by their seasons; symmetric."""
    few_seasons: Any
    """False: there are too many to work that out beforehand, and `alike` is 1 × 1 and holds 1."""
    own_weights: Any
    """Words of bits: the programmes that have weights of their own."""


class Partners(NamedTuple):
    """Who may serve whom, for one seeking side: compressed rows by the seeker's resource."""

    start: Any
    resource: Any
    entry: Any


# Division by zero gives infinity or NaN, as in numpy, and costs no check.
_compiled = njit(cache=True, error_model="numpy")
_loop = njit(cache=True, error_model="numpy", nogil=True)
# The arrays of a NamedTuple are taken out of it once, before a loop: every access would count its references, and
# the threads would wait for each other's counts.


# --- a pair -------------------------------------------------------------------------------------------------
@_compiled
def _rounded(value, scale):
    return np.rint(value * scale) / scale


@_compiled
def _distance_km(offer, request, o, r, road_factor):
    """Distance travelled, rounded to the millimetre. `offer`, `request`: the `hot` of each side.

    Twice the half-angle, from the chord and the length of the sum: unlike the arcsine of the chord alone this
    keeps its digits at the antipodes too (W. Kahan, "How futile are mindless assessments of roundoff", §12).
    """
    dx, dy, dz = offer[X, o] - request[X, r], offer[Y, o] - request[Y, r], offer[Z, o] - request[Z, r]
    sx, sy, sz = offer[X, o] + request[X, r], offer[Y, o] + request[Y, r], offer[Z, o] + request[Z, r]
    chord, opposite = math.sqrt(dx * dx + dy * dy + dz * dz), math.sqrt(sx * sx + sy * sy + sz * sz)
    return _rounded(2 * EARTH_RADIUS_KM * math.atan2(chord, opposite) * road_factor, 1e6)


@_compiled
def _flows(
    opens, closes, offer_amount, request_amount, offer_rate, request_rate, share, offer_season, request_season
):
    """Offered, sought, what meets, the season part, and what limits, in the first twelve months of the shared
    window. Both amounts in units offered; `share`: the month shares of all seasons."""
    empty = opens >= closes
    # A year or more: any twelve whole months say the same.
    whole_year = closes - opens >= YEAR
    start, end = (0.0, YEAR) if whole_year else (opens, max(closes, opens))
    first = math.floor(start)
    offer_year = request_year = by_month = 0.0
    # Month by month as the clock goes on; eleven months and some days may meet one name twice.
    passed = first
    while passed < end:
        covered, month = min(end, passed + 1.0) - max(start, passed), passed % 12
        offered, sought = covered * share[offer_season, month], covered * share[request_season, month]
        offer_year += offered
        request_year += sought
        by_month += min(offered * offer_amount, sought * request_amount)
        passed += 1
    offered = offer_amount * offer_year if offer_rate else offer_amount
    sought = request_amount * request_year if request_rate else request_amount
    if empty:
        return offered, sought, (offered + sought) * 0.0, 0.0, _LIMIT_UNKNOWN
    stated = not (np.isnan(offer_amount) or np.isnan(request_amount))
    limit = _LIMIT_UNKNOWN
    if stated:
        limit = _LIMIT_OFFERED if offered <= sought else _LIMIT_SOUGHT
    if not (offer_rate and request_rate):
        # A lot waits for the other side, as long as the other side has anything in the shared months.
        flowing = (not offer_rate or offer_year > 0.0) and (not request_rate or request_year > 0.0)
        return offered, sought, min(offered, sought) if stated else np.nan, 1.0 if flowing else 0.0, limit
    alike = 0.0
    if offer_year > 0.0 and request_year > 0.0:
        by_offer, by_request = 1 / offer_year, 1 / request_year
        passed = first
        while passed < end:
            covered, month = min(end, passed + 1.0) - max(start, passed), passed % 12
            alike += covered * min(
                share[offer_season, month] * by_offer, share[request_season, month] * by_request
            )
            passed += 1
    if stated and by_month < min(offered, sought) * (1 - 1e-9):
        limit = _LIMIT_SEASON
    return offered, sought, by_month if stated else np.nan, alike, limit


@_compiled
def _is_plain(whole_year, offer_rate, request_rate, few_seasons):
    """Whether quantity and season need no look at the months: both meet for a whole year, or both are lots. The search
    and `evaluate` must agree, so that a pair has one score."""
    if offer_rate and request_rate:
        return whole_year and few_seasons
    return whole_year or not (offer_rate or request_rate)


@_compiled
def _quality(offer_property, offer_range, at, end, request_property, request_range, first, last):
    """Whether a property that both state is disjoint, and the quality part: the mean share of each interval offered
    that lies within the one asked for. An end that is not stated is infinite.

    `at` to `end`, `first` to `last` (exclusive): the stretches of the offer and of the request.
    """
    stated, known, total, disjoint = last - first, 0, 0.0, False
    while at < end and first < last:
        offered, asked = offer_property[at], request_property[first]
        low, high = offer_range[at, 0], offer_range[at, 1]
        asked_low, asked_high = request_range[first, 0], request_range[first, 1]
        inside = min(high, asked_high) - max(low, asked_low)
        # Worked out whether it is the same property or not: a choice costs less than a branch that nobody foretells.
        share = OPEN_OVERLAP if math.isinf(high - low) else inside / (high - low)
        share = 1.0 if (asked_low <= low) & (high <= asked_high) else share
        same, apart = offered == asked, inside < 0.0
        disjoint |= same & apart
        known += 1 if same else 0
        total += share if same & (not apart) else 0.0
        at += 1 if offered <= asked else 0
        first += 1 if asked <= offered else 0
    if known == 0:
        return False, np.nan
    return disjoint, total / known * (1 - (1 - UNKNOWN_COUNTS) * (1 - known / stated))


@_compiled
def _price(ask, bid):
    """The price part of what the seller asks and the buyer gives; NaN: not known."""
    if np.isnan(ask) or np.isnan(bid):
        return np.nan
    scale, gap = max(abs(ask), abs(bid)), ask - bid
    return 1.0 if gap <= 0.0 else max(1 - gap / scale, 0.0)


@_compiled
def _alternatives(money, resource, wanted, direct, ask, ask_is_foreign, bid, bid_is_foreign):
    """What seller and buyer get and pay without each other, each as the low figure takes it and as the high one does:
    the twin of `economics.seller_alternative` and `economics.buyer_alternative`. The seller's per unit offered, the
    buyer's per unit sought; NaN: not known, as what is said in another currency than the catalogue's.

    `money`: that of the rules; `direct`: without treatment, so that a general request without a price takes that of
    what is offered."""
    disposal_high, market_low = money[resource, DISPOSAL_HIGH], money[resource, MARKET_LOW]
    if np.isnan(ask):
        seller_cautious, seller_favourable = -money[resource, DISPOSAL_LOW], -disposal_high
        if np.isnan(disposal_high):
            seller_cautious, seller_favourable = money[resource, MARKET_HIGH], market_low
    elif ask_is_foreign:
        seller_cautious = seller_favourable = np.nan
    elif ask > 0.0:
        seller_cautious, seller_favourable = ask, min(ask, 0.0 if np.isnan(market_low) else market_low)
    else:
        seller_cautious, seller_favourable = ask, ask if np.isnan(disposal_high) else min(ask, -disposal_high)
    low, high = money[wanted, PURCHASE_LOW], money[wanted, PURCHASE_HIGH]
    if np.isnan(high) and direct:
        low, high = money[resource, PURCHASE_LOW], money[resource, PURCHASE_HIGH]
    if np.isnan(bid):
        buyer_cautious, buyer_favourable = low, high
    elif bid_is_foreign:
        buyer_cautious = buyer_favourable = np.nan
    else:
        buyer_cautious, buyer_favourable = bid, bid if np.isnan(high) else max(bid, high)
        if bid < 0.0:
            buyer_favourable = 0.0
    return seller_cautious, seller_favourable, buyer_cautious, buyer_favourable


@_compiled
def _high_gain(money, resource, wanted, direct, ask, bid, unit_yield, spent, distance):
    """What a pair could gain at most per unit offered, of which both have named a price in the catalogue's currency;
    `spent`: treatment and residues at least."""
    _, seller, _, buyer = _alternatives(money, resource, wanted, direct, ask, False, bid, False)
    received = max(1.0 - money[resource, LOSS_PER_KM] * distance, 0.0) * unit_yield
    transport = money[resource, LOAD_COST] + money[resource, COST_PER_KM] * distance
    return received * buyer - seller - spent - transport


@_compiled
def _quantity(offered, sought):
    if np.isnan(offered) or np.isnan(sought):
        return np.nan
    larger = max(offered, sought)
    share = min(offered, sought) / larger if larger > 0.0 else 0.0
    # Below the smallest share that scores the logarithm is not needed, and at 0 it would be infinite.
    return max(1 + math.log10(max(share, 10.0**-DECADES_TO_ZERO)) / DECADES_TO_ZERO, 0.0)


@_compiled
def _nearness(distance, reach):
    share = min(distance / reach, 1.0)
    return (1 - share * share) * (1 - share * share)


@_compiled
def _combined(resource, distance, quantity, season, quality, price, w0, w1, w2, w3, w4, w5):
    """Weighted mean of the known parts; what is unknown counts as half of it."""
    total, known = w0 + w1 + w2 + w3 + w4 + w5, w0 + w1 + w3
    summed = resource * w0 + distance * w1 + season * w3
    if not np.isnan(quantity):
        known += w2
        summed += quantity * w2
    if not np.isnan(quality):
        known += w4
        summed += quality * w4
    if not np.isnan(price):
        known += w5
        summed += price * w5
    if known <= 0.0:
        return 0.0
    return summed / known * (1 - (1 - UNKNOWN_COUNTS) * (1 - known / total))


@_compiled
def _weight_row(offer_programmes, request_programmes, o, r, own_weights):
    """Row of the weights: that of the lowest shared programme which has some, else the default's."""
    for word in range(len(own_weights)):
        shared = offer_programmes[o, word] & request_programmes[r, word] & own_weights[word]
        if shared:
            for bit in range(64):
                if shared >> np.uint64(bit) & np.uint64(1):
                    return 1 + 64 * word + bit
    return 0


@_compiled
def _has_bit(programmes, row, bit):
    return programmes[row, bit // 64] >> np.uint64(bit % 64) & np.uint64(1) != 0


@_compiled
def _share_a_programme(offer_programmes, request_programmes, o, r):
    for word in range(offer_programmes.shape[1]):
        if offer_programmes[o, word] & request_programmes[r, word]:
            return True
    return False


# --- the search ---------------------------------------------------------------------------------------------
@_compiled
def _half_width(phi, angle, row, sine, cosine):
    """Degrees of longitude within which a point of a latitude row can lie within `angle` of latitude `phi` (both
    radians); negative: nowhere."""
    if abs(phi) + angle >= math.pi / 2 - 1e-9:
        return 180.0
    cos_angle = math.cos(angle)
    # Away from where it is widest the circle narrows, so the nearer edge of the row decides.
    widest_at = math.degrees(math.asin(math.sin(phi) / cos_angle))
    south = row * ROW_DEGREES - 90.0
    if south <= widest_at <= south + ROW_DEGREES:
        return math.degrees(math.asin(min(math.sin(angle) / math.cos(phi), 1.0))) + SLACK_DEGREES
    edge = row if widest_at < south else row + 1
    below = math.cos(phi) * cosine[edge]
    if below <= 1e-12:
        return 180.0
    cos_width = (cos_angle - math.sin(phi) * sine[edge]) / below
    if cos_width > 1.0 + 1e-12:
        return -1.0
    if cos_width <= -1.0:
        return 180.0
    return math.degrees(math.acos(min(cos_width, 1.0))) + SLACK_DEGREES


@_compiled
def _from(values, first, last, value):
    """First position in first..last (exclusive) whose value is at least `value`."""
    while first < last:
        middle = (first + last) // 2
        if values[middle] < value:
            first = middle + 1
        else:
            last = middle
    return first


@_compiled
def _fill_factors(weights, factors):
    """What a sum of weighted known parts is multiplied with to give the combined score, by which of quantity (1),
    quality (2) and price (4) are known: (1/known + 1/total) ÷ 2, the same as in `_combined`."""
    w0, w1, w2, w3, w4, w5 = weights[0], weights[1], weights[2], weights[3], weights[4], weights[5]
    total = w0 + w1 + w2 + w3 + w4 + w5
    for pattern in range(8):
        known = w0 + w1 + w3 + (w2 if pattern & 1 else 0.0) + (w4 if pattern & 2 else 0.0)
        known += w5 if pattern & 4 else 0.0
        factors[pattern] = UNKNOWN_COUNTS / total + (1 - UNKNOWN_COUNTS) / known if known > 0.0 else 0.0


@_compiled
def _bounds(
    hot, seasons, first, last, seeker, s, seek_requests, decades, money_per_unit, treatment, chord_limit,
    share_per_chord, fit, states_quality, few_seasons, alike, own_season, weights, factors, row, season_part, bounds,
):  # fmt: skip
    """Raise `bounds[i]`, for the partners `first + i` up to `last` (exclusive), to what the score can be at most:
    what is not known yet as good as can be, the rest as it is. It stays where the pair is too far apart or never
    meets.

    Nothing here branches and each step is the same for all, so that the compiler takes `LANES` at once; for the rest
    of a stretch it would not, and so we look at some more, whose bounds nobody asks for.
    """
    start, count = np.uint64(first), (last - first + LANES - 1) // LANES * LANES
    for i in range(count):
        season_part[i] = alike[own_season, np.uint64(seasons[start + np.uint64(i)])] if few_seasons else 1.0
    x, y, z, opens, closes = seeker[X, s], seeker[Y, s], seeker[Z, s], seeker[OPENS, s], seeker[CLOSES, s]
    own_price, money, is_rate = seeker[PRICE, s], seeker[MONEY, s], seeker[IS_RATE, s] > 0.0
    w1, w2, w3, w4, w5, sure = (
        weights[row, 1],
        weights[row, 2],
        weights[row, 3],
        weights[row, 4],
        weights[row, 5],
        fit * weights[row, 0],
    )
    f0, f1, f2, f3, f4, f5, f6, f7 = (
        factors[row, 0], factors[row, 1], factors[row, 2], factors[row, 3],
        factors[row, 4], factors[row, 5], factors[row, 6], factors[row, 7],
    )  # fmt: skip
    for i in range(count):
        p = start + np.uint64(i)
        dx, dy, dz = x - hot[X, p], y - hot[Y, p], z - hot[Z, p]
        chord = dx * dx + dy * dy + dz * dz
        months = min(closes, hot[CLOSES, p]) - max(opens, hot[OPENS, p])
        near = max(1 - chord * share_per_chord, 0.0)
        whole_year, other_rate = months >= YEAR, hot[IS_RATE, p] > 0.0
        season = season_part[i] if whole_year & is_rate & other_rate else 1.0
        apart = abs(hot[LOG_AMOUNT, p] - decades)
        quantity = max(1 - apart * (1 / DECADES_TO_ZERO), 0.0)
        quantity = quantity if whole_year | (not (is_rate | other_rate)) else 1.0
        other_price = hot[PRICE, p]
        ask = other_price if seek_requests else own_price
        bid = (own_price if seek_requests else other_price) * money_per_unit - treatment
        gap = ask - bid
        price = max(1 - max(gap, 0.0) / max(max(abs(ask), abs(bid)), 1e-300), 0.0)
        amount_known, price_known = apart == apart, (gap == gap) & (money == hot[MONEY, p])
        quality_maybe = hot[STATES_QUALITY, p] * states_quality > 0.0
        summed = sure + near * near * w1 + season * w3
        summed += quantity * w2 if amount_known else 0.0
        summed += price * w5 if price_known else 0.0
        summed += w4 if quality_maybe else 0.0
        without = (f5 if price_known else f1) if amount_known else (f4 if price_known else f0)
        with_it = (f7 if price_known else f3) if amount_known else (f6 if price_known else f2)
        bound = summed * (with_it if quality_maybe else without)
        bounds[i] = max(bounds[i], bound) if (chord <= chord_limit) & (months > 0.0) else bounds[i]


@_loop
def search(
    offers, requests, rules, partners_of, seek_requests, first, last, sine, cosine, found, scores, distances
):
    """The best partners of the seekers at the places `first` to `last` (exclusive), best first.

    `seek_requests`: requests seek offers, else offers seek requests. Row by row of the listings, `found` (n × k) gets
    the rows of the partners, -1 where there are no more, `scores` and `distances` of its shape what they say. Exact: a
    partner is passed over only where an upper bound of its score, or a lower bound of its distance, rules it out. Ties
    go to the nearer partner, then to the lower id.
    """
    seekers = requests if seek_requests else offers
    partners = offers if seek_requests else requests
    own, hot, cold, facts = seekers.hot, partners.hot, partners.cold, partners.facts
    own_cold, own_facts, own_programmes, programmes = (
        seekers.cold,
        seekers.facts,
        seekers.programmes,
        partners.programmes,
    )
    latitudes, longitudes, partner_longitudes, grid = (
        seekers.latitude,
        seekers.longitude,
        partners.longitude,
        partners.grid,
    )
    own_property, own_range, property_, range_ = (
        seekers.quality_property,
        seekers.quality_range,
        partners.quality_property,
        partners.quality_range,
    )
    share = rules.month_share
    start_of, partner_resources, entries = partners_of.start, partners_of.resource, partners_of.entry
    reach_km, road_factor, most_matches = rules.reach_km, rules.road_factor, rules.most_matches
    fits, yields, log_yields, treatment_cost, directs = (
        rules.fit,
        rules.yield_per_unit,
        rules.log_yield,
        rules.treatment_cost,
        rules.direct,
    )
    alike, weight_table, own_weights = rules.alike, rules.weights, rules.own_weights
    few_seasons, currency = rules.few_seasons, rules.currency
    money, residue_low, forbidden = rules.money, rules.residue_low, rules.forbidden
    own_seasons, seasons = seekers.season, partners.season
    own_order, partner_order = seekers.order, partners.order
    ranges = np.empty((2, 2), np.int64)
    factors = np.empty((len(weight_table), 8))
    for row in range(len(weight_table)):
        _fill_factors(weight_table[row], factors[row])
    season_part, bounds = np.empty(BLOCK), np.empty(BLOCK)
    places = np.empty(found.shape[1], np.int64)
    for s in range(first, last):
        resource = own_facts[s, RESOURCE]
        k = most_matches[resource]
        to, count = own_order[s], 0
        bar = -1.0
        opens, closes, log_amount, seeker_price = (
            own[OPENS, s],
            own[CLOSES, s],
            own[LOG_AMOUNT, s],
            own[PRICE, s],
        )
        seeker_money, is_rate, states_quality = (
            own[MONEY, s],
            own[IS_RATE, s] > 0.0,
            own[STATES_QUALITY, s] > 0.0,
        )
        money_is_known = seeker_money == currency
        latitude, longitude = latitudes[s], longitudes[s]
        organization, seeker_season = own_facts[s, ORGANIZATION], own_seasons[s]
        amount_stated, price_stated = not np.isnan(log_amount), not np.isnan(seeker_price)
        special = False
        for word in range(len(own_weights)):
            special = special or (own_programmes[s, word] & own_weights[word]) != 0
        phi = math.radians(latitude)
        home = min(int((latitude + 90.0) / ROW_DEGREES), ROWS - 1)
        for t in range(start_of[resource], start_of[resource + 1]):
            partner_resource, entry = partner_resources[t], entries[t]
            base, forbid = ROWS * partner_resource, forbidden[entry]
            if grid[base] == grid[base + ROWS] or (seek_requests and forbid & own_facts[s, USES]):
                continue
            offer_resource = partner_resource if seek_requests else resource
            reach, road = reach_km[offer_resource], road_factor[offer_resource]
            unit_yield, treatment = yields[entry], treatment_cost[entry]
            direct, fit = directs[entry], _rounded(fits[entry], 1e6)
            # Decades between both amounts, counted in units offered: the seeker's share of the difference.
            seeker_decades = (
                log_amount - log_yields[entry] if seek_requests else log_amount + log_yields[entry]
            )
            angle = full_angle = min((reach / road + SLACK_KM) / EARTH_RADIUS_KM, math.pi)
            half_chord = math.sin(angle / 2)
            # Rounding makes the chord of antipodes a little more than the diameter.
            chord_limit = 4 * half_chord * half_chord + 1e-12
            # Squared share of the reach per squared chord: the chord is shorter than the arc, so it bounds.
            share_per_chord = (EARTH_RADIUS_KM * road / reach) ** 2
            # The best that any partner could be, but for its distance.
            hope = (
                (1 if amount_stated else 0)
                + (2 if states_quality and direct else 0)
                + (4 if price_stated else 0)
            )
            nearness_weight = weight_table[0, 1]
            rest = (
                fit * weight_table[0, 0] + weight_table[0, 3] + (weight_table[0, 2] if amount_stated else 0.0)
            )
            rest += (weight_table[0, 4] if states_quality and direct else 0.0) + (
                weight_table[0, 5] if price_stated else 0.0
            )
            bar_of_angle = -1.0
            # From the seeker's own row outwards: what is near is good, and sets a bar for the rest.
            for step in range(2 * ROWS):
                if bar != bar_of_angle and not special and factors[0, hope] > 0.0:
                    # Who is farther than this cannot reach the bar, however well all else fits.
                    bar_of_angle = bar
                    needed = bar / factors[0, hope] - rest
                    if needed > nearness_weight:
                        break
                    if needed > 0.0:
                        farthest = reach * math.sqrt(1 - math.sqrt(needed / nearness_weight))
                        if farthest < reach:
                            angle = min((farthest / road + SLACK_KM) / EARTH_RADIUS_KM, full_angle)
                row = home + (step + 1) // 2 if step % 2 else home - step // 2
                south, band = row * ROW_DEGREES - 90.0, math.degrees(angle)
                if step // 2 * ROW_DEGREES > band + ROW_DEGREES:
                    break
                if row < 0 or row >= ROWS or south > latitude + band or south + ROW_DEGREES < latitude - band:
                    continue
                start, stop = grid[base + row], grid[base + row + 1]
                if start == stop:
                    continue
                pieces = 1
                ranges[0, 0], ranges[0, 1] = start, stop
                if stop - start > FEW:
                    width = _half_width(phi, angle, row, sine, cosine)
                    if width < 0.0:
                        continue
                    if width < 180.0:
                        west, east = longitude - width, longitude + width
                        if west < -180.0:
                            ranges[1, 0] = _from(partner_longitudes, start, stop, west + 360.0)
                            ranges[1, 1] = stop
                            pieces = 2
                        elif east > 180.0:
                            ranges[1, 0] = start
                            ranges[1, 1] = _from(
                                partner_longitudes, start, stop, np.nextafter(east - 360.0, 999.0)
                            )
                            pieces = 2
                        ranges[0, 0] = _from(partner_longitudes, start, stop, west)
                        ranges[0, 1] = _from(
                            partner_longitudes, ranges[0, 0], stop, np.nextafter(east, 999.0)
                        )
                    if pieces == 1 and ranges[0, 1] - ranges[0, 0] > BLOCK:
                        # Outwards here too: to the east from the seeker's meridian, and to the west.
                        ranges[1, 0] = ranges[0, 0]
                        ranges[1, 1] = ranges[0, 0] = _from(
                            partner_longitudes, ranges[0, 0], ranges[0, 1], longitude
                        )
                        pieces = 2
                blocks = max(ranges[0, 1] - ranges[0, 0], ranges[1, 1] - ranges[1, 0] if pieces == 2 else 0)
                for outward in range(0, blocks, BLOCK):
                    for piece in range(pieces):
                        if piece == 0:
                            block = ranges[0, 0] + outward
                            end = min(block + BLOCK, ranges[0, 1])
                        else:
                            end = ranges[1, 1] - outward
                            block = max(end - BLOCK, ranges[1, 0])
                        if block >= end:
                            continue
                        bounds[:] = -2.0
                        for row_of_weights in range(len(weight_table) if special else 1):
                            if row_of_weights == 0 or _has_bit(own_programmes, s, row_of_weights - 1):
                                _bounds(
                                    hot, seasons, block, end, own, s, seek_requests, seeker_decades, unit_yield,
                                    treatment, chord_limit, share_per_chord, fit,
                                    1.0 if states_quality and direct else 0.0, few_seasons, alike, seeker_season,
                                    weight_table, factors, row_of_weights, season_part, bounds,
                                )  # fmt: skip
                        for p in range(block, end):
                            bound = bounds[p - block]
                            if bound < bar:
                                continue
                            flags, own_flags = facts[p, FLAGS], own_facts[s, FLAGS]
                            if organization == facts[p, ORGANIZATION]:
                                continue
                            if not seek_requests and forbid & facts[p, USES]:
                                continue
                            amount, lot, own_amount, own_lot = (
                                cold[p, AMOUNT],
                                cold[p, LOT],
                                own_cold[s, AMOUNT],
                                own_cold[s, LOT],
                            )
                            if seek_requests:
                                if flags & HAZARDOUS and not own_flags & PERMIT:
                                    continue
                                if own_amount / unit_yield < lot or amount * unit_yield < own_lot:
                                    continue
                            else:
                                if own_flags & HAZARDOUS and not flags & PERMIT:
                                    continue
                                if own_amount * unit_yield < lot or amount / unit_yield < own_lot:
                                    continue
                            if (flags | own_flags) & PROGRAMME_ONLY and not _share_a_programme(
                                own_programmes, programmes, s, p
                            ):
                                continue
                            ask = hot[PRICE, p] if seek_requests else seeker_price
                            bid = (seeker_price if seek_requests else hot[PRICE, p]) * unit_yield - treatment
                            price = _price(ask, bid) if seeker_money == hot[MONEY, p] else np.nan
                            decades = abs(hot[LOG_AMOUNT, p] - seeker_decades)
                            at = 0
                            if special:
                                at = _weight_row(own_programmes, programmes, s, p, own_weights)
                            quality = np.nan
                            if direct and states_quality and hot[STATES_QUALITY, p] > 0.0:
                                start_q, end_q = facts[p, QUALITY_START], facts[p, QUALITY_END]
                                own_start, own_end = own_facts[s, QUALITY_START], own_facts[s, QUALITY_END]
                                if seek_requests:
                                    disjoint, quality = _quality(
                                        property_,
                                        range_,
                                        start_q,
                                        end_q,
                                        own_property,
                                        own_range,
                                        own_start,
                                        own_end,
                                    )
                                else:
                                    disjoint, quality = _quality(
                                        own_property,
                                        own_range,
                                        own_start,
                                        own_end,
                                        property_,
                                        range_,
                                        start_q,
                                        end_q,
                                    )
                                if disjoint:
                                    continue
                                if not special:
                                    # The bound took the quality part as 1; now it is known.
                                    known = (0 if np.isnan(decades) else 1) + (0 if np.isnan(price) else 4)
                                    summed = bound / factors[0, known + 2] - weight_table[0, 4]
                                    if np.isnan(quality):
                                        bound = summed * factors[0, known]
                                    else:
                                        bound = (summed + quality * weight_table[0, 4]) * factors[
                                            0, known + 2
                                        ]
                                    if bound < bar:
                                        continue
                            distance = _distance_km(own, hot, s, p, road)
                            if distance > reach:
                                continue
                            other_rate = hot[IS_RATE, p] > 0.0
                            window_opens, window_closes = (
                                max(opens, hot[OPENS, p]),
                                min(closes, hot[CLOSES, p]),
                            )
                            whole_year, season = window_closes - window_opens >= YEAR, 1.0
                            plain = _is_plain(whole_year, is_rate, other_rate, few_seasons)
                            sought = meets = 0.0
                            if plain:
                                quantity = max(1 - decades / DECADES_TO_ZERO, 0.0)
                                if is_rate and other_rate:
                                    season = alike[seasons[p], seeker_season]
                            else:
                                if seek_requests:
                                    offered, sought, meets, season, _ = _flows(
                                        window_opens, window_closes, amount, own_amount / unit_yield,
                                        other_rate, is_rate, share, seasons[p], seeker_season,
                                    )  # fmt: skip
                                else:
                                    offered, sought, meets, season, _ = _flows(
                                        window_opens, window_closes, own_amount, amount / unit_yield,
                                        is_rate, other_rate, share, seeker_season, seasons[p],
                                    )  # fmt: skip
                                quantity = _quantity(offered, sought)
                            score = _combined(
                                fit,
                                _rounded(_nearness(distance, reach), 1e6),
                                _rounded(quantity, 1e6),
                                _rounded(season, 1e6),
                                _rounded(quality, 1e6),
                                _rounded(price, 1e6),
                                weight_table[at, 0], weight_table[at, 1], weight_table[at, 2],
                                weight_table[at, 3], weight_table[at, 4], weight_table[at, 5],
                            )  # fmt: skip
                            score = _rounded(score, 1e9)
                            at = count
                            while at > 0 and (
                                score > scores[to, at - 1]
                                or (
                                    score == scores[to, at - 1]
                                    and (
                                        distance < distances[to, at - 1]
                                        or (
                                            distance == distances[to, at - 1]
                                            and facts[p, ID] < facts[places[at - 1], ID]
                                        )
                                    )
                                )
                            ):
                                at -= 1
                            if at == k:
                                continue
                            # Two gates that cost more than the score does: only for who would be kept.
                            other_price = hot[PRICE, p]
                            prices_meet = price_stated and money_is_known and hot[MONEY, p] == currency
                            if prices_meet and not np.isnan(other_price):
                                # Both have named a price: is there one at which both could gain, at the very best?
                                wanted = resource if seek_requests else partner_resource
                                seller_ask = other_price if seek_requests else seeker_price
                                buyer_bid = seeker_price if seek_requests else other_price
                                gain = _high_gain(
                                    money, offer_resource, wanted, direct, seller_ask, buyer_bid, unit_yield,
                                    treatment + residue_low[entry], distance,
                                )  # fmt: skip
                                if gain < 0.0:
                                    continue
                            if not direct and amount_stated and not np.isnan(hot[LOG_AMOUNT, p]):
                                if plain and seek_requests:
                                    _, sought, meets, _, _ = _flows(
                                        window_opens, window_closes, amount, own_amount / unit_yield,
                                        other_rate, is_rate, share, seasons[p], seeker_season,
                                    )  # fmt: skip
                                elif plain:
                                    _, sought, meets, _, _ = _flows(
                                        window_opens, window_closes, own_amount, amount / unit_yield,
                                        is_rate, other_rate, share, seeker_season, seasons[p],
                                    )  # fmt: skip
                                if meets < LEAST_COVERED * sought:
                                    continue
                            if count < k:
                                count += 1
                            for moved in range(count - 1, at, -1):
                                places[moved] = places[moved - 1]
                                scores[to, moved] = scores[to, moved - 1]
                                distances[to, moved] = distances[to, moved - 1]
                            places[at], scores[to, at], distances[to, at] = p, score, distance
                            if count == k:
                                bar = scores[to, k - 1] - SLACK_SCORE
        for at in range(found.shape[1]):
            if at < count:
                found[to, at] = partner_order[places[at]]
            else:
                found[to, at], scores[to, at], distances[to, at] = -1, np.nan, np.nan


# --- all about given pairs ----------------------------------------------------------------------------------
@_compiled
def _sum_of_known(a, b):
    """a + b where NaN counts as nothing, NaN where both are."""
    return b if np.isnan(a) else a if np.isnan(b) else a + b


@_loop
def evaluate(
    offers, requests, rules, offer_rows, request_rows, entries, first, last, gates, limits, parts, figures
):
    """Everything about the pairs `first` to `last` (exclusive), whether they pass the gates or not.

    `entries`: row of the compatibility table, -1 where nothing makes the offer serve the request. Fills `gates`,
    `limits`, `parts` (m × 6) and `figures` (m × 22, in the order of `FIGURES`).
    """
    offer_hot, offer_cold, offer_facts = offers.hot, offers.cold, offers.facts
    request_hot, request_cold, request_facts = requests.hot, requests.cold, requests.facts
    share, offer_season, request_season = rules.month_share, offers.season, requests.season
    offer_programmes, request_programmes = offers.programmes, requests.programmes
    offer_property, offer_range = offers.quality_property, offers.quality_range
    request_property, request_range = requests.quality_property, requests.quality_range
    alike, table, money = rules.alike, rules.weights, rules.money
    for row in range(first, last):
        o, r, entry = offer_rows[row], request_rows[row], entries[row]
        resource, wanted = offer_facts[o, RESOURCE], request_facts[r, RESOURCE]
        offer_flags, request_flags = offer_facts[o, FLAGS], request_facts[r, FLAGS]
        reach, road = rules.reach_km[resource], rules.road_factor[resource]
        fit, unit_yield, log_yield, treatment, treatment_kg, direct = 0.0, 1.0, 0.0, 0.0, 0.0, True
        gate = _RESOURCE
        if entry >= 0:
            gate = 0
            fit, unit_yield, log_yield = rules.fit[entry], rules.yield_per_unit[entry], rules.log_yield[entry]
            treatment, treatment_kg, direct = (
                rules.treatment_cost[entry],
                rules.treatment_kg[entry],
                rules.direct[entry],
            )
        offer_amount, request_amount = offer_cold[o, AMOUNT], request_cold[r, AMOUNT] / unit_yield
        distance = _distance_km(offer_hot, request_hot, o, r, road)
        if distance > reach:
            gate |= _DISTANCE
        opens = max(offer_hot[OPENS, o], request_hot[OPENS, r])
        closes = min(offer_hot[CLOSES, o], request_hot[CLOSES, r])
        if opens >= closes:
            gate |= _WINDOW
        disjoint, quality = False, np.nan
        if direct:
            disjoint, quality = _quality(
                offer_property,
                offer_range,
                offer_facts[o, QUALITY_START],
                offer_facts[o, QUALITY_END],
                request_property,
                request_range,
                request_facts[r, QUALITY_START],
                request_facts[r, QUALITY_END],
            )
        if disjoint:
            gate |= _QUALITY
        if offer_flags & HAZARDOUS and not request_flags & PERMIT:
            gate |= _PERMIT
        if entry >= 0 and rules.forbidden[entry] & request_facts[r, USES]:
            gate |= _LAW
        if offer_facts[o, ORGANIZATION] == request_facts[r, ORGANIZATION]:
            gate |= _SAME_OWNER
        if (offer_flags | request_flags) & PROGRAMME_ONLY and not _share_a_programme(
            offer_programmes, request_programmes, o, r
        ):
            gate |= _VISIBILITY
        if request_amount < offer_cold[o, LOT] or offer_amount * unit_yield < request_cold[r, LOT]:
            gate |= _LOT
        offer_rate, request_rate = bool(offer_flags & RATE), bool(request_flags & RATE)
        offered, sought, amount, season, limit = _flows(
            opens,
            closes,
            offer_amount,
            request_amount,
            offer_rate,
            request_rate,
            share,
            offer_season[o],
            request_season[r],
        )
        limits[row] = limit
        quantity = _quantity(offered, sought)
        if opens < closes and _is_plain(closes - opens >= YEAR, offer_rate, request_rate, rules.few_seasons):
            decades = abs(offer_hot[LOG_AMOUNT, o] - (request_hot[LOG_AMOUNT, r] - log_yield))
            quantity, season = max(1 - decades / DECADES_TO_ZERO, 0.0), 1.0
            if offer_rate and request_rate:
                season = alike[offer_season[o], request_season[r]]
        price = np.nan
        if offer_hot[MONEY, o] == request_hot[MONEY, r]:
            price = _price(offer_hot[PRICE, o], request_hot[PRICE, r] * unit_yield - treatment)
        parts[row, 0], parts[row, 1], parts[row, 2] = fit, _nearness(distance, reach), quantity
        parts[row, 3], parts[row, 4], parts[row, 5] = season, quality, price
        for column in range(6):
            parts[row, column] = _rounded(parts[row, column], 1e6)
        at = _weight_row(offer_programmes, request_programmes, o, r, rules.own_weights)
        score = _combined(
            parts[row, 0], parts[row, 1], parts[row, 2], parts[row, 3], parts[row, 4], parts[row, 5],
            table[at, 0], table[at, 1], table[at, 2], table[at, 3], table[at, 4], table[at, 5],
        )  # fmt: skip

        ask, bid = offer_hot[PRICE, o], request_hot[PRICE, r]
        ask_is_foreign = offer_hot[MONEY, o] != rules.currency
        bid_is_foreign = request_hot[MONEY, r] != rules.currency
        seller_cautious, seller_favourable, buyer_cautious, buyer_favourable = _alternatives(
            money, resource, wanted, direct, ask, ask_is_foreign, bid, bid_is_foreign
        )
        residue_low = residue_high = 0.0
        if entry >= 0:
            residue_low, residue_high = rules.residue_low[entry], rules.residue_high[entry]
        cost_per_km, loss, load = (
            money[resource, COST_PER_KM],
            money[resource, LOSS_PER_KM],
            money[resource, LOAD_COST],
        )
        arriving = max(1.0 - loss * distance, 0.0)
        received, transport = arriving * unit_yield, load + cost_per_km * distance
        # In the order of `_high_gain` and of `economics.worth`: what one rounds to nothing, the others do too.
        low = received * buyer_cautious - seller_cautious - (treatment + residue_high) - transport
        high = received * buyer_favourable - seller_favourable - (treatment + residue_low) - transport
        prices_meet = not (ask_is_foreign or bid_is_foreign or np.isnan(ask) or np.isnan(bid))
        if prices_meet and high < 0.0:
            gate |= _PRICE_GAP
        if not direct and amount < LEAST_COVERED * sought:
            gate |= _COVERAGE
        gates[row] = gate
        break_even = np.nan
        on_the_spot = unit_yield * buyer_cautious - seller_cautious - treatment - load - residue_high
        if not (np.isnan(on_the_spot) or np.isnan(cost_per_km)):
            per_km = cost_per_km + loss * unit_yield * max(buyer_cautious, 0.0)
            if loss > 0.0 and on_the_spot * loss > per_km:
                # Farther than anything arrives only carrying costs more.
                on_the_spot, per_km = on_the_spot - (per_km - cost_per_km) / loss, cost_per_km
            break_even = 0.0
            if on_the_spot > 0.0:
                break_even = min(on_the_spot / per_km, reach) if per_km > 0.0 else reach

        primary_kg = rules.primary_kg[wanted]
        if direct and np.isnan(primary_kg):
            primary_kg = rules.primary_kg[resource]
        primary_kg = primary_kg * received
        # What the seller is to be paid for would not be disposed of.
        disposal_kg = 0.0 if ask > 0.0 else rules.disposal_kg[resource]
        transport_kg = rules.transport_kg[resource] * distance
        saved = _sum_of_known(disposal_kg, primary_kg) - transport_kg
        if not np.isnan(treatment_kg):
            saved -= treatment_kg
        figures[row, 0], figures[row, 1], figures[row, 2] = _rounded(score, 1e9), distance, amount
        figures[row, 3] = 0.0 if sought == 0.0 else amount / sought
        figures[row, 4], figures[row, 5], figures[row, 6] = unit_yield, seller_cautious, seller_favourable
        figures[row, 7], figures[row, 8] = received * buyer_cautious, received * buyer_favourable
        figures[row, 9], figures[row, 10], figures[row, 11] = treatment, residue_low, residue_high
        figures[row, 12], figures[row, 13] = transport, arriving
        figures[row, 14], figures[row, 15], figures[row, 16] = amount * low, amount * high, break_even
        figures[row, 17], figures[row, 18], figures[row, 19] = disposal_kg, primary_kg, treatment_kg
        figures[row, 20], figures[row, 21] = transport_kg, amount * saved


FIGURES: Final = (
    "score",
    "distance_km",
    "amount_per_year",
    "covered_share",
    "yield_per_unit",
    "seller_cautious",
    "seller_favourable",
    "buyer_cautious",
    "buyer_favourable",
    "treatment_cost",
    "residue_low",
    "residue_high",
    "transport_cost",
    "delivered",
    "benefit_low_per_year",
    "benefit_high_per_year",
    "break_even_km",
    "disposal_kg",
    "primary_kg",
    "treatment_kg",
    "transport_kg",
    "saved_kg_per_year",
)
