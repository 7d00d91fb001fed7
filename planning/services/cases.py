"""A published case worked out for its page: its figures beside the published ones, its flows, what it spares."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from common.errors import Conflict, Invalid, NotFound
from planning.cases.case import Case, Figure, Table
from planning.cases.catalogue import CASES
from planning.cases.running import run_case
from planning.optimize.answers import Plan
from planning.optimize.network import METRICS, Network

KEPT_S: Final = 24 * 3600
MOST_FLOWS: Final = 40
_LEAST: Final = 1e-6


@dataclass(frozen=True)
class CaseFlow:
    """What goes from one node to another in a year."""

    tail: str
    head: str
    sent: float
    unit: str
    months: tuple[float, ...]


@dataclass(frozen=True)
class CaseResult:
    """What a case's page shows."""

    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    flows: tuple[CaseFlow, ...]
    metrics: dict[str, tuple[float, float]]
    """With the plan and without, per year."""
    currency: str
    seconds: float


def get_case(name: str) -> Case:
    """Return a published case; else `NotFound`."""
    if name not in CASES:
        raise NotFound
    return CASES[name]


def case_result(case: Case, changes: Mapping[str, float]) -> CaseResult:
    """Return what comes of a case with these assumptions changed; the same question is worked out once a day.

    Raises `Invalid` naming an assumption that there is not, and `Conflict` where no plan is possible with them.
    """
    said = ";".join(f"{name}={value!r}" for name, value in sorted(changes.items()))
    key = f"plan-case:{case.name}:{hashlib.sha256(said.encode()).hexdigest()}"
    kept: CaseResult | None = cache.get(key)
    if kept is None:
        kept = _worked_out(case, changes)
        cache.set(key, kept, KEPT_S)
    return kept


def _worked_out(case: Case, changes: Mapping[str, float]) -> CaseResult:
    unknown = sorted(set(changes) - set(case.assumptions))
    if unknown:
        raise Invalid(dict.fromkeys(unknown, _("This case has no such assumption.")))
    try:
        run = run_case(case, changes)
    except ValueError as error:  # says which value cannot be, or why there is no plan
        raise Conflict(str(error), code="no_plan") from error
    network = run.plan.network
    tables = case.tables(run.given, run.plan, run.baseline) if case.tables else []
    return CaseResult(
        tuple(run.figures),
        tuple(tables),
        _flows(network, run.plan),
        {metric.value: (run.plan.metrics[metric], run.baseline.metrics[metric]) for metric in METRICS},
        network.economy.currency,
        run.plan.outcome.seconds,
    )


def _flows(network: Network, plan: Plan) -> tuple[CaseFlow, ...]:
    names, units, arcs = network.nodes.names, network.nodes.units, network.arcs
    yearly = plan.flow.sum(axis=1)
    found = [
        CaseFlow(
            names[arcs.tail[arc]],
            names[arcs.head[arc]],
            float(yearly[arc]),
            units[arcs.tail[arc]],
            tuple(plan.flow[arc].tolist()),
        )
        for arc in range(arcs.tail.size)
        if yearly[arc] > _LEAST and arcs.is_exchange[arc]
    ]
    return tuple(sorted(found, key=lambda flow: -flow.sent)[:MOST_FLOWS])
