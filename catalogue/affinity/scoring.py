"""How well a material suits an activity as an input, for any two texts, and why. Pure: no Django, no clock.

The texts are read as resources and activities, several of each and weighted (`catalogue.affinity.lexicon`). From a
resource one gets to others: up and down its tree, over what it can stand in for, and through processes, each step at
a loss.
The score is the best of weight of the material × loss on the way × strength with which the activity takes what is
reached × weight of the activity.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import log

from catalogue.affinity.lexicon import Lexicon, Meaning, Term, stem, tokens
from catalogue.affinity.relatives import GROUP, UP, kind_left, sibling_left

# What is left of a fit after a step; along the tree see `catalogue.affinity.relatives`.
PROCESS = 0.6
CO_INPUT = 0.35  # by a process of which it is not the main input
MOST_STEPS = 2
# A plant that has plenty of a thing hardly buys it, unless it is known to take much of it as well.
TAKES_MUCH = 0.5
OWN_OUTPUT = 0.8
OWN_OUTPUT_LEFT = 0.7
# How much steeper the score of a resource falls that all activities take; see `Knowledge.commonness`.
COMMON = 1.5
# A text that names a product stands for its makers, if for nothing better.
MAKER = 0.55

# Words that say little, since many names have them.
_MATERIAL_FILLERS = (
    "waste residue surplus spent used industrial recycled material product by excess raw dried wet liquid solid "
    "by-product byproduct secondary mixed other clean low high grade process production"
)
_ACTIVITY_FILLERS = (
    "plant factory works mill maker company producer manufacture manufacturer manufacturing production industry "
    "facility site local processing processor operator unit service firm product basic primary industrial group "
    "station complex area regional activity preparation articles park new old"
)
_GENERIC_MATERIAL = frozenset(map(stem, _MATERIAL_FILLERS.split()))
_GENERIC_ACTIVITY = frozenset(map(stem, _ACTIVITY_FILLERS.split()))


@dataclass(frozen=True)
class KnownResource:
    """A resource of the catalogue; a root has no parent."""

    slug: str
    name: str
    terms: tuple[str, ...]
    parent: str | None
    depth: int


@dataclass(frozen=True)
class KnownActivity:
    """A kind of plant with its everyday names and NACE classes."""

    slug: str
    name: str
    terms: tuple[str, ...]
    nace_codes: tuple[str, ...]
    sector: str = ""


@dataclass(frozen=True)
class WayStep:
    """What a resource can become or serve as; `left` of the fit in (0, 1] remains."""

    resource: str
    becomes: str
    left: float
    words: str
    process: str = ""
    """Its name; empty where the resource stands in as it is."""


@dataclass(frozen=True)
class Affinity:
    """A score in [0, 1] and its reason in words."""

    score: float
    reason: str


@dataclass(frozen=True)
class Way:
    """How one gets from a resource to another that an activity may take."""

    to: str
    left: float
    words: tuple[str, ...]
    processes: tuple[str, ...] = ()
    is_likeness: bool = False
    """Whether it ends at something else of the same group, which only may suit as well."""


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """What is known of resources and activities; built once, since its indexes cost more than many answers."""

    resources: Mapping[str, KnownResource]
    activities: Mapping[str, KnownActivity]
    takes: Mapping[str, Mapping[str, float]]
    """Strength in (0, 1] by activity and resource."""
    gives: Mapping[str, Mapping[str, float]]
    steps: tuple[WayStep, ...]
    nace_titles: Mapping[str, str]
    """English titles of the NACE classes by code."""
    ambiguous: tuple[Term, ...] = ()
    """Words that mean several resources."""
    ambiguous_activities: tuple[Term, ...] = ()
    """Words that mean several activities, and firms that are known for one."""
    sources: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Where a flow comes from, by activity, "takes" or "gives", and resource."""
    products: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """What is no by-product, by activity ("" for any) and "takes" or "gives"; see `catalogue.affinity.plants`."""

    @cached_property
    def material_words(self) -> Lexicon:
        """The names of the resources."""
        own = (
            Term(text, ((found.slug, 1.0),))
            for found in self.resources.values()
            if found.parent
            for text in found.terms
        )
        return Lexicon(chain(own, self.ambiguous), generic=_GENERIC_MATERIAL, has_heads=True)

    @cached_property
    def activity_words(self) -> Lexicon:
        """The names of the activities, and the titles of NACE for those in the class, the group or the division."""
        own = (Term(text, ((found.slug, 1.0),)) for found in self.activities.values() for text in found.terms)
        return Lexicon(
            chain(own, self.ambiguous_activities, self._titles()), generic=_GENERIC_ACTIVITY, has_heads=False
        )

    def _titles(self) -> Iterator[Term]:
        for code, title in self.nace_titles.items():
            for length, weight in ((5, 0.8), (4, 0.5), (2, 0.35)):
                near = [
                    (found.slug, weight)
                    for found in self.activities.values()
                    if any(theirs[:length] == code[:length] for theirs in found.nace_codes)
                ]
                if near:
                    yield Term(title, tuple(near))
                    yield Term(f"NACE {code}", tuple(near))
                    break

    @cached_property
    def makers(self) -> Mapping[str, list[tuple[str, float]]]:
        """Those who give a resource, as activity and strength, by resource."""
        makers: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for activity, flows in self.gives.items():
            for resource, strength in flows.items():
                makers[resource].append((activity, strength))
        return makers

    @cached_property
    def commonness(self) -> Mapping[str, float]:
        """How common it is to take a resource, in [0, 1]: the logarithm of how many activities do, of all."""
        takers = Counter(
            slug
            for taken in self.takes.values()
            for slug, strength in taken.items()
            if strength >= TAKES_MUCH
        )
        most = log(max(2, len(self.activities)))
        return {slug: log(count) / most for slug, count in takers.items()}

    @cached_property
    def children(self) -> Mapping[str, list[str]]:
        """The slugs right below a resource."""
        children: dict[str, list[str]] = defaultdict(list)
        for found in self.resources.values():
            if found.parent:
                children[found.parent].append(found.slug)
        return children

    @cached_property
    def steps_from(self) -> Mapping[str, list[WayStep]]:
        """The steps by the resource that they start from."""
        steps: dict[str, list[WayStep]] = defaultdict(list)
        for step in self.steps:
            steps[step.resource].append(step)
        return steps

    @cached_property
    def _ways(self) -> dict[str, tuple[Way, ...]]:
        return {}

    def ways(self, resource: str) -> tuple[Way, ...]:
        """Return the best way to every resource that can be reached from this one, itself first."""
        if resource not in self._ways:
            self._ways[resource] = tuple(_ways(self, resource))
        return self._ways[resource]


