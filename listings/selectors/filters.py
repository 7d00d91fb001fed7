"""What narrows the market: one set of filters for the browse page and the API, read into a question to the search."""

import re
from typing import Any, Final

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.towns import PlaceField
from accounts.selectors.organizations import reader_currency
from accounts.selectors.regions import region_names
from accounts.selectors.towns import country_names
from catalogue.forms import ResourceField
from catalogue.models import Kind, LegalStatus
from common.currencies import is_currency
from common.geo import Point, earth_distance_km, within
from common.reading.text import clean_code
from common.web.fields import NumberField
from common.web.filters import YesNoFilter
from listings.data_quality import LABELS
from listings.models import Listing, Period, Side
from listings.search.line import LONGEST_LINE
from listings.search.memory import PRICE_SIGNS
from listings.search.questions import Box, Question
from listings.search.words import understand

DEFAULT_WITHIN_KM: Final = 100
UNSAID: Final = "unsaid"
LEGAL_LABELS: Final = {UNSAID: gettext_lazy("not said"), **dict(LegalStatus.choices)}
PRICE_LABELS: Final = {
    "seller-pays": gettext_lazy("the seller pays"),
    "free": gettext_lazy("free of charge"),
    "buyer-pays": gettext_lazy("the buyer pays"),
    "open": gettext_lazy("no price stated"),
}
_BOX: Final = re.compile(r"(-?\d{1,3}(?:\.\d{1,6})?)(?:,(-?\d{1,3}(?:\.\d{1,6})?)){3}")


class TypedNumberFilter(django_filters.Filter):
    """A number as people type it."""

    field_class = NumberField


class ResourceTreeFilter(django_filters.Filter):
    """A resource with everything below it."""

    field_class = ResourceField


class PlaceFilter(django_filters.Filter):
    """Where; how far round it the field `within_km` says. Adds the annotation `distance_km`."""

    field_class = PlaceField

    def filter(self, qs: QuerySet[Any], value: Point | None) -> QuerySet[Any]:
        """Keep rows whose `latitude` and `longitude` lie within the circle."""
        if value is None:
            return qs
        asked_km = self.parent.form.cleaned_data.get("within_km")
        radius_km = float(asked_km if asked_km is not None else DEFAULT_WITHIN_KM)
        away: QuerySet[Any] = within(qs, value, radius_km).annotate(
            distance_km=earth_distance_km("latitude", "longitude", value)
        )
        return away


class BoxField(forms.CharField):
    """What a map shows: south, west, north and east in degrees."""

    def clean(self, value: Any) -> Box | None:
        """Return the box, or None for an empty field."""
        text = "".join(clean_code(str(super().clean(value) or "")).split())
        if not text:
            return None
        if _BOX.fullmatch(text):
            south, west, north, east = map(float, text.split(","))
            if -90 <= south <= north <= 90 and abs(west) <= 180 and abs(east) <= 180:
                return Box(south, west, north, east)
        raise ValidationError(
            _("Say south, west, north and east in degrees, as 54.5,8.0,57.8,12.7."), code="invalid"
        )


class BoxFilter(django_filters.Filter):
    """What a map shows."""

    field_class = BoxField


def _countries() -> list[tuple[str, str]]:
    return list(country_names().items())


def _regions() -> list[tuple[str, str]]:
    return list(region_names().items())


