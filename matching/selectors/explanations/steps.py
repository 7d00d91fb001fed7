"""The way through treatment, step by step."""

from decimal import Decimal
from itertools import accumulate
from operator import mul
from typing import Any

from django.utils.translation import gettext as _

from catalogue.models import (
    Direction,
    FlowRole,
    Process,
    ProcessFlow,
)
from matching.engine.pathways import Pathway, TreatmentStep
from matching.selectors.explanations.explanation import (
    PER_UNIT_PLACES,
    CoProduct,
    PathwayStep,
    rounded,
    unit_of,
)
from matching.selectors.explanations.sources import Sources


def pathway_steps(pathway: Pathway | None, behind: Sources) -> tuple[PathwayStep, ...]:
    if pathway is None:
        return ()
    made = accumulate((step.yield_per_unit for step in pathway.steps), mul)
    return tuple(_step(step, so_far, behind) for step, so_far in zip(pathway.steps, made, strict=True))


def _step(step: TreatmentStep, made_so_far: float, behind: Sources) -> PathwayStep:
    taken, made = behind.resources[step.input], behind.resources[step.output]
    common: dict[str, Any] = {
        "kind": step.kind,
        "input": taken.name,
        "input_unit": unit_of(taken),
        "output": made.name,
        "output_slug": made.slug,
        "output_unit": unit_of(made),
        "output_per_unit_offered": rounded(made_so_far, 6),
        "yield_per_unit": rounded(step.yield_per_unit, 6),
        "cost_eur_per_unit": rounded(step.cost_per_unit, PER_UNIT_PLACES),
        "energy_mwh_per_unit": rounded(step.energy_mwh_per_unit, PER_UNIT_PLACES),
        "co2e_kg_per_unit": rounded(step.co2e_kg_per_unit, PER_UNIT_PLACES),
        "quality_factor": rounded(step.quality_factor, 2),
        "waste_permit": step.waste_permit,
    }
    if step.kind == "substitution":
        found = behind.substitutions[step.input, step.output]
        return PathwayStep(
            **common,
            biogenic_kg_per_unit=None,
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
        biogenic_kg_per_unit=_biogenic(process, step),
        name=process.name,
        equation=process.equation,
        basis=process.basis,
        source=process.source,
        cost_source=process.cost_source,
        co_products=_co_products(process, step),
    )


def _biogenic(process: Process, step: TreatmentStep) -> Decimal | None:
    kg = process.biogenic_co2_kg_per_unit
    return None if kg is None else round(kg / _share(process, step), PER_UNIT_PLACES)


def _share(process: Process, step: TreatmentStep) -> Decimal:
    """Units of the step's input per unit of the process's main one."""
    return next(
        flow.amount_per_unit
        for flow in process.flows.all()
        if flow.direction == Direction.INPUT and flow.resource_id == step.input
    )


def _co_products(process: Process, step: TreatmentStep) -> tuple[CoProduct, ...]:
    flows: list[ProcessFlow] = list(process.flows.all())
    share = _share(process, step)
    return tuple(
        CoProduct(
            flow.resource.name, round(flow.amount_per_unit / share, PER_UNIT_PLACES), unit_of(flow.resource)
        )
        for flow in flows
        if flow.direction == Direction.OUTPUT
        and flow.role == FlowRole.TRADED
        and flow.resource_id != step.output
    )
