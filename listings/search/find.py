"""Asks the market a question: the one way by which the page and the API find listings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from accounts.access import AnyUser
from listings.access import own_listings, seen_through_programmes
from listings.data_quality import WORDS
from listings.models import Side, State
from listings.search.columns import (
    EARTH_RADIUS_KM,
    EVER,
    NO_CODE,
    Asked,
    Cursor,
    Facet,
    Passed,
    newest_added,
    of_traits,
    scan,
)
from listings.search.memory import LEGAL, PERIODS, PRICE_SIGNS, CurrentMarket, Market
from listings.search.questions import LARGEST_KEY, ORDERS, Question, cursor_text, read_cursor
from listings.search.regions import COUNTRIES, country_code, country_number, region_numbers, spots
from listings.search.tree import KINDS, Tree
from listings.search.words import Meaning, meaning_of

SIDES: Final = (Side.OFFER.value, Side.REQUEST.value)
QUALITIES: Final = tuple(WORDS)
MOST_HITS: Final = 10_000
"""Of full text: so many are ranked, and the count says "over"."""
MOST_OWN: Final = 20
SAME, BELOW, SIBLING = 1.0, 0.9, 0.5
"""How well a resource fits an own listing's: itself, one above or below it, another one below its parent."""
_MOST_MARKED: Final = 50_000_000
_EPOCH: Final = date(1970, 1, 1)
_SAYING: Final = """
(SELECT %s, listing_id FROM listings_listingsearch
WHERE on_market AND words @@ to_tsquery('simple', unaccent(%s)) ORDER BY listing_id DESC LIMIT %s)
"""
_VALUES: Final = {
    Facet.SIDE: SIDES,
    Facet.KIND: KINDS,
    Facet.HAZARDOUS: ("no", "yes"),
    Facet.LEGAL: LEGAL,
    Facet.PRICE: PRICE_SIGNS,
    Facet.PERIOD: PERIODS,
    Facet.QUALITY: QUALITIES,
}


class Point(NamedTuple):
    """A listing as a map shows it: all of it from what everybody may know."""

    pk: int
    latitude: float
    longitude: float
    side: str
    kind: str
    name: str
    """The resource's."""
    left: float | None
    unit: str
    is_rate: bool


@dataclass(frozen=True)
class Figures:
    """The market as a whole, in numbers."""

    offers: int
    requests: int
    organizations: int
    offered_t_per_year: float


@dataclass(frozen=True)
class Found:
    """The answer to a question."""

    keys: Sequence[int]
    """Of listings, in order."""
    versions: Sequence[int]
    """Of the same: what changes whenever the listing does."""
    distances_km: dict[int, float]
    order: str
    total: int
    over: bool
    """There are more than `total`: so many hold the words themselves that only the newest are taken."""
    unpriced: int
    """How many more there are without a price, where a highest one is asked for."""
    facets: dict[str, dict[str, int]]
    """How many listings each value would find, by facet; resources by their slugs, with all below them."""
    next: str
    previous: str
    points: Sequence[Point]
    """From the page on, and beyond it, for a map."""
    tree: Tree
    meaning: Meaning
    spelt: bool
    """Nothing says the words: what is found is only spelt alike."""


def find(
    user: AnyUser,
    question: Question,
    *,
    most: int,
    cursor: str = "",
    most_points: int = 0,
    counting: bool = True,
) -> Found:
    """Return a page of what the user may see, with what is counted beside it.

    Raises `Invalid` for a cursor that is none of ours. `counting`: facets and the total; a list that shows neither
    does without.
    """
    order = question.ordered_by
    start, back = read_cursor(cursor, order) if cursor else (None, False)
    members = np.array(sorted(seen_through_programmes(user)), np.int64)
    own = _own(user) if order == "fit" else []
    with CurrentMarket() as market:
        meaning = meaning_of(question.words, market.tree) if question.words else Meaning()
        hits, over = _text_hits(market, meaning)
        spelt = meaning.spelt and not len(hits)
        plain = (
            not counting
            and order == "added"
            and question == Question(order=question.order, currency=question.currency)
        )
        if plain and not back:
            return _plain(market, members, start, most, meaning)
        asked = asked_of(market, question, meaning, hits, members, own, spelt=spelt)
        passed = scan(
            market.columns,
            market.used,
            asked,
            ORDERS[order],
            most + 1 if back else max(most + 1, most_points),
            after=None if back else start,
            before=start if back else None,
            counting=counting,
        )
        points = passed.slots[:most_points]
        return _found(market, question, passed, points, order, start, back, most, meaning, over, spelt)


