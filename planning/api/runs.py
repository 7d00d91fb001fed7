"""Runs over REST: how far they are, what came of them."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import can_facilitate
from common.api import StrictSerializer, checked
from events.idempotency import IdempotentViewSet
from planning import access
from planning.models import PlanRun, RunState, StudyState
from planning.selectors.filters import PlanRunFilter
from planning.selectors.runs import fault_rows, metric_rows
from planning.selectors.shown import ShownFlow, ShownPlan, shown_plan
from planning.services import runs
from planning.services.studies import study_rows


class PlanRunSerializer(serializers.Serializer[Any]):
    """One search for the best plan of a scenario."""

    id = serializers.IntegerField()
    scenario = serializers.IntegerField(source="scenario_id")
    programme = serializers.SlugField(source="scenario.programme.slug")
    state = serializers.ChoiceField(RunState.choices)
    error = serializers.CharField(help_text="why it failed, as a word; empty otherwise")
    asked_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(
        allow_null=True, help_text="since when members see their own flows"
    )
    figures = serializers.SerializerMethodField(help_text="for facilitators; null for members")

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {
                "objective": {"type": "number", "nullable": True},
                "bound": {"type": "number", "nullable": True},
                "gap": {"type": "number", "nullable": True},
                "baseline": {"type": "number", "nullable": True},
                "seconds": {"type": "number", "nullable": True},
                "solver": {"type": "string"},
                "seed": {"type": "integer"},
                "digest": {"type": "string"},
                "size": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            "required": [
                "objective",
                "bound",
                "gap",
                "baseline",
                "seconds",
                "solver",
                "seed",
                "digest",
                "size",
            ],
        }
    )
    def get_figures(self, run: PlanRun) -> dict[str, Any] | None:
        """Sums of the whole network are the facilitators'."""
        if not self.context.get("is_whole", True):
            return None
        names = ("objective", "bound", "gap", "baseline", "seconds", "solver", "seed", "digest", "size")
        return {name: getattr(run, name) for name in names}


class PlanFlowSerializer(serializers.Serializer[ShownFlow]):
    """What goes from an offer to a request in the plan, as you may know both."""

    offer = serializers.IntegerField(source="offer.pk")
    request = serializers.IntegerField(source="request.pk")
    resource = serializers.SlugField(source="offer.resource.slug")
    giver = serializers.CharField(source="offer.party_name")
    taker = serializers.CharField(source="request.party_name")
    match = serializers.IntegerField(allow_null=True)
    agreement = serializers.IntegerField(allow_null=True, help_text="what is agreed already is fixed")
    sent = serializers.FloatField(help_text="a year, in `unit`")
    unit = serializers.CharField()
    received = serializers.FloatField(help_text="a year, in `received_unit`")
    received_unit = serializers.CharField()
    months = serializers.ListField(child=serializers.FloatField(), help_text="sent, January first")
    price = serializers.FloatField(
        allow_null=True, help_text="per unit sent, at the giver's gate; null: not told, or not in money"
    )
    giver_gain = serializers.FloatField(source="seller_gain", allow_null=True, help_text="a year")
    taker_gain = serializers.FloatField(source="buyer_gain", allow_null=True, help_text="a year")


class PlanMetricSerializer(serializers.Serializer[Any]):
    """One thing that a plan is judged by, per year."""

    unit = serializers.CharField()
    plan = serializers.FloatField()
    baseline = serializers.FloatField(help_text="without any exchange but what is agreed")


class PlanFaultSerializer(serializers.Serializer[Any]):
    """What is wrong with the network, by name, and what would be right."""

    subject = serializers.CharField()
    text = serializers.CharField()
    is_error = serializers.BooleanField()


class PlanStudySerializer(serializers.Serializer[Any]):
    """Something worked out of the plan."""

    name = serializers.CharField()
    state = serializers.ChoiceField(StudyState.choices, allow_null=True, help_text="null: not asked for")
    result = serializers.JSONField(allow_null=True)


