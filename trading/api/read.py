"""What is shown of synergies, bids, tenders, agreements, deliveries and the ledger."""

from decimal import Decimal
from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import UNIT_CHOICES, DecimalText
from common.units import CANONICAL_UNIT
from events.models import Event
from listings.models import Period, Side
from trading.access import knows_party
from trading.api.shared import PARTIES, PER, amount_text, per, side_of
from trading.benefit.lines import BALANCES
from trading.models import (
    Actor,
    Agreement,
    AgreementState,
    Bid,
    BidState,
    Carrier,
    Delivery,
    DeliveryKind,
    ImpactStatus,
    LostReason,
    Metric,
    Origin,
    Stage,
    Synergy,
    SynergyFile,
    SynergyMessage,
    Tender,
    TenderState,
    TransportPayer,
)
from trading.selectors.synergies import data_for
from trading.selectors.terms_in_words import said_of
from trading.selectors.turns import BOTH, turn_of


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

    @extend_schema_field(PER)
    def get_per(self, synergy: Synergy) -> str | None:
        """A rate counts per year."""
        return per(synergy.is_rate)

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
        return side_of(self.context["synergy"], message.organization_id)

    def get_author(self, message: SynergyMessage) -> str:
        """Who said it, once the party is known."""
        return str(message.author) if knows_party(self.context["synergy"], message.organization_id) else ""


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
        return side_of(file.synergy, file.organization_id)


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
    data = serializers.SerializerMethodField()  # type: ignore[assignment]  # declared fields leave the class

    @extend_schema_field(serializers.JSONField())
    def get_data(self, event: Event) -> Any:
        """Without what tells of a party that the reader does not know."""
        return data_for(self.context["synergy"], event)

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
    amount = amount_text(help_text="in `amount_unit`, per `per`")
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

    @extend_schema_field(PER)
    def get_per(self, bid: Bid) -> str | None:
        """A rate counts per year."""
        return per(bid.is_rate)

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


class TypedTermsSerializer(serializers.Serializer[Any]):
    """A quantity and a price as somebody typed them."""

    quantity = DecimalText(max_digits=24, decimal_places=6, help_text="in `unit`, per `period`")
    unit = serializers.ChoiceField(UNIT_CHOICES)
    period = serializers.ChoiceField(Period.choices)
    price = DecimalText(max_digits=16, decimal_places=4, help_text="in `price_unit`; negative: supplier pays")
    price_unit = serializers.CharField(help_text="such as EUR/short_ton")


@cache
def _typed_terms() -> TypedTermsSerializer:
    """One for all: copying its fields anew for each agreement would cost more than what it writes."""
    return TypedTermsSerializer()


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
    amount = amount_text(help_text="in `unit`, per `per`")
    unit = serializers.SerializerMethodField(help_text="canonical, of what moves")
    per = serializers.SerializerMethodField(help_text="what amounts are per; null for a one-off lot")
    request_amount = amount_text(help_text="how much of the request it fills, in `request_unit`")
    request_unit = serializers.SerializerMethodField()
    yield_per_unit = DecimalText(max_digits=16, decimal_places=8)
    delivered_amount = serializers.SerializerMethodField(help_text="in `unit`, with all corrections")
    unit_price = DecimalText(max_digits=24, decimal_places=8, help_text="in `price_unit`, signed")
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")
    currency = serializers.CharField()
    typed = serializers.SerializerMethodField(help_text="quantity and price as they were typed and accepted")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    carrier = serializers.ChoiceField(Carrier.choices)
    transport_paid_by = serializers.ChoiceField(TransportPayer.choices)
    conditions = serializers.CharField()
    ewc_code = serializers.CharField()
    treatment_operation = serializers.CharField(help_text="R1–R13, D1–D15, or empty")
    supplier_permit = serializers.SerializerMethodField(help_text="empty where the party is not known to you")
    receiver_permit = serializers.SerializerMethodField(help_text="empty where the party is not known to you")
    container = serializers.CharField()
    agreed_at = serializers.DateTimeField()
    cancel_asked_by = serializers.ChoiceField(PARTIES, allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, agreement: Agreement) -> str:
        """As listings name it."""
        return CANONICAL_UNIT[agreement.resource.dimension]

    @extend_schema_field(PER)
    def get_per(self, agreement: Agreement) -> str | None:
        """A rate counts per year."""
        return per(agreement.is_rate)

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_request_unit(self, agreement: Agreement) -> str:
        """Without a request, that of what moves."""
        resource = agreement.request.resource if agreement.request else agreement.resource
        return CANONICAL_UNIT[resource.dimension]

    @extend_schema_field(TypedTermsSerializer)
    def get_typed(self, agreement: Agreement) -> Any:
        """In the unit of the bid; the amount of a bid that was awarded in part is the award's, canonical."""
        said = said_of(agreement)
        price_unit = f"{agreement.currency}/{said.price_unit}"
        return _typed_terms().to_representation(
            {
                "quantity": said.quantity,
                "unit": said.unit,
                "period": said.period,
                "price": said.price,
                "price_unit": price_unit,
            }
        )

    def get_supplier_permit(self, agreement: Agreement) -> str:
        """It names the site."""
        return agreement.supplier_permit if agreement.synergy.supplier_known else ""

    def get_receiver_permit(self, agreement: Agreement) -> str:
        """It names the site."""
        return agreement.receiver_permit if agreement.synergy.receiver_known else ""

    @extend_schema_field(amount_text())
    def get_delivered_amount(self, agreement: Agreement) -> str:
        """Summed for the whole page at once."""
        text: str = amount_text().to_representation(self.context["delivered"].get(agreement.pk, Decimal(0)))
        return text

    def get_price_unit(self, agreement: Agreement) -> str:
        """Currency per canonical unit."""
        return f"{agreement.currency}/{self.get_unit(agreement)}"


@cache
def just_signed() -> AgreementSerializer:
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
    amount = amount_text(help_text="in `unit`; of a correction: the difference, signed")
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
    gross = amount_text(help_text="in `unit`")
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
