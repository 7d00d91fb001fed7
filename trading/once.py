"""A form of a page takes effect once, however often its button is pressed.

The form carries a key that was made with it. The key is written in the transaction of the change, before anything
else: a second click waits there for the first, and is led to where the first one led. What was refused changed
nothing, and its key is not kept.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from common.errors import Conflict
from events.models import IdempotentRequest

FIELD: Final = "once"
_LONGEST: Final = 80
_REDIRECT: Final = 302

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def one_effect(view: View[Arguments]) -> View[Arguments]:
    """Let a view that answers a change with a redirect make it once per key; without a key, as often as it is asked."""

    @wraps(view)
    def once(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        key = request.POST.get(FIELD, "").replace("\0", "")[:_LONGEST]
        if request.method != "POST" or not key or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        said = {"method": "POST", "path": request.path[:200], "body_sha256": _digest(request)}
        with transaction.atomic():
            row, is_new = IdempotentRequest.objects.get_or_create(user=request.user, key=key, defaults=said)
            if not is_new:
                return _as_before(row, request)
            response = view(request, *args, **kwargs)
            if response.status_code == _REDIRECT:
                row.status, row.body = response.status_code, response["Location"]
                row.save(update_fields=["status", "body"])
            else:
                transaction.set_rollback(True)
        return response

    return once


def _as_before(row: IdempotentRequest, request: HttpRequest) -> HttpResponse:
    if row.path != request.path[:200] or not isinstance(row.body, str):
        raise Conflict(_("This form was sent already. Open the page anew."), code="sent_already")
    return redirect(row.body)


def _digest(request: HttpRequest) -> str:
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return hashlib.sha256(repr(fields).encode()).hexdigest()
