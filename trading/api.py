"""Trading over REST: synergies, bids, tenders, agreements, deliveries and the ledger, for those who take part.

A party that the reader does not know yet stands under a code name, and a sealed bid is its bidder's alone until the
deadline. Decimals are text; each stands beside its unit.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from typing import Any

import django_filters
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.forms import IntegerField
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import renderers, serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade, organizations_of
from accounts.models import Organization, Programme, Site
from catalogue.models import Resource
from common.api import UNIT_CHOICES, DecimalText, StrictSerializer, checked
from common.errors import Forbidden, Invalid, NotFound
from common.units import CANONICAL_UNIT
from events.idempotency import IdempotentViewSet
from events.models import Event
from listings.access import (
    get_listing_to_trade,
    known_organizations,
    listings_on_market,
    mark_identities,
    own_listings,
)
from listings.models import Listing, Period, Side
from matching.access import own_matches
from matching.models import Match
from trading import access, agreements, bids, deliveries, ledger, synergies, tenders
from trading.benefit import BALANCES
from trading.files import CONTENT_TYPES
from trading.models import (
    Actor,
    Agreement,
    Bid,
    Carrier,
    Delivery,
    DeliveryFile,
    DeliveryKind,
    ImpactEntry,
    ImpactStatus,
    LostReason,
    Metric,
    Origin,
    StoredFile,
    Synergy,
    SynergyFile,
    SynergyMessage,
    Tender,
    TransportPayer,
)
from trading.paper import agreement_pdf
from trading.states import AgreementState, BidState, Stage, TenderState
from trading.terms import BidTerms, Papers, papers_of
from trading.turns import BOTH, turn_of, with_turns

PARTIES = [(side.value, side.label) for side in (Actor.SUPPLIER, Actor.RECEIVER)]
_PER = {"type": "string", "enum": ["year"], "nullable": True}
_FILES = {(200, content_type): OpenApiTypes.BINARY for content_type in sorted(set(CONTENT_TYPES.values()))}


def _per(is_rate: bool) -> str | None:
    return "year" if is_rate else None


def _amount(**options: Any) -> DecimalText:
    return DecimalText(max_digits=24, decimal_places=6, **options)


# --- what is read -------------------------------------------------------------------------------------------
class SynergyPartySerializer(serializers.Serializer[Any]):
    """A side of a synergy as the reader may know it."""

    organization = serializers.IntegerField(allow_null=True, help_text="null: not known to you yet")
    name = serializers.CharField(help_text="the organization's name, or its code name")
    site = serializers.IntegerField(allow_null=True, help_text="null: none is named, or not known to you yet")
    is_interested = serializers.BooleanField()


class SynergySerializer(serializers.Serializer[Any]):
    """What a supplier and a receiver work on; `access.mark_parties` has been there."""

    id = serializers.IntegerField()
    stage = serializers.ChoiceField(Stage.choices)
    stage_changed_at = serializers.DateTimeField()
    origin = serializers.ChoiceField(Origin.choices)
    offer = serializers.IntegerField(source="offer_id", allow_null=True)
    request = serializers.IntegerField(source="request_id", allow_null=True)
    match = serializers.IntegerField(source="match_id", allow_null=True)
    resource = serializers.SlugField(source="resource.slug", help_text="what moves")
    resource_name = serializers.CharField(source="resource.name")
    unit = serializers.SerializerMethodField(help_text="canonical, of what moves")
    per = serializers.SerializerMethodField(help_text="what amounts are per; null for a one-off lot")
    yield_per_unit = DecimalText(
        max_digits=16, decimal_places=8, help_text="units of the request per unit that moves"
    )
    supplier = serializers.SerializerMethodField()
    receiver = serializers.SerializerMethodField()
    roles = serializers.SerializerMethodField(help_text="on which sides you are")
    waits_for = serializers.SerializerMethodField(help_text="whose turn it is")
    turn_reason = serializers.SerializerMethodField(help_text="for what, such as interest, bid or confirm")
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    next_step_by = serializers.ChoiceField(Actor.choices, allow_blank=True)
    lost_reason = serializers.ChoiceField(LostReason.choices, allow_blank=True)
    lost_remark = serializers.CharField()
    attribution = DecimalText(
        max_digits=5,
        decimal_places=4,
        help_text="share of the benefit, 0 to 1, that the network's work explains",
    )
    attribution_reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    acted_at = serializers.DateTimeField(help_text="when anybody did anything last")

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, synergy: Synergy) -> str:
        """As listings name it."""
        return CANONICAL_UNIT[synergy.resource.dimension]

    @extend_schema_field(_PER)
    def get_per(self, synergy: Synergy) -> str | None:
        """A rate counts per year."""
        return _per(synergy.is_rate)

    @extend_schema_field(SynergyPartySerializer)
    def get_supplier(self, synergy: Synergy) -> Any:
        """Who gives."""
        return self._party(synergy, "supplier")

    @extend_schema_field(SynergyPartySerializer)
    def get_receiver(self, synergy: Synergy) -> Any:
        """Who takes."""
        return self._party(synergy, "receiver")

    def _party(self, synergy: Synergy, side: str) -> dict[str, Any]:
        known = getattr(synergy, f"{side}_known")
        return {
            "organization": getattr(synergy, f"{side}_id") if known else None,
            "name": getattr(synergy, f"{side}_name"),
            "site": getattr(synergy, f"{side}_site_id") if known else None,
            "is_interested": getattr(synergy, f"{side}_interested_at") is not None,
        }

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Actor.choices)))
    def get_roles(self, synergy: Synergy) -> list[str]:
        """A member of both parties is on both sides."""
        own, facilitated = self.context["own"], self.context["facilitated"]
        parties = {Actor.SUPPLIER.value: synergy.supplier_id, Actor.RECEIVER.value: synergy.receiver_id}
        roles = [side for side, pk in parties.items() if pk in own]
        return roles + [Actor.FACILITATOR.value] * (not facilitated.isdisjoint(parties.values()))

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Actor.choices)))
    def get_waits_for(self, synergy: Synergy) -> list[str]:
        """Nobody, one or both parties."""
        who = turn_of(synergy).who
        return [side.value for side in Actor if who == side or (who == BOTH and side != Actor.FACILITATOR)]

    def get_turn_reason(self, synergy: Synergy) -> str:
        """A word."""
        return turn_of(synergy).why


class MessageSerializer(serializers.Serializer[Any]):
    """Something said inside a synergy."""

    id = serializers.IntegerField()
    by = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField(help_text="a name; empty while you do not know the party")
    text = serializers.CharField()
    at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(Actor.choices))
    def get_by(self, message: SynergyMessage) -> str:
        """For which side it was said."""
        return _side(self.context["synergy"], message.organization_id)

    def get_author(self, message: SynergyMessage) -> str:
        """Who said it, once the party is known."""
        return str(message.author) if _is_known(self.context["synergy"], message.organization_id) else ""


class StoredFileSerializer(serializers.Serializer[Any]):
    """A document; its content is at the address of its id."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    size_bytes = serializers.IntegerField(source="size")
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    at = serializers.DateTimeField()