def market_figures() -> Figures:
    """Return what everybody may see of the market in numbers."""
    with CurrentMarket() as market:
        return _figures(market)


def newest_first(user: AnyUser, most: int, most_points: int) -> tuple[list[int], list[Point]]:
    """Return the newest listings, what is only illustrative last, and the points of more of them."""
    found = find(user, Question(order="real_first"), most=most, most_points=most_points, counting=False)
    return list(found.keys), list(found.points)


# --- the pass -----------------------------------------------------------------------------------------------
def asked_of(
    market: Market,
    question: Question,
    meaning: Meaning,
    hits: npt.NDArray[np.int64],
    members: npt.NDArray[np.int64],
    own: Sequence[Any],
    *,
    spelt: bool,
) -> Asked:
    """Return a question as the pass takes it.

    `hits`: slots of the listings that say the words; `members`: organizations whose programme listings may be seen,
    ascending; `own`: the listings that others are to fit; `spelt`: what is only spelt alike counts.
    """
    tree = market.tree
    by_words = bool(question.words)
    score = np.zeros(len(tree.nodes))
    if not meaning.spelt or spelt:
        for key, value in meaning.scores:
            if key in tree.place_of:
                score[tree.place_of[key]] = value
    text_hit = np.zeros(market.used if len(hits) else 0, np.bool_)
    text_hit[hits] = True
    first_code, last_code = meaning.codes or (NO_CODE, NO_CODE)
    near, box = question.near, question.box
    fit = _fit(tree, own)
    return Asked(
        wanted=_wanted(question),
        spots=spots(),
        kind=tree.kind,
        wanted_resource=_wanted_resources(tree, question.resource),
        score=score,
        by_words=by_words,
        text_hit=text_hit,
        first_code=first_code,
        last_code=last_code,
        members=members,
        left_min=_number(question.quantity_min),
        left_max=_number(question.quantity_max),
        from_day=-EVER if question.window_from is None else (question.window_from - _EPOCH).days,
        until_day=EVER if question.window_until is None else (question.window_until - _EPOCH).days,
        latitude=near.latitude if near else np.nan,
        longitude=near.longitude if near else np.nan,
        radius_km=float(question.within_km),
        south=box.south if box else np.nan,
        west=box.west if box else np.nan,
        north=box.north if box else np.nan,
        east=box.east if box else np.nan,
        price_max=_number(question.price_max),
        currency=currency_number(question.currency),
        fit=fit,
        fit_side=np.array(
            [SIDES.index(Side.REQUEST if each.side == Side.OFFER else Side.OFFER) for each in own], np.int8
        ),
        fit_latitude=np.array([each.latitude for each in own], np.float64),
        fit_longitude=np.array([each.longitude for each in own], np.float64),
        fit_reach_km=np.array([max(each.resource.reach_km, 1) for each in own], np.float64),
    )


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


def currency_number(code: str) -> int:
    """Return a currency as the columns hold it."""
    return (ord(code[0]) << 16) + (ord(code[1]) << 8) + ord(code[2])


def _wanted(question: Question) -> npt.NDArray[np.bool_]:
    hazardous = frozenset() if question.hazardous is None else {"yes" if question.hazardous else "no"}
    table = np.ones((len(Facet), COUNTRIES), np.bool_)
    for facet, chosen in (
        (Facet.SIDE, frozenset({question.side} - {""})),
        (Facet.KIND, question.kinds),
        (Facet.HAZARDOUS, hazardous),
        (Facet.LEGAL, question.legal),
        (Facet.PRICE, question.price_signs),
        (Facet.PERIOD, question.periods),
        (Facet.QUALITY, question.qualities),
    ):
        if chosen:
            table[facet] = False
            table[facet, [_VALUES[facet].index(value) for value in chosen]] = True
    if question.countries:
        table[Facet.COUNTRY] = False
        table[Facet.COUNTRY, [country_number(code) for code in question.countries]] = True
    if question.regions:
        numbers = region_numbers()
        table[Facet.REGION] = False
        table[Facet.REGION, [numbers[code] for code in question.regions]] = True
    return table


