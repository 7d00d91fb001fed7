"""What pages and API tell of a run beside its flows."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from accounts.access import AnyUser
from planning.models import PlanRun
from planning.optimize.network import METRICS
from planning.selectors.names import with_names
from planning.selectors.words import FAULTS, LEFT_OUT
from planning.selectors.words import METRICS as METRIC_WORDS


@dataclass(frozen=True)
class MetricRow:
    """One metric per year, with the plan and without."""

    label: str | Promise
    unit: str
    plan: float
    baseline: float

    @property
    def change(self) -> float:
        """What the plan adds; negative: spares."""
        return self.plan - self.baseline

    @property
    def spared(self) -> float:
        """What it takes away."""
        return self.baseline - self.plan


@dataclass(frozen=True)
class FaultRow:
    """A fault by name, with what would be right."""

    subject: str
    text: str | Promise
    is_error: bool


@dataclass(frozen=True)
class LeftOutRow:
    """Why so many listings are not in the plan, the first of them by name."""

    reason: str | Promise
    count: int
    names: list[str]


def metric_rows(run: PlanRun) -> list[MetricRow]:
    """Return what a plan is judged by."""
    metrics: dict[str, Any] = run.planned.get("metrics", {})
    currency = run.scenario.currency
    return [
        MetricRow(METRIC_WORDS[metric], currency if metric == "cost" else "t", **metrics[metric])
        for metric in METRICS
        if metric in metrics
    ]


def fault_rows(user: AnyUser, run: PlanRun) -> list[FaultRow]:
    """Return the faults of the network of a run, errors first, by the names that the reader may know."""
    subjects = with_names(user, [each["subject"] for each in run.faults])
    return [
        FaultRow(subject, FAULTS[each["fault"]], each["is_error"])
        for each, subject in zip(run.faults, subjects, strict=True)
    ]


def left_out_rows(user: AnyUser, run: PlanRun, most: int = 20) -> list[LeftOutRow]:
    """Return what is not in the plan, by reason."""
    inputs: dict[str, Any] = run.kept_inputs
    by_reason: dict[str, list[int]] = {}
    for key, reason in inputs.get("left_out", []):
        by_reason.setdefault(reason, []).append(key)
    named = {reason: [f"offer-{key}" for key in keys[:most]] for reason, keys in by_reason.items()}
    names = with_names(user, named)
    counts: dict[str, int] = inputs.get("left_out_counts", {})
    return [
        LeftOutRow(words, counts.get(reason, 0), names[reason])
        for reason, words in LEFT_OUT.items()
        if reason in names
    ]
