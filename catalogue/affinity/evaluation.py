"""How well affinity tells real exchanges from all other pairs of a park, beside two baselines. No Django.

No row of the parks is part of the knowledge, so leaving a network out takes nothing from it; only the threshold of the
F-score is learned, and `Ranking.f1_left_out` takes it from the other networks.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt

from catalogue.affinity.lexicon import tokens
from catalogue.affinity.scoring import KnowledgeBase, affinity

Scorer = Callable[[str, str], float]


@dataclass(frozen=True)
class DocumentedExchange:
    """A documented exchange: who gave what to which activity."""

    network: str
    material: str
    activity: str


@dataclass(frozen=True)
class CandidatePair:
    """A material and a receiving activity of one network, and whether the one is known to go to the other."""

    network: str
    material: str
    activity: str
    is_real: bool


@dataclass(frozen=True)
class Ranking:
    """Scores of pairs, in their order."""

    pairs: Sequence[CandidatePair]
    scores: Sequence[float]

    @cached_property
    def auc(self) -> float:
        """The share of (real, other) pairs of pairs in which the real one scores higher; ties count half."""
        real = [score for pair, score in zip(self.pairs, self.scores, strict=True) if pair.is_real]
        other = [score for pair, score in zip(self.pairs, self.scores, strict=True) if not pair.is_real]
        if not real or not other:
            return float("nan")
        wins = sum((one > two) + (one == two) / 2 for one in real for two in other)
        return wins / (len(real) * len(other))

    @cached_property
    def best(self) -> tuple[float, float]:
        """The best F1 that any threshold reaches, and that threshold."""
        return (
            max((self.f1(limit), limit) for limit in sorted(set(self.scores))) if self.scores else (0.0, 0.0)
        )

    def f1(self, limit: float) -> float:
        """F1 when what scores at least `limit`, and more than 0, is taken for real."""
        chosen = [score >= limit and score > 0 for score in self.scores]
        hits = sum(took and pair.is_real for took, pair in zip(chosen, self.pairs, strict=True))
        real = sum(pair.is_real for pair in self.pairs)
        return 2 * hits / (sum(chosen) + real) if hits else 0.0

    def only(self, network: str) -> "Ranking":
        """The part of one network."""
        return self._kept([pair.network == network for pair in self.pairs])

    def without(self, network: str) -> "Ranking":
        """All but one network."""
        return self._kept([pair.network != network for pair in self.pairs])

    def _kept(self, kept: Sequence[bool]) -> "Ranking":
        return Ranking(
            [pair for pair, keep in zip(self.pairs, kept, strict=True) if keep],
            [score for score, keep in zip(self.scores, kept, strict=True) if keep],
        )

    def f1_left_out(self) -> float:
        """F1 over all, each network judged by the threshold that is best for the others."""
        networks = list(dict.fromkeys(pair.network for pair in self.pairs))
        limits = {network: self.without(network).best[1] for network in networks}
        # A score above its own network's limit becomes 1, the rest 0.
        judged = [
            float(score >= limits[pair.network] and score > 0)
            for pair, score in zip(self.pairs, self.scores, strict=True)
        ]
        return Ranking(self.pairs, judged).f1(1.0)


def pairs_of(exchanges: Iterable[DocumentedExchange]) -> list[CandidatePair]:
    """Return every material of a network with each of its receiving activities, once."""
    by_network: dict[str, list[DocumentedExchange]] = defaultdict(list)
    for exchange in exchanges:
        by_network[exchange.network].append(exchange)
    pairs = []
    for network, found in by_network.items():
        real = {(exchange.material, exchange.activity) for exchange in found}
        materials = dict.fromkeys(exchange.material for exchange in found)
        activities = dict.fromkeys(exchange.activity for exchange in found)
        pairs += [
            CandidatePair(network, material, activity, (material, activity) in real)
            for material in materials
            for activity in activities
        ]
    return pairs


def rank(pairs: Sequence[CandidatePair], scorer: Scorer) -> Ranking:
    """Score every pair."""
    return Ranking(pairs, [scorer(pair.material, pair.activity) for pair in pairs])


def scorers(pairs: Sequence[CandidatePair], knowledge: KnowledgeBase) -> dict[str, Scorer]:
    """Return affinity and the baselines by name."""
    texts = dict.fromkeys(text for pair in pairs for text in (pair.material, pair.activity))
    known = [text for found in knowledge.resources.values() for text in found.terms]
    known += [text for found in knowledge.activities.values() for text in found.terms]
    tfidf = TfIdf([*texts, *known, *knowledge.nace_titles.values()])
    return {
        "affinity": lambda material, activity: affinity(material, activity, knowledge).score,
        "TF-IDF": tfidf.cosine,
        "token overlap": token_overlap,
    }


def token_overlap(one: str, other: str) -> float:
    """Return the share of words that two texts have in common (Jaccard)."""
    words, others = set(tokens(one)), set(tokens(other))
    return len(words & others) / len(words | others) if words and others else 0.0


class TfIdf:
    """Cosine of texts weighted by rarity of their words and three-letter pieces among `texts`."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        self.holders: dict[str, int] = defaultdict(int)
        for text in texts:
            for piece in set(_pieces(text)):
                self.holders[piece] += 1

    def cosine(self, one: str, other: str) -> float:
        """Return the cosine of two texts, in [0, 1]; 0 where one of them says nothing."""
        first, second = self._vector(one), self._vector(other)
        length = sqrt(sum(x * x for x in first.values()) * sum(x * x for x in second.values()))
        return sum(first[piece] * second.get(piece, 0.0) for piece in first) / length if length else 0.0

    def _vector(self, text: str) -> Mapping[str, float]:
        vector: dict[str, float] = defaultdict(float)
        for piece in _pieces(text):
            vector[piece] += 1 + log((1 + self.size) / (1 + self.holders.get(piece, 0)))
        return vector


def _pieces(text: str) -> list[str]:
    words = tokens(text)
    marked = [f" {word} " for word in words]
    return words + [word[at : at + 3] for word in marked for at in range(len(word) - 2)]
