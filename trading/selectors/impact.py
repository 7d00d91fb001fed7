"""Reads: what the ledger adds up to, what can be verified in it, and what an agreement is expected to spare."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext as _

from accounts.access import AnyUser, facilitated_organizations
from accounts.models import Organization, Programme
from common.units import PLACES, unit_label
from listings.access import listings_on_market
from matching.access import matches_to_review
from matching.economics import delivered
from matching.models import MatchState
from trading.access import (
    mark_parties,
    visible_impact,
    visible_synergies,
    with_parties,
    with_unknown_party,
)
from trading.adapters import Carriage, carriage_of, facts_of, travelled_km
from trading.benefit.account import LOST, benefit_of
from trading.benefit.lines import BALANCES, CO2E_AVOIDED, COST_SAVED, Benefit
from trading.benefit.shares import Shares, shares_of
from trading.models import DECLARED, LIVE_STAGES, Agreement, ImpactEntry, ImpactStatus, Metric, Synergy

TRANSPORT: Final = (Metric.CO2E_TRANSPORT, Metric.COST_TRANSPORT)
_LOSES: Final = Q(baseline__contains=LOST)
_BY_KM: Final = Q(metric=Metric.COST_TRANSPORT, factor_unit__contains="km")
"""The cost of transport of what needs no loading."""
_TELLS_THE_WAY: Final = Q(metric__in=TRANSPORT) | _LOSES
HEADLINES: Final = 3
_FACTOR: "DecimalField[Decimal, Decimal]" = DecimalField(max_digits=20, decimal_places=10)
_FACTOR_PLACES: Final = Decimal("0.0000000001")


# --- what is expected ---------------------------------------------------------------------------------------
def expected_benefit(agreement: Agreement) -> tuple[Benefit, Shares]:
    """Return the lines of all that is agreed (of one year, for a rate), what is missing, and who gains what."""
    facts = facts_of(agreement)
    benefit = benefit_of(facts, agreement.amount)
    return benefit, shares_of(facts, benefit, agreement.amount)


def confirmed_of(synergy: Synergy, year: int) -> Iterator[tuple[ImpactEntry, Decimal]]:
    confirmed = ImpactEntry.objects.filter(
        synergy=synergy,
        year=year,
        status=ImpactStatus.CONFIRMED,
        corrects__isnull=True,
        corrected_by__isnull=True,
    )
    return ((entry, entry.gross) for entry in confirmed.order_by("pk"))


def declared_of(synergy: Synergy, year: int) -> Iterator[tuple[ImpactEntry, Decimal]]:
    """The last line of each declaration, with what the whole of it says."""
    for metric in DECLARED:
        last, total = declaration(synergy, year, metric)
        if last is not None and total:
            yield last, total


def declaration(synergy: Synergy, year: int, metric: str) -> tuple[ImpactEntry | None, Decimal]:
    lines = ImpactEntry.objects.filter(
        synergy=synergy, year=year, metric=metric, status=ImpactStatus.ESTIMATED
    ).order_by("pk")
    return lines.last(), sum((line.gross for line in lines), Decimal(0))


# --- what a reader may see of it ----------------------------------------------------------------------------
def ledger_for(user: AnyUser) -> QuerySet[ImpactEntry]:
    """Return the ledger's lines that the user may see; `blur` multiplies what each says of the way.

    The cost and the CO2e of transport give away how far it is, and so does what is lost on the way. To who does not
    know both parties they are told as if an unknown one were in the middle of its cell, in all lines of a synergy and
    in every synergy alike, so that no sum of them and no second known partner tells more than the cell.
    """
    entries = visible_impact(user)
    if not facilitated_organizations(user).exists():
        return entries.annotate(blur=Value(Decimal(1)))
    travels = ImpactEntry.objects.filter(_TELLS_THE_WAY, synergy=OuterRef("pk"))
    hidden = with_unknown_party(user, visible_synergies(user)).filter(Exists(travels))
    marked = mark_parties(user, with_parties(hidden))
    cases = [case for synergy in marked for case in _blurred(synergy)]
    return entries.annotate(blur=Case(*cases, default=Value(Decimal(1)), output_field=_FACTOR))


def _blurred(synergy: Synergy) -> Iterator[When]:
    """What multiplies the lines of a synergy that tell the way: by nothing, where it is not known any more."""
    true_km = travelled_km(synergy, synergy.resource.transport_mode)
    by_km = carried = arriving = Decimal(0)
    if true_km is not None:
        carriage = carriage_of(synergy.resource)
        told_km = travelled_km(
            synergy,
            synergy.resource.transport_mode,
            supplier_known=synergy.supplier_known,
            receiver_known=synergy.receiver_known,
        ) or Decimal(0)
        by_km, carried, arriving = (
            (told / true).quantize(_FACTOR_PLACES) if true else Decimal(0)
            for told, true in zip(_tells(carriage, told_km), _tells(carriage, true_km), strict=True)
        )
    for lines, blur in (
        (Q(metric=Metric.CO2E_TRANSPORT) | _BY_KM, by_km),
        (Q(metric=Metric.COST_TRANSPORT), carried),
        (_LOSES, arriving),
    ):
        yield When(lines, synergy=synergy.pk, then=Value(blur, output_field=_FACTOR))


def _tells(carriage: Carriage, km: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """What lines tell of a way: its length, what carrying a unit costs, and the share that arrives."""
    loading, per_km = (
        Decimal(0) if price is None else price.per_unit for price in (carriage.loading, carriage.per_km)
    )
    arriving = delivered(carriage.loss_per_km or Decimal(0), km, Decimal(1))
    return km, loading + per_km * km, arriving


def blur_of(entry: ImpactEntry) -> Decimal:
    """Return what `ledger_for` noted at a line."""
    blur: Decimal = entry.blur  # type: ignore[attr-defined]  # an annotation
    return blur


def told(entries: Iterable[ImpactEntry]) -> list[ImpactEntry]:
    """Return lines of `ledger_for` as their reader may see them; they are not to be saved any more."""
    rows = list(entries)
    for entry in rows:
        blur = blur_of(entry)
        if blur == 1:
            continue
        entry.gross = (entry.gross * blur).quantize(PLACES)
        if entry.metric not in TRANSPORT:
            entry.baseline = _(
                "Without the exchange as much would have come from elsewhere; what is lost on the way, "
                "you are not told."
            )
            continue
        if (
            entry.metric == Metric.COST_TRANSPORT
            and entry.factor is not None
            and "km" not in entry.factor_unit
        ):
            entry.factor = (entry.factor * blur).quantize(PLACES)
        entry.baseline = _(
            "Without the exchange nothing would have gone this way; how far, you are not told."
        )
    return rows


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
        return unit_label(self.unit)


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
    said = F("gross") * F("blur") if "blur" in entries.query.annotations else F("gross")
    net = ExpressionWrapper(
        said * F("attribution"), output_field=DecimalField(max_digits=32, decimal_places=10)
    )
    gross = ExpressionWrapper(said, output_field=DecimalField(max_digits=32, decimal_places=10))
    columns = [by] if by else []
    rows = (
        entries.order_by(*columns)
        .values(*columns, "metric", "unit", "status")
        .annotate(net_sum=Sum(net), gross_sum=Sum(gross))
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


def programme_figures(user: AnyUser, programme: Programme) -> dict[str, Any]:
    """Count what a programme brings about, as its facilitator sees it: market, matches, deals and benefit."""
    members = programme.memberships.values("organization_id")
    matches = matches_to_review(user).filter(
        Q(offer__organization__in=members) | Q(request__organization__in=members)
    )
    deals = visible_synergies(user).filter(Q(supplier__in=members) | Q(receiver__in=members))
    return {
        "listings": listings_on_market(user).filter(organization__in=members).count(),
        **matches.aggregate(
            proposed=Count("pk", filter=Q(state=MatchState.PROPOSED)),
            approved=Count("pk", filter=Q(state=MatchState.APPROVED)),
        ),
        "deals": deals.filter(stage__in=LIVE_STAGES).count(),
        "headlines": headlines(totals(of_programme(ledger_for(user), programme))),
    }


def headlines(sums: Sequence[Total]) -> list[Total]:
    """Return the three figures that stand for the whole: climate, money, and what is kept out of the ground.

    Of several currencies the one with most; where a figure is not known, the next of the list takes its place.
    """
    wanted = (CO2E_AVOIDED, COST_SAVED, Metric.LANDFILL_DIVERTED, Metric.VIRGIN_SAVED, Metric.WATER_SAVED)
    found = []
    for metric in wanted:
        rows = [row for row in sums if row.metric == metric and (row.benefit or row.expected)]
        if rows:
            found.append(max(rows, key=lambda row: (abs(row.benefit), abs(row.expected))))
    return found[:HEADLINES]


def to_verify(synergy: Synergy, year: int) -> list[tuple[ImpactEntry, Decimal]]:
    """Return what of a year can be verified: confirmed lines, and the last line of each declaration, with its whole."""
    return [*confirmed_of(synergy, year), *declared_of(synergy, year)]


def years_to_verify(synergy: Synergy) -> list[int]:
    """Return the years of which something can be verified, in order."""
    years = ImpactEntry.objects.filter(synergy=synergy).order_by("year").values_list("year", flat=True)
    return [year for year in years.distinct() if to_verify(synergy, year)]


def to_verify_for(user: AnyUser, synergy: Synergy, year: int) -> list[tuple[ImpactEntry, Decimal]]:
    """Return the same as a reader may see it."""
    blurs = {entry.pk: blur_of(entry) for entry in ledger_for(user).filter(synergy=synergy, year=year)}
    return [(entry, (gross * blurs[entry.pk]).quantize(PLACES)) for entry, gross in to_verify(synergy, year)]