def affinity(material: str, activity: str, knowledge: KnowledgeBase) -> Affinity:
    """Return how well what `material` names suits what `activity` names as an input; never raises for a text."""
    if not tokens(material) or not tokens(activity):
        which = "material" if not tokens(material) else "activity"
        return Affinity(0.0, f"no {which} is named in words")
    resources = _resources_meant(material, knowledge)
    if not resources:
        return Affinity(0.0, "the catalogue knows no material of this name")
    activities = _activities_meant(activity, knowledge)
    if not activities:
        return Affinity(0.0, "the catalogue knows no activity of this name")
    best = max(
        (_best(resource, done, knowledge) for resource in resources for done in activities),
        key=lambda found: found.score,
    )
    return Affinity(round(min(best.score, 1.0), 4), best.reason)


def _resources_meant(text: str, knowledge: KnowledgeBase) -> tuple[Meaning, ...]:
    return knowledge.material_words.find(text) or knowledge.material_words.find_alike(text)


def _activities_meant(text: str, knowledge: KnowledgeBase) -> tuple[Meaning, ...]:
    found = knowledge.activity_words.find(text)
    if found and found[0].weight >= MAKER:
        return found
    by_slug = {meaning.slug: meaning for meaning in found}
    for meaning in _makers_meant(text, knowledge):
        if meaning.slug not in by_slug or meaning.weight > by_slug[meaning.slug].weight:
            by_slug[meaning.slug] = meaning
    return tuple(by_slug.values()) or knowledge.activity_words.find_alike(text)


def _makers_meant(text: str, knowledge: KnowledgeBase) -> Iterator[Meaning]:
    for product in knowledge.material_words.find(text):
        for activity, strength in knowledge.makers.get(product.slug, ()):
            yield Meaning(activity, MAKER * product.weight * strength, product.term)


def fit(resource: str, activity: str, knowledge: KnowledgeBase) -> tuple[float, Way | None]:
    """Return how well a resource suits an activity, and by which way; both are slugs, and the score lies in [0, 1]."""
    taken = knowledge.takes.get(activity, {})
    best, score = None, 0.0
    for way in knowledge.ways(resource):
        strength = taken.get(way.to, 0.0) * way.left
        if strength > score:
            best, score = way, strength
    own = knowledge.gives.get(activity, {}).get(resource, 0.0)
    if own >= OWN_OUTPUT and taken.get(resource, 0.0) < TAKES_MUCH:
        score *= OWN_OUTPUT_LEFT
    return score, best


