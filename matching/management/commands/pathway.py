"""`manage.py pathway "calcium carbide" "PVC"`: how the one becomes the other, with yields, costs and mass balance."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.models import Direction, FlowRole, Process, ProcessFlow, Resource, Substitution
from catalogue.selectors.resources import find_resource, suggest_resources
from common.units import UNIT_LABEL
from matching.engine.pathways import Pathway, TreatmentStep, compile_pathways
from matching.market.tables.conversions import Conversions, load_conversions, mass_t
from matching.models.relation import relation_words

Line = tuple[str, str]
MOST_NAMES = 5


class Command(BaseCommand):
    help = (
        "Print the best pathway from an offered to a requested resource, with yields, costs and mass balance."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("offer", help="name, other name or slug of what there is")
        parser.add_argument("request", help="name, other name or slug of what is needed")

    def handle(self, *args: Any, offer: str, request: str, **options: Any) -> None:
        offered, requested = _find(offer), _find(request)
        if requested.covers(offered):
            self.stdout.write(f"{offered} meets a request for {requested} as it is; it needs no pathway.")
            return
        conversions = load_conversions()
        pathway = next(
            (
                found
                for found in compile_pathways(conversions.nodes, conversions.steps)
                if (found.offer_resource, found.request_resource) == (offered.pk, requested.pk)
            ),
            None,
        )
        if pathway is None and (related := relation_words(offered, requested)):
            self.stdout.write(f"{offered} may meet a request for {requested} as it is: {related}.")
            return
        if pathway is None:
            raise CommandError(f"The catalogue knows no pathway from {offered} to {requested}.")
        for line in _Story(conversions, offered, requested, pathway).lines():
            self.stdout.write(line)


def _find(text: str) -> Resource:
    found = find_resource(text)
    if found is None:
        names = [suggestion.name for suggestion in suggest_resources(text, limit=MOST_NAMES)]
        near = f"; did you mean {', '.join(names)}?" if names else "; see /resources/ for those it knows."
        raise CommandError(f"The catalogue knows no resource “{text}”{near}")
    return found


class _Story:
    """What to print of a pathway; every amount is per unit offered."""

    def __init__(
        self, conversions: Conversions, offered: Resource, requested: Resource, pathway: Pathway
    ) -> None:
        self.conversions = conversions
        self.offered = offered
        self.requested = requested
        self.pathway = pathway
        self.scale = Decimal(1)  # what is there of the next step's input
        self.holder = offered
        self.balances: list[_Balance] = []

    def lines(self) -> Iterable[str]:
        """Yield the steps, each with its flows, and what they come to."""
        steps = self.pathway.steps
        unit = UNIT_LABEL[self.offered.canonical_unit]
        count = "1 step" if len(steps) == 1 else f"{len(steps)} steps"
        yield f"{self.offered} → {self.requested}: {count}; every amount per {unit} of {self.offered}"
        for number, step in enumerate(steps, start=1):
            yield ""
            if step.kind == "process":
                process = self.conversions.processes[step.key]
                yield f"{number}. {process}"
                yield f"   {process.equation}"
                yield from _table(self._process(process, step))
            else:
                substitution = self.conversions.substitutions[step.key]
                yield f"{number}. {substitution}, without a process"
                yield from _table(self._substitution(substitution))
        yield ""
        yield "In all"
        yield from _table(self._total())

    def _process(self, process: Process, step: TreatmentStep) -> Iterable[Line]:
        flows = list(process.flows.all())
        taken = next(f for f in flows if f.direction == Direction.INPUT and f.resource_id == step.input)
        made = next(f for f in flows if f.direction == Direction.OUTPUT and f.resource_id == step.output)
        per_input = self.scale
        scale = per_input / taken.amount_per_unit
        for flow in sorted(flows, key=lambda flow: (flow.direction, flow not in (taken, made))):
            label = "takes" if flow.direction == Direction.INPUT else "makes"
            yield label, self._flow(flow, scale, is_on_the_way=flow in (taken, made), is_taken=flow == taken)
        costs = self.conversions.costs(process, taken)
        yield "yield", self._yield(made.resource, made.amount_per_unit / taken.amount_per_unit)
        yield (
            "cost",
            f"{per_input * costs.total:.2f} EUR: treatment {per_input * costs.treatment:.2f}, "
            f"energy {per_input * costs.energy:.2f}, bought in {per_input * costs.bought_in:.2f}",
        )
        if costs.unpriced:
            yield "", f"without {', '.join(costs.unpriced)}, whose price is not known"
        yield (
            "energy",
            f"{scale * process.electricity_mwh_per_unit:.4f} MWh electricity, "
            f"{scale * process.heat_mwh_per_unit:.4f} MWh heat",
        )
        co2e = process.co2e_kg_per_unit
        yield "emits", "not known" if co2e is None else f"{scale * co2e:.1f} kg CO2e by itself"
        yield "permit", "to treat waste" if process.waste_permit else "none to treat waste"
        yield "basis", process.get_basis_display()
        yield "source", process.source
        yield "", f"cost, energy, emissions: {process.cost_source}"
        balance = _weigh(flows, made, scale)
        yield "balance", str(balance)
        self.balances.append(balance)
        self.scale = scale * made.amount_per_unit
        self.holder = made.resource

    def _flow(self, flow: ProcessFlow, scale: Decimal, *, is_on_the_way: bool, is_taken: bool) -> str:
        unit = UNIT_LABEL[flow.resource.canonical_unit]
        text = f"{scale * flow.amount_per_unit:9.4f} {unit:<3} {flow.resource}"
        if is_taken and self.holder != flow.resource:
            return f"{text}, for which {self.holder} is taken"
        if is_on_the_way:
            return text
        if flow.role == FlowRole.BALANCE:
            return f"{text}, {'free' if flow.direction == Direction.INPUT else 'let go'}"
        return f"{text}, {'bought in' if flow.direction == Direction.INPUT else 'by-product'}"

    def _yield(self, made: Resource, amount: Decimal) -> str:
        per = UNIT_LABEL[self.holder.canonical_unit]
        return f"{amount:.4f} {UNIT_LABEL[made.canonical_unit]} {made} per {per} {self.holder}"

    def _substitution(self, substitution: Substitution) -> Iterable[Line]:
        amount = self.scale * substitution.ratio
        yield "yield", self._yield(substitution.serves_as, substitution.ratio)
        yield "makes", f"{amount:9.4f} {UNIT_LABEL[substitution.serves_as.canonical_unit]} spared"
        yield "quality", f"{substitution.quality_factor} of what it stands in for"
        yield "basis", substitution.get_basis_display()
        yield "source", substitution.source
        self.scale = amount
        self.holder = substitution.serves_as

    def _total(self) -> Iterable[Line]:
        pathway = self.pathway
        yields = " × ".join(f"{step.yield_per_unit:.4f}" for step in pathway.steps)
        unit = UNIT_LABEL[self.requested.canonical_unit]
        yield "yield", f"{yields} = {pathway.yield_per_unit:.4f} {unit} {self.holder}"
        yield "cost", f"{pathway.cost_per_unit:.2f} EUR, by-products not credited"
        yield "energy", f"{pathway.energy_mwh_per_unit:.4f} MWh"
        co2e = pathway.co2e_kg_per_unit
        yield "emits", "not known" if isnan(co2e) else f"{co2e:.1f} kg CO2e by the processes themselves"
        yield "permit", "to treat waste" if pathway.waste_permit else "none to treat waste"
        yield "fit", f"{pathway.fit:.4f}"
        yield "balance", self._balance()

    def _balance(self) -> str:
        """Return the balance of the whole chain, in which what one step passes to the next cancels out."""
        if len(self.balances) < len(self.pathway.steps) or any(found.unweighed for found in self.balances):
            return "step by step only: not all that flows is a process's, or can be weighed"
        handed_on = sum((balance.passed_t for balance in self.balances[:-1]), Decimal(0))
        taken = sum((balance.taken_t for balance in self.balances), Decimal(0))
        made = sum((balance.made_t for balance in self.balances), Decimal(0))
        return str(_Balance(taken - handed_on, made - handed_on))


@dataclass(frozen=True)
class _Balance:
    """What goes in, comes out, and of that is passed on, in tonnes; 0 for what cannot be weighed."""

    taken_t: Decimal
    made_t: Decimal
    passed_t: Decimal = Decimal(0)
    unweighed: tuple[str, ...] = ()

    def __str__(self) -> str:
        sums = f"in {self.taken_t:.4f} t, out {self.made_t:.4f} t"
        if self.unweighed:
            return f"{sums}, without {', '.join(self.unweighed)}, whose weight is not known"
        return f"{sums}, difference {self.made_t - self.taken_t:+.4f} t"


def _weigh(flows: list[ProcessFlow], passed: ProcessFlow, scale: Decimal) -> _Balance:
    masses = {flow: mass_t(flow.resource, scale * flow.amount_per_unit) for flow in flows}
    total = {
        direction: sum(
            (mass for flow, mass in masses.items() if mass is not None and flow.direction == direction),
            Decimal(0),
        )
        for direction in Direction.values
    }
    return _Balance(
        total[Direction.INPUT],
        total[Direction.OUTPUT],
        masses[passed] or Decimal(0),
        tuple(flow.resource.name for flow, mass in masses.items() if mass is None),
    )


def _table(lines: Iterable[Line]) -> Iterable[str]:
    """Yield the lines under one another, a label only where it changes."""
    previous = ""
    for label, text in lines:
        yield f"   {label if label != previous else '':<8} {text}".rstrip()
        previous = label
