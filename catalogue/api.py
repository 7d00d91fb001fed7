"""The catalogue over REST: public; precedents can also be written by facilitators."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_programme_to_facilitate
from catalogue import access, precedents
from catalogue.codes import CodeSuggestions, suggest_codes
from catalogue.filters import PrecedentFilter
from catalogue.models import (
    Basis,
    Kind,
    Precedent,
    QualityProperty,
    Resource,
    ResourceQuality,
    TransportMode,
)
from catalogue.resource_uses import Uses, all_uses_of
from catalogue.search import suggest_resources
from common.api import (
    UNIT_CHOICES,
    ApiViewSet,
    DecimalText,
    StrictSerializer,
    UniqueCursorPagination,
    checked,
)
from common.errors import NotFound
from common.units import CANONICAL_UNIT, UNIT_LABEL, Conversion, fitting_units
from events.idempotency import IdempotentViewSet

LONGEST_SEARCH = 200
CANONICAL_UNITS = [(unit, UNIT_LABEL[unit]) for unit in CANONICAL_UNIT.values()]


class QualityPropertySerializer(serializers.ModelSerializer[QualityProperty]):
    """Something measurable that matters for a resource."""

    class Meta:
        model = QualityProperty
        fields = ["slug", "name", "unit"]
        read_only_fields = fields


class ResourceSerializer(serializers.ModelSerializer[Resource]):
    """A node of the catalogue."""

    kind = serializers.ChoiceField(Kind.choices, read_only=True)
    parent = serializers.SlugRelatedField[Resource](  # type: ignore[assignment]  # declared fields leave the class
        slug_field="slug", read_only=True, allow_null=True
    )
    canonical_unit = serializers.ChoiceField(
        UNIT_CHOICES, read_only=True, help_text="in which amounts are stored and compared"
    )
    units = serializers.SerializerMethodField(help_text="in which a quantity can be typed")
    density_t_per_m3 = DecimalText(max_digits=12, decimal_places=7, read_only=True, allow_null=True)
    energy_mwh_per_t = DecimalText(max_digits=12, decimal_places=7, read_only=True, allow_null=True)
    energy_mwh_per_m3 = DecimalText(max_digits=12, decimal_places=7, read_only=True, allow_null=True)
    disposal_price_eur_per_unit = DecimalText(
        max_digits=12, decimal_places=4, read_only=True, allow_null=True, help_text="per canonical unit"
    )
    purchase_price_eur_per_unit = DecimalText(
        max_digits=12,
        decimal_places=4,
        read_only=True,
        allow_null=True,
        help_text="per canonical unit, of the primary equivalent",
    )
    transport_mode = serializers.ChoiceField(TransportMode.choices, read_only=True)
    quality_properties = serializers.SerializerMethodField(help_text="the most important first")

    class Meta:
        model = Resource
        fields = [
            "slug",
            "name",
            "kind",
            "parent",
            "depth",
            "breadcrumb",
            "description",
            "synonyms",
            "ewc_codes",
            "hazardous_possible",
            "dimension",
            "canonical_unit",
            "units",
            "density_t_per_m3",
            "energy_mwh_per_t",
            "energy_mwh_per_m3",
            "conversion_source",
            "disposal_price_eur_per_unit",
            "purchase_price_eur_per_unit",
            "price_source",
            "transport_mode",
            "reach_km",
            "quality_properties",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(UNIT_CHOICES)))
    def get_units(self, resource: Resource) -> list[str]:
        """Those that the resource's dimension, density and calorific value allow."""
        conversion = Conversion(
            resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3
        )
        return fitting_units(resource.dimension, conversion)

    @extend_schema_field(QualityPropertySerializer(many=True))
    def get_quality_properties(self, resource: Resource) -> Any:
        """Own or inherited."""
        return QualityPropertySerializer(self.context["properties"][resource.pk], many=True).data


def quality_properties_of(resources: Iterable[Resource]) -> dict[int, list[QualityProperty]]:
    """Return `Resource.quality_properties()` of each resource in one query."""
    rows = list(ResourceQuality.objects.select_related("property", "resource").order_by("rank", "pk"))
    found = {}
    for resource in resources:
        covering = [row for row in rows if row.resource.covers(resource)]
        nearest = max((row.resource.depth for row in covering), default=None)
        found[resource.pk] = [row.property for row in covering if row.resource.depth == nearest]
    return found


