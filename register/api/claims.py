"""Claims over REST: for their company and its facilitators."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.organizations import OwnOrganizationField
from accounts.api.sites import OwnSiteField
from accounts.models import Organization, Site
from common.api import StrictSerializer, checked
from events.idempotency import IdempotentViewSet
from register.access import get_claim_to_decide, visible_claims
from register.models import ClaimState, PlantClaim
from register.services.claims import LONGEST_REMARK, confirm_claim, refuse_claim


class PlantClaimSerializer(serializers.Serializer[Any]):
    """A claim, as its company and its facilitators see it."""

    id = serializers.IntegerField()
    plant = serializers.IntegerField(source="plant_id")
    organization = serializers.IntegerField(source="organization_id")
    site = serializers.IntegerField(source="site_id", allow_null=True)
    remark = serializers.CharField()
    state = serializers.ChoiceField(ClaimState.choices)
    reason = serializers.CharField(help_text="why it was refused")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class NewClaimSerializer(StrictSerializer):
    """For whom a plant is claimed."""

    organization = OwnOrganizationField(queryset=Organization.objects.none())
    site = OwnSiteField(
        queryset=Site.objects.none(),
        allow_null=True,
        default=None,
        help_text="where its drafts shall stand; null: the one within 2 km, else a new one",
    )
    remark = serializers.CharField(max_length=LONGEST_REMARK, allow_blank=True, default="")


class RefusalSerializer(StrictSerializer):
    """Why a claim is refused."""

    reason = serializers.CharField(max_length=LONGEST_REMARK)


@extend_schema_view(list=extend_schema(summary="Claims of your organizations and programmes"))
class PlantClaimViewSet(IdempotentViewSet):
    """Claims to plants of a register."""

    queryset = PlantClaim.objects.none()
    serializer_class = PlantClaimSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> Any:
        """Own ones, and those one decides."""
        return visible_claims(self.request.user)

    def list(self, request: Request) -> Response:
        """A page, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(PlantClaimSerializer(page or (), many=True).data)

    @extend_schema(operation_id="plant_claims_confirm", summary="Confirm it (facilitators)", request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """Its streams become drafts of its organization."""
        claim = confirm_claim(actor=self.actor, claim=get_claim_to_decide(request.user, pk))
        return Response(PlantClaimSerializer(claim).data)

    @extend_schema(
        operation_id="plant_claims_refuse",
        summary="Refuse it (facilitators)",
        request=RefusalSerializer,
        responses=PlantClaimSerializer,
    )
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        """The plant can be claimed again."""
        claim = get_claim_to_decide(request.user, pk)
        reason = checked(RefusalSerializer, request)["reason"]
        return Response(PlantClaimSerializer(refuse_claim(actor=self.actor, claim=claim, reason=reason)).data)
