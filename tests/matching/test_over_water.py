"""A match that has open water before it says so wherever its distance is shown."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from accounts.services.sites import SiteDetails, create_site
from listings.models import Disclosure
from matching.models import Match
from matching.openwater import water_to_cross_km
from matching.selectors.audit import audited, stored_matches
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, make_crowds
from tests.matching.explanations import explanation_of, the_match
from tests.matching.pages import ClientOf, text_of

pytestmark = pytest.mark.django_db
TAG = "by ship, or the long way round"
SAID = (
    "The straight line crosses 54 km of open water: it goes by ship, or the long way round. Take 99 km as the least; "
    "transport may cost more, and the benefit be less, than is shown."
)


@pytest.fixture
def aarhus_site(buyer: User, cement_works: Organization) -> Site:
    details = SiteDetails("Port works", "Aarhus", "DK", 56.15, 10.22)
    return create_site(actor=buyer, organization=cement_works, details=details)


@pytest.fixture
def over_water(
    make_offer: MakeListing, make_request: MakeListing, aarhus_site: Site, programme: Programme
) -> Match:
    """Fly ash of Asnæs sought in Aarhus, across the Kattegat."""
    make_offer()
    make_request(site=aarhus_site)
    return the_match()


def test_page_says_so_beside_the_distance_the_transport_and_the_benefit(
    over_water: Match, buyer: User, client_of: ClientOf
) -> None:
    page = text_of(client_of(buyer).get(reverse("match", args=[over_water.pk])))
    assert SAID in page
    assert "distance, over 54 km of open water" in page
    explanation = explanation_of(over_water)
    assert explanation.assumption("distance_km").source.endswith(
        f"it crosses 54 km of open water, so take it as the least: {TAG}"
    )
    transport = next(line for line in explanation.benefit_lines if line.key == "transport")
    assert transport.source == (
        f"{TAG}, over 54 km of open water: transport may cost more, and the benefit be less"
    )
    assert transport.source in page


def test_lists_and_queue_say_so_as_a_tag(
    over_water: Match, buyer: User, facilitator: User, client_of: ClientOf
) -> None:
    pages = [
        client_of(buyer).get(reverse("my_matches")),
        client_of(buyer).get(reverse("listing_matches", args=[over_water.request_id])),
        client_of(facilitator).get(reverse("review")),
    ]
    for page in pages:
        assert text_of(page).count(f"</svg>{TAG}</span>") == 1


def test_api_says_so_of_one_and_in_lists(over_water: Match, buyer: User, client: Client) -> None:
    client.force_login(buyer)
    [row] = client.get("/api/v1/matches/").json()["results"]
    one = client.get(f"/api/v1/matches/{over_water.pk}/").json()
    assert row["open_water_km"] == one["open_water_km"] == "54"
    assert TAG in {line["key"]: line for line in one["explanation"]["benefit_lines"]}["transport"]["source"]


def test_what_stays_on_land_says_nothing(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, client_of: ClientOf
) -> None:
    make_offer()
    make_request()
    match = the_match()
    client = client_of(buyer)
    for address in (reverse("match", args=[match.pk]), reverse("my_matches")):
        page = text_of(client.get(address))
        assert "open water" not in page
        assert TAG not in page
    assert client.get(f"/api/v1/matches/{match.pk}/").json()["open_water_km"] is None
    assert audited(stored_matches())["over_water"] == []


def test_what_does_not_go_by_road_says_nothing(over_water: Match) -> None:
    assert over_water.open_water_km == Decimal(54)
    for mode in ("pipe", "wire", "none"):
        over_water.offer.resource.transport_mode = mode
        assert over_water.open_water_km is None


def test_audit_names_it_and_the_queue_narrows_to_it(
    over_water: Match, facilitator: User, client: Client
) -> None:
    assert audited(stored_matches())["over_water"] == [over_water.pk]
    client.force_login(facilitator)
    assert client.get(reverse("review"), {"finding": "over_water"}).context["count"] == 1
    rows = client.get("/api/v1/matches/", {"finding": "over_water"}).json()["results"]
    assert [row["id"] for row in rows] == [over_water.pk]


def test_anonymous_party_is_taken_to_be_in_the_middle_of_its_cell(
    make_offer: MakeListing, make_request: MakeListing, asnaes_site: Site, aarhus_site: Site
) -> None:
    make_crowds()
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    make_request(site=aarhus_site)
    match, place, site = the_match(), offer.public_point, offer.site.point
    assert place != site
    told, exact = (
        water_to_cross_km(point.latitude, point.longitude, 56.15, 10.22) for point in (place, site)
    )
    assert told is not None
    assert exact is not None
    assert match.open_water_km == Decimal(round(told)) != Decimal(round(exact)), (
        "or the test would show nothing"
    )


def test_nothing_that_is_stored_changes(over_water: Match) -> None:
    figures = (over_water.score, over_water.distance_km, over_water.benefit_low_eur_per_year)
    refresh_all_matches()
    over_water.refresh_from_db()
    assert (over_water.score, over_water.distance_km, over_water.benefit_low_eur_per_year) == figures
    # 1.3 times the straight line, and 4 + 0.11 a km.
    transport = next(
        line for line in explanation_of(over_water).benefit_lines if line.key == "transport"
    ).low_eur_per_unit
    assert transport == round(-(4 + Decimal("0.11") * Decimal(str(over_water.distance_km))), 4)
