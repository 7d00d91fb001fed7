"""Runs: asked for, cancelled, shown to members; and what is studied of them."""

from datetime import timedelta
from functools import partial
from typing import Final

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from common.errors import Conflict, Invalid
from events.services import record_event
from planning.models import PlanRun, PlanStudy, RunState, Scenario, StudyState
from planning.models.runs import OPEN_RUNS
from planning.services.scenarios import check_in_use
from planning.services.studies import STUDIES

SOLVE: Final = "planning.tasks.solve_run"
STUDY: Final = "planning.tasks.work_study"
MOST_OPEN: Final = 3
"""Runs of one programme at a time: each takes a core."""
LOST_AFTER: Final = timedelta(seconds=60)
"""Without a sign from its worker a run is taken to have lost it."""
MOST_ATTEMPTS: Final = 3
LONGEST_STUDY: Final = timedelta(minutes=16)


@transaction.atomic
def start_run(*, actor: User, scenario: Scenario, seed: int = 0) -> PlanRun:
    """Ask for the best plan of a scenario as it is now."""
    scenario = Scenario.objects.select_for_update(of=("self",)).get(pk=scenario.pk)
    check_in_use(scenario)
    others = PlanRun.objects.filter(scenario__programme=scenario.programme_id, state__in=OPEN_RUNS)
    if others.filter(scenario=scenario).exists():
        raise Conflict(_("This scenario is being run already: wait for it, or cancel it."), code="running")
    if others.count() >= MOST_OPEN:
        raise Conflict(
            _("%(most)s runs of this programme are under way: wait for one of them.") % {"most": MOST_OPEN},
            code="too_many",
        )
    run = PlanRun.objects.create(scenario=scenario, asked_by=actor, seed=seed)
    data = {"programme": scenario.programme_id, "scenario": scenario.pk}
    record_event(kind="plan_run.asked", subject=run, actor=actor, data=data)
    transaction.on_commit(partial(send, SOLVE, run.pk), robust=True)
    run.refresh_from_db()
    return run


@transaction.atomic
def cancel_run(*, actor: User, run: PlanRun) -> PlanRun:
    """Stop a run: at once while it waits, else as soon as its worker looks up."""
    run = _locked(run)
    if not run.is_open:
        raise Conflict(_("This run is over already."), code="over")
    run.cancel_asked_at = timezone.now()
    if run.state == RunState.QUEUED:
        run.state, run.finished_at = RunState.CANCELLED, run.cancel_asked_at
    run.save(update_fields=["cancel_asked_at", "state", "finished_at"])
    data = {"programme": run.scenario.programme_id, "scenario": run.scenario_id}
    record_event(kind="plan_run.cancelled", subject=run, actor=actor, data=data)
    return run


@transaction.atomic
def publish_run(*, actor: User, run: PlanRun, is_public: bool = True) -> PlanRun:
    """Show a plan to the members of its programme, each their own flows; or take it back."""
    run = _locked(run)
    if run.state != RunState.DONE:
        raise Conflict(_("Only a plan that is done can be shown."), code="not_done")
    run.published_at = timezone.now() if is_public else None
    run.save(update_fields=["published_at"])
    kind = "plan_run.published" if is_public else "plan_run.taken_back"
    data = {"programme": run.scenario.programme_id, "scenario": run.scenario_id}
    record_event(kind=kind, subject=run, actor=actor, data=data)
    return run


@transaction.atomic
def ask_study(*, actor: User, run: PlanRun, name: str) -> PlanStudy:
    """Ask for a study of a plan; one that failed is tried again."""
    if name not in STUDIES:
        raise Invalid({"study": _("Choose one of: %(choices)s.") % {"choices": ", ".join(STUDIES)}})
    run = _locked(run)
    if run.state != RunState.DONE:
        raise Conflict(_("Only a plan that is done can be studied."), code="not_done")
    study, is_new = PlanStudy.objects.get_or_create(run=run, name=name)
    if not is_new and study.state != StudyState.FAILED:
        return study
    PlanStudy.objects.filter(pk=study.pk).update(
        state=StudyState.QUEUED, error="", attempts=0, asked_at=Now()
    )
    data = {"programme": run.scenario.programme_id, "study": name}
    record_event(kind="plan_run.study_asked", subject=run, actor=actor, data=data)
    transaction.on_commit(partial(send, STUDY, study.pk), robust=True)
    study.refresh_from_db()
    return study


def send(task: str, pk: int) -> bool:
    """Tell the workers; return whether the broker took it. Losing a hint costs time, never work."""
    try:
        current_app.send_task(task, args=[pk])
    except (OperationalError, OSError):
        return False
    return True


def sweep_runs() -> list[int]:
    """Take up what lost its worker, and tell the workers again of what waits; return the runs told of.

    What took its worker down `MOST_ATTEMPTS` times has failed: the memory did not suffice, most probably.
    """
    lost = PlanRun.objects.filter(state=RunState.RUNNING, beat_at__lt=Now() - LOST_AFTER)
    lost.filter(cancel_asked_at__isnull=False).update(state=RunState.CANCELLED, finished_at=Now(), mark=None)
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=RunState.FAILED, error="killed", finished_at=Now(), mark=None
    )
    lost.update(state=RunState.QUEUED, mark=None, step="")
    studies = PlanStudy.objects.filter(state=StudyState.RUNNING, started_at__lt=Now() - LONGEST_STUDY)
    studies.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=StudyState.FAILED, error="killed", finished_at=Now(), mark=None
    )
    studies.update(state=StudyState.QUEUED, mark=None)
    waiting = list(PlanRun.objects.filter(state=RunState.QUEUED).order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        send(SOLVE, pk)
    for pk in (
        PlanStudy.objects.filter(Q(state=StudyState.QUEUED)).order_by("pk").values_list("pk", flat=True)
    ):
        send(STUDY, pk)
    return waiting


def _locked(run: PlanRun) -> PlanRun:
    found = PlanRun.objects.select_for_update(of=("self",)).select_related("scenario")
    return found.defer("inputs", "result", "answer").get(pk=run.pk)
