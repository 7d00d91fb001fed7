"""What an exchange spares: from its facts and an amount moved to the lines of the ledger. Pure; exact in Decimal.

Every line is counted against doing without the exchange, and says so in its baseline. What is not known makes no line
but a note; it is never counted as zero. Signed: what the exchange costs or emits is negative.

**Rounding.** Everything is computed with 50 digits; each line is rounded once, at the end, half to even, to six decimal
places of its unit.

**Balances.** CO2e avoided and cost saved are no lines but the sums of their parts (`BALANCES`), so that nothing can be
counted both in a part and in the whole. A balance stands only where everything that is spent is known (transport,
treatment) and something that is avoided: otherwise it would be too high, or nothing but a cost. Pipes and wires are the
one exception, as in matching: what their pumps and losses emit is not known and not taken off, and each line says so.

**What is never added up** (catalogue/data/EMISSIONS.md):

- A replaced product is credited by the one factor of what is delivered in the end, never by that of the waste that went
  into a process as well. The catalogue's `avoided-*` factors are primary production less closed-loop recycling;
  a `closed-loop-*` factor is a burden, and no credit.
- The factors of burning, digesting and composting cover the haul alone: they stand only where no primary production is
  credited. Landfill and water treatment are real burdens and may stand beside it.
- Transport by lorry counts with the making of its fuel; a treatment with its energy and the making of what it buys in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

PLACES: Final = Decimal("0.000001")
_KG_PER_T: Final = Decimal(1000)
_CONTEXT: Final = Context(prec=50, rounding=ROUND_HALF_EVEN)

LANDFILL_DIVERTED: Final = "landfill_diverted"
CO2E_PRIMARY: Final = "co2e_primary"
CO2E_DISPOSAL: Final = "co2e_disposal"
CO2E_TRANSPORT: Final = "co2e_transport"
CO2E_TREATMENT: Final = "co2e_treatment"
VIRGIN_SAVED: Final = "virgin_saved"
HAZARDOUS_AVOIDED: Final = "hazardous_avoided"
WATER_SAVED: Final = "water_saved"
COST_DISPOSAL: Final = "cost_disposal"
COST_PURCHASE: Final = "cost_purchase"
COST_TREATMENT: Final = "cost_treatment"
COST_TRANSPORT: Final = "cost_transport"
NEW_SALES: Final = "new_sales"
CO2E_AVOIDED: Final = "co2e_avoided"
COST_SAVED: Final = "cost_saved"
BALANCES: Final[Mapping[str, tuple[str, ...]]] = {
    CO2E_AVOIDED: (CO2E_PRIMARY, CO2E_DISPOSAL, CO2E_TRANSPORT, CO2E_TREATMENT),
    COST_SAVED: (COST_DISPOSAL, COST_PURCHASE, COST_TRANSPORT, COST_TREATMENT),
}
"""The parts of each balance: two that are avoided, then two that are spent instead."""

_LANDFILL: Final = "landfill-"
_HAUL_ONLY: Final = ("incineration-", "anaerobic-digestion-", "composting-")
_CLOSED_LOOP: Final = "closed-loop-"
_WITH_UPSTREAM: Final = "-with-upstream"
_YEARS_AHEAD: Final = 10


# --- facts --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Factor:
    """An emission factor: kg CO2e per `unit`."""

    key: str
    name: str
    kg_co2e_per_unit: Decimal
    unit: str
    year: int
    source: str
    status: str
    """`published`, `estimate` or `stoichiometry`."""


@dataclass(frozen=True)
class Price:
    """Money per canonical unit, in the currency of the catalogue."""

    key: str
    per_unit: Decimal
    source: str


@dataclass(frozen=True)
class Good:
    """A resource, with what the catalogue knows of one canonical unit of it. None: not known."""

    name: str
    kind: str
    """`material`, `energy`, `water`, `heat` or `service`."""
    unit: str
    """The canonical one: t, MWh, m3, m2 or h."""
    in_units: Mapping[str, Decimal] = field(default_factory=dict)
    """How much one canonical unit is in other units, as far as density and heating value are known."""
    conversion_source: str = ""
    primary: Factor | None = None
    """Making what it replaces."""
    disposal: Factor | None = None
    """Disposing of it."""
    disposal_price: Price | None = None
    purchase_price: Price | None = None
    """Of its primary equivalent."""

    def per_unit(self, unit: str) -> Decimal | None:
        """Return how many `unit` one canonical unit is, or None where it is not known."""
        return Decimal(1) if unit == self.unit else self.in_units.get(unit)


@dataclass(frozen=True)
class Step:
    """A process on the way from what moves to what is used; everything per canonical unit of what moves."""

    name: str
    cost: Decimal | None
    """With its energy and what it buys in; None where a price of those is not known."""
    process_kg: Decimal | None
    """CO2e that the process itself lets out."""
    energy_mwh: Decimal
    bought_in_kg: Decimal | None
    """CO2e of making what it buys in."""
    source: str
    cost_source: str


@dataclass(frozen=True)
class Facts:
    """One exchange, as it is agreed and as it travels."""

    moved: Good
    replaced: Good
    """What the receiver would have bought; the moved good itself where no request says otherwise."""
    credited: Good
    """What is delivered in the end: the moved good, or the last product made of it."""
    unit_price: Decimal
    """Per unit moved; positive: the receiver pays the supplier."""
    currency: str
    catalogue_year: int
    """As of which prices, densities and heating values are those of the catalogue."""
    agreed_year: int
    catalogue_currency: str = "EUR"
    replaced_per_unit: Decimal = Decimal(1)
    """Canonical units of `replaced` per unit moved: the yield."""
    credited_per_unit: Decimal = Decimal(1)
    steps: tuple[Step, ...] = ()
    mode: str = "lorry"
    """`lorry`, `pipe`, `wire` or `none`."""
    distance_km: Decimal | None = None
    """As travelled: by road or along the pipe, between the sites themselves."""
    transport_price: Price | None = None
    """Per canonical unit moved and km."""
    freight: Factor | None = None
    """Per t·km, with the making of the fuel."""
    heat: Factor | None = None
    """Per MWh, with the making of the fuels: what the energy of a treatment counts."""
    hazardous: bool = False
    """Whether what moves is hazardous waste."""
    is_waste: bool = True
    """Whether it would be waste without the exchange; a product that is sold anyway is disposed of nowhere."""
    goes_to_disposal: bool = False
    """Whether the receiver disposes of it (an operation D1–D15): then nothing is spared but the seller's way."""
    transport_paid_by: str = "receiver"
    """`supplier`, `receiver` or `shared`."""


