"""A case run: its plan beside the baseline without exchange, its flows and its figures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from planning.cases.assumptions import Assumption, Assumptions
from planning.cases.case import Case, Figure
from planning.cases.reading import SETTINGS, rounded
from planning.optimize.answers import Plan, make_plan
from planning.optimize.checks import Finding, find_faults
from planning.optimize.infeasible import explain_infeasibility
from planning.optimize.model import build_model
from planning.optimize.network import Network
from planning.optimize.solving import Status
from planning.optimize.verify import Violation, verify
from planning.studies.prices import settle

_MAY_BE_PAID: Final = re.compile(r"\b[A-Z]{3}\b")
"""Money: a price below nothing is one that is paid to whoever takes."""


class NoPlan(ValueError):
    """The case has no plan with these assumptions; the message says why."""


@dataclass(frozen=True)
class Flow:
    """What goes one way in a year."""

    tail: str
    head: str
    amount: float
    """Units sent a year."""
    months: tuple[float, ...]
    """Units sent in each period."""
    unit: str
    mode: str
    is_exchange: bool
    """Whether it passes from one party to another."""


@dataclass(frozen=True)
class Built:
    """What the plan builds."""

    name: str
    party: str
    size: float
    """Units per hour of what it carries."""
    capital: float


@dataclass(frozen=True)
class Gain:
    """What the plan is worth to a party."""

    party: str
    amount: float
    """Money per year."""


@dataclass(frozen=True, eq=False)
class CaseRun:
    """All that a case shows."""

    case: Case
    given: Assumptions
    plan: Plan
    baseline: Plan
    figures: list[Figure]
    findings: list[Finding]
    """What one should look at, though a plan could be made."""
    violations: list[Violation]
    """What does not hold when plan and baseline are added up from the network alone: nothing in a sound one."""

    def flows(self) -> list[Flow]:
        """Return the flows of the plan, exchanges first."""
        network = self.plan.network
        names, units, arcs = network.nodes.names, network.nodes.units, network.arcs
        yearly = self.plan.flow.sum(axis=1)
        found = [
            Flow(
                names[arcs.tail[a]],
                names[arcs.head[a]],
                float(yearly[a]),
                tuple(self.plan.flow[a].tolist()),
                units[arcs.tail[a]],
                arcs.modes[a],
                bool(arcs.is_exchange[a]),
            )
            for a in range(arcs.tail.size)
            if yearly[a] > 0
        ]
        return sorted(found, key=lambda flow: not flow.is_exchange)

    def gains(self) -> list[Gain]:
        """Return what each party gains over the baseline, trades settled at the plan's prices."""
        parties = self.plan.network.parties
        return [
            Gain(parties[one.party], rounded(one.gain)) for one in settle(self.plan, self.baseline).accounts
        ]

    def built(self) -> list[Built]:
        """Return what the plan builds."""
        network = self.plan.network
        return [
            Built(
                one.name,
                network.parties[one.party],
                float(self.plan.size[i]),
                one.capital(float(self.plan.size[i])),
            )
            for i, one in enumerate(network.investments)
            if self.plan.is_built[i] > 0
        ]


def run_case(case: Case, values: Mapping[str, float] | None = None) -> CaseRun:
    """Plan a case, with other values of its assumptions.

    KeyError: a name is not among them. ValueError: a value is no number that can be. NoPlan: see its message.
    """
    given = case.assumptions.changed(values or {})
    wrong = [text for one in given.all() if one.name in (values or {}) for text in _faults(one)]
    if wrong:
        raise ValueError(" ".join(wrong))
    try:
        return _run(case, given)
    except ZeroDivisionError as error:
        changed = ", ".join(values or {})
        raise NoPlan(
            f"With {changed} as given something would be divided by zero: give another value."
        ) from error


def _faults(one: Assumption) -> Iterator[str]:
    """Yield what a value cannot be, by its unit."""
    if not math.isfinite(one.value):
        yield f"{one.name}: give a number, not infinity or nothing."
    elif one.unit.startswith("share") and not 0 <= one.value <= 1:
        yield f"{one.name}: a share lies between 0 and 1, not {one.value:g}."
    elif one.value < 0 and not (one.unit.startswith("°") or _MAY_BE_PAID.search(one.unit)):
        yield f"{one.name}: {one.value:g} {one.unit} is less than nothing; give 0 or more."


def _run(case: Case, given: Assumptions) -> CaseRun:
    network = case.make_network(given)
    findings = find_faults(network)
    errors = [f"{one.subject}: {one.text}" for one in findings if one.is_error]
    if errors:
        raise NoPlan(" ".join(errors))
    plan, baseline = _planned(network, "the plan"), _planned(network.without_exchange(), "the baseline")
    violations = [*verify(plan), *verify(baseline)]
    return CaseRun(case, given, plan, baseline, case.figures(given, plan, baseline), findings, violations)


def _planned(network: Network, which: str) -> Plan:
    plan, outcome = make_plan(network, SETTINGS)
    if plan is None:
        clash = ""
        if outcome.status is Status.INFEASIBLE:
            clash = f" What clashes: {'; '.join(explain_infeasibility(build_model(network)).clashing)}."
        raise NoPlan(f"The search for {which} ended without one: {outcome.status.value}.{clash}")
    return plan
