"""The programme to HiGHS and back. How it ended is a value, never an exception."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from planning.optimize.model import Model
from planning.optimize.network import Float


class Status(StrEnum):
    """How a search for the best plan ended."""

    OPTIMAL = "optimal"
    """Proven best, within the gap asked for."""
    FEASIBLE = "feasible"
    """A plan, not proven within the gap: time was out, or it was cancelled."""
    INFEASIBLE = "infeasible"
    """Proven that no plan meets all constraints."""
    UNBOUNDED = "unbounded"
    """Something earns for ever."""
    TIME_OUT = "time_out"
    """No plan found in the time given."""
    CANCELLED = "cancelled"
    """Cancelled before there was a plan."""
    FAILED = "failed"
    """The solver gave up: numbers, memory."""

    @property
    def has_plan(self) -> bool:
        """Whether there is an answer to read."""
        return self in (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True)
class Settings:
    """How long and how exactly to search."""

    seconds: float = 60.0
    gap: float = 1e-3
    """Relative: (objective − bound) / |objective|; without whole numbers the optimum is exact."""
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """Where a search stands."""

    seconds: float
    objective: float | None
    """The best plan's so far."""
    bound: float | None
    gap: float | None


Watch = Callable[[Progress], bool]
"""Told of progress; True: go on, False: cancel."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """How it ended, with the answer where there is one."""

    status: Status
    values: Float
    """C, empty without a plan."""
    row_duals: Float
    """R: what the objective grows by per unit of a row's bound. With whole numbers: of the programme in which they are
    fixed at the plan's. Empty without a plan."""
    objective: float
    bound: float
    gap: float
    seconds: float
    solver: str
    """Name and version."""
    seed: int

    @property
    def has_plan(self) -> bool:
        """Whether there is an answer to read."""
        return self.status.has_plan


def solve(
    model: Model, settings: Settings | None = None, watch: Watch | None = None, start: Float | None = None
) -> Outcome:
    """Search for the least cost. `start`: a plan to begin with."""
    settings = settings or Settings()
    highs = loaded(model, settings, watch)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        highs.setSolution(solution)
    highs.run()
    status = _status(highs, cancelled=watch is not None)
    info = highs.getInfo()
    found = highs.getSolution()
    whole = bool(model.is_integer.any())
    seconds = highs.getRunTime()
    if not status.has_plan:
        return _without_plan(status, settings, seconds)
    values = np.array(found.col_value)
    objective = float(info.objective_function_value)
    duals = np.array(found.row_dual)
    if whole:
        values[model.is_integer] = np.round(values[model.is_integer])
        fixed = solve(_fixed(model, values), replace(settings, seconds=max(settings.seconds, 60.0)))
        if not fixed.has_plan:
            return _without_plan(Status.FAILED, settings, seconds)
        values, duals = fixed.values, fixed.row_duals
        objective, seconds = fixed.objective, seconds + fixed.seconds
    bound = float(info.mip_dual_bound) if whole else objective
    return Outcome(
        status=status,
        values=values,
        row_duals=duals,
        objective=objective,
        bound=bound,
        gap=max(objective - bound, 0.0) / max(abs(objective), 1e-9),
        seconds=seconds,
        solver=_solver(),
        seed=settings.seed,
    )


def solve_all(
    models: list[Model], settings: Settings | None = None, workers: int = 2, watch: Watch | None = None
) -> list[Outcome]:
    """Search in several programmes at once, in threads: HiGHS leaves Python alone while it works.

    `watch` is told of each by itself, and cancels them all.
    """
    if workers < 2:
        return [solve(model, settings, watch) for model in models]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda model: solve(model, settings, watch), models))


def write_model(model: Model, path: Path) -> None:
    """Write the programme as LP or MPS, by the ending of `path`."""
    highs = loaded(model, Settings(), None)
    for column, name in enumerate(_plain(model.column_name, model.cost.size)):
        highs.passColName(column, name)
    for row, name in enumerate(_plain(model.row_name, model.row_lower.size)):
        highs.passRowName(row, name)
    highs.writeModel(str(path))


class _Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints when callbacks are switched on."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def quiet() -> Any:
    """Return an empty solver that prints nothing."""
    return _Quiet()  # type: ignore[no-untyped-call]


