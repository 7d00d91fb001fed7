"""What an organization lists already that is much the same: two listings of one thing take each other's partners."""

from accounts.models import Organization, Site
from catalogue.models import Resource
from listings.models import Listing, ListingQuerySet

_SHOWN = 3


def listed_alike(
    organization: Organization, *, resource: Resource, side: str, site: Site | int | None = None
) -> ListingQuerySet:
    """Return up to three listings on the market of the same resource and side, at the site where one is given."""
    found = Listing.objects.published().filter(organization=organization, resource=resource, side=side)
    if site is not None:
        found = found.filter(site=site)
    return found.select_related("resource", "site")[:_SHOWN]
