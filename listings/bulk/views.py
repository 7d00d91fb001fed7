"""Pages of import and export."""

from typing import IO, Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import current_membership, get_current_organization, signed_in
from accounts.views.acting import organization_to_list_for
from common.errors import Conflict
from common.templatetags.loopyard import number
from common.web.pages import act, posted, query_without, submit
from listings.access import get_import_to_trade, listings_on_market, own_imports, own_listings
from listings.bulk import export
from listings.bulk.columns import COLUMN, QUALITY
from listings.bulk.forms import TakeForm, UploadForm, WayForm
from listings.bulk.services import (
    preview,
    progress_of,
    read_otherwise,
    refused_rows,
    start_import,
    take_import,
)
from listings.models import ImportState, Listing, ListingImport, ListingQuerySet, Period, State
from listings.search.rows import rows_asked
from listings.selectors.filters import ListingFilter, understood

PER_PAGE: Final = 50
_RECENT: Final = 10
_CSV, _XLSX = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
UNDER_WAY: Final = (ImportState.CHECKING, ImportState.WRITING)


# --- import -------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_new(request: HttpRequest) -> HttpResponse:
    """Send a file of listings; the template to fill in, and what was sent before."""
    organization = organization_to_list_for(request)
    if isinstance(organization, HttpResponse):
        return organization
    form = UploadForm(posted(request), request.FILES or None)
    sent = submit(
        request,
        form,
        lambda: start_import(
            actor=signed_in(request), organization=organization, upload=form.cleaned_data["file"]
        ),
    )
    if sent:
        return redirect("listing_import", sent.pk)
    recent = own_imports(request.user).filter(organization=organization)[:_RECENT]
    context = {"form": form, "recent": recent, "columns": export.allowed_rows()}
    return render(request, "listings/bulk/upload.html", context)


@require_safe
@login_required
def import_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The template, with an example and what each column takes."""
    membership = current_membership(request)
    organization = membership.organization if membership else None
    day = timezone.localdate().isoformat()
    if kind == "xlsx":
        return _file(export.template_xlsx(organization, day), "listings.xlsx")
    rows = export.template_rows(organization, day)
    return _streamed(export.csv_of(rows, export.template_head()), "listings.csv")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_import(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that was sent: how it is read, what would come of it, how far it is, what came of it."""
    found = get_import_to_trade(request.user, pk)
    form = WayForm(posted(request), listing_import=found)
    done = submit(request, form, lambda: _read_otherwise(request, found, form))
    if done:
        return redirect("listing_import", pk)
    return render(request, "listings/bulk/import.html", _shown(request, found, form))


def _read_otherwise(request: HttpRequest, found: ListingImport, form: WayForm) -> bool:
    way = None if form.reads_otherwise() else form.way()
    read_otherwise(actor=signed_in(request), listing_import=found, reading=form.reading(), way=way)
    return True


def _shown(request: HttpRequest, found: ListingImport, form: WayForm) -> dict[str, Any]:
    problems = Paginator(found.problems.all(), PER_PAGE).get_page(request.GET.get("page"))
    headings = found.head["headings"]
    for problem in problems.object_list:
        place = found.mapping.get(problem.field)
        problem.heading = headings[place] if place is not None else _label_of(problem.field)
    before = found.state in (ImportState.CHECKING, ImportState.CHECKED)
    return {
        "import": found,
        "form": form,
        "take": TakeForm(initial={"rows": "whole" if found.only_whole else "good"}),
        "problems": problems,
        "query": query_without(request, "page"),
        "before": before,
        "under_way": found.state in UNDER_WAY,
        "preview": [_understood(read) for read in preview(found)] if before else [],
        **_figures(found),
    }


def _label_of(name: str) -> str:
    return str(COLUMN[name].label) if name in COLUMN else name.removeprefix(QUALITY).replace("-", " ")


def _understood(read: Any) -> dict[str, Any]:
    period = Period(read.terms.period).label if read.terms else ""
    return {"row": read.row, "terms": read.terms, "period": period, "problems": read.problems}


def _figures(found: ListingImport) -> dict[str, Any]:
    counts = found.counts
    good = sum(counts.get(name, 0) for name in ("created", "updated"))
    done, of = progress_of(found)
    return {"counts": counts, "good": good, "done": done, "of": of, "percent": 100 * done // of if of else 0}


@require_safe
@login_required
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is, for htmx; where it is done, the page is asked for anew."""
    found = get_import_to_trade(request.user, pk)
    if found.state not in UNDER_WAY:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "listings/bulk/_progress.html", {"import": found, **_figures(found)})


@require_POST
@login_required
def import_take(request: HttpRequest, pk: int) -> HttpResponse:
    """List what the file says."""
    found = get_import_to_trade(request.user, pk)
    form = TakeForm(request.POST)
    chosen = form.cleaned_data if form.is_valid() else {"rows": "good", "then": "publish"}
    return act(
        request,
        lambda: take_import(
            actor=signed_in(request),
            listing_import=found,
            publish=chosen["then"] == "publish",
            only_whole=chosen["rows"] == "whole",
        ),
        "",
        to=reverse("listing_import", args=[pk]),
    )


@require_safe
@login_required
def import_refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that were refused, as they were sent, each with what is wrong: to be corrected and sent again."""
    found = get_import_to_trade(request.user, pk)
    rows = iter(refused_rows(found))
    return _streamed(export.csv_of(rows, next(rows)), "refused.csv")


# --- export -------------------------------------------------------------------------------------------------
@require_safe
def market_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The market as it is filtered, as its page shows it to whoever asks."""
    query = understood(request.GET, line_wins=True)
    filters = ListingFilter(query, queryset=Listing.objects.none(), request=request)
    asked = rows_asked(filters.question()).values("listing_id")
    listings = listings_on_market(request.user).filter(pk__in=asked)
    return _exported(request, listings.order_by("-pk"), kind, "market")


@require_safe
@login_required
def my_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What my organization has listed, in every state or in one."""
    organization = get_current_organization(request)
    listings = own_listings(request.user).filter(organization=organization)
    state = request.GET.get("state", "")
    shown = listings.filter(state=state) if state in State.values else listings.exclude(state=State.WITHDRAWN)
    return _exported(request, shown.order_by("-pk"), kind, "my-listings")


def _exported(request: HttpRequest, listings: ListingQuerySet, kind: str, name: str) -> HttpResponseBase:
    rows = export.rows_of(listings, request.user)
    if kind == "csv":
        return _streamed(export.csv_of(rows), f"{name}.csv")
    if listings[export.MOST_XLSX_ROWS : export.MOST_XLSX_ROWS + 1].exists():
        text = _("These are more than %(most)s listings. Narrow them, or take them as CSV.")
        raise Conflict(text % {"most": number(export.MOST_XLSX_ROWS)}, code="too_many")
    return _file(export.xlsx_of(rows), f"{name}.xlsx")


def _streamed(pieces: Any, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(pieces, content_type=_CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(file: IO[bytes], name: str) -> HttpResponseBase:
    return FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX)
