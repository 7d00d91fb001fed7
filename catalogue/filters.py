"""What narrows the precedents: one set of filters for the page and the API."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from catalogue.models import Precedent, Resource
from catalogue.words import plain_words

MOST_WORDS = 8


class PrecedentFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By words, by country, and by a resource with everything below it."""

    q = django_filters.CharFilter(
        method="having_words", max_length=200, label=_("words: of a resource, its codes, who, or where")
    )
    country = django_filters.CharFilter(max_length=2, label=_("code of two letters, as DK"))
    resource = extend_schema_field(
        {"type": "string", "description": "slug of what is given: it and everything below it"}
    )(
        django_filters.ModelChoiceFilter(
            queryset=Resource.objects.all(), to_field_name="slug", method="of_resource"
        )
    )

    def having_words(self, precedents: QuerySet[Precedent], name: str, text: str) -> QuerySet[Precedent]:
        """Keep those in which every word occurs: in the names and codes of what is given, or in who and where."""
        for word in text.split()[:MOST_WORDS]:
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