def _wanted_resources(tree: Tree, resource: int | None) -> npt.NDArray[np.bool_]:
    if resource is None:
        return np.ones(len(tree.nodes), np.bool_)
    wanted = np.zeros(len(tree.nodes), np.bool_)
    if (place := tree.place_of.get(resource)) is not None:
        wanted[place : tree.nodes[place].end] = True
    return wanted


def _text_hits(market: Market, meaning: Meaning) -> tuple[npt.NDArray[np.int64], bool]:
    """Return the slots of the newest listings that say all the words themselves, and whether there are more."""
    if not meaning.text:
        return np.empty(0, np.int64), False
    keys = _text_keys(meaning.text, market.state)
    return market.slots(np.array(keys[:MOST_HITS], np.int64)), len(keys) > MOST_HITS


@lru_cache(maxsize=64)
def _text_keys(text: str, _state: tuple[int, int]) -> tuple[int, ...]:
    return tuple(keys_saying([text], MOST_HITS + 1)[text])


def keys_saying(texts: Sequence[str], most: int) -> dict[str, list[int]]:
    """Return for each of different words the newest listings that say them, `most` at most of each; by one query.

    Each has a part of the query of its own, which the database plans by how frequent its words are.
    """
    found: dict[str, list[int]] = {text: [] for text in texts}
    if texts:
        with connection.cursor() as cursor:
            cursor.execute(
                "UNION ALL".join([_SAYING] * len(texts)),
                [value for at, text in enumerate(texts) for value in (at, text, most)],
            )
            for at, key in cursor.fetchall():
                found[texts[at]].append(key)
    return found


def _own(user: AnyUser) -> list[Any]:
    """Return the newest of the user's own listings on the market: what fits them is asked for."""
    mine = own_listings(user).filter(state=State.PUBLISHED).select_related("resource", "site")
    return list(mine.order_by("-pk")[:MOST_OWN])


def _fit(tree: Tree, own: Iterable[Any]) -> npt.NDArray[np.float64]:
    """Return how well each resource fits each own listing: own × resources."""
    rows = []
    for each in own:
        row = np.zeros(len(tree.nodes))
        place = tree.place_of.get(each.resource_id)
        if place is not None:
            node = tree.nodes[place]
            parent = tree.nodes[node.parent] if node.parent >= 0 else None
            if parent and parent.depth > 0:
                row[node.parent : parent.end] = SIBLING
            for above in tree.path(place):
                row[above] = BELOW
            row[place : node.end] = BELOW
            row[place] = SAME
        rows.append(row)
    return np.array(rows).reshape(len(rows), len(tree.nodes))


# --- the answer ---------------------------------------------------------------------------------------------
def _plain(
    market: Market, members: npt.NDArray[np.int64], start: Cursor | None, most: int, meaning: Meaning
) -> Found:
    slots = newest_added(
        market.columns, market.used, market.ordered, members, start.id if start else LARGEST_KEY, most + 1
    )
    keys = market.columns.id[slots].tolist()
    ahead = len(keys) > most
    keys = keys[:most]
    next_ = cursor_text("added", Cursor(0.0, 0.0, keys[-1]), back=False) if ahead else ""
    previous = cursor_text("added", Cursor(0.0, 0.0, keys[0]), back=True) if start and keys else ""
    versions = market.columns.version[slots[: len(keys)]].tolist()
    return Found(
        keys, versions, {}, "added", 0, False, 0, {}, next_, previous, (), market.tree, meaning, spelt=False
    )


def _found(
    market: Market,
    question: Question,
    passed: Passed,
    points: npt.NDArray[np.int64],
    order: str,
    start: Cursor | None,
    back: bool,
    most: int,
    meaning: Meaning,
    over: bool,
    spelt: bool,
) -> Found:
    more = len(passed.slots) > most
    # Going back, the one too many is the farthest from where one comes from.
    kept = slice(1, None) if back and more else slice(0, most)
    slots, first, second = passed.slots[kept], passed.first[kept], passed.second[kept]
    keys = market.columns.id[slots].tolist()
    next_ = previous = ""
    if keys and (more or back):
        next_ = cursor_text(order, Cursor(float(first[-1]), float(second[-1]), keys[-1]), back=False)
    if keys and (more if back else start is not None):
        previous = cursor_text(order, Cursor(float(first[0]), float(second[0]), keys[0]), back=True)
    return Found(
        keys=keys,
        versions=market.columns.version[slots].tolist(),
        distances_km=_distances(market, question, slots),
        order=order,
        total=passed.total,
        over=over,
        unpriced=passed.unpriced,
        facets=_facets(market.tree, passed),
        next=next_,
        previous=previous,
        points=_points(market, points),
        tree=market.tree,
        meaning=meaning,
        spelt=spelt,
    )


