"""One way from a form to an effect, for every page; and what lists share.

    form = SiteForm(posted(request), site=site)
    saved = submit(request, form, lambda: update_site(…, details=form.details(), seen=form.seen_version))
    if saved:
        return redirect("organization")
    return render(request, "accounts/site_form.html", {"form": form})

A button without fields: `return act(request, lambda: pause_listing(…), _("Paused."), to=address)`.

The form's template begins with `{% component "form_head" form=form %}`: the keys against forging and doubling, the
version it was filled from, and what was refused as a whole. A button's begins with it without a form.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from common.errors import AppError, Forbidden, NotFound, Outdated, words_of

if TYPE_CHECKING:
    from common.web.forms import AppForm

FORM_KEY: Final = "form_key"
VERSION: Final = "seen_version"
NOT_CONTENT: Final = ("csrfmiddlewaretoken",)
_EFFECT, _REFUSAL, _KEPT = "_effect", "_refusal", "_kept_form"
_REDIRECT: Final = 302

Result = TypeVar("Result")


# --- what the middlewares say of a request ------------------------------------------------------------------
def refuse_all(request: HttpRequest, refusal: AppError) -> None:
    """Let every effect that this request asks for be refused, in these words."""
    setattr(request, _REFUSAL, refusal)


def took_effect(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether what a form asked for was done: by what was noted, else by the redirect that follows an effect."""
    noted: bool | None = getattr(request, _EFFECT, None)
    return response.status_code == _REDIRECT if noted is None else noted


def keep_form(request: HttpRequest, fields: QueryDict) -> None:
    """Note what was typed before the session ended, for the form that is now shown."""
    setattr(request, _KEPT, fields)


# --- what pages call ----------------------------------------------------------------------------------------
def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was typed into the form of this page: what is sent now, or what was kept through signing in."""
    return request.POST if request.method == "POST" else getattr(request, _KEPT, None)


def submit(request: HttpRequest, form: "AppForm", effect: Callable[[], Result]) -> Result | None:
    """Return what `effect` returns for a form that was sent and is right; else None, with what is wrong in the form.

    `Forbidden` and `NotFound` pass: they concern the page, not the form.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        _check_may(request)
        result = effect()
    except (Forbidden, NotFound):
        raise
    except Outdated as refusal:
        form.show_outdated(refusal)
    except AppError as refusal:
        form.show_refusal(refusal)
    else:
        setattr(request, _EFFECT, True)
        return result
    setattr(request, _EFFECT, False)
    return None


def rehearse(request: HttpRequest, form: "AppForm", effect: Callable[[], Result]) -> Result | None:
    """Return what `submit` would, but undo the effect: a first step that shows what the second one would refuse."""

    def undone() -> Result:
        with transaction.atomic():
            result = effect()
            transaction.set_rollback(True)
        return result

    result = submit(request, form, undone)
    setattr(request, _EFFECT, False)
    return result


def act(
    request: HttpRequest,
    effect: Callable[[], object],
    said: str,
    *,
    to: str,
    refused: Callable[[AppError], HttpResponse] | None = None,
) -> HttpResponse:
    """Do what a button asks, say so, and lead to `to`. A refusal is said there, or answered by `refused`."""
    try:
        _check_may(request)
        effect()
    except (Forbidden, NotFound):
        raise
    except AppError as refusal:
        setattr(request, _EFFECT, False)
        if refused is not None:
            return refused(refusal)
        messages.error(request, words_of(refusal))
    else:
        setattr(request, _EFFECT, True)
        if said:
            messages.success(request, said)
    return redirect(to)


def _check_may(request: HttpRequest) -> None:
    refusal: AppError | None = getattr(request, _REFUSAL, None)
    if refusal is not None:
        raise refusal


# --- lists --------------------------------------------------------------------------------------------------
def query_without(request: HttpRequest, *names: str) -> str:
    """Return the query as the start of another one, "" or ending in "&"."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return f"{query.urlencode()}&" if query else ""
