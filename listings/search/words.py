"""What words mean: resources first, by the catalogue; then waste codes; then whatever listings say themselves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from accounts.selectors.towns import country_names, split_town, towns_named
from catalogue.codes.vocabulary import plain_terms
from catalogue.selectors.codes import code_book
from catalogue.selectors.resources import SURE, Suggestion, suggest_resources
from common.currencies import is_currency
from common.reading.text import bare_code, clean_code
from common.reading.words import plain_words
from listings.search.line import Known, Line, read_line
from listings.search.tree import Tree

LONGEST_WORDS: Final = 200
MOST_WORDS: Final = 12
MOST_RESOURCES: Final = 20
MOST_NAMED: Final = 3
SHORTEST_PREFIX: Final = 3
CODE_DIGITS: Final = 6
CODE_LABELS: Final = ("EWC", "LoW", "AVV", "EAK", "LER", "CER")
_CODE: Final = re.compile(r"[\d\s*.-]{2,}")

# Scores of the meaning; a listing that states the code itself has more, see `listings.search.columns`.
BEST: Final = 100.0
ALSO_EXACT: Final = 97.0
BELOW: Final = 94.0
"""What lies below a resource that was named: it is one."""
OTHER: Final = 90.0
EXACT: Final = 0.98
HOLDS: Final = 0.74
"""Where one resource is named outright, another counts only if its own names hold the words."""
FAINT: Final = 0.5
OF_CODE: Final = 60.0


@dataclass(frozen=True)
class Meaning:
    """What words mean, as a pass over the market takes it."""

    scores: tuple[tuple[int, float], ...] = ()
    """Key of a resource, and how much it is what is meant."""
    codes: tuple[int, int] | None = None
    """The first and the last waste code that is meant."""
    text: str = ""
    """What listings are asked for by full text."""
    named: tuple[str, ...] = ()
    """Names of the resources that are meant, the likeliest first."""
    spelt: bool = False
    """They are only spelt alike, and meant if nothing says the words themselves."""


def meaning_of(words: str, tree: Tree) -> Meaning:
    """Return what words mean; any text is fine, one without letters and digits means nothing."""
    return _meaning(clean_code(words[:LONGEST_WORDS]), tree)


@lru_cache(maxsize=2048)
def _meaning(words: str, tree: Tree) -> Meaning:
    code = clean_code(words, *CODE_LABELS)
    if _CODE.fullmatch(code) and (digits := bare_code(code)) and len(digits) >= 2:
        return _of_code(digits)
    plain = plain_words(words)
    if not plain:
        return Meaning()
    found = suggest_resources(words, limit=MOST_RESOURCES)
    sure = [each for each in found if each.strength >= SURE]
    spelt = not sure and bool(found)
    if spelt:
        found = [each for each in found if each.strength >= 0.9 * found[0].strength]
    elif sure:
        found = [each for each in found if each.strength >= FAINT]
    return Meaning(
        _scores(found, tree),
        None,
        _text_query(plain),
        tuple(each.name for each in found[:MOST_NAMED]),
        spelt,
    )


def _scores(found: Sequence[Suggestion], tree: Tree) -> tuple[tuple[int, float], ...]:
    """Return the score of each resource that is meant, and of all below those that are named outright."""
    scores: dict[int, float] = {}
    named = [each for each in found if each.strength >= EXACT]
    for at, each in enumerate(named):
        scores[each.resource_id] = ALSO_EXACT if at else BEST
    for each in named:
        place = tree.place_of.get(each.resource_id)
        if place is None:
            continue
        for below in range(place + 1, tree.nodes[place].end):
            scores.setdefault(tree.nodes[below].pk, BELOW)
    for at, each in enumerate(found):
        if not named and at == 0:
            scores[each.resource_id] = BEST * max(each.strength, FAINT)
        elif not named or each.strength >= HOLDS:
            # In the order in which they were suggested, where they are equally sure.
            scores.setdefault(each.resource_id, OTHER * each.strength - at / 100)
    return tuple(scores.items())


def _of_code(digits: str) -> Meaning:
    """The listings that state the code or one below it, and the resources that have it."""
    digits = digits[:CODE_DIGITS]
    missing = CODE_DIGITS - len(digits)
    codes = int(digits) * 10**missing, (int(digits) + 1) * 10**missing - 1
    found = suggest_resources(digits, limit=MOST_RESOURCES)
    scores = tuple((each.resource_id, OF_CODE - at / 10) for at, each in enumerate(found))
    return Meaning(scores, codes, "", tuple(each.name for each in found[:MOST_NAMED]))


def _text_query(plain: str) -> str:
    """Return words as full text is asked for: all of them, the last one perhaps still being typed."""
    words = plain.split()[:MOST_WORDS]
    last = f"{words[-1]}:*" if len(words[-1]) >= SHORTEST_PREFIX else words[-1]
    return " & ".join([*words[:-1], last])


def understand(text: str) -> Line:
    """Return what one line says."""
    line = clean_code(text)
    return Line(line) if not line else _understood(line)


@lru_cache(maxsize=2048)
def _understood(line: str) -> Line:
    return read_line(line, Known(_is_town, _country, _is_word, is_currency))


def _is_town(text: str) -> bool:
    name, country = split_town(text)
    return len(name) > 1 and bool(towns_named(name, country))


def _country(text: str) -> str:
    """Return the code of a country by its name in any language; a bare code is too short to be meant by it."""
    if len(text) <= 3 or text.casefold() in ("united",):
        return ""
    _town, code = split_town(f"x, {text}")
    return code if code in country_names() else ""


def _is_word(text: str) -> bool:
    """Whether the catalogue knows the words, so that no town is meant by them."""
    vocabulary = code_book().index.vocabulary
    spoken = {*vocabulary.spoken}
    words = plain_terms(text)
    return bool(words) and all(word in vocabulary.english or word in spoken for word in words)
