"""What a supplier and a receiver work on, and what is said and filed there."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Site, User
from catalogue.models import Resource
from common.files.stored import StoredFile, private_path
from common.units import CANONICAL_UNIT, PLACES, unit_label
from listings.models import Listing
from matching.models import Match
from trading.models.files import SYNERGY_FILES
from trading.models.states import LIVE_STAGES, Stage


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


def synergy_file_path(instance: "SynergyFile", filename: str) -> str:
    """Return where a synergy's document is kept."""
    return private_path(f"{SYNERGY_FILES}/{instance.synergy_id}")


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
        return unit_label(CANONICAL_UNIT[self.resource.dimension])

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

    def request_amount(self, amount: Decimal) -> Decimal:
        """How much of the request an amount that moves fills; rounded as the database rounds."""
        return (amount * self.yield_per_unit).quantize(PLACES, rounding=ROUND_HALF_UP)

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
