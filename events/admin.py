"""The log and its jobs, to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin import ReadOnlyAdmin
from events.models import Event, Job
from events.relay import put_aside_jobs


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """What happened, the newest first."""

    list_display = ("at", "kind", "subject_type", "subject_id", "sequence", "actor")
    list_filter = ("kind",)
    list_select_related = ("actor",)
    search_fields = ("=subject_id",)
    ordering = ("-pk",)


class PutAsideFilter(admin.SimpleListFilter):
    """Those that killed their workers."""

    title = _("put aside")
    parameter_name = "put_aside"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the one choice."""
        return [("yes", gettext("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """Return those alone when that is asked for."""
        return queryset.filter(pk__in=put_aside_jobs()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """What is owed to events, and what became of it."""

    list_display = ("event", "task", "due_at", "attempts", "starts", "done_at", "failed_at")
    list_filter = (
        "task",
        PutAsideFilter,
        ("done_at", admin.EmptyFieldListFilter),
        ("failed_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("event",)
    ordering = ("-pk",)
