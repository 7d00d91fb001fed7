"""What moving a unit costs and how much longer roads are than straight lines, each with its source."""

from typing import Final

ROAD_FACTOR: Final = 1.3
ROAD_FACTOR_SOURCE: Final = "editorial estimate: roads are about 1.3 times the straight line; not reviewed"
TRANSPORT_SOURCE: Final = "editorial estimate, order of magnitude, not reviewed"
# EUR per canonical unit (t, MWh, m3, m2, h) and km travelled.
_EUR_PER_UNIT_KM: Final[dict[tuple[str, str], float]] = {
    ("lorry", "mass"): 0.12,
    ("lorry", "volume"): 0.12,
    ("lorry", "energy"): 0.03,
    ("pipe", "mass"): 0.05,
    ("pipe", "volume"): 0.02,
    ("pipe", "energy"): 0.80,
    ("wire", "energy"): 0.02,
}


def transport_eur_per_unit_km(mode: str, dimension: str) -> float:
    """Return EUR per canonical unit and km travelled; 0 for what does not travel, NaN where nothing is known."""
    if mode == "none":
        return 0.0
    return _EUR_PER_UNIT_KM.get((mode, dimension), float("nan"))
