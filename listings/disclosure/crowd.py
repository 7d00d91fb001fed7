"""Who a plant could be that is told by a cell: the organizations and register plants that cannot be told from it.

Counted are organizations with a site, and what an app above adds by `also_counts`, as the register does with plants.
One person's organizations count once, and not at all where the person is a member of the lister's: a crowd that
somebody makes up by themselves hides nobody. The illustrative background hides only illustrative plants. The country is
told with the cell, so that only who is in it counts.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from django.db.models import Min, Q

from accounts.models import Membership, Organization, Provenance, Site
from accounts.selectors.towns import largest_town
from common.geo import Point, cell_of, distance_km, resolution_of, wider
from listings.disclosure.partition import COUNTRY, RESOLUTIONS, told_cells

ENOUGH_OTHERS: Final = 5
"""Others in a cell, at the least. With one of them asking, who knows that it is not they, five candidates are left."""
MOST_COUNTED: Final = 50
_NEAR_KM: Final = 2.0
"""What an app above knows so near to a site is probably that site."""


class Place(NamedTuple):
    """A place of a candidate; one `key` for all places of one."""

    key: Hashable
    point: Point


Source = Callable[[str], Iterable[Place]]
"""From a country to the places there."""
_sources: list[Source] = []


def also_counts(source: Source) -> None:
    """Let places of an app above count."""
    if source not in _sources:
        _sources.append(source)


class Crowd(NamedTuple):
    """A cell, and how many others than the lister may stand behind what is told of it; `MOST_COUNTED` at the most."""

    cell: str
    others: int


def is_country(cell: str) -> bool:
    """Whether what is told is a country and no cell: its code stands for it."""
    return len(cell) == 2


def fineness(cell: str) -> int:
    """Return a cell's resolution, `COUNTRY` for a country."""
    return COUNTRY if is_country(cell) else resolution_of(cell)


def crowd_of(site: Site, *, coarser_than: int = RESOLUTIONS[0] + 1) -> Crowd:
    """Return the cell of a site in the partition of its country, or a wider one, with how many others share it.

    A wider one where the lister's kin are most of the crowd, or where the cell must be `coarser_than` a resolution.
    """
    country = _Country(site)
    cell = country.told[cell_of(site.point)]
    others = country.others(lambda finest: country.told[finest] == cell)
    for resolution in (*RESOLUTIONS, COUNTRY):
        if fineness(cell) < coarser_than and others >= ENOUGH_OTHERS:
            break
        if resolution < fineness(cell):
            cell = country.node(cell_of(site.point), resolution)
            others = country.inside(cell)
    if is_country(cell) and largest_town(cell) is None:
        # No point to stand for it is known.
        cell = cell_of(site.point, RESOLUTIONS[-1])
    return Crowd(cell, min(others, MOST_COUNTED))


def everybody_in(cell: str, site: Site) -> int:
    """Count who else has a place in a cell, whatever cell of their own they would be told by."""
    return min(_Country(site).inside(cell), MOST_COUNTED)


class _Country:
    """All candidates of a site's country, by the finest cell."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.near: set[Hashable] = set()
        self.candidates: dict[str, set[Hashable]] = defaultdict(set)
        for place in _sites_in(site):
            self.candidates[cell_of(place.point)].add(place.key)
        for place in chain.from_iterable(source(site.country) for source in _sources):
            self.candidates[cell_of(place.point)].add(place.key)
            if distance_km(place.point, site.point) <= _NEAR_KM:
                self.near.add(place.key)
        # What is asked for a site before it is saved, or one that was closed, must have a place too.
        self.candidates.setdefault(cell_of(site.point), set())
        self.told = told_cells(self.candidates, enough=ENOUGH_OTHERS + 1, country=site.country)
        self.kin = _kin_of(site)

    def node(self, finest: str, resolution: int) -> str:
        """Return what holds a finest cell at a resolution."""
        return self.site.country if resolution == COUNTRY else wider(finest, resolution)

    def others(self, counts: Callable[[str], bool]) -> int:
        """Count the candidates beside the site's own in the finest cells that count."""
        found = set().union(*(keys for finest, keys in self.candidates.items() if counts(finest)))
        return len(found - self.kin - self.near)

    def inside(self, cell: str) -> int:
        """Count them in all of a cell."""
        resolution = fineness(cell)
        return self.others(lambda finest: self.node(finest, resolution) == cell)


def _sites_in(site: Site) -> Iterator[Place]:
    sites = Site.objects.filter(country=site.country).order_by()
    if site.organization.provenance != Provenance.ILLUSTRATIVE:
        sites = sites.exclude(organization__provenance=Provenance.ILLUSTRATIVE)
    rows = sites.annotate(member=Min("organization__memberships__user"))
    for organization, member, latitude, longitude in rows.values_list(
        "organization", "member", "latitude", "longitude"
    ):
        yield Place(_key(organization, member), Point(latitude, longitude))


def _key(organization_id: int, first_member: int | None) -> Hashable:
    return ("organization", organization_id) if first_member is None else ("person", first_member)


def _kin_of(site: Site) -> set[Hashable]:
    """The site's organization, and those that share a member with it."""
    people = Membership.objects.filter(organization=site.organization_id).values("user")
    shared = Q(pk__in=Membership.objects.filter(user__in=people).values("organization"))
    kin = Organization.objects.filter(shared | Q(pk=site.organization_id))
    rows = kin.annotate(member=Min("memberships__user")).values_list("pk", "member")
    return {_key(pk, member) for pk, member in rows}
