"""How good the suggestions are for names that nobody has told them: each name left out in turn. No Django.

"Strict" takes away the row and every other name that says the same words; "stricter" also everything of a resource
that bears the name, with all its other names and codes, because the catalogue may have been written from the row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

from catalogue.codes.knowledge import CodeKnowledge, KnownName
from catalogue.codes.search import CodeIndex, official_names
from catalogue.codes.vocabulary import same_words
from common.reading.words import plain_words

MOST_CODES = 10
Ranker = Callable[[Sequence[KnownName], str], list[str]]


@dataclass(frozen=True)
class Accuracy:
    """Shares of the names: the right code first, an accepted one first, the right one among ten."""

    first: float
    first_accepted: float
    in_ten: float


@dataclass(frozen=True)
class Miss:
    """A name whose right code does not come first; `place` is 0 where it is not among ten."""

    name: str
    code: str
    place: int
    instead: str


def held_out(
    knowledge: CodeKnowledge,
    names: Sequence[KnownName],
    *,
    stricter: bool = False,
    ranker: Ranker | None = None,
) -> tuple[Accuracy, list[Miss]]:
    """Ask for each of `names` what is left of the knowledge without it; `ranker` is a baseline to ask instead."""
    first = accepted = in_ten = 0
    misses = []
    official = official_names(knowledge.codes)
    for name in names:
        left = tuple(_without(knowledge.names, name.text, stricter=stricter))
        if ranker:
            codes = ranker([*left, *official], name.text)
        else:
            answer = CodeIndex(replace(knowledge, names=left)).search(name.text, MOST_CODES)
            codes = [hit.code for hit in answer.hits]
        right = name.codes[0]
        first += codes[:1] == [right]
        accepted += bool(codes) and codes[0] in name.codes
        in_ten += right in codes
        if codes[:1] != [right]:
            place = codes.index(right) + 1 if right in codes else 0
            misses.append(Miss(name.text, right, place, codes[0] if codes else ""))
    total = len(names)
    return Accuracy(first / total, accepted / total, in_ten / total), misses


def _without(names: Iterable[KnownName], text: str, *, stricter: bool) -> Iterable[KnownName]:
    same = [name for name in names if same_words(name.text, text)]
    owners = {name.owner for name in same if name.owner} if stricter else set()
    return (name for name in names if name not in same and name.owner not in owners)


# --- baselines ----------------------------------------------------------------------------------------------
def by_overlap(names: Sequence[KnownName], text: str) -> list[str]:
    """Rank by the share of words in common (Jaccard), of the words as they are written."""
    asked = set(plain_words(text).split())
    scores: dict[str, float] = {}
    for name in names:
        words = set(plain_words(name.text).split())
        _best(scores, name, len(asked & words) / len(asked | words))
    return _ranked(scores)


def by_tf_idf(names: Sequence[KnownName], text: str) -> list[str]:
    """Rank by the cosine of TF-IDF vectors of the words as they are written."""
    texts = [Counter(plain_words(name.text).split()) for name in names]
    held = Counter(word for words in texts for word in words)
    weight = {word: log(len(texts) / count) for word, count in held.items()}
    asked = {
        word: count * weight.get(word, 0.0) for word, count in Counter(plain_words(text).split()).items()
    }
    scores: dict[str, float] = {}
    for name, words in zip(names, texts, strict=True):
        dot = sum(asked.get(word, 0.0) * count * weight[word] for word, count in words.items())
        if dot:
            _best(scores, name, dot / sqrt(sum((count * weight[word]) ** 2 for word, count in words.items())))
    return _ranked(scores)


def _best(scores: dict[str, float], name: KnownName, score: float) -> None:
    for code in name.codes:
        scores[code] = max(scores.get(code, 0.0), score)


def _ranked(scores: dict[str, float]) -> list[str]:
    found = [(score, code) for code, score in scores.items() if score > 0]
    return [code for score, code in sorted(found, key=lambda row: (-row[0], row[1]))[:MOST_CODES]]
