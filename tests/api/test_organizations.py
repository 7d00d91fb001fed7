"""Organizations and sites over REST."""

from typing import Any

import pytest

from accounts.models import Organization, Site, User
from events.models import Event
from listings.models import Listing
from tests.api.conftest import ApiOf, errors_of
from tests.conftest import MakeListing

DETAILS = {
    "name": "Ash silo",
    "town": "Kalundborg",
    "country": "DK",
    "latitude": 55.68,
    "longitude": 11.09,
}


def test_list_holds_own_organizations_with_the_readers_role(
    api_of: ApiOf, asnaes: Organization, cement_works: Organization, viewer: User
) -> None:
    results = api_of(viewer).get("organizations/").json()["results"]
    assert [(row["id"], row["name"], row["role"]) for row in results] == [
        (asnaes.pk, "Asnæs power station", "viewer")
    ]


def test_owner_changes_one_field_and_keeps_the_rest(
    api_of: ApiOf, asnaes: Organization, seller: User
) -> None:
    response = api_of(seller).patch(f"organizations/{asnaes.pk}/", {"description": "Power and steam."})
    assert response.status_code == 200
    assert response.json()["nace_code"] == "35.11"
    asnaes.refresh_from_db()
    assert (asnaes.name, asnaes.description) == ("Asnæs power station", "Power and steam.")
    event = Event.objects.get(kind="organization.changed", subject_id=asnaes.pk)
    assert (event.actor_id, event.data) == (seller.pk, {"fields": ["description"]})


def test_put_resets_what_is_left_out(api_of: ApiOf, asnaes: Organization, seller: User) -> None:
    assert api_of(seller).put(f"organizations/{asnaes.pk}/", {"name": "Asnæs"}).status_code == 200
    asnaes.refresh_from_db()
    assert (asnaes.name, asnaes.nace_code, asnaes.currency) == ("Asnæs", "", "EUR")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"currency": "eur"}, "currency"),
        ({"website": "no address"}, "website"),
        ({"nmae": "Asnæs"}, "nmae"),
        ({"slug": "asnaes"}, "slug"),
        ({"description": "a\x00b"}, "description"),
    ],
)
def test_what_is_wrong_is_named(
    api_of: ApiOf, asnaes: Organization, seller: User, body: dict[str, Any], field: str
) -> None:
    response = api_of(seller).patch(f"organizations/{asnaes.pk}/", body)
    assert response.status_code == 400
    assert list(errors_of(response)) == [field]


def test_trader_reads_but_does_not_change(api_of: ApiOf, asnaes: Organization, trader: User) -> None:
    api = api_of(trader)
    assert api.get(f"organizations/{asnaes.pk}/").status_code == 200
    assert api.patch(f"organizations/{asnaes.pk}/", {"name": "x"}).json()["code"] == "forbidden"


def test_site_lives_from_creation_to_removal(api_of: ApiOf, asnaes: Organization, seller: User) -> None:
    api = api_of(seller)
    created = api.post("sites/", {**DETAILS, "organization": asnaes.pk})
    assert created.status_code == 201
    address = f"sites/{created.json()['id']}/"
    assert created.json() == api.get(address).json()
    assert api.patch(address, {"street": "Asnæsvej 16"}).json()["town"] == "Kalundborg"
    assert api.put(address, {**DETAILS, "name": "Silo 2"}).json()["street"] == ""
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert not Site.objects.exists()


def test_site_for_a_foreign_organization_is_refused_as_for_a_missing_one(
    api_of: ApiOf, cement_works: Organization, seller: User, asnaes: Organization
) -> None:
    api = api_of(seller)
    foreign = api.post("sites/", {**DETAILS, "organization": cement_works.pk})
    missing = api.post("sites/", {**DETAILS, "organization": 999_999_999})
    assert (foreign.status_code, list(errors_of(foreign))) == (400, ["organization"])
    assert foreign.content == missing.content
    assert not Site.objects.exists()


def test_trader_cannot_add_a_site(api_of: ApiOf, asnaes: Organization, trader: User) -> None:
    assert api_of(trader).post("sites/", {**DETAILS, "organization": asnaes.pk}).status_code == 403


def test_site_with_a_listing_stays(api_of: ApiOf, make_offer: MakeListing, seller: User) -> None:
    listing: Listing = make_offer()
    response = api_of(seller).delete(f"sites/{listing.site_id}/")
    assert (response.status_code, response.json()["code"]) == (409, "site_in_use")
    assert Site.objects.filter(pk=listing.site_id).exists()


@pytest.mark.parametrize("latitude", ["nan", "55.68", True, 91, None])
def test_latitude_must_be_a_number_on_the_globe(
    api_of: ApiOf, asnaes: Organization, seller: User, latitude: object
) -> None:
    response = api_of(seller).post("sites/", {**DETAILS, "organization": asnaes.pk, "latitude": latitude})
    assert (response.status_code, list(errors_of(response))) == (400, ["latitude"])


def test_second_site_of_one_name_is_refused(api_of: ApiOf, asnaes_site: Site, seller: User) -> None:
    body = {**DETAILS, "name": asnaes_site.name, "organization": asnaes_site.organization_id}
    response = api_of(seller).post("sites/", body)
    assert (response.status_code, list(errors_of(response))) == (400, ["name"])


def test_site_says_its_time_zone_and_takes_none(api_of: ApiOf, asnaes_site: Site, seller: User) -> None:
    api, path = api_of(seller), f"sites/{asnaes_site.pk}/"
    assert api.get(path).json()["timezone"] == "Europe/Copenhagen"
    answer = api.patch(path, {"timezone": "Europe/Paris"})
    assert (answer.status_code, list(errors_of(answer))) == (400, ["timezone"])


@pytest.mark.parametrize("collection", ["organizations", "sites"])
def test_change_of_what_was_changed_since_it_was_read_is_refused(
    asnaes: Organization, asnaes_site: Site, seller: User, api_of: ApiOf, collection: str
) -> None:
    api = api_of(seller)
    path = f"{collection}/{asnaes.pk if collection == 'organizations' else asnaes_site.pk}/"
    tag = api.get(path)["ETag"]
    done = api.call("patch", path, {"name": "North"}, **{"If-Match": tag})
    assert (done.status_code, done["ETag"] != tag) == (200, True)
    late = api.call("patch", path, {"name": "South"}, **{"If-Match": tag, "Idempotency-Key": "late"})
    assert (late.status_code, late.json()["code"], late["ETag"]) == (412, "outdated", done["ETag"])
    assert late.json()["current"] == api.get(path).json() == done.json()
    assert api.get(path).json()["name"] == "North"
    assert api.call("patch", path, {"name": "West"}, **{"If-Match": done["ETag"]}).status_code == 200
    assert api.call("patch", path, {"name": "East"}, **{"If-Match": "*"}).status_code == 200
    assert api.call("patch", path, {"name": "Hall"}).status_code == 200