class SynergyFileSerializer(StoredFileSerializer):
    """A document inside a synergy; its content is at `/synergy-files/{id}/`."""

    by = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(Actor.choices))
    def get_by(self, file: SynergyFile) -> str:
        """For which side it was put there."""
        return _side(file.synergy, file.organization_id)


class EventSerializer(serializers.Serializer[Any]):
    """A line of the log: who did what when."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="such as bid.placed")
    subject = serializers.CharField(source="subject_type", help_text="such as trading.bid")
    subject_id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.SerializerMethodField(
        help_text="a name; empty: by itself, or the parties are not introduced"
    )
    data = serializers.JSONField()  # type: ignore[assignment]  # declared fields leave the class

    def get_actor(self, event: Event) -> str:
        """Names are told once both parties are known."""
        synergy: Synergy = self.context["synergy"]
        known = synergy.supplier_known and synergy.receiver_known
        return str(event.actor) if event.actor is not None and known else ""


class BidSerializer(serializers.Serializer[Any]):
    """Terms that one party puts to the other: as typed, and in canonical units of what moves."""

    id = serializers.IntegerField()
    synergy = serializers.IntegerField(source="synergy_id")
    tender = serializers.IntegerField(source="tender_id", allow_null=True, help_text="of a sealed bid")
    number = serializers.IntegerField(help_text="1, 2, 3 … in its synergy")
    counters = serializers.IntegerField(source="counters_id", allow_null=True, help_text="the bid it answers")
    bidder = serializers.SerializerMethodField()
    bidder_name = serializers.SerializerMethodField()
    state = serializers.ChoiceField(BidState.choices)
    waits_for = serializers.SerializerMethodField(help_text="who may answer it now; empty: nobody")
    quantity = DecimalText(max_digits=20, decimal_places=6, help_text="in `unit`, per `period`")
    unit = serializers.ChoiceField(UNIT_CHOICES)
    period = serializers.ChoiceField(Period.choices)
    price = DecimalText(max_digits=16, decimal_places=4, help_text="in `price_unit`; negative: supplier pays")
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/kg")
    currency = serializers.CharField(help_text="ISO 4217")
    amount = _amount(help_text="in `amount_unit`, per `per`")
    amount_unit = serializers.SerializerMethodField(help_text="canonical")
    per = serializers.SerializerMethodField(help_text="what `amount` is per; null for a one-off lot")
    unit_price = DecimalText(max_digits=24, decimal_places=8, help_text="in `unit_price_unit`")
    unit_price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    carrier = serializers.ChoiceField(Carrier.choices)
    transport_paid_by = serializers.ChoiceField(TransportPayer.choices)
    conditions = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    placed_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decline_reason = serializers.CharField()
    agreement = serializers.SerializerMethodField(help_text="what came of it")

    @extend_schema_field(serializers.ChoiceField(PARTIES))
    def get_bidder(self, bid: Bid) -> str:
        """Which side made it."""
        return bid.synergy.side_of(bid.organization_id)

    def get_bidder_name(self, bid: Bid) -> str:
        """As the reader may know it."""
        name: str = getattr(bid.synergy, f"{self.get_bidder(bid)}_name")
        return name

    @extend_schema_field(serializers.ChoiceField(PARTIES, allow_blank=True))
    def get_waits_for(self, bid: Bid) -> str:
        """The other side; a sealed bid is decided with its tender."""
        waits = bid.is_live and bid.tender_id is None
        return bid.synergy.side_of(bid.synergy.other_than(bid.organization_id)) if waits else ""

    def get_price_unit(self, bid: Bid) -> str:
        """Currency per typed unit."""
        return f"{bid.currency}/{bid.unit}"

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_amount_unit(self, bid: Bid) -> str:
        """Of what moves."""
        return CANONICAL_UNIT[bid.synergy.resource.dimension]

    @extend_schema_field(_PER)
    def get_per(self, bid: Bid) -> str | None:
        """A rate counts per year."""
        return _per(bid.is_rate)

    def get_unit_price_unit(self, bid: Bid) -> str:
        """Currency per canonical unit."""
        return f"{bid.currency}/{self.get_amount_unit(bid)}"

    def get_agreement(self, bid: Bid) -> int | None:
        """Only of an accepted bid."""
        return bid.agreement.pk if bid.state == BidState.ACCEPTED else None


class TenderSerializer(serializers.Serializer[Any]):
    """Sealed bids on one listing until a deadline."""

    id = serializers.IntegerField()
    listing = serializers.IntegerField(source="listing_id")
    side = serializers.ChoiceField(Side.choices, source="listing.side", help_text="of the listing")
    resource = serializers.SlugField(source="listing.resource.slug")
    party_name = serializers.CharField(source="listing.party_name", help_text="who asks for bids")
    is_own = serializers.SerializerMethodField(help_text="whether it is one of your organizations'")
    opened_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    is_over = serializers.BooleanField(source="over_now", help_text="by the clock of the database")
    state = serializers.ChoiceField(TenderState.choices)
    decided_at = serializers.DateTimeField(allow_null=True)
    conditions = serializers.CharField()

    def get_is_own(self, tender: Tender) -> bool:
        """The owner awards it."""
        return tender.listing.organization_id in self.context["own"]


class AgreementSerializer(serializers.Serializer[Any]):
    """An accepted bid, what its transport paper needs, and how it stands."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(AgreementState.choices)
    synergy = serializers.IntegerField(source="synergy_id")
    bid = serializers.IntegerField(source="bid_id")
    offer = serializers.IntegerField(source="offer_id", allow_null=True)
    request = serializers.IntegerField(source="request_id", allow_null=True)
    supplier_name = serializers.CharField(source="synergy.supplier_name")
    receiver_name = serializers.CharField(source="synergy.receiver_name")
    resource = serializers.SlugField(source="resource.slug")
    resource_name = serializers.CharField(source="resource.name")
    amount = _amount(help_text="in `unit`, per `per`")
    unit = serializers.SerializerMethodField(help_text="canonical, of what moves")
    per = serializers.SerializerMethodField(help_text="what amounts are per; null for a one-off lot")
    request_amount = _amount(help_text="how much of the request it fills, in `request_unit`")
    request_unit = serializers.SerializerMethodField()
    yield_per_unit = DecimalText(max_digits=16, decimal_places=8)
    delivered_amount = serializers.SerializerMethodField(help_text="in `unit`, with all corrections")
    unit_price = DecimalText(max_digits=24, decimal_places=8, help_text="in `price_unit`, signed")
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")
    currency = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    carrier = serializers.ChoiceField(Carrier.choices)
    transport_paid_by = serializers.ChoiceField(TransportPayer.choices)
    conditions = serializers.CharField()
    ewc_code = serializers.CharField()
    treatment_operation = serializers.CharField(help_text="R1–R13, D1–D15, or empty")
    supplier_permit = serializers.CharField()
    receiver_permit = serializers.CharField()
    container = serializers.CharField()
    agreed_at = serializers.DateTimeField()
    cancel_asked_by = serializers.ChoiceField(PARTIES, allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, agreement: Agreement) -> str:
        """As listings name it."""
        return CANONICAL_UNIT[agreement.resource.dimension]

    @extend_schema_field(_PER)
    def get_per(self, agreement: Agreement) -> str | None:
        """A rate counts per year."""
        return _per(agreement.is_rate)

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_request_unit(self, agreement: Agreement) -> str:
        """Without a request, that of what moves."""
        resource = agreement.request.resource if agreement.request else agreement.resource
        return CANONICAL_UNIT[resource.dimension]

    @extend_schema_field(_amount())
    def get_delivered_amount(self, agreement: Agreement) -> str:
        """Summed for the whole page at once."""
        text: str = _amount().to_representation(self.context["delivered"].get(agreement.pk, Decimal(0)))
        return text

    def get_price_unit(self, agreement: Agreement) -> str:
        """Currency per canonical unit."""
        return f"{agreement.currency}/{self.get_unit(agreement)}"


