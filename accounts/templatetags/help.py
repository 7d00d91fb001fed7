"""Whom the reader of a page can ask."""

from collections.abc import Mapping
from typing import Any

from django import template

from accounts.selectors.helpers import helpers_for

register = template.Library()


@register.inclusion_tag("accounts/_who_to_ask.html", takes_context=True)
def who_to_ask(context: Mapping[str, Any]) -> dict[str, Any]:
    """Say who can help, by name and how to reach them; nothing where nobody is named."""
    user = context.get("user")
    return {"helpers": helpers_for(user) if user is not None else []}
