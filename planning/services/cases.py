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
from planning.cases.running import Flow, run_case
from planning.optimize.network import METRICS

KEPT_S: Final = 24 * 3600
MOST_FLOWS: Final = 40
_LEAST: Final = 1e-6


@dataclass(frozen=True)
class CaseResult:
    """What a case's page shows."""

    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    flows: tuple[Flow, ...]
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
    flows = [flow for flow in run.flows() if flow.is_exchange and flow.amount > _LEAST]
    tables = case.tables(run.given, run.plan, run.baseline) if case.tables else []
    return CaseResult(
        tuple(run.figures),
        tuple(tables),
        tuple(sorted(flows, key=lambda flow: -flow.amount)[:MOST_FLOWS]),
        {metric.value: (run.plan.metrics[metric], run.baseline.metrics[metric]) for metric in METRICS},
        run.plan.network.economy.currency,
        run.plan.outcome.seconds,
    )
