"""What the tests of pages share."""

from collections.abc import Callable
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import User

ClientOf = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    """Return a page as text, its entities resolved."""
    return unescape(answer.content.decode())
