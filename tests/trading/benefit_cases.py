"""Gypsum from a power station to a plaster board works: direct, and calcined on the way."""

from dataclasses import replace
from decimal import Decimal

from trading.benefit.account import benefit_of
from trading.benefit.facts import Factor, Facts, Good, Price, UnitProcess
from trading.benefit.lines import (
    ImpactLine,
)


def factor(key: str, kg: str, unit: str = "t") -> Factor:
    return Factor(key, key.replace("-", " "), Decimal(kg), unit, 2025, "UK Government 2025", "published")


FREIGHT = factor("freight-hgv-with-upstream", "0.12522", "t·km")

FREIGHT_WITHOUT = factor("freight-hgv", "0.10163", "t·km")

HEAT = factor("heat-steam-with-upstream", "208.7", "MWh")

POWER = factor("electricity-grid-dk", "112", "MWh")

LANDFILL = factor("landfill-aggregates", "1.26338")

MINED = factor("natural-gypsum", "5")

GYPSUM = Good(
    name="FGD gypsum",
    kind="material",
    unit="t",
    in_units={"t": Decimal(1)},
    primary=MINED,
    disposal=LANDFILL,
    disposal_price=Price("fgd-gypsum:disposal-price", Decimal(40), "an estimate"),
    purchase_price=Price("gypsum:purchase-price", Decimal(25), "an estimate"),
)

DIRECT = Facts(
    moved=GYPSUM,
    replaced=GYPSUM,
    credited=GYPSUM,
    unit_price=Decimal(4),
    currency="EUR",
    catalogue_year=2025,
    agreed_year=2026,
    distance_km=Decimal(10),
    transport_price=Price("transport:lorry-mass", Decimal("0.12"), "an estimate"),
    freight=FREIGHT,
    heat=HEAT,
    power=POWER,
)

GATE_FEE = replace(DIRECT, unit_price=Decimal(-4))
"""The supplier pays: it would have disposed of it otherwise."""

CALCINED = replace(GYPSUM, name="Plaster", primary=factor("plaster", "120"), disposal=None)

CALCINING = UnitProcess(
    name="calcining",
    cost=Decimal(38),
    process_kg=Decimal(2),
    heat_mwh=Decimal("0.32"),
    power_mwh=Decimal("0.05"),
    bought_in_kg=Decimal("0.5"),
    source="stoichiometry",
    cost_source="an estimate",
)

TREATED = replace(
    DIRECT,
    replaced=CALCINED,
    replaced_per_unit=Decimal("0.843"),
    credited=CALCINED,
    credited_per_unit=Decimal("0.843"),
    steps=(CALCINING,),
)


def gross(facts: Facts, amount: str = "1000") -> dict[str, Decimal]:
    return {line.metric: line.gross for line in benefit_of(facts, Decimal(amount)).lines}


def notes(facts: Facts) -> str:
    return "\n".join(benefit_of(facts, Decimal(1000)).notes)


def line_of(facts: Facts, metric: str) -> ImpactLine:
    return next(line for line in benefit_of(facts, Decimal(1000)).lines if line.metric == metric)
