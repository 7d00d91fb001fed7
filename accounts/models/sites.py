"""The places that organizations operate."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.organizations import Organization
from common.geo import Point

OPERATIONS: Final = (*(f"R{number}" for number in range(1, 14)), *(f"D{number}" for number in range(1, 16)))
"""Recovery and disposal operations, Directive 2008/98/EC, annexes I and II."""


class OpenSites(models.Manager["Site"]):
    """The sites that are in use; what stands at a closed one still finds it."""

    def get_queryset(self) -> models.QuerySet["Site"]:
        """Leave out what was removed while withdrawn listings stood at it."""
        return super().get_queryset().filter(closed_at__isnull=True)


class Site(models.Model):
    """A place that an organization operates."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=120)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    town = models.CharField(_("town"), max_length=120)
    country = models.CharField(_("country"), max_length=2)
    latitude = models.FloatField(_("latitude, °"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(
        _("longitude, °"), validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    timezone = models.CharField(_("time zone"), max_length=40, blank=True, default="", db_default="")
    hazardous_permit = models.BooleanField(_("may take hazardous waste"), default=False)
    permit_reference = models.CharField(_("permit reference"), max_length=120, blank=True)
    # What the permit names; empty: nobody said.
    permit_codes = ArrayField(models.CharField(max_length=6), default=list, blank=True, db_default=[])
    permit_operations = ArrayField(models.CharField(max_length=3), default=list, blank=True, db_default=[])
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OpenSites()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=models.Q(closed_at__isnull=True),
                name="site_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__gte=-90, latitude__lte=90), name="site_latitude_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(longitude__gte=-180, longitude__lte=180), name="site_longitude_in_range"
            ),
        ]
        indexes = [
            GistIndex(models.Func("latitude", "longitude", function="ll_to_earth"), name="site_place"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point:
        """The exact place."""
        return Point(self.latitude, self.longitude)
