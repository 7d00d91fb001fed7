"""Matches: what the engine proposes and what a facilitator says of it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from listings.models import Listing


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


class Match(models.Model):
    """An offer and a request that fit, with the score's parts and the benefit's assumptions."""

    offer = models.ForeignKey(Listing, models.CASCADE, related_name="matches_as_offer")
    request = models.ForeignKey(Listing, models.CASCADE, related_name="matches_as_request")
    state = models.CharField(max_length=9, choices=MatchState, default=MatchState.PROPOSED)
    fits = models.BooleanField(default=True)

    score = models.FloatField()
    parts = models.JSONField(default=dict)
    distance_km = models.FloatField()
    amount_per_year = models.DecimalField(max_digits=24, decimal_places=3, null=True)
    covered_share = models.FloatField(null=True)
    benefit_eur_per_year = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    break_even_km = models.FloatField(null=True)
    assumptions = models.JSONField(default=dict)
    computed_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())

    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=9, choices=DismissReason, blank=True)
    remark = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-score", "pk"]
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=["offer", "request"], name="match_once"),
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
        indexes = [
            models.Index(fields=["request", "-score", "id"], name="match_of_request"),
            models.Index(fields=["offer", "-score", "id"], name="match_of_offer"),
            models.Index(fields=["state", "-score", "id"], name="match_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.offer} → {self.request} ({self.percent} %)"

    @property
    def percent(self) -> int:
        """The score in whole percent."""
        return round(self.score * 100)

    @property
    def covered_percent(self) -> int | None:
        """The share of the request that the offer covers, in whole percent."""
        return None if self.covered_share is None else round(self.covered_share * 100)

    def other_side(self, listing: Listing) -> Listing:
        """The listing across the bridge from `listing`."""
        return self.request if listing.pk == self.offer_id else self.offer

    def price_gap(self) -> Decimal | None:
        """What the request bids above the offer's ask, per canonical unit; None where either is open."""
        ask, bid = self.offer.unit_price, self.request.unit_price
        return (
            None if ask is None or bid is None or self.offer.currency != self.request.currency else bid - ask
        )
