"""The tree of resources over REST: public."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import (
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.uses import UsesSerializer
from catalogue.models import (
    Kind,
    LegalStatus,
    PriceBasis,
    PriceKind,
    QualityProperty,
    Resource,
    ResourcePrice,
    TransportMode,
)
from catalogue.selectors.resources import ResourceFilter, quality_properties_of, suggest_resources
from catalogue.selectors.uses import all_uses_of
from common.api import (
    UNIT_CHOICES,
    ApiViewSet,
    DecimalText,
    UniqueCursorPagination,
)
from common.errors import NotFound
from common.units import Conversion, fitting_units


class QualityPropertySerializer(serializers.ModelSerializer[QualityProperty]):
    """Something measurable that matters for a resource."""

    class Meta:
        model = QualityProperty
        fields = ["slug", "name", "unit"]
        read_only_fields = fields


class PriceSerializer(serializers.ModelSerializer[ResourcePrice]):
    """What one canonical unit costs, with its range and how well it is known."""

    kind = serializers.ChoiceField(PriceKind.choices, read_only=True)
    value_eur_per_unit = DecimalText(max_digits=12, decimal_places=4, read_only=True)
    low_eur_per_unit = DecimalText(max_digits=12, decimal_places=4, read_only=True)
    high_eur_per_unit = DecimalText(max_digits=12, decimal_places=4, read_only=True)
    basis = serializers.ChoiceField(PriceBasis.choices, read_only=True)
    stated_for = serializers.SlugRelatedField[Resource](
        slug_field="slug", read_only=True, help_text="the resource whose price this is"
    )

    class Meta:
        model = ResourcePrice
        fields = [
            "kind",
            "country",
            "value_eur_per_unit",
            "low_eur_per_unit",
            "high_eur_per_unit",
            "year",
            "basis",
            "source",
            "stated_for",
        ]
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
    usual_status = serializers.ChoiceField(
        ["", *LegalStatus.values],
        read_only=True,
        help_text="what it usually is in law; empty: neither waste nor good",
    )
    prices = PriceSerializer(many=True, read_only=True, help_text="by country; EU where a country has none")
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
            "usual_status",
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
            "prices",
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
        resources = self.filter_queryset(_with_prices(self.get_queryset()))
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
        resource = _with_prices(self.get_queryset()).filter(slug=slug).first()
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


def _with_prices(resources: QuerySet[Resource]) -> QuerySet[Resource]:
    return resources.select_related("parent").prefetch_related(
        Prefetch("prices", ResourcePrice.objects.select_related("stated_for"))
    )


def _find(resources: Any, text: str, limit: int) -> list[Resource]:
    """Return up to `limit` of the resources in the order of likeness."""
    suggested = [suggestion.resource_id for suggestion in suggest_resources(text, limit=200)]
    found = resources.in_bulk(suggested)
    return [found[pk] for pk in suggested if pk in found][:limit]
