"""Plants of public registers over REST: public, read-only; their claims can be made."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade
from catalogue.models import Kind
from common.api import DecimalText, checked
from events.idempotency import IdempotentViewSet
from listings.selectors.filters import PlaceFilter
from register.access import get_plant
from register.api.claims import NewClaimSerializer, PlantClaimSerializer
from register.models import ClaimState, LimitBasis, RegisterPlant
from register.selectors.plants import RegisterFilter, StreamFilter
from register.services.claims import claim_plant


class ProbableStreamSerializer(serializers.Serializer[Any]):
    """What the plant probably has; nobody at the plant said so."""

    resource = serializers.SlugField(source="resource.slug")
    resource_name = serializers.CharField(source="resource.name")
    kind = serializers.ChoiceField(Kind.choices, source="resource.kind")
    strength = DecimalText(max_digits=3, decimal_places=2, help_text="how usual in such plants, up to 1")
    limit_t_per_year = DecimalText(
        max_digits=16,
        decimal_places=3,
        allow_null=True,
        help_text="no more than this: all the reported waste of `basis` together, not this stream's amount",
    )
    basis = serializers.ChoiceField(LimitBasis.choices, help_text="which reported total is the limit")


class RegisterPlantSerializer(serializers.Serializer[Any]):
    """A plant of a public register: no listing, not matched, not counted in the market."""

    id = serializers.IntegerField()
    register = serializers.CharField()
    register_id = serializers.CharField()
    name = serializers.CharField()
    activity = serializers.CharField(help_text="slug of a kind of plant; see usual-listings")
    nace_code = serializers.CharField(help_text="from the register's activity")
    town = serializers.CharField()
    country = serializers.CharField()
    latitude = serializers.FloatField(help_text="° (WGS 84)")
    longitude = serializers.FloatField(help_text="°")
    year = serializers.IntegerField(help_text="of the reported waste")
    nonhazardous_t = DecimalText(max_digits=16, decimal_places=3, allow_null=True)
    hazardous_t = DecimalText(max_digits=16, decimal_places=3, allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    claimed_by = serializers.SerializerMethodField(help_text="name of its company, once confirmed; else null")
    streams = serializers.SerializerMethodField(help_text="empty once it is claimed")

    @extend_schema_field({"type": "string", "nullable": True})
    def get_claimed_by(self, plant: RegisterPlant) -> str | None:
        """Only what is confirmed is told."""
        return next(
            (claim.organization.name for claim in plant.claims.all() if claim.state == ClaimState.CONFIRMED),
            None,
        )

    @extend_schema_field(ProbableStreamSerializer(many=True))
    def get_streams(self, plant: RegisterPlant) -> Any:
        """A company speaks for itself."""
        streams = () if self.get_claimed_by(plant) else plant.streams.all()
        return ProbableStreamSerializer(streams, many=True).data


class RegisterPlantApiFilter(RegisterFilter):
    """The filters of the register's page."""

    resource = extend_schema_field(
        {
            "type": "string",
            "description": "slug or name of a resource that the plant probably has, or below it",
        }
    )(StreamFilter())
    near = extend_schema_field(
        {"type": "string", "description": "a town, as `Halle, DE`, or `latitude,longitude`; with `within_km`"}
    )(PlaceFilter())


@extend_schema_view(list=extend_schema(summary="Plants of public registers, and what they probably have"))
class RegisterPlantViewSet(IdempotentViewSet):
    """Plants that a public register knows; unclaimed unless it says otherwise."""

    queryset = RegisterPlant.objects.none()
    serializer_class = RegisterPlantSerializer
    filterset_class = RegisterPlantApiFilter

    def get_queryset(self) -> Any:
        """All of them, with what a document shows."""
        return RegisterPlant.objects.prefetch_related("streams__resource", "claims__organization")

    def list(self, request: Request) -> Response:
        """A page, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(RegisterPlantSerializer(page or (), many=True).data)

    @extend_schema(summary="One plant of a public register")
    def retrieve(self, request: Request, pk: int) -> Response:
        """With its probable streams."""
        return Response(RegisterPlantSerializer(get_plant(pk)).data)

    @extend_schema(
        operation_id="register_plants_claim",
        summary="Say that it is your plant (owners, traders)",
        request=NewClaimSerializer,
        responses={201: PlantClaimSerializer},
    )
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: int) -> Response:
        """It waits for a facilitator of one of the organization's programmes."""
        plant = get_plant(pk)
        values = checked(NewClaimSerializer, request)
        organization = get_organization_to_trade(request.user, values.pop("organization").pk)
        claim = claim_plant(actor=self.actor, organization=organization, plant=plant, **values)
        return Response(PlantClaimSerializer(claim).data, status=201)
