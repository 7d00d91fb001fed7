"""Writes: what is expected, what deliveries confirm, what parties declare, and what a facilitator verifies.

Lines are only ever added. What no longer holds is taken back by a counter-entry of the same status, so that the sum
over all lines is what holds now. Expected lines stand with the agreement and are compared with the benefit, never added
to it; confirmed and verified ones rest on a delivery. Every line belongs to one synergy, so that its tonne is counted
once, whoever reports it and whichever parties take part in what is summed.

A line keeps the attribution share that its synergy had when it was posted; a changed share holds for later lines only.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict, Invalid
from events.services import record_event
from trading.access import facilitates_synergy, facilitators_only
from trading.adapters import facts_of
from trading.benefit.account import benefit_of
from trading.benefit.lines import ImpactLine
from trading.benefit.years import share_left, spread_over_years
from trading.models import (
    DECLARED,
    Agreement,
    AgreementState,
    Delivery,
    ImpactEntry,
    ImpactStatus,
    Metric,
    Synergy,
)
from trading.selectors.days import days_at
from trading.selectors.impact import declaration, to_verify
from trading.services import locks

JOBS_UNIT: Final = "FTE"
LARGEST: Final = Decimal(10) ** 12
_FIRST_YEAR: Final = 1990
_YEARS_AHEAD: Final = 10
_COPIED: Final = (
    "synergy_id",
    "agreement_id",
    "delivery_id",
    "year",
    "metric",
    "attribution",
    "unit",
    "baseline",
    "factor",
    "factor_unit",
    "factor_key",
    "factor_source",
    "factor_year",
)


@transaction.atomic
def post_expected(*, agreement: Agreement) -> list[ImpactEntry]:
    """Post the expected lines of a new agreement, by calendar year as `spread_over_years` says.

    A worker does it when the signature is durable. What is posted already is left as it is; what was cancelled before
    that promises nothing.
    """
    synergy = locks.lock_synergy(agreement.synergy_id)
    agreement = locks.lock_agreement(agreement.pk)
    agreement.synergy = synergy
    posted = ImpactEntry.objects.filter(agreement=agreement, status=ImpactStatus.ESTIMATED)
    if agreement.state == AgreementState.CANCELLED or posted.exists():
        return []
    facts = facts_of(agreement)
    entries: list[ImpactEntry] = []
    notes: dict[str, None] = {}
    for year, amount in _by_year(agreement, _last_day(agreement)):
        benefit = benefit_of(facts, amount)
        notes |= dict.fromkeys(benefit.notes)
        base = ImpactEntry(
            synergy=synergy,
            agreement=agreement,
            year=year,
            attribution=synergy.attribution,
            status=ImpactStatus.ESTIMATED,
            posted_by=agreement.agreed_by,
        )
        entries += _entries(benefit.lines, base)
    return _post(
        "impact.posted", agreement.agreed_by, synergy, entries, agreement=agreement.pk, missing=list(notes)
    )


def _by_year(agreement: Agreement, last_day: date | None) -> tuple[tuple[int, Decimal], ...]:
    return spread_over_years(
        agreement.amount, is_rate=agreement.is_rate, starts_on=agreement.starts_on, ends_on=last_day
    )


def _last_day(agreement: Agreement) -> date | None:
    """The end of what is agreed, for a flow that was completed before it the day of that; None while it is open."""
    if not agreement.is_rate or agreement.state != AgreementState.COMPLETED or agreement.ended_at is None:
        return agreement.ends_on
    ended_on = days_at(agreement.synergy, agreement.ended_at)[1]
    return min(ended_on, agreement.ends_on or ended_on)


def cancel_expected(*, actor: User | None, agreement: Agreement) -> list[ImpactEntry]:
    """Take back what was expected of an agreement that is cancelled; what was delivered stays."""
    entries = [_counter(entry, actor) for entry in _expected_of(agreement)]
    return _post("impact.cancelled", actor, agreement.synergy, entries, agreement=agreement.pk)


def shorten_expected(*, actor: User, agreement: Agreement) -> list[ImpactEntry]:
    """Take back what was expected of a flow for the days after it was completed."""
    planned, left = (dict(_by_year(agreement, day)) for day in (agreement.ends_on, _last_day(agreement)))
    entries = []
    for entry in _expected_of(agreement):
        change = share_left(entry.gross, left.get(entry.year, Decimal(0)), planned[entry.year], entry.gross)
        if change:
            entries.append(_counter(entry, actor, -change))
    return _post("impact.cancelled", actor, agreement.synergy, entries, agreement=agreement.pk)


def _expected_of(agreement: Agreement) -> QuerySet[ImpactEntry]:
    return ImpactEntry.objects.filter(
        agreement=agreement, status=ImpactStatus.ESTIMATED, corrects__isnull=True, corrected_by__isnull=True
    ).order_by("pk")


# --- what was delivered -------------------------------------------------------------------------------------
def post_delivery(*, actor: User, delivery: Delivery) -> list[ImpactEntry]:
    """Post the confirmed lines of an actual delivery, in the transaction that records it."""
    agreement = delivery.agreement
    benefit = benefit_of(facts_of(agreement), delivery.amount)
    base = ImpactEntry(
        synergy=agreement.synergy,
        agreement=agreement,
        delivery=delivery,
        year=delivery.happened_on.year,
        attribution=agreement.synergy.attribution,
        status=ImpactStatus.CONFIRMED,
        posted_by=actor,
    )
    entries = _entries(benefit.lines, base)
    return _post(
        "impact.posted",
        actor,
        agreement.synergy,
        entries,
        agreement=agreement.pk,
        delivery=delivery.pk,
        missing=list(benefit.notes),
    )


def post_correction(*, actor: User, correction: Delivery) -> list[ImpactEntry]:
    """Post what a correction changes, by the factors and the attribution of the delivery that it corrects.

    The lines of a delivery and of all its corrections then add up to what its corrected amount gives.
    """
    actual = correction.corrects
    if actual is None:
        raise ValueError("a correction names what it corrects")
    chain = [actual.pk, *actual.corrections.values_list("pk", flat=True)]
    left = Delivery.objects.filter(pk__in=chain).aggregate(sum=Sum("amount"))["sum"]
    # Whether verified since or not: what was posted first, without what verifying moved from one status to the other.
    posted = ImpactEntry.objects.filter(
        delivery__in=chain, status=ImpactStatus.CONFIRMED, corrects__isnull=True
    ).order_by("pk")
    so_far: dict[str, Decimal] = {}
    for entry in posted:
        so_far[entry.metric] = so_far.get(entry.metric, Decimal(0)) + entry.gross
    entries = []
    for entry in posted:
        if entry.delivery_id != actual.pk:
            continue
        gross = share_left(entry.gross, left, actual.amount, so_far[entry.metric])
        if gross:
            copied = {name: getattr(entry, name) for name in _COPIED} | {"delivery_id": correction.pk}
            entries.append(ImpactEntry(**copied, gross=gross, status=ImpactStatus.CONFIRMED, posted_by=actor))
    return _post(
        "impact.posted",
        actor,
        correction.agreement.synergy,
        entries,
        agreement=correction.agreement_id,
        delivery=correction.pk,
    )


# --- what is verified, and declared -------------------------------------------------------------------------
@transaction.atomic
def verify_year(*, actor: User, synergy: Synergy, year: int, remark: str = "") -> list[ImpactEntry]:
    """Raise what is confirmed or declared for a year to verified: a counter-entry and a verified line for each.

    The sum of the benefit stays as it is. Return the verified lines.
    """
    synergy = locks.lock_synergy(synergy.pk)
    if not facilitates_synergy(actor, synergy):
        raise facilitators_only()
    standing = to_verify(synergy, year)
    if not standing:
        raise Conflict(
            _("There is nothing in %(year)s left to verify.") % {"year": year}, code="nothing_to_verify"
        )
    counters, verified = [], []
    for entry, gross in standing:
        counters.append(_counter(entry, actor, gross))
        copied = {name: getattr(entry, name) for name in _COPIED}
        verified.append(ImpactEntry(**copied, gross=gross, status=ImpactStatus.VERIFIED, posted_by=actor))
    ImpactEntry.objects.bulk_create(counters)
    return _post("impact.verified", actor, synergy, verified, year=year, remark=remark.strip()[:1000])


@transaction.atomic
def declare(
    *, actor: User, synergy: Synergy, year: int, metric: str, amount: Decimal, unit: str = "", baseline: str
) -> ImpactEntry:
    """Say what both parties together invested in a year, or how many jobs hang on the synergy; or say it anew.

    `unit` is the currency of an investment. A change is posted as the difference. Raises `Invalid` naming the fields.
    """
    synergy = locks.lock_synergy(synergy.pk)
    unit = JOBS_UNIT if metric == Metric.JOBS else unit
    _check_declared(year, metric, amount, unit, baseline)
    if ImpactEntry.objects.filter(
        synergy=synergy, year=year, metric=metric, status=ImpactStatus.VERIFIED
    ).exists():
        raise Conflict(_("This is verified already, and no longer changes."), code="already_verified")
    last, total = declaration(synergy, year, metric)
    if last is not None and last.unit != unit:
        raise Invalid({"unit": _("This was declared in %(unit)s before.") % {"unit": last.unit}})
    if amount == total:
        raise Conflict(_("This is what stands there already."), code="nothing_changes")
    entry = ImpactEntry(
        synergy=synergy,
        year=year,
        metric=metric,
        gross=amount - total,
        attribution=synergy.attribution if last is None else last.attribution,
        unit=unit,
        baseline=baseline.strip(),
        status=ImpactStatus.ESTIMATED,
        corrects=last,
        posted_by=actor,
    )
    return _post("impact.declared", actor, synergy, [entry], year=year)[0]


def _check_declared(year: int, metric: str, amount: Decimal, unit: str, baseline: str) -> None:
    errors = {}
    last_year = timezone.now().year + _YEARS_AHEAD
    if metric not in DECLARED:
        errors["metric"] = _("Only these are declared: %(choices)s.") % {"choices": ", ".join(DECLARED)}
    if not _FIRST_YEAR <= year <= last_year:
        errors["year"] = _("Choose a year from %(first)s to %(last)s.") % {
            "first": _FIRST_YEAR,
            "last": last_year,
        }
    if not (amount.is_finite() and 0 <= amount <= LARGEST and amount == round(amount, 6)):
        errors["amount"] = _("Type a number from zero on, with six decimals at most.")
    if metric != Metric.JOBS and not (len(unit) == 3 and unit.isascii() and unit.isupper()):
        errors["unit"] = _("Use the three capital letters of ISO 4217, as EUR.")
    if not baseline.strip():
        errors["baseline"] = _("Say in a few words what would have happened otherwise.")
    elif len(baseline) > 1000:
        errors["baseline"] = _("Say it in 1000 characters at most.")
    if errors:
        raise Invalid(errors)


# --- writing ------------------------------------------------------------------------------------------------
def _entries(lines: Iterable[ImpactLine], base: ImpactEntry) -> list[ImpactEntry]:
    """Lines as entries that share all else with `base`."""
    return [
        ImpactEntry(
            synergy_id=base.synergy_id,
            agreement_id=base.agreement_id,
            delivery_id=base.delivery_id,
            year=base.year,
            metric=line.metric,
            gross=line.gross,
            attribution=base.attribution,
            unit=line.unit,
            baseline=line.baseline,
            factor=None if line.factor is None else round(line.factor, 8),
            factor_unit=line.factor_unit,
            factor_key=line.factor_key,
            factor_source=line.factor_source,
            factor_year=line.factor_year,
            status=base.status,
            posted_by_id=base.posted_by_id,
        )
        for line in lines
    ]


def _counter(entry: ImpactEntry, actor: User | None, gross: Decimal | None = None) -> ImpactEntry:
    """The line that takes another back, or `gross`: a part of it, or all that it is the last of."""
    copied = {name: getattr(entry, name) for name in _COPIED}
    taken = entry.gross if gross is None else gross
    return ImpactEntry(**copied, gross=-taken, status=entry.status, corrects=entry, posted_by=actor)


def _post(
    kind: str, actor: User | None, synergy: Synergy, entries: list[ImpactEntry], **data: object
) -> list[ImpactEntry]:
    """Write the lines and the one event that says so."""
    ImpactEntry.objects.bulk_create(entries)
    if entries:
        record_event(kind=kind, subject=synergy, actor=actor, data={"lines": len(entries), **data})
    return entries
