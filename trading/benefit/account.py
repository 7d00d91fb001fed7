"""From facts and an amount moved to the lines of the ledger."""

from decimal import Decimal, localcontext
from typing import Final

from common.reading.said import as_said
from matching.economics import avoids_disposal, delivered
from trading.benefit.facts import Factor, Facts, Good, Price
from trading.benefit.lines import (
    BALANCES,
    CO2E_AVOIDED,
    CO2E_DISPOSAL,
    CO2E_PRIMARY,
    CO2E_TRANSPORT,
    CO2E_TREATMENT,
    COST_DISPOSAL,
    COST_PURCHASE,
    COST_SAVED,
    COST_TRANSPORT,
    COST_TREATMENT,
    EXACTLY,
    HAZARDOUS_AVOIDED,
    LANDFILL_DIVERTED,
    NEW_SALES,
    VIRGIN_SAVED,
    WATER_SAVED,
    Benefit,
    ImpactLine,
    rounded,
)

_KG_PER_T: Final = Decimal(1000)

_LANDFILL: Final = "landfill-"
_HAUL_ONLY: Final = ("incineration-", "anaerobic-digestion-", "composting-")
_CLOSED_LOOP: Final = "closed-loop-"
_WITH_UPSTREAM: Final = "-with-upstream"

LOST: Final = "of what is sent is lost on the way"
"""What the baseline of a line says from which a loss is taken off."""


def benefit_of(facts: Facts, amount: Decimal) -> Benefit:
    """Return the lines for `amount` > 0 canonical units moved.

    Raises ValueError for an amount that is not above zero: a correction is worked out from the lines that it corrects.
    """
    if not (amount.is_finite() and amount > 0):
        raise ValueError(f"the amount must be above zero, not {amount}")
    with localcontext(EXACTLY):
        return _Account(facts, amount).benefit()


