"""Listings, to look at."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from listings.models import Listing


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    """Offers and requests in every state."""

    list_display = ("pk", "name", "side", "organization", "state", "disclosure", "published_at")
    list_filter = ("side", "state", "disclosure", "provenance", "resource__kind")
    list_select_related = ("resource", "organization")
    search_fields = ("title", "resource__name", "organization__name")
