"""The market as the home page tells of it."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.access import AnyUser
from accounts.models import Provenance
from catalogue.models import Dimension
from listings.access import listings_on_market, own_listings
from listings.models import Disclosure, Listing, ListingQuerySet, Period, Side, State


def public_market() -> ListingQuerySet:
    """Return the published listings that somebody who is not signed in sees."""
    return listings_on_market(AnonymousUser())


def market_figures(listings: QuerySet[Listing]) -> dict[str, Any]:
    """Count offers, requests and organizations, and add up what is offered of mass, t a year; a lot is no rate.

    Of organizations those that list under their name: else the number would tell, when an anonymous listing comes,
    whether its organization was there before.
    """
    yearly_mass = Q(side=Side.OFFER, resource__dimension=Dimension.MASS) & ~Q(period=Period.ONCE)
    figures = listings.aggregate(
        offers=Count("pk", filter=Q(side=Side.OFFER)),
        requests=Count("pk", filter=Q(side=Side.REQUEST)),
        organizations=Count("organization", distinct=True, filter=Q(disclosure=Disclosure.OPEN)),
        offered_t_per_year=Sum("amount", filter=yearly_mass),
    )
    figures["offered_t_per_year"] = figures["offered_t_per_year"] or Decimal(0)
    return figures


def newest_listings(listings: ListingQuerySet) -> ListingQuerySet:
    """Return the newest with what their cards show; what somebody stands behind before the illustrative background."""
    shown = listings.with_cards().annotate(illustrative=Q(provenance=Provenance.ILLUSTRATIVE))
    return shown.order_by("illustrative", F("quantity").desc(nulls_last=True), "-pk")


def own_figures(user: AnyUser, organization_id: int) -> dict[str, int]:
    """Count the published listings and the drafts of one of the user's organizations."""
    mine = own_listings(user).filter(organization=organization_id)
    return mine.aggregate(
        published=Count("pk", filter=Q(state=State.PUBLISHED)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
    )
