"""What was typed outlives the session: a form sent after it ended leads through signing in back to the filled form.

The fields wait in the new, still anonymous session (`login()` carries it over), for half an hour, without files and
without secrets. A form that has a page of its own is filled in again there; one of a button or a panel is shown with
what it said, and a button to send it now. Nothing is sent by itself.
"""

import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_csrf_failure
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.web.pages import FORM_KEY, VERSION, keep_form

_SESSION_KEY: Final = "kept_form"
_KEPT_S: Final = 30 * 60
_MOST_BYTES: Final = 200_000
_ELSEWHERE: Final = "_kept_elsewhere"
_SECRET: Final = ("/accounts/", "/account/", "/admin/")
"""Addresses whose forms hold passwords."""
_UNSEEN: Final = ("csrfmiddlewaretoken", FORM_KEY, VERSION)


class KeptFormMiddleware:
    """Keep a form that nobody is signed in for, and fill it in again once somebody is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        leads_to_sign_in = response.get("Location", "").split("?")[0] == resolve_url(settings.LOGIN_URL)
        if (
            request.method == "POST"
            and not request.user.is_authenticated
            and leads_to_sign_in
            and not getattr(request, _ELSEWHERE, False)
            and _keep(request)
        ):
            return _to_sign_in(request)
        return response

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Hand what was kept for this page to its form."""
        if request.method != "GET" or not request.user.is_authenticated:
            return None
        kept = _kept(request)
        if kept and kept["page"] == request.path and kept["path"] == request.path:
            del request.session[_SESSION_KEY]
            keep_form(request, QueryDict(kept["fields"]))
            messages.info(
                request,
                _("You are signed in again, and what you typed is still here. It has not been sent yet."),
            )
        return None


def kept_elsewhere(request: HttpRequest) -> None:
    """Note that a view has kept what was asked by itself: it is done, or shown, without a form to send again."""
    setattr(request, _ELSEWHERE, True)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form of our own whose token is gone or old: kept, and led back to; others are refused."""
    if not is_ours(request) or not _keep(request):
        return plain_csrf_failure(request, reason)
    if request.user.is_authenticated:
        return redirect(_way_back(request))
    return _to_sign_in(request)


@require_safe
@never_cache
def kept_form(request: HttpRequest) -> HttpResponse:
    """What a button or panel was asked before the session ended, with a button to ask it now."""
    kept = _kept(request)
    if kept is None or not request.user.is_authenticated:
        return redirect("home")
    del request.session[_SESSION_KEY]
    fields = [
        (name, value)
        for name, values in QueryDict(kept["fields"]).lists()
        if name not in _UNSEEN
        for value in values
    ]
    return render(request, "kept_form.html", {"kept": kept, "fields": fields})


def _keep(request: HttpRequest) -> bool:
    """Put what was typed into the session; return whether that was right to do."""
    fields = request.POST.urlencode()
    if request.path.startswith(_SECRET) or request.path.startswith("/api/") or len(fields) > _MOST_BYTES:
        return False
    referrer = urlsplit(request.headers.get("Referer", ""))
    page = referrer.path if referrer.netloc == request.get_host() else request.path
    request.session[_SESSION_KEY] = {
        "path": request.path,
        "page": page,
        "fields": fields,
        "files": bool(request.FILES),
        "at": time.time(),
    }
    return True


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(_SESSION_KEY)
    return kept if kept and kept["at"] > time.time() - _KEPT_S else None


def _way_back(request: HttpRequest) -> str:
    kept = request.session[_SESSION_KEY]
    return request.path if kept["page"] == kept["path"] else reverse("kept_form")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    messages.info(
        request, _("Your session had ended. Sign in, and go on where you were: nothing you typed is lost.")
    )
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _way_back(request)})}")


def is_ours(request: HttpRequest) -> bool:
    """Whether a page of this site sent the form: another one's must not fill in ours."""
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(said) and urlsplit(said).netloc == request.get_host()
