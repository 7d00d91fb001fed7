"""Between the catalogue's processes and the pure compiler of pathways: what a step yields and costs, and its flows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from catalogue.models import Direction, FlowRole, LegalStatus, Process, ProcessFlow, Resource, Substitution
from common.errors import Invalid
from common.units import Conversion, canonical_factor
from matching.economics import RESIDUE_HAUL_KM, Interval
from matching.engine.pathways import Node, Pathway, TreatmentStep, compile_pathways
from matching.market.tables.transport import Load, load_of

# Slugs of the resources at whose purchase price a process is taken to buy its energy.
ELECTRICITY = "electricity"
HEAT = "steam"
UNKNOWN = float("nan")
LEAST_OF_VALUE = Decimal("0.1")
"""A product of a process is worth at least this share of the most valuable one."""


@dataclass(frozen=True)
class Costs:
    """EUR per canonical unit of one input of a process."""

    treatment: Decimal
    energy: Decimal
    bought_in: Decimal
    unpriced: tuple[str, ...]
    """Names of what is used and has no known price; it is counted as free."""

    @property
    def total(self) -> Decimal:
        """The sum of treatment, energy and what is bought in."""
        return self.treatment + self.energy + self.bought_in


@dataclass(frozen=True)
class Residue:
    """What a process makes besides the product sought, and what getting rid of it costs, its transport with it."""

    resource: Resource
    amount_per_unit: Decimal
    """Canonical units per unit of the input."""
    cost: Interval[Decimal] | None
    """EUR per unit of the input; None: not known."""


@dataclass(frozen=True)
class Conversions:
    """All that the catalogue says can become or serve as something else, and the same for the compiler."""

    processes: dict[str, Process]
    """By step key; flows and their resources are loaded."""
    substitutions: dict[str, Substitution]
    """By step key; both resources are loaded."""
    energy_prices: dict[str, Decimal | None]
    """EUR per MWh of ELECTRICITY and HEAT."""
    loads: dict[int, Load | None]
    """How each resource travels, by key."""
    nodes: list[Node]
    steps: list[TreatmentStep]

    def costs(self, process: Process, taken: ProcessFlow) -> Costs:
        """Return what the process costs per unit of the input `taken`; by-products are not credited."""
        treatment, energy, bought_in = process.cost_eur_per_unit, Decimal(0), Decimal(0)
        unpriced = []
        needs = ((ELECTRICITY, process.electricity_mwh_per_unit), (HEAT, process.heat_mwh_per_unit))
        for carrier, amount in needs:
            price = self.energy_prices.get(carrier)
            if price is not None:
                energy += amount * price
            elif amount:
                unpriced.append(carrier)
        for flow in _inputs(process):
            if flow == taken or flow.role == FlowRole.BALANCE:
                continue
            if flow.resource.purchase_price_eur_per_unit is not None:
                bought_in += flow.amount_per_unit * flow.resource.purchase_price_eur_per_unit
            else:
                unpriced.append(flow.resource.name)
        share = taken.amount_per_unit
        return Costs(treatment / share, energy / share, bought_in / share, tuple(unpriced))

    def residues(self, process: Process, taken: ProcessFlow, made: ProcessFlow) -> list[Residue]:
        """Return all that comes out besides `made`, per unit of the input `taken`.

        What has a disposal price is disposed of, at that price and after RESIDUE_HAUL_KM; of a waste without one it is
        not known. A product costs nothing and earns nothing, as nobody is known to take it, and neither does what
        stands for the balance only: air, vapour, off-gas.
        """
        found = []
        for flow in process.flows.all():
            if flow.direction != Direction.OUTPUT or flow == made:
                continue
            amount = flow.amount_per_unit / taken.amount_per_unit
            found.append(Residue(flow.resource, amount, self._cost_of_disposal(flow, amount)))
        return found

    def _cost_of_disposal(self, flow: ProcessFlow, amount: Decimal) -> Interval[Decimal] | None:
        resource, load = flow.resource, self.loads.get(flow.resource_id)
        low, high = resource.disposal_low_eur_per_unit, resource.disposal_high_eur_per_unit
        nothing = Interval(Decimal(0), Decimal(0))
        if flow.role == FlowRole.BALANCE:
            return nothing
        if low is None or high is None:
            return None if resource.usual_status == LegalStatus.WASTE else nothing
        haul = Decimal(0) if load is None else load.eur_per_unit + load.eur_per_unit_km * RESIDUE_HAUL_KM
        return Interval(amount * (low + haul), amount * (high + haul))


def load_pathways() -> list[Pathway]:
    """Return the best pathway between any two resources that the catalogue's processes and substitutions join."""
    conversions = load_conversions()
    return compile_pathways(conversions.nodes, conversions.steps)


