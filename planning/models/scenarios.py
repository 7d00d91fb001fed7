"""What is planned: a programme's network, judged by an objective, with what-ifs."""

from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Programme, User


class Objective(models.TextChoices):
    """What the best plan is best in."""

    MONEY = "money", _("money: what all gain together")
    CO2E = "co2e", _("least CO₂e")
    LANDFILL = "landfill", _("least landfill")
    VIRGIN = "virgin", _("least virgin material")
    WEIGHTED = "weighted", _("weighted: money, with a price on each of the others")


class Basis(models.TextChoices):
    """Which end of what is known of each side's alternative counts (`matching.economics`)."""

    CAUTIOUS = "cautious", _("cautious: what both sides said, else the less favourable price")
    FAVOURABLE = "favourable", _("favourable: the most that the catalogue's prices would allow")


class Scenario(models.Model):
    """A what-if over a programme's network."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="scenarios")
    name = models.CharField(_("name"), max_length=120)
    objective = models.CharField(_("objective"), max_length=8, choices=Objective, default=Objective.MONEY)
    co2e_price = models.DecimalField(
        _("price of CO₂e"), max_digits=12, decimal_places=2, default=Decimal(0), help_text=_("per t")
    )
    landfill_price = models.DecimalField(
        _("price of landfill"), max_digits=12, decimal_places=2, default=Decimal(0), help_text=_("per t")
    )
    virgin_price = models.DecimalField(
        _("price of virgin material"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        help_text=_("per t"),
    )
    basis = models.CharField(_("figures"), max_length=10, choices=Basis, default=Basis.CAUTIOUS)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    per_eur = models.DecimalField(
        _("worth of a euro"),
        max_digits=16,
        decimal_places=6,
        default=Decimal(1),
        help_text=_("units of the currency; the catalogue's prices are in EUR"),
    )
    price_year = models.PositiveSmallIntegerField(_("price year"), default=2022)
    interest = models.DecimalField(
        _("interest"), max_digits=6, decimal_places=4, default=Decimal("0.06"), help_text=_("real, per year")
    )
    horizon_years = models.PositiveSmallIntegerField(_("horizon"), default=20, help_text=_("years"))
    seconds = models.PositiveSmallIntegerField(_("time limit"), default=60, help_text=_("seconds"))
    changes = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text=_("what-ifs by the key of a listing: out, amount, price; and the keys of sites left out"),
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_name"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="scenario_currency_iso"),
            models.CheckConstraint(
                condition=Q(per_eur__gt=0) & (~Q(currency="EUR") | Q(per_eur=1)),
                name="scenario_worth_of_a_euro",
            ),
            models.CheckConstraint(
                condition=Q(co2e_price__gte=0, landfill_price__gte=0, virgin_price__gte=0),
                name="scenario_prices_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(interest__gte=0, interest__lt=1, horizon_years__gte=1, horizon_years__lte=100),
                name="scenario_interest_and_horizon",
            ),
            models.CheckConstraint(condition=Q(seconds__gte=1, seconds__lte=600), name="scenario_time_limit"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def what_ifs(self) -> dict[str, dict[str, object]]:
        """What is supposed of single listings, by their keys as text."""
        found: dict[str, dict[str, object]] = self.changes.get("listings", {})
        return found

    @property
    def sites_out(self) -> list[int]:
        """The keys of sites that are left out."""
        return list(self.changes.get("sites_out", []))
