"""What making, moving and disposing of things emits, and how well that is known."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    """How well a number is known."""

    STOICHIOMETRY = "stoichiometry", _("stoichiometry")
    PUBLISHED = "published", _("published")
    ESTIMATE = "estimate", _("estimate")


class EmissionFactor(models.Model):
    """What making, moving or disposing of one unit emits."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kg_co2e_per_unit = models.DecimalField(max_digits=14, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=8, help_text=_("t, MWh, m3, m2, h or t·km"))
    year = models.PositiveSmallIntegerField(_("year"), help_text=_("for which it was published"))
    source = models.CharField(_("source"), max_length=300)
    status = models.CharField(_("status"), max_length=13, choices=Basis)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name
