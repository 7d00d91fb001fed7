"""What the pages of this app share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

from common.errors import Conflict

LONGEST_KEY = 18  # digits that surely fit a bigint
T = TypeVar("T")
form_page = require_http_methods(["GET", "HEAD", "POST"])


def attempted(request: HttpRequest, act: Callable[[], Any], done: str) -> None:
    """Run a service that may find the state against it, and say what came of it on the next page."""
    try:
        act()
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)


def posted_pk(request: HttpRequest, name: str) -> int:
    """Return the key that was posted; 0, which nothing has, where it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else 0
