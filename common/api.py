"""What every API endpoint shares: strict bodies, pages by a unique key, errors as problem+json (RFC 9457)."""

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers, serializers, viewsets
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from common.errors import AppError, NotFound, Outdated
from common.units import UNIT_LABEL
from common.versions import version_of

PROBLEM_JSON = "application/problem+json"
UNIT_CHOICES = list(UNIT_LABEL.items())
logger = logging.getLogger(__name__)


# --- errors -------------------------------------------------------------------------------------------------
def problem(
    status: int,
    code: str,
    detail: str,
    fields: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return one problem document; it names neither the request's address nor an id, so that missing equals foreign.

    It is rendered here and not by DRF: an answer must say what is wrong whatever the request accepts.
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
    return JsonResponse(body, status=status, headers=headers, content_type=PROBLEM_JSON)


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return DRF's nested error detail as one level: `sites.0.name` → texts."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= _flatten(inner, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            found |= _flatten(inner, f"{prefix}.{index}" if prefix else str(index))
        return found
    texts = [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]
    return {prefix or "non_field_errors": texts} if texts else {}


def problem_response(exception: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler: our errors, DRF's and Django's, and crashes, each as a problem document."""
    set_rollback()
    if isinstance(exception, Http404):
        exception = NotFound()
    if isinstance(exception, AppError):
        headers = {"ETag": f'"{version_of(exception.current)}"'} if isinstance(exception, Outdated) else None
        return problem(exception.status, exception.code, exception.message, exception.fields, headers)
    if isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if isinstance(exception, RequestDataTooBig):
        limit = {"limit_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        return problem(413, "too_large", _("Send at most %(limit_bytes)s bytes at once.") % limit)
    if not isinstance(exception, exceptions.APIException):
        return _crash(exception, context)
    if isinstance(exception, exceptions.ValidationError):
        return problem(400, "invalid", _("Some fields need another look."), _flatten(exception.detail))
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


# --- bodies -------------------------------------------------------------------------------------------------
class StrictJSONParser(parsers.JSONParser):
    """JSON whose texts can be stored and sent back."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body; raise for one that is too deep or no text."""
        try:
            parsed = json.loads(stream.read().decode(), parse_constant=_refuse_constant)
            # A lone surrogate is valid JSON, but no character: nothing can store it or send it back.
            json.dumps(parsed, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(
                _("The body is not JSON that we can read: UTF-8, finite numbers, not nested deeply.")
            ) from error
        return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt field must not vanish without a word."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated values; raise with every wrong and every unknown field."""
        errors = self._unknown(data)
        try:
            values = super().to_internal_value(data)
        except exceptions.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            errors = {**error.detail, **errors}
        if errors:
            raise exceptions.ValidationError(errors)
        return values

    def _unknown(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            return {}
        known = [name for name, field in self.fields.items() if not field.read_only]
        text = _("Not a field that can be set here; these can: %(known)s.") % {"known": ", ".join(known)}
        return {str(name)[:60]: [text] for name in data if name not in known}


def checked(serializer: type[StrictSerializer], request: Request, **context: Any) -> dict[str, Any]:
    """Return the values of a request's body, of a PATCH only those that are there; raise with what is wrong."""
    body = serializer(
        data=request.data, partial=request.method == "PATCH", context={"request": request, **context}
    )
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


class DecimalText(serializers.DecimalField):
    """A decimal as text, both ways: a binary floating-point number would not be the quantity that was meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(normalize_output=True, **options)

    def to_internal_value(self, data: Any) -> Any:
        """Return the Decimal; raise for anything but text."""
        if not isinstance(data, str):
            raise exceptions.ValidationError(_("Send decimals as text, such as “12000.5”."))
        return super().to_internal_value(data)


class Degrees(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; raise for text (which could say "nan") and for true and false."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise exceptions.ValidationError(_("Send a number of degrees, such as 55.66."))
        return super().to_internal_value(data)


# --- pages of results ---------------------------------------------------------------------------------------
class UniqueCursorPagination(CursorPagination):
    """Newest first by primary key: a cursor on a key with ties would skip rows."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return how many results a page has; raise for a number that is none or too large."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= self.max_page_size:
            raise exceptions.ValidationError(
                {"page_size": _("Choose 1 to %(most)s.") % {"most": self.max_page_size}}
            )
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where to go on; raise for a cursor that we did not make."""
        refused = exceptions.ValidationError(
            {"cursor": _("This is not a cursor of ours: follow `next` and `previous` as they are given.")}
        )
        if not re.fullmatch(r"[A-Za-z0-9+/=]*", request.query_params.get(self.cursor_query_param, "")):
            raise refused
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound as error:
            raise refused from error
        if cursor and not re.fullmatch(r"[0-9]{1,18}", str(cursor.position or 0)):
            raise refused
        return cursor

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Return DRF's parameters with the bounds of a page."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"] |= {
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return parameters


# --- views --------------------------------------------------------------------------------------------------
class ApiViewSet(viewsets.GenericViewSet[Any]):
    """What our endpoints have in common."""

    parser_classes = (StrictJSONParser,)
    pagination_class = UniqueCursorPagination
    # The OpenAPI document says more than an answer to OPTIONS could.
    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    lookup_value_converter = "int"

    @property
    def actor(self) -> Any:
        """The signed-in user, for endpoints whose permission class lets nobody else in."""
        return self.request.user

    def filter_queryset(self, queryset: Any) -> Any:
        """Filter a list; raise for a parameter that nothing reads: a misspelt filter would let everything through."""
        filters = getattr(self, "filterset_class", None)
        known = ["cursor", "page_size", *(filters.base_filters if filters else ())]
        text = _("Not a parameter of this list; these are: %(known)s.") % {"known": ", ".join(known)}
        if unknown := {name[:60]: text for name in self.request.query_params if name not in known}:
            raise exceptions.ValidationError(unknown)
        return super().filter_queryset(queryset)


class VersionedViewSet(ApiViewSet):
    """An endpoint whose objects say which state they are in: `ETag` goes out, `If-Match` comes in.

    The view set says by `version` what the state of an object is, by the same words as the pages' forms; it hands
    `seen` to the service that writes, which compares it under its lock (412 `outdated`, with what it says now).
    """

    def version(self, instance: Any) -> Mapping[str, Any]:
        """Return what can be edited of an object, as its service compares it."""
        raise NotImplementedError

    @property
    def seen(self) -> str:
        """The state that the caller means to change; empty where it did not say."""
        return str(self.request.headers.get("If-Match", ""))

    def tagged(self, response: Response, instance: Any) -> Response:
        """Return the answer with the state of the object that it shows."""
        response["ETag"] = f'"{version_of(self.version(instance))}"'
        return response


class UnknownAddress(APIView):
    """Whatever lies below /api/ and is nothing: the same words as for what is not yours."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer any method alike."""
        raise NotFound
