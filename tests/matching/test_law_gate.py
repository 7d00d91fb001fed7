"""What the law forbids is no match but a near miss that says what forbids it."""

import pytest

from accounts.models import Organization, Site, User
from matching.market.tables.law import country_of, nace_of
from matching.models import Match
from matching.selectors.near_misses.search import near_misses
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm(cement_site: Site) -> Organization:
    """The buyer's organization as a pig farm (NACE 01.46)."""
    organization = cement_site.organization
    organization.nace_code = "01.46"
    organization.save()
    return organization


def test_catering_waste_for_a_pig_farm_is_no_match_and_says_why(
    farm: Organization, seller: User, make_offer: MakeListing, make_request: MakeListing
) -> None:
    offer = make_offer(resource="food-waste")
    request = make_request(resource="food-waste")
    refresh_all_matches()
    assert not Match.objects.filter(offer=offer, request=request).exists()
    [miss] = near_misses(seller, offer)
    assert miss.gate == "law"
    assert miss.words == (
        "Feeding farmed animals with catering waste or what is made of it is forbidden "
        "(Regulation (EC) No 1069/2009, Article 11(1)(b))"
    )


def test_control_the_same_waste_for_a_plant_that_feeds_nobody_matches(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    offer = make_offer(resource="food-waste")
    request = make_request(resource="food-waste")
    refresh_all_matches()
    assert Match.objects.filter(offer=offer, request=request, fits=True).exists()


@pytest.mark.parametrize(
    ("number", "code"), [(0, ""), (11011, "10.11"), (101, "01"), (1011, "01.1"), (1111, "11.1")]
)
def test_activity_is_read_back_from_its_number(number: int, code: str) -> None:
    assert nace_of(number) == code


def test_country_is_read_back_from_its_number() -> None:
    assert [country_of((ord("D") << 8) + ord("K")), country_of(0)] == ["DK", ""]
