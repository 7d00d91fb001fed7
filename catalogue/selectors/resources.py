"""Finds resources by what people type: a name, another name, a waste code, with slips; and what narrows their list."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import django_filters
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    extend_schema_field,
)

from catalogue.codes.search import Meant
from catalogue.models import (
    Kind,
    QualityProperty,
    Resource,
    ResourceQuality,
    ResourceTerm,
    TermSource,
)
from catalogue.selectors.codes import CodeBook, code_book
from common.reading.text import clean_code
from common.reading.words import plain_words
from common.units import CANONICAL_UNIT

# Below this, short words with two letters swapped still find their resource.
FAR_SIMILARITY = 0.25
# A resource is reached by its name, a handful of synonyms and codes; so many hits hold enough resources.
HITS_PER_SUGGESTION = 20
LONGEST_QUERY = 60
SHOWN = ("pk", "slug", "name", "kind", "dimension", "breadcrumb")
# The tier of what is only spelt alike; all before it hold what was typed.
SPELT = 5
# How surely a resource is meant, by tier; of what is spelt alike so much and the likeness on top.
TIER_STRENGTHS = (1.0, 0.92, 0.88, 0.8, 0.75)
SURE = 0.6
SPELT_STRENGTH = 0.3
BY_CODE_STRENGTH = 0.7
_CODE = re.compile(r"[\d\s*.]{2,}")


@dataclass(frozen=True)
class Suggestion:
    """A resource, and which of its terms was found."""

    resource_id: int
    slug: str
    name: str
    kind: str
    dimension: str
    breadcrumb: str
    source: str
    text: str
    strength: float = 0.0
    """How surely it is meant, from 0 to 1: 1 where a whole term is what was typed, under `SURE` only spelt alike."""

    @property
    def unit(self) -> str:
        """The canonical unit of the resource."""
        return CANONICAL_UNIT[self.dimension]

    @property
    def why(self) -> str:
        """What to show beside the name; empty when the name itself was found."""
        if self.source == TermSource.NAME:
            return ""
        label = _("also called") if self.source == TermSource.SYNONYM else _("waste code")
        return f"{label} {self.text}"


def find_resource(text: str) -> Resource | None:
    """Return the one resource, no root, whose name, other name or slug `text` is; None where there is none."""
    words = plain_words(clean_code(text))
    named = ResourceTerm.objects.exclude(source=TermSource.CODE).filter(plain=words)
    listable = Resource.objects.listable()
    return (
        listable.filter(pk__in=named.values("resource")).first()
        or listable.filter(slug=words.replace(" ", "-")).first()
    )


def suggest_resources(
    text: str, *, limit: int = 10, kinds: Collection[str] | None = None
) -> list[Suggestion]:
    """Return up to `limit` resources that `text` may mean, the likeliest first.

    A whole term comes first, then the start of a name, of a later word in a name, the same in synonyms and
    codes, then what the words mean, and last a similar spelling. The five roots are never suggested. Any text is
    fine; one without letters or digits finds nothing.
    """
    asked = text
    text = clean_code(text[:LONGEST_QUERY])
    words = plain_words(text)
    if _CODE.fullmatch(text.strip()):
        words = words.replace(" ", "")
    if not words:
        return []
    found = _find(words, limit, kinds, spelt=Q(plain__trigram_similar=words))
    if words.isdigit():
        return [suggestion for _tier, suggestion in found]
    held = [suggestion for tier, suggestion in found if tier < SPELT]
    if len(held) < limit:
        held += _meant(asked, limit, kinds)
    if not held and not found:
        found = _find(words, limit, kinds, spelt=Q(similarity__gte=FAR_SIMILARITY))
    best: dict[int, Suggestion] = {}
    for suggestion in (*held, *(each for _tier, each in found)):
        best.setdefault(suggestion.resource_id, suggestion)
    return list(best.values())[:limit]


def _meant(text: str, limit: int, kinds: Collection[str] | None) -> list[Suggestion]:
    """Return the resources that the words of a text mean, though no term holds them as they are typed."""
    book = code_book()
    meant = book.index.resources(text, limit)
    rows = Resource.objects.filter(slug__in=[found.slug for found in meant], depth__gt=0)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    known = {row[1]: row for row in rows.values_list(*SHOWN)}
    return [
        _meant_by(found, Suggestion(*(*known[found.slug], *_why(found, known[found.slug][2], book))))
        for found in meant
        if found.slug in known
    ]


def _meant_by(found: Meant, suggestion: Suggestion) -> Suggestion:
    """As sure as the words say it; what only shares a code with what they name, less so."""
    return replace(suggestion, strength=min(found.score, 1.0) * (BY_CODE_STRENGTH if found.code else 1.0))


def _why(found: Meant, name: str, book: CodeBook) -> tuple[str, str]:
    """Return the source and the text of the term by which a resource is meant."""
    if found.code:
        return TermSource.CODE, book.entries[found.code].display
    return (TermSource.NAME if found.name == name else TermSource.SYNONYM), found.name


def _find(words: str, limit: int, kinds: Collection[str] | None, *, spelt: Q) -> list[tuple[int, Suggestion]]:
    """Return what is held or spelt alike, each with its tier."""
    starts = Q(plain__startswith=words)
    holds_word = Q(plain__contains=f" {words}")
    hits = (
        ResourceTerm.objects.annotate(
            tier=Case(
                When(plain=words, then=Value(0)),
                When(starts, source=TermSource.NAME, then=Value(1)),
                When(holds_word, source=TermSource.NAME, then=Value(2)),
                When(starts, then=Value(3)),
                When(holds_word, then=Value(4)),
                default=Value(SPELT),
                output_field=IntegerField(),
            ),
            similarity=TrigramSimilarity("plain", words),
        )
        .filter(starts | holds_word | (spelt & ~Q(source=TermSource.CODE)), resource__depth__gt=0)
        .order_by("tier", "-similarity", "resource__tree_left", "pk")
    )
    if kinds is not None:
        hits = hits.filter(resource__kind__in=list(kinds))
    rows = hits.values_list(
        "tier", "similarity", *(f"resource__{column}" for column in SHOWN), "source", "text"
    )
    best: dict[int, tuple[int, Suggestion]] = {}
    for tier, similarity, *row in rows[: limit * HITS_PER_SUGGESTION]:
        strength = TIER_STRENGTHS[tier] if tier < SPELT else SPELT_STRENGTH * (1 + float(similarity))
        best.setdefault(row[0], (tier, replace(Suggestion(*row), strength=strength)))
    return list(best.values())[:limit]


LONGEST_SEARCH = 200


def quality_properties_of(resources: Iterable[Resource]) -> dict[int, list[QualityProperty]]:
    """Return `Resource.quality_properties()` of each resource in one query."""
    rows = list(ResourceQuality.objects.select_related("property", "resource").order_by("rank", "pk"))
    found = {}
    for resource in resources:
        covering = [row for row in rows if row.resource.covers(resource)]
        nearest = max((row.resource.depth for row in covering), default=None)
        found[resource.pk] = [row.property for row in covering if row.resource.depth == nearest]
    return found


class ResourceFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the catalogue."""

    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    ancestor = extend_schema_field(
        {"type": "string", "description": "slug of a resource: it and everything below it"}
    )(django_filters.ModelChoiceFilter(queryset=Resource.objects.all(), to_field_name="slug", method="below"))
    q = django_filters.CharFilter(
        method="unfiltered",
        max_length=LONGEST_SEARCH,
        label="names, other names and waste codes, with slips; the likeliest first, one page, no cursor",
    )

    def below(self, resources: Any, name: str, ancestor: Resource) -> Any:
        """Keep one branch of the tree."""
        return resources.descendants_of(ancestor)

    def unfiltered(self, resources: Any, name: str, text: str) -> Any:
        """Searching is the view's: it orders by likeness and not by key."""
        return resources
