"""How the cases state a number: one line each, and whatever the catalogue holds is said to be its row."""

from __future__ import annotations

from typing import Final

from planning.cases.assumptions import Assumption, Basis

# Consumer prices of the EU, 2015 = 100 (general knowledge, after Eurostat's yearly averages, rounded).
_PRICE_LEVELS: Final = {
    2015: 100.0,
    2020: 105.8,
    2021: 108.9,
    2022: 118.9,
    2023: 126.4,
    2024: 129.7,
    2025: 132.7,
}


def in_year(money: float, *, of: int, year: int) -> float:
    """Return euros of one year as euros of another. KeyError, naming those known: no price level for a year."""
    for one in (of, year):
        if one not in _PRICE_LEVELS:
            known = ", ".join(str(level) for level in _PRICE_LEVELS)
            raise KeyError(f"No price level of {one} is known: say the price in one of {known}.")
    return money * _PRICE_LEVELS[year] / _PRICE_LEVELS[of]


def published(name: str, value: float, unit: str, source: str, year: int | None = None) -> Assumption:
    """Read in the source named."""
    return Assumption(name, value, unit, Basis.PUBLISHED, source, year)


def computed(name: str, value: float, unit: str, source: str, year: int | None = None) -> Assumption:
    """From published numbers, or from stoichiometry."""
    return Assumption(name, value, unit, Basis.COMPUTED, source, year)


def general(name: str, value: float, unit: str, source: str, year: int | None = None) -> Assumption:
    """An order of magnitude."""
    return Assumption(name, value, unit, Basis.GENERAL, source, year)


def catalogue_price(name: str, value: float, unit: str, row: str) -> Assumption:
    """A price of the catalogue; `row` is `resource, kind, country` of its table."""
    return general(name, value, unit, f"catalogue/data/prices.csv: {row}", 2024)


def catalogue_factor(
    name: str, value: float, unit: str, key: str, basis: Basis = Basis.PUBLISHED
) -> Assumption:
    """A factor of the catalogue, in t CO2e, by its key."""
    year = 2021 if key.startswith("electricity-grid") else 2025
    return Assumption(name, value, unit, basis, f"catalogue/data/emission_factors.csv: {key}", year)
