"""The facilitator's review."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import is_facilitator, signed_in
from accounts.models import Organization, Programme, User
from catalogue.forms import resource_from_text
from catalogue.models import Resource
from common.errors import AppError, Forbidden, NotFound
from common.pages import query_without
from matching.access import (
    get_match_to_review,
    matches_to_review,
    with_sides,
)
from matching.models import DismissReason, Match, MatchState
from matching.selectors.matches import mark_sides
from matching.selectors.runs import open_run
from matching.services.reviews import approve_match, dismiss_match

PER_PAGE = 20


@require_safe
@login_required
def review(request: HttpRequest) -> HttpResponse:
    """The queue by score, to approve or dismiss."""
    if not is_facilitator(request.user):
        raise Forbidden(_("Only facilitators of a programme review matches."))
    programmes = Programme.objects.filter(facilitators=request.user.pk)
    programme = programmes.filter(slug=request.GET.get("programme", "").replace("\0", "")).first()
    state = request.GET.get("state", MatchState.PROPOSED)
    if state not in MatchState.values:
        state = MatchState.PROPOSED
    resource, wrong = _resource(request.GET.get("resource", ""))
    found = _narrowed(matches_to_review(request.user).filter(state=state), programme, resource)
    page = Paginator(with_sides(found).order_by("-score", "distance_km", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    page.object_list = mark_sides(request.user, page.object_list)
    context = {
        "page": page,
        "query": query_without(request, "page"),
        "programmes": [(p, p == programme) for p in programmes],
        "states": [(code, label, code == state) for code, label in MatchState.choices],
        "state": state,
        "resource": resource.name if resource else request.GET.get("resource", ""),
        "wrong_resource": wrong,
        "filtered": bool(programme or resource),
        "reasons": DismissReason.choices,
        "run": open_run(),
    }
    return render(request, "matching/review.html", context)


def _resource(text: str) -> tuple[Resource | None, str]:
    text = text.replace("\0", "").strip()
    if not text:
        return None, ""
    try:
        return resource_from_text(text), ""
    except ValidationError as error:
        return None, error.messages[0]


def _narrowed(
    matches: QuerySet[Match], programme: Programme | None, resource: Resource | None
) -> QuerySet[Match]:
    if programme:
        members = Organization.objects.filter(programmes=programme)
        matches = matches.filter(Q(offer__organization__in=members) | Q(request__organization__in=members))
    if resource:
        below = Resource.objects.descendants_of(resource)
        matches = matches.filter(Q(offer__resource__in=below) | Q(request__resource__in=below))
    return matches


@require_POST
@login_required
def match_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Introduce the parties."""
    remark = request.POST.get("remark", "")
    return _reviewed(
        request,
        pk,
        lambda user, found: approve_match(actor=user, match=found, remark=remark),
        _("Approved: both parties see it now."),
    )


@require_POST
@login_required
def match_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a match out, with its reason."""
    reason, remark = request.POST.get("reason", ""), request.POST.get("remark", "")
    return _reviewed(
        request,
        pk,
        lambda user, found: dismiss_match(actor=user, match=found, reason=reason, remark=remark),
        _("Dismissed."),
    )


def _reviewed(request: HttpRequest, pk: int, act: Callable[[User, Match], Match], done: str) -> HttpResponse:
    """Do it; answer htmx with the row as it is now, others with the page they came from."""
    found = get_match_to_review(request.user, pk)
    problem = ""
    try:
        act(signed_in(request), found)
    except (Forbidden, NotFound):
        raise
    except AppError as error:
        problem = " ".join(text for texts in error.fields.values() for text in texts) or error.message
    if request.htmx:  # type: ignore[attr-defined]  # by middleware
        [fresh] = mark_sides(request.user, [get_match_to_review(request.user, pk)])
        context = {"match": fresh, "reasons": DismissReason.choices, "problem": problem, "done": done}
        return render(request, "matching/_review_row.html", context)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done)
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("review")