@cache
def _just_signed() -> AgreementSerializer:
    """One serializer for all: copying its fields anew takes a tenth of an acceptance. Nothing is delivered by then."""
    return AgreementSerializer(context={"delivered": {}})


class DeliverySerializer(serializers.Serializer[Any]):
    """A consignment: planned, delivered, or a correction of one that was."""

    id = serializers.IntegerField()
    agreement = serializers.IntegerField(source="agreement_id")
    synergy = serializers.IntegerField(source="agreement.synergy_id")
    kind = serializers.ChoiceField(DeliveryKind.choices)
    reference = serializers.CharField(help_text="the number on the transport paper")
    happened_on = serializers.DateField(help_text="of a planned one: when it is due")
    amount = _amount(help_text="in `unit`; of a correction: the difference, signed")
    unit = serializers.SerializerMethodField(help_text="canonical")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    reported_by = serializers.SerializerMethodField()
    reported_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True, help_text="by the other party")
    note = serializers.CharField()
    files = StoredFileSerializer(
        many=True, source="files.all", help_text="evidence; content is at `/delivery-files/{id}/`"
    )

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, delivery: Delivery) -> str:
        """As its agreement counts."""
        return CANONICAL_UNIT[delivery.agreement.resource.dimension]

    @extend_schema_field(serializers.ChoiceField(PARTIES))
    def get_reported_by(self, delivery: Delivery) -> str:
        """Which side."""
        return delivery.agreement.synergy.side_of(delivery.organization_id)


class ImpactEntrySerializer(serializers.Serializer[Any]):
    """One line of the ledger, signed; what no longer holds is taken back by a line that corrects it."""

    id = serializers.IntegerField()
    synergy = serializers.IntegerField(source="synergy_id")
    agreement = serializers.IntegerField(source="agreement_id", allow_null=True)
    delivery = serializers.IntegerField(source="delivery_id", allow_null=True)
    year = serializers.IntegerField()
    metric = serializers.ChoiceField(Metric.choices)
    status = serializers.ChoiceField(
        ImpactStatus.choices, help_text="estimated: expected, never added to the others"
    )
    gross = _amount(help_text="in `unit`")
    attribution = DecimalText(max_digits=5, decimal_places=4, help_text="share, 0 to 1")
    net = DecimalText(max_digits=32, decimal_places=10, help_text="gross × attribution, in `unit`")
    unit = serializers.CharField(help_text="t, m3, MWh, FTE, or a currency")
    baseline = serializers.CharField(help_text="what would have happened otherwise")
    factor = DecimalText(max_digits=24, decimal_places=8, allow_null=True, help_text="in `factor_unit`")
    factor_unit = serializers.CharField()
    factor_key = serializers.CharField()
    factor_source = serializers.CharField()
    factor_year = serializers.IntegerField(allow_null=True)
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    posted_at = serializers.DateTimeField()


class TotalSerializer(serializers.Serializer[Any]):
    """One metric summed, net of attribution but for `gross`; every number in `unit`."""

    metric = serializers.ChoiceField([*Metric.values, *BALANCES])
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    unit = serializers.CharField()
    expected = DecimalText(max_digits=34, decimal_places=10, help_text="not part of the benefit")
    confirmed = DecimalText(max_digits=34, decimal_places=10)
    verified = DecimalText(max_digits=34, decimal_places=10)
    benefit = DecimalText(max_digits=34, decimal_places=10, help_text="confirmed + verified")
    gross = DecimalText(max_digits=34, decimal_places=10, help_text="of the benefit, before attribution")
    is_balance = serializers.BooleanField(help_text="true: the sum of other lines, not to be added to them")


class SumsSerializer(serializers.Serializer[Any]):
    """The sums of one year, or of all."""

    year = serializers.IntegerField(allow_null=True, help_text="null: all that the filters leave")
    totals = TotalSerializer(many=True)


def _side(synergy: Synergy, organization_id: int | None) -> str:
    return Actor.FACILITATOR.value if organization_id is None else synergy.side_of(organization_id)


def _is_known(synergy: Synergy, organization_id: int | None) -> bool:
    known: bool = organization_id is None or getattr(synergy, f"{synergy.side_of(organization_id)}_known")
    return known


# --- what is written ----------------------------------------------------------------------------------------
class _OneOf(serializers.PrimaryKeyRelatedField[Any]):
    """An id of what `reader` lets the user see; all others are missing, whether they exist or not."""

    default_error_messages = {"does_not_exist": "There is nothing with this id that you may choose."}

    def __init__(self, reader: Callable[[Any], QuerySet[Any]], **options: Any) -> None:
        self.reader = reader
        super().__init__(**options)

    def get_queryset(self) -> Any:
        return self.reader(self.context["request"].user)


def _facilitated(user: Any) -> QuerySet[Organization]:
    return Organization.objects.filter(programmes__facilitators=user.pk or 0)


def _facilitated_sites(user: Any) -> QuerySet[Site]:
    return Site.objects.filter(organization__in=_facilitated(user))


def _facilitated_listings(user: Any) -> QuerySet[Listing]:
    return Listing.objects.filter(organization__in=_facilitated(user))


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

    supplier_site = _OneOf(_facilitated_sites, queryset=Site.objects.none())
    receiver_site = _OneOf(_facilitated_sites, queryset=Site.objects.none())
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

    file = serializers.FileField(max_length=300, help_text=f"{', '.join(CONTENT_TYPES)}; at most 20 MB")


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
    """What somebody bids; what can be so is decided by `trading.terms`."""

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
    amount = _amount(help_text="in the bid's `amount_unit`; at most its `amount`")


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
    quantity = DecimalText(max_digits=20, decimal_places=6, help_text="in `unit`")
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
    metric = serializers.ChoiceField([(metric.value, metric.label) for metric in ledger.DECLARED])
    amount = _amount(help_text="in `unit`")
    unit = serializers.CharField(
        max_length=12, allow_blank=True, default="", help_text="of an investment: the currency"
    )
    baseline = serializers.CharField(max_length=1000, help_text="what would have happened otherwise")