def _distances(market: Market, question: Question, slots: npt.NDArray[np.int64]) -> dict[int, float]:
    if question.near is None:
        return {}
    columns = market.columns
    phi, other = np.radians(question.near.latitude), np.radians(columns.latitude[slots])
    half_lambda = np.radians(columns.longitude[slots] - question.near.longitude) / 2
    h = np.sin((other - phi) / 2) ** 2 + np.cos(phi) * np.cos(other) * np.sin(half_lambda) ** 2
    away_km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(h)))
    return dict(zip(columns.id[slots].tolist(), away_km.tolist(), strict=True))


def _facets(tree: Tree, passed: Passed) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {
        facet.name.lower(): dict(zip(values, passed.counts[facet].tolist(), strict=False))
        for facet, values in _VALUES.items()
    }
    countries, regions = passed.counts[Facet.COUNTRY].tolist(), passed.counts[Facet.REGION].tolist()
    found["country"] = {country_code(number): count for number, count in enumerate(countries) if count}
    found["region"] = {code: regions[number] for code, number in region_numbers().items() if regions[number]}
    below = [0, *np.cumsum(passed.resource_counts).tolist()]
    found["resource"] = {
        node.slug: below[node.end] - below[at]
        for at, node in enumerate(tree.nodes)
        if below[node.end] > below[at]
    }
    return found


def _points(market: Market, slots: npt.NDArray[np.int64]) -> list[Point]:
    columns, nodes = market.columns, market.tree.nodes
    rows = zip(
        columns.id[slots].tolist(),
        columns.latitude[slots].tolist(),
        columns.longitude[slots].tolist(),
        of_traits(Facet.SIDE)[columns.traits[slots]].tolist(),
        columns.resource[slots].tolist(),
        columns.left[slots].tolist(),
        of_traits(Facet.PERIOD)[columns.traits[slots]].tolist(),
        strict=True,
    )
    return [
        Point(
            pk,
            latitude,
            longitude,
            SIDES[side],
            nodes[resource].kind,
            nodes[resource].name,
            None if left != left else left,
            nodes[resource].unit,
            PERIODS[period] != "once",
        )
        for pk, latitude, longitude, side, resource, left, period in rows
    ]


_kept_figures: Final[dict[tuple[int, int], Figures]] = {}


def _figures(market: Market) -> Figures:
    """Return the numbers of the market, kept until it changes."""
    if market.state not in _kept_figures:
        _kept_figures.clear()
        _kept_figures[market.state] = _counted(market)
    return _kept_figures[market.state]


def _distinct(keys: npt.NDArray[np.int64]) -> int:
    """Return how many different keys above 0 there are; to mark each is thirty times quicker than to sort them."""
    if not len(keys):
        return 0
    if keys.max() > _MOST_MARKED:
        return len(np.unique(keys[keys > 0]))
    marked = np.zeros(int(keys.max()) + 1, np.bool_)
    marked[keys] = True
    return int(marked[1:].sum())


def _counted(market: Market) -> Figures:
    columns, used = market.columns, market.used
    traits = columns.traits[:used]
    shown = (columns.resource[:used] >= 0) & ~columns.programme_only[:used]
    offered = shown & (of_traits(Facet.SIDE)[traits] == SIDES.index(Side.OFFER.value))
    mass = np.array([node.is_mass for node in market.tree.nodes], np.bool_)
    rate = of_traits(Facet.PERIOD)[traits] != PERIODS.index("once")
    amounts = columns.left[:used][offered & rate & mass[columns.resource[:used]]]
    return Figures(
        offers=int(offered.sum()),
        requests=int(shown.sum() - offered.sum()),
        organizations=_distinct(columns.organization[:used][shown]),
        offered_t_per_year=float(np.nansum(amounts)),
    )
