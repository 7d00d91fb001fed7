"""One pass over the columns of the market: what fits, how many of each facet, and the first of them in an order.

Pure: numpy in, numpy out; no Django, no clock. A row is a slot of all columns; one whose resource is -1 is off the
market. Each facet is counted over what all other conditions leave, so that it says what choosing another value would
find. `tests/listings/search/` holds it against the same question in SQL.

What the facets ask of a row stands in three numbers: its resource, its traits (six small facets as one number) and its
spot (country and region). For each value of these a table says beforehand which facets refuse it, so that a row costs
three looks instead of ten comparisons, and three counts instead of ten; the counts of each facet are summed up from
these at the end.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator"
# ruff: noqa: C901

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

EARTH_RADIUS_KM: Final = 6371.0088
NO_CODE: Final = -1
DECIDES: Final = 1e300
"""By so much the first key of an order outweighs the second, so that one sum compares both. Nearly all rows end at that
comparison, and a processor cannot guess which of two keys decides: each wrong guess costs more than the row else."""
EVER: Final = 2**31 - 1
"""Days: a window of -EVER to EVER asks nothing."""


class Facet(IntEnum):
    """What is counted; the number is the row of the table of counts."""

    SIDE = 0
    KIND = 1
    RESOURCE = 2
    HAZARDOUS = 3
    LEGAL = 4
    COUNTRY = 5
    PRICE = 6
    PERIOD = 7
    QUALITY = 8
    REGION = 9


TRAITS: Final[Mapping[Facet, int]] = {
    Facet.SIDE: 2,
    Facet.HAZARDOUS: 2,
    Facet.LEGAL: 5,
    Facet.PRICE: 4,
    Facet.PERIOD: 5,
    Facet.QUALITY: 4,
}
"""The facets of few values, with how many there are: together they make one number of 0 to 1,599."""
_SHAPE: Final = tuple(TRAITS.values())


def joined_traits(values: Mapping[Facet, Array]) -> Array:
    """Return the traits of rows by the value of each facet; ValueError for a value that there is not."""
    return np.ravel_multi_index([values[facet] for facet in TRAITS], _SHAPE).astype(np.uint16)


@cache
def of_traits(facet: Facet) -> Array:
    """Return the value of a facet by traits."""
    values: Array = np.unravel_index(np.arange(np.prod(_SHAPE)), _SHAPE)[list(TRAITS).index(facet)]
    return values.astype(np.int8)


class Order(IntEnum):
    """By what the rows come; among equals the newest, at last the larger key."""

    ADDED = 0
    NEWEST = 1
    LARGEST = 2
    CHEAPEST = 3
    NEAREST = 4
    RELEVANCE = 5
    FIT = 6
    REAL_FIRST = 7


class Columns(NamedTuple):
    """The market, a slot per listing."""

    id: Array  # int64
    resource: Array  # int32, place in the tree; -1: off the market
    traits: Array  # uint16, see `joined_traits`
    spot: Array  # uint16, see `Spots`
    latitude: Array  # float64, °
    longitude: Array  # float64, °
    left: Array  # float64, canonical unit; NaN: not stated
    price: Array  # float64, per canonical unit; NaN: open
    currency: Array  # int32
    first_day: Array  # int32, since 1970-01-01
    last_day: Array  # int32
    code: Array  # int32, waste code as a number; -1: none
    organization: Array  # int64
    programme_only: Array  # bool
    illustrative: Array  # bool
    published: Array  # float64, s since 1970-01-01
    version: Array  # int64, changes whenever the listing does


class Spots(NamedTuple):
    """What a spot is: the country alone where no region is told, and behind all countries the regions."""

    country: Array  # int16, by spot, 0: unknown
    region: Array  # int16, by spot, 0: none is told


class Asked(NamedTuple):
    """A question. A table holds for each value of its facet whether it is wanted; a NaN asks nothing."""

    # bool, a row for each facet, as wide as the widest; resources apart, for they are many
    wanted: Array
    spots: Spots
    kind: Array  # int8, of each resource
    wanted_resource: Array  # bool, by resource
    score: Array  # float64, what the words say of each resource; 0: not meant
    by_words: bool
    text_hit: Array  # bool, by slot; empty: none
    first_code: int  # the range of waste codes that are meant; NO_CODE: none
    last_code: int
    members: Array  # int64, ascending: organizations whose programme listings may be seen
    left_min: float
    left_max: float
    from_day: int
    until_day: int
    latitude: float  # the centre of the circle
    longitude: float
    radius_km: float
    south: float  # the box of a map
    west: float
    north: float
    east: float
    price_max: float
    currency: int  # in which price_max counts, and which comes first by price
    # What fits the own listings, a row for each: resource → 0 to 1, side wanted, where, how far
    fit: Array  # float64, own × resources
    fit_side: Array  # int8
    fit_latitude: Array
    fit_longitude: Array
    fit_reach_km: Array


class Cursor(NamedTuple):
    """The place of a row in an order."""

    first: float
    second: float
    id: int


class _Refusals(NamedTuple):
    """Which facets refuse a value, a bit for each by its number; int16."""

    resource: Array
    traits: Array
    spot: Array


class _Counts(NamedTuple):
    """How many rows have each value: in row 0 those that no facet refuses, in the others those that only one does."""

    resource: Array
    traits: Array
    spot: Array


class Passed(NamedTuple):
    """What a pass finds."""

    slots: Array
    first: Array
    second: Array
    total: int
    unpriced: int
    """Without a price, where a highest price was asked for."""
    counts: Array
    """Facet × value; resources apart."""
    resource_counts: Array


@njit(cache=True, nogil=True)
def distance_in_km(latitude, longitude, other_latitude, other_longitude):
    """The great-circle distance (haversine formula on the mean radius)."""
    phi, other_phi = np.radians(latitude), np.radians(other_latitude)
    half_phi = (other_phi - phi) / 2
    half_lambda = np.radians(other_longitude - longitude) / 2
    h = np.sin(half_phi) ** 2 + np.cos(phi) * np.cos(other_phi) * np.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(min(1.0, np.sqrt(h)))


@njit(cache=True, nogil=True)
def _before(a1, a2, a3, b1, b2, b3):
    if a1 != b1:
        return a1 < b1
    if a2 != b2:
        return a2 < b2
    return a3 < b3


@njit(cache=True, nogil=True)
def _sift(first, second, third, slot, at, size):
    """Let the last in order rise to the top of the heap from `at` downwards."""
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and _before(
            first[child], second[child], third[child], first[child + 1], second[child + 1], third[child + 1]
        ):
            child += 1
        if not _before(first[at], second[at], third[at], first[child], second[child], third[child]):
            return
        first[at], first[child] = first[child], first[at]
        second[at], second[child] = second[child], second[at]
        third[at], third[child] = third[child], third[at]
        slot[at], slot[child] = slot[child], slot[at]
        at = child


@njit(cache=True, nogil=True)
def _scan(
    c, used, q, order, most, direction, start1, start2, start3, has_start, counting, refusals, counts, side_of
):
    first = np.empty(most, np.float64)
    second = np.empty(most, np.float64)
    third = np.empty(most, np.float64)
    slot = np.empty(most, np.int64)
    held, total, unpriced = 0, 0, 0
    has_text = len(q.text_hit) > 0
    windowed = q.from_day > -EVER or q.until_day < EVER
    near = not np.isnan(q.latitude)
    boxed = not np.isnan(q.south)
    priced = not np.isnan(q.price_max)
    at_least, at_most = not np.isnan(q.left_min), not np.isnan(q.left_max)
    band = q.radius_km / 111.19 + 1e-6
    for after in range(used):
        # Unsigned, as all places here: then numba need not ask whether one counts from the end.
        i = np.uint64(used - 1 - after)
        if c.resource[i] < 0:
            continue
        resource = np.uint64(c.resource[i])
        score = 1.0
        if q.by_words:
            score = q.score[resource]
            if q.first_code <= c.code[i] <= q.last_code and q.first_code != NO_CODE:
                score = 110.0
            if has_text and q.text_hit[i]:
                # What says the words itself, and is meant by them, comes first of its resource.
                score = score + 3.0 if score > 0 else 20.0
            if score <= 0:
                continue
        if c.programme_only[i]:
            at = np.searchsorted(q.members, c.organization[i])
            if at == len(q.members) or q.members[at] != c.organization[i]:
                continue
        if at_least and not c.left[i] >= q.left_min:
            continue
        if at_most and not c.left[i] <= q.left_max:
            continue
        if windowed and (c.last_day[i] < q.from_day or c.first_day[i] > q.until_day):
            continue
        if boxed:
            if not q.south <= c.latitude[i] <= q.north:
                continue
            if q.west <= q.east:
                if not q.west <= c.longitude[i] <= q.east:
                    continue
            elif q.east < c.longitude[i] < q.west:
                continue
        away_km = 0.0
        if near:
            if abs(c.latitude[i] - q.latitude) > band:
                continue
            away_km = distance_in_km(c.latitude[i], c.longitude[i], q.latitude, q.longitude)
            if away_km > q.radius_km:
                continue
        traits, spot = c.traits[i], c.spot[i]
        refused = refusals.resource[resource] | refusals.traits[traits] | refusals.spot[spot]
        # By two facets, or by one where that is not counted.
        if refused & (refused - 1) or (refused and not counting):
            continue
        if priced:
            unpriced += (refused == 0) & np.isnan(c.price[i])
            if not (c.currency[i] == q.currency) & (c.price[i] <= q.price_max):
                continue
        if refused:
            row = 1
            while refused >> row:
                row += 1
            if refusals.resource[resource]:
                counts.resource[row, resource] += 1
            elif refusals.spot[spot]:
                counts.spot[row, spot] += 1
            else:
                counts.traits[row, traits] += 1
            continue
        total += 1
        if counting:
            counts.resource[0, resource] += 1
            counts.traits[0, traits] += 1
            counts.spot[0, spot] += 1
        if most == 0:
            continue
        latest = -c.published[i]
        if order == 0:
            k1, k2 = 0.0, 0.0
        elif order == 1:
            k1, k2 = latest, 0.0
        elif order == 2:
            k1, k2 = (np.inf if np.isnan(c.left[i]) else -c.left[i]), latest
        elif order == 3:
            price = c.price[i]
            unstated = np.isnan(price)
            # 2 without a price, else 1 in another currency: reckoned, since this could not be guessed either.
            k1 = 2.0 * unstated + (c.currency[i] != q.currency) * (1 - unstated)
            k2 = latest if unstated else price
        elif order == 4:
            k1, k2 = away_km, latest
        elif order == 5:
            k1, k2 = -score, latest
        elif order == 6:
            best = 0.0
            for own in range(len(q.fit_side)):
                fit = q.fit[own, resource]
                if fit > best and q.fit_side[own] == side_of[c.traits[i]]:
                    km = distance_in_km(
                        c.latitude[i], c.longitude[i], q.fit_latitude[own], q.fit_longitude[own]
                    )
                    best = max(best, fit / (1.0 + km / q.fit_reach_km[own]))
            k1, k2 = -best, latest
        else:
            k1, k2 = (1.0 if c.illustrative[i] else 0.0), latest
        k1, k2 = direction * k1, direction * k2
        if held == most and (k1 - first[0]) * DECIDES + (k2 - second[0]) > 0:
            continue
        k3 = -direction * np.float64(c.id[i])
        if has_start and not _before(start1, start2, start3, k1, k2, k3):
            continue
        if held < most:
            first[held], second[held], third[held], slot[held] = k1, k2, k3, i
            held += 1
            if held == most:
                for at in range(held // 2 - 1, -1, -1):
                    _sift(first, second, third, slot, at, held)
        elif _before(k1, k2, k3, first[0], second[0], third[0]):
            first[0], second[0], third[0], slot[0] = k1, k2, k3, i
            _sift(first, second, third, slot, 0, held)
    return first[:held], second[:held], third[:held], slot[:held], total, unpriced


def scan(
    columns: Columns,
    used: int,
    asked: Asked,
    order: Order,
    most: int,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    counting: bool = True,
) -> Passed:
    """Return the first `most` rows in `order`, after or before a place in it, and what is counted.

    Rows before a place are those next to it, in the order all the same. Without `counting` facets stay uncounted.
    """
    counts = _Counts(
        *(
            np.zeros((1 + len(Facet), values), np.int32)
            for values in (len(asked.kind), np.prod(_SHAPE), len(asked.spots.country))
        )
    )
    direction, start = (1.0, after) if before is None else (-1.0, before)
    first, second, third, slots, total, unpriced = _scan(
        columns,
        used,
        asked,
        int(order),
        most,
        direction,
        direction * start.first if start else 0.0,
        direction * start.second if start else 0.0,
        -direction * float(start.id) if start else 0.0,
        start is not None,
        counting,
        _refusals(asked),
        counts,
        of_traits(Facet.SIDE),
    )
    ranked = np.lexsort((third, second, first))[:: 1 if before is None else -1]
    return Passed(
        slots[ranked],
        direction * first[ranked],
        direction * second[ranked],
        int(total),
        int(unpriced),
        _of_facets(asked, counts) if counting else np.zeros((len(Facet), asked.wanted.shape[1]), np.int64),
        counts.resource[0] + counts.resource[1 + Facet.RESOURCE],
    )


def _refusals(asked: Asked) -> _Refusals:
    refused = ~asked.wanted
    traits = [refused[facet, of_traits(facet)] << int(facet) for facet in TRAITS]
    kind, resource = refused[Facet.KIND, asked.kind], ~asked.wanted_resource
    country, region = refused[Facet.COUNTRY, asked.spots.country], refused[Facet.REGION, asked.spots.region]
    return _Refusals(
        (kind << int(Facet.KIND) | resource << int(Facet.RESOURCE)).astype(np.int16),
        np.bitwise_or.reduce(traits).astype(np.int16),
        (country << int(Facet.COUNTRY) | region << int(Facet.REGION)).astype(np.int16),
    )


def _of_facets(asked: Asked, counts: _Counts) -> Array:
    """Return the counts of each facet but resources: facet × value."""
    found = np.zeros((len(Facet), asked.wanted.shape[1]), np.int64)
    tables = {facet: (counts.traits, of_traits(facet)) for facet in TRAITS}
    tables[Facet.KIND] = counts.resource, asked.kind
    tables[Facet.COUNTRY] = counts.spot, asked.spots.country
    tables[Facet.REGION] = counts.spot, asked.spots.region
    for facet, (counted, value) in tables.items():
        found[facet] = np.bincount(value, counted[0] + counted[1 + facet], found.shape[1])
    return found


@njit(cache=True, nogil=True)
def _newest_added(c, used, last_sorted, members, below, most, slots):
    """Walk back over the part that is in the order of keys; the rest is few and taken whole."""
    found = 0
    for i in range(last_sorted - 1, -1, -1):
        if c.id[i] >= below or c.resource[i] < 0:
            continue
        if c.programme_only[i]:
            at = np.searchsorted(members, c.organization[i])
            if at == len(members) or members[at] != c.organization[i]:
                continue
        slots[found] = i
        found += 1
        if found == most:
            break
    return found


def newest_added(
    columns: Columns, used: int, last_sorted: int, members: Array, below: int, most: int
) -> Array:
    """Return the slots of the `most` largest keys below a key, whoever may be seen: a plain list costs no pass."""
    slots = np.empty(most, np.int64)
    start = int(np.searchsorted(columns.id[:last_sorted], below)) if last_sorted else 0
    found = _newest_added(columns, used, start, members, below, most, slots)
    late = np.arange(last_sorted, used)
    late = late[(columns.id[late] < below) & (columns.resource[late] >= 0)]
    late = late[~columns.programme_only[late] | np.isin(columns.organization[late], members)]
    both = np.concatenate([slots[:found], late])
    return both[np.argsort(-columns.id[both])][:most]
