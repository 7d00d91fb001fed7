"""What a match's numbers rest on: each assumption, each line of benefit and of CO2e, and the way through treatment.

Nothing of it is stored. It is worked out when it is shown, by the engine, from the listings as they were last matched
and the catalogue as it is now; a what-if is the same with other assumptions. Money is EUR, like the catalogue's prices.
What is said per unit means one canonical unit of the offered resource. None: not known.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from operator import mul
from typing import Any, Final, NamedTuple, Self

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import (
    Basis,
    Direction,
    EmissionFactor,
    FlowRole,
    Process,
    ProcessFlow,
    Resource,
    Substitution,
    TransportMode,
)
from common.errors import Conflict, Invalid
from common.units import CANONICAL_UNIT, UNIT_LABEL
from matching import assumptions
from matching.adapters import HEAT_FACTOR, Ids, Rules, day_number, load_rules, load_takers
from matching.engine.pathways import Pathway, Step
from matching.models import LimitedBy, Match
from matching.refresh import Scene, market_rows

CURRENCY: Final = "EUR"
PER_UNIT_PLACES: Final = 4
PER_YEAR_PLACES: Final = 3
KM_PLACES: Final = 1
# What may be assumed instead, from and to. No road is shorter than the straight line, and nothing is made of nothing.
CHANGEABLE: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "disposal_price": (Decimal(0), Decimal(10) ** 7),
    "purchase_price": (Decimal(0), Decimal(10) ** 7),
    "transport_cost_per_km": (Decimal(0), Decimal(10) ** 4),
    "road_factor": (Decimal(1), Decimal(10)),
    "treatment_cost": (Decimal(0), Decimal(10) ** 7),
    "yield_per_unit": (Decimal("0.000001"), Decimal(10) ** 6),
    "amount_per_year": (Decimal(0), Decimal(10) ** 12),
}
ASSUMED: Final = "assumed"
"""`limited_by` where the amount is none of the listings' but was put in."""


# --- what is said -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Assumption:
    """One number that the benefit rests on."""

    key: str
    label: str
    value: Decimal | None
    unit: str
    source: str

    @property
    def is_changeable(self) -> bool:
        """Whether `what_if` takes another value; the distance follows from the places and the road factor."""
        return self.key in CHANGEABLE


@dataclass(frozen=True)
class BenefitLine:
    """One line of the joint benefit, signed: what costs is negative."""

    key: str
    label: str
    eur_per_unit: Decimal | None
    eur_per_year: Decimal | None


@dataclass(frozen=True)
class Factor:
    """An emission factor of the catalogue."""

    key: str
    name: str
    kg_co2e_per_unit: Decimal
    unit: str
    year: int
    source: str
    status: str
    """`published`, `estimate` or `stoichiometry`."""

    @classmethod
    def of(cls, row: EmissionFactor) -> Self:
        """Return a row as it is shown."""
        unit = UNIT_LABEL.get(row.unit, row.unit)
        return cls(row.key, row.name, row.kg_co2e_per_unit, unit, row.year, row.source, row.status)

    @property
    def status_words(self) -> str:
        """How well it is known, in words."""
        return str(Basis(self.status).label)


@dataclass(frozen=True)
class Co2eLine:
    """One line of the CO2e balance, signed: what is emitted is negative. Quantity × factor = kg per unit."""

    key: str
    label: str
    kg_per_unit: Decimal | None
    t_per_year: Decimal | None
    quantity: Decimal | None
    """How much of what the factor counts, per unit offered."""
    quantity_unit: str
    factor: Factor | None
    source: str
    """Where the number comes from if there is no factor; or why it is not known."""


@dataclass(frozen=True)
class CoProduct:
    """What else a process makes, which nobody is credited for."""

    name: str
    amount_per_unit: Decimal
    unit: str


