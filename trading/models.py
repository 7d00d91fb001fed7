"""From match to benefit: what two parties work on, bid, agree, deliver, and what comes of it.

Terms, messages, files, deliveries and the ledger are only ever added to; triggers refuse the rest, and every move
that `states.MOVES` does not have. Amounts count in canonical units of the resource that moves: per year where
`is_rate`, else in all. Prices are signed: positive, the receiver pays; negative, the supplier pays.

A key has no index of its own where a constraint or an index of the table begins with it, or where nobody asks by it:
who did what is asked of the log.
"""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Site, User
from catalogue.models import Resource
from common.units import CANONICAL_UNIT, UNIT_LABEL
from listings.models import Listing, Period
from matching.models import Match
from trading.states import LIVE_BIDS, LIVE_STAGES, AgreementState, BidState, Stage, TenderState


class Origin(models.TextChoices):
    """What a synergy began with."""

    MATCH = "match", _("a match")
    ENQUIRY = "enquiry", _("an enquiry")
    FACILITATOR = "facilitator", _("a facilitator")
    TENDER = "tender", _("a sealed bid")


class LostReason(models.TextChoices):
    """Why a synergy came to nothing."""

    ECONOMICS = "economics", _("does not pay")
    QUALITY = "quality", _("quality does not fit")
    PERMIT = "permit", _("no permit for this")
    QUANTITY = "quantity", _("quantity does not fit")
    TIMING = "timing", _("does not meet in time")
    TRUST = "trust", _("no trust")
    NO_REPLY = "no_reply", _("no reply")
    OTHER = "other", _("another reason")


class Actor(models.TextChoices):
    """Who is to do the next step."""

    SUPPLIER = "supplier", _("the supplier")
    RECEIVER = "receiver", _("the receiver")
    FACILITATOR = "facilitator", _("the facilitator")


class Carrier(models.TextChoices):
    """Who carries."""

    SUPPLIER = "supplier", _("the supplier")
    RECEIVER = "receiver", _("the receiver")
    THIRD_PARTY = "third_party", _("a haulier")


class TransportPayer(models.TextChoices):
    """Who pays for the transport."""

    SUPPLIER = "supplier", _("the supplier")
    RECEIVER = "receiver", _("the receiver")
    SHARED = "shared", _("both, half each")


class DeliveryKind(models.TextChoices):
    """What a line about a consignment says."""

    PLANNED = "planned", _("planned")
    ACTUAL = "actual", _("delivered")
    CORRECTION = "correction", _("correction")


class Metric(models.TextChoices):
    """What the ledger counts. CO2e avoided is the sum of the co2e lines, cost saved that of the cost lines."""

    LANDFILL_DIVERTED = "landfill_diverted", _("landfill diverted")
    CO2E_PRIMARY = "co2e_primary", _("CO2e of the primary product avoided")
    CO2E_DISPOSAL = "co2e_disposal", _("CO2e of disposal avoided")
    CO2E_TRANSPORT = "co2e_transport", _("CO2e of transport")
    CO2E_TREATMENT = "co2e_treatment", _("CO2e of treatment")
    VIRGIN_SAVED = "virgin_saved", _("virgin material saved")
    HAZARDOUS_AVOIDED = "hazardous_avoided", _("hazardous waste avoided")
    WATER_SAVED = "water_saved", _("water saved")
    COST_DISPOSAL = "cost_disposal", _("disposal cost avoided")
    COST_PURCHASE = "cost_purchase", _("purchase cost avoided")
    COST_TRANSPORT = "cost_transport", _("cost of transport")
    COST_TREATMENT = "cost_treatment", _("cost of treatment")
    NEW_SALES = "new_sales", _("new sales")
    PRIVATE_INVESTMENT = "private_investment", _("private investment")
    JOBS = "jobs", _("jobs")


class ImpactStatus(models.TextChoices):
    """How sure a line of the ledger is."""

    ESTIMATED = "estimated", _("expected")
    CONFIRMED = "confirmed", _("confirmed")
    VERIFIED = "verified", _("verified")


TREATMENT_OPERATIONS = (
    *(f"R{number}" for number in range(1, 14)),
    *(f"D{number}" for number in range(1, 16)),
)
"""Recovery and disposal operations, Directive 2008/98/EC, annexes I and II."""


SYNERGY_FILES, DELIVERY_FILES = "trading/synergies", "trading/deliveries"


def _private_path(folder: str, pk: int | None) -> str:
    # The name that was given is kept in the row; a path made of it could be guessed or clash.
    return f"{folder}/{pk}/{uuid4().hex}"


