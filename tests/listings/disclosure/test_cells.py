"""The one cell of a site: wide enough for five others, the same for all its listings, and only ever widened."""

import pytest

from accounts.models import Membership, Organization, Provenance, Role, Site, User
from accounts.services.sites import SiteDetails, update_site
from common.geo import Point, blur, cell_of, middle_of, resolution_of, wider
from listings.disclosure.cells import keep_cell, preview_cell
from listings.disclosure.crowd import ENOUGH_OTHERS, crowd_of, fineness, is_country
from listings.disclosure.partition import COUNTRY
from listings.models import Disclosure, Listing, SiteCell, State
from listings.services.listings import amend_listing, follow_site, keep_cells, pause_listing, publish_listing
from tests.conftest import MakeListing, join, make_neighbours, make_plant

pytestmark = pytest.mark.django_db


COPENHAGEN = Point(55.676, 12.566)
"""Stands for Denmark, being its largest town."""


def cell_at(site: Site) -> tuple[int, int]:
    """How fine the cell is that the site would be told as, and how many others share it."""
    crowd = crowd_of(site)
    assert crowd.cell == (
        site.country if is_country(crowd.cell) else cell_of(site.point, resolution_of(crowd.cell))
    )
    return fineness(crowd.cell), crowd.others


# --- how wide -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("others", "found"), [(0, (COUNTRY, 0)), (4, (COUNTRY, 4)), (5, (5, 5)), (9, (5, 9))]
)
def test_cell_is_widened_until_five_others_share_it(
    asnaes_site: Site, others: int, found: tuple[int, int]
) -> None:
    make_neighbours(asnaes_site, others)
    assert cell_at(asnaes_site) == found


def test_cell_is_no_wider_than_needed(asnaes_site: Site) -> None:
    neighbours = make_neighbours(asnaes_site)
    # Holbæk: another cell of 250 km², the same of 12,000 km².
    Site.objects.filter(organization__in=neighbours).update(latitude=55.7167, longitude=11.7167)
    assert cell_of(asnaes_site.point, 4) != cell_of(Point(55.7167, 11.7167), 4)
    assert cell_of(asnaes_site.point, 3) == cell_of(Point(55.7167, 11.7167), 3)
    # The five are with one another fewer than six, so none has a finer cell of its own.
    assert cell_at(asnaes_site) == (3, 5)


def test_town_that_would_be_told_by_itself_is_told_with_the_lonely_plant_beside_it(asnaes_site: Site) -> None:
    neighbours = make_neighbours(asnaes_site, 6)
    at_holbaek = Site.objects.filter(organization__in=neighbours)
    at_holbaek.update(latitude=55.7167, longitude=11.7167)
    # Were the six told as Holbæk, a wide cell about Kalundborg would say that it is none of them.
    assert cell_at(asnaes_site) == (3, 6)
    assert crowd_of(at_holbaek[0]) == crowd_of(asnaes_site)


def test_plants_of_a_register_count_but_not_the_one_beside_the_site(asnaes_site: Site) -> None:
    for number in range(5):
        make_plant(register_id=f"{number}", latitude=55.70, longitude=11.10)
    make_plant(register_id="itself", latitude=asnaes_site.latitude + 0.01, longitude=asnaes_site.longitude)
    assert cell_at(asnaes_site) == (5, 5)


def test_one_person_counts_once_and_who_belongs_to_the_lister_not_at_all(
    asnaes_site: Site, seller: User, stranger: User
) -> None:
    neighbours = make_neighbours(asnaes_site, 8)
    for made_up in neighbours[:2]:
        join(stranger, made_up, Role.OWNER)
    assert cell_at(asnaes_site) == (5, 7)
    join(seller, neighbours[7], Role.TRADER)
    assert cell_at(asnaes_site) == (5, 6)
    for made_up in neighbours[2:6]:
        join(stranger, made_up, Role.OWNER)
    assert cell_at(asnaes_site)[1] < ENOUGH_OTHERS
    assert Membership.objects.filter(user=stranger).count() == 6


def test_other_countries_and_illustrative_plants_hide_nobody(asnaes_site: Site) -> None:
    abroad, drawn, *others = make_neighbours(asnaes_site, 7)
    Site.objects.filter(organization=abroad).update(country="SE")
    Organization.objects.filter(pk=drawn.pk).update(provenance=Provenance.ILLUSTRATIVE, source="Made up.")
    assert cell_at(asnaes_site) == (5, len(others))
    Organization.objects.filter(pk=asnaes_site.organization_id).update(
        provenance=Provenance.ILLUSTRATIVE, source="Made up."
    )
    asnaes_site.organization.refresh_from_db()
    assert cell_at(asnaes_site) == (5, len(others) + 1)


