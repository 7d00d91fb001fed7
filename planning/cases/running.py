"""A case run: its plan beside the baseline without exchange, its flows and its figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from planning.cases.assumptions import Assumptions
from planning.cases.case import Case, Figure
from planning.cases.reading import SETTINGS, rounded
from planning.optimize.answers import Plan, make_plan
from planning.optimize.checks import Finding, find_faults
from planning.optimize.network import Network
from planning.optimize.verify import Violation, verify
from planning.studies.prices import settle


class NoPlan(ValueError):
    """The case has no plan with these assumptions; the message says why."""


@dataclass(frozen=True)
class Flow:
    """What goes one way in a year."""

    tail: str
    head: str
    amount: float
    """Units sent a year."""
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
                float(one.capex + self.plan.size[i] * one.capex_per_size),
            )
            for i, one in enumerate(network.investments)
            if self.plan.is_built[i] > 0
        ]


def run_case(case: Case, values: Mapping[str, float] | None = None) -> CaseRun:
    """Plan a case, with other values of its assumptions.

    KeyError: a name is not among them. ValueError: a value is no number that can be. NoPlan: see its message.
    """
    wrong = sorted(name for name, value in (values or {}).items() if not math.isfinite(value))
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: give a number, not infinity or nothing.")
    given = case.assumptions.changed(values or {})
    try:
        network = case.make_network(given)
    except ZeroDivisionError as error:
        raise NoPlan("One of the values may not be zero: something is divided by it.") from error
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
        raise NoPlan(f"The search for {which} ended without one: {outcome.status.value}.")
    return plan
