"""What is sent in these tests, and how a refusal is told."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import Api

TERMS = {
    "quantity": "1000",
    "unit": "t",
    "period": "year",
    "price": "5",
    "starts_on": date.today().isoformat(),  # noqa: DTZ011 - any day around now
}


def upload(
    api: Api, path: str, content: bytes = b"dry matter 98 %", name: str = "analysis.txt", **more: Any
) -> Any:
    """Send a file as a form does."""
    body = {"file": SimpleUploadedFile(name, content)} | {
        key: value for key, value in more.items() if key != "headers"
    }
    return api.client.post(f"/api/v1/{path}", body, headers=api.headers | more.get("headers", {}))


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """Return the problem document after checking what it is."""
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["code"]) == (status, code), document
    return document


KEY = {"Idempotency-Key": "0d9f6a8e-first"}
