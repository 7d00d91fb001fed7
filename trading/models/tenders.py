"""Sealed bids on one listing until a deadline."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from listings.models import Listing
from trading.models.states import TenderState


class Tender(models.Model):
    """Sealed bids on one listing until a deadline, then the best first."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="tenders")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(db_default=Now())
    deadline = models.DateTimeField()
    state = models.CharField(max_length=9, choices=TenderState, default=TenderState.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    conditions = models.TextField(max_length=4000, blank=True, default="")

    # Set by `locks.lock_tender`.
    is_over: bool

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(deadline__gt=F("opened_at")), name="tender_deadline_ahead"),
            models.CheckConstraint(
                condition=Q(state=TenderState.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state=TenderState.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="tender_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["listing"], condition=Q(state=TenderState.OPEN), name="tender_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"tender {self.pk} for {self.listing}"
