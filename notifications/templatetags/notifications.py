"""What notifications add to pages: their words, the letters to whoever reads."""

from typing import Final

from django import template
from django.template.context import Context

from notifications.access import letters_to
from notifications.models import Letter, Notification
from notifications.words import parties_of, title_of

register = template.Library()
MOST_LETTERS: Final = 50
_ICONS: Final = {
    "match": "arrows-exchange",
    "interest": "thumb-up",
    "enquiry": "send",
    "bid": "scale",
    "counter": "scale",
    "acceptance": "circle-check",
    "message": "mail",
    "document": "file-text",
    "delivery": "truck",
    "deadline": "clock",
    "expiry": "calendar",
    "search": "search",
    "stale": "clock-pause",
    "deal": "route",
    "invitation": "user-plus",
    "organization": "building-factory-2",
    "address": "alert-triangle",
}

register.filter("told_title", title_of)
register.filter("told_parties", parties_of)


@register.filter
def told_icon(notification: Notification) -> str:
    """Return the name of a kind's icon."""
    return _ICONS[notification.kind]


@register.simple_tag(takes_context=True)
def letters_to_me(context: Context) -> list[Letter]:
    """Return the letters to the address of whoever reads, the newest first."""
    return list(letters_to(context["user"])[:MOST_LETTERS])
