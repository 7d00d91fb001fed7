"""What the register adds to pages of others: claims that wait, and a hint beside a search that found little."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.http import urlencode

from listings.selectors.filters import ListingFilter
from register.access import claims_to_decide
from register.forms import RefusalForm
from register.selectors.plants import probable_plants

register = template.Library()

FEW = 6  # results below which a search is also told what a public register may have


@register.inclusion_tag("register/_claims.html", takes_context=True)
def waiting_claims(context: Context) -> dict[str, Any]:
    """Show which claims wait for the user who facilitates their organization."""
    claims = [(claim, RefusalForm(claim_id=claim.pk)) for claim in claims_to_decide(context["user"])]
    return {
        "claims": claims,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("register/_hint.html")
def register_hint(filters: ListingFilter, found: int) -> dict[str, Any]:
    """Say how many plants probably have what a search with few results was for, and where they stand; one query."""
    if found > FEW or not filters.form.is_valid():
        return {"count": 0}
    plants = probable_plants(getattr(filters.form, "cleaned_data", {}))
    query = filters.data
    kept = {name: query[name] for name in ("q", "resource", "near", "within_km") if query.get(name)}
    return {
        "count": 0 if plants is None else plants.count(),
        "url": f"{reverse('register_plants')}?{urlencode(kept)}",
    }
