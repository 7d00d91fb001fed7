"""The plan in an answer: what flows, runs, is kept, built and paid, and what one more unit at each node is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.optimize.model import Model, build_model
from planning.optimize.network import METRICS, Float, Metric, Network
from planning.optimize.solving import Outcome, Settings, Watch, solve

SMALLEST = 1e-10
"""What is less, of the largest amount in a plan, is the solver's rounding."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """A plan of a network. Amounts are in the nodes' units per period."""

    network: Network
    outcome: Outcome
    alternative: Float
    """M × T."""
    flow: Float
    """A × T, sent."""
    activity: Float
    """P × T."""
    on: Float
    """Processes with a least activity × T."""
    level: Float
    charge: Float
    discharge: Float
    """S × T."""
    size: Float
    """I."""
    is_built: Float
    """I: 1 or 0."""
    price: Float
    """N × T: what one more unit at the node spares, in the objective's money per unit."""
    rent: Float
    """L × T: what one more unit of a limit spares."""
    metrics: dict[Metric, float]
    """Per year."""

    @property
    def objective(self) -> float:
        """Return the weighted sum of the metrics, per year."""
        return sum(weight * self.metrics[metric] for metric, weight in self.network.economy.weights.items())


def make_plan(
    network: Network, settings: Settings | None = None, watch: Watch | None = None
) -> tuple[Plan | None, Outcome]:
    """Build the programme, solve it, read the answer. No plan: see how the outcome ended."""
    model = build_model(network)
    outcome = solve(model, settings, watch)
    return (read_plan(network, model, outcome) if outcome.has_plan else None), outcome


def read_plan(network: Network, model: Model, outcome: Outcome) -> Plan:
    """Read the plan out of an answer."""
    values = outcome.values
    scale = max(float(np.abs(values).max(initial=0.0)), 1.0)
    values = np.where(np.abs(values) < SMALLEST * scale, 0.0, values)
    parts = {name: block.read(values) for name, block in model.blocks.items()}
    built = (parts["size"][:, 0] > 0).astype(np.float64)
    built[model.blocks["build"].members] = parts["build"][:, 0]
    balance, capacity = model.rows["balance"], model.rows["capacity"]
    duals = outcome.row_duals
    return Plan(
        network=network,
        outcome=outcome,
        alternative=parts["alternative"],
        flow=parts["flow"],
        activity=parts["activity"],
        on=parts["on"],
        level=parts["level"],
        charge=parts["charge"],
        discharge=parts["discharge"],
        size=parts["size"][:, 0],
        is_built=built,
        price=-duals[balance.start : balance.start + balance.size].reshape(network.nodes.fixed.shape),
        rent=-duals[capacity.start : capacity.start + capacity.size].reshape(
            len(network.limits), network.periods.count
        ),
        metrics={
            metric: float(
                sum((block.effects[place] * parts[name]).sum() for name, block in model.blocks.items())
            )
            for place, metric in enumerate(METRICS)
        },
    )
