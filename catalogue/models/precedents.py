"""Exchanges that are documented as done."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.selectors.towns import country_name
from catalogue.models.resources import Resource
from common.units import CANONICAL_UNIT

# Nobody documented an exchange earlier; one that is to come is not done.
FIRST_YEAR, LAST_YEAR = 1800, 2100
_YEARS = (FIRST_YEAR, LAST_YEAR)


class Precedent(models.Model):
    """An exchange that is documented as done, shown beside one that could be; no source of `affinity`.

    A published one comes from the files; one that facilitators add belongs to their programme. Several estimates of
    one flow are several rows, each with its year and its source.
    """

    slug = models.SlugField(  # noqa: DJ001 - NULL is in no one's way where unique holds
        max_length=80,
        unique=True,
        null=True,
        help_text=_("of a published one; those added by people have none"),
    )
    place = models.CharField(_("network or place"), max_length=160)
    country = models.CharField(_("country"), max_length=2)
    giver = models.CharField(_("who gives"), max_length=160)
    giver_activity = models.CharField(
        _("what the giver does"), max_length=80, blank=True, help_text=_("NACE code, or a kind of plant")
    )
    receiver = models.CharField(_("who takes"), max_length=160)
    receiver_activity = models.CharField(
        _("what the taker does"), max_length=80, blank=True, help_text=_("NACE code, or a kind of plant")
    )
    # A published row goes with its resource and comes back with the file; what people added stops the load instead.
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="precedents", verbose_name=_("what is given")
    )
    serves_as = models.ForeignKey(
        Resource,
        models.SET_NULL,
        null=True,
        related_name="precedents_served",
        verbose_name=_("what it is taken as"),
    )
    since = models.PositiveSmallIntegerField(_("since"), null=True, help_text=_("year"))
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=6, null=True)
    unit = models.CharField(_("unit"), max_length=8, blank=True)
    per_year = models.BooleanField(_("per year"), default=True, help_text=_("else once, in all"))
    quantity_year = models.PositiveSmallIntegerField(_("year of the quantity"), null=True)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=500)
    programme = models.ForeignKey("accounts.Programme", models.CASCADE, null=True, related_name="precedents")
    added_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["country", "place", "giver", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(source="")
                & ~models.Q(place="")
                & ~models.Q(giver="")
                & ~models.Q(receiver=""),
                name="precedent_named_and_sourced",
            ),
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="precedent_country_iso"
            ),
            models.CheckConstraint(
                # A comparison with NULL is not false, so "not NULL" must be said.
                condition=models.Q(quantity__isnull=True, unit="", quantity_year__isnull=True)
                | models.Q(quantity__isnull=False, quantity__gt=0, unit__in=sorted(CANONICAL_UNIT.values())),
                name="precedent_quantity_with_unit",
            ),
            models.CheckConstraint(
                condition=(models.Q(since__isnull=True) | models.Q(since__range=_YEARS))
                & (models.Q(quantity_year__isnull=True) | models.Q(quantity_year__range=_YEARS)),
                name="precedent_years_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(slug__isnull=False, programme__isnull=True, added_by__isnull=True)
                | models.Q(slug__isnull=True, programme__isnull=False, added_by__isnull=False),
                name="precedent_published_or_added",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"

    @property
    def where(self) -> str:
        """Network or place, and the country by its name."""
        return f"{self.place}, {country_name(self.country)}"

    @property
    def serves(self) -> Resource:
        """What it is taken as: itself where nothing else is said."""
        return self.serves_as or self.resource
