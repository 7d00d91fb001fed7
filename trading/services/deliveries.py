"""Writes: consignments planned and delivered, corrected by counter-entry, confirmed by the other party, with evidence.

Each change holds the synergy and then its agreement, and posts its lines of the ledger in the same transaction.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import Conflict, Forbidden, Invalid
from common.files.uploads import read_upload
from common.parts import Lot, Measure, as_stored, as_typed, rounding_band, sum_of
from common.templatetags.loopyard import exact
from common.units import Conversion, to_canonical
from events.services import record_event
from listings.models import Period
from matching.access import parties_only
from trading.models import Agreement, AgreementState, Delivery, DeliveryFile, DeliveryKind, Synergy
from trading.selectors.days import days_at, opens_on
from trading.selectors.deliveries import amount_now
from trading.services import locks
from trading.services.impact import post_correction, post_delivery
from trading.services.quantities import NEAR, Typed, typed_of

LARGEST: Final = Decimal(10) ** 12


@dataclass(frozen=True)
class Consignment:
    """What somebody says of a consignment: `quantity` counts in `unit`, `reference` is that of its transport paper."""

    reference: str
    happened_on: date
    quantity: Decimal
    unit: str
    note: str = ""


@transaction.atomic
def plan_delivery(
    *, actor: User, agreement: Agreement, organization: Organization, consignment: Consignment
) -> Delivery:
    """Announce a consignment; nothing is counted before it is delivered."""
    agreement = _locked(agreement)
    _check_open(agreement, (AgreementState.ACTIVE,))
    amount = _checked(agreement, consignment)
    delivery = _create(actor, agreement, organization, DeliveryKind.PLANNED, consignment, amount)
    return _told("delivery.planned", actor, delivery)


@transaction.atomic
def record_delivery(
    *, actor: User, agreement: Agreement, organization: Organization, consignment: Consignment
) -> Delivery:
    """Record what was delivered, and post what it spares; whoever reports it, a reference counts once.

    Of a lot no more than what is agreed: what goes beyond is nobody's yet, and needs an agreement of its own.
    """
    agreement = _locked(agreement)
    _check_open(agreement, (AgreementState.ACTIVE, AgreementState.COMPLETED))
    amount = _checked(agreement, consignment)
    if consignment.happened_on > days_at(agreement.synergy)[1]:
        raise Invalid({"happened_on": _("This day is still to come: plan the delivery instead.")})
    known = Delivery.objects.filter(
        agreement=agreement, kind=DeliveryKind.ACTUAL, reference__iexact=_plain(consignment.reference)
    )
    if known.exists():
        raise Conflict(
            _("The consignment %(reference)s is recorded already.") % {"reference": consignment.reference},
            code="recorded_already",
        )
    amount = _within_left(agreement, amount, consignment)
    delivery = _create(actor, agreement, organization, DeliveryKind.ACTUAL, consignment, amount)
    post_delivery(actor=actor, delivery=delivery)
    return _told("delivery.recorded", actor, delivery)


@transaction.atomic
def correct_delivery(
    *,
    actor: User,
    delivery: Delivery,
    organization: Organization,
    quantity: Decimal,
    unit: str,
    note: str,
) -> Delivery:
    """Say how much a delivery really was (0: it never came); the difference is posted as a counter-entry.

    Return the correction. It has the day of the delivery, and so counts in the year in which that counts.
    """
    agreement = _locked(delivery.agreement)
    _check_party(agreement.synergy, organization)
    if delivery.kind != DeliveryKind.ACTUAL:
        raise Conflict(_("Only a delivery can be corrected."), code="not_delivered")
    if not note.strip():
        raise Invalid({"note": _("Say in a few words why it is corrected.")})
    amount = _amount(agreement, quantity, unit, least=Decimal(0))
    difference = amount - amount_now(delivery)
    if not difference:
        raise Conflict(_("This is what stands there already."), code="nothing_changes")
    if difference > 0:
        difference = _within_left(agreement, difference)
    correction = Delivery.objects.create(
        agreement=agreement,
        kind=DeliveryKind.CORRECTION,
        reference=delivery.reference,
        happened_on=delivery.happened_on,
        amount=difference,
        corrects=delivery,
        organization=organization,
        reported_by=actor,
        note=note.strip()[:1000],
    )
    post_correction(actor=actor, correction=correction)
    return _told("delivery.corrected", actor, correction)


@transaction.atomic
def confirm_delivery(*, actor: User, delivery: Delivery, organization: Organization) -> Delivery:
    """Confirm, for the other party than the one that reported it, that a delivery or its correction is so."""
    agreement = _locked(delivery.agreement)
    _check_party(agreement.synergy, organization)
    delivery = Delivery.objects.select_related("agreement__synergy").get(pk=delivery.pk)
    if delivery.kind == DeliveryKind.PLANNED:
        raise Conflict(_("Only a delivery can be confirmed."), code="not_delivered")
    if delivery.organization_id == organization.pk or delivery.reported_by_id == actor.pk:
        raise Forbidden(_("The other party confirms what one has reported."))
    if delivery.confirmed_at is not None:
        raise Conflict(_("This delivery is confirmed already."), code="already_confirmed")
    delivery.confirmed_by, delivery.confirmed_at = actor, timezone.now()
    delivery.save(update_fields=["confirmed_by", "confirmed_at"])
    return _told("delivery.confirmed", actor, delivery)


@transaction.atomic
def add_delivery_file(
    *, actor: User, delivery: Delivery, organization: Organization, upload: UploadedFile
) -> DeliveryFile:
    """Keep a piece of evidence; the same file is kept once."""
    fields = read_upload(upload).fields()
    agreement = _locked(delivery.agreement)
    _check_party(agreement.synergy, organization)
    if DeliveryFile.objects.filter(delivery=delivery, sha256=fields["sha256"]).exists():
        raise Conflict(_("This file is there already."), code="file_there")
    file = DeliveryFile.objects.create(delivery=delivery, uploaded_by=actor, **fields)
    _told("delivery.file", actor, delivery, file=file.pk, sha256=file.sha256)
    return file


# --- checks -------------------------------------------------------------------------------------------------
def _locked(agreement: Agreement) -> Agreement:
    """The agreement as it is now, held after its synergy."""
    synergy = locks.lock_synergy(agreement.synergy_id)
    locked = locks.lock_agreement(agreement.pk)
    locked.synergy = synergy
    return locked


def _check_party(synergy: Synergy, organization: Organization) -> None:
    if organization.pk not in (synergy.supplier_id, synergy.receiver_id):
        raise parties_only()


def _check_open(agreement: Agreement, states: tuple[AgreementState, ...]) -> None:
    if agreement.state not in states:
        raise Conflict(
            _("This agreement is %(state)s; that cannot be done now.")
            % {"state": AgreementState(agreement.state).label},
            code="wrong_state",
        )


def _plain(reference: str) -> str:
    """A reference without the blanks that people type differently."""
    return " ".join(reference.split())


def _checked(agreement: Agreement, consignment: Consignment) -> Decimal:
    """The amount in canonical units, or `Invalid` naming the fields."""
    reference = _plain(consignment.reference)
    if not reference or len(reference) > 80:
        raise Invalid({"reference": _("Give the number of the transport paper, in 80 characters at most.")})
    first = opens_on(agreement)
    if consignment.happened_on < first:
        raise Invalid(
            {
                "happened_on": _("Nothing moves under this agreement before %(day)s.")
                % {"day": date_format(first)}
            }
        )
    return _amount(agreement, consignment.quantity, consignment.unit)


def _amount(agreement: Agreement, quantity: Decimal, unit: str, *, least: Decimal | None = None) -> Decimal:
    if not quantity.is_finite() or (quantity <= 0 if least is None else quantity < least):
        raise Invalid({"quantity": _("Type a number above zero.")})
    if quantity > LARGEST:
        raise Invalid({"quantity": _("This is more than the whole world has. Check the unit.")})
    resource = agreement.resource
    conversion = Conversion(resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3)
    amount = to_canonical(quantity, unit, dimension=resource.dimension, conversion=conversion)
    if not amount and least is None:
        raise Invalid({"quantity": _("This is less than can be counted. Check the unit.")})
    return amount


def _within_left(agreement: Agreement, amount: Decimal, consignment: Consignment | None = None) -> Decimal:
    """Return how much of a lot is delivered by an amount, or raise `Invalid` where it is more than what is left.

    What is typed decides (`common.parts`): two deliveries of 5 short tons are a lot of 10, and the last one takes what
    is left to the last grain. A flow has no end.
    """
    if agreement.is_rate:
        return amount
    # A cancelled lot is free again, all of it.
    _check_open(agreement, (AgreementState.ACTIVE, AgreementState.COMPLETED))
    rows = Delivery.objects.filter(agreement=agreement).exclude(kind=DeliveryKind.PLANNED)
    amounts = list(rows.values_list("amount", flat=True))
    so_far = sum(amounts, Decimal(0))
    left = agreement.amount - so_far
    if amount <= left - NEAR:
        return amount
    lot = Lot(_whole(agreement), agreement.amount, so_far, sum_of(as_stored(each) for each in amounts))
    share = lot.take(_measure(agreement, amount, consignment)) if left > 0 else None
    if share is None or amount - left >= rounding_band(len(amounts)):
        raise Invalid(
            {
                "quantity": _("Only %(left)s %(unit)s of what is agreed are left to deliver.")
                % {"left": exact(left), "unit": agreement.unit}
            }
        )
    return share.amount


def _whole(agreement: Agreement) -> Measure:
    bid = agreement.bid
    if agreement.amount != bid.amount:
        return as_typed(agreement.amount)
    return typed_of(bid).measure(agreement.resource, bid.amount)


def _measure(agreement: Agreement, amount: Decimal, consignment: Consignment | None) -> Measure:
    if consignment is None:
        return as_stored(amount)
    return Typed(consignment.quantity, consignment.unit, Period.ONCE).measure(agreement.resource, amount)


def _create(
    actor: User,
    agreement: Agreement,
    organization: Organization,
    kind: DeliveryKind,
    consignment: Consignment,
    amount: Decimal,
) -> Delivery:
    _check_party(agreement.synergy, organization)
    return Delivery.objects.create(
        agreement=agreement,
        kind=kind,
        reference=_plain(consignment.reference),
        happened_on=consignment.happened_on,
        amount=amount,
        organization=organization,
        reported_by=actor,
        note=consignment.note.strip()[:1000],
    )


def _told(kind: str, actor: User, delivery: Delivery, **data: object) -> Delivery:
    """Write the event, and that somebody did something in the synergy."""
    Synergy.objects.filter(pk=delivery.agreement.synergy_id).update(acted_at=Now())
    said = {
        "synergy": delivery.agreement.synergy_id,
        "agreement": delivery.agreement_id,
        "organization": delivery.organization_id,
        "reference": delivery.reference,
        "amount": str(delivery.amount),
    }
    record_event(kind=kind, subject=delivery, actor=actor, data=said | data)
    return delivery
