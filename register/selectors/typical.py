"""What a plant like this one usually lists; see `catalogue.affinity.plants`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, IntegerField, Q, Value
from django.utils.translation import gettext as _

from accounts.access import AnyUser
from accounts.models import Organization, Site
from catalogue.affinity.plants import IN_NEARLY_ALL, TypicalListing, likely_activities, typical_listings
from catalogue.affinity.scoring import KnownActivity
from catalogue.models import Resource
from catalogue.selectors.knowledge import read_knowledge
from common.geo import Point, within
from listings.access import listings_on_market
from listings.models import Listing, ListingQuerySet, Side, State

COMMON = 0.7
# Whoever has one of these for a resource at a site needs no draft of it.
KEPT_STATES = (State.DRAFT, State.PUBLISHED, State.PAUSED, State.CLOSED)


@dataclass(frozen=True)
class TypicalRow:
    """A resource that plants of an activity usually offer or seek, as one site's organization sees it."""

    side: Side
    resource: Resource
    strength: float
    source: str
    wanted: int | None
    """How many on the market stand on the other side of it within its reach; None where no site is known."""
    kept: Listing | None
    """What the site lists of it already."""

    @property
    def how_typical(self) -> str:
        """The strength in words."""
        return how_typical(self.strength)

    @property
    def key(self) -> str:
        """What a form sends to keep it."""
        return f"{self.side.value}:{self.resource.slug}"


def how_typical(strength: float) -> str:
    """Say how many plants of the kind have it."""
    if strength >= IN_NEARLY_ALL:
        return _("usual")
    return _("common") if strength >= COMMON else _("in some plants")


def activities_of(organization: Organization) -> list[KnownActivity]:
    """Return the kinds of plant that an organization probably is, the likeliest first."""
    knowledge = read_knowledge()
    texts = [text for text in (organization.name, organization.description) if text]
    found = likely_activities(knowledge, nace_code=organization.nace_code, texts=texts)
    return [knowledge.activities[slug] for slug in found]


def typical_rows(
    *, user: AnyUser, organization: Organization, site: Site | None, activity: str
) -> tuple[list[TypicalRow], list[TypicalRow]]:
    """Return what plants of an activity usually offer and seek; three queries, however many rows."""
    found = typical_listings(activity, read_knowledge())
    sided = [(Side.OFFER, each) for each in found.offers] + [(Side.REQUEST, each) for each in found.requests]
    resources = {
        resource.slug: resource
        for resource in Resource.objects.filter(slug__in={each.resource for _side, each in sided})
    }
    known = [(side, each, resources[each.resource]) for side, each in sided if each.resource in resources]
    wanted = _wanted(user, organization, site.point, known) if site else {}
    kept = kept_at(site, resources.values()) if site else {}
    rows = [
        TypicalRow(
            side=side,
            resource=resource,
            strength=each.strength,
            source=each.source,
            wanted=wanted.get(number),
            kept=kept.get((side.value, resource.pk)),
        )
        for number, (side, each, resource) in enumerate(known)
    ]
    return [row for row in rows if row.side == Side.OFFER], [row for row in rows if row.side == Side.REQUEST]


def _wanted(
    user: AnyUser,
    organization: Organization,
    place: Point,
    rows: Sequence[tuple[Side, TypicalListing, Resource]],
) -> Mapping[int, int]:
    """Return by row how many others, as far as this user may see them, stand on its other side within its reach.

    Counted from the places that strangers may know, so that no count tells more than browsing would.
    """
    market = listings_on_market(user).exclude(organization=organization)
    counts = [
        _others(market, side, resource, place)
        .annotate(number=Value(number, IntegerField()))
        .order_by()
        .values("number")
        .annotate(count=Count("pk"))
        .values_list("number", "count")
        for number, (side, _each, resource) in enumerate(rows)
    ]
    return dict(counts[0].union(*counts[1:], all=True)) if counts else {}


def _others(market: ListingQuerySet, side: Side, resource: Resource, place: Point) -> ListingQuerySet:
    """Return who seeks it or something more general, or who offers it or something more special."""
    if side == Side.OFFER:
        fitting = Q(
            side=Side.REQUEST,
            resource__tree_left__lte=resource.tree_left,
            resource__tree_right__gt=resource.tree_left,
        )
    else:
        fitting = Q(
            side=Side.OFFER,
            resource__tree_left__gte=resource.tree_left,
            resource__tree_left__lt=resource.tree_right,
        )
    return within(market.filter(fitting), place, float(resource.reach_km))


def kept_at(site: Site, resources: Iterable[Resource]) -> dict[tuple[str, int], Listing]:
    """Return what stands at the site, by side and resource; the newest of several."""
    listings = Listing.objects.filter(site=site, resource__in=list(resources), state__in=KEPT_STATES)
    return {(listing.side, listing.resource_id): listing for listing in listings.order_by("pk")}
