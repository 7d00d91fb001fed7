"""From plain words to waste codes: a pure function of what is known. No Django, no clock, no globals.

Everything that is known becomes names: official texts in two languages, names of resources, everyday names. A
question is turned into words in the same way as the names (`catalogue.codes.vocabulary`), and each code gets

    score = likeness of its best name + 0.5 · share of the question that the code's own words cover
            + 0.3 · the share that the words of its sub-chapter, its place of origin, cover,

where words count the more, the fewer names hold them. `CodeIndex` is built once per release and shared by threads.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log, sqrt

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalogue.codes.knowledge import CodeKnowledge, KnownName, NameSource, WasteCode
from catalogue.codes.vocabulary import FILLER_WORDS, Vocabulary, plain_terms
from common.reading.words import plain_words

# Weights of the three signals beside the likeness of the best name, whose weight is 1.
CODE_WORDS = 0.5
ORIGIN_WORDS = 0.3
# What another code that a name also leads to is worth against its first, and an official text against a usual name.
ALTERNATIVE = 0.85
OFFICIAL = 0.95
OFFICIAL_ABROAD = 0.8
# A twin that the question says nothing about: hazardous lots are named as such more often than not.
UNASKED_HAZARD = 0.93
ASKED_HARMLESS = 0.85
# Below this a likeness says nothing, and no code is better than a wrong one.
FAINTEST = 0.25
# A resource whose name is less like the question is not what is meant; from the second on, name and question are one.
LEAST_RESOURCE = 0.4
# What a resource is worth that only shares its first code with what is named.
BY_CODE = 0.75
EXACT = 0.98
LEAST_SPELLING = 0.75
# How often two words of two languages stand in texts of the same codes, where one is taken for the other.
LEAST_TRANSLATION = 0.6
# How sure it is that a compound means what its known part means.
PART_OF_WORD = 0.6
# How much a word counts that says where a thing comes from, against one that says what it is.
SOURCE = 1.0
MOST_READINGS = 6
MOST_WORDS = 16
_HAZARD = frozenset(
    re.findall(
        r"\w+",
        "hazardous contaminated toxic polluted dangerous asbestos pcb gefahrlich gefahrliche gefahrliches belastet "
        "belastete belasteter kontaminiert kontaminierte kontaminierter verunreinigt verunreinigte",
    )
)
_OFFICIAL_NOISE = re.compile(
    r"other than (those|that|the wastes) mentioned.*|\(?(except|excluding|without|ohne)\b[^)]*\)?"
    r"|not otherwise specified|containing (or contaminated with )?hazardous substances|hazardous substances"
    r"|autres que (ceux|celles|les \w+)? ?(visée?s|mentionnée?s).*|contenant des substances dangereuses"
    r"|non spécifiée?s ailleurs|inne niż wymienione.*|zawierając\w+ substancje niebezpieczne|inne niewymienione \w+"
    r"|mit Ausnahme.*|,? ?die gefährliche Stoffe enthalten|gefährliche Stoffe enthaltende|a\. ?n\. ?g\.",
    re.IGNORECASE,
)
_EXCEPTED = re.compile(
    r"\b(?:(?:and |but )?not (?:containing|contaminated|including)|excluding|except(?: for)?|without|free of"
    r"|emptied of"
    r"|other than|whether or not|ohne|nicht|frei von|außer|sans|hors|bez)\b[^,;()]*",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\b\d[\d.,]*[\s-]*(?:t|to|tons?|tonnes?|tonnen|kg|g|lbs?|pounds?|gallons?|gal|l|lit(?:er|re)s?|m3|m²|m³|cbm|feet|foot"
    r"|ft|inch(?:es)?|mm|cm|m|yards?|pieces?|pcs|stück|drums of|years?|yr|jahre?)\b"
    r"(?:[\s-]*(?:of|per \w+|a year|pro \w+))?",
    re.IGNORECASE,
)
_SOURCE_WORDS = re.compile(
    r"\b(?:from|resulting from|arising from|arising in|derived from|produced in|used (?:in|for|to)"
    r"|made (?:of|mainly of)|aus|von|vom|beim|bei der|für|provenant|pour|issus? de|from the)\b",
    re.IGNORECASE,
)
_MENTIONED = re.compile(r"(\d\d) (\d\d) (\d\d)")
_CODE = re.compile(r"[\d\s.*]+")


@dataclass(frozen=True)
class Word:
    """What a word of a question may be, with how sure that is, and how much the word counts."""

    reading: Mapping[str, float]
    counts: float


@dataclass(frozen=True)
class Hit:
    """A code, and the name that speaks for it most; `evidence` is empty where only the origin does."""

    code: str
    score: float
    source: NameSource
    evidence: str


@dataclass(frozen=True)
class Meant:
    """A resource that words mean: by a name of its own, or by the code of what they name."""

    slug: str
    score: float
    name: str = ""
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """The best codes, the likeliest first, and the slug of the resource that is meant."""

    hits: tuple[Hit, ...]
    resource: str = ""
    no_waste: bool = False


class CodeIndex:
    """Finds codes and resources by words. Building it takes a fraction of a second; asking it, milliseconds."""

    def __init__(self, knowledge: CodeKnowledge) -> None:
        self.codes = {code.code: code for code in knowledge.codes}
        self.twins = _twins(knowledge.codes)
        names = [*map(_said, knowledge.names), *official_names(knowledge.codes)]
        self.vocabulary = Vocabulary(
            knowledge.words,
            [name.text for name in names if name.language == "en"] + list(knowledge.words.values()),
        )
        self._names = [(name, self.vocabulary.terms(name.text)) for name in names]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, (_, terms) in enumerate(self._names):
            for term in terms:
                self._holders[term].append(number)
        self._weight = {term: log(1 + len(self._names) / len(held)) for term, held in self._holders.items()}
        self._length = [sqrt(sum(self._weight[term] ** 2 for term in terms)) for _, terms in self._names]
        self._official = {
            name.codes[0]: terms
            for name, terms in self._names
            if name.source is NameSource.OFFICIAL and name.language == "en"
        }
        self._of_code = self._code_words()
        self._of_origin = self._origin_words(knowledge.origins)
        self._rarest = log(1 + len(self._names))
        self._abroad = self._translations()
        self._owners: dict[str, list[str]] = defaultdict(list)
        for name, _ in self._names:
            if name.owner and name.codes and name.owner not in self._owners[name.codes[0]]:
                self._owners[name.codes[0]].append(name.owner)
        self._spoken = sorted({*self._weight, *self.vocabulary.spoken})

    def search(self, text: str, limit: int = 10) -> Answer:
        """Return up to `limit` codes for what `text` says; any text is fine, and one without words finds nothing."""
        if _CODE.fullmatch(text):
            return Answer(self._by_digits("".join(filter(str.isdigit, text)), limit))
        asked = self._readings(text)
        if not asked:
            return Answer(())
        likeness, best = self._likeness(asked)
        resource, no_waste = self._resource(likeness), self._is_no_waste(likeness)
        if no_waste:
            return Answer((), resource, no_waste=True)
        hazard = not _HAZARD.isdisjoint(plain_terms(without_exceptions(text)))
        scores = self._scores(asked, best, hazard=hazard)
        ranked = sorted(scores.items(), key=lambda row: (-row[1], row[0]))
        hits = [self._hit(code, score, best) for code, score in islice(ranked, limit)]
        return Answer(tuple(hits), resource)

    def resources(self, text: str, limit: int = 10) -> tuple[Meant, ...]:
        """Return up to `limit` resources that the words of `text` mean: by their names, or by the codes of those."""
        asked = self._readings(text)
        if not asked:
            return ()
        likeness, _ = self._likeness(asked)
        best: dict[str, Meant] = {}
        for number, like in likeness.items():
            name = self._names[number][0]
            if name.owner:
                self._keep(best, Meant(name.owner, like, name.text))
            elif name.codes and BY_CODE * like >= LEAST_RESOURCE:
                for owner in self._owners.get(name.codes[0], ()):
                    self._keep(best, Meant(owner, BY_CODE * like * _trust(name), code=name.codes[0]))
        found = sorted(best.values(), key=lambda meant: (-meant.score, meant.slug))
        return tuple(meant for meant in found[:limit] if meant.score >= LEAST_RESOURCE)

    @staticmethod
    def _keep(best: dict[str, Meant], meant: Meant) -> None:
        if meant.slug not in best or meant.score > best[meant.slug].score:
            best[meant.slug] = meant

    # --- the question --------------------------------------------------------------------------------------
    def _readings(self, text: str) -> list[Word]:
        """Return for each word of the question what it may be, with how sure that is, and how much it counts."""
        thing, source = parted(text)
        head = self.vocabulary.terms(thing)
        rest = [term for term in self.vocabulary.terms(source) if term not in head] if source else []
        terms = [*head, *rest][:MOST_WORDS]
        return [
            Word(self._reading(term, last=term == terms[-1]), 1.0 if at < len(head) else SOURCE)
            for at, term in enumerate(terms)
        ]

    def _reading(self, term: str, *, last: bool) -> dict[str, float]:
        if term in self._weight:
            return {**self._abroad.get(term, {}), term: 1.0}
        found: dict[str, float] = {}
        if last and len(term) > 2:  # still being typed
            begun = [word for word in self._spoken if word.startswith(term)]
            for word in sorted(begun, key=len)[:MOST_READINGS]:
                self._read(found, word, 0.8)
        if len(term) > 3 and not term.isdigit():
            near = process.extract(
                term,
                self._spoken,
                scorer=OSA.normalized_similarity,
                score_cutoff=LEAST_SPELLING,
                limit=MOST_READINGS,
            )
            for word, similarity, _ in near:
                self._read(found, word, similarity**2)
        if not found and len(term) > 7:
            # The last part of a German compound says what it is.
            for meant in self.vocabulary.ending(term):
                if meant in self._weight:
                    found[meant] = PART_OF_WORD
        return found

    def _read(self, found: dict[str, float], word: str, sure: float) -> None:
        for meant in self.vocabulary.terms(word):
            if meant in self._weight:
                found[meant] = max(found.get(meant, 0.0), sure)

    def _weight_of(self, word: Word) -> float:
        return word.counts * max((self._weight[term] for term in word.reading), default=self._rarest)

    # --- the three signals ---------------------------------------------------------------------------------
    def _likeness(self, asked: Sequence[Word]) -> tuple[dict[int, float], dict[str, tuple[float, int]]]:
        """Return the cosine of each name with the question, and for each code its best name."""
        length = sqrt(sum(self._weight_of(word) ** 2 for word in asked))
        dots: dict[int, float] = defaultdict(float)
        for word in asked:
            parts: dict[int, float] = {}
            for term, sure in word.reading.items():
                worth = word.counts * sure * self._weight[term] ** 2
                for number in self._holders[term]:
                    if worth > parts.get(number, 0.0):
                        parts[number] = worth
            for number, worth in parts.items():
                dots[number] += worth
        likeness = {number: dot / (length * self._length[number]) for number, dot in dots.items()}
        best: dict[str, tuple[float, int]] = {}
        for number, like in likeness.items():
            name = self._names[number][0]
            trust = _trust(name)
            for place, code in enumerate(name.codes):
                score = like * trust * ALTERNATIVE**place
                if score > best.get(code, (0.0, 0))[0]:
                    best[code] = (score, number)
        return likeness, best

    def _scores(
        self, asked: Sequence[Word], best: Mapping[str, tuple[float, int]], *, hazard: bool
    ) -> dict[str, float]:
        total = sum(map(self._weight_of, asked))
        own: dict[str, float] = defaultdict(float)
        origin: dict[str, float] = defaultdict(float)
        for word in asked:
            for shares, bags in ((own, self._of_code), (origin, self._of_origin)):
                parts: dict[str, float] = {}
                for term, sure in word.reading.items():
                    worth = word.counts * sure * self._weight[term]
                    for code, share in bags.get(term, {}).items():
                        parts[code] = max(parts.get(code, 0.0), worth * share)
                for code, part in parts.items():
                    shares[code] += part / total
        scores: dict[str, float] = {}
        for code in {*best, *own}:
            score = best.get(code, (0.0, 0))[0] + CODE_WORDS * own[code] + ORIGIN_WORDS * origin[code[:4]]
            score *= self._of_twins(code, hazard=hazard)
            if score >= FAINTEST:
                scores[code] = score
        return scores

    def _of_twins(self, code: str, *, hazard: bool) -> float:
        """Of mirror entries the harmless one, unless the question speaks of a hazard."""
        entry = self.codes[code]
        if not entry.entry_type.startswith("M") or code not in self.twins:
            return 1.0
        if hazard:
            return 1.0 if entry.hazardous else ASKED_HARMLESS
        return UNASKED_HAZARD if entry.hazardous else 1.0

    def _code_words(self) -> dict[str, dict[str, float]]:
        """Return how much a word speaks for a code, by word."""
        bags: dict[str, dict[str, float]] = defaultdict(dict)
        for name, terms in self._names:
            worth = 1.0 if name.language in ("en", "de") else OFFICIAL_ABROAD
            for place, code in enumerate(name.codes):
                for term in terms:
                    bags[term][code] = max(bags[term].get(code, 0.0), worth * ALTERNATIVE**place)
        return dict(bags)

    def _translations(self) -> dict[str, dict[str, float]]:
        """Return English words for those of further languages: which stand together in the official texts of a code.

        Dice's coefficient of the codes whose text holds the one and the other, where that is high.
        """
        english: dict[str, set[str]] = defaultdict(set)
        abroad: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for name, terms in self._names:
            if name.source is NameSource.OFFICIAL and name.language != "de":
                bag = english if name.language == "en" else abroad[name.language]
                for term in terms:
                    bag[term].add(name.codes[0])
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for words in abroad.values():
            for word, codes in words.items():
                if word in english:
                    continue
                for term in {term for code in codes for term in self._official.get(code, ())}:
                    alike = 2 * len(codes & english[term]) / (len(codes) + len(english[term]))
                    if alike >= LEAST_TRANSLATION:
                        found[word][term] = max(found[word].get(term, 0.0), alike)
        return dict(found)

    def _origin_words(self, origins: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
        """Return how much a word speaks for a sub-chapter, by word: its own texts fully, names within it by half."""
        bags: dict[str, dict[str, float]] = defaultdict(dict)
        for name, terms in self._names:
            for code in name.codes[:1]:
                for term in terms:
                    bags[term][code[:4]] = 0.5
        for origin, texts in origins.items():
            terms = [term for text in texts for term in self.vocabulary.terms(text)]
            for term in terms if len(origin) == 4 else ():
                if term in self._weight:
                    bags[term][origin] = 1.0
        return dict(bags)

    # --- the answer ----------------------------------------------------------------------------------------
    def _hit(self, code: str, score: float, best: Mapping[str, tuple[float, int]]) -> Hit:
        like, number = best.get(code, (0.0, 0))
        if like < FAINTEST:
            return Hit(code, round(score, 4), NameSource.ORIGIN, "")
        name = self._names[number][0]
        return Hit(code, round(score, 4), name.source, name.text)

    def _resource(self, likeness: Mapping[int, float]) -> str:
        owned = [(like, -number) for number, like in likeness.items() if self._names[number][0].owner]
        like, number = max(owned, default=(0.0, 0))
        return self._names[-number][0].owner if like >= LEAST_RESOURCE else ""

    def _is_no_waste(self, likeness: Mapping[int, float]) -> bool:
        """Whether the question is the name of something that is no waste, and not also that of one that is."""
        meant = [self._names[number][0] for number, like in likeness.items() if like >= EXACT]
        known = [name for name in meant if name.source in (NameSource.NAME, NameSource.RESOURCE)]
        return any(name.no_waste for name in known) and not any(name.codes for name in known)

    def _by_digits(self, digits: str, limit: int) -> tuple[Hit, ...]:
        if len(digits) < 2:
            return ()
        found = [entry for code, entry in self.codes.items() if code.startswith(digits)]
        return tuple(Hit(entry.code, 1.0, NameSource.OFFICIAL, entry.english) for entry in found[:limit])


def without_exceptions(text: str) -> str:
    """Return a question without what it says that the thing is not, and without how much there is of it."""
    return _QUANTITY.sub(" ", _EXCEPTED.sub(" ", text))


def parted(text: str) -> tuple[str, str]:
    """Return what a question names, and what it says of where that comes from or what it was for.

    "foam from car panels" is foam; the panels count less.
    """
    plain = without_exceptions(text)
    found = _SOURCE_WORDS.search(plain)
    if not found or not plain_words(plain[: found.start()]):
        return (plain if plain_words(plain) else text), ""
    return plain[: found.start()], plain[found.end() :]


def _trust(name: KnownName) -> float:
    """Official texts say less of what is usual; least where no everyday names stand beside them."""
    if name.source is not NameSource.OFFICIAL:
        return 1.0
    return OFFICIAL if name.language in ("en", "de") else OFFICIAL_ABROAD


def _said(name: KnownName) -> KnownName:
    """Return a name without what an official text excepts."""
    if name.source is not NameSource.OFFICIAL:
        return name
    text = _OFFICIAL_NOISE.sub("", name.text)
    return replace(name, text=text) if plain_words(text) else name


def official_names(codes: Iterable[WasteCode]) -> list[KnownName]:
    """Return the official texts as names, without what they except and without the words of mirror entries."""
    return [
        KnownName(text, (entry.code,), NameSource.OFFICIAL, language=language)
        for entry in codes
        for text, language in (
            (_OFFICIAL_NOISE.sub("", entry.english), "en"),
            (_OFFICIAL_NOISE.sub("", entry.german), "de"),
        )
        if plain_words(text)
    ]


def _twins(codes: Sequence[WasteCode]) -> dict[str, tuple[str, ...]]:
    """Return the mirror entries of each code: those that its text excepts, else those of the same thing beside it."""
    by_code = {entry.code: entry for entry in codes}
    twins: dict[str, set[str]] = defaultdict(set)
    for entry in codes:
        if entry.entry_type != "MN":
            continue
        beside = [other for other in codes if other.code[:4] == entry.code[:4] and other.entry_type == "MH"]
        named = {"".join(code) for code in _MENTIONED.findall(entry.english)}
        meant = {code for code in named if code in by_code and by_code[code].entry_type == "MH"}
        if not meant and "not otherwise specified" not in entry.english:
            words = set(plain_terms(entry.english)) - FILLER_WORDS
            meant = {other.code for other in beside if words & set(plain_terms(other.english))}
        for code in meant:
            twins[entry.code].add(code)
            twins[code].add(entry.code)
    return {code: tuple(sorted(others)) for code, others in twins.items()}
