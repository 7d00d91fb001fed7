from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Site, User
from tests.accounts.pages import ClientOf, text_of
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db


def place_site(browser: Client, **typed: object) -> Any:
    return browser.post(reverse("site_new"), {"name": "Works"} | typed)


@pytest.mark.parametrize(
    ("typed", "placed"),
    [
        ({"town": "Kalundborg"}, ("Kalundborg", "DK", 55.68, 11.089)),
        ({"town": "valencia", "country": "ES"}, ("Valencia", "ES", 39.474, -0.38)),
        ({"town": "Valencia, Spain"}, ("Valencia", "ES", 39.474, -0.38)),
        ({"town": "København"}, ("København", "DK", 55.676, 12.566)),
        ({"town": "genève", "country": "CH"}, ("Genève", "CH", 46.202, 6.146)),
        ({"latitude": "55.6617", "longitude": "11.0806"}, ("Kalundborg", "DK", 55.6617, 11.0806)),
        (
            {"town": "Asnæs", "country": "DK", "latitude": "55.6617", "longitude": "11.0806"},
            ("Asnæs", "DK", 55.6617, 11.0806),
        ),
    ],
)
def test_site_is_placed_by_town_or_coordinates(
    asnaes: Organization,
    seller: User,
    client_of: ClientOf,
    typed: dict[str, str],
    placed: tuple[str, str, float, float],
) -> None:
    assert place_site(client_of(seller), **typed).status_code == 302
    site = Site.objects.get()
    assert (site.town, site.country, round(site.latitude, 4), round(site.longitude, 4)) == placed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Type the town, or pick the place on the map."),
        ({"town": "Nowhereville"}, "We know no town “Nowhereville”"),
        ({"town": "Valencia"}, "choose the country"),
        ({"latitude": "55.6"}, "Give both coordinates"),
        ({"latitude": "95", "longitude": "11"}, "Type at most 90."),
        ({"latitude": "nan", "longitude": "11"}, "Type a number"),
        ({"latitude": "-48.9", "longitude": "-123.4"}, "No town is near this place"),
        (
            {"town": "Linz", "country": "AT", "latitude": "55.6", "longitude": "11"},
            "km from these coordinates",
        ),
    ],
)
def test_site_that_is_nowhere_is_refused_beside_the_field(
    asnaes: Organization, seller: User, client_of: ClientOf, typed: dict[str, str], said: str
) -> None:
    answer = place_site(client_of(seller), **typed)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert not Site.objects.exists()


def test_second_site_leads_back_to_the_organization(
    asnaes_site: Site, seller: User, client_of: ClientOf
) -> None:
    assert place_site(client_of(seller), town="Kalundborg")["Location"] == reverse("organization")


def test_name_of_another_site_is_refused_beside_the_name(
    asnaes_site: Site, seller: User, client_of: ClientOf
) -> None:
    page = text_of(place_site(client_of(seller), name=asnaes_site.name, town="Kalundborg"))
    assert "Your organization has a site of this name already." in page


def test_site_with_a_listing_is_not_deleted_and_the_page_says_why(
    make_offer: MakeListing, asnaes_site: Site, seller: User, client_of: ClientOf
) -> None:
    make_offer()
    answer = client_of(seller).post(reverse("site_delete", args=[asnaes_site.pk]), follow=True)
    assert "Listings stand at this site" in text_of(answer)
    assert Site.objects.filter(pk=asnaes_site.pk).exists()


@pytest.mark.parametrize(
    ("latitude", "longitude", "placed"),
    [
        ("56,5", "11,25", (56.5, 11.25)),
        ("56.5", "11.250", (56.5, 11.25)),
        (" 56,5\u00a0", "−1,5", (56.5, -1.5)),
        ("55,661670", "11,080560", (55.66167, 11.08056)),
    ],
)
def test_coordinate_is_read_with_a_comma_or_a_point(
    asnaes: Organization,
    seller: User,
    client_of: ClientOf,
    latitude: str,
    longitude: str,
    placed: tuple[float, float],
) -> None:
    typed = {"latitude": latitude, "longitude": longitude, "town": "Hall", "country": "DK"}
    assert place_site(client_of(seller), **typed).status_code == 302
    site = Site.objects.get()
    assert (site.latitude, site.longitude) == placed


@pytest.mark.parametrize("typed", ["1 2", "56 30", "5'6", "56,5,0", "1e1", "NaN"])
def test_coordinate_that_is_no_number_is_refused(
    asnaes: Organization, seller: User, client_of: ClientOf, typed: str
) -> None:
    answer = place_site(client_of(seller), latitude=typed, longitude="11", town="Hall", country="DK")
    assert answer.status_code == 200
    assert not Site.objects.exists()
