"""`Idempotency-Key`: an API call that changes something is carried out once, however often it is sent.

The key is written in the transaction of the change, before anything else. Whoever sends it again gets the answer that
was given, byte for byte; whoever sends it at the same moment waits for the first. What was refused changed nothing, so
neither is it kept: the call may be sent again with the same key.
"""

import hashlib
import json
import re
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import ApiViewSet
from common.api.openapi import IDEMPOTENCY_KEY, REPLAYED
from common.errors import AppError, Invalid
from events.claims import claim, digest_of_fields, keep_answer, same_call
from events.models import IdempotentRequest

_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,80}")


class KeyReused(AppError):
    """The key belongs to another call."""

    status = 422
    code = "idempotency_key_reused"


class _Answered(Exception):
    """The call was carried out before; leaves DRF's way through a request with the answer of then."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


class IdempotentViewSet(ApiViewSet):
    """An endpoint whose changes can be sent again without being made again."""

    _claimed: IdempotentRequest | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; with a key the change, its row and the answer kept in it are one transaction."""
        if request.method in _SAFE or IDEMPOTENCY_KEY not in request.headers:
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            elif self._claimed is not None:
                _keep(self._claimed, response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Claim the key once it is known who asks, before anything is read or locked."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is not None and request.method not in _SAFE and request.user.is_authenticated:
            self._claimed = _claim(key, request.user.pk, request)

    def handle_exception(self, exc: Exception) -> Any:
        """Return the kept answer, or tell what went wrong."""
        return exc.response if isinstance(exc, _Answered) else super().handle_exception(exc)


def _claim(key: str, user_id: int, request: Request) -> IdempotentRequest:
    """Write the key's row, or raise with what became of the call that wrote it before."""
    if not _KEY.fullmatch(key):
        raise Invalid({IDEMPOTENCY_KEY: _("Use 1 to 80 visible ASCII characters, such as a UUID.")})
    row = IdempotentRequest(
        key=key,
        user_id=user_id,
        method=str(request.method),
        path=request.path[:200],
        body_sha256=_digest(request),
    )
    first = claim(row)
    if first is None:
        return row
    if not same_call(first, row):
        raise KeyReused(_("This Idempotency-Key was used for another call. Use a new one for each."))
    raise _Answered(_kept(first))


def _digest(request: Request) -> str:
    """Return what makes two bodies the same: the values of a form with its files, else the JSON that was meant."""
    try:
        data = request.data
    except UnsupportedMediaType:
        # Whether that matters is the endpoint's to say: many take no body.
        return hashlib.sha256(request._request.body).hexdigest()
    if not hasattr(data, "lists"):
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    return digest_of_fields(data.lists())


def _keep(row: IdempotentRequest, response: HttpResponseBase) -> None:
    if isinstance(response, Response):
        response.render()
    keep_answer(
        row, response.status_code, response.content.decode() if isinstance(response, HttpResponse) else ""
    )


def _kept(row: IdempotentRequest) -> HttpResponse:
    headers = {REPLAYED: "true"}
    response = HttpResponse(row.body, status=row.status, headers=headers, content_type="application/json")
    if not row.body:
        del response["Content-Type"]
    return response
