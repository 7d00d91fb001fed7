"""Offers and requests over REST: the market is public, one's own can be written."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade
from accounts.api.sites import OwnSiteField
from accounts.models import Provenance, Site
from catalogue.api.uses import UsesSerializer
from catalogue.models import Kind, LegalStatus, Resource
from common.api import UNIT_CHOICES, DecimalText, StrictSerializer, VersionedViewSet, checked
from common.currencies import CURRENCIES
from common.errors import Invalid
from common.reading.text import clean_code
from common.units import CANONICAL_UNIT
from common.web.filters import YES, YesNoFilter
from events.idempotency import IdempotentViewSet
from listings import access
from listings.data_quality import WORDS
from listings.models import Disclosure, GasOrigin, Listing, Period, SafetyProperty, Side, State
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.filters import ListingFilter, PlaceFilter, ResourceTreeFilter
from listings.selectors.uses import uses_of_listing
from listings.services.listings import (
    amend_listing,
    create_listing,
    edit_listing,
    pause_listing,
    publish_listing,
    terms_of,
    withdraw_listing,
)
from listings.services.terms import ListingTerms, said_by


# --- what is read -------------------------------------------------------------------------------------------
class QualitySerializer(serializers.Serializer[Any]):
    """An interval of one quality property, open where null."""

    property = serializers.CharField(source="property.slug")
    name = serializers.CharField(source="property.name")
    unit = serializers.CharField(source="property.unit")
    low = DecimalText(max_digits=16, decimal_places=4, allow_null=True)
    high = DecimalText(max_digits=16, decimal_places=4, allow_null=True)


class CanonicalSerializer(serializers.Serializer[Listing]):
    """The same in canonical units, in which everything is compared."""

    amount = DecimalText(max_digits=24, decimal_places=6, allow_null=True, help_text="null: not stated")
    minimum_amount = DecimalText(max_digits=24, decimal_places=6, allow_null=True)
    allocated_amount = DecimalText(
        source="allocated", max_digits=24, decimal_places=6, help_text="what is agreed of `amount`"
    )
    left_amount = DecimalText(
        source="left",
        max_digits=24,
        decimal_places=6,
        allow_null=True,
        help_text="what nobody has agreed on yet; null where no amount is stated",
    )
    unit = serializers.SerializerMethodField()
    per = serializers.SerializerMethodField(help_text="what the amounts are per; null for a one-off lot")
    price = DecimalText(source="unit_price", max_digits=24, decimal_places=8, allow_null=True)
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, listing: Listing) -> str:
        """The canonical unit of the resource's dimension."""
        return CANONICAL_UNIT[listing.resource.dimension]

    @extend_schema_field({"type": "string", "enum": ["year"], "nullable": True})
    def get_per(self, listing: Listing) -> str | None:
        """A rate is stored per year."""
        return "year" if listing.is_rate else None

    def get_price_unit(self, listing: Listing) -> str:
        """Currency per canonical unit."""
        return f"{listing.currency}/{self.get_unit(listing)}"


class DataQualityItemSerializer(serializers.Serializer[Any]):
    """One thing to state."""

    key = serializers.CharField(help_text="the field; of a quality property `quality.` and its slug")
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    weight = serializers.IntegerField(help_text="in hundredths, before what cannot be stated is left out")


class NextItemSerializer(DataQualityItemSerializer):
    """What to state next, and why."""

    advice = serializers.CharField()


class DataQualitySerializer(serializers.Serializer[Any]):
    """How well a listing is described."""

    level_percent = serializers.IntegerField(min_value=0, max_value=100)
    word = serializers.ChoiceField(list(WORDS), help_text="for the level")
    known = DataQualityItemSerializer(many=True)
    missing = DataQualityItemSerializer(many=True, help_text="the most useful first")
    next = NextItemSerializer(allow_null=True, help_text="null: everything is stated")


