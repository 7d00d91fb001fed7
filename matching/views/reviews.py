"""The facilitator's review."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import is_facilitator, signed_in
from accounts.models import User
from common.errors import Conflict, Forbidden, words_of
from common.web.pages import act, posted, query_without, submit
from matching.access import get_match_to_review
from matching.forms.reviews import ApprovalForm, DismissalForm, QueueForm, SeveralForm
from matching.models import Match
from matching.selectors.queue import mark_interested, queue_of, queue_rows
from matching.selectors.runs import open_run
from matching.services.reviews import approve_match, dismiss_match, take_back_review

PER_PAGE = 20


# --- the queue ----------------------------------------------------------------------------------------------
@require_safe
@login_required
def review(request: HttpRequest) -> HttpResponse:
    """The queue by score, to approve or dismiss."""
    if not is_facilitator(request.user):
        raise _for_facilitators()
    form = QueueForm(request.GET, user=request.user)
    narrowing = form.narrowing()
    found = queue_rows(request.user, queue_of(request.user, narrowing))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = mark_interested(request.user, page.object_list)
    context = {
        "page": page,
        "rows": [(match, DismissalForm(match_id=match.pk)) for match in page.object_list],
        "query": query_without(request, "page"),
        "form": form,
        "count": page.paginator.count,
        "state": narrowing.state,
        "filtered": narrowing.is_filtered,
        "run": open_run(),
    }
    return render(request, "matching/review.html", context)


def _for_facilitators() -> Forbidden:
    return Forbidden(_("Only facilitators of a programme review matches."))


@require_safe
@login_required
def review_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row of the queue as it is now, with how many are left: what htmx is led to by an action."""
    return _row(request, pk, DismissalForm(match_id=pk))


@require_safe
@login_required
def review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What one looks at before the word on a match, beside the queue."""
    [match] = mark_interested(request.user, [get_match_to_review(request.user, pk)])
    context = {"match": match, "form": DismissalForm(match_id=pk)}
    return render(request, "matching/_review_detail.html", context)


def _row(request: HttpRequest, pk: int, form: DismissalForm) -> HttpResponse:
    [match] = mark_interested(request.user, [get_match_to_review(request.user, pk)])
    shown = QueueForm(
        QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query), user=request.user
    ).narrowing()
    context = {
        "match": match,
        "form": form,
        "count": queue_of(request.user, shown).count(),
        "live": True,
    }
    return render(request, "matching/_reviewed.html", context)


# --- actions ------------------------------------------------------------------------------------------------
@require_POST
@login_required
def match_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Introduce the parties."""
    form = ApprovalForm(request.POST)
    remark = form.cleaned_data["remark"] if form.is_valid() else ""
    return _reviewed(
        request,
        pk,
        lambda user, match: approve_match(actor=user, match=match, remark=remark),
        _with_way_back(request, pk, _("Approved: both parties see it now.")),
    )


@require_POST
@login_required
def match_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a match out, with its reason."""
    match = get_match_to_review(request.user, pk)
    form = DismissalForm(posted(request), match_id=pk)
    done = submit(
        request,
        form,
        lambda: dismiss_match(actor=signed_in(request), match=match, **form.cleaned_data),
    )
    if done:
        messages.success(request, _with_way_back(request, pk, _("Dismissed.")))
        return redirect(_led_to(request, pk))
    if request.htmx:  # type: ignore[attr-defined]  # by middleware
        return _row(request, pk, form)
    [match] = mark_interested(request.user, [match])
    context = {"match": match, "form": form, "back": request.POST.get("back", "")}
    return render(request, "matching/dismiss.html", context)


@require_POST
@login_required
def review_several(request: HttpRequest) -> HttpResponse:
    """Approve the ticked matches, or take back their reviews; what cannot be done is named, the rest goes on."""
    if not is_facilitator(request.user):
        raise _for_facilitators()
    user, form = signed_in(request), SeveralForm(request.POST)
    to = _back(request)
    if not form.is_valid():
        messages.error(request, _("Tick the matches first."))
        return redirect(to)
    takes_back = form.cleaned_data["take_back"]
    effect = take_back_review if takes_back else approve_match
    matches = [get_match_to_review(user, pk) for pk in form.cleaned_data["match"]]
    done, refused = [], []

    def each() -> None:
        for match in matches:
            try:
                done.append(effect(actor=user, match=match))
            except Conflict as refusal:
                refused.append(f"{match.offer.name} → {match.request.name}: {words_of(refusal)}")

    response = act(request, each, "", to=to)
    if done:
        messages.success(request, _said_of_several(len(done), takes_back=takes_back))
    for words in refused:
        messages.error(request, words)
    return response


def _said_of_several(count: int, *, takes_back: bool) -> str:
    if takes_back:
        return ngettext("%(count)d taken back.", "%(count)d taken back.", count) % {"count": count}
    said = ngettext(
        "%(count)d approved: its parties see it now.",
        "%(count)d approved: their parties see them now.",
        count,
    )
    return format_html(
        '{} <a href="{}?state=approved">{}</a>',
        said % {"count": count},
        reverse("review"),
        _("Look at what is approved, or take it back"),
    )


@require_POST
@login_required
def match_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a match back into the queue."""
    return _reviewed(
        request,
        pk,
        lambda user, match: take_back_review(actor=user, match=match),
        _("Taken back: it waits for a review again."),
    )


def _reviewed(
    request: HttpRequest, pk: int, effect: Callable[[User, Match], Match], said: str
) -> HttpResponse:
    match = get_match_to_review(request.user, pk)
    return act(request, lambda: effect(signed_in(request), match), said, to=_led_to(request, pk))


def _led_to(request: HttpRequest, pk: int) -> str:
    """Return where an action leads: htmx to the row as it is now, others to the page they came from."""
    if request.htmx:  # type: ignore[attr-defined]  # by middleware
        return reverse("match_review_row", args=[pk])
    return _back(request)


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else reverse("review")


def _with_way_back(request: HttpRequest, pk: int, said: str) -> str:
    """Return what is said of a review, with the way to take it back; a row of htmx has the button itself."""
    if request.htmx:  # type: ignore[attr-defined]  # by middleware
        return said
    return format_html(
        '{} <a href="{}">{}</a>', said, reverse("match", args=[pk]), _("Look at it, or take it back")
    )