def _best(resource: Meaning, activity: Meaning, knowledge: KnowledgeBase) -> Affinity:
    """Return the best that a resource does for an activity."""
    score, way = fit(resource.slug, activity.slug, knowledge)
    if way is None:
        name = knowledge.activities[activity.slug].name
        what = knowledge.resources[resource.slug].name
        return Affinity(
            0.0, f"nothing known leads from {_lower(what)} to what a plant of this kind takes: {_lower(name)}"
        )
    # What nearly everybody takes says little of who takes it here; what suits perfectly still does.
    score **= 1 + COMMON * knowledge.commonness.get(way.to, 0.0)
    return Affinity(
        score * resource.weight * activity.weight, reason_of(resource.slug, activity.slug, way, knowledge)
    )


def reason_of(resource: str, activity: str, way: Way, knowledge: KnowledgeBase) -> str:
    """Say in words why a resource suits an activity by this way; both are slugs."""
    name, what = knowledge.activities[activity].name, knowledge.resources[resource].name
    if not way.words:
        return f"{name} takes {_lower(what)} directly"
    taken = knowledge.resources[way.to].name
    return f"{name} takes {_lower(taken)}: {_lower(what)} {'; '.join(way.words)}"


def _lower(name: str) -> str:
    """Return a name inside a sentence; abbreviations stay as they are."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _ways(knowledge: KnowledgeBase, start: str) -> Iterable[Way]:
    """Return the best way to each resource: relatives of what up to `MOST_STEPS` steps make of the start."""
    best: dict[str, Way] = {start: Way(start, 1.0, ())}
    front = [best[start]]
    for _ in range(MOST_STEPS + 1):
        following: list[Way] = []
        for way in front:
            for found in _relatives(knowledge, way):
                _keep(best, found)
            for found in _steps_on(knowledge, way):
                if _keep(best, found):
                    following.append(found)
        front = following
    return best.values()


def _keep(best: dict[str, Way], way: Way) -> bool:
    is_better = way.to not in best or way.left > best[way.to].left
    if is_better:
        best[way.to] = way
    return is_better


def _steps_on(knowledge: KnowledgeBase, way: Way) -> Iterator[Way]:
    """Yield where steps lead from the end of a way, or from the more general resources that it is a kind of."""
    left, slug = way.left, way.to
    for _ in range(2):
        for step in knowledge.steps_from.get(slug, ()):
            processes = (*way.processes, step.process) if step.process else way.processes
            yield Way(step.becomes, left * step.left, (*way.words, step.words), processes)
        parent = knowledge.resources[slug].parent
        if parent is None:
            return
        left, slug = left * UP, parent


def _relatives(knowledge: KnowledgeBase, way: Way) -> Iterator[Way]:
    found = knowledge.resources[way.to]
    yield from _below(knowledge, way, way.to)
    left, above = way.left, found.parent
    while above is not None and knowledge.resources[above].parent is not None:
        left *= UP
        parent = knowledge.resources[above]
        yield _relative(way, above, left, f"is one of {_lower(parent.name)}")
        if above == found.parent:
            share = sibling_left(parent.depth)
            for sibling in knowledge.children.get(above, ()):
                words = f"is related, as {_lower(parent.name)}"
                yield _relative(way, sibling, way.left * share, words, is_likeness=True)
        if parent.depth == 1:
            words = f"is of the same branch, {_lower(parent.name)}"
            yield from (
                _relative(way, slug, way.left * GROUP, words, is_likeness=True)
                for slug in _all_below(knowledge, above)
            )
        above = parent.parent


def _relative(way: Way, to: str, left: float, words: str, *, is_likeness: bool = False) -> Way:
    return Way(to, left, (*way.words, words), way.processes, is_likeness)


def _below(knowledge: KnowledgeBase, way: Way, slug: str, levels: int = 1) -> Iterator[Way]:
    left = way.left * kind_left(knowledge.resources[way.to].depth, levels)
    for child in knowledge.children.get(slug, ()):
        yield _relative(way, child, left, "includes it")
        yield from _below(knowledge, way, child, levels + 1)


def _all_below(knowledge: KnowledgeBase, slug: str) -> Iterator[str]:
    for child in knowledge.children.get(slug, ()):
        yield child
        yield from _all_below(knowledge, child)
