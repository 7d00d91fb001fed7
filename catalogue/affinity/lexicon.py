"""Which known terms a text means, each with a weight: word by word, fuzzy, rare words counting more. No Django."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from common.reading.words import plain_words

LONGEST_READ = 400
MOST_MEANINGS = 8
LEAST_WEIGHT = 0.3
# A meaning this much weaker than the best is noise.
LEAST_SHARE = 0.55
LEAST_LIKENESS = 0.6
LEAST_ALIKE = 0.45
HEAD = 1.6
CACHED_TEXTS = 8192

_PARTS = re.compile(r"[/,;()&+|:]|\b(?:and|or|und|oder|plus)\b", re.IGNORECASE)
# What follows says where a thing comes from or goes to, not what it is.
_LINK_WORDS = "from of for by in to at with on via as into during after aus von fur mit zur zum"
_LINKS = frozenset(_LINK_WORDS.split())
_STOP_WORDS = "the a an other not etc n e c based type kind its their der die das"
_STOPS = _LINKS.union(_STOP_WORDS.split())
_SPELLINGS = (
    (re.compile("sulf"), "sulph"),
    (re.compile("alumin(?:i?)um"), "aluminium"),
    (re.compile("fiber"), "fibre"),
    (re.compile("^tire"), "tyre"),
    (re.compile("iz(?=e|a|i)"), "is"),
    (re.compile("^gray"), "grey"),
    (re.compile("^mold"), "mould"),
    (re.compile("^center"), "centre"),
    (re.compile("ferment\\w*"), "ferment"),
    (re.compile("^desulph\\w*"), "desulph"),
    (re.compile("pharma\\w*"), "pharma"),
    (re.compile("^(refin|brew|distill|tann|bak)(?:er|ers|ery|eries|ing)$"), r"\1ery"),
    (re.compile("^(farm|grow|smelt)(?:er|ers|ing)$"), r"\1"),
    (re.compile("(?<=recycl)(?:ing|ers?|ed)$"), "e"),
)


@dataclass(frozen=True)
class Term:
    """A name and what it stands for, with a weight in (0, 1] each."""

    text: str
    meanings: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Meaning:
    """What a text was found to mean: `weight` in (0, 1], 1 for a name as it stands."""

    slug: str
    weight: float
    term: str


def stem(word: str) -> str:
    """Return a word in British spelling without its plural ending."""
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def tokens(text: str) -> list[str]:
    """Return the words of a text that say something, stemmed; digits alone say nothing."""
    words = plain_words(text).split()
    return [stem(word) for word in words if word not in _STOPS and not word.isdigit()]


def trigrams(word: str) -> frozenset[str]:
    """Return the three-letter pieces of a word, its ends marked."""
    marked = f" {word} "
    return frozenset(marked[at : at + 3] for at in range(len(marked) - 2))


class Spellings:
    """Names to look up by the three-letter pieces that they share with a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._sizes: list[int] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            pieces = trigrams(name)
            self._sizes.append(len(pieces))
            for piece in pieces:
                self._holders[piece].append(number)

    def like(self, text: str, least: float) -> list[tuple[str, int, float]]:
        """Return the names with a Dice coefficient of at least `least` and their places, the most alike first."""
        pieces = trigrams(text)
        shared = Counter(number for piece in pieces for number in self._holders.get(piece, ()))
        alike = [
            (self._names[number], number, 2 * count / (len(pieces) + self._sizes[number]))
            for number, count in shared.items()
        ]
        return sorted(
            (found for found in alike if found[2] >= least), key=lambda found: (-found[2], found[1])
        )


