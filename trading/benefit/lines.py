"""What is counted: metrics, lines and balances, and how they are rounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

PLACES: Final = Decimal("0.000001")
EXACTLY: Final = Context(prec=50, rounding=ROUND_HALF_EVEN)

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


@dataclass(frozen=True)
class ImpactLine:
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

    lines: tuple[ImpactLine, ...]
    notes: tuple[str, ...]

    def gross(self, metric: str) -> Decimal | None:
        """Return the gross of one metric or balance, or None where there is no line."""
        parts = BALANCES.get(metric, (metric,))
        found = [line.gross for line in self.lines if line.metric in parts]
        return sum(found, Decimal(0)) if found else None


def rounded(value: Decimal) -> Decimal:
    """Return a value as the ledger keeps it; see the rounding rule of this package."""
    return value.quantize(PLACES, context=EXACTLY)