class ListingFilter(django_filters.FilterSet):
    """Filters over published listings. Quantities and prices count in canonical units (t, MWh, m³, m², h).

    `question` is what they ask the search, which knows only what a stranger may see: an anonymous listing is found by
    its cell, never by its organization.
    """

    q = django_filters.CharFilter(
        method="kept",
        max_length=LONGEST_LINE,
        label=gettext_lazy("words, waste codes, or a line as `fly ash near Kalundborg 200 km under 30 EUR`"),
    )
    side = django_filters.ChoiceFilter(choices=Side, method="kept", label=gettext_lazy("offered or sought"))
    kind = django_filters.MultipleChoiceFilter(method="kept", choices=Kind, label=gettext_lazy("kind"))
    resource = ResourceTreeFilter(method="kept", label=gettext_lazy("resource, with all that belongs to it"))
    quantity_min = TypedNumberFilter(method="kept", label=gettext_lazy("quantity left from"))
    quantity_max = TypedNumberFilter(method="kept", label=gettext_lazy("quantity left to"))
    near = PlaceFilter(method="kept", label=gettext_lazy("near"))
    within_km = django_filters.NumberFilter(
        method="kept", label=gettext_lazy("within, km"), min_value=0, max_value=20100
    )
    box = BoxFilter(method="kept", label=gettext_lazy("south,west,north,east of a map, °"))
    country = django_filters.MultipleChoiceFilter(
        method="kept",
        choices=_countries,
        label=gettext_lazy("country"),
    )
    region = django_filters.MultipleChoiceFilter(
        method="kept",
        choices=_regions,
        label=gettext_lazy("region of the country, as DK.20 (GeoNames)"),
    )
    window_from = django_filters.DateFilter(method="kept", label=gettext_lazy("needed from"))
    window_until = django_filters.DateFilter(method="kept", label=gettext_lazy("needed until"))
    price_max = TypedNumberFilter(method="kept", label=gettext_lazy("price at most"))
    currency = django_filters.CharFilter(method="kept", label=gettext_lazy("currency of the price"))
    price_sign = django_filters.MultipleChoiceFilter(
        method="kept", choices=list(PRICE_LABELS.items()), label=gettext_lazy("who pays")
    )
    free = YesNoFilter(method="kept", label=gettext_lazy("free, or the seller pays"))
    hazardous = YesNoFilter(method="kept", label=gettext_lazy("hazardous waste"))
    legal_status = django_filters.MultipleChoiceFilter(
        method="kept", choices=list(LEGAL_LABELS.items()), label=gettext_lazy("what it is in law")
    )
    period = django_filters.MultipleChoiceFilter(
        method="kept", choices=Period, label=gettext_lazy("how often")
    )
    data_quality = django_filters.MultipleChoiceFilter(
        method="kept", choices=list(LABELS.items()), label=gettext_lazy("how well it is described")
    )

    class Meta:
        model = Listing
        fields: list[str] = []

    def kept(self, listings: Any, name: str, value: object) -> Any:
        """Narrow nothing here: all of them together are one question."""
        return listings

    @property
    def price_currency(self) -> str:
        """In what `price_max` counts: the currency asked for, else the reader's own."""
        asked = clean_code(str(self.data.get("currency") or "")).upper()
        return asked if is_currency(asked) else reader_currency(getattr(self.request, "user", None))

    def question(self, order: str = "") -> Question:
        """Return what is asked for by the filters that were understood."""
        self.form.is_valid()
        said: dict[str, Any] = {
            name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")
        }
        resource, within_km = said.get("resource"), said.get("within_km")
        signs = frozenset(said.get("price_sign") or ())
        if said.get("free"):
            signs = signs | {"seller-pays", "free"}
        return Question(
            words=" ".join(str(said.get("q", "")).split()),
            side=str(said.get("side", "")),
            kinds=frozenset(said.get("kind") or ()),
            resource=resource.pk if resource else None,
            hazardous=said.get("hazardous"),
            legal=frozenset("" if value == UNSAID else value for value in said.get("legal_status") or ()),
            countries=frozenset(said.get("country") or ()),
            regions=frozenset(said.get("region") or ()),
            price_signs=frozenset(sign for sign in PRICE_SIGNS if sign in signs),
            periods=frozenset(said.get("period") or ()),
            qualities=frozenset(said.get("data_quality") or ()),
            near=said.get("near"),
            within_km=float(DEFAULT_WITHIN_KM if within_km is None else within_km),
            box=said.get("box"),
            quantity_min=said.get("quantity_min"),
            quantity_max=said.get("quantity_max"),
            window_from=said.get("window_from"),
            window_until=said.get("window_until"),
            price_max=said.get("price_max"),
            currency=self.price_currency,
            order=order,
        )


def understood(query: QueryDict, *, line_wins: bool) -> QueryDict:
    """Return a query in which what the line of words says stands as filters; the same one where it says nothing.

    `line_wins`: over what stands in the query already, as the line was typed last.
    """
    line = understand(query.get("q", "")[: LONGEST_LINE + 1])
    new = {name: value for name, value in line.filters.items() if line_wins or not query.get(name)}
    if not line.filters or len(query.get("q", "")) > LONGEST_LINE:
        return query
    said = query.copy()
    said["q"] = line.words
    if not line.words:
        del said["q"]
    for name, value in new.items():
        said[name] = value
    return said
