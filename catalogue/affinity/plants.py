"""What a kind of plant usually has to offer and to ask for, and which kind a company is. Pure: no Django, no clock.

A by-product is what a plant gives and does not exist for. The catalogue's strengths cannot tell the two apart (spent
grain and beer are both there in every brewery), so `activity_products.csv` names what is made to be sold, or bought new
by everybody. What is asked for must be somebody's by-product.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from catalogue.affinity.scoring import KnowledgeBase
from common.reading.words import plain_words

MOST_USUAL = 10
LEAST_STRENGTH = 0.4
# A thing is sought from others only if some kind of plant has it as a by-product at least this often.
LEAST_BY_PRODUCT = 0.6
MOST_OF_ONE_PARENT = 2
IN_NEARLY_ALL = 0.9
# Between two that are about as strong, an offer names the special one, a request the general one, which takes more.
PER_LEVEL = 0.03
LEAST_WEIGHT = 0.5
MOST_ACTIVITIES = 3
GIVES, TAKES = "gives", "takes"


@dataclass(frozen=True)
class TypicalListing:
    """What plants of an activity usually give or take: strength in (0, 1], and where that is known from."""

    resource: str
    direction: str
    strength: float
    source: str


@dataclass(frozen=True)
class TypicalListings:
    """Both, the strongest first."""

    offers: tuple[TypicalListing, ...]
    requests: tuple[TypicalListing, ...]


def typical_listings(activity: str, knowledge: KnowledgeBase) -> TypicalListings:
    """Return what a plant of this kind, named by its slug, may list: at most ten by-products and ten needs.

    Raises `KeyError` for an activity that is not known.
    """
    if activity not in knowledge.activities:
        raise KeyError(activity)
    offered = by_products(activity, knowledge)
    never = knowledge.products.get(("", TAKES), frozenset()) | _products(activity, GIVES, knowledge)
    never |= knowledge.products.get((activity, TAKES), frozenset())
    elsewhere = _best_by_products(knowledge)
    offers = _listed(activity, GIVES, offered, knowledge)
    never |= {each.resource for each in offers}
    taken = {
        resource: strength
        for resource, strength in knowledge.takes.get(activity, {}).items()
        if resource not in never
        and elsewhere.get(resource, 0.0) >= LEAST_BY_PRODUCT
        and offered.get(resource, 0.0) < strength
    }
    return TypicalListings(offers, _listed(activity, TAKES, taken, knowledge))


def by_products(activity: str, knowledge: KnowledgeBase) -> dict[str, float]:
    """Return what a plant of this kind gives and does not exist for, with the strength."""
    products = _products(activity, GIVES, knowledge)
    given = knowledge.gives.get(activity, {})
    return {resource: strength for resource, strength in given.items() if resource not in products}


def _products(activity: str, direction: str, knowledge: KnowledgeBase) -> frozenset[str]:
    of_any = knowledge.products.get(("", direction), frozenset())
    return of_any | knowledge.products.get((activity, direction), frozenset())


_best_of: WeakKeyDictionary[KnowledgeBase, dict[str, float]] = WeakKeyDictionary()


def _best_by_products(knowledge: KnowledgeBase) -> dict[str, float]:
    """Return, by resource, the strength with which some kind of plant has it as a by-product."""
    if knowledge not in _best_of:
        best: dict[str, float] = {}
        for activity in knowledge.activities:
            for resource, strength in by_products(activity, knowledge).items():
                best[resource] = max(best.get(resource, 0.0), strength)
        _best_of[knowledge] = best
    return _best_of[knowledge]


def _listed(
    activity: str, direction: str, flows: dict[str, float], knowledge: KnowledgeBase
) -> tuple[TypicalListing, ...]:
    """Return the strongest flows, without what is only another name of one that stands there already."""
    sign = 1 if direction == GIVES else -1

    def rank(resource: str) -> tuple[float, str]:
        level = knowledge.resources[resource].depth
        return -round(flows[resource] + sign * PER_LEVEL * level, 4), resource

    strong = [resource for resource in flows if flows[resource] >= LEAST_STRENGTH]
    chosen: list[str] = []
    of_parent: Counter[str | None] = Counter()
    for resource in sorted(strong, key=rank):
        parent = knowledge.resources[resource].parent
        # Where the plant is known for the group as a whole, its rarer kinds are alternatives; one is enough.
        most = 1 if parent in strong and flows[resource] < IN_NEARLY_ALL else MOST_OF_ONE_PARENT
        if of_parent[parent] >= most and knowledge.resources[resource].depth > 1:
            continue
        if any(_related(resource, other, knowledge) for other in chosen):
            continue
        of_parent[parent] += 1
        chosen.append(resource)
        if len(chosen) == MOST_USUAL:
            break
    chosen.sort(key=lambda resource: (-flows[resource], rank(resource)))
    return tuple(
        TypicalListing(
            resource, direction, flows[resource], knowledge.sources.get((activity, direction, resource), "")
        )
        for resource in chosen
    )


def _related(one: str, other: str, knowledge: KnowledgeBase) -> bool:
    return one in _above(other, knowledge) or other in _above(one, knowledge)


def _above(resource: str, knowledge: KnowledgeBase) -> Iterator[str]:
    parent = knowledge.resources[resource].parent
    while parent is not None:
        yield parent
        parent = knowledge.resources[parent].parent


# --- which kind of plant ------------------------------------------------------------------------------------
def likely_activities(
    knowledge: KnowledgeBase, *, nace_code: str = "", texts: Iterable[str] = ()
) -> list[str]:
    """Return up to three activities, the likeliest first, of a company with this NACE code, name and description.

    The code counts first: its class, else its group, else its division; words decide between several of them, and
    alone where there is no code.
    """
    weights: dict[str, float] = {}
    for text in texts:
        for meaning in knowledge.activity_words.find(text):
            weights[meaning.slug] = max(weights.get(meaning.slug, 0.0), meaning.weight)
    coded = _of_code(nace_code, knowledge)
    if coded:
        order = list(knowledge.activities)
        return sorted(coded, key=lambda slug: (-weights.get(slug, 0.0), coded[slug], order.index(slug)))[
            :MOST_ACTIVITIES
        ]
    meant = [slug for slug, weight in weights.items() if weight >= LEAST_WEIGHT]
    return sorted(meant, key=lambda slug: (-weights[slug], slug))[:MOST_ACTIVITIES]


def _of_code(nace_code: str, knowledge: KnowledgeBase) -> dict[str, int]:
    """Return the activities of a code, each with the place of the code among its own: 0 for its first."""
    if not nace_code[:2].isdigit():
        return {}
    for length in (5, 4, 2):
        start = nace_code[:length]
        if len(start) < length and length > 2:
            continue
        found = {
            activity.slug: next(
                place for place, code in enumerate(activity.nace_codes) if code.startswith(start)
            )
            for activity in knowledge.activities.values()
            if any(code.startswith(start) for code in activity.nace_codes)
        }
        if found:
            return found
    return {}


def find_activity(text: str, knowledge: KnowledgeBase) -> str | None:
    """Return the activity whose slug or one of whose names `text` is, else what its words mean best, else None."""
    if text in knowledge.activities:
        return text
    plain = plain_words(text)
    if not plain:
        return None
    exact = (
        slug
        for slug, known in knowledge.activities.items()
        if plain in (plain_words(term) for term in known.terms)
    )
    return next(exact, None) or next(iter(likely_activities(knowledge, texts=[text])), None)
