"""What narrows the register: one set of filters for its page, its API and the hint beside few results."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.forms import ResourceField
from catalogue.models import Resource
from common.geo import Point, within
from common.reading.words import plain_words
from listings.disclosure.crowd import Place
from listings.models import Side
from listings.selectors.filters import DEFAULT_WITHIN_KM, PlaceFilter
from register.models import ProbableStream, RegisterPlant, RegisterPlantQuerySet


class StreamFilter(django_filters.Filter):
    """A resource that the plant probably has, with everything below it; claimed plants speak for themselves."""

    field_class = ResourceField

    def filter(self, qs: RegisterPlantQuerySet, value: Resource | None) -> RegisterPlantQuerySet:
        """Keep unclaimed plants that probably have it."""
        return qs if value is None else qs.unclaimed().with_resource(value)


class RegisterFilter(django_filters.FilterSet):
    """Filters over the plants of public registers."""

    q = django_filters.CharFilter(method="filter_text", max_length=120, label=_("name, town or by-product"))
    resource = StreamFilter(label=_("probably has, with all that belongs to it"))
    country = django_filters.CharFilter(field_name="country", lookup_expr="iexact", label=_("country"))
    near = PlaceFilter(label=_("near"))
    within_km = django_filters.NumberFilter(
        method="keep_all", label=_("within, km"), min_value=0, max_value=20100
    )

    class Meta:
        model = RegisterPlant
        fields: list[str] = []

    def filter_text(self, plants: RegisterPlantQuerySet, name: str, value: str) -> RegisterPlantQuerySet:
        """Keep plants in which every word occurs: in name, town, or what they probably have."""
        return with_words(plants, value)

    def keep_all(self, plants: RegisterPlantQuerySet, name: str, value: Any) -> RegisterPlantQuerySet:
        """The radius only means something to `near`."""
        return plants


def with_words(plants: RegisterPlantQuerySet, text: str) -> RegisterPlantQuerySet:
    """Keep plants in which every word occurs."""
    for word in text.split()[:8]:
        plain = plain_words(word)
        meant = Q(name__icontains=word) | Q(town__icontains=word)
        if plain:
            streams = ProbableStream.objects.filter(resource__terms__plain__contains=plain)
            meant |= Q(pk__in=streams.values("plant"))
        plants = plants.filter(meant)
    return plants


def places_in(country: str) -> Iterable[Place]:
    """Return the places of a country's unclaimed plants: who lists something without their name may be one of them."""
    plants = RegisterPlant.objects.unclaimed().filter(country=country).order_by()
    for pk, latitude, longitude in plants.values_list("pk", "latitude", "longitude"):
        yield Place(("plant", pk), Point(latitude, longitude))


def probable_plants(asked: Mapping[str, Any]) -> RegisterPlantQuerySet | None:
    """Return the unclaimed plants that may have what a search of the market asked for; None where they cannot."""
    if asked.get("side") == Side.REQUEST or not (asked.get("resource") or asked.get("q")):
        return None
    plants = RegisterPlant.objects.unclaimed()
    if asked.get("resource"):
        plants = plants.with_resource(asked["resource"])
    if asked.get("q"):
        plants = with_words(plants, asked["q"])
    if place := asked.get("near"):
        asked_km = asked.get("within_km")
        plants = within(plants, place, float(asked_km if asked_km is not None else DEFAULT_WITHIN_KM))
    return plants