def synergy_file_path(instance: "SynergyFile", filename: str) -> str:
    """Return where a synergy's document is kept."""
    return _private_path(SYNERGY_FILES, instance.synergy_id)


def delivery_file_path(instance: "DeliveryFile", filename: str) -> str:
    """Return where a delivery's evidence is kept."""
    return _private_path(DELIVERY_FILES, instance.delivery_id)


class Synergy(models.Model):
    """What a supplier and a receiver work on, from the idea to the end."""

    offer = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="synergies_as_offer")
    request = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="synergies_as_request")
    # No foreign key in the database, as matches have none: a full run writes and removes millions.
    match = models.ForeignKey(
        Match, models.SET_NULL, null=True, related_name="synergies", db_constraint=False
    )
    supplier = models.ForeignKey(
        Organization, models.PROTECT, related_name="synergies_as_supplier", db_index=False
    )
    receiver = models.ForeignKey(
        Organization, models.PROTECT, related_name="synergies_as_receiver", db_index=False
    )
    supplier_site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    receiver_site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    yield_per_unit = models.DecimalField(
        max_digits=16,
        decimal_places=8,
        default=Decimal(1),
        help_text=_("units of the request per unit that moves"),
    )
    is_rate = models.BooleanField()
    origin = models.CharField(max_length=11, choices=Origin)

    stage = models.CharField(max_length=14, choices=Stage, default=Stage.IDEA)
    stage_changed_at = models.DateTimeField(db_default=Now())
    lost_reason = models.CharField(max_length=9, choices=LostReason, blank=True, default="")
    lost_remark = models.TextField(max_length=1000, blank=True, default="")
    supplier_interested_at = models.DateTimeField(null=True)
    receiver_interested_at = models.DateTimeField(null=True)

    attribution = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal(1),
        help_text=_("share of the benefit that the network's work explains"),
    )
    attribution_reason = models.TextField(max_length=1000, blank=True, default="")

    next_step = models.CharField(max_length=300, blank=True, default="")
    next_step_on = models.DateField(null=True)
    next_step_by = models.CharField(max_length=11, choices=Actor, blank=True, default="")
    reminded_at = models.DateTimeField(null=True)

    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(db_default=Now())
    acted_at = models.DateTimeField(db_default=Now(), help_text=_("when anybody did anything last"))

    # Set by `access.mark_parties` for one reader.
    supplier_name: str
    receiver_name: str
    supplier_known: bool
    receiver_known: bool

    class Meta:
        ordering = ["-acted_at", "-pk"]
        verbose_name_plural = "synergies"
        constraints = [
            models.CheckConstraint(condition=~Q(supplier=F("receiver")), name="synergy_two_parties"),
            models.CheckConstraint(
                condition=Q(stage=Stage.LOST) & ~Q(lost_reason="") | ~Q(stage=Stage.LOST) & Q(lost_reason=""),
                name="synergy_lost_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(lost_reason=LostReason.OTHER) | ~Q(lost_remark=""),
                name="synergy_other_reason_in_words",
            ),
            models.CheckConstraint(
                condition=Q(attribution__gte=0, attribution__lte=1), name="synergy_attribution_is_share"
            ),
            models.CheckConstraint(
                condition=Q(attribution=1) | ~Q(attribution_reason=""), name="synergy_attribution_explained"
            ),
            models.CheckConstraint(condition=Q(yield_per_unit__gt=0), name="synergy_yield_positive"),
            models.CheckConstraint(
                condition=Q(stage__in=[Stage.IDEA, Stage.LOST])
                | Q(supplier_interested_at__isnull=False, receiver_interested_at__isnull=False),
                name="synergy_talks_need_both",
            ),
            models.CheckConstraint(
                condition=~Q(next_step="") | Q(next_step_on__isnull=True, next_step_by=""),
                name="synergy_next_step_in_words",
            ),
            models.UniqueConstraint(
                fields=["supplier", "receiver", "resource", "offer", "request"],
                condition=Q(stage__in=LIVE_STAGES),
                nulls_distinct=False,
                name="synergy_live_once",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-acted_at"], name="synergy_of_supplier"),
            models.Index(fields=["receiver", "-acted_at"], name="synergy_of_receiver"),
            models.Index(fields=["acted_at"], condition=Q(stage__in=LIVE_STAGES), name="synergy_stale"),
        ]

    def __str__(self) -> str:
        return f"{self.resource}: {self.supplier} → {self.receiver}"

    @property
    def unit(self) -> str:
        """The canonical unit of what moves, without "per year"."""
        return UNIT_LABEL[CANONICAL_UNIT[self.resource.dimension]]

    @property
    def listing_ids(self) -> list[int]:
        """Its listings' keys, ascending."""
        return sorted(pk for pk in (self.offer_id, self.request_id) if pk is not None)

    @property
    def introduced(self) -> bool:
        """Whether both sides showed interest, so that each knows the other."""
        return self.supplier_interested_at is not None and self.receiver_interested_at is not None

    @property
    def is_live(self) -> bool:
        """Whether anybody still works on it."""
        return self.stage in LIVE_STAGES

    def side_of(self, organization_id: int) -> str:
        """`supplier` or `receiver`; KeyError for an organization that is no party."""
        return {self.supplier_id: Actor.SUPPLIER.value, self.receiver_id: Actor.RECEIVER.value}[
            organization_id
        ]

    def other_than(self, organization_id: int) -> int:
        """The key of the other party."""
        return self.receiver_id if organization_id == self.supplier_id else self.supplier_id


class SynergyMessage(models.Model):
    """Something said inside a synergy."""

    synergy = models.ForeignKey(Synergy, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", help_text=_("empty: a facilitator")
    )
    text = models.TextField(max_length=4000)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="message_says_something")]

    def __str__(self) -> str:
        return self.text[:80]


