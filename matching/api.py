"""Matches over REST: those of one's own listings, and those that one reviews."""

from typing import Any

import django_filters
from django.db.models import Q
from django.forms import IntegerField
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.models import Kind
from common.api import UNIT_CHOICES, ApiViewSet, DecimalText, StrictSerializer, checked
from common.units import CANONICAL_UNIT
from listings.access import mark_identities
from listings.models import Listing, Period, Side, State
from matching import access, services
from matching.engine import PARTS
from matching.models import DismissReason, Match, MatchState


class MatchedListingSerializer(serializers.Serializer[Listing]):
    """What one side of a match is about; `/listings/{id}/` says the rest of it while it is on the market."""

    id = serializers.IntegerField()
    side = serializers.ChoiceField(Side.choices)
    state = serializers.ChoiceField(State.choices)
    name = serializers.CharField()
    resource = serializers.SlugField(source="resource.slug")
    resource_name = serializers.CharField(source="resource.name")
    kind = serializers.ChoiceField(Kind.choices, source="resource.kind")
    identity_known = serializers.BooleanField(help_text="false: an anonymous party")
    party_name = serializers.CharField(help_text="the organization's name, or its code name")
    party_place = serializers.CharField()
    quantity = DecimalText(
        max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`, per `period`"
    )
    unit = serializers.ChoiceField(UNIT_CHOICES)
    period = serializers.ChoiceField(Period.choices)


class MatchPartsSerializer(serializers.Serializer[dict[str, float | None]]):
    """Each part of the score from 0 to 1, higher is better; null where too little is stated to tell."""

    def get_fields(self) -> dict[str, Any]:
        """One per part of the engine."""
        return {name: serializers.FloatField(allow_null=True, min_value=0, max_value=1) for name in PARTS}


class AssumptionsSerializer(serializers.Serializer[dict[str, Any]]):
    """What the yearly benefit was computed from, per canonical unit; null where nothing is known."""

    disposal_avoided_eur_per_unit = serializers.FloatField(allow_null=True)
    purchase_avoided_eur_per_unit = serializers.FloatField(allow_null=True)
    transport_eur_per_unit = serializers.FloatField(allow_null=True)
    transport_eur_per_unit_km = serializers.FloatField(allow_null=True)
    road_factor = serializers.FloatField(allow_null=True)
    transport_source = serializers.CharField()


class ReviewSerializer(serializers.Serializer[Match]):
    """What a facilitator said of a match."""

    reviewed_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(DismissReason.choices, allow_blank=True)
    remark = serializers.CharField()


class MatchSerializer(serializers.Serializer[Any]):
    """An offer and a request that fit, and why."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(MatchState.choices)
    score = serializers.FloatField(min_value=0, max_value=1)
    parts = MatchPartsSerializer()
    distance_km = serializers.FloatField()
    amount_per_year = DecimalText(
        max_digits=24, decimal_places=3, allow_null=True, help_text="what could move in a year, in `unit`"
    )
    unit = serializers.SerializerMethodField(help_text="canonical")
    covered_share = serializers.FloatField(allow_null=True, help_text="of the request, 0 to 1")
    benefit_eur_per_year = DecimalText(
        max_digits=20, decimal_places=0, allow_null=True, help_text="EUR a year, of both parties together"
    )
    break_even_km = serializers.FloatField(allow_null=True, help_text="up to where it pays")
    assumptions = AssumptionsSerializer()
    offer = MatchedListingSerializer()
    request = MatchedListingSerializer()
    can_review = serializers.SerializerMethodField(help_text="whether you may approve or dismiss it")
    review = serializers.SerializerMethodField(help_text="for those who may review it, once somebody has")
    computed_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, match: Match) -> str:
        """The canonical unit of the offered resource."""
        return CANONICAL_UNIT[match.offer.resource.dimension]

    def get_can_review(self, match: Match) -> bool:
        """A facilitator of a programme of one of the parties."""
        return match.pk in self.context["reviewable"]

    @extend_schema_field(ReviewSerializer(allow_null=True))
    def get_review(self, match: Match) -> Any:
        """A remark is written for facilitators."""
        shown = match.reviewed_at is not None and self.get_can_review(match)
        return ReviewSerializer(match).data if shown else None


class RemarkSerializer(StrictSerializer):
    """Words for the other facilitators."""

    remark = serializers.CharField(max_length=1000, allow_blank=True, default="")


class DismissalSerializer(RemarkSerializer):
    """Why a match is taken out."""

    reason = serializers.ChoiceField(DismissReason.choices, help_text="`other` needs a remark")


class _IdFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    field_class = IntegerField


class MatchFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the matches."""

    state = django_filters.ChoiceFilter(choices=MatchState.choices)
    listing = extend_schema_field({"type": "integer", "description": "id of an offer or a request"})(
        _IdFilter(method="of_listing")
    )
    role = django_filters.ChoiceFilter(
        choices=[("party", _("as a party")), ("reviewer", _("as a facilitator"))],
        method="in_role",
        label="only those that you see as a party, or as a facilitator",
    )

    def of_listing(self, matches: Any, name: str, listing_id: int) -> Any:
        """Keep those of one listing."""
        return matches.filter(Q(offer=listing_id) | Q(request=listing_id))

    def in_role(self, matches: Any, name: str, role: str) -> Any:
        """Keep those that the reader sees in one of the two roles."""
        reads = access.own_matches if role == "party" else access.matches_to_review
        return matches.filter(pk__in=reads(self.request.user).values("pk"))


@extend_schema_view(list=extend_schema(summary="The matches that you may see"))
class MatchViewSet(ApiViewSet):
    """What the engine proposes, with the score's parts and the benefit's assumptions."""

    queryset = Match.objects.none()
    serializer_class = MatchSerializer
    filterset_class = MatchFilter
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> Any:
        """As a party, or as a facilitator."""
        return access.with_sides(access.visible_matches(self.request.user))

    def documents(self, matches: list[Match]) -> Any:
        """Return the matches as the reader may see them."""
        mark_identities(
            self.request.user, [side for match in matches for side in (match.offer, match.request)]
        )
        ids = [match.pk for match in matches]
        reviewable = set(
            access.matches_to_review(self.request.user).filter(pk__in=ids).values_list("pk", flat=True)
        )
        return MatchSerializer(matches, many=True, context={"reviewable": reviewable}).data

    def answer(self, pk: int) -> Response:
        """Return one match as it is now."""
        return Response(self.documents([access.get_match(self.request.user, pk)])[0])

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.documents(list(page or ())))

    @extend_schema(summary="One match")
    def retrieve(self, request: Request, pk: int) -> Response:
        """A match that you may see."""
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_approve",
        summary="Introduce the parties (facilitators)",
        request=RemarkSerializer,
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Both parties are shown that it was approved."""
        match = access.get_match_to_review(request.user, pk)
        services.approve_match(actor=self.actor, match=match, **checked(RemarkSerializer, request))
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_dismiss",
        summary="Take a match out, saying why (facilitators)",
        request=DismissalSerializer,
    )
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: int) -> Response:
        """The parties no longer see it."""
        match = access.get_match_to_review(request.user, pk)
        services.dismiss_match(actor=self.actor, match=match, **checked(DismissalSerializer, request))
        return self.answer(pk)