class ListingSerializer(serializers.Serializer[Any]):
    """An offer or a request as its reader may see it: `access.mark_identities` has been there."""

    id = serializers.IntegerField()
    side = serializers.ChoiceField(Side.choices)
    state = serializers.ChoiceField(State.choices)
    name = serializers.CharField(help_text="the title, else the resource's name")
    title = serializers.CharField()
    description = serializers.CharField()
    resource = serializers.SlugField(source="resource.slug")
    resource_name = serializers.CharField(source="resource.name")
    kind = serializers.ChoiceField(Kind.choices, source="resource.kind")

    identity_known = serializers.BooleanField(
        help_text="false: an anonymous party, organization and site are null"
    )
    party_name = serializers.CharField(help_text="the organization's name, or its code name")
    party_place = serializers.CharField()
    organization = serializers.SerializerMethodField()
    site = serializers.SerializerMethodField()
    latitude = serializers.FloatField(
        help_text="° (WGS 84); for an anonymous party, the centre of a cell of ~10 km"
    )
    longitude = serializers.FloatField(help_text="°, as latitude")

    quantity = DecimalText(
        max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`, as it was typed"
    )
    unit = serializers.ChoiceField(UNIT_CHOICES)
    period = serializers.ChoiceField(Period.choices)
    minimum_lot = DecimalText(max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`")
    price = DecimalText(
        max_digits=16,
        decimal_places=4,
        allow_null=True,
        help_text="per `unit`, signed: positive, the buyer pays; negative, the seller pays; null, open",
    )
    currency = serializers.CharField(help_text="ISO 4217")
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")
    canonical = CanonicalSerializer(source="*")
    available_from = serializers.DateField()
    available_until = serializers.DateField(allow_null=True)
    months = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=12), help_text="empty: all year"
    )
    quality = QualitySerializer(many=True, source="quality.all")
    hazardous = serializers.BooleanField()
    ewc_code = serializers.CharField()
    legal_status = serializers.ChoiceField(
        LegalStatus.choices, allow_blank=True, help_text="empty: nobody said"
    )
    abp_category = serializers.IntegerField(allow_null=True, help_text="1 to 3; Regulation (EC) No 1069/2009")
    reach_number = serializers.CharField(help_text="of the registration, where known")
    origin_of_gas = serializers.ChoiceField(
        GasOrigin.choices,
        allow_blank=True,
        help_text="what becomes of it without a buyer; empty: nobody said",
    )
    safety_present = serializers.ListField(child=serializers.ChoiceField(SafetyProperty.choices))
    safety_absent = serializers.ListField(
        child=serializers.ChoiceField(SafetyProperty.choices), help_text="tested, and not there"
    )
    disclosure = serializers.ChoiceField(Disclosure.choices)
    data_quality = DataQualitySerializer()

    provenance = serializers.ChoiceField(Provenance.choices)
    source = serializers.SerializerMethodField(  # type: ignore[assignment]  # declared fields leave the class
        help_text="of a record that its organization did not enter"
    )
    source_year = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()

    def get_organization(self, listing: Listing) -> int | None:
        """Who stands behind it, where that may be known."""
        return listing.organization_id if listing.identity_known else None

    def get_site(self, listing: Listing) -> int | None:
        """Where exactly it is, where that may be known."""
        return listing.site_id if listing.identity_known else None

    def get_source(self, listing: Listing) -> str:
        """A source may name the plant."""
        return listing.source if listing.identity_known else ""

    def get_source_year(self, listing: Listing) -> int | None:
        """As the source."""
        return listing.source_year if listing.identity_known else None

    def get_price_unit(self, listing: Listing) -> str:
        """Currency per typed unit."""
        return f"{listing.currency}/{listing.unit}"


class NeighbourSerializer(serializers.Serializer[Any]):
    """An organization of a kind that could use the offer; it is public, or it chose to be found."""

    name = serializers.CharField(source="organization.name")
    town = serializers.CharField()
    country = serializers.CharField()
    about_km = serializers.IntegerField(help_text="rough: to the middle of a cell of ~10 km")
    activity = serializers.SlugField(source="use.activity.slug")
    activity_name = serializers.CharField(source="use.activity.name")
    open_requests = serializers.IntegerField(help_text="those that name it to everybody")
    provenance = serializers.ChoiceField(Provenance.choices, source="organization.provenance")


class ListingUsesSerializer(UsesSerializer):
    """Who could use an offer."""

    organizations = NeighbourSerializer(many=True, help_text="within the resource's reach, the nearest first")


# --- what is written ----------------------------------------------------------------------------------------
class IntervalSerializer(StrictSerializer):
    """From low to high, open where null."""

    low = DecimalText(max_digits=16, decimal_places=4, allow_null=True, default=None)
    high = DecimalText(max_digits=16, decimal_places=4, allow_null=True, default=None)


