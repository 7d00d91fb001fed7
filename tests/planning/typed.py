"""What a person types about a scenario, but its name."""

from typing import Final

SCENARIO: Final = {
    "objective": "money",
    "basis": "cautious",
    "currency": "EUR",
    "per_eur": "1",
    "price_year": "2022",
    "interest_percent": "6",
    "horizon_years": "20",
    "seconds": "60",
}
