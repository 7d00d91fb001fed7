"""A form of a page takes effect once, however often its button is pressed, and never swallows another intention.

Every form that changes something carries a key that was made with it (`{% form_key %}`). The key is claimed in the
transaction of the change. Sent again with the same content, it leads to where the first one led. Sent again with other
content (Back, a number changed, sent) it is refused with what was typed kept, under a new key: sent once more it is
carried out. What was refused changed nothing, and its key is not kept.
"""

from collections.abc import Callable
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from common.errors import AppError, Conflict
from common.reading.text import clean_line
from common.web.middleware import error_page
from common.web.pages import FORM_KEY, NOT_CONTENT, refuse_all, took_effect
from events.claims import claim, digest_of_fields, keep_answer, same_call
from events.models import IdempotentRequest

_LONGEST: Final = 80
View = Callable[..., HttpResponse]


class FormKeyMiddleware:
    """Give each form that carries a key its one effect."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Carry out a view that was asked by a form with a key; None for every other request."""
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        key = clean_line(request.POST.get(FORM_KEY, ""))[:_LONGEST]
        if not key:
            return None
        try:
            return _once(request, key, lambda: view(request, *args, **kwargs))
        except AppError as error:
            # Django asks `process_exception` only about what a view raised on its ordinary way.
            return error_page(request, error)


def _once(request: HttpRequest, key: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    row = IdempotentRequest(
        key=key,
        user_id=int(request.user.pk or 0),
        method="POST",
        path=request.path[:200],
        body_sha256=_digest(request),
    )
    with transaction.atomic():
        first = claim(row)
        if first is not None and same_call(first, row):
            return _as_before(first)
        if first is not None:
            refuse_all(request, _sent_before())
        response = answer()
        if first is None and took_effect(request, response):
            keep_answer(row, response.status_code, response.get("Location", ""))
        else:
            transaction.set_rollback(True)
    return response


def _sent_before() -> Conflict:
    return Conflict(
        _(
            "This form was sent before, with other content, and that was carried out. What you typed now is not: "
            "send it once more if you want it as well."
        ),
        code="sent_before",
    )


def _as_before(first: IdempotentRequest) -> HttpResponse:
    if not isinstance(first.body, str) or not first.body:
        raise Conflict(
            _("This form was sent already, and carried out. Open the page anew to see it."),
            code="sent_already",
        )
    return redirect(first.body)


def _digest(request: HttpRequest) -> str:
    said = [(name, values) for name, values in request.POST.lists() if name not in NOT_CONTENT]
    return digest_of_fields([*said, *request.FILES.lists()])
