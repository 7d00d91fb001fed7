"""Runs: one search for the best plan of a scenario as it was, with its inputs and what came of it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from planning.models.scenarios import Scenario


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")
    INFEASIBLE = "infeasible", _("no plan possible")


OPEN_RUNS = (RunState.QUEUED, RunState.RUNNING)


class PlanRun(models.Model):
    """One run. A worker that takes it writes its mark; only the holder of the mark writes what came of it, at once."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text=_("when its worker was last heard of"))
    finished_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    mark = models.UUIDField(null=True, help_text=_("of the worker that has it"))
    attempts = models.PositiveSmallIntegerField(default=0)

    step = models.CharField(max_length=10, blank=True, default="")
    seconds = models.FloatField(null=True)
    objective = models.FloatField(null=True, help_text=_("of the best plan so far"))
    bound = models.FloatField(null=True)
    gap = models.FloatField(null=True)
    baseline = models.FloatField(
        null=True, help_text=_("the objective without any exchange but what is agreed")
    )

    inputs = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True, default="", help_text=_("SHA-256 of the inputs"))
    solver = models.CharField(max_length=60, blank=True, default="")
    seed = models.PositiveIntegerField(default=0)
    size = models.JSONField(default=dict, help_text=_("how many nodes, arcs, columns and rows"))
    faults = models.JSONField(default=list)
    error = models.CharField(max_length=20, blank=True, default="")
    result = models.JSONField(null=True)
    answer = models.BinaryField(
        null=True, help_text=_("the solver's values, to read the plan again without solving")
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE)
                | Q(
                    result__isnull=False,
                    inputs__isnull=False,
                    objective__isnull=False,
                    finished_at__isnull=False,
                ),
                name="plan_run_done_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(state=RunState.DONE),
                name="plan_run_published_is_done",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state__in=OPEN_RUNS), name="plan_run_open"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.scenario_id}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or is worked at."""
        return self.state in OPEN_RUNS

    @property
    def planned(self) -> dict[str, Any]:
        """Its result; empty where there is none."""
        return self.result or {}

    @property
    def kept_inputs(self) -> dict[str, Any]:
        """What it was computed from; empty until a worker has read it."""
        return self.inputs or {}

    @property
    def improvement(self) -> float | None:
        """By how much the plan is better in its objective than without any exchange but what is agreed."""
        return None if self.objective is None or self.baseline is None else self.baseline - self.objective


class StudyState(models.TextChoices):
    """Where a study stands."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class PlanStudy(models.Model):
    """Something worked out of a run's plan, by the name of `planning.services.studies.STUDIES`."""

    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="studies")
    name = models.CharField(max_length=30)
    state = models.CharField(max_length=7, choices=StudyState, default=StudyState.QUEUED)
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    mark = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "plan studies"
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="plan_study_once"),
            models.CheckConstraint(
                condition=~Q(state=StudyState.DONE) | Q(result__isnull=False), name="plan_study_done_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.run_id}"
