"""Matches over REST: those of one's own listings, and those that one reviews."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade
from accounts.api.organizations import OwnOrganizationField
from accounts.models import Organization
from catalogue.models import Kind
from catalogue.precedents.api import NearPrecedentSerializer
from catalogue.precedents.selectors import precedents_for
from common.api import UNIT_CHOICES, DecimalText, StrictSerializer, checked
from common.units import CANONICAL_UNIT
from events.idempotency import IdempotentViewSet
from listings.access import mark_identities
from listings.disclosure.rules import told_at
from listings.models import Listing, Period, Side, State
from matching import access
from matching.api.explanations import LIMITS, ExplanationSerializer, WhatIfSerializer
from matching.engine import PARTS
from matching.models import DismissReason, Match, MatchState, StaleReason
from matching.selectors.explanations.explain import explained_by_road, what_if
from matching.selectors.explanations.explanation import limit_code
from matching.selectors.filters import MatchFilter
from matching.services.interests import note_interest, take_back_interest
from matching.services.reviews import approve_match, dismiss_match, take_back_review


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


class ReviewSerializer(serializers.Serializer[Match]):
    """What a facilitator said of a match."""

    reviewed_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(DismissReason.choices, allow_blank=True)
    remark = serializers.CharField()


class MatchSerializer(serializers.Serializer[Any]):
    """An offer and a request that fit, and how well; one alone also says what its numbers rest on."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(MatchState.choices)
    score = serializers.FloatField(min_value=0, max_value=1)
    parts = MatchPartsSerializer()
    distance_km = serializers.FloatField(
        help_text="straight line between the places as they are public, of what goes by road times 1.3"
    )
    open_water_km = DecimalText(
        max_digits=5,
        decimal_places=0,
        allow_null=True,
        help_text="on that line, where it goes by ship, or the long way round: take `distance_km` as the least; "
        "transport may cost more, and the benefit be less. null: it goes over land, or not by lorry",
    )
    amount_per_year = DecimalText(
        max_digits=24, decimal_places=3, allow_null=True, help_text="what could move in a year, in `unit`"
    )
    unit = serializers.SerializerMethodField(help_text="canonical")
    covered_share = serializers.FloatField(allow_null=True, help_text="of the request, 0 to 1")
    benefit_low_eur_per_year = DecimalText(
        max_digits=20,
        decimal_places=0,
        allow_null=True,
        help_text="EUR a year, of both parties together: at least, if both mean what they said; null: not known",
    )
    benefit_high_eur_per_year = DecimalText(
        max_digits=20,
        decimal_places=0,
        allow_null=True,
        help_text="EUR a year, of both parties together: at most what the catalogue would allow",
    )
    limited_by = serializers.SerializerMethodField(help_text="what keeps `amount_per_year` from being larger")
    break_even_km = serializers.FloatField(
        allow_null=True, help_text="up to where it pays, at most the reach; null: not known"
    )
    saved_t_per_year = DecimalText(
        max_digits=20,
        decimal_places=3,
        allow_null=True,
        help_text="t CO2e a year, transport and treatment taken off",
    )
    gains_money_and_loses_co2e = serializers.BooleanField(
        help_text="it may pay, although more is emitted than without it"
    )
    treatment_steps = serializers.IntegerField(help_text="0: used as it is")
    related = serializers.CharField(
        source="relation",
        help_text="how what is offered differs from what is sought; empty: it is that, or a kind of it",
    )
    stale_reason = serializers.ChoiceField(
        StaleReason.choices, allow_blank=True, help_text="why it no longer fits; empty: it does"
    )
    offer = MatchedListingSerializer()
    request = MatchedListingSerializer()
    can_review = serializers.SerializerMethodField(help_text="whether you may approve or dismiss it")
    review = serializers.SerializerMethodField(help_text="for those who may review it, once somebody has")
    computed_at = serializers.SerializerMethodField(help_text="of one with an anonymous party the day alone")
    created_at = serializers.SerializerMethodField(help_text="as `computed_at`")

    @extend_schema_field(serializers.DateTimeField())
    def get_computed_at(self, match: Match) -> datetime | None:
        """When its figures were worked out."""
        return self._told(match, match.computed_at)

    @extend_schema_field(serializers.DateTimeField())
    def get_created_at(self, match: Match) -> datetime | None:
        """When it was found first."""
        return self._told(match, match.created_at)

    def _told(self, match: Match, moment: datetime) -> datetime | None:
        return told_at(moment, is_known=match.offer.identity_known and match.request.identity_known)

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, match: Match) -> str:
        """The canonical unit of the offered resource."""
        return CANONICAL_UNIT[match.offer.resource.dimension]

    @extend_schema_field(serializers.ChoiceField(LIMITS))
    def get_limited_by(self, match: Match) -> str:
        """As a word."""
        return limit_code(match.limited_by)

    def get_can_review(self, match: Match) -> bool:
        """A facilitator of a programme of one of the parties."""
        return match.pk in self.context["reviewable"]

    @extend_schema_field(ReviewSerializer(allow_null=True))
    def get_review(self, match: Match) -> Any:
        """A remark is written for facilitators."""
        shown = match.reviewed_at is not None and self.get_can_review(match)
        return ReviewSerializer(match).data if shown else None