@dataclass(frozen=True)
class PathwayStep:
    """One step on the way from the offer to the request; everything per unit of its own input."""

    kind: str
    """`process` or `substitution`."""
    name: str
    equation: str
    input: str
    input_unit: str
    output: str
    output_unit: str
    output_per_unit_offered: Decimal
    """Units of the output that come, by this step, of one unit of the offer."""
    yield_per_unit: Decimal
    cost_eur_per_unit: Decimal
    energy_mwh_per_unit: Decimal
    co2e_kg_per_unit: Decimal | None
    quality_factor: Decimal
    waste_permit: bool
    basis: str
    """`stoichiometry`, `published` or `estimate`: how well the yield is known."""
    source: str
    cost_source: str
    co_products: tuple[CoProduct, ...]

    @property
    def basis_words(self) -> str:
        """How well the yield is known, in words."""
        return str(Basis(self.basis).label)


@dataclass(frozen=True)
class Explanation:
    """Everything that a match's benefit rests on, or would."""

    is_on_market: bool
    """False: a listing left the market, and only what is stored can be told."""
    unit: str
    assumptions: tuple[Assumption, ...]
    benefit_lines: tuple[BenefitLine, ...]
    benefit_eur_per_unit: Decimal | None
    benefit_eur_per_year: Decimal | None
    co2e_lines: tuple[Co2eLine, ...]
    saved_kg_per_unit: Decimal | None
    saved_t_per_year: Decimal | None
    amount_per_year: Decimal | None
    limited_by: str
    """What keeps the amount from being larger: `offered`, `sought`, `season`, `unknown`; or `assumed`."""
    distance_km: Decimal
    break_even_km: Decimal | None
    pays_at_any_distance: bool
    pathway: tuple[PathwayStep, ...]
    changed: frozenset[str]
    """Keys of the assumptions that are not the exchange's but were put in."""

    @property
    def limited_by_words(self) -> str:
        """What keeps the amount from being larger, in words."""
        return _("what you assume") if self.limited_by == ASSUMED else limit_words(self.limited_by)

    def assumption(self, key: str) -> Assumption:
        """Return one assumption; KeyError for one that does not stand here."""
        return {row.key: row for row in self.assumptions}[key]


def limit_code(limit: int) -> str:
    """Return the code of a stored limit: `offered`, `sought`, `season` or `unknown`."""
    return LimitedBy(limit).name.lower()


def limit_words(code: str) -> str:
    """Say a limit's code in words."""
    return str(LimitedBy[code.upper()].label)


# --- asking for it ------------------------------------------------------------------------------------------
def explained(matches: Iterable[Match]) -> dict[int, Explanation]:
    """Return by key what each match's numbers rest on; the matches must be loaded by `access.with_sides`."""
    shown = list(matches)
    if not shown:
        return {}
    scene = _scene()
    behind = _Behind.of(shown, scene.rules)
    figures = _figures(shown, scene)
    return {match.pk: _explanation(match, figures.get(match.pk), scene.rules, behind) for match in shown}


def what_if(match: Match, changes: Mapping[str, Decimal]) -> Explanation:
    """Return the same with other assumptions, by the keys of `CHANGEABLE`; nothing is stored.

    Raises `Invalid` naming each value that cannot be so, and `Conflict` where a listing left the market.
    """
    check_assumptions(changes)
    scene = _scene()
    scene = replace(scene, rules=_changed(scene.rules, match, changes))
    figures = _figures([match], scene).get(match.pk)
    if figures is None:
        raise Conflict(
            _("One of the listings is off the market: nothing can be worked out from it."), code="off_market"
        )
    if "amount_per_year" in changes:
        figures = figures._replace(amount_per_year=float(changes["amount_per_year"]))
    return _explanation(match, figures, scene.rules, _Behind.of([match], scene.rules), frozenset(changes))


def _scene() -> Scene:
    return Scene(load_rules(), load_takers(), day_number(timezone.now().date()))


