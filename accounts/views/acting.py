"""What the pages of this app share."""

from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

LONGEST_KEY = 18  # digits that surely fit a bigint
form_page = require_http_methods(["GET", "HEAD", "POST"])


def posted_pk(request: HttpRequest, name: str) -> int:
    """Return the key that was posted; 0, which nothing has, where it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY else 0
