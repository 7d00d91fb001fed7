"""The solver's answer as bytes, and back: a plan is read again without being searched again."""

import io

import numpy as np

from planning.models import PlanRun
from planning.optimize.answers import Plan, read_plan
from planning.optimize.model import build_model
from planning.optimize.network import Network
from planning.optimize.solving import Outcome, Status


def packed(outcome: Outcome) -> bytes:
    """Return values and duals, compressed."""
    kept = io.BytesIO()
    np.savez_compressed(kept, values=outcome.values, row_duals=outcome.row_duals)
    return kept.getvalue()


def read_again(run: PlanRun, network: Network) -> Plan:
    """Return the plan of a run that is done; `network`: that of its inputs."""
    with np.load(io.BytesIO(bytes(run.answer or b"")), allow_pickle=False) as kept:
        values, row_duals = kept["values"], kept["row_duals"]
    objective, bound = run.objective or 0.0, run.bound or 0.0
    outcome = Outcome(
        status=Status.OPTIMAL,
        values=values,
        row_duals=row_duals,
        objective=objective,
        bound=bound,
        gap=run.gap or 0.0,
        seconds=run.seconds or 0.0,
        solver=run.solver,
        seed=run.seed,
    )
    return read_plan(network, build_model(network), outcome)
