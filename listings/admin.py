"""Listings, to look at."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import signed_in
from common.admin import ReadOnlyAdmin
from common.errors import Conflict
from listings import register
from listings.models import Listing
from listings.register_models import PlantClaim, RegisterPlant


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    """Offers and requests in every state."""

    list_display = ("pk", "name", "side", "organization", "state", "disclosure", "published_at")
    list_filter = ("side", "state", "disclosure", "provenance", "resource__kind")
    list_select_related = ("resource", "organization")
    search_fields = ("title", "resource__name", "organization__name")


@admin.register(RegisterPlant)
class RegisterPlantAdmin(ReadOnlyAdmin):
    """Plants of public registers."""

    list_display = ("pk", "name", "town", "activity", "year", "register")
    list_filter = ("register", "activity")
    search_fields = ("name", "town", "register_id")


@admin.register(PlantClaim)
class PlantClaimAdmin(ReadOnlyAdmin):
    """Claims to them; staff decides for organizations that take part in no programme."""

    list_display = ("pk", "plant", "organization", "user", "state", "created_at")
    list_filter = ("state",)
    list_select_related = ("plant", "organization", "user")
    actions = ("confirm", "refuse")

    @admin.action(description=gettext_lazy("Confirm"))
    def confirm(self, request: HttpRequest, claims: QuerySet[PlantClaim]) -> None:
        """Believe them."""
        for claim in claims.order_by("pk"):
            try:
                register.confirm_claim(actor=signed_in(request), claim=claim)
            except Conflict as refusal:
                messages.error(request, f"{claim}: {refusal.message}")

    @admin.action(description=gettext_lazy("Refuse"))
    def refuse(self, request: HttpRequest, claims: QuerySet[PlantClaim]) -> None:
        """Do not believe them."""
        for claim in claims.order_by("pk"):
            try:
                register.refuse_claim(
                    actor=signed_in(request), claim=claim, reason=_("Refused by the administration.")
                )
            except Conflict as refusal:
                messages.error(request, f"{claim}: {refusal.message}")
