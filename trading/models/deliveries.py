"""What was planned and what really moved, with its evidence."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from common.files.stored import StoredFile, private_path
from trading.models.agreements import Agreement
from trading.models.files import DELIVERY_FILES


class DeliveryKind(models.TextChoices):
    """What a line about a consignment says."""

    PLANNED = "planned", _("planned")
    ACTUAL = "actual", _("delivered")
    CORRECTION = "correction", _("correction")


def delivery_file_path(instance: "DeliveryFile", filename: str) -> str:
    """Return where a delivery's evidence is kept."""
    return private_path(f"{DELIVERY_FILES}/{instance.delivery_id}")


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
