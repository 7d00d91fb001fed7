"""Which scenarios and plans somebody may see.

A scenario is its programme's facilitators' alone. A run that they published is also seen by the members of the
programme's organizations, each of whom is shown their own flows (`planning.selectors.shown`).
"""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import AnyUser, can_facilitate, get_programme, organizations_of
from accounts.models import Programme
from common.errors import Forbidden, NotFound
from planning.models import PlanRun, RunState, Scenario

_HEAVY = ("inputs", "result", "answer")


def is_in_programme(user: AnyUser, programme: Programme) -> bool:
    """Whether an organization of the user takes part."""
    return organizations_of(user).filter(programmes=programme).exists()


def get_programme_to_plan(user: AnyUser, slug: str) -> Programme:
    """Return a programme whose plans the user may look at: its facilitators and its members."""
    programme = get_programme(slug)
    if not (can_facilitate(user, programme) or is_in_programme(user, programme)):
        raise Forbidden(_("Plans are for the programme's facilitators and members."))
    return programme


def visible_scenarios(user: AnyUser) -> QuerySet[Scenario]:
    """Return the scenarios of the programmes that the user facilitates."""
    if not user.is_authenticated:
        return Scenario.objects.none()
    return Scenario.objects.filter(programme__facilitators=user.pk).select_related("programme", "created_by")


def get_scenario(user: AnyUser, pk: int) -> Scenario:
    """Return a scenario that the user may see, and so change and run."""
    scenario = visible_scenarios(user).filter(pk=pk).first()
    if scenario is None:
        raise NotFound
    return scenario


def visible_runs(user: AnyUser) -> QuerySet[PlanRun]:
    """Return the runs that the user may see, without their inputs and results."""
    if not user.is_authenticated:
        return PlanRun.objects.none()
    shown = Q(scenario__programme__facilitators=user.pk)
    shown |= Q(published_at__isnull=False, scenario__programme__organizations__in=organizations_of(user))
    keys = PlanRun.objects.filter(shown).values("pk")
    return (
        PlanRun.objects.filter(pk__in=keys).defer(*_HEAVY).select_related("scenario__programme", "asked_by")
    )


def get_run(user: AnyUser, pk: int) -> PlanRun:
    """Return a run that the user may see."""
    run = visible_runs(user).filter(pk=pk).first()
    if run is None:
        raise NotFound
    return run


def get_run_to_steer(user: AnyUser, pk: int) -> PlanRun:
    """Return a run that the user may cancel, publish, study and export whole: a facilitator of its programme."""
    run = get_run(user, pk)
    if not can_facilitate(user, run.scenario.programme):
        raise Forbidden(_("Only a facilitator of the programme can do this with a plan."))
    return run


def get_plan(user: AnyUser, pk: int) -> PlanRun:
    """Return a run that is done and that the user may see, with its result."""
    run = get_run(user, pk)
    if run.state != RunState.DONE:
        raise NotFound
    return run