def check_assumptions(changes: Mapping[str, Decimal]) -> None:
    """Raise `Invalid` naming each value that cannot be assumed."""
    wrong = {}
    for key, value in changes.items():
        if key not in CHANGEABLE:
            names = {"known": ", ".join(CHANGEABLE)}
            wrong[key] = _("Not an assumption that can be changed; these can: %(known)s.") % names
            continue
        low, high = CHANGEABLE[key]
        # NaN and infinity cannot be compared, or are no amount of anything.
        if not value.is_finite() or not low <= value <= high:
            wrong[key] = _("Choose a number from %(low)s to %(high)s.") % {
                "low": f"{low:f}",
                "high": f"{high:,f}",
            }
    if wrong:
        raise Invalid(wrong)


def _changed(rules: Rules, match: Match, changes: Mapping[str, Decimal]) -> Rules:
    """The tables with other numbers for the resources of this match."""
    offered, sought = rules.row_of(np.array([match.offer.resource_id, match.request.resource_id]))
    table = rules.compatibility
    entry = np.flatnonzero((table.offer_resource == offered) & (table.request_resource == sought))
    places: dict[str, Any] = {
        "disposal_price": offered,
        "purchase_price": sought,
        "transport_cost_per_km": offered,
        "road_factor": offered,
        "treatment_cost": entry,
        "yield_per_unit": entry,
    }

    def columns(of: Any) -> dict[str, Any]:
        found = {}
        for key, row in places.items():
            if key in changes and hasattr(of, key):
                found[key] = getattr(of, key).copy()
                found[key][row] = float(changes[key])
        return found

    return replace(
        rules,
        resources=replace(rules.resources, **columns(rules.resources)),
        compatibility=replace(table, **columns(table)),
    )


# --- from the engine ----------------------------------------------------------------------------------------
class _Figures(NamedTuple):
    """What the engine says of one pair; names and meaning as in `engine.Candidates`."""

    distance_km: float
    amount_per_year: float
    limit: int
    yield_per_unit: float
    disposal_avoided: float
    purchase_avoided: float
    treatment_cost: float
    transport_cost: float
    break_even_km: float
    disposal_kg: float
    primary_kg: float
    treatment_kg: float
    transport_kg: float

    @property
    def benefit_per_unit(self) -> float:
        avoided = _sum_of_known(self.disposal_avoided, self.purchase_avoided)
        return avoided - self.treatment_cost - self.transport_cost

    @property
    def saved_kg_per_unit(self) -> float:
        treatment = 0.0 if math.isnan(self.treatment_kg) else self.treatment_kg
        return _sum_of_known(self.disposal_kg, self.primary_kg) - self.transport_kg - treatment


def _sum_of_known(a: float, b: float) -> float:
    """a + b where NaN counts as nothing, NaN where both are."""
    return b if math.isnan(a) else a if math.isnan(b) else a + b


def _figures(matches: list[Match], scene: Scene) -> dict[int, _Figures]:
    """Figures of those matches of which both listings are on the market, by key: one query, one call."""
    from matching.engine.search import evaluate_pairs

    ids = sorted({pk for match in matches for pk in (match.offer_id, match.request_id)})
    rows = market_rows("m.listing_id = ANY(%s)", [ids])
    row_of = {int(pk): row for row, pk in enumerate(rows["listing_id"].tolist())}
    known = [match for match in matches if match.offer_id in row_of and match.request_id in row_of]
    if not known:
        return {}
    listings = scene.listings(rows)

    def at(keys: Iterable[int]) -> Ids:
        return np.array([row_of[key] for key in keys], np.int64)

    # Both sides in one table: who stands on which side is said by the pairs.
    found = evaluate_pairs(
        listings,
        listings,
        offer_rows=at(match.offer_id for match in known),
        request_rows=at(match.request_id for match in known),
        **scene.tables(),
    )
    columns = [getattr(found, name).tolist() for name in _Figures._fields]
    return {match.pk: _Figures(*row) for match, row in zip(known, zip(*columns, strict=True), strict=True)}


