"""Makes words comparable across spelling, number, abbreviation and language: British and American, plurals, German
compounds into English words. No Django.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from common.reading.words import plain_words

FILLER_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and any as at be by for from in into is it its not of on or other our such than that the their them "
        "these this those to we which with used waste wastes material materials product mentioned specified "
        "otherwise elsewhere general etc n o s aus der die das den dem des und oder von vom zur zum mit ohne fur "
        "auf bei im ein eine einer ausnahme derjenigen desjenigen unter fallen fallt abfall abfalle abfallen g "
        "le la les des du de et ou en aux dechet dechets provenant autres dont odpady odpadow inne niz i oraz lub z ze "
        "do",
    )
)
_SPELLINGS = (
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"aluminium"), "aluminum"),
    (re.compile(r"(?<=.{4})is(ation|ing|ed|er|e)$"), r"iz\1"),
    (re.compile(r"fibre"), "fiber"),
    (re.compile(r"^mould"), "mold"),
    (re.compile(r"^tyre"), "tire"),
    (re.compile(r"colour"), "color"),
    (re.compile(r"grey"), "gray"),
    (re.compile(r"fertiliz|fertilis"), "fertiliz"),
    (re.compile(r"litre"), "liter"),
    (re.compile(r"faec"), "fec"),
)
_POSSESSIVE = re.compile(r"(?<=\w)['’`]s?\b")
_KEPT_S = ("ss", "us", "is", "as")


class Vocabulary:
    """Turns text into words that compare across spelling, number, abbreviation and language."""

    def __init__(self, meanings: Mapping[str, str], english: Iterable[str]) -> None:
        self._meanings: dict[tuple[str, ...], tuple[str, ...]] = {}
        for words, means in meanings.items():
            key = tuple(_singular(_spelt(word)) for word in plain_words(words).split())
            self._meanings[key] = tuple(_singular(_spelt(word)) for word in plain_words(means).split())
        self._longest = max(map(len, self._meanings), default=1)
        self.english = {word for text in english for word in plain_terms(text)}
        self._parts = {key[0] for key in self._meanings if len(key) == 1} | self.english
        self._compounds: dict[str, tuple[str, ...]] = {}

    def terms(self, text: str) -> list[str]:
        """Return the words of `text` in order, each once; filler only where there is nothing else."""
        words = plain_terms(text)
        found: list[str] = []
        start = 0
        while start < len(words):
            for length in range(min(self._longest, len(words) - start), 0, -1):
                meant = self._meanings.get(tuple(words[start : start + length]))
                if meant is not None:
                    found += meant
                    start += length
                    break
            else:
                found += self._compound(words[start])
                start += 1
        kept = [word for word in found if word not in FILLER_WORDS]
        return list(dict.fromkeys(kept or found))

    @property
    def spoken(self) -> list[str]:
        """Every single word that has a meaning of its own."""
        return [key[0] for key in self._meanings if len(key) == 1]

    def _compound(self, word: str) -> tuple[str, ...]:
        """Take a word of no known meaning apart as German does; return it whole where that fails."""
        if word in self.english:
            return (word,)
        if (plain := _unfolded(word)) in self._parts:
            return self._meanings.get((plain,), (plain,))
        if len(word) < 6:
            return (word,)
        if word not in self._compounds:
            if len(self._compounds) > 20_000:
                self._compounds.clear()
            parts = self._split(word, 3)
            meant = [term for part in parts or (word,) for term in self._meanings.get((part,), (part,))]
            self._compounds[word] = tuple(meant)
        return self._compounds[word]

    def ending(self, word: str) -> tuple[str, ...]:
        """Return what the longest known end of a word means, or else its longest known start; nothing if neither.

        The end of a German compound says what it is: Kfz-Batterie and Taschenlampenbatterie are batteries.
        """
        for pieces in (
            (word[at:] for at in range(1, len(word) - 3)),
            (word[:-at] for at in range(1, len(word) - 3)),
        ):
            for piece in pieces:
                if piece in self._parts:
                    return self._meanings.get((piece,), (piece,))
        return ()

    def _split(self, word: str, most: int) -> tuple[str, ...] | None:
        if word in self._parts:
            return (word,)
        if most > 1:
            for end in range(len(word) - 3, 2, -1):
                head, tail = word[:end], word[end:]
                for joint in ("", "s", "n", "en", "es"):
                    stem = head.removesuffix(joint) if joint and head.endswith(joint) else head
                    if (joint and stem == head) or len(stem) < 3 or stem not in self._parts:
                        continue
                    rest = self._split(tail, most - 1)
                    if rest:
                        return (stem, *rest)
        plain = _unfolded(word)
        return (plain,) if plain in self._parts else None


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same but for case, accents, punctuation, spelling, number and order."""
    return sorted(plain_terms(one)) == sorted(plain_terms(other))


@lru_cache(maxsize=20_000)
def plain_terms(text: str) -> tuple[str, ...]:
    words = plain_words(_POSSESSIVE.sub("", text)).split()
    return tuple(_singular(_spelt(word)) for word in words)


def _unfolded(word: str) -> str:
    """Return a German word without the e that stands for an umlaut's dots."""
    return word.replace("oe", "o").replace("ae", "a").replace("ue", "u")


def _spelt(word: str) -> str:
    for wrong, right in _SPELLINGS:
        word = wrong.sub(right, word)
    return word


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(_KEPT_S) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]
