"""Canadian dollars of 2010: prices of other currencies and years, converted before anything is added."""

from __future__ import annotations

from math import floor, log10
from typing import Final

from planning.cases.assumptions import Assumption, Basis

CURRENCY: Final = "CAD"
PRICE_YEAR: Final = 2010

# Consumer prices of Canada, 2002 = 100 (general knowledge, after Statistics Canada's yearly averages).
PRICE_LEVELS: Final = {
    2006: 109.1,
    2008: 114.1,
    2010: 116.5,
    2012: 121.7,
    2015: 126.6,
    2019: 136.0,
    2020: 137.0,
    2022: 151.2,
    2024: 160.9,
}
# CAD per unit, yearly averages (general knowledge, after the Bank of Canada).
RATES: Final = {
    "CAD": dict.fromkeys(PRICE_LEVELS, 1.0),
    "EUR": {2010: 1.366, 2015: 1.418, 2019: 1.486, 2020: 1.530, 2022: 1.370, 2024: 1.482},
    "USD": {2006: 1.134, 2008: 1.066, 2010: 1.030, 2012: 1.000},
}
_DIGITS: Final = 4


def cad(money: float, *, currency: str, of: int) -> float:
    """Return money of a currency and year as CAD of 2010: at that year's rate, then by Canadian consumer prices.

    KeyError, naming those known: no rate or price level for a currency or year.
    """
    rates = RATES.get(currency)
    if rates is None or of not in rates:
        known = ", ".join(f"{name} of {year}" for name, years in RATES.items() for year in years)
        raise KeyError(f"{currency} of {of} cannot be converted: say the price in one of {known}.")
    return money * rates[of] * PRICE_LEVELS[PRICE_YEAR] / PRICE_LEVELS[of]


def in_cad(
    name: str,
    money: float,
    unit: str,
    *,
    of: int,
    source: str,
    currency: str = "EUR",
    basis: Basis = Basis.GENERAL,
) -> Assumption:
    """Return an assumption in CAD of 2010, to four digits, whose source says what it was converted from.

    `unit`: what it is per, as `t` or `ha`, or nothing. What was published and is converted is computed.
    """
    amount = cad(money, currency=currency, of=of)
    digits = _DIGITS - 1 - floor(log10(abs(amount))) if amount else 0
    per = f"/{unit}" if unit else ""
    return Assumption(
        name,
        round(amount, digits),
        f"{CURRENCY}{per}",
        Basis.COMPUTED if basis is Basis.PUBLISHED else basis,
        f"{money:,.10g} {currency}{per} of {of}, converted: {source}",
        PRICE_YEAR,
    )
