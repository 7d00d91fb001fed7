"""Companies, municipalities, groups of farms."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User

if TYPE_CHECKING:
    from accounts.models.members import Membership


class Provenance(models.TextChoices):
    """Where a record comes from; shown wherever the record is."""

    OWN = "own", _("entered by its organization")
    DOCUMENTED = "documented", _("published case")
    ILLUSTRATIVE = "illustrative", _("illustrative")


class Organization(models.Model):
    """A company, municipality or group of farms."""

    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    nace_code = models.CharField(_("NACE activity"), max_length=6, blank=True)
    description = models.TextField(_("what you make"), blank=True, max_length=2000)
    website = models.URLField(_("website"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    provenance = models.CharField(max_length=12, choices=Provenance, default=Provenance.OWN)
    source = models.TextField(blank=True)
    findable = models.BooleanField(
        _("may be found by name and town"),
        default=False,
        db_default=False,
        help_text=_("when others look for who could use a by-product; published records are in any case"),
    )
    created_at = models.DateTimeField(db_default=Now())
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="organizations"
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="organization_currency_iso"
            ),
            models.CheckConstraint(
                condition=models.Q(provenance=Provenance.OWN) | ~models.Q(source=""),
                name="organization_source_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name
