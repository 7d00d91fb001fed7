"""What is sent to change them."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access import facilitated_organizations, facilitated_sites, organizations_of
from accounts.models import Organization, Site
from catalogue.models import Resource
from common.api import UNIT_CHOICES, DecimalText, StrictSerializer
from common.errors import Invalid
from common.files.uploads import SUFFIXES
from listings.access import listings_on_market, own_listings
from listings.models import Listing, Period
from matching.access import own_matches
from matching.models import Match
from trading.api.shared import amount_text
from trading.models import DECLARED, Actor, Carrier, LostReason, TransportPayer
from trading.services.terms import BidTerms


class _OneOf(serializers.PrimaryKeyRelatedField[Any]):
    """An id of what `reader` lets the user see; all others are missing, whether they exist or not."""

    default_error_messages = {"does_not_exist": "There is nothing with this id that you may choose."}

    def __init__(self, reader: Callable[[Any], QuerySet[Any]], **options: Any) -> None:
        self.reader = reader
        super().__init__(**options)

    def get_queryset(self) -> Any:
        return self.reader(self.context["request"].user)


def _facilitated_listings(user: Any) -> QuerySet[Listing]:
    return Listing.objects.filter(organization__in=facilitated_organizations(user))


class _ForSerializer(StrictSerializer):
    """Whom one acts for."""

    organization = _OneOf(organizations_of, queryset=Organization.objects.none(), help_text="one of yours")


class FromMatchSerializer(_ForSerializer):
    """An approved match that a party takes up."""

    match = _OneOf(own_matches, queryset=Match.objects.none())


class EnquirySerializer(_ForSerializer):
    """A question about a listing on the market."""

    listing = _OneOf(listings_on_market, queryset=Listing.objects.none())
    own_listing = _OneOf(
        own_listings,
        queryset=Listing.objects.none(),
        allow_null=True,
        default=None,
        help_text="of the other side",
    )
    text = serializers.CharField(max_length=4000)


class ProposalSerializer(StrictSerializer):
    """Two sites that a facilitator brings together."""

    supplier_site = _OneOf(facilitated_sites, queryset=Site.objects.none())
    receiver_site = _OneOf(facilitated_sites, queryset=Site.objects.none())
    resource = serializers.SlugRelatedField(
        slug_field="slug", queryset=Resource.objects.listable(), help_text="what moves, by its slug"
    )
    offer = _OneOf(_facilitated_listings, queryset=Listing.objects.none(), allow_null=True, default=None)
    request = _OneOf(_facilitated_listings, queryset=Listing.objects.none(), allow_null=True, default=None)
    is_rate = serializers.BooleanField(default=True, help_text="whether it flows, where no listing says so")


class ActingSerializer(StrictSerializer):
    """For which party one acts; of use to who belongs to both."""

    organization = _OneOf(
        organizations_of, queryset=Organization.objects.none(), allow_null=True, default=None
    )


class NewMessageSerializer(ActingSerializer):
    """Words to the others."""

    text = serializers.CharField(max_length=4000)


class UploadSerializer(ActingSerializer):
    """A document, as `multipart/form-data`."""

    file = serializers.FileField(max_length=300, help_text=f"{', '.join(SUFFIXES)}; at most 20 MB")


class NextStepSerializer(StrictSerializer):
    """What comes next; an empty text: nothing."""

    text = serializers.CharField(max_length=300, allow_blank=True)
    on = serializers.DateField(allow_null=True, default=None)
    by = serializers.ChoiceField(Actor.choices, allow_blank=True, default="")


class LossSerializer(StrictSerializer):
    """Why it comes to nothing."""

    reason = serializers.ChoiceField(LostReason.choices, help_text="`other` needs a remark")
    remark = serializers.CharField(max_length=1000, allow_blank=True, default="")


class AttributionSerializer(StrictSerializer):
    """Which share of the benefit the network's work explains."""

    share = DecimalText(max_digits=5, decimal_places=4, help_text="0 to 1")
    reason = serializers.CharField(
        max_length=1000, allow_blank=True, default="", help_text="needed for less than 1"
    )


