"""Many questions at once: how much each finds on the market, and which of them find a few listings that came.

The same pass as for one (`listings.search.columns`), with as many queries for a hundred questions as for one. Nobody
walks over the market for a listing that came: the pass goes over the rows of the newcomers alone.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from accounts.access import AnyUser
from listings.access import seen_through_programmes
from listings.search.columns import Facet, Order, Passed, of_traits, scan
from listings.search.find import MOST_HITS, SIDES, asked_of, keys_saying
from listings.search.memory import CurrentMarket, Market, rows_of
from listings.search.questions import Question
from listings.search.regions import country_number, spots
from listings.search.tree import KINDS, Tree
from listings.search.words import Meaning, meaning_of

_HITS_AMONG: Final = """
SELECT asked.at - 1, listing_id FROM listings_listingsearch
JOIN unnest(%(texts)s::text[]) WITH ORDINALITY asked(text, at) ON words @@ to_tsquery('simple', unaccent(asked.text))
WHERE on_market AND listing_id = ANY(%(keys)s)
"""
_SAID: Final = """
SELECT asked.at - 1 FROM unnest(%(texts)s::text[]) WITH ORDINALITY asked(text, at) WHERE EXISTS (
    SELECT 1 FROM listings_listingsearch WHERE on_market AND words @@ to_tsquery('simple', unaccent(asked.text))
)
"""
KM_PER_DEGREE: Final = 111.0
"""Of latitude, a little less than there are."""
Hits = Mapping[str, npt.NDArray[np.int64]]


def count_found(user: AnyUser, questions: Sequence[Question]) -> list[int]:
    """Return how many listings each question finds for this user: what the browse page counts."""
    if not questions:
        return []
    members = np.array(sorted(seen_through_programmes(user)), np.int64)
    with CurrentMarket() as market:
        meanings = _meanings(market, questions)
        found = keys_saying(_texts(meanings), MOST_HITS)
        hits = {text: np.array(keys, np.int64) for text, keys in found.items()}
        said = {text for text, keys in hits.items() if len(keys)}
        return [
            _pass(market, question, meaning, hits, said, members, 0).total
            for question, meaning in zip(questions, meanings, strict=True)
        ]


def find_among(keys: Sequence[int], questions: Sequence[Question]) -> list[list[int]]:
    """Return the keys of those of a few listings that each question finds, the largest first, whoever asks.

    Whether somebody may see them is for the caller to ask (`listings_on_market`): who is in whose programme is
    looked up for those alone whose search fits.
    """
    market = rows_of(keys)
    members = np.unique(market.columns.organization[: market.used])
    newcomers = _newcomers(market)
    asked = [each for each in dict.fromkeys(questions) if newcomers.may_fit(each)]
    meanings = _meanings(market, asked)
    hits = _hits_among(keys, _texts(meanings))
    said = _said({meaning.text for meaning in meanings if meaning.spelt and meaning.text})
    found = {}
    for question, meaning in zip(asked, meanings, strict=True):
        passed = _pass(market, question, meaning, hits, said, members, market.used)
        found[question] = market.columns.id[passed.slots].tolist()
    return [found.get(each, []) for each in questions]


@dataclass(frozen=True)
class _Newcomers:
    """What there is among a few listings; a question that none of it fits needs no pass, nor a look at its words."""

    tree: Tree
    sides: frozenset[str]
    kinds: frozenset[str]
    places: tuple[int, ...]
    """Of their resources in the tree, ascending."""
    countries: frozenset[int]
    south: float
    north: float

    def may_fit(self, question: Question) -> bool:
        """Whether the pass could find any of them; it decides where this says yes."""
        if not self.places or (question.side and question.side not in self.sides):
            return False
        if question.kinds and not question.kinds & self.kinds:
            return False
        if question.countries and self.countries.isdisjoint(map(country_number, question.countries)):
            return False
        if question.resource is not None:
            place = self.tree.place_of.get(question.resource)
            if place is None:
                return False
            at = bisect_left(self.places, place)
            if at == len(self.places) or self.places[at] >= self.tree.nodes[place].end:
                return False
        if question.near is not None:
            band = question.within_km / KM_PER_DEGREE
            return self.south - band <= question.near.latitude <= self.north + band
        return True


def _newcomers(market: Market) -> _Newcomers:
    columns, used = market.columns, market.used
    places = np.unique(columns.resource[:used]).tolist()
    latitudes = columns.latitude[:used]
    return _Newcomers(
        tree=market.tree,
        sides=frozenset(SIDES[at] for at in np.unique(of_traits(Facet.SIDE)[columns.traits[:used]]).tolist()),
        kinds=frozenset(KINDS[market.tree.kind[place]] for place in places),
        places=tuple(places),
        countries=frozenset(np.unique(spots().country[columns.spot[:used]]).tolist()),
        south=float(latitudes.min(initial=90.0)),
        north=float(latitudes.max(initial=-90.0)),
    )


def _meanings(market: Market, questions: Sequence[Question]) -> list[Meaning]:
    return [meaning_of(each.words, market.tree) if each.words else Meaning() for each in questions]


def _texts(meanings: Sequence[Meaning]) -> list[str]:
    return sorted({meaning.text for meaning in meanings if meaning.text})


def _hits_among(keys: Sequence[int], texts: Sequence[str]) -> Hits:
    """Return which of a few listings say the words themselves, by the words."""
    found: dict[str, list[int]] = {text: [] for text in texts}
    if texts:
        with connection.cursor() as cursor:
            cursor.execute(_HITS_AMONG, {"texts": list(texts), "keys": list(keys)})
            for at, key in cursor.fetchall():
                found[texts[at]].append(key)
    return {text: np.array(said, np.int64) for text, said in found.items()}


def _said(texts: set[str]) -> set[str]:
    """Return which words any listing says: what is only spelt alike counts where none does."""
    asked = sorted(texts)
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SAID, {"texts": asked})
        return {asked[at] for (at,) in cursor.fetchall()}


def _pass(
    market: Market,
    question: Question,
    meaning: Meaning,
    hits: Hits,
    said: set[str],
    members: npt.NDArray[np.int64],
    most: int,
) -> Passed:
    keys = hits.get(meaning.text)
    slots = market.slots(keys) if keys is not None else np.empty(0, np.int64)
    spelt = meaning.spelt and meaning.text not in said
    asked = asked_of(market, question, meaning, slots, members, (), spelt=spelt)
    return scan(market.columns, market.used, asked, Order.ADDED, most, counting=False)
