"""Plans to take away: the flows as a table, the programme as the solver takes it."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from planning import access
from planning.selectors.shown import shown_plan
from planning.services.export import plan_csv, plan_xlsx, written_model

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
def plan_run_flows(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The flows of a plan, all that the reader may see."""
    found = access.get_plan(request.user, pk)
    plan = shown_plan(request.user, found, most=None)
    name = f"plan-{pk}.{kind}"
    if kind == "xlsx":
        return FileResponse(plan_xlsx(found, plan), as_attachment=True, filename=name, content_type=_XLSX)
    response = StreamingHttpResponse(plan_csv(found, plan), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@login_required
def plan_run_model(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The programme of a plan, for a facilitator: its numbers are everybody's."""
    access.get_run_to_steer(request.user, pk)
    found = access.get_plan(request.user, pk)
    response = HttpResponse(written_model(found, kind), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="plan-{pk}.{kind}"'
    return response
