"""Matches, to look at; they are reviewed on the review page."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from matching.models import Match


@admin.register(Match)
class MatchAdmin(ReadOnlyAdmin):
    """What the engine proposes and what facilitators said."""

    list_display = ("pk", "offer", "request", "score", "distance_km", "state", "reviewed_by")
    list_filter = ("state", "reason", "fits")
    list_select_related = ("offer__resource", "request__resource", "reviewed_by")
    ordering = ("-pk",)