class StoredFile(models.Model):
    """A document under MEDIA_ROOT, which no address serves but a view that checks who asks."""

    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class SynergyFile(StoredFile):
    """A document inside a synergy."""

    synergy = models.ForeignKey(Synergy, models.PROTECT, related_name="files")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", help_text=_("empty: a facilitator")
    )
    file = models.FileField(upload_to=synergy_file_path, max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="synergy_file_not_empty")]


class Tender(models.Model):
    """Sealed bids on one listing until a deadline, then the best first."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="tenders")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(db_default=Now())
    deadline = models.DateTimeField()
    state = models.CharField(max_length=9, choices=TenderState, default=TenderState.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    conditions = models.TextField(max_length=4000, blank=True, default="")

    # Set by `locks.lock_tender`.
    is_over: bool

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(deadline__gt=F("opened_at")), name="tender_deadline_ahead"),
            models.CheckConstraint(
                condition=Q(state=TenderState.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state=TenderState.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="tender_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["listing"], condition=Q(state=TenderState.OPEN), name="tender_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"tender {self.pk} for {self.listing}"


class Bid(models.Model):
    """Terms that one party puts to the other. What was typed is kept beside the canonical values."""

    synergy = models.ForeignKey(Synergy, models.PROTECT, related_name="bids", db_index=False)
    tender = models.ForeignKey(Tender, models.PROTECT, null=True, related_name="bids")
    number = models.PositiveIntegerField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="bids")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    counters = models.OneToOneField("self", models.PROTECT, null=True, related_name="countered_by")

    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    unit = models.CharField(max_length=12)
    period = models.CharField(max_length=5, choices=Period)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    is_rate = models.BooleanField()
    price = models.DecimalField(max_digits=16, decimal_places=4)
    unit_price = models.DecimalField(max_digits=24, decimal_places=8)
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    carrier = models.CharField(max_length=11, choices=Carrier)
    transport_paid_by = models.CharField(max_length=8, choices=TransportPayer)
    conditions = models.TextField(max_length=4000, blank=True, default="")
    expires_at = models.DateTimeField(null=True)

    state = models.CharField(max_length=9, choices=BidState, default=BidState.OPEN)
    placed_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decline_reason = models.TextField(max_length=1000, blank=True, default="")

    # Set by `locks.lock_bid`.
    is_over: bool

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["synergy", "number"], name="bid_number_once"),
            models.UniqueConstraint(
                fields=["synergy"], condition=Q(state__in=LIVE_BIDS), name="bid_one_live"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, quantity__gt=0, number__gte=1), name="bid_amount_positive"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="bid_currency_iso"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="bid_window_in_order",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("placed_at")),
                name="bid_expires_later",
            ),
            models.CheckConstraint(
                condition=Q(period=Period.ONCE, is_rate=False) | ~Q(period=Period.ONCE) & Q(is_rate=True),
                name="bid_rate_has_period",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE_BIDS, decided_at__isnull=True)
                | ~Q(state__in=LIVE_BIDS) & Q(decided_at__isnull=False),
                name="bid_decided_when",
            ),
            # A sealed bid neither lapses nor waits: it is decided with its tender.
            models.CheckConstraint(
                condition=Q(tender__isnull=True)
                | Q(expires_at__isnull=True, counters__isnull=True)
                & ~Q(state__in=[BidState.ON_HOLD, BidState.COUNTERED, BidState.EXPIRED]),
                name="bid_sealed_is_simple",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=LIVE_BIDS, expires_at__isnull=False),
                name="bid_due",
            ),
        ]

    def __str__(self) -> str:
        return f"bid {self.number} in synergy {self.synergy_id}"

    @property
    def is_live(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state in LIVE_BIDS


class Agreement(models.Model):
    """An accepted bid. Its terms stand for themselves, whatever becomes of the listings."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="agreement")
    synergy = models.ForeignKey(Synergy, models.PROTECT, related_name="agreements")
    offer = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    receiver = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    request_amount = models.DecimalField(
        max_digits=24, decimal_places=6, help_text=_("the same in units of the request, after treatment")
    )
    yield_per_unit = models.DecimalField(max_digits=16, decimal_places=8)
    is_rate = models.BooleanField()
    unit_price = models.DecimalField(max_digits=24, decimal_places=8)
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    carrier = models.CharField(max_length=11, choices=Carrier)
    transport_paid_by = models.CharField(max_length=8, choices=TransportPayer)
    conditions = models.TextField(max_length=4000, blank=True, default="")

    # What the transport paper needs.
    ewc_code = models.CharField(max_length=6, blank=True, default="")
    treatment_operation = models.CharField(max_length=3, blank=True, default="")
    supplier_permit = models.CharField(max_length=120, blank=True, default="")
    receiver_permit = models.CharField(max_length=120, blank=True, default="")
    container = models.CharField(max_length=120, blank=True, default="")

    state = models.CharField(max_length=9, choices=AgreementState, default=AgreementState.ACTIVE)
    agreed_at = models.DateTimeField(db_default=Now())
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    cancel_asked_by_supplier_at = models.DateTimeField(null=True)
    cancel_asked_by_receiver_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, request_amount__gt=0), name="agreement_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(supplier=F("receiver")), name="agreement_two_parties"),
            models.CheckConstraint(
                condition=Q(treatment_operation__in=["", *TREATMENT_OPERATIONS]),
                name="agreement_operation_known",
            ),
            models.CheckConstraint(
                condition=Q(ewc_code="") | Q(ewc_code__regex=r"^\d{6}$"), name="agreement_waste_code"
            ),
            models.CheckConstraint(
                condition=Q(state=AgreementState.ACTIVE, ended_at__isnull=True)
                | ~Q(state=AgreementState.ACTIVE) & Q(ended_at__isnull=False),
                name="agreement_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=AgreementState.CANCELLED)
                | Q(cancel_asked_by_supplier_at__isnull=False, cancel_asked_by_receiver_at__isnull=False),
                name="agreement_cancelled_by_both",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.pk}: {self.supplier} → {self.receiver}"

    @property
    def unit(self) -> str:
        """The canonical unit of what moves, without "per year"."""
        return UNIT_LABEL[CANONICAL_UNIT[self.resource.dimension]]

    @property
    def opens_on(self) -> date:
        """The first day on which something can be delivered: that of the signature, or the window's if earlier."""
        return min(self.starts_on, self.agreed_at.date())

    @property
    def cancel_asked_by(self) -> str:
        """`supplier`, `receiver` or, where nobody or both asked, empty."""
        asked = (self.cancel_asked_by_supplier_at is not None, self.cancel_asked_by_receiver_at is not None)
        return {(True, False): Actor.SUPPLIER.value, (False, True): Actor.RECEIVER.value}.get(asked, "")


