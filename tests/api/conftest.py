"""Another system that talks to the API with a person's token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.tokens import create_api_token


class Api:
    """Calls below /api/v1/ with a token, or with none."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {}
        if user is not None:
            _token, secret = create_api_token(actor=user, name="a test")
            self.headers["Authorization"] = f"Bearer {secret}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send one request; `body` as JSON, or as it is when it is bytes."""
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        address = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        return getattr(self.client, method)(address, headers={**self.headers, **headers}, **content)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("get", path, **headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("post", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        return self.call("put", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("patch", path, body)

    def delete(self, path: str) -> Any:
        return self.call("delete", path)


ApiOf = Callable[[User | None], Api]


@pytest.fixture
def api_of(db: None) -> ApiOf:
    """`api_of(user)`: the API with the user's token; `None`: without one."""
    return Api


def errors_of(response: Any) -> dict[str, list[str]]:
    """Return the fields that a problem document names, with their messages."""
    assert response["Content-Type"] == "application/problem+json"
    return {error["field"]: error["messages"] for error in response.json().get("errors", [])}