class BidTermsSerializer(ActingSerializer):
    """What somebody bids; what can be so is decided by `trading.services.terms`."""

    quantity = DecimalText(max_digits=20, decimal_places=6, help_text="in `unit`, per `period`")
    unit = serializers.ChoiceField(UNIT_CHOICES, help_text="one of the resource's `units`")
    period = serializers.ChoiceField(Period.choices)
    price = DecimalText(
        max_digits=16,
        decimal_places=4,
        help_text="per `unit`, signed: positive, the receiver pays; negative, the supplier pays",
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="EUR", help_text="ISO 4217")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    carrier = serializers.ChoiceField(Carrier.choices, default=Carrier.RECEIVER)
    transport_paid_by = serializers.ChoiceField(TransportPayer.choices, default=TransportPayer.RECEIVER)
    conditions = serializers.CharField(max_length=4000, allow_blank=True, default="")
    expires_at = serializers.DateTimeField(
        allow_null=True, default=None, help_text="null: it stands until it is answered"
    )


class SealedBidSerializer(BidTermsSerializer, _ForSerializer):
    """A sealed bid; it stands until the tender is decided."""

    organization = _OneOf(organizations_of, queryset=Organization.objects.none(), help_text="one of yours")


class DeclineSerializer(StrictSerializer):
    """Words with a no."""

    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")


class NewTenderSerializer(StrictSerializer):
    """A listing of one's own, and until when bids are taken."""

    listing = _OneOf(own_listings, queryset=Listing.objects.none(), help_text="one of yours")
    deadline = serializers.DateTimeField()
    conditions = serializers.CharField(max_length=4000, allow_blank=True, default="")


class AwardSerializer(StrictSerializer):
    """How much of a bid is taken."""

    bid = serializers.IntegerField()
    amount = amount_text(help_text="in the bid's `amount_unit`; at most its `amount`")


class AwardsSerializer(StrictSerializer):
    """The bids that are taken, whole or in part; all others are declined."""

    awards = AwardSerializer(many=True, allow_empty=False)


class PapersSerializer(StrictSerializer):
    """What the paper that travels with waste names."""

    ewc_code = serializers.RegexField(r"^([0-9]{6})?$", allow_blank=True, help_text="six digits, or empty")
    treatment_operation = serializers.CharField(
        max_length=3, allow_blank=True, help_text="R1–R13, D1–D15, or empty"
    )
    supplier_permit = serializers.CharField(max_length=120, allow_blank=True)
    receiver_permit = serializers.CharField(max_length=120, allow_blank=True)
    container = serializers.CharField(max_length=120, allow_blank=True)


class ConsignmentSerializer(ActingSerializer):
    """What somebody says of a consignment."""

    reference = serializers.CharField(max_length=80, help_text="the number on the transport paper")
    happened_on = serializers.DateField(help_text="of a planned one: when it is due")
    quantity = DecimalText(max_digits=20, decimal_places=6, help_text="in `unit`; what left the supplier")
    unit = serializers.ChoiceField(UNIT_CHOICES, help_text="one of the resource's `units`")
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")


class CorrectionSerializer(ActingSerializer):
    """How much a delivery really was; 0: it never came."""

    quantity = DecimalText(max_digits=20, decimal_places=6, help_text="in `unit`")
    unit = serializers.ChoiceField(UNIT_CHOICES)
    note = serializers.CharField(max_length=1000, help_text="why")


class DeclarationSerializer(StrictSerializer):
    """What no delivery shows, of both parties together."""

    year = serializers.IntegerField(min_value=1900, max_value=2200)
    metric = serializers.ChoiceField([(metric.value, metric.label) for metric in DECLARED])
    amount = amount_text(help_text="in `unit`")
    unit = serializers.CharField(
        max_length=12, allow_blank=True, default="", help_text="of an investment: the currency"
    )
    baseline = serializers.CharField(max_length=1000, help_text="what would have happened otherwise")


class VerificationSerializer(StrictSerializer):
    """Which year a facilitator vouches for."""

    year = serializers.IntegerField(min_value=1900, max_value=2200)
    remark = serializers.CharField(max_length=1000, allow_blank=True, default="")


def acting_for(party: Organization, chosen: Organization | None) -> Organization:
    """Return the party that was found for the one that was named; raise where that is another."""
    if chosen is not None and chosen.pk != party.pk:
        raise Invalid({"organization": _("Choose the party that you may act for, or none.")})
    return party


def bid_terms_of(values: dict[str, Any]) -> BidTerms:
    return BidTerms(**{field.name: values[field.name] for field in fields(BidTerms)})