class PlanResultSerializer(serializers.Serializer[Any]):
    """A plan: all of it for facilitators; your own flows of a published one for members."""

    is_whole = serializers.BooleanField()
    flows = PlanFlowSerializer(many=True)
    metrics = PlanMetricSerializer(many=True)
    faults = PlanFaultSerializer(many=True)
    studies = PlanStudySerializer(many=True)


class PublicationSerializer(StrictSerializer):
    """Whether members see their own flows."""

    shown = serializers.BooleanField(default=True)


class StudyRequestSerializer(StrictSerializer):
    """What to work out."""

    study = serializers.CharField(max_length=30)


@extend_schema_view(list=extend_schema(summary="The runs that you may see"))
class PlanRunViewSet(IdempotentViewSet):
    """Searches for the best plan of a scenario."""

    queryset = PlanRun.objects.none()
    serializer_class = PlanRunSerializer
    filterset_class = PlanRunFilter
    permission_classes = (IsAuthenticated,)

    def list(self, request: Request) -> Response:
        """The newest first."""
        page = list(self.paginate_queryset(self.filter_queryset(access.visible_runs(request.user))) or ())
        whole = set(access.visible_scenarios(request.user).values_list("pk", flat=True))
        rows = [self._said(run, is_whole=run.scenario_id in whole) for run in page]
        return self.get_paginated_response(rows)

    @extend_schema(summary="One run")
    def retrieve(self, request: Request, pk: int) -> Response:
        """How far it is."""
        return self._answer(pk)

    @extend_schema(
        operation_id="plan_runs_result",
        summary="What came of a run",
        responses=PlanResultSerializer,
        filters=False,
    )
    @action(detail=True, methods=["get"], filterset_class=None, filter_backends=())
    def result(self, request: Request, pk: int) -> Response:
        """Of one that is done; what is agreed by nobody binds nobody."""
        found = access.get_plan(request.user, pk)
        plan: ShownPlan = shown_plan(request.user, found, most=None)
        told = {
            "is_whole": plan.is_whole,
            "flows": plan.flows,
            "metrics": metric_rows(found) if plan.is_whole else [],
            "faults": fault_rows(request.user, found) if plan.is_whole else [],
            "studies": [
                {"name": row.name, "state": row.study.state if row.study else None, "result": row.result}
                for row in (study_rows(request.user, found) if plan.is_whole else ())
            ],
        }
        return Response(PlanResultSerializer(told).data)

    @extend_schema(
        operation_id="plan_runs_cancel",
        summary="Stop a run (facilitators)",
        request=None,
        responses=PlanRunSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """At once while it waits, else as soon as its worker looks up."""
        runs.cancel_run(actor=self.actor, run=access.get_run_to_steer(request.user, pk))
        return self._answer(pk)

    @extend_schema(
        operation_id="plan_runs_publish",
        summary="Show a plan to members, each their own flows, or take it back (facilitators)",
        request=PublicationSerializer,
        responses=PlanRunSerializer,
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """Sums and prices stay the facilitators'."""
        found = access.get_run_to_steer(request.user, pk)
        said: Any = checked(PublicationSerializer, request)
        runs.publish_run(actor=self.actor, run=found, is_public=said["shown"])
        return self._answer(pk)

    @extend_schema(
        operation_id="plan_runs_study",
        summary="Work something out of a plan (facilitators)",
        request=StudyRequestSerializer,
        responses=PlanRunSerializer,
    )
    @action(detail=True, methods=["post"])
    def study(self, request: Request, pk: int) -> Response:
        """Its result stands in the run's result once it is done."""
        found = access.get_run_to_steer(request.user, pk)
        said: Any = checked(StudyRequestSerializer, request)
        runs.ask_study(actor=self.actor, run=found, name=said["study"])
        return self._answer(pk)

    def _answer(self, pk: int) -> Response:
        found = access.get_run(self.request.user, pk)
        return Response(
            self._said(found, is_whole=can_facilitate(self.request.user, found.scenario.programme))
        )

    def _said(self, run: PlanRun, *, is_whole: bool) -> Any:
        return PlanRunSerializer(run, context={"is_whole": is_whole}).data
