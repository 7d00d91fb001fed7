"""Plants of public registers and claims to them: to look at, and to decide."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import signed_in
from common.admin import ReadOnlyAdmin
from common.errors import Conflict
from register.models import PlantClaim, RegisterPlant
from register.services.claims import confirm_claim, refuse_claim


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
        """Confirm the chosen claims one by one; of each that is refused, say why."""
        for claim in claims.order_by("pk"):
            try:
                confirm_claim(actor=signed_in(request), claim=claim)
            except Conflict as refusal:
                messages.error(request, f"{claim}: {refusal.message}")

    @admin.action(description=gettext_lazy("Refuse"))
    def refuse(self, request: HttpRequest, claims: QuerySet[PlantClaim]) -> None:
        """Do not believe them."""
        for claim in claims.order_by("pk"):
            try:
                refuse_claim(
                    actor=signed_in(request), claim=claim, reason=_("Refused by the administration.")
                )
            except Conflict as refusal:
                messages.error(request, f"{claim}: {refusal.message}")