# --- precedents and uses, as they are read ------------------------------------------------------------------
class PrecedentSerializer(serializers.ModelSerializer[Precedent]):
    """A documented exchange; null or empty: not published."""

    slug = serializers.SlugField(allow_null=True, help_text="of a published one; null: added by a programme")
    resource = serializers.SlugField(source="resource.slug", help_text="what is given")
    resource_name = serializers.CharField(source="resource.name")
    serves_as = serializers.SlugField(source="serves.slug", help_text="what it is taken as")
    quantity = DecimalText(max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`")
    unit = serializers.ChoiceField(CANONICAL_UNITS, allow_blank=True)
    per_year = serializers.BooleanField(help_text="false: once, in all")
    programme = serializers.SlugField(
        source="programme.slug", allow_null=True, default=None, help_text="that added it; null: published"
    )

    class Meta:
        model = Precedent
        fields = [
            "id",
            "slug",
            "place",
            "country",
            "giver",
            "giver_activity",
            "receiver",
            "receiver_activity",
            "resource",
            "resource_name",
            "serves_as",
            "since",
            "quantity",
            "unit",
            "per_year",
            "quantity_year",
            "note",
            "source",
            "programme",
        ]
        read_only_fields = fields


class NearPrecedentSerializer(serializers.Serializer[Any]):
    """A precedent, and how near it is to what one asked about."""

    nearness = serializers.SerializerMethodField(
        help_text="`same` by-product, a `kind` of it, or `related`: what it is one of"
    )
    words = serializers.CharField(source="nearness.words")
    precedent = PrecedentSerializer()

    @extend_schema_field(serializers.ChoiceField(["same", "kind", "related"]))
    def get_nearness(self, found: precedents.PrecedentFound) -> str:
        """As a word."""
        return found.nearness.name.lower()


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


@extend_schema_serializer(many=False)
class UsesSerializer(serializers.Serializer[Uses]):
    """Who could use a resource, what it can be made into, and where it was used."""

    activities = UseSerializer(many=True, help_text="the best first, at most ten")
    disposal = UseSerializer(
        many=True, help_text="takes nearly anything: getting rid of it, rather than a use"
    )
    processes = ProcessSerializer(many=True)
    precedents = NearPrecedentSerializer(many=True, help_text="the nearest first, at most five")


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


class TreePagination(UniqueCursorPagination):
    """In the order of the tree, whose positions are unique too."""

    ordering = "tree_left"


@extend_schema_view(list=extend_schema(summary="The catalogue's resources"))
class ResourceViewSet(ApiViewSet):
    """Resources as a tree by kind; a request for one accepts what lies below it."""

    queryset = Resource.objects.all()
    serializer_class = ResourceSerializer
    filterset_class = ResourceFilter
    pagination_class = TreePagination
    permission_classes = (AllowAny,)
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def list(self, request: Request) -> Response:
        """A page in the order of the tree, or of likeness to `q`."""
        resources = self.filter_queryset(self.get_queryset().select_related("parent"))
        if text := request.query_params.get("q", "").strip():
            limit = TreePagination().get_page_size(request)
            return Response(
                {"next": None, "previous": None, "results": self._documents(_find(resources, text, limit))}
            )
        page = self.paginate_queryset(resources)
        return self.get_paginated_response(self._documents(page or ()))

    @extend_schema(summary="One resource")
    def retrieve(self, request: Request, slug: str) -> Response:
        """One resource."""
        resource = self.get_queryset().select_related("parent").filter(slug=slug).first()
        if resource is None:
            raise NotFound
        return Response(self._documents([resource])[0])

    @extend_schema(
        operation_id="resources_uses",
        summary="Who could use a resource, and where it was used",
        responses=UsesSerializer,
    )
    @action(detail=True, methods=["get"])
    def uses(self, request: Request, slug: str) -> Response:
        """From general process knowledge, the processes of the catalogue and precedents."""
        resource = self.get_queryset().filter(slug=slug).first()
        if resource is None:
            raise NotFound
        return Response(UsesSerializer(all_uses_of(resource)).data)

    def _documents(self, resources: Sequence[Resource]) -> Any:
        context = self.get_serializer_context() | {"properties": quality_properties_of(resources)}
        return ResourceSerializer(resources, many=True, context=context).data


def _find(resources: Any, text: str, limit: int) -> list[Resource]:
    """Return up to `limit` of the resources in the order of likeness."""
    suggested = [suggestion.resource_id for suggestion in suggest_resources(text, limit=200)]
    found = resources.in_bulk(suggested)
    return [found[pk] for pk in suggested if pk in found][:limit]


class CodeSuggestionSerializer(serializers.Serializer[Any]):
    """A waste code, with why it is suggested."""

    code = serializers.CharField(help_text="six digits")
    display = serializers.CharField(help_text="as the law prints it, 10 01 04*")
    description = serializers.CharField()
    hazardous = serializers.BooleanField()
    score = serializers.FloatField(help_text="compares codes of one answer only")
    reason = serializers.CharField()
    warning = serializers.CharField(help_text="about the mirror entry, and what decides; empty without one")
    twins = serializers.ListField(child=serializers.CharField(), help_text="the mirror entries")


class CodeAnswerSerializer(serializers.Serializer[Any]):
    """A code, and the origin with which it is the right one."""

    code = serializers.CharField()
    origin = serializers.CharField()


class CodeQuestionSerializer(serializers.Serializer[Any]):
    """What decides between codes that differ by origin."""

    text = serializers.CharField()
    answers = CodeAnswerSerializer(many=True)


@extend_schema_serializer(many=False)
class CodeSuggestionsSerializer(serializers.Serializer[CodeSuggestions]):
    """What plain words may be by the European List of Waste."""

    codes = CodeSuggestionSerializer(many=True, help_text="the likeliest first, at most ten")
    resource = serializers.SlugField(allow_null=True, help_text="of the catalogue, if one is meant")
    question = CodeQuestionSerializer(allow_null=True)
    note = serializers.CharField(help_text="why there is no code, where that is known")


class CodeSuggestionViewSet(ApiViewSet):
    """Waste codes for plain words."""

    queryset = Resource.objects.none()
    serializer_class = CodeSuggestionsSerializer
    pagination_class = None  # type: ignore[assignment]  # DRF's own way to say: no pages
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="Waste codes for plain words",
        parameters=[
            OpenApiParameter("q", str, description="what it is: English, German, an abbreviation or a code")
        ],
        responses=CodeSuggestionsSerializer,
    )
    def list(self, request: Request) -> Response:
        """The ten best codes, with the question that decides between them."""
        if unknown := request.query_params.keys() - {"q"}:
            text = _("Not a parameter of this list; the only one is q.")
            raise serializers.ValidationError({name[:60]: text for name in unknown})
        found = suggest_codes(request.query_params.get("q", ""))
        answers = found.question.answers if found.question else ()
        return Response(
            {
                "codes": CodeSuggestionSerializer(found.codes, many=True).data,
                "resource": found.resource.slug if found.resource else None,
                "question": found.question
                and {
                    "text": found.question.text,
                    "answers": [{"code": code, "origin": origin} for code, origin in answers],
                },
                "note": found.note,
            }
        )


# --- precedents, as they are written ------------------------------------------------------------------------
def _resource_field(**options: Any) -> Any:
    return serializers.SlugRelatedField(
        slug_field="slug", queryset=Resource.objects.listable(), help_text="a resource's slug", **options
    )


class PrecedentDetailsSerializer(StrictSerializer):
    """What is known of an exchange; null or empty: not published. What can be so is decided by the service."""

    place = serializers.CharField(max_length=160, help_text="network, park or town")
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2")
    giver = serializers.CharField(max_length=160)
    giver_activity = serializers.CharField(
        max_length=80, allow_blank=True, default="", help_text="a NACE code, or the slug of a kind of plant"
    )
    receiver = serializers.CharField(max_length=160)
    receiver_activity = serializers.CharField(max_length=80, allow_blank=True, default="")
    resource = _resource_field()
    serves_as = _resource_field(allow_null=True, default=None)
    since = serializers.IntegerField(allow_null=True, default=None, min_value=1800, max_value=2100)
    quantity = DecimalText(max_digits=20, decimal_places=6, allow_null=True, default=None)
    unit = serializers.ChoiceField(CANONICAL_UNITS, allow_blank=True, default="")
    per_year = serializers.BooleanField(default=True, help_text="false: once, in all")
    quantity_year = serializers.IntegerField(allow_null=True, default=None, min_value=1800, max_value=2100)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]  # declared fields leave the class


class NewPrecedentSerializer(PrecedentDetailsSerializer):
    """An exchange, and the programme for which it is added."""

    programme = serializers.SlugField(help_text="one that you facilitate")


@extend_schema_view(list=extend_schema(summary="Documented exchanges"))
class PrecedentViewSet(mixins.ListModelMixin, IdempotentViewSet):
    """Exchanges that are documented as done, each with its source."""

    queryset = Precedent.objects.none()
    serializer_class = PrecedentSerializer
    filterset_class = PrecedentFilter
    permission_classes = (IsAuthenticatedOrReadOnly,)

    def get_queryset(self) -> Any:
        """All of them; they are public."""
        return access.precedents()

    @extend_schema(summary="One documented exchange")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One exchange."""
        return Response(PrecedentSerializer(access.get_precedent(pk)).data)

    @extend_schema(
        summary="Add a documented exchange (facilitators)",
        request=NewPrecedentSerializer,
        responses={201: PrecedentSerializer},
    )
    def create(self, request: Request) -> Response:
        """For a programme; everybody sees it."""
        values = checked(NewPrecedentSerializer, request)
        programme = get_programme_to_facilitate(request.user, values.pop("programme"))
        added = precedents.add_precedent(
            actor=self.actor, programme=programme, details=precedents.PrecedentDetails(**values)
        )
        return Response(PrecedentSerializer(access.get_precedent(added.pk)).data, status=201)

    @extend_schema(
        summary="Change some of a documented exchange (facilitators of its programme)",
        request=PrecedentDetailsSerializer,
        responses=PrecedentSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays; the published ones cannot be changed."""
        found = access.get_precedent_to_change(request.user, pk)
        changes = checked(PrecedentDetailsSerializer, request)
        now = {field.name: getattr(found, field.name) for field in fields(precedents.PrecedentDetails)}
        precedents.edit_precedent(
            actor=self.actor, precedent=found, details=precedents.PrecedentDetails(**(now | changes))
        )
        return Response(PrecedentSerializer(access.get_precedent(pk)).data)

    @extend_schema(
        summary="Remove a documented exchange (facilitators of its programme)", responses={204: None}
    )
    def destroy(self, request: Request, pk: int) -> Response:
        """The published ones stay."""
        found = access.get_precedent_to_change(request.user, pk)
        precedents.remove_precedent(actor=self.actor, precedent=found)
        return Response(status=204)
