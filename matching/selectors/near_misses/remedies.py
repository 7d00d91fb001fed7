"""What would lift a gate that is missed, and who could do it; each number with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


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