class ExplainedMatchSerializer(MatchSerializer):
    """A match, and everything that its numbers rest on."""

    explanation = ExplanationSerializer()
    precedents = NearPrecedentSerializer(many=True, help_text="where the like was done before")


class RemarkSerializer(StrictSerializer):
    """Words for the other facilitators."""

    remark = serializers.CharField(max_length=1000, allow_blank=True, default="")


class DismissalSerializer(RemarkSerializer):
    """Why a match is taken out."""

    reason = serializers.ChoiceField(DismissReason.choices, help_text="`other` needs a remark")


class SpeakingSerializer(StrictSerializer):
    """For which party one speaks; of use to who belongs to both."""

    organization = OwnOrganizationField(queryset=Organization.objects.none(), allow_null=True, default=None)


@extend_schema_view(list=extend_schema(summary="The matches that you may see"))
class MatchViewSet(IdempotentViewSet):
    """What the engine proposes, with the score's parts, and of one alone with all that its benefit rests on."""

    queryset = Match.objects.none()
    serializer_class = MatchSerializer
    filterset_class = MatchFilter
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> Any:
        """As a party, or as a facilitator."""
        return access.with_sides(access.visible_matches(self.request.user))

    def documents(self, matches: list[Match], serializer: type[MatchSerializer] = MatchSerializer) -> Any:
        """Return the matches as the reader may see them."""
        mark_identities(
            self.request.user, [side for match in matches for side in (match.offer, match.request)]
        )
        ids = [match.pk for match in matches]
        reviewable = set(
            access.matches_to_review(self.request.user).filter(pk__in=ids).values_list("pk", flat=True)
        )
        return serializer(matches, many=True, context={"reviewable": reviewable}).data

    def answer(self, pk: int) -> Response:
        """Return one match as it is now, with what its numbers rest on."""
        match = access.get_match(self.request.user, pk)
        # A change is answered within its transaction, which should not wait for a router.
        is_read = self.request.method == "GET"
        match.explanation = explained_by_road(match, may_ask=is_read)  # type: ignore[attr-defined]  # for the serializer
        match.precedents = precedents_for(match.offer.resource, match.request.resource)  # type: ignore[attr-defined]
        return Response(self.documents([match], ExplainedMatchSerializer)[0])

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.documents(list(page or ())))

    @extend_schema(summary="One match, and what its numbers rest on", responses=ExplainedMatchSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """A match that you may see."""
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_approve",
        summary="Introduce the parties (facilitators)",
        request=RemarkSerializer,
        responses=ExplainedMatchSerializer,
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Both parties are shown that it was approved."""
        match = access.get_match_to_review(request.user, pk)
        approve_match(actor=self.actor, match=match, **checked(RemarkSerializer, request))
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_dismiss",
        summary="Take a match out, saying why (facilitators)",
        request=DismissalSerializer,
        responses=ExplainedMatchSerializer,
    )
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: int) -> Response:
        """The parties no longer see it."""
        match = access.get_match_to_review(request.user, pk)
        dismiss_match(actor=self.actor, match=match, **checked(DismissalSerializer, request))
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_take_back",
        summary="Take a review back (facilitators)",
        request=None,
        responses=ExplainedMatchSerializer,
    )
    @action(detail=True, methods=["post"])
    def take_back(self, request: Request, pk: int) -> Response:
        """It waits for a review again."""
        match = access.get_match_to_review(request.user, pk)
        take_back_review(actor=self.actor, match=match)
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_interest",
        summary="Say that you would take a match up, before it is reviewed (owners, traders)",
        request=SpeakingSerializer,
        responses=ExplainedMatchSerializer,
    )
    @action(detail=True, methods=["post"])
    def interest(self, request: Request, pk: int) -> Response:
        """Whoever reviews it sees so; once it is approved, the synergy opens."""
        match, party = self._to_speak_for(pk)
        note_interest(actor=self.actor, match=match, organization=party)
        return self.answer(pk)

    @extend_schema(
        operation_id="matches_take_back_interest",
        summary="Take that back (owners, traders)",
        request=SpeakingSerializer,
        responses=ExplainedMatchSerializer,
    )
    @action(detail=True, methods=["post"])
    def take_back_interest(self, request: Request, pk: int) -> Response:
        """Nothing is noted then."""
        match, party = self._to_speak_for(pk)
        take_back_interest(actor=self.actor, match=match, organization=party)
        return self.answer(pk)

    def _to_speak_for(self, pk: int) -> tuple[Match, Organization]:
        """Return a match and the party that the reader speaks for; who may not is told so before the body is read."""
        match = access.get_match(self.request.user, pk)
        party = access.party_to_trade_for(self.request.user, match, acting=None)
        chosen: Organization | None = checked(SpeakingSerializer, self.request)["organization"]
        if chosen is None:
            return match, party
        return match, get_organization_to_trade(self.request.user, chosen.pk)

    @extend_schema(
        operation_id="matches_what_if",
        summary="What other assumptions would do to one match",
        request=WhatIfSerializer,
        responses=ExplanationSerializer,
    )
    @action(detail=True, methods=["post"])
    def what_if(self, request: Request, pk: int) -> Response:
        """Nothing is stored."""
        match = access.get_match(request.user, pk)
        return Response(ExplanationSerializer(what_if(match, checked(WhatIfSerializer, request))).data)