class ListingTermsSerializer(StrictSerializer):
    """What somebody says of an offer or a request; what can be so is decided by `listings.terms`."""

    side = serializers.ChoiceField(Side.choices)
    resource = serializers.SlugRelatedField(
        slug_field="slug", queryset=Resource.objects.listable(), help_text="a resource's slug"
    )
    site = OwnSiteField(queryset=Site.objects.none(), help_text="one of your sites")
    quantity = DecimalText(
        max_digits=20, decimal_places=6, allow_null=True, default=None, help_text="null: not stated"
    )
    unit = serializers.ChoiceField(UNIT_CHOICES, help_text="one of the resource's `units`")
    period = serializers.ChoiceField(Period.choices)
    minimum_lot = DecimalText(max_digits=20, decimal_places=6, allow_null=True, default=None)
    price = DecimalText(
        max_digits=16,
        decimal_places=4,
        allow_null=True,
        default=None,
        help_text="per `unit`, signed: positive, the buyer pays; negative, the seller pays; null, open",
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="EUR", help_text="ISO 4217")
    available_from = serializers.DateField()
    available_until = serializers.DateField(allow_null=True, default=None)
    months = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=12),
        max_length=12,
        default=list,
        help_text="1–12; empty: all year",
    )
    quality = serializers.DictField(
        child=IntervalSerializer(), default=dict, help_text="by the slug of one of the resource's properties"
    )
    hazardous = serializers.BooleanField(default=False)
    ewc_code = serializers.RegexField(
        r"^([0-9]{6})?$", allow_blank=True, default="", help_text="six digits, or empty"
    )
    legal_status = serializers.ChoiceField(
        LegalStatus.choices, allow_blank=True, default="", help_text="what it is in law; empty: not said"
    )
    abp_category = serializers.IntegerField(
        min_value=1, max_value=3, allow_null=True, default=None, help_text="of an animal by-product"
    )
    reach_number = serializers.CharField(
        max_length=22, allow_blank=True, default="", help_text="as 01-2119458838-20-0000"
    )
    origin_of_gas = serializers.ChoiceField(
        GasOrigin.choices,
        allow_blank=True,
        default="",
        help_text="of a gas that is offered: what becomes of it without a buyer; empty: not said",
    )
    safety_present = serializers.ListField(
        child=serializers.ChoiceField(SafetyProperty.choices), max_length=4, default=list
    )
    safety_absent = serializers.ListField(
        child=serializers.ChoiceField(SafetyProperty.choices),
        max_length=4,
        default=list,
        help_text="tested, and not there",
    )
    disclosure = serializers.ChoiceField(Disclosure.choices, default=Disclosure.OPEN)
    title = serializers.CharField(max_length=120, allow_blank=True, default="")
    description = serializers.CharField(max_length=4000, allow_blank=True, default="")


class NewListingSerializer(ListingTermsSerializer):
    """A listing, and whether it goes on the market at once."""

    publish = serializers.BooleanField(default=True, help_text="false: keep it as a draft")


def _to_terms(values: dict[str, Any]) -> dict[str, Any]:
    """Return checked values as `ListingTerms` takes them."""
    if "quality" in values:
        values["quality"] = {slug: (of.get("low"), of.get("high")) for slug, of in values["quality"].items()}
    for name in ("months", "safety_present", "safety_absent"):
        if name in values:
            values[name] = tuple(values[name])
    return values


@contextmanager
def _fields_as_sent() -> Iterator[None]:
    """Name what is wrong with a quality as the body does: the terms are shared with a form, whose names are flat."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            {
                f"quality.{name.removeprefix('quality_')}" if name.startswith("quality_") else name: texts
                for name, texts in error.fields.items()
            }
        ) from error


# --- the endpoint -------------------------------------------------------------------------------------------
class ListingApiFilter(ListingFilter):
    """The market's filters, and one's own."""

    resource = extend_schema_field(
        {
            "type": "string",
            "description": "slug, name or waste code of a resource: it and everything below it",
        }
    )(ResourceTreeFilter())
    near = extend_schema_field(
        {"type": "string", "description": "a town, as `Halle, DE`, or `latitude,longitude`; with `within_km`"}
    )(PlaceFilter())
    free = extend_schema_field({"type": "boolean"})(
        YesNoFilter(method="filter_free", label="true: free, or the seller pays")
    )
    hazardous = extend_schema_field({"type": "boolean"})(
        YesNoFilter(method="filter_hazardous", label="hazardous waste alone, or none of it")
    )
    currency = django_filters.ChoiceFilter(
        choices=[(code, code) for code in sorted(CURRENCIES)],
        method="keep_all",
        label="in which `price_max` counts; else your organization's, or EUR",
    )
    mine = extend_schema_field({"type": "boolean"})(
        YesNoFilter(method="unfiltered", label="true: the listings of your organizations, in every state")
    )
    state = django_filters.ChoiceFilter(
        choices=State.choices, label="of use with `mine`: others are published"
    )

    def get_form_class(self) -> Any:
        """A radius round nothing is a mistake; the page's own list of radii always says one."""
        form_class = super().get_form_class()

        class StrictForm(form_class):  # type: ignore[misc,valid-type]  # made by django-filter
            def clean(self) -> Any:
                if self.data.get("within_km") and not self.data.get("near"):
                    self.add_error("within_km", _("Say by `near` what it is a circle round."))
                return super().clean()

        return StrictForm

    def unfiltered(self, listings: Any, name: str, value: str) -> Any:
        """Which listings there are at all is the view's."""
        return listings