class Lexicon:
    """Terms to look texts up in; `generic` words, already stemmed, count little."""

    def __init__(self, terms: Iterable[Term], *, generic: frozenset[str], has_heads: bool) -> None:
        self.generic = generic
        self.has_heads = has_heads
        self.terms = [term for term in terms if tokens(term.text)]
        self._words = [dict.fromkeys(tokens(term.text)) for term in self.terms]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(self._words):
            for word in words:
                self._holders[word].append(number)
        self._spellings = Spellings(self._holders)
        self._shares = [self._shares_of(words) for words in self._words]
        self._sizes = [sum(shares.values()) for shares in self._shares]
        self._whole = Spellings(plain_words(term.text) for term in self.terms)
        self.find = lru_cache(CACHED_TEXTS)(self._find)
        self.find_alike = lru_cache(CACHED_TEXTS)(self._find_alike)
        self._near = lru_cache(CACHED_TEXTS)(self._near_words)

    def _find(self, text: str) -> tuple[Meaning, ...]:
        """Return the meanings of a text, the strongest first; none when no word of it is known."""
        found: dict[str, Meaning] = {}
        for part, share in _parts(text[:LONGEST_READ]):
            for meaning in self._of_part(part):
                weight = meaning.weight * share
                if weight > LEAST_WEIGHT and (
                    meaning.slug not in found or weight > found[meaning.slug].weight
                ):
                    found[meaning.slug] = Meaning(meaning.slug, weight, meaning.term)
        ranked = sorted(found.values(), key=lambda meaning: (-meaning.weight, meaning.slug))[:MOST_MEANINGS]
        # What a text means best is meant, even where the words agree badly: the root keeps part of the doubt.
        best = ranked[0].weight if ranked else 1.0
        return tuple(
            Meaning(each.slug, each.weight / sqrt(best), each.term)
            for each in ranked
            if each.weight >= LEAST_SHARE * best
        )

    def _find_alike(self, text: str) -> tuple[Meaning, ...]:
        """Return what is merely spelled alike, for a text of which no word is known."""
        return tuple(
            Meaning(slug, alike * weight / 2, name)
            for name, number, alike in self._whole.like(plain_words(text[:LONGEST_READ]), LEAST_ALIKE)[:3]
            for slug, weight in self.terms[number].meanings
        )

    def _rarity(self, word: str) -> float:
        holders = len(self._holders.get(word, ()))
        rarity = log(1 + len(self.terms) / (1 + holders))
        # An unknown word is as a rule the name of a firm or a place.
        return rarity * (0.12 if word in self.generic else 1.0 if holders else 0.4)

    def _shares_of(self, words: Iterable[str]) -> dict[str, float]:
        """Return how much each word of a term counts; the head noun, which is the last, says what it is."""
        shares = {word: self._rarity(word) for word in words}
        if self.has_heads:
            shares[next(reversed(shares))] *= HEAD
        return shares

    def _of_part(self, part: str) -> Iterator[Meaning]:
        """Yield the meanings of the terms that share a word with a part of a text."""
        plain = self._weighted(part, self._joined)
        yield from self._of_words(plain)
        split = self._weighted(part, list)
        if split != plain:
            yield from self._of_words(split)

    def _of_words(self, weighted: list[tuple[str, float]]) -> Iterator[Meaning]:
        asked = sum(weight * self._rarity(word) for word, weight in weighted)
        covered: dict[int, float] = defaultdict(float)
        matched: dict[int, dict[str, float]] = defaultdict(dict)
        for word, weight in weighted:
            reached: dict[int, float] = {}
            for known, alike in self._near(word):
                for number in self._holders[known]:
                    reached[number] = max(reached.get(number, 0.0), alike)
                    matched[number][known] = max(matched[number].get(known, 0.0), alike)
            for number, alike in reached.items():
                covered[number] += weight * self._rarity(word) * alike
        only_fillers = all(word in self.generic for word, _ in weighted)
        for number, words in matched.items():
            if not only_fillers and all(word in self.generic for word in words):
                continue
            shares = self._shares[number]
            of_term = sum(shares[word] * alike for word, alike in words.items()) / self._sizes[number]
            of_text = min(1.0, covered[number] / asked)
            fit = of_term**2 * (0.4 + 0.6 * of_text)
            for slug, weight in self.terms[number].meanings:
                yield Meaning(slug, fit * weight, self.terms[number].text)

    def _weighted(self, part: str, join: Callable[[list[str]], list[str]]) -> list[tuple[str, float]]:
        """Return the words of a part with their weights: the head noun most, what follows "from" least."""
        words = plain_words(part).split()
        cut = next((at for at, word in enumerate(words) if at and word in _LINKS), len(words))
        head, rest = join(tokens(" ".join(words[:cut]))), tokens(" ".join(words[cut:]))
        if not self.has_heads:
            return [(word, 1.0) for word in [*head, *rest]]
        last = len(head) - 1
        weighted = [(word, HEAD if at == last else 1.0) for at, word in enumerate(head)]
        return weighted + [(word, 0.4) for word in rest]

    def _joined(self, words: Sequence[str]) -> list[str]:
        """Return the words, with two that are written as one elsewhere ("bio gas") as that one."""
        joined: list[str] = []
        for word in words:
            if joined and joined[-1] + word in self._holders:
                joined[-1] += word
            else:
                joined.append(word)
        return joined

    def _near_words(self, word: str) -> tuple[tuple[str, float], ...]:
        """Return the known words that a word may stand for, with a likeness in (0, 1] each."""
        if word in self._holders:
            return ((word, 1.0),)
        if len(word) < 5:
            return ()
        alike = [
            (known, 0.9 * found)
            for known, _, found in self._spellings.like(word, LEAST_LIKENESS)
            if len(known) > 3
        ]
        if alike:
            return tuple(alike[:3])
        inside = [known for known in self._holders if len(known) > 4 and known in word]
        return tuple((known, 0.8) for known in inside)


def _parts(text: str) -> Iterator[tuple[str, float]]:
    """Yield the text and, counting a little less, its parts between "and", commas and brackets."""
    yield text, 1.0
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if len(parts) > 1:
        for at, part in enumerate(parts):
            yield part, 0.95 if at == 0 else 0.85
