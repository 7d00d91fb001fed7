"""What moving a unit costs and emits, how much longer roads are than straight lines, how many partners a listing
keeps, and what would lift a gate; each number with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

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
FREIGHT_FACTOR: Final = "freight-hgv-with-upstream"
"""Key of the catalogue's emission factor for a tonne carried one kilometre by lorry, the making of the fuel with it."""
MOST_MATCHES: Final[dict[str, int]] = {"material": 5, "energy": 5, "water": 5, "heat": 5, "service": 5}
"""How many of the best partners a listing keeps, by the kind of its resource."""


def transport_eur_per_unit_km(mode: str, dimension: str) -> float:
    """Return EUR per canonical unit and km travelled; 0 for what does not travel, NaN where nothing is known."""
    if mode == "none":
        return 0.0
    return _EUR_PER_UNIT_KM.get((mode, dimension), float("nan"))


def transport_kg_per_unit_km(
    mode: str, dimension: str, *, t_per_unit: float, freight_kg_per_tkm: float
) -> float:
    """Return kg CO2e per canonical unit and km travelled.

    `t_per_unit`: tonnes of one canonical unit, NaN where it is not known. Pipes and wires count as 0: what their
    pumps and losses emit is not known.
    """
    if mode != "lorry" or dimension in ("area", "time"):
        return 0.0
    return freight_kg_per_tkm * (1.0 if dimension == "mass" else t_per_unit)


# --- what lifts a gate --------------------------------------------------------------------------------------
DRYING_MWH_PER_T_WATER: Final = 0.9
DRYING_SOURCE: Final = (
    "latent heat 0.63 MWh/t and dryer losses, editorial estimate, not reviewed; heat alone, at the catalogue's "
    "purchase price of steam"
)


class Lifter(models.TextChoices):
    """Who could make a near miss a match."""

    SELLER = "seller", _("the seller")
    BUYER = "buyer", _("the buyer")
    BOTH = "both", _("both together")
    AUTHORITY = "authority", _("the authority")


@dataclass(frozen=True)
class Remedy:
    """What brings a quality into the range that is sought."""

    who: Lifter
    how: "_StrPromise"
    dries: bool = False
    """Water is driven out, which costs heat."""


_DRYING = Remedy(Lifter.SELLER, _("drying"), dries=True)
_DEWATERING = Remedy(Lifter.SELLER, _("settling out the water, or drying"))
_CRUSHING = Remedy(Lifter.SELLER, _("crushing and screening"))
_SORTING = Remedy(Lifter.SELLER, _("sorting or cleaning"))
_WASHING = Remedy(Lifter.SELLER, _("washing"))
_SEPARATING = Remedy(Lifter.SELLER, _("taking it out; hazardous waste must not be diluted instead"))
_UPGRADING = Remedy(Lifter.SELLER, _("upgrading the gas: scrubbing, membranes or adsorption"))
_HEATING = Remedy(Lifter.BUYER, _("a heat pump, or heating it up"))
_COOLING = Remedy(Lifter.BUYER, _("a heat exchanger, or mixing with something colder"))
_NEUTRALISING = Remedy(Lifter.SELLER, _("neutralising"))
_DESALTING = Remedy(Lifter.BUYER, _("reverse osmosis or ion exchange"))
_CLARIFYING = Remedy(Lifter.SELLER, _("settling and filtering"))
_DIGESTING = Remedy(Lifter.SELLER, _("biological treatment"))
# (slugs of properties, "high": the offer has too much of it, "low": too little, what helps).
_REMEDIES: Final[tuple[tuple[str, str, Remedy], ...]] = (
    ("moisture", "high", _DRYING),
    ("dry-matter", "low", _DRYING),
    ("water-content", "high", _DEWATERING),
    ("particle-size max-particle-size fineness", "high", _CRUSHING),
    ("particle-size fibre-length", "low", Remedy(Lifter.SELLER, _("screening or pelletising"))),
    ("purity metal-content colour-purity iron zinc whiteness", "low", _SORTING),
    ("impurities ash-content", "high", _SORTING),
    ("chloride chlorine free-lime", "high", _WASHING),
    ("loss-on-ignition", "high", Remedy(Lifter.SELLER, _("sifting or burning out the carbon"))),
    ("lead cadmium mercury chromium-vi pcb halogens oil-content", "high", _SEPARATING),
    ("gas-purity methane hydrogen-content gas-calorific-value", "low", _UPGRADING),
    ("hydrogen-sulphide sulphur", "high", Remedy(Lifter.SELLER, _("desulphurising"))),
    ("dew-point", "high", Remedy(Lifter.SELLER, _("drying the gas"))),
    ("pressure", "low", Remedy(Lifter.BUYER, _("compressing"))),
    ("pressure", "high", Remedy(Lifter.BUYER, _("a reducing valve, or a turbine"))),
    ("temperature flow-temperature", "low", _HEATING),
    ("temperature flow-temperature", "high", _COOLING),
    ("ph", "high", _NEUTRALISING),
    ("ph", "low", _NEUTRALISING),
    ("concentration sugar-content", "low", Remedy(Lifter.SELLER, _("evaporating"))),
    ("concentration", "high", Remedy(Lifter.BUYER, _("thinning down"))),
    ("conductivity chloride-in-water silica-in-water", "high", _DESALTING),
    ("hardness", "high", Remedy(Lifter.BUYER, _("softening"))),
    ("suspended-solids turbidity", "high", _CLARIFYING),
    ("cod bod total-nitrogen", "high", _DIGESTING),
    ("metals-in-water total-phosphorus", "high", Remedy(Lifter.SELLER, _("precipitating"))),
    ("voltage", "low", Remedy(Lifter.BUYER, _("a transformer"))),
    ("voltage", "high", Remedy(Lifter.BUYER, _("a transformer"))),
)
REMEDIES: Final[Mapping[tuple[str, str], Remedy]] = {
    (slug, direction): remedy for slugs, direction, remedy in _REMEDIES for slug in slugs.split()
}
ANY_REMEDY: Final = Remedy(Lifter.BOTH, _("treating or blending it, or a wider range on the buyer's side"))
