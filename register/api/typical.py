"""What a kind of plant usually offers and seeks, over REST: public, read-only."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.affinity.plants import TypicalListing, find_activity, likely_activities, typical_listings
from catalogue.affinity.scoring import KnownActivity
from catalogue.models import Kind, Resource
from catalogue.selectors.knowledge import read_knowledge
from common.api import ApiViewSet, refuse_unknown_parameters
from common.reading.text import clean_line

LONGEST_TEXT = 200
PARAMETERS = ("activity", "nace", "q")


class ActivitySerializer(serializers.Serializer[Any]):
    """A kind of plant."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    nace_codes = serializers.ListField(child=serializers.CharField(), help_text="classes of NACE Rev. 2")


class UsualListingSerializer(serializers.Serializer[Any]):
    """A resource that plants of the kind usually offer or seek."""

    resource = serializers.SlugField()
    resource_name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    strength = serializers.FloatField(help_text="in (0, 1]: 0.9 and above in nearly all such plants")
    source = serializers.CharField(  # type: ignore[assignment]  # declared fields leave the class
        help_text="where that is known from, and whether it was reviewed"
    )


@extend_schema_serializer(many=False)
class UsualListingsSerializer(serializers.Serializer[Any]):
    """What plants of the likeliest kind usually list."""

    activity = ActivitySerializer(allow_null=True, help_text="null: no kind of plant is meant")
    others = ActivitySerializer(many=True, help_text="other kinds that may be meant")
    offers = UsualListingSerializer(many=True, help_text="by-products, the most usual first, at most ten")
    requests = UsualListingSerializer(
        many=True, help_text="by-products of others that it takes in, at most ten"
    )


class UsualListingsViewSet(ApiViewSet):
    """What a kind of plant usually has and needs."""

    queryset = Resource.objects.none()
    serializer_class = UsualListingsSerializer
    pagination_class = None  # type: ignore[assignment]  # DRF's own way to say: no pages
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="What a kind of plant usually offers and seeks",
        parameters=[
            OpenApiParameter("activity", str, description="slug or name of a kind of plant; counts first"),
            OpenApiParameter("nace", str, description="NACE Rev. 2 class, group or division, as 11.05"),
            OpenApiParameter("q", str, description="what the company says it is or makes"),
        ],
        responses=UsualListingsSerializer,
    )
    def list(self, request: Request) -> Response:
        """By-products and needs; without a parameter that says a kind of plant, none."""
        query = request.query_params
        refuse_unknown_parameters(request, PARAMETERS)
        asked = {name: clean_line(query.get(name, ""))[:LONGEST_TEXT] for name in PARAMETERS}
        knowledge = read_knowledge()
        named = find_activity(asked["activity"], knowledge) if asked["activity"] else None
        if asked["activity"] and named is None:
            raise serializers.ValidationError(
                {"activity": _("We know no kind of plant of this name; as brewery or cement-plant.")}
            )
        likely = likely_activities(
            knowledge, nace_code=asked["nace"], texts=[asked["q"]] if asked["q"] else []
        )
        slugs = list(dict.fromkeys([*([named] if named else []), *likely]))
        found = typical_listings(slugs[0], knowledge) if slugs else None
        return Response(
            {
                "activity": _activity(knowledge.activities[slugs[0]]) if slugs else None,
                "others": [_activity(knowledge.activities[slug]) for slug in slugs[1:]],
                **_documents(offers=found.offers if found else (), requests=found.requests if found else ()),
            }
        )


def _activity(activity: KnownActivity) -> dict[str, Any]:
    return {"slug": activity.slug, "name": activity.name, "nace_codes": list(activity.nace_codes)}


def _documents(**lists: Iterable[TypicalListing]) -> dict[str, Any]:
    wanted = {each.resource for rows in lists.values() for each in rows}
    resources = {found.slug: found for found in Resource.objects.filter(slug__in=wanted)}
    return {
        name: [
            {
                "resource": each.resource,
                "resource_name": resources[each.resource].name,
                "kind": resources[each.resource].kind,
                "strength": each.strength,
                "source": each.source,
            }
            for each in rows
            if each.resource in resources
        ]
        for name, rows in lists.items()
    }
