"""Each request gets an id, a line in the access log, and is counted."""

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from common.seen.context import new_request, working_for
from common.seen.measures import DURATION, REQUESTS
from common.web.clients import client_address

log = logging.getLogger("access")
HEADER: Final = "X-Request-ID"
_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_OPENS: Final = {"key", "secret", "token", "uidb36"}
"""Parts of addresses that open something: who reads the log must not get in by them."""
_ASKED_BY_MACHINES: Final = {"livez", "readyz", "healthz", "metrics"}


class RequestMiddleware:
    """Outermost, so that it sees every answer. Files of the layout are neither counted nor logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Without a proxy of our own the header is the sender's, who must not choose what our log says.
        given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
        request_id = new_request(given)
        started_s = time.perf_counter()
        with working_for(request_id):
            response = self.get_response(request)
            if not request.path.startswith(settings.STATIC_URL):
                _note(request, response, time.perf_counter() - started_s)
        response.headers[HEADER] = request_id
        return response


def _note(request: HttpRequest, response: HttpResponseBase, took_s: float) -> None:
    match = request.resolver_match
    # By the pattern, and one name for all that nobody serves: a stranger must not make series without end.
    route = (match.view_name or match.route) if match else "none"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(route, method, response.status_code).inc()
    DURATION.labels(route).observe(took_s)
    if route in _ASKED_BY_MACHINES:
        return
    path = f"/{match.route}" if match and _OPENS & match.kwargs.keys() else request.path
    # Known where somebody asked who it is; nobody is looked up for a line, which the type of a lazy object would do.
    user: Any = request.__dict__.get("_cached_user") or request.__dict__.get("user")
    log.info(
        "%s %s %s %.0f ms",
        method,
        path,
        response.status_code,
        1000 * took_s,
        extra={
            "fields": {
                "method": method,
                "path": path,
                "route": route,
                "status": response.status_code,
                "duration_ms": round(1000 * took_s, 1),
                "address": client_address(request),
                "user": user.pk if issubclass(type(user), AbstractBaseUser) else None,
            }
        },
    )
