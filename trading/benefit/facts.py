"""What the benefit of an exchange rests on: what moves, what it replaces, factors, prices and the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Factor:
    """An emission factor: kg CO2e per `unit`."""

    key: str
    name: str
    kg_co2e_per_unit: Decimal
    unit: str
    year: int
    source: str
    status: str
    """`published`, `estimate` or `stoichiometry`."""


@dataclass(frozen=True)
class Price:
    """Money per canonical unit, in the currency of the catalogue."""

    key: str
    per_unit: Decimal
    source: str


@dataclass(frozen=True)
class Good:
    """A resource, with what the catalogue knows of one canonical unit of it. None: not known."""

    name: str
    kind: str
    """`material`, `energy`, `water`, `heat` or `service`."""
    unit: str
    """The canonical one: t, MWh, m3, m2 or h."""
    in_units: Mapping[str, Decimal] = field(default_factory=dict)
    """How much one canonical unit is in other units, as far as density and heating value are known."""
    conversion_source: str = ""
    primary: Factor | None = None
    """Making what it replaces."""
    disposal: Factor | None = None
    """Disposing of it."""
    disposal_price: Price | None = None
    purchase_price: Price | None = None
    """Of its primary equivalent."""

    def per_unit(self, unit: str) -> Decimal | None:
        """Return how many `unit` one canonical unit is, or None where it is not known."""
        return Decimal(1) if unit == self.unit else self.in_units.get(unit)


@dataclass(frozen=True)
class UnitProcess:
    """A process on the way from what moves to what is used; everything per canonical unit of what moves."""

    name: str
    cost: Decimal | None
    """With its energy, what it buys in and getting rid of what else comes out; None where one of those is not known."""
    process_kg: Decimal | None
    """CO2e that the process itself lets out."""
    heat_mwh: Decimal
    power_mwh: Decimal
    bought_in_kg: Decimal | None
    """CO2e of making what it buys in."""
    source: str
    cost_source: str


@dataclass(frozen=True)
class Facts:
    """One exchange, as it is agreed and as it travels."""

    moved: Good
    replaced: Good
    """What the receiver would have bought; the moved good itself where no request says otherwise."""
    credited: Good
    """What is delivered in the end: the moved good, or the last product made of it."""
    unit_price: Decimal
    """Per unit moved; positive: the receiver pays the supplier."""
    currency: str
    catalogue_year: int
    """As of which prices, densities and heating values are those of the catalogue."""
    agreed_year: int
    catalogue_currency: str = "EUR"
    replaced_per_unit: Decimal = Decimal(1)
    """Canonical units of `replaced` per unit moved: the yield."""
    credited_per_unit: Decimal = Decimal(1)
    steps: tuple[UnitProcess, ...] = ()
    mode: str = "lorry"
    """`lorry`, `pipe`, `wire` or `none`."""
    distance_km: Decimal | None = None
    """As travelled: by road or along the pipe, between the sites themselves."""
    transport_price: Price | None = None
    """Per canonical unit moved and km."""
    loading_price: Price | None = None
    """Per canonical unit moved, however far; None: none."""
    loss_per_km: Decimal | None = Decimal(0)
    """Share of what is sent that is lost on each kilometre: heat in pipes, power in wires. None: not known."""
    freight: Factor | None = None
    """Per t·km, with the making of the fuel."""
    heat: Factor | None = None
    """Per MWh, with the making of the fuels: what the heat of a treatment counts."""
    power: Factor | None = None
    """Per MWh of the grid of the country that it comes from: what the electricity of a treatment counts."""
    hazardous: bool = False
    """Whether what moves is hazardous waste."""
    is_waste: bool = True
    """Whether it would be waste without the exchange; a product that is sold anyway is disposed of nowhere."""
    goes_to_disposal: bool = False
    """Whether the receiver disposes of it (an operation D1–D15): then nothing is spared but the seller's way."""
    transport_paid_by: str = "receiver"
    """`supplier`, `receiver` or `shared`."""
