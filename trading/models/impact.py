"""The lines of the benefit ledger."""

from decimal import Decimal
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from trading.models.agreements import Agreement
from trading.models.deliveries import Delivery
from trading.models.synergies import Synergy


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


DECLARED: Final = (Metric.PRIVATE_INVESTMENT, Metric.JOBS)
"""What no delivery shows: parties declare it, a facilitator verifies it."""
