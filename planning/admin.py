"""Scenarios and runs, to look at."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from planning.models import PlanRun, Scenario


@admin.register(Scenario)
class ScenarioAdmin(ReadOnlyAdmin):
    """What-ifs over a programme's network."""

    list_display = ("pk", "name", "programme", "objective", "created_by", "archived_at")
    list_select_related = ("programme", "created_by")
    ordering = ("-pk",)


@admin.register(PlanRun)
class PlanRunAdmin(ReadOnlyAdmin):
    """Searches for the best plan; inputs and results stay out."""

    list_display = ("pk", "scenario", "state", "objective", "gap", "seconds", "asked_by")
    list_filter = ("state",)
    list_select_related = ("scenario", "asked_by")
    exclude = ("inputs", "result", "answer")
    ordering = ("-pk",)
