"""Scenarios over REST: those of the programmes that one facilitates."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_programme_to_facilitate
from common.api import DecimalText, StrictSerializer, VersionedViewSet, checked
from events.idempotency import IdempotentViewSet
from planning import access
from planning.api.runs import PlanRunSerializer
from planning.models import Basis, Objective, Scenario
from planning.services import runs, scenarios
from planning.services.scenarios import LONGEST_NAME, ScenarioDetails, WhatIf, details_of

_LARGEST_KEY = 2**63 - 1
_PRICE: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": Decimal(0)}


class SupposedSerializer(serializers.Serializer[Any]):
    """What is supposed of one listing."""

    listing = serializers.IntegerField()
    out = serializers.BooleanField(help_text="it is left out")
    amount = DecimalText(
        max_digits=24,
        decimal_places=6,
        allow_null=True,
        help_text="canonical units, per year of a rate; null: as it is",
    )
    price = DecimalText(
        max_digits=24,
        decimal_places=8,
        allow_null=True,
        help_text="in the scenario's currency per canonical unit, positive if the buyer pays; null: as it is",
    )


class ScenarioSerializer(serializers.Serializer[Any]):
    """A what-if over a programme's network."""

    id = serializers.IntegerField()
    programme = serializers.SlugField(source="programme.slug")
    name = serializers.CharField()
    objective = serializers.ChoiceField(Objective.choices)
    co2e_price = DecimalText(**_PRICE)
    landfill_price = DecimalText(**_PRICE)
    virgin_price = DecimalText(**_PRICE)
    basis = serializers.ChoiceField(Basis.choices)
    currency = serializers.CharField()
    per_eur = DecimalText(max_digits=16, decimal_places=6)
    price_year = serializers.IntegerField()
    interest = DecimalText(max_digits=6, decimal_places=4)
    horizon_years = serializers.IntegerField()
    seconds = serializers.IntegerField()
    supposed = serializers.SerializerMethodField()
    sites_out = serializers.ListField(child=serializers.IntegerField())
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(SupposedSerializer(many=True))
    def get_supposed(self, scenario: Scenario) -> Any:
        """By listing."""
        return [
            {
                "listing": int(key),
                "out": bool(each.get("out")),
                "amount": each.get("amount"),
                "price": each.get("price"),
            }
            for key, each in sorted(scenario.what_ifs.items(), key=lambda pair: int(pair[0]))
        ]


