"""Pages of published cases: what is assumed, what comes of it, what was published."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.errors import AppError, words_of
from planning.cases.catalogue import CASES
from planning.forms.cases import AssumptionsForm
from planning.selectors.shown import month_bars
from planning.services.cases import case_result, get_case


@require_safe
def plan_cases(request: HttpRequest) -> HttpResponse:
    """The published cases."""
    return render(request, "planning/cases.html", {"cases": [CASES[name] for name in CASES]})


@require_safe
def plan_case(request: HttpRequest, name: str) -> HttpResponse:
    """A case: everybody sees it as it is; who is signed in may suppose otherwise."""
    case = get_case(name)
    if request.GET and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    form = AssumptionsForm(request.GET or None, assumptions=case.assumptions)
    changes = form.changes() if form.is_bound and form.is_valid() else {}
    result, refused = None, ""
    try:
        if not form.errors:
            result = case_result(case, changes)
    except AppError as refusal:
        refused = words_of(refusal)
    context = {
        "case": case,
        "form": form,
        "changed": set(changes),
        "result": result,
        "refused": refused,
        "flows": [(flow, month_bars(flow.months)) for flow in (result.flows if result else ())],
    }
    return render(request, "planning/case.html", context)
