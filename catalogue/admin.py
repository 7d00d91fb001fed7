"""The catalogue, to look at; it is changed in its files and loaded by `load_catalogue`."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalogue.models import (
    EmissionFactor,
    EwcCode,
    NaceActivity,
    Precedent,
    Process,
    ProcessFlow,
    QualityProperty,
    Resource,
    Substitution,
)
from common.admin import ReadOnlyAdmin


@admin.register(Resource)
class ResourceAdmin(ReadOnlyAdmin):
    """The tree of resources."""

    list_display = ("name", "kind", "breadcrumb", "dimension", "reach_km")
    list_filter = ("kind", "dimension", "transport_mode")
    search_fields = ("name", "slug", "synonyms")


@admin.register(QualityProperty)
class QualityPropertyAdmin(ReadOnlyAdmin):
    """What quality is measured by."""

    list_display = ("name", "unit")


@admin.register(EwcCode)
class EwcCodeAdmin(ReadOnlyAdmin):
    """The European Waste Catalogue."""

    list_display = ("code", "description_en", "hazardous")
    search_fields = ("code", "description_en")


@admin.register(NaceActivity)
class NaceActivityAdmin(ReadOnlyAdmin):
    """Economic activities."""

    list_display = ("code", "title_en")
    search_fields = ("code", "title_en")


@admin.register(EmissionFactor)
class EmissionFactorAdmin(ReadOnlyAdmin):
    """What making, moving and disposing of things emits."""

    list_display = ("name", "kg_co2e_per_unit", "unit", "year", "status")
    list_filter = ("status", "unit")
    search_fields = ("key", "name", "source")


class ProcessFlowInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """What enters and leaves, on the page of the process."""

    model = ProcessFlow
    can_delete = False
    extra = 0
    fields = readonly_fields = ("resource", "direction", "role", "amount_per_unit")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The file says what flows."""
        return False


@admin.register(Process)
class ProcessAdmin(ReadOnlyAdmin):
    """What can be made of what."""

    list_display = ("name", "equation", "cost_eur_per_unit", "waste_permit", "basis")
    list_filter = ("basis", "waste_permit")
    search_fields = ("slug", "name", "equation", "source")
    inlines = (ProcessFlowInline,)


@admin.register(Substitution)
class SubstitutionAdmin(ReadOnlyAdmin):
    """What stands in for what."""

    list_display = ("resource", "serves_as", "ratio", "quality_factor", "basis")
    list_filter = ("basis",)
    list_select_related = ("resource", "serves_as")
    search_fields = ("resource__name", "serves_as__name", "source")


@admin.register(Precedent)
class PrecedentAdmin(ReadOnlyAdmin):
    """Documented exchanges."""

    list_display = ("__str__", "place", "country", "resource", "since", "programme")
    list_filter = ("country",)
    search_fields = ("giver", "receiver", "place")
