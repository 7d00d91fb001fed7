"""What moving a unit emits, how much longer roads are than straight lines, and how many partners a listing
keeps; each number with its source."""

from typing import Final

ROAD_FACTOR: Final = 1.3
ROAD_FACTOR_SOURCE: Final = "editorial estimate: roads are about 1.3 times the straight line; not reviewed"
FREIGHT_FACTOR: Final = "freight-hgv-with-upstream"
"""Key of the catalogue's emission factor for a tonne carried one kilometre by lorry, the making of the fuel with it."""
MOST_MATCHES: Final[dict[str, int]] = {"material": 5, "energy": 5, "water": 5, "heat": 5, "service": 5}
"""How many of the best partners a listing keeps, by the kind of its resource."""


def transport_kg_per_unit_km(
    mode: str, dimension: str, *, t_per_unit: float, freight_kg_per_tkm: float
) -> float:
    """Return kg CO2e per canonical unit and km travelled.

    `t_per_unit`: tonnes of one canonical unit, NaN where it is not known. Pipes and wires count as 0: what
    their pumps emit is not known, and what they lose is taken off what arrives.
    """
    if mode != "lorry" or dimension in ("area", "time"):
        return 0.0
    return freight_kg_per_tkm * (1.0 if dimension == "mass" else t_per_unit)
