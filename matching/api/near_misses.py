"""Who almost fits a listing, over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import ApiViewSet, DecimalText
from listings.models import Listing
from matching import access
from matching.api.matches import MatchedListingSerializer
from matching.selectors.near_misses.near_miss import GATES
from matching.selectors.near_misses.remedies import Lifter
from matching.selectors.near_misses.search import near_misses


class GapSerializer(serializers.Serializer[Any]):
    """By how much a gate is missed."""

    name = serializers.CharField(help_text="`distance`, `days`, `lot`, or the slug of a quality property")
    amount = DecimalText(max_digits=24, decimal_places=4)
    unit = serializers.CharField()
    words = serializers.CharField()


class LiftSerializer(serializers.Serializer[Any]):
    """Who could lift the gate, and how."""

    who = serializers.ChoiceField(Lifter.choices)
    how = serializers.CharField()
    cost_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="in `cost_unit`; null: not known"
    )
    cost_unit = serializers.CharField(help_text="such as EUR/t")
    cost_words = serializers.CharField()
    cost_source = serializers.CharField()


class NearMissSerializer(serializers.Serializer[Any]):
    """A partner that fits but for one gate; score and figures are what they would be without it."""

    listing = MatchedListingSerializer()
    related = serializers.CharField(source="relation", help_text="as of a match")
    gate = serializers.ChoiceField(list(GATES.values()))
    words = serializers.CharField()
    gaps = GapSerializer(many=True)
    lifts = LiftSerializer(many=True)
    score = serializers.FloatField(min_value=0, max_value=1)
    distance_km = DecimalText(max_digits=24, decimal_places=1)
    amount_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="in `unit`")
    unit = serializers.CharField(help_text="of what is offered")
    benefit_low_eur_per_year = DecimalText(
        max_digits=24,
        decimal_places=0,
        allow_null=True,
        help_text="of both together, before what lifting the gate costs",
    )


class NearMissViewSet(ApiViewSet):
    """What almost fits a listing; beside `/listings/` because it is asked of one."""

    queryset = Listing.objects.none()
    serializer_class = NearMissSerializer
    permission_classes = (IsAuthenticated,)
    # A handful, the best first: neither pages nor filters.
    pagination_class = None  # type: ignore[assignment]  # as DRF allows
    filter_backends = ()

    @extend_schema(
        operation_id="listings_near_misses",
        summary="Who almost fits one of your listings, and what stands in the way (also facilitators)",
        responses=NearMissSerializer(many=True),
    )
    @action(detail=True, methods=["get"], url_name="misses")
    def near_misses(self, request: Request, pk: int) -> Response:
        """The best first; each fails one gate, and what you may not see is not told."""
        found = near_misses(request.user, access.get_matched_listing(request.user, pk))
        return Response(NearMissSerializer(found, many=True).data)
