"""The benefit ledger: what is expected, what deliveries confirm, what a facilitator verifies; and what it adds up to.

Lines are only ever added. What no longer holds is taken back by a counter-entry of the same status, so that the sum
over all lines is what holds now. Expected lines stand with the agreement and are compared with the benefit, never added
to it; confirmed and verified ones rest on a delivery. Every line belongs to one synergy, so that its tonne is counted
once, whoever reports it and whichever parties take part in what is summed.

A line keeps the attribution share that its synergy had when it was posted; a changed share holds for later lines only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, Programme, User
from common.errors import Conflict, Forbidden, Invalid
from common.units import UNIT_LABEL
from events.services import record_event
from trading import locks
from trading.access import facilitates_synergy
from trading.benefit import (
    BALANCES,
    Benefit,
    Line,
    Shares,
    benefit_of,
    share_left,
    shares_of,
    spread_over_years,
)
from trading.facts import facts_of
from trading.models import Agreement, Delivery, ImpactEntry, ImpactStatus, Metric, Synergy
from trading.states import AgreementState

DECLARED: Final = (Metric.PRIVATE_INVESTMENT, Metric.JOBS)
"""What no delivery shows: parties declare it, a facilitator verifies it."""
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


# --- what is expected ---------------------------------------------------------------------------------------
def expected_benefit(agreement: Agreement) -> tuple[Benefit, Shares]:
    """Return the lines of all that is agreed (of one year, for a rate), what is missing, and who gains what."""
    facts = facts_of(agreement)
    benefit = benefit_of(facts, agreement.amount)
    return benefit, shares_of(facts, benefit, agreement.amount)


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
    ended_on = agreement.ended_at.date()
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
        raise Forbidden(_("Only a facilitator of a programme of one of the parties can do this."))
    standing = list(_confirmed_of(synergy, year)) + list(_declared_of(synergy, year))
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


def _confirmed_of(synergy: Synergy, year: int) -> Iterator[tuple[ImpactEntry, Decimal]]:
    confirmed = ImpactEntry.objects.filter(
        synergy=synergy,
        year=year,
        status=ImpactStatus.CONFIRMED,
        corrects__isnull=True,
        corrected_by__isnull=True,
    )
    return ((entry, entry.gross) for entry in confirmed.order_by("pk"))


def _declared_of(synergy: Synergy, year: int) -> Iterator[tuple[ImpactEntry, Decimal]]:
    """The last line of each declaration, with what the whole of it says."""
    for metric in DECLARED:
        last, total = _declaration(synergy, year, metric)
        if last is not None and total:
            yield last, total


def _declaration(synergy: Synergy, year: int, metric: str) -> tuple[ImpactEntry | None, Decimal]:
    lines = ImpactEntry.objects.filter(
        synergy=synergy, year=year, metric=metric, status=ImpactStatus.ESTIMATED
    ).order_by("pk")
    return lines.last(), sum((line.gross for line in lines), Decimal(0))


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
    last, total = _declaration(synergy, year, metric)
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
def _entries(lines: Iterable[Line], base: ImpactEntry) -> list[ImpactEntry]:
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


# --- sums ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Total:
    """One metric summed, net of attribution: what is expected, and beside it what is benefit."""

    metric: str
    unit: str
    expected: Decimal = Decimal(0)
    confirmed: Decimal = Decimal(0)
    verified: Decimal = Decimal(0)
    is_balance: bool = False
    """Whether it is the sum of others of this list, and not to be added to them."""
    gross: Decimal = Decimal(0)
    """Of the benefit, before attribution."""

    @property
    def benefit(self) -> Decimal:
        """What was delivered, verified or not."""
        return self.confirmed + self.verified

    @property
    def label(self) -> str:
        """The metric in words."""
        words = {"co2e_avoided": _("CO2e avoided"), "cost_saved": _("cost saved")}
        return words[self.metric] if self.is_balance else str(Metric(self.metric).label)

    @property
    def unit_label(self) -> str:
        """The unit as it is written."""
        return UNIT_LABEL.get(self.unit, self.unit)


def of_organization(entries: QuerySet[ImpactEntry], organization: Organization) -> QuerySet[ImpactEntry]:
    """Narrow to the synergies in which an organization is a party. Both parties' pages show the whole of a synergy:
    sums of two organizations must not be added; take those of a programme."""
    return entries.filter(Q(synergy__supplier=organization) | Q(synergy__receiver=organization))


def of_programme(entries: QuerySet[ImpactEntry], programme: Programme) -> QuerySet[ImpactEntry]:
    """Narrow to the synergies with a member of a programme among their parties, each once however many are."""
    members = programme.memberships.values("organization_id")
    return entries.filter(Q(synergy__supplier__in=members) | Q(synergy__receiver__in=members))


def totals(entries: QuerySet[ImpactEntry]) -> list[Total]:
    """Return the sum of each metric and unit, each balance before its parts, in the order of `Metric`."""
    return totals_by(entries, None).get(None, [])


def totals_by(entries: QuerySet[ImpactEntry], by: str | None) -> dict[object, list[Total]]:
    """Return the same for each value of a column: `year`, `synergy_id` or `agreement_id`; one query."""
    net = ExpressionWrapper(
        F("gross") * F("attribution"), output_field=DecimalField(max_digits=32, decimal_places=10)
    )
    columns = [by] if by else []
    rows = (
        entries.order_by(*columns)
        .values(*columns, "metric", "unit", "status")
        .annotate(net_sum=Sum(net), gross_sum=Sum("gross"))
    )
    found: dict[object, dict[tuple[str, str], dict[str, Decimal]]] = {}
    for row in rows:
        sums = found.setdefault(row[by] if by else None, {})
        parts = sums.setdefault((row["metric"], row["unit"]), {})
        parts[row["status"]] = row["net_sum"]
        if row["status"] != ImpactStatus.ESTIMATED:
            parts["gross"] = parts.get("gross", Decimal(0)) + row["gross_sum"]
    return {key: list(_in_order(sums)) for key, sums in found.items()}


def _in_order(sums: dict[tuple[str, str], dict[str, Decimal]]) -> Iterator[Total]:
    rank = {metric: number for number, metric in enumerate(Metric.values)}
    done: set[tuple[str, str]] = set()
    for metric, unit in sorted(sums, key=lambda key: (rank[key[0]], key[1])):
        balance = next((name for name, parts in BALANCES.items() if metric in parts), None)
        if balance and (balance, unit) not in done:
            done.add((balance, unit))
            yield _balance(balance, unit, [sums.get((part, unit), {}) for part in BALANCES[balance]])
        yield _total(metric, unit, sums[metric, unit])


def _total(metric: str, unit: str, parts: dict[str, Decimal], *, is_balance: bool = False) -> Total:
    nothing = Decimal(0)
    return Total(
        metric=metric,
        unit=unit,
        expected=parts.get(ImpactStatus.ESTIMATED, nothing),
        confirmed=parts.get(ImpactStatus.CONFIRMED, nothing),
        verified=parts.get(ImpactStatus.VERIFIED, nothing),
        gross=parts.get("gross", nothing),
        is_balance=is_balance,
    )


def _balance(name: str, unit: str, parts: Sequence[dict[str, Decimal]]) -> Total:
    summed = {
        key: sum((part.get(key, Decimal(0)) for part in parts), Decimal(0))
        for key in (*ImpactStatus.values, "gross")
    }
    return _total(name, unit, summed, is_balance=True)