# --- lines --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One line of the ledger."""

    metric: str
    gross: Decimal
    unit: str
    baseline: str
    """What would have happened otherwise."""
    factor: Decimal | None = None
    factor_unit: str = ""
    factor_key: str = ""
    factor_source: str = ""
    factor_year: int | None = None
    factor_status: str = ""
    """How well an emission factor is known; empty for other factors."""


@dataclass(frozen=True)
class Benefit:
    """The lines of one amount, and what is missing in them."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    def gross(self, metric: str) -> Decimal | None:
        """Return the gross of one metric or balance, or None where there is no line."""
        parts = BALANCES.get(metric, (metric,))
        found = [line.gross for line in self.lines if line.metric in parts]
        return sum(found, Decimal(0)) if found else None


@dataclass(frozen=True)
class Shares:
    """What each party gains in money, price included, as far as it is known."""

    supplier: Decimal | None
    receiver: Decimal | None


def rounded(value: Decimal) -> Decimal:
    """Return a value as the ledger keeps it; see the rounding rule above."""
    return value.quantize(PLACES, context=_CONTEXT)


def benefit_of(facts: Facts, amount: Decimal) -> Benefit:
    """Return the lines for `amount` > 0 canonical units moved.

    Raises ValueError for an amount that is not above zero: a correction is worked out from the lines that it corrects.
    """
    if not (amount.is_finite() and amount > 0):
        raise ValueError(f"the amount must be above zero, not {amount}")
    with localcontext(_CONTEXT):
        return _Account(facts, amount).benefit()


def shares_of(facts: Facts, benefit: Benefit, amount: Decimal) -> Shares:
    """Return who gains what: the supplier its disposal, the receiver its purchase less the treatment.

    The price changes hands between them, and transport is paid as agreed. None where a part is not known, or the
    price is in another currency than the catalogue.
    """
    if facts.currency != facts.catalogue_currency or benefit.gross(COST_SAVED) is None:
        return Shares(None, None)
    with localcontext(_CONTEXT):
        price = rounded(facts.unit_price * amount)
        transport = benefit.gross(COST_TRANSPORT) or Decimal(0)
        share = {"supplier": Decimal(1), "shared": Decimal("0.5")}.get(facts.transport_paid_by, Decimal(0))
        by_supplier = rounded(transport * share)
        disposal, purchase = benefit.gross(COST_DISPOSAL), benefit.gross(COST_PURCHASE)
        treatment = benefit.gross(COST_TREATMENT) or Decimal(0)
        return Shares(
            None if disposal is None else disposal + price + by_supplier,
            None if purchase is None else purchase + treatment - price + (transport - by_supplier),
        )


class _Account:
    """The lines of one amount while they are written."""

    def __init__(self, facts: Facts, amount: Decimal) -> None:
        self.facts, self.amount = facts, amount
        self.lines: list[Line] = []
        self.notes: list[str] = []
        self.uncertain: set[str] = set()
        """Balances of which something that is spent is not known."""

    def benefit(self) -> Benefit:
        if self.facts.goes_to_disposal:
            self.note("the receiver disposes of it: nothing is diverted, replaced or saved")
        else:
            self.mass_lines()
            self.co2e_lines()
            self.cost_lines()
        self.sales_line()
        return Benefit(tuple(self.lines), tuple(self.notes))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def add(self, metric: str, gross: Decimal, unit: str, baseline: str, **factor: object) -> None:
        """Write a line, rounded; nothing where it rounds to zero, which is known to be nothing."""
        gross = rounded(gross)
        if gross:
            self.lines.append(Line(metric, gross, unit, baseline, **factor))  # type: ignore[arg-type]

    # --- what moves, and what it replaces -------------------------------------------------------------------
    def credit(self) -> Factor | None:
        """The factor of the primary production that is replaced."""
        factor = self.facts.credited.primary
        return None if factor is None or factor.key.startswith(_CLOSED_LOOP) else factor

    def disposal(self) -> Factor | None:
        """The factor of the disposal that is avoided."""
        return self.facts.moved.disposal if self.facts.is_waste else None

    def mass_lines(self) -> None:
        moved, replaced = self.facts.moved, self.facts.replaced
        disposal = self.disposal()
        if moved.kind == "material" and self.facts.is_waste:
            if disposal is None:
                self.note(
                    f"landfill_diverted: what happens to {moved.name} without the exchange is not known"
                )
            elif disposal.key.startswith(_LANDFILL):
                baseline = f"Without the exchange the supplier would have landfilled it ({disposal.name})."
                self.amount_line(LANDFILL_DIVERTED, moved, self.amount, "t", baseline)
        if self.facts.hazardous:
            baseline = "Without the exchange the supplier would have disposed of it as hazardous waste."
            self.amount_line(HAZARDOUS_AVOIDED, moved, self.amount, "t", baseline)
        metric, unit = {"material": (VIRGIN_SAVED, "t"), "water": (WATER_SAVED, "m3")}.get(
            replaced.kind, ("", "")
        )
        credit = self.credit()
        if metric and credit is None:
            self.note(f"{metric}: what {self.facts.credited.name} replaces is not known")
        elif metric and credit is not None:
            baseline = f"Without the exchange the receiver would have used as much of: {credit.name}."
            replaced_amount = self.amount * self.facts.replaced_per_unit
            self.amount_line(metric, replaced, replaced_amount, unit, baseline)

    def amount_line(self, metric: str, good: Good, amount: Decimal, unit: str, baseline: str) -> None:
        per_unit = good.per_unit(unit)
        if per_unit is None:
            self.note(f"{metric}: how many {unit} one {good.unit} of {good.name} is is not known")
        elif unit == good.unit:
            self.add(metric, amount, unit, baseline)
        else:
            self.add(
                metric,
                amount * per_unit,
                unit,
                baseline,
                factor=per_unit,
                factor_unit=f"{unit}/{good.unit}",
                factor_key=f"conversion:{good.unit}-{unit}",
                factor_source=good.conversion_source,
                factor_year=self.facts.catalogue_year,
            )

    # --- CO2e -----------------------------------------------------------------------------------------------
    def co2e_lines(self) -> None:
        self.primary_line()
        self.disposal_line()
        self.transport_line()
        self.treatment_line()
        self.settle(CO2E_AVOIDED)

    def gap(self) -> str:
        """What is left out of the balance, said beside what is avoided."""
        pumped = self.facts.mode in ("pipe", "wire")
        return " What pumps and losses on the way emit is not known, and not taken off." if pumped else ""

    def kg_line(self, metric: str, quantity: Decimal, factor: Factor, baseline: str) -> None:
        """Write quantity × factor as t CO2e."""
        self.add(
            metric,
            quantity * factor.kg_co2e_per_unit / _KG_PER_T,
            "t",
            baseline,
            factor=factor.kg_co2e_per_unit,
            factor_unit=f"kg/{factor.unit}",
            factor_key=factor.key,
            factor_source=factor.source,
            factor_year=factor.year,
            factor_status=factor.status,
        )

    def counted(self, metric: str, good: Good, amount: Decimal, factor: Factor) -> Decimal | None:
        """How much of what the factor counts the amount is."""
        per_unit = good.per_unit(factor.unit)
        if per_unit is None:
            self.note(f"{metric}: how many {factor.unit} one {good.unit} of {good.name} is is not known")
            return None
        return amount * per_unit

    def primary_line(self) -> None:
        good, factor = self.facts.credited, self.credit()
        if factor is None:
            self.note(f"{CO2E_PRIMARY}: the catalogue has no factor for what {good.name} replaces")
            return
        quantity = self.counted(CO2E_PRIMARY, good, self.amount * self.facts.credited_per_unit, factor)
        if quantity is not None:
            baseline = f"Without the exchange the receiver would have used: {factor.name}."
            self.kg_line(CO2E_PRIMARY, quantity, factor, baseline + self.gap())

    def disposal_line(self) -> None:
        good, factor = self.facts.moved, self.disposal()
        if factor is None:
            if self.facts.is_waste:
                self.note(f"{CO2E_DISPOSAL}: the catalogue has no factor for the disposal of {good.name}")
            return
        if factor.key.startswith(_HAUL_ONLY) and self.has(CO2E_PRIMARY):
            self.note(f"{CO2E_DISPOSAL}: {factor.key} covers the haul alone, and stands beside no credit")
            return
        quantity = self.counted(CO2E_DISPOSAL, good, self.amount, factor)
        if quantity is not None:
            baseline = f"Without the exchange the supplier would have disposed of it: {factor.name}."
            self.kg_line(CO2E_DISPOSAL, quantity, factor, baseline + self.gap())

    def transport_line(self) -> None:
        facts = self.facts
        if facts.mode == "none" or facts.distance_km == 0:
            return
        if facts.mode in ("pipe", "wire"):
            self.note(f"{CO2E_TRANSPORT}: what pumps and losses on the way emit is not known")
            return
        if facts.distance_km is None:
            self.missing(CO2E_TRANSPORT, CO2E_AVOIDED, "the distance is not known")
            return
        if facts.freight is None or not facts.freight.key.endswith(_WITH_UPSTREAM):
            self.missing(
                CO2E_TRANSPORT, CO2E_AVOIDED, "there is no freight factor with the making of the fuel"
            )
            return
        mass_t = facts.moved.per_unit("t")
        if mass_t is None:
            unit, name = facts.moved.unit, facts.moved.name
            self.missing(CO2E_TRANSPORT, CO2E_AVOIDED, f"what one {unit} of {name} weighs is not known")
            return
        tonne_km = self.amount * mass_t * facts.distance_km
        baseline = f"Without the exchange nothing would have gone these {facts.distance_km.normalize():f} km."
        self.kg_line(CO2E_TRANSPORT, -tonne_km, facts.freight, baseline)

    def treatment_line(self) -> None:
        facts = self.facts
        if not facts.steps:
            return
        heat = facts.heat
        kg = Decimal(0)
        sources = []
        for step in facts.steps:
            if step.process_kg is None or step.bought_in_kg is None or heat is None:
                what = "lets out" if step.process_kg is None else "takes"
                self.missing(CO2E_TREATMENT, CO2E_AVOIDED, f"what “{step.name}” {what} is not known")
                return
            kg += step.process_kg + step.bought_in_kg + step.energy_mwh * heat.kg_co2e_per_unit
            sources.append(
                f"{step.name}: {step.process_kg.normalize():f} kg itself, "
                f"{step.bought_in_kg.normalize():f} kg bought in, "
                f"{step.energy_mwh.normalize():f} MWh × {heat.key} ({step.cost_source})"
            )
        assert heat is not None  # there is a step
        self.add(
            CO2E_TREATMENT,
            -self.amount * kg / _KG_PER_T,
            "t",
            "Without the exchange nothing would have been treated.",
            factor=kg,
            factor_unit=f"kg/{facts.moved.unit}",
            factor_key=heat.key,
            factor_source="; ".join(sources),
            factor_year=heat.year,
            factor_status="estimate",
        )

    # --- money ----------------------------------------------------------------------------------------------
    def cost_lines(self) -> None:
        facts = self.facts
        if facts.is_waste:
            baseline = "Without the exchange the supplier would have paid for its disposal."
            self.money_line(
                COST_DISPOSAL, self.amount, facts.moved.unit, facts.moved.disposal_price, baseline
            )
        baseline = f"Without the exchange the receiver would have bought: {facts.replaced.name}."
        quantity = self.amount * facts.replaced_per_unit
        self.money_line(COST_PURCHASE, quantity, facts.replaced.unit, facts.replaced.purchase_price, baseline)
        self.transport_cost_line()
        self.treatment_cost_line()
        self.settle(COST_SAVED)

    def money_line(
        self, metric: str, quantity: Decimal, unit: str, price: Price | None, baseline: str
    ) -> None:
        if price is None:
            self.note(f"{metric}: the catalogue has no price for it")
            return
        currency = self.facts.catalogue_currency
        self.add(
            metric,
            quantity * price.per_unit,
            currency,
            baseline,
            factor=price.per_unit,
            factor_unit=f"{currency}/{unit}",
            factor_key=price.key,
            factor_source=price.source,
            factor_year=self.facts.catalogue_year,
        )

    def transport_cost_line(self) -> None:
        facts = self.facts
        if facts.mode == "none" or facts.distance_km == 0:
            return
        if facts.distance_km is None or facts.transport_price is None:
            what = "the distance" if facts.distance_km is None else "the price of a kilometre"
            self.missing(COST_TRANSPORT, COST_SAVED, f"{what} is not known")
            return
        baseline = f"Without the exchange nothing would have gone these {facts.distance_km.normalize():f} km."
        quantity = -self.amount * facts.distance_km
        self.money_line(COST_TRANSPORT, quantity, f"{facts.moved.unit}·km", facts.transport_price, baseline)

    def treatment_cost_line(self) -> None:
        steps = self.facts.steps
        if not steps:
            return
        cost = Decimal(0)
        for step in steps:
            if step.cost is None:
                self.missing(COST_TREATMENT, COST_SAVED, f"a price of what “{step.name}” takes is not known")
                return
            cost += step.cost
        source = "; ".join(dict.fromkeys(step.cost_source for step in steps))
        price = Price("treatment", cost, source)
        baseline = "Without the exchange nothing would have been treated."
        self.money_line(COST_TREATMENT, -self.amount, self.facts.moved.unit, price, baseline)

    def sales_line(self) -> None:
        facts = self.facts
        who, what = ("supplier", "it") if facts.unit_price > 0 else ("receiver", "the service of taking it")
        self.add(
            NEW_SALES,
            self.amount * abs(facts.unit_price),
            facts.currency,
            f"Without the exchange the {who} would not have sold {what}.",
            factor=abs(facts.unit_price),
            factor_unit=f"{facts.currency}/{facts.moved.unit}",
            factor_key="agreed-price",
            factor_source="the agreement",
            factor_year=facts.agreed_year,
        )

    # --- balances -------------------------------------------------------------------------------------------
    def has(self, metric: str) -> bool:
        return any(line.metric == metric for line in self.lines)

    def missing(self, part: str, balance: str, why: str) -> None:
        """Note what is spent and not known."""
        self.note(f"{part}: {why}, and so {balance} is not")
        self.uncertain.add(balance)

    def settle(self, balance: str) -> None:
        """Let the parts of a balance stand only where it is one."""
        parts = BALANCES[balance]
        if balance not in self.uncertain and any(self.has(part) for part in parts[:2]):
            return
        if balance not in self.uncertain:
            self.note(f"{balance}: nothing that is avoided is known")
        self.lines = [line for line in self.lines if line.metric not in parts]


# --- time ---------------------------------------------------------------------------------------------------
def spread_over_years(
    amount: Decimal, *, is_rate: bool, starts_on: date, ends_on: date | None
) -> tuple[tuple[int, Decimal], ...]:
    """Return what of an agreed amount is expected in which calendar year, rounded as the ledger keeps it.

    A rate counts in each year by the days that lie in the window, ÷ 365 or 366: a whole year has the whole amount.
    With an open end it is the year of the start and the one after; with an end, no more than ten years.
    A lot is spread evenly over the days of its window, and is whole in the year of the start if the end is open;
    its parts add up to it exactly. Where the end lies before the start nothing is expected.
    """
    if ends_on is not None and ends_on < starts_on:
        return ()
    if ends_on is None:
        ends_on = date(starts_on.year + 1, 12, 31) if is_rate else starts_on
    if is_rate:
        ends_on = min(ends_on, date(starts_on.year + _YEARS_AHEAD - 1, 12, 31))
    with localcontext(_CONTEXT):
        if is_rate:
            parts = [
                (year, rounded(amount * days / _days_of(year)))
                for year, days in _days_by_year(starts_on, ends_on)
            ]
        else:
            parts = list(_shares_by_days(amount, starts_on, ends_on))
    return tuple((year, part) for year, part in parts if part)


def _days_by_year(first: date, last: date) -> Iterator[tuple[int, int]]:
    for year in range(first.year, last.year + 1):
        start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        yield year, (end - start).days + 1


def _days_of(year: int) -> int:
    return (date(year, 12, 31) - date(year, 1, 1) + timedelta(days=1)).days


def _shares_by_days(amount: Decimal, first: date, last: date) -> Iterator[tuple[int, Decimal]]:
    total = (last - first).days + 1
    passed, given = 0, Decimal(0)
    for year, days in _days_by_year(first, last):
        passed += days
        upto = rounded(amount * passed / total)
        yield year, upto - given
        given = upto


def share_left(gross: Decimal, left: Decimal, whole: Decimal, posted: Decimal) -> Decimal:
    """Return what to add to `posted` so that a line of `gross` for `whole` stands as for `left` of it.

    Exact in the sum: when nothing is left, the lines of a delivery and of its corrections add up to zero.
    """
    with localcontext(_CONTEXT):
        return rounded(gross * left / whole) - posted
