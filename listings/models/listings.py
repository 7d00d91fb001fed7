"""Listings: an offer or a request of one resource at one site."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Provenance, Site, User
from catalogue.called import called
from catalogue.models import LegalStatus, QualityProperty, Resource
from common.geo import Point
from common.reading.said import retold
from common.units import CANONICAL_UNIT, unit_label
from listings.data_quality import DataQuality

NEAR_TOWN = gettext_noop("near %(town)s, %(country)s")
SOMEWHERE_IN = gettext_noop("somewhere in %(country)s")
WITHIN_OF = gettext_noop("%(country)s, within about %(radius)s km of %(town)s")
"""How the place of a listing that hides it is stored."""


def place_in_words(place: str) -> str:
    """Return a listing's public place, as it is stored, in the reader's language."""
    return retold(place, (NEAR_TOWN, SOMEWHERE_IN, WITHIN_OF), gettext)


class Side(models.TextChoices):
    """Which way the resource goes."""

    OFFER = "offer", _("offer")
    REQUEST = "request", _("request")


class Period(models.TextChoices):
    """Per what a quantity is counted."""

    ONCE = "once", _("one-off")
    YEAR = "year", _("per year")
    MONTH = "month", _("per month")
    WEEK = "week", _("per week")
    DAY = "day", _("per day")


# Of the mean Gregorian year of 365.2425 days.
PERIODS_PER_YEAR = {
    Period.YEAR: Decimal(1),
    Period.MONTH: Decimal(12),
    Period.WEEK: Decimal("365.2425") / 7,
    Period.DAY: Decimal("365.2425"),
}


class Disclosure(models.TextChoices):
    """How much others learn; who learns what by which step stands in `listings.disclosure.rules`."""

    OPEN = "open", _("Public: everybody sees who and where")
    ANONYMOUS = "anonymous", _("Anonymous: everybody sees it, with a coded name and a rough place")
    PROGRAMME = "programme", _("Programme only: members of your programmes see it, with name and place")
    PRIVATE = (
        "private",
        _("Private: nobody sees it; it is matched, and your programmes' facilitators may introduce it"),
    )


class State(models.TextChoices):
    """Where a listing stands in its life."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed: everything is agreed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")


class AbpCategory(models.IntegerChoices):
    """Regulation (EC) No 1069/2009, Articles 8 to 10."""

    ONE = 1, _("Category 1")
    TWO = 2, _("Category 2")
    THREE = 3, _("Category 3")


class SafetyProperty(models.TextChoices):
    """What decides by itself whether something may be used; the rules are in `catalogue/data/law`."""

    RADIOACTIVITY = "radioactivity", _("radioactivity above clearance")
    ASBESTOS = "asbestos", _("asbestos")
    POPS = "pops", _("persistent organic pollutants above the limits")
    PATHOGENS = "pathogens", _("infectious (HP 9)")


class GasOrigin(models.TextChoices):
    """What would become of a gas without a buyer; it decides what is avoided."""

    VENTED = "vented", _("let into the air")
    FLARED = "flared", _("flared")
    ON_PURPOSE = "on purpose", _("not made, or sold elsewhere: it is made on purpose")


GAS_BRANCHES: Final = ("industrial-gases", "fuel-gases")
"""Slugs of the resources of which the origin is asked, with all below them."""

REACH_NUMBER: Final = r"^01-\d{10}-\d{2}(-\d{4})?$"

LEFT: Final = F("amount") - F("allocated")
"""What `Listing.left` is, for the database."""


class ListingQuerySet(models.QuerySet["Listing"]):
    """Reads that several callers share."""

    def published(self) -> "ListingQuerySet":
        """What stands on the market now."""
        return self.filter(state=State.PUBLISHED)

    def with_cards(self) -> "ListingQuerySet":
        """Load what a card shows, without a query per row."""
        return self.select_related("resource", "organization", "site").prefetch_related("quality__property")


