"""The cell as which a site is told: chosen when a listing there first hides its place, kept, and only ever widened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from accounts.models import Site
from accounts.selectors.towns import largest_town, town_near
from common.geo import Point, area_of_km2, cell_of, middle_of, radius_of_km, resolution_of, wider
from listings.disclosure.crowd import ENOUGH_OTHERS, Crowd, crowd_of, everybody_in, is_country
from listings.disclosure.partition import RESOLUTIONS
from listings.disclosure.rules import CODED
from listings.models import NEAR_TOWN, SOMEWHERE_IN, WITHIN_OF, Listing, SiteCell, State, place_in_words

FINEST: Final = RESOLUTIONS[0]


@dataclass(frozen=True)
class ToldPlace:
    """What is told of where a listing is."""

    point: Point
    name: str


@dataclass(frozen=True)
class CellOfSite:
    """The cell of a site as its own organization sees it, before and after it is chosen."""

    site: Site
    cell: str
    others: int

    @property
    def across_km(self) -> int | None:
        """How wide it is, from corner to corner, in km; None for a whole country."""
        return None if is_country(self.cell) else round(2 * radius_of_km(self.cell))

    @property
    def area_km2(self) -> int | None:
        """Its area in km², to two digits; None for a whole country."""
        return None if is_country(self.cell) else _rounded(area_of_km2(self.cell))

    @property
    def is_enough(self) -> bool:
        """Whether enough others share it."""
        return self.others >= ENOUGH_OTHERS

    @property
    def middle(self) -> Point:
        """The point for which it stands, which is all that strangers learn of the place."""
        return told_point(self.cell)

    @property
    def name(self) -> str:
        """The same in words."""
        return place_in_words(near(self.cell, self.site.country))


def hides_place(disclosure: str) -> bool:
    """Whether at a level the place is told as a cell."""
    return disclosure in CODED


def preview_cell(site: Site) -> CellOfSite:
    """Return the cell that a site has, or would be given now; nothing is written."""
    kept = SiteCell.objects.filter(pk=site.pk).first()
    crowd = _fitting(site, kept)
    return CellOfSite(site, crowd.cell, crowd.others)


def mark_cells(listings: Iterable[Listing]) -> None:
    """Put `cell` on listings with their sites: the cell of the site where it has one; one query."""
    marked = list(listings)
    kept = SiteCell.objects.in_bulk([listing.site_id for listing in marked])
    for listing in marked:
        if found := kept.get(listing.site_id):
            listing.cell = CellOfSite(listing.site, found.cell, found.others)


def keep_cell(site: Site) -> SiteCell:
    """Return the cell of a site, chosen now where it has none, and widened where the site has left it."""
    kept = SiteCell.objects.filter(pk=site.pk).first()
    crowd = _fitting(site, kept)
    if kept is None:
        kept, _made = SiteCell.objects.get_or_create(
            site=site, defaults={"cell": crowd.cell, "others": crowd.others}
        )
    elif (kept.cell, kept.others) != crowd:
        kept.cell, kept.others = crowd
        kept.save(update_fields=["cell", "others"])
    return kept


def _fitting(site: Site, kept: SiteCell | None) -> Crowd:
    """What is kept, as long as the site lies in it; else the finest that holds both the old place and the new.

    A plant does not move: its coordinates are put right. A jump to the next cell would tell that it lies at the border.
    """
    if kept is None:
        return crowd_of(site)
    if is_country(kept.cell):
        return Crowd(kept.cell, kept.others) if kept.cell == site.country else crowd_of(site)
    resolution = resolution_of(kept.cell)
    if cell_of(site.point, resolution) == kept.cell:
        return Crowd(kept.cell, kept.others)
    for coarser in (each for each in RESOLUTIONS if each < resolution):
        if cell_of(site.point, coarser) == wider(kept.cell, coarser):
            return crowd_of(site, coarser_than=coarser + 1)
    return crowd_of(site, coarser_than=RESOLUTIONS[-1])


def recheck_cell(site: Site) -> SiteCell:
    """Widen the cell of a site from which others have gone, so that again enough share it."""
    kept = keep_cell(site)
    cell, others = kept.cell, min(kept.others, everybody_in(kept.cell, site))
    if others < ENOUGH_OTHERS and not is_country(cell):
        cell, others = crowd_of(site, coarser_than=resolution_of(cell))
    if (cell, others) != (kept.cell, kept.others):
        kept.cell, kept.others = cell, others
        kept.save(update_fields=["cell", "others"])
    return kept


def told_place(site: Site, disclosure: str) -> ToldPlace:
    """Return what is told of a listing's place at a level; the one writer of the listing's public columns."""
    if not hides_place(disclosure):
        return ToldPlace(site.point, f"{site.town}, {site.country}")
    cell = keep_cell(site).cell
    return ToldPlace(told_point(cell), near(cell, site.country))


def would_be_told(site: Site, disclosure: str) -> ToldPlace:
    """Return what would be told of a listing's place if it were listed now; nothing is written."""
    if not hides_place(disclosure):
        return told_place(site, disclosure)
    cell = preview_cell(site).cell
    return ToldPlace(told_point(cell), near(cell, site.country))


def told_point(cell: str) -> Point:
    """Return the point for which a cell stands: its middle, and of a country its largest town."""
    if not is_country(cell):
        return middle_of(cell)
    town = largest_town(cell)
    if town is None:
        raise ValueError(f"no town of the country {cell} is known")
    return Point(town.latitude, town.longitude)


def told_radius_km(site_id: int) -> float | None:
    """Return how far the cell of a site reaches from its middle; None for a country, and where it has no cell."""
    kept = SiteCell.objects.filter(pk=site_id).first()
    return None if kept is None or is_country(kept.cell) else radius_of_km(kept.cell)


def near(cell: str, country: str) -> str:
    """Say in words where a cell is: near a town, or how far about it; the country is the site's own.

    In English, whoever lists: the language would say who that may be. Pages say it in their reader's.
    """
    if is_country(cell):
        return SOMEWHERE_IN % {"country": country}
    centre, radius_km = middle_of(cell), radius_of_km(cell)
    town = town_near(centre)
    where = town.name if town else f"{centre.latitude:.1f}°, {centre.longitude:.1f}°"
    if resolution_of(cell) == FINEST:
        return NEAR_TOWN % {"town": where, "country": country}
    return WITHIN_OF % {"country": country, "radius": _rounded(radius_km), "town": where}


def _rounded(value: float) -> int:
    """Round to two digits."""
    return int(float(f"{value:.2g}"))


def sites_told_by_cells() -> list[int]:
    """Return the sites with listings that hide their place and are not withdrawn."""
    hidden = Listing.objects.filter(disclosure__in=CODED).exclude(state=State.WITHDRAWN)
    return list(hidden.order_by("site").values_list("site", flat=True).distinct())
