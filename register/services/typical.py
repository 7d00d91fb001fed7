"""Writes: drafts of what a plant like this one usually lists."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Site, User
from accounts.selectors.timezones import today_at
from catalogue.affinity.plants import typical_listings
from catalogue.models import Resource
from catalogue.selectors.knowledge import read_knowledge
from common.errors import Invalid
from listings.models import Listing, Period, Side
from listings.services.listings import create_listing
from listings.services.terms import ListingTerms
from register.selectors.typical import kept_at

Pick = tuple[str, str]
"""Side and slug of a resource."""


@transaction.atomic
def keep_typical(*, actor: User, site: Site, activity: str, picks: Sequence[Pick]) -> list[Listing]:
    """Make a draft of each pick at the site and return those made; what stands there already is left alone.

    Raises `Invalid` for a pick that is not among what plants of the activity usually list.
    """
    # Two clicks at once wait here for each other, so that the second finds the draft of the first.
    site = Site.objects.select_for_update(of=("self",)).select_related("organization").get(pk=site.pk)
    found = typical_listings(activity, read_knowledge())
    usual = {(Side.OFFER.value, each.resource) for each in found.offers}
    usual |= {(Side.REQUEST.value, each.resource) for each in found.requests}
    if not picks or set(picks) - usual:
        raise Invalid({"keep": _("Choose from the list what to keep as a draft.")})
    resources = {
        found.slug: found for found in Resource.objects.filter(slug__in={slug for _s, slug in picks})
    }
    kept = kept_at(site, resources.values())
    return [
        draft_listing(actor=actor, site=site, side=side, resource=resources[slug])
        for side, slug in dict.fromkeys(picks)
        if slug in resources and (side, resources[slug].pk) not in kept
    ]


def draft_listing(
    *, actor: User | None, site: Site, side: str, resource: Resource, description: str = ""
) -> Listing:
    """Make a draft that says no more than what and where."""
    terms = ListingTerms(
        side=side,
        resource=resource,
        site=site,
        quantity=None,
        unit=resource.canonical_unit,
        period=Period.YEAR,
        available_from=today_at(site),
        currency=site.organization.currency,
        description=description,
    )
    return create_listing(actor=actor, organization=site.organization, terms=terms, publish=False)
