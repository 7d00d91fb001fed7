"""Claims to plants of a register, on the facilitator's pages."""

from typing import Any

from django import template
from django.template.context import Context

from listings.register_access import claims_to_decide

register = template.Library()


@register.inclusion_tag("listings/_claims.html", takes_context=True)
def waiting_claims(context: Context) -> dict[str, Any]:
    """Show which claims wait for the user who facilitates their organization."""
    return {
        "claims": claims_to_decide(context["user"]),
        "csrf_token": context.get("csrf_token"),
    }
