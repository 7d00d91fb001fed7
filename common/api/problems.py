"""Errors as problem+json (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import set_rollback

from common.errors import AppError, NotFound, Outdated
from common.versions import version_of

PROBLEM_JSON = "application/problem+json"
logger = logging.getLogger(__name__)


def problem(
    status: int,
    code: str,
    detail: str,
    fields: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    current: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return one problem document; it names neither the request's address nor an id, so that missing equals foreign.

    It is rendered here and not by DRF: an answer must say what is wrong whatever the request accepts. `current` is the
    thing itself, as a GET of it answers, where the caller has seen an older state.
    """
    body: dict[str, Any] = {
        "type": f"urn:loopyard:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if fields:
        # Django names what concerns a whole object `__all__`, DRF otherwise.
        body["errors"] = [
            {"field": "non_field_errors" if field == "__all__" else field, "messages": messages}
            for field, messages in fields.items()
        ]
    if current is not None:
        body["current"] = current
    return JsonResponse(body, JSONEncoder, status=status, headers=headers, content_type=PROBLEM_JSON)


def flattened(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return DRF's nested error detail as one level: `sites.0.name` → texts."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= flattened(inner, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            found |= flattened(inner, f"{prefix}.{index}" if prefix else str(index))
        return found
    texts = [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]
    return {prefix or "non_field_errors": texts} if texts else {}


def problem_response(exception: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler: our errors, DRF's and Django's, and crashes, each as a problem document."""
    set_rollback()
    if isinstance(exception, Http404):
        exception = NotFound()
    if isinstance(exception, Outdated):
        headers = {"ETag": f'"{version_of(exception.current)}"'}
        return problem(412, exception.code, exception.message, headers=headers, current=exception.shown)
    if isinstance(exception, AppError):
        return problem(exception.status, exception.code, exception.message, exception.fields)
    if isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if isinstance(exception, RequestDataTooBig):
        limit = {"limit_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        return problem(413, "too_large", _("Send at most %(limit_bytes)s bytes at once.") % limit)
    if not isinstance(exception, exceptions.APIException):
        return _crash(exception, context)
    if isinstance(exception, exceptions.ValidationError):
        return problem(400, "invalid", _("Some fields need another look."), flattened(exception.detail))
    headers = {}
    if challenge := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(int(wait))
    code = exception.get_codes() if isinstance(exception.detail, str) else exception.default_code
    return problem(exception.status_code, str(code), str(exception.detail), headers=headers)


def _crash(exception: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Log what we did not foresee, let Django's listeners know of it, and tell the caller nothing of its inside."""
    request: Request = context["request"]
    logger.error("%s %s", request.method, request.path, exc_info=exception)
    got_request_exception.send(sender=problem_response, request=request._request)
    return problem(
        500, "crash", _("Something broke on our side; it is logged. Try again, or ask for another thing.")
    )