# --- from the catalogue -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Behind:
    """Rows of the catalogue that stand behind the figures, read for a whole page at once."""

    factors: Mapping[int, EmissionFactor]
    freight: EmissionFactor | None
    heat: EmissionFactor | None
    processes: Mapping[str, Process]
    substitutions: Mapping[tuple[int, int], Substitution]
    resources: Mapping[int, Resource]
    """Inputs and outputs of the steps."""

    @classmethod
    def of(cls, matches: Iterable[Match], rules: Rules) -> Self:
        pairs = {(match.offer.resource, match.request.resource) for match in matches}
        wanted = {
            key
            for pair in pairs
            for resource in pair
            for key in (resource.primary_factor_id, resource.disposal_factor_id)
        }
        keyed = EmissionFactor.objects.filter(key__in=[assumptions.FREIGHT_FACTOR, HEAT_FACTOR])
        common = {factor.key: factor for factor in keyed}
        ways = [rules.pathways.get((offered.pk, sought.pk)) for offered, sought in pairs]
        steps = [step for way in ways if way is not None for step in way.steps]
        return cls(
            factors=EmissionFactor.objects.in_bulk(wanted - {None}),
            freight=common.get(assumptions.FREIGHT_FACTOR),
            heat=common.get(HEAT_FACTOR),
            processes=_processes({step.key for step in steps if step.kind == "process"}),
            substitutions=_substitutions(step for step in steps if step.kind == "substitution"),
            resources=Resource.objects.in_bulk({pk for step in steps for pk in (step.input, step.output)}),
        )


def _processes(slugs: set[str]) -> dict[str, Process]:
    if not slugs:
        return {}
    found = Process.objects.filter(slug__in=slugs).prefetch_related("flows__resource")
    return {process.slug: process for process in found}


def _substitutions(steps: Iterable[Step]) -> dict[tuple[int, int], Substitution]:
    pairs = {(step.input, step.output) for step in steps}
    if not pairs:
        return {}
    found = Substitution.objects.filter(
        resource__in={taken for taken, made in pairs}, serves_as__in={made for taken, made in pairs}
    )
    return {(each.resource_id, each.serves_as_id): each for each in found}


# --- putting it together ------------------------------------------------------------------------------------
def _explanation(
    match: Match,
    figures: _Figures | None,
    rules: Rules,
    behind: _Behind,
    changed: frozenset[str] = frozenset(),
) -> Explanation:
    pathway = rules.pathways.get((match.offer.resource_id, match.request.resource_id))
    steps = _steps(pathway, behind)
    if figures is None:
        return _stored(match, steps)
    amount = figures.amount_per_year
    return Explanation(
        is_on_market=True,
        unit=match.offer.canonical_unit,
        assumptions=_assumptions(match, figures, rules, steps, changed),
        benefit_lines=_benefit_lines(figures),
        benefit_eur_per_unit=_decimal(figures.benefit_per_unit, PER_UNIT_PLACES),
        benefit_eur_per_year=_decimal(amount * figures.benefit_per_unit, 0),
        co2e_lines=_Balance(match, figures, pathway, behind).lines(),
        saved_kg_per_unit=_decimal(figures.saved_kg_per_unit, PER_UNIT_PLACES),
        saved_t_per_year=_decimal(amount * figures.saved_kg_per_unit / 1000, PER_YEAR_PLACES),
        amount_per_year=_decimal(amount, PER_YEAR_PLACES),
        limited_by=ASSUMED if "amount_per_year" in changed else limit_code(figures.limit),
        distance_km=_decimal(figures.distance_km, KM_PLACES) or Decimal(0),
        break_even_km=_decimal(figures.break_even_km, KM_PLACES),
        pays_at_any_distance=math.isinf(figures.break_even_km) and figures.benefit_per_unit > 0.0,
        pathway=steps,
        changed=changed,
    )


