"""What resources cost, by country, each with its range, its year and how well it is known."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.resources import Resource


class PriceKind(models.TextChoices):
    """What is paid for."""

    DISPOSAL = "disposal", _("getting rid of it")
    PURCHASE = "purchase", _("buying the primary equivalent")


class PriceBasis(models.TextChoices):
    """How well a price is known."""

    PUBLISHED = "published", _("published")
    GENERAL_KNOWLEDGE = "general knowledge", _("general knowledge")


class ResourcePrice(models.Model):
    """What one canonical unit of a resource costs in a country; inherited from `stated_for` unless that is itself."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="prices")
    kind = models.CharField(max_length=8, choices=PriceKind)
    country = models.CharField(
        max_length=2, help_text=_("ISO 3166-1, or EU: holds where a country has no price of its own")
    )
    value_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    low_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    high_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    year = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=17, choices=PriceBasis)
    source = models.CharField(max_length=300)
    stated_for = models.ForeignKey(Resource, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["resource", "kind", "country"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "kind", "country"], name="resource_price_once"),
            models.CheckConstraint(
                condition=Q(low_eur_per_unit__gte=0)
                & Q(low_eur_per_unit__lte=F("value_eur_per_unit"))
                & Q(value_eur_per_unit__lte=F("high_eur_per_unit")),
                name="resource_price_within_its_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource}: {self.kind} {self.value_eur_per_unit} EUR in {self.country}, {self.year}"

    @property
    def is_general_knowledge(self) -> bool:
        """Whether nobody published it: an order of magnitude."""
        return self.basis == PriceBasis.GENERAL_KNOWLEDGE

    @property
    def is_inherited(self) -> bool:
        """Whether it is the price of something more general."""
        return self.stated_for_id != self.resource_id
