"""What an accepted bid became, and what it takes off the listings."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import OPERATIONS, Organization, User
from catalogue.models import Resource
from common.units import CANONICAL_UNIT, unit_label
from listings.models import Listing
from trading.models.bids import Bid, Carrier, TransportPayer
from trading.models.states import AgreementState
from trading.models.synergies import Actor, Synergy

TREATMENT_OPERATIONS = OPERATIONS


class Agreement(models.Model):
    """An accepted bid. Its terms stand for themselves, whatever becomes of the listings."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="agreement")
    synergy = models.ForeignKey(Synergy, models.PROTECT, related_name="agreements")
    offer = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    receiver = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    request_amount = models.DecimalField(
        max_digits=24, decimal_places=6, help_text=_("the same in units of the request, after treatment")
    )
    yield_per_unit = models.DecimalField(max_digits=16, decimal_places=8)
    is_rate = models.BooleanField()
    unit_price = models.DecimalField(max_digits=24, decimal_places=8)
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    carrier = models.CharField(max_length=11, choices=Carrier)
    transport_paid_by = models.CharField(max_length=8, choices=TransportPayer)
    conditions = models.TextField(max_length=4000, blank=True, default="")

    # What the transport paper needs.
    ewc_code = models.CharField(max_length=6, blank=True, default="")
    treatment_operation = models.CharField(max_length=3, blank=True, default="")
    supplier_permit = models.CharField(max_length=120, blank=True, default="")
    receiver_permit = models.CharField(max_length=120, blank=True, default="")
    container = models.CharField(max_length=120, blank=True, default="")

    state = models.CharField(max_length=9, choices=AgreementState, default=AgreementState.ACTIVE)
    agreed_at = models.DateTimeField(db_default=Now())
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    cancel_asked_by_supplier_at = models.DateTimeField(null=True)
    cancel_asked_by_receiver_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, request_amount__gt=0), name="agreement_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(supplier=F("receiver")), name="agreement_two_parties"),
            models.CheckConstraint(
                condition=Q(treatment_operation__in=["", *TREATMENT_OPERATIONS]),
                name="agreement_operation_known",
            ),
            models.CheckConstraint(
                condition=Q(ewc_code="") | Q(ewc_code__regex=r"^\d{6}$"), name="agreement_waste_code"
            ),
            models.CheckConstraint(
                condition=Q(state=AgreementState.ACTIVE, ended_at__isnull=True)
                | ~Q(state=AgreementState.ACTIVE) & Q(ended_at__isnull=False),
                name="agreement_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=AgreementState.CANCELLED)
                | Q(cancel_asked_by_supplier_at__isnull=False, cancel_asked_by_receiver_at__isnull=False),
                name="agreement_cancelled_by_both",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.pk}: {self.supplier} → {self.receiver}"

    @property
    def unit(self) -> str:
        """The canonical unit of what moves, without "per year"."""
        return unit_label(CANONICAL_UNIT[self.resource.dimension])

    @property
    def cancel_asked_by(self) -> str:
        """`supplier`, `receiver` or, where nobody or both asked, empty."""
        asked = (self.cancel_asked_by_supplier_at is not None, self.cancel_asked_by_receiver_at is not None)
        return {(True, False): Actor.SUPPLIER.value, (False, True): Actor.RECEIVER.value}.get(asked, "")


class Allocation(models.Model):
    """What an agreement takes of a listing. A trigger keeps `Listing.allocated` the sum of what is not released."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="allocations", db_index=False)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "listing"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.listing_id} for agreement {self.agreement_id}"
