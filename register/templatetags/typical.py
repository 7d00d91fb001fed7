"""The newcomer's first step, wherever an organization without listings would meet an empty list."""

from decimal import Decimal
from typing import Any

from django import template

from accounts.models import Organization
from catalogue.affinity.plants import typical_listings
from catalogue.models import Resource
from catalogue.selectors.knowledge import read_knowledge
from register.selectors.typical import activities_of, how_typical

register = template.Library()

MOST_NAMED = 5


@register.filter
def typical_words(strength: Decimal) -> str:
    """Say how many plants of a kind have something."""
    return how_typical(float(strength))


@register.inclusion_tag("register/_typical_start.html")
def typical_start(organization: Organization) -> dict[str, Any]:
    """Lead an organization that has a site and has listed nothing yet to what plants like it usually list."""
    newcomers = Organization.objects.filter(listings__isnull=True, sites__isnull=False)
    if not newcomers.filter(pk=organization.pk).exists():
        return {"is_newcomer": False}
    activity = next(iter(activities_of(organization)), None)
    named: list[Resource] = []
    if activity:
        slugs = [each.resource for each in typical_listings(activity.slug, read_knowledge()).offers][
            :MOST_NAMED
        ]
        found = {resource.slug: resource for resource in Resource.objects.filter(slug__in=slugs)}
        named = [found[slug] for slug in slugs if slug in found]
    return {"is_newcomer": True, "activity": activity, "named": named}
