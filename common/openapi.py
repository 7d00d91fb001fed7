"""What the OpenAPI document says of every operation alike: bodies are strict, how it fails, and how to repeat it."""

from typing import Any, Final

from common.api import PROBLEM_JSON

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
    },
    "additionalProperties": False,
}
_METHODS = ("get", "post", "put", "patch", "delete")


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
        texts["409"] = "It can not be done in the state that the thing is in now."
    if "{" in path:
        texts["404"] = "Missing, or not open to you: the two are not told apart."
    return texts | {"default": "Any other problem: method, media type, size, or a fault of ours."}