@extend_schema_view(list=extend_schema(summary="The market, or your own listings"))
class ListingViewSet(VersionedViewSet, IdempotentViewSet):
    """Offers and requests."""

    queryset = Listing.objects.none()
    serializer_class = ListingSerializer
    filterset_class = ListingApiFilter

    def get_queryset(self) -> Any:
        """What the reader may see: the market, or with `mine` their own."""
        user = self.request.user
        if clean_code(self.request.query_params.get("mine", "")).casefold() not in YES:
            return access.listings_on_market(user).with_cards()
        if not user.is_authenticated:
            raise exceptions.NotAuthenticated
        return access.own_listings(user).with_cards()

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return the listing as the reader may see it now."""
        [listing] = access.mark_identities(self.request.user, [access.get_listing(self.request.user, pk)])
        mark_data_quality([listing])
        return self.tagged(Response(ListingSerializer(listing).data, status=status), listing)

    def version(self, instance: Listing) -> Mapping[str, Any]:
        """What can be changed of it; not what is agreed on, nor its state."""
        return said_by(terms_of(instance))

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        marked = mark_data_quality(access.mark_identities(request.user, page or ()))
        return self.get_paginated_response(ListingSerializer(marked, many=True).data)

    @extend_schema(summary="One listing")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One of the market, or one's own in any state."""
        return self.answer(pk)

    @extend_schema(
        summary="List an offer or a request (owners, traders)",
        request=NewListingSerializer,
        responses={201: ListingSerializer},
    )
    def create(self, request: Request) -> Response:
        """On the market at once, or a draft."""
        values = _to_terms(checked(NewListingSerializer, request))
        publish = values.pop("publish")
        terms = ListingTerms(**values)
        organization = get_organization_to_trade(request.user, terms.site.organization_id)
        with _fields_as_sent():
            listing = create_listing(
                actor=self.actor, organization=organization, terms=terms, publish=publish
            )
        return self.answer(listing.pk, status=201)

    @extend_schema(
        summary="Say a listing anew (owners, traders)",
        request=ListingTermsSerializer,
        responses=ListingSerializer,
    )
    def update(self, request: Request, pk: int) -> Response:
        """Everything that is left out takes its default."""
        listing = access.get_listing_to_trade(request.user, pk)
        terms = ListingTerms(**_to_terms(checked(ListingTermsSerializer, request)))
        with _fields_as_sent():
            edit_listing(actor=self.actor, listing=listing, terms=terms, seen=self.seen)
        return self.answer(pk)

    @extend_schema(
        summary="Change some of a listing (owners, traders)",
        request=ListingTermsSerializer,
        responses=ListingSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays."""
        listing = access.get_listing_to_trade(request.user, pk)
        changes = _to_terms(checked(ListingTermsSerializer, request))
        with _fields_as_sent():
            amend_listing(actor=self.actor, listing=listing, changes=changes, seen=self.seen)
        return self.answer(pk)

    @extend_schema(
        operation_id="listings_publish", summary="Put it on the market (owners, traders)", request=None
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """A draft, a paused or an expired listing."""
        return self._move(publish_listing, pk)

    @extend_schema(
        operation_id="listings_pause",
        summary="Take it off the market for a while (owners, traders)",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: int) -> Response:
        """Until it is published again."""
        return self._move(pause_listing, pk)

    @extend_schema(
        operation_id="listings_withdraw",
        summary="Take it off the market for good (owners, traders)",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """It cannot be changed any more."""
        return self._move(withdraw_listing, pk)

    @extend_schema(
        operation_id="listings_uses",
        summary="Who could use an offer: kinds of plants, and organizations nearby",
        responses=ListingUsesSerializer,
    )
    @action(detail=True, methods=["get"])
    def uses(self, request: Request, pk: int) -> Response:
        """The same for everybody who sees the offer, but for its owner's own name."""
        listing = access.get_offer(request.user, pk)
        found = uses_of_listing(listing, identity_known=access.sees_identity(request.user, listing))
        known = UsesSerializer(found.known).data
        return Response({**known, "organizations": NeighbourSerializer(found.neighbours, many=True).data})

    def _move(self, service: Callable[..., Listing], pk: int) -> Response:
        service(actor=self.actor, listing=access.get_listing_to_trade(self.actor, pk))
        return self.answer(pk)
