"""How often one may ask the API: counted by person where one signs in, else by address; exact under any load.

A limit is written `600/60`: so many calls within so many seconds from the first. Every answer says what is left of it
(`RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`), and a call too many is answered 429 with `Retry-After`.
"""

import math
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import ngettext
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.web.clients import client_address


class TooMany(Throttled):
    """One call too many; `wait_s` until the next."""

    default_code = "too_many_requests"

    def __init__(self, calls: int, window_s: int, wait_s: int) -> None:
        said = ngettext(
            "No more than %(calls)s calls in %(window)s s: ask again in %(wait)s second.",
            "No more than %(calls)s calls in %(window)s s: ask again in %(wait)s seconds.",
            wait_s,
        )
        super().__init__(detail=said % {"calls": calls, "window": window_s, "wait": wait_s})
        self.wait = wait_s


class LimitedCalls(APIView):
    """A view of the API that counts each call as soon as it is known who asks, refused ones too."""

    def perform_authentication(self, request: Request) -> None:
        """Find out who asks, and count; a secret that does not work counts for the address that tries it."""
        try:
            super().perform_authentication(request)
        except (AuthenticationFailed, PermissionDenied):
            _count(request, None)
            raise
        user = request.user
        _count(request, user.pk if user and user.is_authenticated else None)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say what is left of the limit."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if left := getattr(request, "_left_of_limit", None):
            calls, number, left_s = left
            answer.headers["RateLimit-Limit"] = str(calls)
            answer.headers["RateLimit-Remaining"] = str(max(0, calls - number))
            answer.headers["RateLimit-Reset"] = str(math.ceil(left_s))
        return answer


def _count(request: Request, person: int | None) -> None:
    limit: str = settings.API_LIMIT if person else settings.API_LIMIT_ANONYMOUS
    if not limit:
        return
    calls, window_s = (int(part) for part in limit.split("/"))
    who = f"person-{person}" if person else f"address-{client_address(request._request)}"
    number, left_s = cache.count(f"api-calls-{who}", window_s)  # type: ignore[attr-defined]  # our own cache
    request._left_of_limit = (calls, number, left_s)  # type: ignore[attr-defined]  # for this answer only
    if number > calls:
        raise TooMany(calls, window_s, max(1, math.ceil(left_s)))
