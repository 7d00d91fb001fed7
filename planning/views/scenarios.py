"""Pages of scenarios: those of a programme, one, what it supposes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can_facilitate, get_programme_to_facilitate, signed_in
from common.web.pages import act, posted, query_without, submit
from planning import access
from planning.forms.scenarios import ScenarioForm, SitesForm, WhatIfForm
from planning.models import Objective, Scenario
from planning.selectors import scenarios as select
from planning.selectors.runs import fault_rows, left_out_rows
from planning.services import runs, scenarios

PER_PAGE = 50


@require_safe
@login_required
def programme_plans(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme's scenarios; for its members the plans that are shown to them."""
    programme = access.get_programme_to_plan(request.user, slug)
    context = {
        "programme": programme,
        "facilitated": can_facilitate(request.user, programme),
        "scenarios": select.scenarios_of(request.user, programme),
        "published": select.published_runs(request.user, programme),
    }
    return render(request, "planning/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def programme_plan_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a scenario, and run it at once."""
    user = signed_in(request)
    programme = get_programme_to_facilitate(user, slug)
    form = ScenarioForm(posted(request), currency=programme.currency)
    made = submit(
        request,
        form,
        lambda: scenarios.create_scenario(actor=user, programme=programme, details=form.details()),
    )
    if made:
        if "run" in request.POST:
            return redirect("plan_run", runs.start_run(actor=user, scenario=made).pk)
        return redirect("scenario", made.pk)
    return render(request, "planning/scenario_form.html", {"form": form, "programme": programme})


@require_safe
@login_required
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """A scenario: what it says, what it supposes, its runs, and what the last of them found wrong or left out."""
    found = access.get_scenario(request.user, pk)
    past = list(access.visible_runs(request.user).filter(scenario=found)[:20])
    last = next((run for run in past if not run.is_open), None)
    context = {
        "scenario": found,
        "programme": found.programme,
        "runs": past,
        "unit": found.currency if found.objective in (Objective.MONEY, Objective.WEIGHTED) else "t",
        "last": last,
        "faults": fault_rows(request.user, last) if last else [],
        "left_out": left_out_rows(request.user, last) if last else [],
        "supposed": len(found.what_ifs) + len(found.sites_out),
    }
    return render(request, "planning/scenario.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scenario_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a scenario anew."""
    user = signed_in(request)
    found = access.get_scenario(user, pk)
    form = ScenarioForm(posted(request), scenario=found)
    if submit(
        request,
        form,
        lambda: scenarios.change_scenario(
            actor=user, scenario=found, details=form.details(), seen=form.seen_version
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("scenario", pk)
    context = {"form": form, "programme": found.programme, "scenario": found}
    return render(request, "planning/scenario_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scenario_listings(request: HttpRequest, pk: int) -> HttpResponse:
    """What is supposed of the listings, page by page."""
    user = signed_in(request)
    found = access.get_scenario(user, pk)
    page = Paginator(select.listings_to_plan(found.programme), PER_PAGE).get_page(request.GET.get("page"))
    form = WhatIfForm(posted(request), listings=page.object_list, scenario=found)
    if submit(request, form, lambda: scenarios.suppose(actor=user, scenario=found, listings=form.what_ifs())):
        messages.success(request, _("Saved. Run the scenario to see what it does."))
        if page.has_next() and "next" in request.POST:
            return redirect(f"{reverse('scenario_listings', args=[pk])}?page={page.next_page_number()}")
        return redirect("scenario", pk)
    context = {
        "form": form,
        "scenario": found,
        "programme": found.programme,
        "page": page,
        "query": query_without(request, "page"),
    }
    return render(request, "planning/what_if.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scenario_sites(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sites are left out."""
    user = signed_in(request)
    found = access.get_scenario(user, pk)
    form = SitesForm(posted(request), scenario=found, sites=select.sites_to_plan(found.programme))
    if submit(
        request,
        form,
        lambda: scenarios.suppose(actor=user, scenario=found, listings={}, sites_out=form.chosen()),
    ):
        messages.success(request, _("Saved. Run the scenario to see what it does."))
        return redirect("scenario", pk)
    context = {"form": form, "scenario": found, "programme": found.programme}
    return render(request, "planning/sites_out.html", context)


@require_POST
@login_required
def scenario_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a scenario away."""
    found = access.get_scenario(request.user, pk)
    return act(
        request,
        lambda: scenarios.archive_scenario(actor=signed_in(request), scenario=found),
        _("Put away."),
        to=reverse("programme_plans", args=[found.programme.slug]),
    )


@require_POST
@login_required
def scenario_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the best plan of a scenario as it is now."""
    found: Scenario = access.get_scenario(request.user, pk)
    to = {"url": reverse("scenario", args=[pk])}

    def run() -> None:
        to["url"] = reverse("plan_run", args=[runs.start_run(actor=signed_in(request), scenario=found).pk])

    answer = act(request, run, "", to=to["url"])
    return redirect(to["url"]) if answer.status_code == 302 else answer
