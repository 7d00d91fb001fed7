"""What narrows the market: one set of filters for the browse page and the API."""

from datetime import date
from decimal import Decimal

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms.towns import PlaceField
from accounts.selectors.organizations import reader_currency
from catalogue.forms import ResourceField
from catalogue.models import Kind, Resource
from common.currencies import is_currency
from common.geo import Point, earth_distance_km, within
from common.reading.text import clean_code
from common.reading.words import plain_words
from common.web.fields import NumberField
from common.web.filters import YesNoFilter
from listings.models import LEFT, Disclosure, Listing, ListingQuerySet, Side

DEFAULT_WITHIN_KM = 100


class TypedNumberFilter(django_filters.Filter):
    """A number as people type it."""

    field_class = NumberField


class LeftFilter(TypedNumberFilter):
    """How much of the amount nobody has agreed on yet; a buyer cannot have the rest."""

    def filter(self, qs: ListingQuerySet, value: Decimal | None) -> ListingQuerySet:
        """Keep listings of which so much is left."""
        if value is None:
            return qs
        return qs.alias(left_amount=LEFT).filter(**{f"left_amount__{self.lookup_expr}": value})


class ResourceTreeFilter(django_filters.Filter):
    """A resource with everything below it."""

    field_class = ResourceField

    def filter(self, qs: ListingQuerySet, value: Resource | None) -> ListingQuerySet:
        """Keep listings of the resource and of what is more special."""
        if value is None:
            return qs
        return qs.filter(resource__tree_left__gte=value.tree_left, resource__tree_left__lt=value.tree_right)


class PlaceFilter(django_filters.Filter):
    """Where; how far round it the field `within_km` says. Adds the annotation `distance_km`."""

    field_class = PlaceField

    def filter(self, qs: ListingQuerySet, value: Point | None) -> ListingQuerySet:
        """Keep listings whose public place lies within the circle."""
        if value is None:
            return qs
        asked_km = self.parent.form.cleaned_data.get("within_km")
        radius_km = float(asked_km if asked_km is not None else DEFAULT_WITHIN_KM)
        return within(qs, value, radius_km).annotate(
            distance_km=earth_distance_km("latitude", "longitude", value)
        )


class ListingFilter(django_filters.FilterSet):
    """Filters over published listings. Quantities and prices count in canonical units (t, MWh, m³, m², h).

    Everything is computed from what a stranger may see: an anonymous listing is found by its cell, never by
    its organization.
    """

    q = django_filters.CharFilter(method="filter_text", label=_("words"))
    side = django_filters.ChoiceFilter(choices=Side, label=_("offered or sought"))
    kind = django_filters.MultipleChoiceFilter(field_name="resource__kind", choices=Kind, label=_("kind"))
    resource = ResourceTreeFilter(label=_("resource, with all that belongs to it"))
    quantity_min = LeftFilter(field_name="amount", lookup_expr="gte", label=_("quantity left from"))
    quantity_max = LeftFilter(field_name="amount", lookup_expr="lte", label=_("quantity left to"))
    near = PlaceFilter(label=_("near"))
    within_km = django_filters.NumberFilter(
        method="keep_all", label=_("within, km"), min_value=0, max_value=20100
    )
    window_from = django_filters.DateFilter(method="filter_window_from", label=_("needed from"))
    window_until = django_filters.DateFilter(
        field_name="available_from", lookup_expr="lte", label=_("needed until")
    )
    price_max = TypedNumberFilter(method="filter_price", label=_("price at most"))
    currency = django_filters.CharFilter(method="keep_all", label=_("currency of the price"))
    free = YesNoFilter(method="filter_free", label=_("free, or the seller pays"))
    hazardous = YesNoFilter(method="filter_hazardous", label=_("hazardous waste"))

    class Meta:
        model = Listing
        fields: list[str] = []

    def filter_text(self, listings: ListingQuerySet, name: str, value: str) -> ListingQuerySet:
        """Keep listings in which every word occurs: in a title, a resource's names and codes, a place, a known name."""
        for word in value.split()[:8]:
            plain = plain_words(word)
            resources = Resource.objects.filter(terms__plain__contains=plain).values("pk") if plain else []
            listings = listings.filter(
                Q(resource__in=resources)
                | Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(place__icontains=word)
                | Q(ewc_code=word)
                | Q(organization__name__icontains=word) & ~Q(disclosure=Disclosure.ANONYMOUS)
            )
        return listings

    def filter_window_from(self, listings: ListingQuerySet, name: str, value: date) -> ListingQuerySet:
        """Keep listings that are still open on the day."""
        return listings.filter(Q(available_until__isnull=True) | Q(available_until__gte=value))

    def filter_free(self, listings: ListingQuerySet, name: str, value: bool) -> ListingQuerySet:
        """Keep what costs the buyer nothing; no means everything."""
        return listings.filter(unit_price__lte=0) if value else listings

    def filter_price(self, listings: ListingQuerySet, name: str, value: Decimal) -> ListingQuerySet:
        """Keep what costs no more, among what is priced in the one currency that is asked for."""
        return listings.filter(unit_price__lte=value, currency=self.price_currency)

    @property
    def price_currency(self) -> str:
        """In what `price_max` counts: the currency asked for, else the reader's own."""
        asked = clean_code(str(self.data.get("currency") or "")).upper()
        return asked if is_currency(asked) else reader_currency(getattr(self.request, "user", None))

    def filter_hazardous(self, listings: ListingQuerySet, name: str, value: bool) -> ListingQuerySet:
        """Keep hazardous waste, or everything else."""
        return listings.filter(hazardous=value)

    def keep_all(self, listings: ListingQuerySet, name: str, value: object) -> ListingQuerySet:
        """The radius only means something to `near`, the currency to `price_max`."""
        return listings
