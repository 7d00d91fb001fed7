"""Every kind of plant at every sensible place, as something that may be built: for `missing` and for the plan itself.

A place is sensible for a plant if what it is built for (its first input) arises there, or what it makes first is needed
there. It takes from and gives to all that lies within reach, buys what is short and sells or disposes of the rest at
known prices. A plant of which something has no price and no partner is left out, and it is said why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from planning.library import Facility, Flow, in_money_of
from planning.optimize.draft import Draft
from planning.optimize.network import HOURS_PER_YEAR, Investment

SCALE_EXPONENT = 0.65
"""Capital grows with size to this power, as of most process plants (the six-tenths rule of chemical engineering)."""
SMALLEST, LARGEST = 0.1, 1.5
"""Sizes that may be built, as shares of the usual one; capital is the chord of the power between a fifth and one."""
CHORD_FROM = 0.2


@dataclass(frozen=True)
class At:
    """A node of the draft where something arises or is needed."""

    resource: str
    node: int
    unit: str


@dataclass(frozen=True, eq=False)
class Spot:
    """A place of the network: what arises and what is needed there."""

    name: str
    gives: tuple[At, ...]
    takes: tuple[At, ...]
    place: object
    """Whatever `way` understands: coordinates, say."""


@dataclass(frozen=True)
class Way:
    """What it takes to bring a unit from one place to another."""

    cost: float
    """Money per unit sent."""
    kept: float = 1.0
    mode: str = ""
    co2e: float = 0.0


@dataclass(frozen=True)
class Terms:
    """What a unit costs elsewhere; None: not known."""

    purchase: float | None
    sale: float | None
    """What it sells for; negative: being rid of it costs that much."""
    purchase_co2e: float = 0.0
    virgin: float = 0.0


@dataclass
class Candidates:
    """What was added, and what was left out."""

    investments: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By number of the investment: the facility's slug and the place."""
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    """Facility, place, why."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a plant would find around it."""

    spots: list[Spot]
    terms: Callable[[str], Terms]
    way: Callable[[str, Spot, Spot], Way | None]
    """None beyond reach."""
    same: Callable[[str, str], bool] = str.__eq__
    """Whether what is offered serves where the other is wanted."""

    def givers(self, flow: Flow, here: Spot) -> Iterator[tuple[int, Way]]:
        """Yield the nodes that give it, and the way from there."""
        for spot in self.spots:
            for at in spot.gives:
                fits = at.unit == flow.unit and self.same(at.resource, flow.resource)
                found = self.way(at.resource, spot, here) if fits else None
                if found is not None:
                    yield at.node, found

    def takers(self, flow: Flow, here: Spot) -> Iterator[tuple[int, Way]]:
        """Yield the nodes that take it, and the way to there."""
        for spot in self.spots:
            for at in spot.takes:
                fits = at.unit == flow.unit and self.same(flow.resource, at.resource)
                found = self.way(flow.resource, here, spot) if fits else None
                if found is not None:
                    yield at.node, found

    def is_sensible(self, facility: Facility, here: Spot) -> bool:
        """Whether what the plant is built for arises here, or what it makes first is needed here."""
        first_in, first_out = facility.inputs[0].resource, facility.outputs[0].resource
        return any(self.same(at.resource, first_in) for at in here.gives) or any(
            self.same(first_out, at.resource) for at in here.takes
        )

    def lacking(self, facility: Facility, here: Spot) -> str:
        """Say which input nobody gives or sells, or which output nobody takes or buys; empty: none."""
        for flow in facility.inputs:
            if self.terms(flow.resource).purchase is None and not any(self.givers(flow, here)):
                return f"{flow.resource}: nobody within reach gives it, and no price is known"
        for flow in facility.outputs:
            if self.terms(flow.resource).sale is None and not any(self.takers(flow, here)):
                return f"{flow.resource}: nobody within reach takes it, and no price is known"
        return ""


