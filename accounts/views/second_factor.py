"""Staff and facilitators see much of others: where the operator requires it, they get in by a second factor only."""

from collections.abc import Callable
from typing import Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import needs_second_factor
from common.api import problem

_FREE: Final = ("/accounts/", "/language/", "/static/", "/livez", "/readyz", "/healthz", "/metrics")


class SecondFactorMiddleware:
    """Lead whoever needs a second factor and has none to where it is added; nothing else opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECOND_FACTOR == "required" and not request.path.startswith(_FREE):
            refusal = _refusal(request)
            if refusal is not None:
                return refusal
        return self.get_response(request)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    user = request.user
    if not user.is_authenticated or not needs_second_factor(user) or is_mfa_enabled(user):
        return None
    said = _("Whoever runs programmes or the exchange signs in by a second factor here. Add one to go on.")
    if request.path.startswith("/api/"):
        return problem(403, "second_factor_required", said)
    messages.warning(request, said)
    return redirect("mfa_index")