def _stored(match: Match, steps: tuple[PathwayStep, ...]) -> Explanation:
    """What can still be told of a match whose listing left the market."""
    return Explanation(
        is_on_market=False,
        unit=match.offer.canonical_unit,
        assumptions=(),
        benefit_lines=(),
        benefit_eur_per_unit=None,
        benefit_eur_per_year=match.benefit_eur_per_year,
        co2e_lines=(),
        saved_kg_per_unit=None,
        saved_t_per_year=match.saved_t_per_year,
        amount_per_year=match.amount_per_year,
        limited_by=limit_code(match.limited_by),
        distance_km=_decimal(match.distance_km, KM_PLACES) or Decimal(0),
        break_even_km=None if match.break_even_km is None else _decimal(match.break_even_km, KM_PLACES),
        pays_at_any_distance=False,
        pathway=steps,
        changed=frozenset(),
    )


def _decimal(value: float, places: int) -> Decimal | None:
    """Round; None for what is not known or endless."""
    return Decimal(str(round(value, places) + 0.0)) if math.isfinite(value) else None


def _exact(value: Any) -> Decimal | None:
    """A number of the tables as it was put in."""
    return None if math.isnan(value) else Decimal(str(float(value)))


def _assumptions(
    match: Match,
    figures: _Figures,
    rules: Rules,
    steps: tuple[PathwayStep, ...],
    changed: frozenset[str],
) -> tuple[Assumption, ...]:
    offered, sought = match.offer.resource, match.request.resource
    unit, sought_unit = _unit(offered), _unit(sought)
    resources = rules.resources
    row, sought_row = rules.row_of(np.array([offered.pk, sought.pk]))
    # As the engine does: a general request without a price takes that of what is offered.
    priced, priced_row = sought, sought_row
    if not steps and math.isnan(resources.purchase_price[sought_row]):
        priced, priced_row = offered, row
    unknown = _("not known")
    rows = [
        Assumption(
            "disposal_price",
            _("disposal avoided"),
            _exact(resources.disposal_price[row]),
            f"{CURRENCY}/{unit}",
            offered.price_source or unknown,
        ),
        Assumption(
            "purchase_price",
            _("purchase avoided"),
            _exact(resources.purchase_price[priced_row]),
            f"{CURRENCY}/{sought_unit}",
            priced.price_source or unknown,
        ),
        Assumption(
            "treatment_cost",
            _("treatment"),
            _decimal(figures.treatment_cost, PER_UNIT_PLACES),
            f"{CURRENCY}/{unit}",
            _treatment_source(steps),
        ),
        Assumption(
            "yield_per_unit",
            _("yield"),
            _decimal(figures.yield_per_unit, 6),
            f"{sought_unit}/{unit}",
            _said_once(step.source for step in steps) or _replacement(match),
        ),
        Assumption(
            "transport_cost_per_km",
            _("transport"),
            _exact(resources.transport_cost_per_km[row]),
            f"{CURRENCY}/{unit}·km",
            _("it does not travel")
            if offered.transport_mode == TransportMode.NONE
            else assumptions.TRANSPORT_SOURCE,
        ),
        Assumption(
            "road_factor",
            _("detour by road"),
            _exact(resources.road_factor[row]),
            "×",
            assumptions.ROAD_FACTOR_SOURCE
            if offered.transport_mode == TransportMode.LORRY
            else _("it takes the straight line"),
        ),
        Assumption(
            "distance_km",
            _("distance"),
            _decimal(figures.distance_km, KM_PLACES),
            "km",
            _("straight line between the places as they are public, times the road factor"),
        ),
        Assumption(
            "amount_per_year",
            _("amount"),
            _decimal(figures.amount_per_year, PER_YEAR_PLACES),
            _("%(unit)s/yr") % {"unit": unit},
            _("what meets in the first twelve months that both have in common"),
        ),
    ]
    put_in = _("put in by you")
    return tuple(replace(each, source=put_in) if each.key in changed else each for each in rows)


