"""Who is here. Staff close accounts and set up programmes; everything else is done on the pages."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import Membership, Organization, Programme, Site, User
from accounts.services.programmes import create_programme, update_programme
from common.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People. They sign up by themselves; staff can close an account."""

    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("-pk",)
    fields = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    readonly_fields = ("email", "name", "is_staff", "date_joined", "last_login")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever was given the permission."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Who acts for the organization."""

    model = Membership
    can_delete = False
    extra = 0
    fields = readonly_fields = ("user", "role", "created_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Members are invited on the pages."""
        return False


class SiteInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Where it is."""

    model = Site
    can_delete = False
    extra = 0
    fields = readonly_fields = ("name", "town", "country", "latitude", "longitude", "hazardous_permit")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Sites are added on the pages."""
        return False


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    """Organizations with their members and sites."""

    list_display = ("name", "nace_code", "provenance", "created_at")
    list_filter = ("provenance",)
    search_fields = ("name", "slug")
    inlines = (MembershipInline, SiteInline)


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Programmes are set up here; their facilitators then run them on the pages."""

    list_display = ("name", "currency", "created_at")
    search_fields = ("name",)
    fields = ("name", "description", "currency", "language", "facilitators")
    autocomplete_fields = ("facilitators",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A programme's matches and history stay."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Programme | None = None) -> tuple[str, ...]:
        """The currency is fixed once sums of money stand in it."""
        return ("currency",) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Programme, form: "ModelForm[Programme]", change: bool
    ) -> None:
        """Write through the services, as everybody does."""
        actor = request.user
        if not actor.is_authenticated:
            raise PermissionDenied
        typed = form.cleaned_data
        words = {name: typed[name] for name in ("name", "description", "language", "facilitators")}
        if change:
            update_programme(actor=actor, programme=obj, **words)
        else:
            saved = create_programme(actor=actor, currency=typed["currency"], **words)
            obj.pk, obj.slug = saved.pk, saved.slug