class ScenarioChangesSerializer(StrictSerializer):
    """What to say anew; what is left out stays."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    objective = serializers.ChoiceField(Objective.choices, required=False)
    co2e_price = serializers.DecimalField(**_PRICE, required=False, help_text="per t, where it is weighted")
    landfill_price = serializers.DecimalField(**_PRICE, required=False, help_text="as `co2e_price`")
    virgin_price = serializers.DecimalField(**_PRICE, required=False, help_text="as `co2e_price`")
    basis = serializers.ChoiceField(Basis.choices, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="ISO 4217")
    per_eur = serializers.DecimalField(
        max_digits=16,
        decimal_places=6,
        required=False,
        help_text="units of the currency that a euro is worth",
    )
    price_year = serializers.IntegerField(min_value=1990, max_value=2100, required=False)
    interest = serializers.DecimalField(
        max_digits=6, decimal_places=4, required=False, help_text="real, per year: 0.06 is 6 %"
    )
    horizon_years = serializers.IntegerField(min_value=1, max_value=100, required=False)
    seconds = serializers.IntegerField(
        min_value=1, max_value=600, required=False, help_text="time limit of a run"
    )


class NewScenarioSerializer(ScenarioChangesSerializer):
    """A scenario to make."""

    programme = serializers.SlugField(help_text="one that you facilitate")
    name = serializers.CharField(max_length=LONGEST_NAME)


class NewWhatIfSerializer(StrictSerializer):
    """What to suppose of one listing."""

    listing = serializers.IntegerField(min_value=1, max_value=_LARGEST_KEY)
    out = serializers.BooleanField(default=False)
    amount = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True, default=None)
    price = serializers.DecimalField(max_digits=24, decimal_places=8, allow_null=True, default=None)


class SupposeSerializer(StrictSerializer):
    """What to suppose; listings that are not named stay as they were."""

    listings = NewWhatIfSerializer(many=True, required=False)
    sites_out = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_KEY), required=False, allow_null=True
    )


@extend_schema_view(
    list=extend_schema(summary="The scenarios of programmes that you facilitate", filters=False)
)
class ScenarioViewSet(VersionedViewSet, IdempotentViewSet):
    """What-ifs over a programme's network; each run of one is a search for the best plan."""

    queryset = Scenario.objects.none()
    serializer_class = ScenarioSerializer
    permission_classes = (IsAuthenticated,)

    def version(self, instance: Scenario) -> Mapping[str, Any]:
        """What it says, but its what-ifs."""
        return details_of(instance)

    def list(self, request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(access.visible_scenarios(request.user)))
        return self.get_paginated_response(ScenarioSerializer(page or (), many=True).data)

    @extend_schema(summary="One scenario")
    def retrieve(self, request: Request, pk: int) -> Response:
        """Of a programme that you facilitate."""
        return self._answer(access.get_scenario(request.user, pk))

    @extend_schema(
        summary="Make a scenario (facilitators)",
        request=NewScenarioSerializer,
        responses={201: ScenarioSerializer},
    )
    def create(self, request: Request) -> Response:
        """It takes the programme's listings, matches and agreements as they are when it is run."""
        said: Any = dict(checked(NewScenarioSerializer, request))
        programme = get_programme_to_facilitate(request.user, said.pop("programme"))
        made = scenarios.create_scenario(
            actor=self.actor, programme=programme, details=ScenarioDetails(**said)
        )
        return self._answer(made, status=201)

    @extend_schema(
        summary="Say a scenario anew", request=ScenarioChangesSerializer, responses=ScenarioSerializer
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Its runs keep what they were computed from."""
        found = access.get_scenario(request.user, pk)
        said: Any = checked(ScenarioChangesSerializer, request)
        details = replace(ScenarioDetails(**details_of(found)), **said)
        changed = scenarios.change_scenario(actor=self.actor, scenario=found, details=details, seen=self.seen)
        return self._answer(changed)

    @extend_schema(
        operation_id="scenarios_suppose",
        summary="Suppose other quantities and prices, leave listings or sites out",
        request=SupposeSerializer,
        responses=ScenarioSerializer,
    )
    @action(detail=True, methods=["post"])
    def suppose(self, request: Request, pk: int) -> Response:
        """The listings themselves stay as they are."""
        found = access.get_scenario(request.user, pk)
        said: Any = checked(SupposeSerializer, request)
        listings = {
            each["listing"]: WhatIf(is_out=each["out"], amount=each["amount"], price=each["price"])
            for each in said.get("listings", ())
        }
        sites = said.get("sites_out")
        changed = scenarios.suppose(
            actor=self.actor,
            scenario=found,
            listings=listings,
            sites_out=None if sites is None else set(sites),
        )
        return self._answer(changed)

    @extend_schema(
        operation_id="scenarios_archive",
        summary="Put a scenario away",
        request=None,
        responses=ScenarioSerializer,
    )
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: int) -> Response:
        """It is kept with its runs, and no longer run."""
        found = access.get_scenario(request.user, pk)
        return self._answer(scenarios.archive_scenario(actor=self.actor, scenario=found))

    @extend_schema(
        operation_id="scenarios_run",
        summary="Search for the best plan",
        request=None,
        responses={201: PlanRunSerializer},
    )
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: int) -> Response:
        """A worker takes it up within seconds; ask the run how far it is."""
        found = access.get_scenario(request.user, pk)
        made = runs.start_run(actor=self.actor, scenario=found)
        return Response(PlanRunSerializer(access.get_run(request.user, made.pk)).data, status=201)

    def _answer(self, scenario: Scenario, status: int = 200) -> Response:
        return self.tagged(Response(ScenarioSerializer(scenario).data, status=status), scenario)