def _unit(resource: Resource) -> str:
    return UNIT_LABEL[CANONICAL_UNIT[resource.dimension]]


def _replacement(match: Match) -> str:
    if match.related:
        return _("assumed, to be checked: one unit replaces one unit, although the two are not the same")
    return _("used as it is: one unit replaces one unit")


def _treatment_source(steps: tuple[PathwayStep, ...]) -> str:
    sources = _said_once(step.cost_source for step in steps)
    if not sources:
        return _("none: used as it is")
    return _("%(sources)s; energy and what is bought in at the catalogue's purchase prices") % {
        "sources": sources
    }


def _said_once(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _benefit_lines(figures: _Figures) -> tuple[BenefitLine, ...]:
    lines = (
        ("disposal_avoided", _("disposal avoided"), figures.disposal_avoided),
        ("purchase_avoided", _("purchase avoided"), figures.purchase_avoided),
        ("treatment", _("treatment"), -figures.treatment_cost),
        ("transport", _("transport"), -figures.transport_cost),
    )
    return tuple(
        BenefitLine(
            key, label, _decimal(value, PER_UNIT_PLACES), _decimal(figures.amount_per_year * value, 0)
        )
        for key, label, value in lines
    )


class _Balance:
    """The lines of one match's CO2e balance, as the engine adds them up."""

    def __init__(self, match: Match, figures: _Figures, pathway: Pathway | None, behind: _Behind) -> None:
        self.offered, self.sought = match.offer.resource, match.request.resource
        self.figures, self.pathway, self.behind = figures, pathway, behind

    def lines(self) -> tuple[Co2eLine, ...]:
        """What is avoided, then what is emitted instead."""
        return (self._disposal(), self._production(), *self._treatment(), self._transport())

    def _line(
        self,
        key: str,
        label: str,
        kg: float,
        *,
        quantity: float = math.nan,
        unit: str = "",
        factor: EmissionFactor | None = None,
        source: str = "",
    ) -> Co2eLine:
        return Co2eLine(
            key=key,
            label=label,
            kg_per_unit=_decimal(kg, PER_UNIT_PLACES),
            t_per_year=_decimal(self.figures.amount_per_year * kg / 1000, PER_YEAR_PLACES),
            quantity=_decimal(quantity, PER_UNIT_PLACES) if factor else None,
            quantity_unit=unit if factor else "",
            factor=Factor.of(factor) if factor else None,
            source=source,
        )

    def _avoided(
        self, key: str, label: str, kg: float, quantity: float, of: Resource, factor_id: int | None
    ) -> Co2eLine:
        if math.isnan(kg) or factor_id is None:
            why = _("the catalogue has no factor for it; counts as nothing")
            return self._line(key, label, math.nan, source=why)
        factor = self.behind.factors[factor_id]
        return self._line(key, label, kg, quantity=quantity, unit=_unit(of), factor=factor)

    def _disposal(self) -> Co2eLine:
        factor_id = self.offered.disposal_factor_id
        label = _("disposal avoided")
        return self._avoided(
            "disposal_avoided", label, self.figures.disposal_kg, 1.0, self.offered, factor_id
        )

    def _production(self) -> Co2eLine:
        factor_id = self.sought.primary_factor_id
        if factor_id is None and self.pathway is None:
            factor_id = self.offered.primary_factor_id
        label, quantity = _("primary production avoided"), self.figures.yield_per_unit
        return self._avoided(
            "production_avoided", label, self.figures.primary_kg, quantity, self.sought, factor_id
        )

    def _treatment(self) -> tuple[Co2eLine, ...]:
        if self.pathway is None:
            return ()
        if math.isnan(self.figures.treatment_kg) or self.behind.heat is None:
            why = _("what one of the steps emits is not known; counts as nothing")
            return (self._line("treatment", _("treatment"), math.nan, source=why),)
        process_kg, energy_mwh = self.pathway.co2e_kg_per_unit, self.pathway.energy_mwh_per_unit
        processes = [self.behind.processes.get(step.key) for step in self.pathway.steps]
        energy = self._line(
            "treatment_energy",
            _("energy of the treatment"),
            process_kg - self.figures.treatment_kg,
            quantity=energy_mwh,
            unit="MWh",
            factor=self.behind.heat,
        )
        itself = self._line(
            "treatment_process",
            _("treatment itself"),
            -process_kg,
            source=_said_once(process.cost_source for process in processes if process),
        )
        return energy, itself

    def _transport(self) -> Co2eLine:
        label, kg = _("transport"), self.figures.transport_kg
        if self.offered.transport_mode == TransportMode.NONE or self.figures.distance_km == 0.0:
            return self._line("transport", label, 0.0, source=_("nothing has to travel"))
        if math.isnan(kg) or self.behind.freight is None:
            why = _("what a unit weighs is not known, and so the balance is not")
            return self._line("transport", label, math.nan, source=why)
        if kg == 0.0:
            # The engine counts pipes and wires as 0, which is not the same as knowing that it is.
            why = _("what its transport emits is not known; counts as nothing")
            return self._line("transport", label, math.nan, source=why)
        tonne_km = kg / float(self.behind.freight.kg_co2e_per_unit)
        return self._line("transport", label, -kg, quantity=tonne_km, unit="t·km", factor=self.behind.freight)


# --- the way through treatment ------------------------------------------------------------------------------
def _steps(pathway: Pathway | None, behind: _Behind) -> tuple[PathwayStep, ...]:
    if pathway is None:
        return ()
    made = accumulate((step.yield_per_unit for step in pathway.steps), mul)
    return tuple(_step(step, so_far, behind) for step, so_far in zip(pathway.steps, made, strict=True))


def _step(step: Step, made_so_far: float, behind: _Behind) -> PathwayStep:
    taken, made = behind.resources[step.input], behind.resources[step.output]
    common: dict[str, Any] = {
        "kind": step.kind,
        "input": taken.name,
        "input_unit": _unit(taken),
        "output": made.name,
        "output_unit": _unit(made),
        "output_per_unit_offered": _decimal(made_so_far, 6),
        "yield_per_unit": _decimal(step.yield_per_unit, 6),
        "cost_eur_per_unit": _decimal(step.cost_per_unit, PER_UNIT_PLACES),
        "energy_mwh_per_unit": _decimal(step.energy_mwh_per_unit, PER_UNIT_PLACES),
        "co2e_kg_per_unit": _decimal(step.co2e_kg_per_unit, PER_UNIT_PLACES),
        "quality_factor": _decimal(step.quality_factor, 2),
        "waste_permit": step.waste_permit,
    }
    if step.kind == "substitution":
        found = behind.substitutions[step.input, step.output]
        return PathwayStep(
            **common,
            name=_("used in its place, as it is"),
            equation="",
            basis=found.basis,
            source=found.source,
            cost_source="",
            co_products=(),
        )
    process = behind.processes[step.key]
    return PathwayStep(
        **common,
        name=process.name,
        equation=process.equation,
        basis=process.basis,
        source=process.source,
        cost_source=process.cost_source,
        co_products=_co_products(process, step),
    )


def _co_products(process: Process, step: Step) -> tuple[CoProduct, ...]:
    flows: list[ProcessFlow] = list(process.flows.all())
    share = next(
        flow.amount_per_unit
        for flow in flows
        if flow.direction == Direction.INPUT and flow.resource_id == step.input
    )
    return tuple(
        CoProduct(
            flow.resource.name, round(flow.amount_per_unit / share, PER_UNIT_PLACES), _unit(flow.resource)
        )
        for flow in flows
        if flow.direction == Direction.OUTPUT
        and flow.role == FlowRole.TRADED
        and flow.resource_id != step.output
    )
