"""What could be built: kinds of plants with what they take and give, cost and life; prices of what they make.

The files are `facilities.csv`, `facility_flows.csv`, `facility_prices.csv` and `price_index.csv` of `planning/data/`;
every row says on which basis it stands. Many are orders of magnitude: they tell where to look, not what to sign.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Flow:
    """What a plant takes or gives per unit of its activity."""

    resource: str
    """Slug of the catalogue, or of what only the library names."""
    amount: float
    unit: str


@dataclass(frozen=True)
class Facility:
    """A kind of plant in its usual size. Activity is in `unit` (t, MWh, m³ of what it is named by, or ha)."""

    slug: str
    name: str
    nace: str
    unit: str
    capacity_per_year: float
    hours: float
    """How long it runs in a year."""
    capex_eur: float
    """Of the usual size, in money of `capex_year`, as are all costs."""
    capex_year: int
    fixed_opex_share: float
    """Of capex per year."""
    variable_cost_eur: float
    """Per unit of activity, what it takes and gives left out."""
    life_years: float
    basis: str
    source: str
    inputs: tuple[Flow, ...]
    """The first is what it is built for."""
    outputs: tuple[Flow, ...]


@dataclass(frozen=True)
class Price:
    """What a unit sells or is bought for; negative: who takes it is paid."""

    resource: str
    value_eur: float
    low_eur: float
    high_eur: float
    unit: str
    year: int
    basis: str


@cache
def facilities() -> dict[str, Facility]:
    """Return all kinds of plants by slug."""
    flows = _rows("facility_flows.csv")

    def side(slug: str, direction: str) -> tuple[Flow, ...]:
        return tuple(
            Flow(row["resource"], float(row["amount_per_unit"]), row["unit"])
            for row in flows
            if row["facility"] == slug and row["direction"] == direction
        )

    return {
        row["slug"]: Facility(
            slug=row["slug"],
            name=row["name"],
            nace=row["nace"],
            unit=row["unit"],
            capacity_per_year=float(row["capacity_per_year"]),
            hours=float(row["hours"]),
            capex_eur=float(row["capex_eur"]),
            capex_year=int(row["capex_year"]),
            fixed_opex_share=float(row["fixed_opex_pct"]) / 100,
            variable_cost_eur=float(row["variable_cost_eur"]),
            life_years=float(row["life_years"]),
            basis=row["basis"],
            source=row["source"],
            inputs=side(row["slug"], "input"),
            outputs=side(row["slug"], "output"),
        )
        for row in _rows("facilities.csv")
    }


@cache
def product_prices() -> dict[str, Price]:
    """Return what the resources of the library sell for, by slug. What has none is not known."""
    return {
        row["resource"]: Price(
            row["resource"],
            float(row["value"]),
            float(row["low"] or row["value"]),
            float(row["high"] or row["value"]),
            row["unit"],
            int(row["year"]),
            row["basis"],
        )
        for row in _rows("facility_prices.csv")
    }


@cache
def facility_names(language: str) -> dict[str, str]:
    """Return what a language calls the kinds of plants, by their English names; nothing for one without a file."""
    name = f"facility_names_{language}.csv"
    if not (FOLDER / name).exists():
        return {}
    return {facilities()[row["slug"]].name: row["name"] for row in _rows(name)}


@cache
def resource_names(language: str) -> dict[str, str]:
    """Return what is only the library's, not the catalogue's, by slug; in English where the language has no column."""
    return {
        row["slug"]: row.get(f"name_{language}") or row["name"] for row in _rows("facility_resources.csv")
    }


@cache
def _price_index() -> dict[int, float]:
    return {int(row["year"]): float(row["index"]) for row in _rows("price_index.csv")}


def in_money_of(value: float, year: int, wanted: int) -> float:
    """Return a cost of one year in money of another, by consumer prices of the EU.

    Raises a KeyError that says which years there are.
    """
    index = _price_index()
    for asked in (year, wanted):
        if asked not in index:
            raise KeyError(f"No price index for {asked}: there is one from {min(index)} to {max(index)}.")
    return value * index[wanted] / index[year]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
