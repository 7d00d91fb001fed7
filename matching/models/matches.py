"""Matches: what the engine proposes and what a facilitator says of it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from catalogue.models import TransportMode
from listings.models import Listing
from matching.engine import PARTS, Limit
from matching.models.relation import relation_words
from matching.openwater import water_to_cross_km


class MatchState(models.TextChoices):
    """Where a match stands."""

    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    DISMISSED = "dismissed", _("dismissed")
    RETIRED = "retired", _("no longer fits")


class DismissReason(models.TextChoices):
    """Why a facilitator takes a match out."""

    QUALITY = "quality", _("quality does not fit")
    QUANTITY = "quantity", _("quantity does not fit")
    DISTANCE = "distance", _("too far")
    PERMIT = "permit", _("no permit for this")
    ECONOMICS = "economics", _("does not pay")
    KNOWN = "known", _("the parties trade already")
    OTHER = "other", _("another reason")


class StaleReason(models.TextChoices):
    """Why a match no longer fits."""

    LISTING = "listing", _("a listing left the market")
    OUTRANKED = "outranked", _("others fit better")
    RESOURCE = "resource", _("the resource no longer serves")
    DISTANCE = "distance", _("too far now")
    WINDOW = "window", _("no common time any more")
    QUALITY = "quality", _("the quality no longer fits")
    PERMIT = "permit", _("the permit is missing")
    SAME_OWNER = "same_owner", _("both belong to one organization")
    VISIBILITY = "visibility", _("no common programme any more")
    LOT = "lot", _("below the smallest lot")
    PRICE = "price", _("no price at which both could gain")
    LAW = "law", _("the law forbids it")
    COVERAGE = "coverage", _("too little of what is sought for a treatment of its own")


class LimitedBy(models.IntegerChoices):
    """What keeps the yearly amount from being larger; the numbers are the engine's."""

    UNKNOWN = Limit.UNKNOWN, _("not known")
    OFFERED = Limit.OFFERED, _("what is offered")
    SOUGHT = Limit.SOUGHT, _("what is sought")
    SEASON = Limit.SEASON, _("the seasons, which meet only in part")


class RealField(models.FloatField):  # type: ignore[type-arg]  # generic in the stubs only
    """A number of seven digits in four bytes: shares and distances of millions of matches."""

    def db_type(self, connection: object) -> str:
        """Return PostgreSQL's name of it."""
        return "real"


class Match(models.Model):
    """An offer and a request that fit, with the score's parts and the benefit's assumptions."""

    # Without foreign keys in the database: checking two for each of the millions of rows that a full run stores
    # would take longer than finding them. A listing is withdrawn, never deleted, but with its organization.
    offer = models.ForeignKey(
        Listing, models.CASCADE, related_name="matches_as_offer", db_constraint=False, db_index=False
    )
    request = models.ForeignKey(
        Listing, models.CASCADE, related_name="matches_as_request", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=9, choices=MatchState, db_default=MatchState.PROPOSED)
    fits = models.BooleanField(db_default=True)
    stale_reason = models.CharField(max_length=12, choices=StaleReason, blank=True, db_default="")

    score = models.FloatField()
    part_resource = RealField()
    part_distance = RealField()
    part_quantity = RealField(null=True)
    part_season = RealField()
    part_quality = RealField(null=True)
    part_price = RealField(null=True)
    distance_km = models.FloatField()
    amount_per_year = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    covered_share = RealField(null=True)
    limited_by = models.PositiveSmallIntegerField(choices=LimitedBy)
    treatment_steps = models.PositiveSmallIntegerField(help_text=_("0: used as it is"))
    benefit_low_eur_per_year = models.DecimalField(
        max_digits=20, decimal_places=0, null=True, help_text=_("at least, if both mean what they said")
    )
    benefit_high_eur_per_year = models.DecimalField(
        max_digits=20, decimal_places=0, null=True, help_text=_("at most what the catalogue would allow")
    )
    break_even_km = RealField(null=True, help_text=_("empty: not known; at most the reach"))
    saved_t_per_year = models.DecimalField(
        max_digits=20, decimal_places=3, null=True, help_text=_("t CO2e, transport and treatment taken off")
    )
    computed_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())

    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=9, choices=DismissReason, blank=True, db_default="")
    remark = models.TextField(max_length=1000, blank=True, db_default="")

    class Meta:
        ordering = ["-score", "pk"]
        verbose_name_plural = "matches"
        constraints = [
            # The request first: the rows of a full run come by request, and its index serves to find them.
            models.UniqueConstraint(fields=["request", "offer"], name="match_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="match_score_in_range"),
            models.CheckConstraint(
                condition=~Q(state=MatchState.DISMISSED) | ~Q(reason=""), name="match_dismissed_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MatchState.APPROVED, MatchState.DISMISSED])
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="match_reviewed_by_somebody",
            ),
        ]
        # A listing has few matches, to be sorted when they are read; each further index costs every full run.
        indexes = [models.Index(fields=["offer"], name="match_of_offer")]

    def __str__(self) -> str:
        return f"{self.offer} → {self.request} ({self.percent} %)"

    @property
    def percent(self) -> int:
        """The score in whole percent."""
        return round(self.score * 100)

    @property
    def parts(self) -> dict[str, float | None]:
        """Each part of the score from 0 to 1; None: not known."""
        values = ((name, getattr(self, f"part_{name}")) for name in PARTS)
        return {name: None if value is None else round(value, 4) for name, value in values}

    @property
    def covered_percent(self) -> int | None:
        """The share of the request that the offer covers, in whole percent."""
        return None if self.covered_share is None else round(self.covered_share * 100)

    @property
    def gains_money_and_loses_co2e(self) -> bool:
        """Whether both may gain by it although more is emitted than without it."""
        gain, saved = self.benefit_high_eur_per_year, self.saved_t_per_year
        return gain is not None and saved is not None and gain > 0 > saved

    @property
    def open_water_km(self) -> Decimal | None:
        """Whole km of open water on the straight line between the places as they are public, of what goes by road and
        needs a ship there, or the long way round; None where it does not."""
        if self.offer.resource.transport_mode != TransportMode.LORRY:
            return None
        start, end = self.offer.public_point, self.request.public_point
        km = water_to_cross_km(start.latitude, start.longitude, end.latitude, end.longitude)
        return None if km is None else Decimal(round(km))

    @property
    def relation(self) -> str:
        """How what is offered differs from what is sought, where it is neither that nor a kind of it; else empty."""
        return "" if self.treatment_steps else relation_words(self.offer.resource, self.request.resource)

    def other_side(self, listing: Listing) -> Listing:
        """The listing across the bridge from `listing`."""
        return self.request if listing.pk == self.offer_id else self.offer

    def side_of(self, organization_id: int) -> str:
        """Which side an organization is on: `offer` or `request`; empty for one that is no party."""
        if organization_id == self.offer.organization_id:
            return "offer"
        return "request" if organization_id == self.request.organization_id else ""

    def price_gap(self) -> Decimal | None:
        """What the request bids above the offer's ask, per canonical unit; None where either is open."""
        ask, bid = self.offer.unit_price, self.request.unit_price
        return (
            None if ask is None or bid is None or self.offer.currency != self.request.currency else bid - ask
        )


class MatchInterest(models.Model):
    """A party has said that it would take up a match, before a facilitator approved it."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="interests")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["noted_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["match", "organization"], name="match_interest_once")]

    def __str__(self) -> str:
        return f"{self.organization} in match {self.match_id}"
