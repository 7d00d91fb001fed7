"""Who could use what a listing offers: kinds of plants, and organizations of those kinds nearby."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import Organization, Provenance, Site
from catalogue.affinity.uses import Use
from catalogue.selectors.uses import Uses, all_uses_of
from common.geo import WIDEST_BOX_KM, Point, blur, distance_km, within_box
from listings.models import Disclosure, Listing, Side, State

MOST_ORGANIZATIONS = 10
# From a place to the middle of its cell; what is nearer than this cannot be told apart.
CELL_RADIUS_KM = 12


@dataclass(frozen=True)
class Neighbour:
    """An organization of a kind that could use an offer, as everybody may know of it."""

    organization: Organization
    town: str
    country: str
    about_km: int
    """From the offer's public place to the middle of the site's cell."""
    use: Use
    open_requests: int
    """Those that name their organization to everybody."""

    @property
    def is_close(self) -> bool:
        """Whether it is nearer than a cell is wide, so that the number would say more than is known."""
        return self.about_km < CELL_RADIUS_KM


@dataclass(frozen=True)
class ListingUses:
    """What is known of who could use an offer."""

    known: Uses
    neighbours: Sequence[Neighbour]


def uses_of_listing(listing: Listing, *, identity_known: bool) -> ListingUses:
    """Return who could use an offer; a fixed number of queries, and the same for all who do not know its owner.

    `identity_known` says whether the reader does: the owner is left out for them alone, since a name that is missing
    from a stranger's list would say whose anonymous listing it is.
    """
    known = all_uses_of(listing.resource)
    use_by_nace: dict[str, Use] = {}
    for use in known.activities:
        for code in use.activity.nace_codes:
            use_by_nace.setdefault(code, use)
    left_out = listing.organization_id if identity_known else 0
    nearest = _nearest(listing.public_point, listing.resource.reach_km, use_by_nace, left_out)
    requests = _open_requests([site.organization_id for site, _km in nearest])
    return ListingUses(
        known,
        [
            Neighbour(
                site.organization,
                site.town,
                site.country,
                round(away_km),
                use_by_nace[site.organization.nace_code],
                requests.get(site.organization_id, 0),
            )
            for site, away_km in nearest
        ],
    )


def _nearest(
    place: Point, reach_km: float, use_by_nace: Mapping[str, Use], left_out: int
) -> list[tuple[Site, float]]:
    """Return the nearest site of each organization that may be found, blurred before it is measured or counted."""
    sites = Site.objects.filter(
        ~Q(organization__provenance=Provenance.OWN) | Q(organization__findable=True),
        organization__nace_code__in=list(use_by_nace),
    ).exclude(organization=left_out)
    if reach_km + CELL_RADIUS_KM < WIDEST_BOX_KM:
        sites = sites.filter(within_box("latitude", "longitude", place, reach_km + CELL_RADIUS_KM))
    nearest: dict[int, tuple[Site, float]] = {}
    for site in sites.select_related("organization").order_by("pk"):
        away_km = distance_km(place, blur(site.point))
        before = nearest.get(site.organization_id)
        if away_km <= reach_km and (before is None or away_km < before[1]):
            nearest[site.organization_id] = (site, away_km)
    ranked = sorted(nearest.values(), key=lambda each: (each[1], each[0].organization.name, each[0].pk))
    return ranked[:MOST_ORGANIZATIONS]


def _open_requests(organizations: Sequence[int]) -> dict[int, int]:
    """Return how many requests of each stand on the market under its name, open to everybody."""
    rows = Listing.objects.filter(
        organization__in=organizations,
        side=Side.REQUEST,
        state=State.PUBLISHED,
        disclosure=Disclosure.OPEN,
    )
    counted = rows.order_by().values("organization").annotate(requests=Count("pk"))
    return {row["organization"]: row["requests"] for row in counted}
