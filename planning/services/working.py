"""A run in its worker: read, check, solve, keep. What came of it is written at once, or not at all."""

import logging
import threading
import time
import uuid
from dataclasses import asdict
from types import TracebackType
from typing import Any, Final

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from planning.adapters.inputs import Inputs
from planning.adapters.networks import network_of
from planning.adapters.reading import read_inputs
from planning.adapters.results import kept_result, network_size
from planning.models import PlanRun, RunState, Scenario
from planning.optimize.answers import make_plan, read_plan
from planning.optimize.checks import find_faults
from planning.optimize.decompose import solve_in_parts
from planning.optimize.model import build_model
from planning.optimize.network import Network
from planning.optimize.solving import Progress, Settings, Status, Watch
from planning.optimize.verify import verify
from planning.services.answers import packed

logger = logging.getLogger(__name__)
BEAT_S: Final = 1.0
MOST_FAULTS: Final = 50
_ENDED: Final = {
    Status.INFEASIBLE: (RunState.INFEASIBLE, "infeasible"),
    Status.UNBOUNDED: (RunState.FAILED, "earns_for_ever"),
    Status.TIME_OUT: (RunState.FAILED, "time_out"),
    Status.CANCELLED: (RunState.CANCELLED, ""),
    Status.FAILED: (RunState.FAILED, "solver"),
}


class Beat:
    """Says every second that the worker lives and how far it is, and hears whether to stop.

    A thread of its own, with a connection of its own: the solver may be silent for long.
    """

    def __init__(self, run_id: int, mark: uuid.UUID) -> None:
        self._run_id, self._mark = run_id, mark
        self._progress: Progress | None = None
        self._over, self._stop, self._late = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> "Beat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop, or another worker has taken the run over."""
        return self._stop.is_set()

    @property
    def is_late(self) -> bool:
        """Whether the search was stopped because its time was over."""
        return self._late.is_set()

    def watch_until(self, seconds: float) -> Watch:
        """Return what takes the solver's progress, and ends the search after so long or when somebody asked to stop."""
        last = time.monotonic() + seconds

        def watch(progress: Progress) -> bool:
            self._progress = progress
            if time.monotonic() > last:
                self._late.set()
            return not (self._stop.is_set() or self._late.is_set())

        return watch

    def _go_on(self) -> None:
        beaten = False
        while not self._over.wait(BEAT_S):
            beaten = True
            try:
                self._beat()
            except Exception:  # a database that is away for a moment must not end the search
                logger.exception("beat of run %s", self._run_id)
        if beaten:
            connection.close()

    def _beat(self) -> None:
        found = PlanRun.objects.filter(pk=self._run_id).values("mark", "cancel_asked_at").first()
        if found is None:
            return
        if found["mark"] != self._mark or found["cancel_asked_at"] is not None:
            self._stop.set()
            return
        told = self._progress
        figures = {} if told is None else {"objective": told.objective, "bound": told.bound, "gap": told.gap}
        seconds = {} if told is None else {"seconds": told.seconds}
        PlanRun.objects.filter(pk=self._run_id, mark=self._mark).update(beat_at=Now(), **figures, **seconds)


def work_run(*, run_id: int) -> bool:
    """Search for the best plan of a run unless somebody does or did; return whether it was done here."""
    mark = uuid.uuid4()
    taken = PlanRun.objects.filter(pk=run_id, state=RunState.QUEUED).update(
        state=RunState.RUNNING,
        mark=mark,
        started_at=Now(),
        beat_at=Now(),
        attempts=F("attempts") + 1,
        step="reading",
    )
    if not taken:
        return False
    try:
        with Beat(run_id, mark) as beat:
            ended = _found(run_id, mark, beat)
    except MemoryError:
        ended = {"state": RunState.FAILED, "error": "memory"}
    except Exception:  # told on the run's page; the log has the rest
        logger.exception("run %s", run_id)
        ended = {"state": RunState.FAILED, "error": "crash"}
    mine = PlanRun.objects.filter(pk=run_id, mark=mark, state=RunState.RUNNING)
    return bool(mine.update(finished_at=Now(), step="", mark=None, **ended))


def _found(run_id: int, mark: uuid.UUID, beat: Beat) -> dict[str, Any]:
    """Return what is to be written of the run."""
    inputs = _inputs_of(run_id, mark)
    network = network_of(inputs)
    faults = [asdict(each) | {"fault": each.fault.value} for each in find_faults(network)][:MOST_FAULTS]
    _tell(run_id, mark, size=network_size(network), faults=faults, step="solving")
    if any(each["is_error"] for each in faults):
        return {"state": RunState.FAILED, "error": "faults"}
    if beat.is_cancelled:
        return {"state": RunState.CANCELLED}
    return _solved(inputs, network, _seed(run_id), beat)


def _solved(inputs: Inputs, network: Network, seed: int, beat: Beat) -> dict[str, Any]:
    settings = Settings(seconds=inputs.economy["seconds"], seed=seed)
    # Without stores one month knows nothing of another, nor one group of resources of another: each part by itself.
    model = build_model(network)
    outcome = solve_in_parts(model, settings, workers=1, watch=beat.watch_until(settings.seconds))
    if beat.is_cancelled:
        return {"state": RunState.CANCELLED, "objective": None, "bound": None, "gap": None}
    plan = read_plan(network, model, outcome) if outcome.has_plan else None
    if plan is None and beat.is_late:
        return {"state": RunState.FAILED, "error": "time_out", "solver": outcome.solver}
    if plan is None:
        state, error = _ENDED[outcome.status]
        return {"state": state, "error": error, "solver": outcome.solver}
    violations = verify(plan)
    if violations:
        logger.error("a plan does not hold: %s", violations[:20])
        return {"state": RunState.FAILED, "error": "check", "solver": outcome.solver}
    baseline, without = make_plan(network.without_exchange(), settings)
    if baseline is None:
        state, error = _ENDED[without.status]
        return {"state": state, "error": error, "solver": outcome.solver}
    return {
        "state": RunState.DONE,
        "result": kept_result(inputs, plan, baseline) | {"is_proven": outcome.status == Status.OPTIMAL},
        "answer": packed(outcome),
        "objective": outcome.objective,
        "bound": outcome.bound,
        "gap": outcome.gap,
        "baseline": baseline.objective,
        "seconds": outcome.seconds,
        "solver": outcome.solver,
    }


def _inputs_of(run_id: int, mark: uuid.UUID) -> Inputs:
    """Return the inputs: those kept, where a worker before this one had read them, so that the answer is the same."""
    run = PlanRun.objects.only("inputs", "scenario").get(pk=run_id)
    if run.inputs is not None:
        return Inputs.from_json(run.inputs)
    scenario = Scenario.objects.select_related("programme").get(pk=run.scenario_id)
    inputs = read_inputs(scenario, timezone.now().date())
    _tell(run_id, mark, inputs=inputs.as_json(), digest=inputs.digest)
    return inputs


def _seed(run_id: int) -> int:
    return PlanRun.objects.values_list("seed", flat=True).get(pk=run_id)


def _tell(run_id: int, mark: uuid.UUID, **values: Any) -> None:
    PlanRun.objects.filter(pk=run_id, mark=mark).update(beat_at=Now(), **values)