class VerificationSerializer(StrictSerializer):
    """Which year a facilitator vouches for."""

    year = serializers.IntegerField(min_value=1900, max_value=2200)
    remark = serializers.CharField(max_length=1000, allow_blank=True, default="")


def _acting(party: Organization, chosen: Organization | None) -> Organization:
    """Return the party that was found for the one that was named; raise where that is another."""
    if chosen is not None and chosen.pk != party.pk:
        raise Invalid({"organization": _("Choose the party that you may act for, or none.")})
    return party


def _terms(values: dict[str, Any]) -> BidTerms:
    return BidTerms(**{field.name: values[field.name] for field in fields(BidTerms)})


# --- the endpoints ------------------------------------------------------------------------------------------
class _IdFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    field_class = IntegerField


def _id_filter(name: str, description: str, **options: Any) -> Any:
    return extend_schema_field({"type": "integer", "description": description})(
        _IdFilter(field_name=name, **options)
    )


class _TradingViewSet(IdempotentViewSet):
    """What the endpoints of this app share: signed-in people only, documents made for their reader."""

    permission_classes = (IsAuthenticated,)

    def page_of(self, rows: Any, documents: Callable[[Iterable[Any]], Any]) -> Response:
        """Answer with a page of rows, the newest first, as `documents` shows them."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(documents(list(page or ())))

    def own_ids(self) -> set[int]:
        """Keys of the reader's organizations."""
        return set(organizations_of(self.actor).values_list("pk", flat=True))

    def synergy_documents(self, found: Iterable[Synergy]) -> Any:
        """Show synergies."""
        facilitated = set(_facilitated(self.actor).values_list("pk", flat=True))
        context = {"own": self.own_ids(), "facilitated": facilitated}
        marked = access.mark_parties(self.actor, found)
        return SynergySerializer(marked, many=True, context=context).data

    def bid_documents(self, found: Iterable[Bid]) -> Any:
        """Show bids."""
        rows = list(found)
        access.mark_parties(self.actor, [bid.synergy for bid in rows])
        return BidSerializer(rows, many=True).data

    def bid_answer(self, pk: int, status: int = 200) -> Response:
        """Answer with a bid as it is now."""
        found = _with_agreements(access.with_terms(access.visible_bids(self.actor))).get(pk=pk)
        return Response(self.bid_documents([found])[0], status=status)

    def agreement_documents(self, found: Iterable[Agreement]) -> Any:
        """Show agreements."""
        rows = list(found)
        for agreement in rows:
            synergy = agreement.synergy
            synergy.supplier, synergy.receiver = agreement.supplier, agreement.receiver
            synergy.offer, synergy.request = agreement.offer, agreement.request
        access.mark_parties(self.actor, [agreement.synergy for agreement in rows])
        context = {"delivered": deliveries.delivered_of(rows)}
        return AgreementSerializer(rows, many=True, context=context).data

    def agreement_answer(self, pk: int) -> Response:
        """Answer a party that has acted with the agreement as it is now."""
        parties = (f"synergy__{name}" for name in ("supplier", "receiver", "resource"))
        found = Agreement.objects.select_related("request", *parties).get(pk=pk)
        agreement = access.show_to_parties(found, found.synergy)
        context = {"delivered": deliveries.delivered_of([agreement])}
        return Response(AgreementSerializer(agreement, context=context).data)

    def delivery_answer(self, pk: int, status: int = 200) -> Response:
        """Answer with a delivery as it is now."""
        found = access.visible_deliveries(self.actor).prefetch_related("files").get(pk=pk)
        return Response(DeliverySerializer(found).data, status=status)


def _with_agreements(found: QuerySet[Bid]) -> QuerySet[Bid]:
    return found.select_related("agreement")


class SynergyFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the synergies."""

    stage = django_filters.ChoiceFilter(choices=Stage.choices)
    role = django_filters.ChoiceFilter(
        choices=Actor.choices, method="in_role", label="only those in which you are on this side"
    )
    turn = django_filters.ChoiceFilter(
        choices=[("mine", gettext_lazy("mine")), ("others", gettext_lazy("others'"))],
        method="by_turn",
        label="only those that wait for you, or do not",
    )
    listing = extend_schema_field({"type": "integer", "description": "id of an offer or a request"})(
        _IdFilter(method="of_listing")
    )

    def in_role(self, found: Any, name: str, role: str) -> Any:
        """Keep those in which the reader is on a side."""
        user = self.request.user
        if role != Actor.FACILITATOR:
            return found.filter(**{f"{role}__in": organizations_of(user)})
        facilitated = _facilitated(user)
        return found.filter(Q(supplier__in=facilitated) | Q(receiver__in=facilitated))

    def by_turn(self, found: Any, name: str, turn: str) -> Any:
        """Keep those that wait for the reader, or the others."""
        user = self.request.user
        own, facilitated = organizations_of(user), _facilitated(user)
        of_supplier = Q(turn__startswith=Actor.SUPPLIER) | Q(turn__startswith=BOTH)
        of_receiver = Q(turn__startswith=Actor.RECEIVER) | Q(turn__startswith=BOTH)
        of_facilitator = Q(supplier__in=facilitated) | Q(receiver__in=facilitated)
        mine = (
            Q(of_supplier, supplier__in=own)
            | Q(of_receiver, receiver__in=own)
            | Q(of_facilitator, turn__startswith=Actor.FACILITATOR)
        )
        return found.filter(mine if turn == "mine" else ~mine)

    def of_listing(self, found: Any, name: str, listing_id: int) -> Any:
        """Keep those about one listing."""
        return found.filter(Q(offer=listing_id) | Q(request=listing_id))


_NESTED: dict[str, Any] = {"detail": True, "filterset_class": None, "filter_backends": ()}


@extend_schema_view(list=extend_schema(summary="The synergies that you take part in or facilitate"))
class SynergyViewSet(_TradingViewSet):
    """What two parties work on: who they are is told once both have shown interest."""

    queryset = Synergy.objects.none()
    serializer_class = SynergySerializer
    filterset_class = SynergyFilter

    def get_queryset(self) -> Any:
        """As a party, or as a facilitator."""
        return with_turns(access.with_parties(access.visible_synergies(self.request.user)))

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return a synergy as the reader may see it now."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(self.synergy_documents([found])[0], status=status)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.synergy_documents)

    @extend_schema(summary="One synergy")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you take part in or facilitate."""
        return self.answer(pk)

    # --- opening
    @extend_schema(
        summary="Take up an approved match (owners, traders)",
        request=FromMatchSerializer,
        responses={201: SynergySerializer},
    )
    def create(self, request: Request) -> Response:
        """The second party that takes it up joins the synergy of the first, and both are introduced."""
        values = checked(FromMatchSerializer, request)
        organization = get_organization_to_trade(request.user, values["organization"].pk)
        found = synergies.open_synergy_from_match(
            actor=self.actor, match=values["match"], organization=organization
        )
        return self.answer(found.pk, status=201)

    @extend_schema(
        operation_id="synergies_enquire",
        summary="Ask about a listing (owners, traders)",
        request=EnquirySerializer,
        responses={201: SynergySerializer},
    )
    @action(detail=False, methods=["post"])
    def enquire(self, request: Request) -> Response:
        """Its owner learns of it, but not who asks until they are interested too."""
        values = checked(EnquirySerializer, request)
        values["organization"] = get_organization_to_trade(request.user, values["organization"].pk)
        return self.answer(synergies.open_synergy_by_enquiry(actor=self.actor, **values).pk, status=201)

    @extend_schema(
        operation_id="synergies_propose",
        summary="Bring two sites together (facilitators)",
        request=ProposalSerializer,
        responses={201: SynergySerializer},
    )
    @action(detail=False, methods=["post"])
    def propose(self, request: Request) -> Response:
        """Both parties have to show interest before they are introduced."""
        if not Programme.objects.filter(facilitators=self.actor).exists():
            raise Forbidden(_("Only a facilitator of a programme can do this."))
        values = checked(ProposalSerializer, request)
        return self.answer(synergies.open_synergy_by_facilitator(actor=self.actor, **values).pk, status=201)

    # --- working
    def _to_act(self, pk: int, body: type[ActingSerializer]) -> tuple[Synergy, Organization, dict[str, Any]]:
        """Return the synergy, the party that the reader acts for, and the body; who may not is told so first."""
        synergy, _party = access.get_synergy_to_act(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        party = access.acting_party(self.actor, synergy, chosen.pk if chosen else None)
        return synergy, _acting(party, chosen), values

    def _to_work_on(
        self, pk: int, body: type[ActingSerializer]
    ) -> tuple[Synergy, Organization | None, dict[str, Any]]:
        """The same where facilitators may do it too: for them the party is None."""
        synergy, party = access.get_synergy_to_work_on(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        if chosen is not None:
            party = access.acting_party(self.actor, synergy, chosen.pk)
        return synergy, _acting(party, chosen) if party else None, values

    @extend_schema(
        operation_id="synergies_interest",
        summary="Show interest (owners, traders)",
        request=ActingSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def interest(self, request: Request, pk: int) -> Response:
        """With the second interest both learn who the other is."""
        synergy, party, _rest = self._to_act(pk, ActingSerializer)
        synergies.show_interest(actor=self.actor, synergy=synergy, organization=party)
        return self.answer(pk)

    @extend_schema(
        operation_id="synergies_next_step",
        summary="Say what comes next (also facilitators)",
        request=NextStepSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def next_step(self, request: Request, pk: int) -> Response:
        """In words, with a day and who does it."""
        synergy, _party = access.get_synergy_to_work_on(self.actor, pk)
        synergies.set_next_step(actor=self.actor, synergy=synergy, **checked(NextStepSerializer, request))
        return self.answer(pk)

    @extend_schema(
        operation_id="synergies_lose",
        summary="Give it up, saying why (also facilitators)",
        request=LossSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: int) -> Response:
        """Not while an agreement is active."""
        synergy, _party = access.get_synergy_to_work_on(self.actor, pk)
        synergies.lose(actor=self.actor, synergy=synergy, **checked(LossSerializer, request))
        return self.answer(pk)

    @extend_schema(
        operation_id="synergies_attribution",
        summary="Say which share of the benefit the network explains (facilitators)",
        request=AttributionSerializer,
        responses=SynergySerializer,
    )
    @action(detail=True, methods=["post"])
    def attribution(self, request: Request, pk: int) -> Response:
        """It holds for the ledger's lines from now on."""
        synergy = access.get_synergy_to_facilitate(self.actor, pk)
        values = checked(AttributionSerializer, request)
        synergies.set_attribution(actor=self.actor, synergy=synergy, **values)
        return self.answer(pk)

    # --- what is inside
    @extend_schema(
        operation_id="synergies_messages", summary="What was said", responses=MessageSerializer(many=True)
    )
    @action(**_NESTED, methods=["get"])
    def messages(self, request: Request, pk: int) -> Response:
        """A page, newest first."""
        synergy = access.get_synergy(self.actor, pk)
        return self.page_of(
            access.synergy_messages(self.actor, synergy),
            lambda rows: MessageSerializer(rows, many=True, context={"synergy": synergy}).data,
        )

    @extend_schema(
        operation_id="synergies_messages_create",
        summary="Say something (also facilitators)",
        request=NewMessageSerializer,
        responses={201: MessageSerializer},
    )
    @messages.mapping.post
    def post_message(self, request: Request, pk: int) -> Response:
        """It cannot be taken back."""
        synergy, party, values = self._to_work_on(pk, NewMessageSerializer)
        message = synergies.post_message(actor=self.actor, synergy=synergy, organization=party, **values)
        message.refresh_from_db()
        return Response(MessageSerializer(message, context={"synergy": synergy}).data, status=201)

    @extend_schema(
        operation_id="synergies_files", summary="Its documents", responses=SynergyFileSerializer(many=True)
    )
    @action(**_NESTED, methods=["get"], parser_classes=(MultiPartParser,))
    def files(self, request: Request, pk: int) -> Response:
        """A page, newest first; the other party's once both are introduced."""
        synergy = access.get_synergy(self.actor, pk)
        return self.page_of(
            access.visible_files(self.actor).filter(synergy=synergy),
            lambda rows: SynergyFileSerializer(rows, many=True).data,
        )

    @extend_schema(
        operation_id="synergies_files_create",
        summary="Put a document into it (also facilitators)",
        request={"multipart/form-data": UploadSerializer},
        responses={201: SynergyFileSerializer},
    )
    @files.mapping.post
    def add_file(self, request: Request, pk: int) -> Response:
        """It cannot be taken back."""
        synergy, party, values = self._to_work_on(pk, UploadSerializer)
        file = synergies.add_file(
            actor=self.actor, synergy=synergy, organization=party, upload=values["file"]
        )
        found = access.get_synergy_file(self.actor, file.pk)
        return Response(SynergyFileSerializer(found).data, status=201)

    @extend_schema(
        operation_id="synergies_events", summary="Who did what when", responses=EventSerializer(many=True)
    )
    @action(**_NESTED, methods=["get"])
    def events(self, request: Request, pk: int) -> Response:
        """A page of the log, newest first; of sealed bids nothing but one's own."""
        synergy = access.get_synergy(self.actor, pk)
        return self.page_of(
            access.synergy_events(self.actor, synergy),
            lambda rows: EventSerializer(rows, many=True, context={"synergy": synergy}).data,
        )

    @extend_schema(
        operation_id="synergies_bids_create",
        summary="Place a bid (owners, traders)",
        request=BidTermsSerializer,
        responses={201: BidSerializer},
    )
    @action(detail=True, methods=["post"])
    def bids(self, request: Request, pk: int) -> Response:
        """The first one begins the negotiation; they are listed at `/bids/?synergy=`."""
        synergy, party, values = self._to_act(pk, BidTermsSerializer)
        bid = bids.place_bid(actor=self.actor, synergy=synergy, organization=party, terms=_terms(values))
        return self.bid_answer(bid.pk, status=201)

    @extend_schema(
        operation_id="synergies_declare",
        summary="Declare investment or jobs of a year (owners, traders)",
        request=DeclarationSerializer,
        responses={201: ImpactEntrySerializer},
    )
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, pk: int) -> Response:
        """Said anew, the difference is posted; the line is returned."""
        synergy, _party = access.get_synergy_to_act(self.actor, pk)
        values = checked(DeclarationSerializer, request)
        entry = ledger.declare(actor=self.actor, synergy=synergy, **values)
        entry.refresh_from_db()
        return Response(ImpactEntrySerializer(entry).data, status=201)

    @extend_schema(
        operation_id="synergies_verify",
        summary="Verify the benefit of a year (facilitators)",
        request=VerificationSerializer,
        responses={201: ImpactEntrySerializer(many=True)},
    )
    @action(**_NESTED, methods=["post"], pagination_class=None)
    def verify(self, request: Request, pk: int) -> Response:
        """What is confirmed or declared becomes verified; the verified lines are returned."""
        synergy = access.get_synergy_to_facilitate(self.actor, pk)
        values = checked(VerificationSerializer, request)
        entries = ledger.verify_year(actor=self.actor, synergy=synergy, **values)
        posted = ImpactEntry.objects.filter(pk__in=[entry.pk for entry in entries])
        return Response(ImpactEntrySerializer(posted, many=True).data, status=201)


class AnyRenderer(renderers.BaseRenderer):
    """Lets a caller ask for whatever a document is; the view sends it as it is."""

    media_type = "*/*"
    format = ""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the view gave."""
        return data


def _download(file: StoredFile) -> FileResponse:
    content = file.file  # type: ignore[attr-defined]  # each kind of document has one
    return FileResponse(
        content.open("rb"), as_attachment=True, filename=file.name, content_type=file.content_type
    )


class _FileViewSet(_TradingViewSet):
    renderer_classes = (renderers.JSONRenderer, AnyRenderer)
    http_method_names = ("get", "head")  # type: ignore[assignment]  # fewer than others


class SynergyFileViewSet(_FileViewSet):
    """Documents of synergies."""

    queryset = SynergyFile.objects.none()

    @extend_schema(summary="The content of a synergy's document", responses=_FILES)
    def retrieve(self, request: Request, pk: int) -> FileResponse:
        """As an attachment."""
        return _download(access.get_synergy_file(self.actor, pk))


class DeliveryFileViewSet(_FileViewSet):
    """Evidence of deliveries."""

    queryset = DeliveryFile.objects.none()

    @extend_schema(summary="The content of a piece of evidence", responses=_FILES)
    def retrieve(self, request: Request, pk: int) -> FileResponse:
        """As an attachment."""
        return _download(access.get_delivery_file(self.actor, pk))


class BidFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the bids."""

    synergy = _id_filter("synergy", "id of a synergy")
    tender = _id_filter("tender", "id of a tender")
    state = django_filters.ChoiceFilter(choices=BidState.choices)


@extend_schema_view(list=extend_schema(summary="The bids that you may see"))
class BidViewSet(_TradingViewSet):
    """Bids to and fro; they are placed in a synergy or in a tender."""

    queryset = Bid.objects.none()
    serializer_class = BidSerializer
    filterset_class = BidFilter

    def get_queryset(self) -> Any:
        """Sealed ones of others only after the deadline."""
        return _with_agreements(access.with_terms(access.visible_bids(self.request.user)))

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.bid_documents)

    @extend_schema(summary="One bid")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        access.get_bid(self.actor, pk)
        return self.bid_answer(pk)

    @extend_schema(
        operation_id="bids_accept",
        summary="Agree to a bid (owners, traders of the other party)",
        request=None,
        responses={201: AgreementSerializer},
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Its amount is taken off both listings; the agreement is returned."""
        bid = access.get_bid_to_answer(self.actor, pk)
        agreement = access.show_to_parties(bids.accept_bid(actor=self.actor, bid=bid), bid.synergy)
        return Response(_just_signed().to_representation(agreement), status=201)

    @extend_schema(
        operation_id="bids_counter",
        summary="Answer a bid with another (owners, traders of the other party)",
        request=BidTermsSerializer,
        responses={201: BidSerializer},
    )
    @action(detail=True, methods=["post"])
    def counter(self, request: Request, pk: int) -> Response:
        """The new bid is returned."""
        bid = access.get_bid_to_answer(self.actor, pk)
        values = checked(BidTermsSerializer, request)
        party = Organization.objects.get(pk=bid.synergy.other_than(bid.organization_id))
        _acting(party, values["organization"])
        counter = bids.counter_bid(actor=self.actor, bid=bid, terms=_terms(values))
        return self.bid_answer(counter.pk, status=201)

    @extend_schema(
        operation_id="bids_decline",
        summary="Say no to a bid (owners, traders of the other party)",
        request=DeclineSerializer,
        responses=BidSerializer,
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        """The negotiation goes on."""
        bid = access.get_bid_to_answer(self.actor, pk)
        bids.decline_bid(actor=self.actor, bid=bid, **checked(DeclineSerializer, request))
        return self.bid_answer(pk)

    @extend_schema(
        operation_id="bids_withdraw",
        summary="Take a bid back (owners, traders of the bidder)",
        request=None,
        responses=BidSerializer,
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """A sealed one only before the deadline."""
        bid = access.get_bid_to_withdraw(self.actor, pk)
        bids.withdraw_bid(actor=self.actor, bid=bid)
        return self.bid_answer(pk)


class TenderFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the tenders."""

    listing = _id_filter("listing", "id of an offer or a request")
    state = django_filters.ChoiceFilter(choices=TenderState.choices)


@extend_schema_view(list=extend_schema(summary="The tenders that you may see"))
class TenderViewSet(_TradingViewSet):
    """Sealed bids on a listing; until the deadline nobody but its bidder learns of one, nor how many there are."""

    queryset = Tender.objects.none()
    serializer_class = TenderSerializer
    filterset_class = TenderFilter

    def get_queryset(self) -> Any:
        """Those for listings on the market, one's own, and those that one bid in."""
        over = ExpressionWrapper(Q(deadline__lte=Now()), output_field=BooleanField())
        return access.visible_tenders(self.request.user).annotate(over_now=over)

    def documents(self, found: Iterable[Tender]) -> Any:
        """Return the tenders as the reader may see them."""
        rows = list(found)
        mark_identities(self.actor, [tender.listing for tender in rows])
        return TenderSerializer(rows, many=True, context={"own": self.own_ids()}).data

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return one tender as it is now."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(self.documents([found])[0], status=status)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.documents)

    @extend_schema(summary="One tender")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        return self.answer(pk)

    @extend_schema(
        summary="Ask for sealed bids on a listing (owners, traders)",
        request=NewTenderSerializer,
        responses={201: TenderSerializer},
    )
    def create(self, request: Request) -> Response:
        """While it is open, nothing is negotiated on the listing."""
        values = checked(NewTenderSerializer, request)
        listing = get_listing_to_trade(request.user, values.pop("listing").pk)
        return self.answer(tenders.open_tender(actor=self.actor, listing=listing, **values).pk, status=201)

    @extend_schema(
        operation_id="tenders_bids",
        summary="Its bids, the best first; before the deadline only your own",
        responses=BidSerializer(many=True),
    )
    @action(**_NESTED, methods=["get"], pagination_class=None)
    def bids(self, request: Request, pk: int) -> Response:
        """To its bidders their own; after the deadline all of them to the owner of the listing."""
        tender = access.get_tender(self.actor, pk)
        return Response(self.bid_documents(_with_agreements(access.bids_of_tender(self.actor, tender))))

    @extend_schema(
        operation_id="tenders_bids_create",
        summary="Place a sealed bid (owners, traders)",
        request=SealedBidSerializer,
        responses={201: BidSerializer},
    )
    @bids.mapping.post
    def place_bid(self, request: Request, pk: int) -> Response:
        """A second one of the same organization replaces the first."""
        tender = access.get_tender(self.actor, pk)
        values = checked(SealedBidSerializer, request)
        organization = get_organization_to_trade(request.user, values["organization"].pk)
        bid = tenders.place_sealed_bid(
            actor=self.actor, tender=tender, organization=organization, terms=_terms(values)
        )
        return self.bid_answer(bid.pk, status=201)

    @extend_schema(
        operation_id="tenders_award",
        summary="Decide it after the deadline (owners, traders)",
        request=AwardsSerializer,
        responses=TenderSerializer,
    )
    @action(detail=True, methods=["post"])
    def award(self, request: Request, pk: int) -> Response:
        """To one bid, or split over several; all others are declined."""
        tender = access.get_tender_to_decide(self.actor, pk)
        awards = checked(AwardsSerializer, request)["awards"]
        amounts = {award["bid"]: award["amount"] for award in awards}
        if len(amounts) != len(awards):
            raise Invalid({"awards": _("Name each bid once.")})
        tenders.award_tender(actor=self.actor, tender=tender, awards=amounts)
        return self.answer(pk)

    @extend_schema(
        operation_id="tenders_cancel",
        summary="Call it off (owners, traders)",
        request=None,
        responses=TenderSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Its bids are declined; before the deadline they stay sealed for good."""
        tenders.cancel_tender(actor=self.actor, tender=access.get_tender_to_decide(self.actor, pk))
        return self.answer(pk)


class AgreementFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the agreements."""

    synergy = _id_filter("synergy", "id of a synergy")
    listing = extend_schema_field({"type": "integer", "description": "id of an offer or a request"})(
        _IdFilter(method="of_listing")
    )
    state = django_filters.ChoiceFilter(choices=AgreementState.choices)

    def of_listing(self, found: Any, name: str, listing_id: int) -> Any:
        """Keep those on one listing."""
        return found.filter(Q(offer=listing_id) | Q(request=listing_id))


@extend_schema_view(list=extend_schema(summary="The agreements that you may see"))
class AgreementViewSet(_TradingViewSet):
    """What was agreed; its terms stand."""

    queryset = Agreement.objects.none()
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter

    def get_queryset(self) -> Any:
        """Of the synergies that one takes part in or facilitates."""
        return access.visible_agreements(self.request.user)

    def _to_act(
        self, pk: int, body: type[ActingSerializer]
    ) -> tuple[Agreement, Organization, dict[str, Any]]:
        agreement, _party = access.get_agreement_to_act(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        party = access.acting_party(self.actor, agreement.synergy, chosen.pk if chosen else None)
        return agreement, _acting(party, chosen), values

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.agreement_documents)

    @extend_schema(summary="One agreement")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        return Response(self.agreement_documents([access.get_agreement(self.actor, pk)])[0])

    @extend_schema(
        operation_id="agreements_ask_cancel",
        summary="Ask to cancel it (owners, traders)",
        request=ActingSerializer,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["post"])
    def ask_cancel(self, request: Request, pk: int) -> Response:
        """Once both have asked it is cancelled, and its quantities are free again."""
        agreement, party, _rest = self._to_act(pk, ActingSerializer)
        agreements.ask_cancel(actor=self.actor, agreement=agreement, organization=party)
        return self.agreement_answer(pk)

    @extend_schema(
        operation_id="agreements_complete",
        summary="Say that it is fulfilled (owners, traders)",
        request=None,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: int) -> Response:
        """Once its end is reached or something was delivered."""
        agreement, _party = access.get_agreement_to_act(self.actor, pk)
        agreements.complete_agreement(actor=self.actor, agreement=agreement)
        return self.agreement_answer(pk)

    @extend_schema(
        operation_id="agreements_papers",
        summary="Fill in what the transport paper needs (owners, traders)",
        request=PapersSerializer,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["patch"])
    def papers(self, request: Request, pk: int) -> Response:
        """What is left out stays."""
        agreement, _party = access.get_agreement_to_act(self.actor, pk)
        papers: Papers = replace(papers_of(agreement), **checked(PapersSerializer, request))
        agreements.set_papers(actor=self.actor, agreement=agreement, papers=papers)
        return self.agreement_answer(pk)

    @extend_schema(
        operation_id="agreements_plan",
        summary="Announce a consignment (owners, traders)",
        request=ConsignmentSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, pk: int) -> Response:
        """Nothing is counted before it is delivered."""
        return self._consign(deliveries.plan_delivery, pk)

    @extend_schema(
        operation_id="agreements_deliver",
        summary="Record what was delivered (owners, traders)",
        request=ConsignmentSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: int) -> Response:
        """Whoever reports it, a reference counts once; its lines are posted to the ledger."""
        return self._consign(deliveries.record_delivery, pk)

    @extend_schema(
        operation_id="agreements_summary",
        summary="Its printable summary, with what the transport paper needs",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], renderer_classes=(renderers.JSONRenderer, AnyRenderer))
    def summary(self, request: Request, pk: int) -> HttpResponse:
        """A PDF; it names both parties, so only for those who know both."""
        agreement = access.get_agreement(self.actor, pk)
        synergy = access.get_synergy(self.actor, agreement.synergy_id)
        if not (synergy.supplier_known and synergy.receiver_known):
            raise Forbidden(_("The summary names both parties, and you do not know one of them."))
        headers = {"Content-Disposition": f'attachment; filename="loopyard-agreement-{pk}.pdf"'}
        return HttpResponse(
            agreement_pdf(agreement, synergy), content_type="application/pdf", headers=headers
        )

    def _consign(self, service: Callable[..., Delivery], pk: int) -> Response:
        agreement, party, values = self._to_act(pk, ConsignmentSerializer)
        consignment = deliveries.Consignment(**values)
        delivery = service(actor=self.actor, agreement=agreement, organization=party, consignment=consignment)
        return self.delivery_answer(delivery.pk, status=201)


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the deliveries."""

    agreement = _id_filter("agreement", "id of an agreement")
    synergy = _id_filter("agreement__synergy", "id of a synergy")
    kind = django_filters.ChoiceFilter(choices=DeliveryKind.choices)
    year = _id_filter("happened_on", "of `happened_on`", lookup_expr="year", min_value=1, max_value=9999)


@extend_schema_view(list=extend_schema(summary="The deliveries that you may see"))
class DeliveryViewSet(_TradingViewSet):
    """Consignments; they are planned and recorded at their agreement, and corrected, never edited."""

    queryset = Delivery.objects.none()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter

    def get_queryset(self) -> Any:
        """Of the agreements that one may see."""
        files = Prefetch("files", queryset=DeliveryFile.objects.order_by("pk"))
        return access.visible_deliveries(self.request.user).prefetch_related(files)

    def _to_act(self, pk: int, body: type[ActingSerializer]) -> tuple[Delivery, Organization, dict[str, Any]]:
        delivery, _party = access.get_delivery_to_act(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        party = access.acting_party(self.actor, delivery.agreement.synergy, chosen.pk if chosen else None)
        return delivery, _acting(party, chosen), values

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), lambda rows: DeliverySerializer(rows, many=True).data)

    @extend_schema(summary="One delivery")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        access.get_delivery(self.actor, pk)
        return self.delivery_answer(pk)

    @extend_schema(
        operation_id="deliveries_correct",
        summary="Say how much it really was (owners, traders)",
        request=CorrectionSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: int) -> Response:
        """The difference is posted as a counter-entry, which is returned."""
        delivery, party, values = self._to_act(pk, CorrectionSerializer)
        correction = deliveries.correct_delivery(
            actor=self.actor, delivery=delivery, organization=party, **values
        )
        return self.delivery_answer(correction.pk, status=201)

    @extend_schema(
        operation_id="deliveries_confirm",
        summary="Confirm what the other party reported (owners, traders)",
        request=ActingSerializer,
        responses=DeliverySerializer,
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """A delivery or its correction."""
        delivery, party, _rest = self._to_act(pk, ActingSerializer)
        deliveries.confirm_delivery(actor=self.actor, delivery=delivery, organization=party)
        return self.delivery_answer(pk)

    @extend_schema(
        operation_id="deliveries_files_create",
        summary="Add a piece of evidence (owners, traders)",
        request={"multipart/form-data": UploadSerializer},
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=(MultiPartParser,))
    def files(self, request: Request, pk: int) -> Response:
        """The same file is kept once; the delivery is returned."""
        delivery, party, values = self._to_act(pk, UploadSerializer)
        deliveries.add_delivery_file(
            actor=self.actor, delivery=delivery, organization=party, upload=values["file"]
        )
        return self.delivery_answer(pk, status=201)


class ImpactFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the ledger."""

    synergy = _id_filter("synergy", "id of a synergy")
    agreement = _id_filter("agreement", "id of an agreement")
    delivery = _id_filter("delivery", "id of a delivery")
    year = _id_filter("year", "a calendar year")
    metric = django_filters.ChoiceFilter(choices=Metric.choices)
    status = django_filters.ChoiceFilter(choices=ImpactStatus.choices)
    organization = extend_schema_field(
        {"type": "integer", "description": "id of a party that you know; do not add the sums of two parties"}
    )(_IdFilter(method="of_organization"))
    programme = extend_schema_field(
        {"type": "string", "description": "slug of a programme that you facilitate or take part in"}
    )(django_filters.CharFilter(method="of_programme"))

    def of_organization(self, entries: Any, name: str, pk: int) -> Any:
        """Keep those of a party; to ask for one that is not known would tell who it is."""
        party = Organization.objects.filter(pk=pk).first()
        if party is None or party.pk not in known_organizations(self.request.user):
            return entries.none()
        return ledger.of_organization(entries, party)

    def of_programme(self, entries: Any, name: str, slug: str) -> Any:
        """Keep those of a programme's members, each once."""
        user = self.request.user
        open_to = Q(facilitators=user.pk) | Q(organizations__in=organizations_of(user))
        programme = Programme.objects.filter(open_to, slug=slug).first()
        return entries.none() if programme is None else ledger.of_programme(entries, programme)


class SumsFilter(ImpactFilter):
    """Narrows what is summed, and says by what."""

    by = django_filters.ChoiceFilter(
        choices=[("year", gettext_lazy("year"))], method="unfiltered", label="a sum for each year"
    )

    def unfiltered(self, entries: Any, name: str, value: str) -> Any:
        """How it is summed is the view's."""
        return entries


@extend_schema_view(list=extend_schema(summary="The ledger's lines that you may see"))
class ImpactViewSet(_TradingViewSet):
    """The benefit ledger: lines are added by deliveries, declarations and verifications, and never changed."""

    queryset = ImpactEntry.objects.none()
    serializer_class = ImpactEntrySerializer
    filterset_class = ImpactFilter

    def get_queryset(self) -> Any:
        """Of the synergies that one takes part in or facilitates."""
        return access.visible_impact(self.request.user)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), lambda rows: ImpactEntrySerializer(rows, many=True).data)

    @extend_schema(summary="One line of the ledger")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(ImpactEntrySerializer(found).data)

    @extend_schema(
        operation_id="impact_sums",
        summary="What the ledger adds up to, by metric: expected, and beside it the benefit",
        responses=SumsSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=SumsFilter)
    def sums(self, request: Request) -> Response:
        """Of the lines that you may see and the filters leave; each tonne once, whoever reports it."""
        entries = self.filter_queryset(self.get_queryset())
        by = request.query_params.get("by")
        found = ledger.totals_by(entries, by) if by else {None: ledger.totals(entries)}
        rows = [{"year": year, "totals": totals} for year, totals in found.items()]
        return Response(SumsSerializer(rows, many=True).data)
