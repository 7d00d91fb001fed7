"""Terms that one party puts to the other."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from listings.models import Period
from trading.models.states import LIVE_BIDS, BidState
from trading.models.synergies import Synergy
from trading.models.tenders import Tender


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
    # Set by `selectors.bids.compared`.
    before: "Bid | None"

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
