"""Pages of runs: progress, the plan, two of them side by side; and what is done with one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from common.errors import NotFound
from common.web.pages import act
from listings.views.maps import place_of
from planning import access
from planning.models import PlanRun, RunState, StudyState
from planning.selectors.pictures import before_and_after, flow_lines
from planning.selectors.runs import fault_rows, left_out_rows, metric_rows
from planning.selectors.shown import ShownPlan, shown_plan
from planning.selectors.words import ERRORS, STEPS
from planning.services import runs
from planning.services.studies import study_rows
from planning.services.synergies import take_up_flow
from trading.models import Synergy


@require_safe
@login_required
def plan_run(request: HttpRequest, pk: int) -> HttpResponse:
    """A run: how far it is, why it ended, or the plan."""
    found = access.get_run(request.user, pk)
    shown = shown_plan(request.user, found)
    context = {"run": found, "scenario": found.scenario, "programme": found.scenario.programme, "plan": shown}
    if shown.is_whole:
        context |= {
            "faults": fault_rows(request.user, found),
            "left_out": left_out_rows(request.user, found) if not found.is_open else [],
            "error": ERRORS.get(found.error, ""),
            "step": STEPS.get(found.step, ""),
        }
    if found.state == RunState.DONE:
        context |= _pictured(found, shown)
        if shown.is_whole:
            context |= _told_to_facilitators(request, found)
    return render(request, "planning/run.html", context)


def _pictured(run: PlanRun, shown: ShownPlan) -> dict[str, Any]:
    sides = {side.pk: side for flow in shown.flows for side in (flow.offer, flow.request)}
    points = [
        place_of(side, text=side.party_name, url=reverse("listing", args=[side.pk]) if side.opens else "")
        for side in sides.values()
    ]
    kept = run.planned["listings"]
    alone = dict(zip(kept["id"], kept["alone"], strict=True)) if shown.is_whole else {}
    return {
        "map": {"points": points, "flows": flow_lines(shown.flows)},
        "bands": before_and_after(shown.flows, alone),
    }


def _told_to_facilitators(request: HttpRequest, run: PlanRun) -> dict[str, Any]:
    others = access.visible_runs(request.user).filter(
        scenario__programme=run.scenario.programme_id, state=RunState.DONE
    )
    rows = study_rows(request.user, run)
    return {
        "metrics": metric_rows(run),
        "result": run.result,
        "others": others.exclude(pk=run.pk)[:20],
        "studies": rows,
        "study_open": any(row.study and row.study.state in _WAITING for row in rows),
    }


_WAITING = (StudyState.QUEUED, StudyState.RUNNING)


@require_safe
@login_required
def plan_run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is, for htmx; where nothing is under way any more, the page is asked for anew."""
    found = access.get_run_to_steer(request.user, pk)
    if not found.is_open and not found.studies.filter(state__in=_WAITING).exists():
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "planning/_progress.html", {"run": found, "step": STEPS.get(found.step, "")})


@require_POST
@login_required
def plan_run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a run."""
    found = access.get_run_to_steer(request.user, pk)
    to = reverse("plan_run", args=[pk])
    said = _("It stops as soon as its worker looks up.")
    return act(request, lambda: runs.cancel_run(actor=signed_in(request), run=found), said, to=to)


@require_POST
@login_required
def plan_run_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a plan to the programme's members, each their own flows; or take it back."""
    found = access.get_run_to_steer(request.user, pk)
    is_public = request.POST.get("shown") != "no"
    said = _("Members see their own flows of it now.") if is_public else _("Facilitators alone see it now.")
    return act(
        request,
        lambda: runs.publish_run(actor=signed_in(request), run=found, is_public=is_public),
        said,
        to=reverse("plan_run", args=[pk]),
    )


@require_POST
@login_required
def plan_run_study(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a study of a plan."""
    found = access.get_run_to_steer(request.user, pk)
    name = request.POST.get("study", "")[:30]
    return act(
        request,
        lambda: runs.ask_study(actor=signed_in(request), run=found, name=name),
        "",
        to=f"{reverse('plan_run', args=[pk])}#study-{name}",
    )


@require_POST
@login_required
def plan_run_synergy(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the two parties of a flow together."""
    found = access.get_run_to_steer(request.user, pk)
    flows = found.planned.get("flows", [])
    chosen = request.POST.get("match", "")
    match_id = next((flow["match"] for flow in flows if flow["match"] and str(flow["match"]) == chosen), None)
    if match_id is None:
        raise NotFound
    opened: list[Synergy] = []
    answer = act(
        request,
        lambda: opened.append(take_up_flow(actor=signed_in(request), match_id=match_id)),
        _("A synergy is opened; both parties are asked whether they are interested."),
        to=reverse("plan_run", args=[pk]),
    )
    return redirect("synergy", opened[0].pk) if opened else answer


@require_safe
@login_required
def plan_run_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two plans of one programme side by side."""
    one = access.get_run_to_steer(request.user, pk)
    chosen = request.GET.get("with", "")
    other = access.get_run_to_steer(request.user, int(chosen[:18])) if chosen.isdecimal() else None
    pair = [one] if other is None else [one, other]
    if any(
        run.state != RunState.DONE or run.scenario.programme_id != one.scenario.programme_id for run in pair
    ):
        raise NotFound
    others = access.visible_runs(request.user).filter(
        scenario__programme=one.scenario.programme_id, state=RunState.DONE
    )
    context = {
        "run": one,
        "other": other,
        "programme": one.scenario.programme,
        "others": others.exclude(pk=one.pk)[:50],
        "metrics": list(zip(metric_rows(one), metric_rows(other), strict=True)) if other else [],
        "flows": _compared(request, one, other) if other else [],
    }
    return render(request, "planning/compare.html", context)


def _compared(request: HttpRequest, one: PlanRun, other: PlanRun) -> list[dict[str, Any]]:
    """Flows of either by pair of listings, those that differ most first."""
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for place, run in enumerate((one, other)):
        for flow in shown_plan(request.user, run, most=None).flows:
            row = rows.setdefault((flow.offer.pk, flow.request.pk), {"flow": flow, "sent": [0.0, 0.0]})
            row["sent"][place] += flow.sent
    found = [row | {"change": row["sent"][1] - row["sent"][0]} for row in rows.values()]
    return sorted(found, key=lambda row: -abs(row["change"]))[:100]
