"""Plants of a public register, what they probably have, and companies' claims that a plant is theirs.

None of it is a listing: nothing here is matched, counted in the market, or said by the plant's company.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Site, User
from catalogue.models import Resource
from common.geo import Point
from common.templatetags.loopyard import number


class ClaimState(models.TextChoices):
    """Where a claim stands."""

    WAITING = "waiting", gettext_lazy("waiting for a facilitator")
    CONFIRMED = "confirmed", gettext_lazy("confirmed")
    REFUSED = "refused", gettext_lazy("refused")


OPEN_OR_WON = (ClaimState.WAITING, ClaimState.CONFIRMED)


class RegisterPlantQuerySet(models.QuerySet["RegisterPlant"]):
    """Reads that several callers share."""

    def claimed(self) -> "RegisterPlantQuerySet":
        """Those whose company was confirmed."""
        return self.filter(pk__in=PlantClaim.objects.filter(state=ClaimState.CONFIRMED).values("plant"))

    def unclaimed(self) -> "RegisterPlantQuerySet":
        """Those for which nobody speaks yet, also while a claim waits."""
        return self.exclude(pk__in=PlantClaim.objects.filter(state=ClaimState.CONFIRMED).values("plant"))

    def with_resource(self, resource: Resource) -> "RegisterPlantQuerySet":
        """Those that probably have the resource or something more special."""
        below = ProbableStream.objects.filter(
            resource__tree_left__gte=resource.tree_left, resource__tree_left__lt=resource.tree_right
        )
        return self.filter(pk__in=below.values("plant"))


class RegisterPlant(models.Model):
    """A plant as a public register knows it."""

    register = models.CharField(max_length=40)
    register_id = models.CharField(max_length=40)
    name = models.CharField(gettext_lazy("name"), max_length=200)
    nace_code = models.CharField(max_length=6, help_text=gettext_lazy("from the register's activity"))
    activity = models.CharField(
        max_length=80, help_text=gettext_lazy("slug of a kind of plant of the catalogue")
    )
    town = models.CharField(gettext_lazy("town"), max_length=120, blank=True)
    country = models.CharField(gettext_lazy("country"), max_length=2)
    latitude = models.FloatField()
    longitude = models.FloatField()
    year = models.PositiveSmallIntegerField(help_text=gettext_lazy("the last for which waste was reported"))
    nonhazardous_t = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    hazardous_t = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    source = models.TextField(help_text=gettext_lazy("the register and its terms"))

    objects = RegisterPlantQuerySet.as_manager()

    # The log is append-only: its rows of plants keep the name that they were first written under.
    event_subject_type: ClassVar = "listings.registerplant"

    class Meta:
        db_table = "listings_registerplant"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["register", "register_id"], name="register_plant_once"),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="register_plant_on_globe",
            ),
            models.CheckConstraint(
                condition=(Q(nonhazardous_t__isnull=True) | Q(nonhazardous_t__gte=0))
                & (Q(hazardous_t__isnull=True) | Q(hazardous_t__gte=0)),
                name="register_plant_waste_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point:
        """Where it is, as the register says."""
        return Point(self.latitude, self.longitude)


class LimitBasis(models.TextChoices):
    """Which reported total is the upper limit of a stream; "none" where none can be."""

    NONHAZARDOUS = "nonhazardous", gettext_lazy("non-hazardous waste")
    HAZARDOUS = "hazardous", gettext_lazy("hazardous waste")
    ALL = "all", gettext_lazy("hazardous and non-hazardous waste")
    NONE = "none", gettext_lazy("nothing")


class ProbableStream(models.Model):
    """What plants of this kind usually have to offer; a guess about this plant, which nobody confirmed."""

    plant = models.ForeignKey(RegisterPlant, models.CASCADE, related_name="streams")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    strength = models.DecimalField(
        max_digits=3, decimal_places=2, help_text=gettext_lazy("how usual it is in such plants, up to 1")
    )
    basis = models.CharField(max_length=12, choices=LimitBasis, default=LimitBasis.NONE)
    limit_t_per_year = models.DecimalField(
        max_digits=16,
        decimal_places=3,
        null=True,
        help_text=gettext_lazy("no more than this: the plant's reported waste, all kinds together"),
    )

    class Meta:
        db_table = "listings_probablestream"
        ordering = ["plant", "-strength", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plant", "resource"], name="probable_stream_once"),
            models.CheckConstraint(
                condition=Q(basis=LimitBasis.NONE, limit_t_per_year__isnull=True)
                | (~Q(basis=LimitBasis.NONE) & Q(limit_t_per_year__isnull=False, limit_t_per_year__gt=0)),
                name="probable_stream_limit_has_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource}?"

    @property
    def basis_words(self) -> str:
        """Say what the upper limit rests on, and that it is not the amount of this stream."""
        if self.limit_t_per_year is None:
            return _("how much is not known")
        return _("the plant reported %(amount)s t of %(waste)s in %(year)s, all kinds together") % {
            "amount": number(self.limit_t_per_year),
            "waste": LimitBasis(self.basis).label,
            "year": self.plant.year,
        }


class PlantClaim(models.Model):
    """An organization says that a plant of a register is its own; a facilitator decides."""

    plant = models.ForeignKey(RegisterPlant, models.CASCADE, related_name="claims")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="plant_claims")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    site = models.ForeignKey(
        Site,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=gettext_lazy("where its streams shall stand"),
    )
    remark = models.CharField(gettext_lazy("remark"), max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=ClaimState, default=ClaimState.WAITING)
    reason = models.CharField(gettext_lazy("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "listings_plantclaim"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plant"], condition=Q(state__in=["waiting", "confirmed"]), name="plant_claimed_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False, decided_at__gte=F("created_at"))),
                name="plant_claim_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="plant_claim_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.plant}"
