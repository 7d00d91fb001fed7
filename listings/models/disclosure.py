"""How a listing's place is told, and who was introduced on it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Site
from listings.models.listings import Listing


class SiteCell(models.Model):
    """The cell as which a site is told wherever a listing there hides its place: chosen once, only ever widened.

    One for all listings of a site, whatever becomes of them: two cells of one plant would say more than either.
    """

    site = models.OneToOneField(Site, models.CASCADE, primary_key=True, related_name="cell")
    cell = models.CharField(max_length=15, help_text=_("H3, in hexadecimal"))
    others = models.PositiveSmallIntegerField(
        help_text=_("how many other organizations it could be as well; counted to a limit")
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.cell


class Introduction(models.Model):
    """An organization knows who stands behind one listing of another, since both showed interest in it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="introductions")
    # Without a foreign key in the database: it would lock the listing after the synergy, against the order of locks.
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="introductions", db_constraint=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "listing"], name="introduction_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} knows {self.listing}"
