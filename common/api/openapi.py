"""What the OpenAPI document says of every operation alike: bodies are strict, how it fails, and how to repeat it."""

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from common.api import PROBLEM_JSON, VersionedViewSet

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"

_TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `code` is stable; `errors` names each field that needs another look.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "detail": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "messages"],
                "properties": {"field": _TEXT, "messages": {"type": "array", "items": _TEXT}},
                "additionalProperties": False,
            },
        },
        "current": {
            "type": "object",
            "description": "With 412: what a GET answers now; nothing was changed.",
        },
    },
    "additionalProperties": False,
}
IF_MATCH: Final = "If-Match"
_EDITS: Final = ("PUT", "PATCH")
_SHOWS: Final = ("GET", "POST", *_EDITS)
_METHODS = ("get", "post", "put", "patch", "delete")


class Schema(AutoSchema):
    """What the document says of one operation; of things with a version, how it goes out and comes in."""

    def get_override_parameters(self) -> list[Any]:
        """Return the headers of the version beside what the view says."""
        parameters: list[Any] = list(super().get_override_parameters())
        if not isinstance(self.view, VersionedViewSet) or self._is_list_view():
            return parameters
        if self.method in _SHOWS:
            parameters.append(
                OpenApiParameter(
                    "ETag",
                    str,
                    OpenApiParameter.HEADER,
                    response=[200, 201],
                    description="The version of what can be edited here.",
                )
            )
        if self.method in _EDITS or self.view.action in self.view.versioned_actions:
            parameters.append(
                OpenApiParameter(
                    IF_MATCH,
                    str,
                    OpenApiParameter.HEADER,
                    description="The `ETag` that you read. Where somebody changed it since, nothing is done (412).",
                )
            )
        return parameters


def add_problems(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Post-process the document: name the problems that each operation can answer with."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, item in result["paths"].items():
        if not path.startswith("/api/v1/"):
            continue
        for method in _METHODS:
            if operation := item.get(method):
                texts = _problems_of(path, method, operation)
                operation["responses"] |= {
                    status: {"description": text, "content": content} for status, text in texts.items()
                }
    return result


def add_idempotency(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Post-process the document: every call that changes something can be sent again with its key."""
    parameter = {
        "in": "header",
        "name": IDEMPOTENCY_KEY,
        "schema": {"type": "string", "pattern": "^[!-~]{1,80}$"},
        "description": "Your name for this very change, such as a UUID. Sent again with the same key and body, the call"
        " is answered as the first time and not carried out once more; what was refused may be tried again.",
    }
    header = {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "Present where the answer is that of an earlier call with this key.",
    }
    reused = {
        "description": "The key was used for another call.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path, item in result["paths"].items():
        if not path.startswith("/api/v1/"):
            continue
        for method in _METHODS:
            if method == "get" or method not in item:
                continue
            operation = item[method]
            operation.setdefault("parameters", []).append(parameter)
            operation["responses"]["422"] = reused
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    response.setdefault("headers", {})[REPLAYED] = header
    return result


def leave_out_defaults(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Post-process the document: what is left out of a PATCH stays, so nothing there takes a default.

    With one, a generated client would send it along with every change, and undo what it never named.
    """
    for name, schema in result["components"]["schemas"].items():
        if name.startswith("Patched"):
            for field in schema.get("properties", {}).values():
                field.pop("default", None)
    return result


def refuse_unknown_fields(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Post-process the document: every body of ours is a `StrictSerializer`."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    return result


def _problems_of(path: str, method: str, operation: dict[str, Any]) -> dict[str, str]:
    texts = {"401": "The token or session is missing or does not work."}
    query = any(parameter["in"] == "query" for parameter in operation.get("parameters", ()))
    if query or "requestBody" in operation:
        texts["400"] = "Some fields or parameters need another look."
    if method != "get":
        texts["403"] = "You may see it, but not do this to it."
        texts["409"] = "It cannot be done in the state that the thing is in now."
    if any(parameter["name"] == IF_MATCH for parameter in operation.get("parameters", ())):
        texts["412"] = "It was changed since you read it; nothing was done."
    texts["429"] = "Too many calls: `Retry-After` says when to ask again."
    if "{" in path:
        texts["404"] = "Missing, or not open to you: the two are not told apart."
    return texts | {"default": "Any other problem: method, media type, size, or a fault of ours."}