def loaded(model: Model, settings: Settings, watch: Watch | None = None) -> Any:
    """Return the solver with the programme in it."""
    highs: Any = quiet()
    highs.setOptionValue("time_limit", float(settings.seconds))
    highs.setOptionValue("mip_rel_gap", float(settings.gap))
    highs.setOptionValue("random_seed", int(settings.seed))
    linear = highspy.HighsLp()
    linear.num_col_, linear.num_row_ = model.cost.size, model.row_lower.size
    linear.col_cost_, linear.col_lower_, linear.col_upper_ = model.cost, model.lower, model.upper
    linear.row_lower_, linear.row_upper_ = model.row_lower, model.row_upper
    linear.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    linear.a_matrix_.start_, linear.a_matrix_.index_ = model.start, model.index
    linear.a_matrix_.value_ = model.value
    if model.is_integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        linear.integrality_ = [kinds[int(whole)] for whole in model.is_integer]
    if highs.passModel(linear) == highspy.HighsStatus.kError:
        raise ValueError("The programme has a number that is none: look for it with `checks.find_faults`.")
    if watch is not None:
        _watched(highs, watch)
    return highs


def _watched(highs: Any, watch: Watch) -> None:
    def look(event: Any) -> None:
        found = event.data_out
        whole = np.isfinite(found.mip_primal_bound)
        progress = Progress(
            found.running_time,
            found.mip_primal_bound if whole else None,
            found.mip_dual_bound if np.isfinite(found.mip_dual_bound) else None,
            found.mip_gap if whole and np.isfinite(found.mip_gap) else None,
        )
        if not watch(progress):
            event.interrupt()

    highs.cbMipInterrupt.subscribe(look)
    highs.cbSimplexInterrupt.subscribe(look)
    highs.cbIpmInterrupt.subscribe(look)


def _fixed(model: Model, values: Float) -> Model:
    """Return the programme with its whole numbers fixed."""
    whole = model.is_integer
    return replace(
        model,
        lower=np.where(whole, values, model.lower),
        upper=np.where(whole, values, model.upper),
        is_integer=np.zeros_like(whole),
    )


def _status(highs: Any, *, cancelled: bool) -> Status:
    ended = highs.getModelStatus()
    names = highspy.HighsModelStatus
    feasible = int(highs.getInfo().primal_solution_status) == 2
    match ended:
        case names.kOptimal:
            return Status.OPTIMAL
        case names.kModelEmpty:
            return Status.OPTIMAL if highs.getNumCol() == 0 else Status.FAILED
        case names.kInfeasible:
            return Status.INFEASIBLE
        case names.kUnbounded:
            return Status.UNBOUNDED
        case names.kUnboundedOrInfeasible:
            return _which(highs)
        case names.kTimeLimit:
            return Status.FEASIBLE if feasible else Status.TIME_OUT
        case names.kInterrupt if cancelled:
            return Status.FEASIBLE if feasible else Status.CANCELLED
        case _:
            return Status.FEASIBLE if feasible and ended == names.kSolutionLimit else Status.FAILED


def _which(highs: Any) -> Status:
    """Tell infeasible from unbounded: without presolve the solver has to say."""
    highs.setOptionValue("presolve", "off")
    highs.run()
    ended = highs.getModelStatus()
    if ended == highspy.HighsModelStatus.kInfeasible:
        return Status.INFEASIBLE
    return Status.UNBOUNDED if ended == highspy.HighsModelStatus.kUnbounded else Status.FAILED


def _without_plan(status: Status, settings: Settings, seconds: float) -> Outcome:
    empty = np.zeros(0)
    return Outcome(
        status=status,
        values=empty,
        row_duals=empty,
        objective=float("nan"),
        bound=float("nan"),
        gap=float("nan"),
        seconds=seconds,
        solver=_solver(),
        seed=settings.seed,
    )


def _solver() -> str:
    return f"HiGHS {version('highspy')}"


def _plain(name_of: Callable[[int], str], count: int) -> Iterator[str]:
    """Yield names that LP and MPS files can hold, each once: of two equal ones the second gets its number."""
    used: set[str] = set()
    for place in range(count):
        ascii_only = unicodedata.normalize("NFKD", name_of(place).replace("→", "_to_"))
        name = re.sub(r"[^A-Za-z0-9_.]+", "_", ascii_only.encode("ascii", "ignore").decode()).strip("_")
        name = f"{name}_{place}" if name in used else name
        used.add(name)
        yield name
