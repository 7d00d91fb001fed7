"""A listing as it is sent over REST."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers

from accounts.api.sites import OwnSiteField
from accounts.models import Site
from catalogue.models import LegalStatus, Resource
from common.api import UNIT_CHOICES, DecimalText, StrictSerializer
from common.errors import Invalid
from listings.models import Disclosure, GasOrigin, Period, SafetyProperty, Side


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
    external_id = serializers.CharField(
        max_length=80,
        allow_blank=True,
        default="",
        help_text="what your own system calls it, once in your organization; nobody else sees it",
    )


class NewListingSerializer(ListingTermsSerializer):
    """A listing, and whether it goes on the market at once."""

    publish = serializers.BooleanField(default=True, help_text="false: keep it as a draft")


def to_terms(values: dict[str, Any]) -> dict[str, Any]:
    """Return checked values as `ListingTerms` takes them."""
    if "quality" in values:
        values["quality"] = {slug: (of.get("low"), of.get("high")) for slug, of in values["quality"].items()}
    for name in ("months", "safety_present", "safety_absent"):
        if name in values:
            values[name] = tuple(values[name])
    return values


@contextmanager
def fields_as_sent() -> Iterator[None]:
    """Name what is wrong with a quality as the body does: the terms are shared with a form, whose names are flat."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            {name_as_sent(name): texts for name, texts in error.fields.items()}, code=error.code
        ) from error


def name_as_sent(name: str) -> str:
    """Return the name of a field as a body has it: `quality.moisture` for `quality_moisture`."""
    return f"quality.{name.removeprefix('quality_')}" if name.startswith("quality_") else name