class Listing(models.Model):
    """An offer or a request. What was typed is kept beside the canonical value that everything computes with."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="listings")
    external_id = models.CharField(
        _("your own number"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_("what it is called in your own books; by it an import finds the listing again"),
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="listings", verbose_name=_("site"))
    side = models.CharField(_("side"), max_length=7, choices=Side)
    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="listings", verbose_name=_("resource")
    )
    title = models.CharField(_("title"), max_length=120, blank=True)
    description = models.TextField(_("description"), max_length=4000, blank=True)

    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=6, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=12)
    period = models.CharField(_("counted"), max_length=5, choices=Period, default=Period.YEAR)
    amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    allocated = models.DecimalField(
        max_digits=24,
        decimal_places=6,
        default=Decimal(0),
        db_default=Decimal(0),
        help_text=_("how much of the amount is agreed"),
    )
    minimum_lot = models.DecimalField(
        _("smallest lot"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    minimum_amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)

    available_from = models.DateField(_("from"))
    available_until = models.DateField(_("until"), null=True, blank=True)
    months = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("months"), default=list, blank=True
    )

    price = models.DecimalField(_("price"), max_digits=16, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    unit_price = models.DecimalField(max_digits=24, decimal_places=8, null=True)

    hazardous = models.BooleanField(_("hazardous waste"), default=False)
    ewc_code = models.CharField(
        _("EWC code"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{6}$", _("Six digits, as 100102."))],
    )
    legal_status = models.CharField(
        _("what it is in law"), max_length=12, choices=LegalStatus, blank=True, default="", db_default=""
    )
    abp_category = models.PositiveSmallIntegerField(
        _("category as an animal by-product"), choices=AbpCategory, null=True, blank=True
    )
    reach_number = models.CharField(
        _("REACH registration number"),
        max_length=22,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(REACH_NUMBER, _("As 01-2119458838-20-0000."))],
    )
    # What decides by itself, and is said to be there, or tested and not there; the rest nobody said.
    safety_present = ArrayField(
        models.CharField(max_length=20, choices=SafetyProperty), default=list, blank=True, db_default=[]
    )
    safety_absent = ArrayField(
        models.CharField(max_length=20, choices=SafetyProperty), default=list, blank=True, db_default=[]
    )
    origin_of_gas = models.CharField(
        _("without a buyer it is"),
        max_length=10,
        choices=GasOrigin,
        blank=True,
        default="",
        db_default="",
        help_text=_("of a gas that is offered; empty: nobody said"),
    )
    disclosure = models.CharField(
        _("who sees what"), max_length=9, choices=Disclosure, default=Disclosure.OPEN
    )
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)

    # The place that strangers may know: the site itself, or the centre of its cell (`SiteCell`) where it is told no
    # finer. Everything that a stranger can see (distance, filter, order, match) is computed from this place.
    latitude = models.FloatField()
    longitude = models.FloatField()
    place = models.CharField(max_length=160)

    provenance = models.CharField(max_length=12, choices=Provenance, default=Provenance.OWN)
    source = models.TextField(blank=True)
    source_year = models.PositiveSmallIntegerField(null=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    objects = ListingQuerySet.as_manager()

    # Set by `access.mark_identities` for one reader.
    identity_known: bool
    party_name: str
    party_place: str
    told_reach_number: str
    opens: bool
    # Set for its own organization: see `disclosure.cells`.
    cell: Any
    # Set by `selectors.data_quality.mark_data_quality`.
    data_quality: DataQuality
    # Set by `selectors.favourites.mark_stars` for one reader.
    starred: bool
    # Set by `selectors.files.mark_pictures`: the first picture, where the reader may see it.
    picture: Any = None
    # Set by `selectors.market` on what was found round a place.
    distance_km: float | None = None

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL is not false, so "not NULL" must be said.
                condition=Q(quantity__isnull=True, amount__isnull=True)
                | Q(quantity__isnull=False, amount__isnull=False, quantity__gt=0, amount__gt=0),
                name="listing_quantity_positive",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, allocated=0)
                | Q(amount__isnull=False, allocated__gte=0, allocated__lte=F("amount")),
                name="listing_allocated_within",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.PUBLISHED, State.CLOSED])
                | Q(state=State.PUBLISHED, amount__isnull=True)
                | Q(state=State.PUBLISHED, amount__isnull=False, allocated__lt=F("amount"))
                | Q(state=State.CLOSED, amount__isnull=False, allocated=F("amount")),
                name="listing_closed_when_agreed",
            ),
            models.CheckConstraint(
                condition=Q(minimum_lot__isnull=True, minimum_amount__isnull=True)
                | Q(
                    minimum_lot__isnull=False,
                    minimum_amount__isnull=False,
                    minimum_lot__gt=0,
                    minimum_amount__gt=0,
                ),
                name="listing_minimum_lot_positive",
            ),
            models.CheckConstraint(
                condition=Q(available_until__isnull=True) | Q(available_until__gte=F("available_from")),
                name="listing_window_in_order",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True, unit_price__isnull=True)
                | Q(price__isnull=False, unit_price__isnull=False),
                name="listing_price_canonical",
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="listing_currency_iso"),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="listing_place_on_globe",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_at__isnull=False),
                name="listing_published_at",
            ),
            models.CheckConstraint(
                condition=Q(provenance=Provenance.OWN) | ~Q(source=""), name="listing_source_named"
            ),
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=~Q(external_id=""),
                name="listing_external_id_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["side", "resource", "-id"], condition=Q(state=State.PUBLISHED), name="listing_market"
            ),
            models.Index(fields=["organization", "-id"], name="listing_of_organization"),
            models.Index(
                fields=["available_until"],
                condition=Q(state__in=[State.PUBLISHED, State.PAUSED], available_until__isnull=False),
                name="listing_expiry",
            ),
            models.Index(
                fields=["resource"],
                condition=Q(disclosure=Disclosure.PRIVATE, state=State.PUBLISHED),
                name="listing_private",
            ),
            GistIndex(
                models.Func("latitude", "longitude", function="ll_to_earth"),
                condition=Q(state=State.PUBLISHED),
                name="listing_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The title that was given, else the resource's name."""
        return self.title or called(self.resource.name)

    @property
    def place_words(self) -> str:
        """The public place in the reader's language."""
        return place_in_words(self.place)

    @property
    def needs_its_site(self) -> bool:
        """Whether its site must stay open for it: what is withdrawn only remembers where it was."""
        return self.state != State.WITHDRAWN

    @property
    def is_rate(self) -> bool:
        """Whether the quantity flows (per year, month …) or is one lot."""
        return self.period != Period.ONCE

    @property
    def canonical_unit(self) -> str:
        """The unit of `amount`, without "per year"."""
        return unit_label(CANONICAL_UNIT[self.resource.dimension])

    @property
    def left(self) -> Decimal | None:
        """How much of `amount` nobody has agreed on yet; None where no quantity is stated."""
        return None if self.amount is None else self.amount - self.allocated

    @property
    def left_share(self) -> Decimal | None:
        """The same as a share of the amount, from 0 to 1."""
        return None if self.amount is None else (self.amount - self.allocated) / self.amount

    @property
    def public_point(self) -> Point:
        """The place that strangers may know."""
        return Point(self.latitude, self.longitude)

    @property
    def code_name(self) -> str:
        """What an anonymous party is called; per listing, so that one company's listings cannot be joined."""
        digest = salted_hmac("listings.code_name", str(self.pk)).hexdigest()[:4].upper()
        return (_("Seller %s") if self.side == Side.OFFER else _("Buyer %s")) % digest

    def over_on(self, day: date) -> bool:
        """Whether the window lies before `day`."""
        return self.available_until is not None and self.available_until < day


class ListingQuality(models.Model):
    """What the offer has, or the request tolerates, of one quality property: an interval, open where None."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="quality")
    property = models.ForeignKey(QualityProperty, models.PROTECT, related_name="+")
    low = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["property_id"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "property"], name="listing_quality_once"),
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False), name="listing_quality_stated"
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="listing_quality_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.property}: {self.low}–{self.high}"