def load_conversions() -> Conversions:
    """Read the catalogue's resources, processes and substitutions."""
    flows = ProcessFlow.objects.select_related("resource").order_by("resource__tree_left")
    processes = Process.objects.prefetch_related(Prefetch("flows", queryset=flows))
    substitutions = Substitution.objects.select_related("resource", "serves_as")
    resources = list(Resource.objects.all())
    conversions = Conversions(
        processes={process.slug: process for process in processes},
        substitutions={substitution_key(found): found for found in substitutions},
        energy_prices=dict(
            Resource.objects.filter(slug__in=[ELECTRICITY, HEAT]).values_list(
                "slug", "purchase_price_eur_per_unit"
            )
        ),
        loads=loads_by_resource(resources),
        nodes=[_node(resource) for resource in resources],
        steps=[],
    )
    for process in conversions.processes.values():
        conversions.steps.extend(_process_steps(conversions, process))
    conversions.steps.extend(_substitution_step(found) for found in conversions.substitutions.values())
    return conversions


def loads_by_resource(resources: Iterable[Resource]) -> dict[int, Load | None]:
    """Return how each resource travels, by key; `resources` are all of the catalogue, parents first."""
    lines: dict[int | None, tuple[str, ...]] = {None: ()}
    found = {}
    for resource in resources:
        lines[resource.pk] = (resource.slug, *lines[resource.parent_id])
        found[resource.pk] = load_of(lines[resource.pk], resource.canonical_unit)
    return found


def substitution_key(substitution: Substitution) -> str:
    """Return the key under which a substitution stands among the steps of pathways, as `a-as-b`."""
    return f"{substitution.resource.slug}-as-{substitution.serves_as.slug}"


def mass_t(resource: Resource, amount: Decimal) -> Decimal | None:
    """Return what an amount in canonical units weighs, or None where the catalogue cannot tell."""
    conversion = Conversion(resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3)
    try:
        return amount / canonical_factor("t", dimension=resource.dimension, conversion=conversion)
    except Invalid:
        return None


def _inputs(process: Process) -> list[ProcessFlow]:
    return [flow for flow in process.flows.all() if flow.direction == Direction.INPUT]


def _node(resource: Resource) -> Node:
    price = resource.purchase_price_eur_per_unit
    return Node(
        id=resource.pk,
        tree_left=resource.tree_left,
        tree_right=resource.tree_right,
        depth=resource.depth,
        purchase_price=UNKNOWN if price is None else float(price),
    )


def _process_steps(conversions: Conversions, process: Process) -> Iterator[TreatmentStep]:
    """Yield a step for every input that may be the offered one and every output that may be asked for."""
    for taken in _inputs(process):
        if taken.role not in (FlowRole.MAIN, FlowRole.TRADED):
            continue
        share = taken.amount_per_unit
        cost = conversions.costs(process, taken).total
        energy = process.electricity_mwh_per_unit + process.heat_mwh_per_unit
        co2e = process.co2e_kg_per_unit
        for made in _products(process):
            residues = [each.cost for each in conversions.residues(process, taken, made)]
            known = [cost for cost in residues if cost is not None]
            is_known = len(known) == len(residues)
            yield TreatmentStep(
                key=process.slug,
                kind="process",
                input=taken.resource_id,
                output=made.resource_id,
                yield_per_unit=float(made.amount_per_unit / share),
                cost_per_unit=float(cost),
                energy_mwh_per_unit=float(energy / share),
                electricity_mwh_per_unit=float(process.electricity_mwh_per_unit / share),
                residues_low=float(sum(cost.low for cost in known)) if is_known else UNKNOWN,
                residues_high=float(sum(cost.high for cost in known)) if is_known else UNKNOWN,
                co2e_kg_per_unit=UNKNOWN if co2e is None else float(co2e / share),
                quality_factor=1.0,
                waste_permit=process.waste_permit,
            )


def _products(process: Process) -> list[ProcessFlow]:
    """Return what a plant of this kind is run for: of what it sells, all that is worth at least LEAST_OF_VALUE of the
    most valuable; the rest comes along, and nobody would build the plant for it."""
    sold = [
        flow
        for flow in process.flows.all()
        if flow.direction == Direction.OUTPUT and flow.role == FlowRole.TRADED
    ]
    worths = [flow.amount_per_unit * (flow.resource.purchase_price_eur_per_unit or 0) for flow in sold]
    least = max(worths, default=Decimal(0)) * LEAST_OF_VALUE
    return [flow for flow, worth in zip(sold, worths, strict=True) if worth >= least]


def _substitution_step(substitution: Substitution) -> TreatmentStep:
    return TreatmentStep(
        key=substitution_key(substitution),
        kind="substitution",
        input=substitution.resource_id,
        output=substitution.serves_as_id,
        yield_per_unit=float(substitution.ratio),
        cost_per_unit=0.0,
        energy_mwh_per_unit=0.0,
        residues_low=0.0,
        residues_high=0.0,
        co2e_kg_per_unit=0.0,
        quality_factor=float(substitution.quality_factor),
        biogenic_carbon=substitution.biogenic_carbon,
        waste_permit=False,
    )