def add_candidates(draft: Draft, facilities: Iterable[Facility], around: Surroundings) -> Candidates:
    """Add every sensible plant to a draft; costs are brought to the price year of its economy."""
    found = Candidates()
    for facility in facilities:
        for here in around.spots:
            if not around.is_sensible(facility, here):
                continue
            lacking = around.lacking(facility, here)
            if lacking:
                found.left_out.append((facility.slug, here.name, lacking))
            else:
                found.investments[_add(draft, facility, here, around)] = (facility.slug, here.name)
    return found


def capital(facility: Facility, share: float, price_year: int) -> float:
    """Return what a plant of a share of the usual size costs: capex × share^0.65, in money of `price_year`."""
    usual = in_money_of(facility.capex_eur, facility.capex_year, price_year)
    return float(usual * share**SCALE_EXPONENT)


def _add(draft: Draft, facility: Facility, here: Spot, around: Surroundings) -> int:
    name = f"{facility.name} at {here.name}"
    party = draft.party(name)
    takes = {_input(draft, flow, name, party, here, around): flow.amount for flow in facility.inputs}
    gives = {_output(draft, flow, name, party, here, around): flow.amount for flow in facility.outputs}
    weight = {True: 0.0, False: 0.0}
    for is_made, flows in ((False, facility.inputs), (True, facility.outputs)):
        weight[is_made] = sum(flow.amount for flow in flows if flow.unit in ("t", "m³"))
    plant = draft.process(
        name,
        party=party,
        takes=takes,
        gives=gives,
        cost=in_money_of(facility.variable_cost_eur, facility.capex_year, draft.economy.price_year),
        other_mass_t=max(weight[True] - weight[False], 0.0),
        is_new=True,
    )
    return draft.investment(
        _investment(draft, facility, name, party, draft.limit(name, processes={plant: 1.0}))
    )


def _input(draft: Draft, flow: Flow, name: str, party: int, here: Spot, around: Surroundings) -> int:
    node = draft.node(f"{flow.resource}, {name}", party=party, resource=flow.resource, unit=flow.unit)
    known = around.terms(flow.resource)
    if known.purchase is not None:
        draft.purchase(node, price=known.purchase, co2e=known.purchase_co2e, virgin=known.virgin)
    for giver, found in around.givers(flow, here):
        draft.arc(giver, node, cost=found.cost, kept=found.kept, mode=found.mode, co2e=found.co2e)
    return node


def _output(draft: Draft, flow: Flow, name: str, party: int, here: Spot, around: Surroundings) -> int:
    node = draft.node(f"{flow.resource}, {name}", party=party, resource=flow.resource, unit=flow.unit)
    known = around.terms(flow.resource)
    if known.sale is not None:
        draft.dispose(node, cost=-known.sale, name="sale" if known.sale > 0 else "disposal")
    for taker, found in around.takers(flow, here):
        draft.arc(node, taker, cost=found.cost, kept=found.kept, mode=found.mode, co2e=found.co2e)
    return node


def _investment(draft: Draft, facility: Facility, name: str, party: int, limit: int) -> Investment:
    """Capital as a line: the chord of capex × share^0.65 between `CHORD_FROM` and the usual size."""
    year, usual = draft.economy.price_year, facility.capacity_per_year / HOURS_PER_YEAR
    low, high = capital(facility, CHORD_FROM, year), capital(facility, 1.0, year)
    slope = (high - low) / ((1 - CHORD_FROM) * usual)
    once = low - slope * CHORD_FROM * usual
    return Investment(
        name=name,
        party=party,
        limit=limit,
        smallest=SMALLEST * usual,
        largest=LARGEST * usual,
        capex=once,
        capex_per_size=slope,
        life_years=facility.life_years,
        opex=facility.fixed_opex_share * once,
        opex_per_size=facility.fixed_opex_share * slope,
        price_year=year,
    )
