"""The log and its jobs, to look at."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from events.models import Event, Job


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """What happened, the newest first."""

    list_display = ("at", "kind", "subject_type", "subject_id", "sequence", "actor")
    list_filter = ("kind",)
    list_select_related = ("actor",)
    search_fields = ("=subject_id",)
    ordering = ("-pk",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """What is owed to events, and what became of it."""

    list_display = ("event", "task", "due_at", "attempts", "done_at", "failed_at")
    list_filter = ("task", ("done_at", admin.EmptyFieldListFilter), ("failed_at", admin.EmptyFieldListFilter))
    list_select_related = ("event",)
    ordering = ("-pk",)
