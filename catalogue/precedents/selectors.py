"""Exchanges that are documented as done: found for what one looks at, and what narrows the list of them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field

from accounts.selectors.towns import country_name
from catalogue.models import Precedent, Resource
from common.reading.text import clean_line
from common.reading.words import plain_words

MOST_WORDS = 8


class PrecedentFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By words, by country, and by a resource with everything below it."""

    q = django_filters.CharFilter(
        method="having_words",
        max_length=200,
        label=gettext_lazy("words: of a resource, its codes, who, or where"),
    )
    country = django_filters.CharFilter(max_length=2, label=gettext_lazy("code of two letters, as DK"))
    resource = extend_schema_field(
        {"type": "string", "description": "slug of what is given: it and everything below it"}
    )(
        django_filters.ModelChoiceFilter(
            queryset=Resource.objects.all(), to_field_name="slug", method="of_resource"
        )
    )

    def having_words(self, precedents: QuerySet[Precedent], name: str, text: str) -> QuerySet[Precedent]:
        """Keep those in which every word occurs: in the names and codes of what is given, or in who and where."""
        for word in clean_line(text).split()[:MOST_WORDS]:
            plain = plain_words(word)
            given = Resource.objects.filter(terms__plain__contains=plain).values("pk") if plain else []
            precedents = precedents.filter(
                Q(resource__in=given)
                | Q(giver__icontains=word)
                | Q(receiver__icontains=word)
                | Q(place__icontains=word)
            )
        return precedents

    def of_resource(self, precedents: QuerySet[Precedent], name: str, resource: Any) -> QuerySet[Precedent]:
        """Keep those that give it, or something more special."""
        return precedents.filter(
            resource__tree_left__gte=resource.tree_left, resource__tree_left__lt=resource.tree_right
        )


MOST_FOUND = 5


class Nearness(IntEnum):
    """How near what was given then is to what is given now, the nearest first."""

    SAME = 0
    KIND = 1
    RELATED = 2

    @property
    def words(self) -> str:
        """The same for people."""
        return {
            Nearness.SAME: _("same by-product"),
            Nearness.KIND: _("a kind of it"),
            Nearness.RELATED: _("related"),
        }[self]


@dataclass(frozen=True)
class PrecedentFound:
    """A precedent, and how near it is."""

    precedent: Precedent
    nearness: Nearness


def precedents_for(
    offered: Resource, requested: Resource | None = None, *, limit: int = MOST_FOUND
) -> list[PrecedentFound]:
    """Return where the offered resource, a kind of it or what it is one of was given before; one query.

    With a requested resource only what was taken as that, as a kind of it or as something more general. The
    nearest come first, of those alike the published before the added, and in the order in which they were entered,
    so that two estimates of one flow stand side by side.
    """
    rows = Precedent.objects.filter(
        Q(resource__tree_left__gte=offered.tree_left, resource__tree_left__lt=offered.tree_right)
        | Q(resource=offered.parent_id, resource__depth__gt=0)
    ).select_related("resource", "serves_as", "programme")
    found = [
        PrecedentFound(row, _nearness(row, offered))
        for row in rows
        if requested is None or requested.covers(row.serves) or row.serves.covers(requested)
    ]
    found.sort(key=lambda each: (each.nearness, each.precedent.slug is None, each.precedent.pk))
    return found[:limit]


def _nearness(precedent: Precedent, offered: Resource) -> Nearness:
    if precedent.resource_id == offered.pk:
        return Nearness.SAME
    return Nearness.KIND if offered.covers(precedent.resource) else Nearness.RELATED


def countries_of_precedents() -> list[tuple[str, str]]:
    """Return the countries in which there is a precedent, with their names."""
    codes = Precedent.objects.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])