# --- always the same ----------------------------------------------------------------------------------------
def test_all_listings_of_a_site_share_one_cell_whatever_comes_and_goes(
    make_offer: MakeListing, asnaes_site: Site, seller: User
) -> None:
    # Nobody about: the widest cell, and so it stays when others come.
    first = make_offer(disclosure=Disclosure.ANONYMOUS)
    make_neighbours(asnaes_site)
    second = make_offer(disclosure=Disclosure.PRIVATE, resource="fgd-gypsum")
    assert first.public_point == second.public_point == COPENHAGEN
    first = publish_listing(actor=seller, listing=pause_listing(actor=seller, listing=first))
    first = amend_listing(actor=seller, listing=first, changes={"disclosure": Disclosure.OPEN})
    assert first.public_point == asnaes_site.point
    first = amend_listing(actor=seller, listing=first, changes={"disclosure": Disclosure.ANONYMOUS})
    assert first.public_point == second.public_point
    assert keep_cells() == 0


def test_others_who_leave_widen_the_cell_and_the_listing_follows(
    make_offer: MakeListing, asnaes_site: Site
) -> None:
    neighbours = make_neighbours(asnaes_site)
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    assert listing.public_point == blur(asnaes_site.point)
    Site.objects.filter(organization=neighbours[0]).delete()
    assert (keep_cells(), keep_cells()) == (1, 0)
    listing.refresh_from_db()
    assert listing.public_point == COPENHAGEN
    make_neighbours(asnaes_site, 1)
    assert keep_cells() == 0, "never narrowed again"


def test_listings_from_before_get_their_cell_by_the_job(make_offer: MakeListing, asnaes_site: Site) -> None:
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    SiteCell.objects.all().delete()
    fine = blur(asnaes_site.point)
    Listing.objects.update(latitude=fine.latitude, longitude=fine.longitude, place="near Kalundborg, DK")
    assert (keep_cells(), keep_cells()) == (1, 0)
    listing.refresh_from_db()
    assert listing.public_point == COPENHAGEN != fine


def test_correction_across_a_border_widens_to_a_cell_with_both_sides(
    make_offer: MakeListing, asnaes_site: Site, seller: User
) -> None:
    make_neighbours(asnaes_site)
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    before = SiteCell.objects.get().cell
    moved = SiteDetails("Asnæsværket", "Kalundborg", "DK", 55.66167, 11.45)
    site = update_site(actor=seller, site=asnaes_site, details=moved)
    assert cell_of(site.point) != before
    follow_site(site_id=site.pk)
    listing.refresh_from_db()
    after = SiteCell.objects.get().cell
    assert after == wider(before, resolution_of(after)) == cell_of(site.point, resolution_of(after))
    assert listing.public_point == middle_of(after)


def test_open_listing_and_one_for_a_programme_need_no_cell(make_offer: MakeListing) -> None:
    for level in (Disclosure.OPEN, Disclosure.PROGRAMME):
        assert make_offer(disclosure=level).state == State.PUBLISHED
    assert not SiteCell.objects.exists()


# --- what is said of it -------------------------------------------------------------------------------------
def test_preview_says_before_publishing_what_will_be_told_and_writes_nothing(asnaes_site: Site) -> None:
    make_neighbours(asnaes_site)
    before = preview_cell(asnaes_site)
    assert not SiteCell.objects.exists()
    assert (before.others, before.is_enough, before.across_km, before.area_km2) == (5, True, 19, 210)
    assert (before.name, before.middle) == ("near Kalundborg, DK", blur(asnaes_site.point))
    assert keep_cell(asnaes_site).cell == before.cell


def test_wide_cell_is_told_by_its_country_and_how_far_it_goes(asnaes_site: Site) -> None:
    neighbours = make_neighbours(asnaes_site)
    Site.objects.filter(organization__in=neighbours).update(latitude=55.7167, longitude=11.7167)
    found = preview_cell(asnaes_site)
    assert (found.name, found.across_km) == ("DK, within about 66 km of Hundested", 132)


def test_where_too_few_are_known_the_country_is_told(asnaes_site: Site) -> None:
    found = preview_cell(asnaes_site)
    assert (found.is_enough, found.name, found.across_km) == (False, "somewhere in DK", None)
    assert found.middle == COPENHAGEN
