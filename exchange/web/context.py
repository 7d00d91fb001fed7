"""What every page's frame shows."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.access import current_membership, is_facilitator
from notifications.selectors.inbox import unread_count


def site(request: HttpRequest) -> dict[str, Any]:
    """The acting membership, whether to show the review queue, what is unread, and what this machine has: map tiles,
    letters to read, languages."""
    machine = {
        "tile_url": settings.TILE_URL,
        "show_letters": settings.SHOW_LETTERS,
        "languages": settings.LANGUAGES,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"membership": None, "facilitates": False, **machine}
    return {
        "membership": current_membership(request),
        "facilitates": is_facilitator(user),
        "unread": partial(unread_count, user),
        **machine,
    }
