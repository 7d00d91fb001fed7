"""Who could use a resource, and what it can be made into, as documents."""

from typing import Any

from drf_spectacular.utils import (
    extend_schema_serializer,
)
from rest_framework import serializers

from catalogue.models import (
    Basis,
)
from catalogue.precedents.api import NearPrecedentSerializer
from catalogue.selectors.uses import Uses


class UseSerializer(serializers.Serializer[Any]):
    """A kind of plant that could take it."""

    activity = serializers.SlugField(source="activity.slug")
    name = serializers.CharField(source="activity.name")
    nace_codes = serializers.ListField(child=serializers.CharField(), source="activity.nace_codes")
    score = serializers.FloatField(
        min_value=0, max_value=1, help_text="general process knowledge, not reviewed"
    )
    level = serializers.ChoiceField(["established", "likely", "possible"])
    reason = serializers.CharField()
    processes = serializers.ListField(
        child=serializers.CharField(), help_text="that lead there; empty: taken as it is"
    )


class MadeSerializer(serializers.Serializer[Any]):
    """What a process makes."""

    resource = serializers.SlugField(source="resource.slug")
    name = serializers.CharField(source="resource.name")


class ProcessSerializer(serializers.Serializer[Any]):
    """A process of the catalogue that takes it."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    equation = serializers.CharField(help_text="or what happens, in words")
    waste_permit = serializers.BooleanField()
    basis = serializers.ChoiceField(Basis.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    makes = MadeSerializer(many=True)


class ForbiddenUseSerializer(serializers.Serializer[Any]):
    """A kind of plant that must not take it, and why."""

    activity = serializers.SlugField(source="activity.slug")
    name = serializers.CharField(source="activity.name")
    reason = serializers.CharField()
    legal_basis = serializers.CharField()


@extend_schema_serializer(many=False)
class UsesSerializer(serializers.Serializer[Uses]):
    """Who could use a resource, what it can be made into, and where it was used."""

    activities = UseSerializer(many=True, help_text="the best first, at most ten")
    disposal = UseSerializer(
        many=True, help_text="takes nearly anything: getting rid of it, rather than a use"
    )
    forbidden = ForbiddenUseSerializer(
        many=True,
        help_text="kinds of plant that must not take it as it is, by the law of the EU; at most eight",
    )
    processes = ProcessSerializer(many=True)
    precedents = NearPrecedentSerializer(many=True, help_text="the nearest first, at most five")
