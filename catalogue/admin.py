"""The catalogue, to look at; it is changed in its files and loaded by `load_catalogue`."""

from django.contrib import admin

from catalogue.models import EwcCode, NaceActivity, QualityProperty, Resource
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
