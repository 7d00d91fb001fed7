"""Matches over REST: those of one's own listings, and those that one reviews."""

from typing import Any

import django_filters
from django.db.models import Q
from django.forms import IntegerField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api import NearPrecedentSerializer
from catalogue.models import Basis, Kind
from catalogue.precedents import precedents_for
from common.api import UNIT_CHOICES, ApiViewSet, DecimalText, StrictSerializer, checked
from common.units import CANONICAL_UNIT
from events.idempotency import IdempotentViewSet
from listings.access import mark_identities
from listings.models import Listing, Period, Side, State
from matching import access, services
from matching.assumptions import Lifter
from matching.engine import PARTS
from matching.explain import ASSUMED, CHANGEABLE, Explanation, explained, limit_code, what_if
from matching.models import DismissReason, LimitedBy, Match, MatchState, StaleReason
from matching.near_misses import GATES, near_misses

LIMITS = [(limit_code(limit), label) for limit, label in LimitedBy.choices]
LIMITS_OR_ASSUMED = [*LIMITS, (ASSUMED, gettext_lazy("what you assume"))]


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


class AssumptionSerializer(serializers.Serializer[Any]):
    """One number that the benefit rests on."""

    key = serializers.ChoiceField([*CHANGEABLE, "distance_km"])
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    value = DecimalText(max_digits=24, decimal_places=6, allow_null=True, help_text="null: not known")
    unit = serializers.CharField(help_text="such as EUR/t; × for a factor")
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    is_changeable = serializers.BooleanField(help_text="whether `what_if` takes another value")


class BenefitLineSerializer(serializers.Serializer[Any]):
    """One line of the joint benefit, signed: what costs is negative; null where nothing is known."""

    key = serializers.ChoiceField(["disposal_avoided", "purchase_avoided", "treatment", "transport"])
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    eur_per_unit = DecimalText(max_digits=24, decimal_places=4, allow_null=True, help_text="EUR per `unit`")
    eur_per_year = DecimalText(max_digits=24, decimal_places=0, allow_null=True)


class FactorSerializer(serializers.Serializer[Any]):
    """An emission factor with its source."""

    key = serializers.SlugField()
    name = serializers.CharField()
    kg_co2e_per_unit = DecimalText(max_digits=14, decimal_places=6)
    unit = serializers.CharField(help_text="what the factor counts")
    year = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    status = serializers.ChoiceField(Basis.choices)


class Co2eLineSerializer(serializers.Serializer[Any]):
    """One line of the CO2e balance, signed: what is emitted is negative; null where nothing is known, never 0."""

    key = serializers.ChoiceField(
        [
            "disposal_avoided",
            "production_avoided",
            "treatment",
            "treatment_energy",
            "treatment_process",
            "transport",
        ]
    )
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    kg_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="kg CO2e per `unit`"
    )
    t_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="t CO2e")
    quantity = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="of what the factor counts, per `unit`"
    )
    quantity_unit = serializers.CharField()
    factor = FactorSerializer(allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # declared fields leave the class
        help_text="where there is no factor: the source, or why it is not known"
    )


class CoProductSerializer(serializers.Serializer[Any]):
    """What else a process makes; nobody is credited for it."""

    name = serializers.CharField()
    amount_per_unit = DecimalText(max_digits=24, decimal_places=4, help_text="per unit of the step's input")
    unit = serializers.CharField()


