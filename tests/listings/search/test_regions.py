"""Listings by region: that of the nearest town, and of a hidden place only where its whole cell lies in one."""

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.models import Site, User
from accounts.selectors.regions import region_names, towns_by_country
from common.geo import Point, cell_of, middle_of
from listings.models import Disclosure, Listing
from listings.search.find import find
from listings.search.questions import Question
from listings.search.regions import country_number, region_numbers, regions_of
from tests.conftest import MakeListing, make_crowds

NOBODY = AnonymousUser()
CENTRAL, ZEALAND, SOUTHERN = "DK.18", "DK.20", "DK.21"


def region_at(place: Point, country: str = "DK", *, is_cell: bool = False) -> str:
    [number] = regions_of(
        np.array([country_number(country)]),
        np.array([place.latitude]),
        np.array([place.longitude]),
        np.array([is_cell]),
    ).tolist()
    return next((code for code, each in region_numbers().items() if each == number), "")


@pytest.mark.parametrize(
    ("place", "country", "region"),
    [
        (Point(55.66, 11.08), "DK", ZEALAND),
        (Point(56.15, 10.2), "DK", CENTRAL),
        (Point(55.04, 9.41), "DK", SOUTHERN),
        # Five kilometres from Flensburg, and still of its own country.
        (Point(54.84, 9.43), "DK", SOUTHERN),
        (Point(54.8, 9.43), "DE", "DE.10"),
        (Point(51.51, 7.46), "DE", "DE.07"),
        (Point(48.3, 14.29), "AT", "AT.04"),
        (Point(60.98, 25.66), "FI", "FI.07"),
        (Point(29.76, -95.37), "US", "US.TX"),
        # Countries that are not parted, and none.
        (Point(35.68, 139.69), "JP", ""),
        (Point(0.0, 0.0), "", ""),
    ],
)
def test_place_lies_in_the_region_of_the_nearest_town_of_its_country(
    place: Point, country: str, region: str
) -> None:
    assert region_at(place, country) == region


def test_nearest_town_is_the_nearest_of_all() -> None:
    pick = np.random.default_rng(7)
    towns = towns_by_country()["DE"]
    latitudes, longitudes = pick.uniform(47, 55, 200), pick.uniform(6, 15, 200)
    here = np.radians(np.array([[town.latitude, town.longitude] for town in towns]))
    for latitude, longitude in zip(latitudes.tolist(), longitudes.tolist(), strict=True):
        at = np.radians([latitude, longitude])
        half = np.sin((here - at) / 2) ** 2
        nearest = np.argmin(half[:, 0] + np.cos(at[0]) * np.cos(here[:, 0]) * half[:, 1])
        assert region_at(Point(latitude, longitude), "DE") == towns[int(nearest)].region


@pytest.mark.parametrize(
    ("inside", "resolution", "region"),
    [
        (Point(55.66, 11.08), 5, ZEALAND),
        # The middle of Zealand's cells of this size is near towns of the Capital Region too.
        (Point(55.66, 11.08), 2, ""),
        (Point(55.66, 11.08), 1, ""),
        (Point(51.51, 7.46), 4, "DE.07"),
    ],
)
def test_cell_lies_in_a_region_only_with_all_its_towns(inside: Point, resolution: int, region: str) -> None:
    country = "DE" if region.startswith("DE") else "DK"
    assert region_at(middle_of(cell_of(inside, resolution)), country, is_cell=True) == region


def test_whole_country_lies_in_no_region_though_its_largest_town_stands_for_it() -> None:
    copenhagen = max(towns_by_country()["DK"], key=lambda town: town.population)
    place = Point(copenhagen.latitude, copenhagen.longitude)
    assert (region_at(place), region_at(place, is_cell=True)) == ("DK.17", "")


def test_cell_that_shares_its_middle_with_a_wider_one_is_taken_for_that() -> None:
    wide = cell_of(Point(55.66, 11.08), 2)
    middle = middle_of(wide)
    assert region_at(middle) != ""
    assert region_at(middle, is_cell=True) == ""


def test_every_region_has_a_name_in_both_languages() -> None:
    assert len(region_names()) == 298
    assert region_names()["DE.02"] == "Bavaria"


@pytest.mark.django_db
def test_listing_is_found_and_counted_by_its_region(make_offer: MakeListing, elsewhere_site: Site) -> None:
    offer = make_offer()
    found = find(NOBODY, Question(regions=frozenset({ZEALAND})), most=9)
    assert (list(found.keys), found.facets["region"]) == ([offer.pk], {ZEALAND: 1})
    assert find(NOBODY, Question(regions=frozenset({CENTRAL})), most=9).total == 0
    # A facet is counted beside its own choice.
    assert find(NOBODY, Question(regions=frozenset({CENTRAL})), most=9).facets["region"] == {ZEALAND: 1}


@pytest.mark.django_db
def test_hidden_listing_is_in_the_region_of_its_cell_or_in_none(
    make_offer: MakeListing, asnaes_site: Site
) -> None:
    lonely = make_offer(disclosure=Disclosure.ANONYMOUS)
    assert lonely.place.startswith("somewhere in")
    assert find(NOBODY, Question(), most=9).facets["region"] == {}
    Listing.objects.filter(pk=lonely.pk).update(disclosure=Disclosure.OPEN)
    assert find(NOBODY, Question(), most=9).facets["region"] != {}


@pytest.mark.django_db
def test_hidden_listing_among_many_is_found_by_the_region_of_its_finest_cell(
    make_offer: MakeListing, asnaes_site: Site
) -> None:
    make_crowds()
    hidden = make_offer(disclosure=Disclosure.ANONYMOUS)
    assert list(find(NOBODY, Question(regions=frozenset({ZEALAND})), most=9).keys) == [hidden.pk]


@pytest.mark.django_db
def test_page_offers_regions_and_says_which_is_chosen(client: Client, make_offer: MakeListing) -> None:
    make_offer()
    page = client.get("/browse/").content.decode()
    assert 'name="region" value="DK.20"' in page
    chosen = client.get("/browse/", {"region": ZEALAND, "country": "DK"}).content.decode()
    assert "Zealand, DK" in chosen
    assert "<span>Zealand</span>" in chosen, "beside one country that is chosen, each region needs no country"
    assert "<span>Zealand, DK</span>" in page
    wrong = client.get("/browse/", {"region": "nowhere", "kind": "plutonium"}).content.decode()
    assert "Region: Select a valid choice. nowhere is not one of the available choices." in wrong
    assert "Kind: Select a valid choice. plutonium is not one of the available choices." in wrong
    german = client.get("/browse/", {"region": ZEALAND}, headers={"Accept-Language": "de"}).content.decode()
    assert "Seeland, DK" in german


@pytest.mark.django_db
def test_region_that_there_is_not_is_refused_by_name(client: Client, make_offer: MakeListing) -> None:
    make_offer()
    answer = client.get("/api/v1/listings/", {"region": "DK.99"})
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, ["region"])
    assert client.get("/browse/", {"region": "DK.99"}).status_code == 200


@pytest.mark.django_db
def test_api_counts_regions_and_asks_for_them_among_my_own(
    client: Client, make_offer: MakeListing, seller: User
) -> None:
    offer = make_offer()
    assert client.get("/api/v1/listings/facets/").json()["facets"]["region"] == {ZEALAND: 1}
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    mine = client.get("/api/v1/listings/", {"mine": "true", "region": ZEALAND}).json()["results"]
    assert [each["id"] for each in mine] == [offer.pk]
    assert client.get("/api/v1/listings/", {"mine": "true", "region": CENTRAL}).json()["results"] == []