class _Account:
    """The lines of one amount while they are written."""

    def __init__(self, facts: Facts, amount: Decimal) -> None:
        self.facts, self.amount = facts, amount
        self.lines: list[ImpactLine] = []
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
            self.lines.append(ImpactLine(metric, gross, unit, baseline, **factor))  # type: ignore[arg-type]

    # --- what moves, and what it replaces -------------------------------------------------------------------
    def credit(self) -> Factor | None:
        """The factor of the primary production that is replaced."""
        factor = self.facts.credited.primary
        return None if factor is None or factor.key.startswith(_CLOSED_LOOP) else factor

    def would_be_disposed_of(self, metric: str) -> bool:
        """Whether `metric`, which counts disposal avoided, stands; the one rule of all of them, as in matching."""
        if avoids_disposal(self.facts.unit_price, Decimal(0)):
            return True
        self.note(f"{metric}: what is paid for would not be disposed of")
        return False

    def mass_lines(self) -> None:
        moved, replaced = self.facts.moved, self.facts.replaced
        if moved.kind == "material" and self.facts.is_waste and self.would_be_disposed_of(LANDFILL_DIVERTED):
            self.landfill_line()
        if self.facts.hazardous and self.would_be_disposed_of(HAZARDOUS_AVOIDED):
            baseline = "Without the exchange the supplier would have disposed of it as hazardous waste."
            self.amount_line(HAZARDOUS_AVOIDED, moved, self.amount, "t", baseline)
        metric, unit = {"material": (VIRGIN_SAVED, "t"), "water": (WATER_SAVED, "m3")}.get(
            replaced.kind, ("", "")
        )
        credit = self.credit()
        if metric and credit is None:
            self.note(f"{metric}: what {self.facts.credited.name} replaces is not known")
        elif metric and credit is not None and (arriving := self.arriving(metric)) is not None:
            baseline = f"Without the exchange the receiver would have used as much of: {credit.name}."
            replaced_amount = arriving * self.facts.replaced_per_unit
            self.amount_line(metric, replaced, replaced_amount, unit, baseline + self.lost())

    def arriving(self, metric: str) -> Decimal | None:
        """How much of the amount arrives, for `metric`, which counts what it replaces; None where it is not known."""
        facts = self.facts
        if facts.loss_per_km == 0 or facts.distance_km == 0:
            return self.amount
        if facts.loss_per_km is None or facts.distance_km is None:
            self.note(f"{metric}: what is lost on the way is not known")
            return None
        return self.amount * delivered(facts.loss_per_km, facts.distance_km, Decimal(1))

    def lost(self) -> str:
        """What is taken off for what does not arrive, said beside what is replaced."""
        facts = self.facts
        if not facts.loss_per_km or not facts.distance_km:
            return ""
        return f" {(facts.loss_per_km * facts.distance_km * 100).normalize():f} % {LOST}, and taken off."

    def landfill_line(self) -> None:
        moved, disposal = self.facts.moved, self.facts.moved.disposal
        if disposal is None:
            self.note(f"{LANDFILL_DIVERTED}: what happens to {moved.name} without the exchange is not known")
        elif disposal.key.startswith(_LANDFILL):
            baseline = f"Without the exchange the supplier would have landfilled it ({disposal.name})."
            self.amount_line(LANDFILL_DIVERTED, moved, self.amount, "t", baseline)

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
        if self.facts.is_waste and self.would_be_disposed_of(CO2E_DISPOSAL):
            self.disposal_line()
        self.transport_line()
        self.treatment_line()
        self.settle(CO2E_AVOIDED)

    def gap(self) -> str:
        """What is left out of the balance, said beside what is avoided."""
        is_pumped = self.facts.mode == "pipe"
        return " What pumps on the way emit is not known, and not taken off." if is_pumped else ""

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
        arriving = self.arriving(CO2E_PRIMARY)
        if arriving is None:
            return
        quantity = self.counted(CO2E_PRIMARY, good, arriving * self.facts.credited_per_unit, factor)
        if quantity is not None:
            baseline = f"Without the exchange the receiver would have used: {factor.name}."
            self.kg_line(CO2E_PRIMARY, quantity, factor, baseline + self.lost() + self.gap())

    def disposal_line(self) -> None:
        good, factor = self.facts.moved, self.facts.moved.disposal
        if factor is None:
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
        # A wire emits nothing but by what it loses, and that is taken off what arrives.
        if facts.mode in ("none", "wire") or facts.distance_km == 0:
            return
        if facts.mode == "pipe":
            self.note(f"{CO2E_TRANSPORT}: what pumps on the way emit is not known")
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
        heat, power = facts.heat, facts.power
        kg = Decimal(0)
        sources = []
        for step in facts.steps:
            if step.process_kg is None or step.bought_in_kg is None or heat is None or power is None:
                what = "lets out" if step.process_kg is None else "takes"
                self.missing(CO2E_TREATMENT, CO2E_AVOIDED, f"what “{step.name}” {what} is not known")
                return
            kg += step.process_kg + step.bought_in_kg
            kg += step.heat_mwh * heat.kg_co2e_per_unit + step.power_mwh * power.kg_co2e_per_unit
            sources.append(
                f"{step.name}: {step.process_kg.normalize():f} kg itself, "
                f"{step.bought_in_kg.normalize():f} kg bought in, "
                f"{step.heat_mwh.normalize():f} MWh × {heat.key}, "
                f"{step.power_mwh.normalize():f} MWh × {power.key} ({step.cost_source})"
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
        if facts.is_waste and self.would_be_disposed_of(COST_DISPOSAL):
            baseline = "Without the exchange the supplier would have paid for its disposal."
            self.money_line(
                COST_DISPOSAL, self.amount, facts.moved.unit, facts.moved.disposal_price, baseline
            )
        self.purchase_line()
        self.transport_cost_line()
        self.treatment_cost_line()
        self.settle(COST_SAVED)

    def purchase_line(self) -> None:
        replaced, arriving = self.facts.replaced, self.arriving(COST_PURCHASE)
        if arriving is None:
            return
        baseline = f"Without the exchange the receiver would have bought: {replaced.name}." + self.lost()
        quantity = arriving * self.facts.replaced_per_unit
        self.money_line(COST_PURCHASE, quantity, replaced.unit, replaced.purchase_price, baseline)

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
        if facts.mode == "none" or (facts.distance_km == 0 and facts.loading_price is None):
            return
        if facts.distance_km is None or facts.transport_price is None:
            what = "the distance" if facts.distance_km is None else "the price of a kilometre"
            self.missing(COST_TRANSPORT, COST_SAVED, f"{what} is not known")
            return
        baseline = f"Without the exchange nothing would have gone these {facts.distance_km.normalize():f} km."
        if facts.loading_price is not None:
            carried = facts.loading_price.per_unit + facts.transport_price.per_unit * facts.distance_km
            price = Price(facts.transport_price.key, carried, facts.transport_price.source)
            self.money_line(COST_TRANSPORT, -self.amount, facts.moved.unit, price, baseline)
            return
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
            factor_source=as_said("the agreement"),
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