class PathwayStepSerializer(serializers.Serializer[Any]):
    """One treatment, or one substitution; numbers are per unit of the step's input."""

    kind = serializers.ChoiceField(["process", "substitution"])
    name = serializers.CharField()
    equation = serializers.CharField()
    input = serializers.CharField()
    input_unit = serializers.CharField()
    output = serializers.CharField()
    output_unit = serializers.CharField()
    output_per_unit_offered = DecimalText(max_digits=24, decimal_places=6)
    yield_per_unit = DecimalText(max_digits=24, decimal_places=6)
    cost_eur_per_unit = DecimalText(max_digits=24, decimal_places=4)
    energy_mwh_per_unit = DecimalText(max_digits=24, decimal_places=4)
    co2e_kg_per_unit = DecimalText(max_digits=24, decimal_places=4, allow_null=True)
    quality_factor = DecimalText(max_digits=3, decimal_places=2)
    waste_permit = serializers.BooleanField()
    basis = serializers.ChoiceField(Basis.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    cost_source = serializers.CharField()
    co_products = CoProductSerializer(many=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Everything that a match's benefit rests on; per unit means one `unit` of what is offered."""

    is_on_market = serializers.BooleanField(
        help_text="false: a listing left the market; its figures are told, what they rest on is not"
    )
    unit = serializers.CharField()
    assumptions = AssumptionSerializer(many=True)
    benefit_lines = BenefitLineSerializer(many=True)
    benefit_eur_per_unit = DecimalText(max_digits=24, decimal_places=4, allow_null=True)
    benefit_eur_per_year = DecimalText(max_digits=24, decimal_places=0, allow_null=True)
    co2e_lines = Co2eLineSerializer(many=True)
    saved_kg_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="kg CO2e per `unit`"
    )
    saved_t_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="t CO2e")
    amount_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="in `unit`")
    limited_by = serializers.ChoiceField(LIMITS_OR_ASSUMED)
    distance_km = DecimalText(max_digits=24, decimal_places=1)
    break_even_km = DecimalText(
        max_digits=24, decimal_places=1, allow_null=True, help_text="up to where it pays"
    )
    pays_at_any_distance = serializers.BooleanField()
    pathway = PathwayStepSerializer(many=True)
    changed = serializers.SerializerMethodField(help_text="keys of the assumptions that were put in")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(list(CHANGEABLE))))
    def get_changed(self, explanation: Explanation) -> list[str]:
        """In a stable order."""
        return sorted(explanation.changed)


class WhatIfSerializer(StrictSerializer):
    """Other assumptions; what is left out stays as it is. Which values can be is decided by `explain.what_if`."""

    def get_fields(self) -> dict[str, Any]:
        """One per assumption that can be changed."""
        return {key: DecimalText(max_digits=20, decimal_places=6, required=False) for key in CHANGEABLE}


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
    distance_km = serializers.FloatField()
    amount_per_year = DecimalText(
        max_digits=24, decimal_places=3, allow_null=True, help_text="what could move in a year, in `unit`"
    )
    unit = serializers.SerializerMethodField(help_text="canonical")
    covered_share = serializers.FloatField(allow_null=True, help_text="of the request, 0 to 1")
    benefit_eur_per_year = DecimalText(
        max_digits=20, decimal_places=0, allow_null=True, help_text="EUR a year, of both parties together"
    )
    limited_by = serializers.SerializerMethodField(help_text="what keeps `amount_per_year` from being larger")
    break_even_km = serializers.FloatField(
        allow_null=True, help_text="up to where it pays; null: not known, or any distance"
    )
    saved_t_per_year = DecimalText(
        max_digits=20,
        decimal_places=3,
        allow_null=True,
        help_text="t CO2e a year, transport and treatment taken off",
    )
    treatment_steps = serializers.IntegerField(help_text="0: used as it is")
    related = serializers.CharField(
        help_text="how what is offered differs from what is sought; empty: it is that, or a kind of it"
    )
    stale_reason = serializers.ChoiceField(
        StaleReason.choices, allow_blank=True, help_text="why it no longer fits; empty: it does"
    )
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
    related = serializers.CharField(help_text="as of a match")
    gate = serializers.ChoiceField(list(GATES.values()))
    words = serializers.CharField()
    gaps = GapSerializer(many=True)
    lifts = LiftSerializer(many=True)
    score = serializers.FloatField(min_value=0, max_value=1)
    distance_km = DecimalText(max_digits=24, decimal_places=1)
    amount_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="in `unit`")
    unit = serializers.CharField(help_text="of what is offered")
    benefit_eur_per_year = DecimalText(
        max_digits=24,
        decimal_places=0,
        allow_null=True,
        help_text="of both together, before what lifting the gate costs",
    )


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
        match.explanation = explained([match])[pk]  # type: ignore[attr-defined]  # for the serializer
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
        services.approve_match(actor=self.actor, match=match, **checked(RemarkSerializer, request))
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
        services.dismiss_match(actor=self.actor, match=match, **checked(DismissalSerializer, request))
        return self.answer(pk)

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