class Allocation(models.Model):
    """What an agreement takes of a listing. A trigger keeps `Listing.allocated` the sum of what is not released."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="allocations", db_index=False)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "listing"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.listing_id} for agreement {self.agreement_id}"


class Delivery(models.Model):
    """A consignment: planned, moved, or corrected by a counter-entry."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=10, choices=DeliveryKind)
    reference = models.CharField(max_length=80, help_text=_("the number on the transport paper"))
    happened_on = models.DateField(help_text=_("of a planned one: when it is due"))
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", help_text=_("the party that reported it")
    )
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    reported_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True)
    note = models.TextField(max_length=1000, blank=True, default="")

    class Meta:
        ordering = ["happened_on", "pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            # Whoever reports it, a consignment counts once.
            models.UniqueConstraint(
                fields=["agreement", "reference"],
                condition=Q(kind=DeliveryKind.ACTUAL),
                name="delivery_counts_once",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="delivery_has_reference"),
            models.CheckConstraint(
                condition=Q(kind=DeliveryKind.CORRECTION) & ~Q(amount=0)
                | ~Q(kind=DeliveryKind.CORRECTION) & Q(amount__gt=0),
                name="delivery_amount_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=DeliveryKind.CORRECTION, corrects__isnull=False)
                | ~Q(kind=DeliveryKind.CORRECTION) & Q(corrects__isnull=True),
                name="delivery_correction_of_one",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(kind=DeliveryKind.PLANNED)
                & ~Q(confirmed_by=F("reported_by")),
                name="delivery_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}: {self.amount}"


class DeliveryFile(StoredFile):
    """Evidence of a delivery: a weighbridge ticket, a transport paper, a photograph."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="files", db_index=False)
    file = models.FileField(upload_to=delivery_file_path, max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "sha256"], name="delivery_file_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="delivery_file_not_empty"),
        ]


class ImpactEntry(models.Model):
    """One line of the benefit ledger. Confirmed and verified lines are benefit; estimated ones are expected."""

    synergy = models.ForeignKey(Synergy, models.PROTECT, related_name="impact", db_index=False)
    agreement = models.ForeignKey(
        Agreement,
        models.PROTECT,
        null=True,
        related_name="impact",
        help_text=_("empty only of what is declared for the synergy as a whole"),
    )
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="impact")
    year = models.PositiveSmallIntegerField()
    metric = models.CharField(max_length=18, choices=Metric)
    gross = models.DecimalField(max_digits=24, decimal_places=6)
    attribution = models.DecimalField(max_digits=5, decimal_places=4)
    unit = models.CharField(max_length=12)
    baseline = models.TextField(max_length=1000, help_text=_("what would have happened otherwise"))
    factor = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    factor_unit = models.CharField(max_length=24, blank=True, default="")
    factor_key = models.CharField(max_length=120, blank=True, default="")
    factor_source = models.TextField(blank=True, default="")
    factor_year = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=9, choices=ImpactStatus)
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="corrected_by",
        help_text=_("what this line takes back"),
    )
    posted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    posted_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "impact entries"
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "metric", "status"],
                condition=Q(corrects__isnull=True, delivery__isnull=False),
                name="impact_delivery_once",
            ),
            models.UniqueConstraint(
                fields=["agreement", "year", "metric"],
                condition=Q(
                    status=ImpactStatus.ESTIMATED,
                    delivery__isnull=True,
                    agreement__isnull=False,
                    corrects__isnull=True,
                ),
                name="impact_expected_once",
            ),
            models.UniqueConstraint(
                fields=["synergy", "year", "metric", "status"],
                condition=Q(metric__in=[Metric.PRIVATE_INVESTMENT, Metric.JOBS], corrects__isnull=True),
                name="impact_declared_once",
            ),
            models.CheckConstraint(
                condition=Q(attribution__gte=0, attribution__lte=1), name="impact_attribution_is_share"
            ),
            models.CheckConstraint(condition=Q(year__gte=1900, year__lte=2200), name="impact_year_plausible"),
            models.CheckConstraint(
                condition=Q(status=ImpactStatus.ESTIMATED) | Q(posted_by__isnull=False),
                name="impact_answered_for",
            ),
            models.CheckConstraint(
                # Only what was delivered is benefit; money put in and jobs are declared, and verified as such.
                condition=Q(status=ImpactStatus.ESTIMATED)
                | Q(delivery__isnull=False)
                | Q(status=ImpactStatus.VERIFIED, metric__in=[Metric.PRIVATE_INVESTMENT, Metric.JOBS]),
                name="impact_rests_on_delivery",
            ),
            models.CheckConstraint(
                condition=Q(status=ImpactStatus.ESTIMATED, delivery__isnull=True)
                | ~Q(status=ImpactStatus.ESTIMATED),
                name="impact_estimate_before_delivery",
            ),
            models.CheckConstraint(
                condition=Q(agreement__isnull=False)
                | Q(delivery__isnull=True, metric__in=[Metric.PRIVATE_INVESTMENT, Metric.JOBS]),
                name="impact_of_agreement",
            ),
            models.CheckConstraint(
                condition=Q(factor__isnull=True)
                | ~Q(factor_key="") & ~Q(factor_source="") & Q(factor_year__isnull=False),
                name="impact_factor_sourced",
            ),
        ]
        indexes = [models.Index(fields=["synergy", "year", "metric"], name="impact_of_synergy")]

    def __str__(self) -> str:
        return f"{self.metric} {self.year}: {self.gross} {self.unit} ({self.status})"

    @property
    def net(self) -> Decimal:
        """The share that the network's work explains."""
        return self.gross * self.attribution
