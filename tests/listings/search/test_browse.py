"""The browse page: what narrows it, in what order it comes, how one goes on, what it says to a wrong address."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings.models import Disclosure
from tests.conftest import MakeListing
from tests.listings.test_pages import LISTINGS, found, text_of

pytestmark = pytest.mark.django_db


def test_empty_market_says_what_to_do(client: Client) -> None:
    page = text_of(client.get(LISTINGS))
    assert "Nothing is listed yet" in page
    assert f'href="{reverse("listing_new")}"' in page


def test_filters_without_a_hit_say_what_to_do(client: Client, make_offer: MakeListing) -> None:
    make_offer()
    page = text_of(client.get(LISTINGS, {"q": "unobtainium"}))
    assert "Nothing fits these filters" in page
    assert "Ask for what I need" in page


@pytest.fixture
def market(make_offer: MakeListing, make_request: MakeListing) -> None:
    """Four listings round Kalundborg and Slagelse, 29 km apart."""
    make_offer(title="ash", price=Decimal(-8))
    make_offer(title="gypsum", resource="fgd-gypsum", quantity=Decimal(200_000), price=Decimal(5))
    make_offer(title="sludge", resource="sewage-sludge", hazardous=True, quantity=None)
    make_request(title="wanted ash", resource="fly-ash", available_until=date(2070, 6, 30))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"ash", "gypsum", "sludge", "wanted ash"}),
        ("side=offer", {"ash", "gypsum", "sludge"}),
        ("side=request", {"wanted ash"}),
        ("kind=water", set()),
        ("kind=material&kind=water", {"ash", "gypsum", "sludge", "wanted ash"}),
        ("resource=fly-ash", {"ash", "wanted ash"}),
        ("resource=Coal+fly+ash", {"ash"}),
        ("quantity_min=12+000&quantity_max=12000", {"ash", "wanted ash"}),
        ("quantity_min=12001", {"gypsum"}),
        ("near=Kalundborg&within_km=10", {"ash", "gypsum", "sludge"}),
        ("near=Kalundborg&within_km=50", {"ash", "gypsum", "sludge", "wanted ash"}),
        ("near=55.40,11.35&within_km=10", {"wanted ash"}),
        ("window_from=2070-07-01", {"ash", "gypsum", "sludge"}),
        ("window_until=2001-01-01", set()),
        ("price_max=0", {"ash"}),
        ("free=true", {"ash"}),
        ("hazardous=yes", {"sludge"}),
        ("hazardous=no", {"ash", "gypsum", "wanted ash"}),
        ("q=gypsum", {"gypsum"}),
        ("q=pulverised+ash", {"ash"}),
        ("q=slagelse", {"wanted ash"}),
        ("q=100102", {"ash", "wanted ash"}),
    ],
)
@pytest.mark.usefixtures("market")
def test_filter_keeps_what_it_says(client: Client, query: str, names: set[str]) -> None:
    assert found(client, query) == names


@pytest.mark.usefixtures("market")
def test_nearest_comes_first_when_a_place_is_named(client: Client) -> None:
    page = client.get(LISTINGS, {"near": "55.40,11.35", "within_km": "100"}).context["page"]
    assert page.object_list[0].name == "wanted ash"
    assert page.object_list[0].distance_km == pytest.approx(0.4, abs=0.1)


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("sort", "first"),
    [("largest", "gypsum"), ("cheapest", "ash"), ("newest", "wanted ash"), ("junk", "wanted ash")],
)
def test_order_is_as_asked(client: Client, sort: str, first: str) -> None:
    assert client.get(LISTINGS, {"sort": sort}).context["page"].object_list[0].name == first


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("near=Nowhereville", "We know no town"),
        ("resource=fly+as", "Which one is it"),
        ("quantity_min=lots", "Type a number"),
        ("q=%00", "Null characters"),
        ("window_from=soon", "Enter a valid date"),
    ],
)
def test_filter_that_means_nothing_says_so_beside_it(client: Client, query: str, words: str) -> None:
    answer = client.get(f"{LISTINGS}?{query}")
    assert answer.status_code == 200
    assert words in text_of(answer)


def test_anonymous_listing_tells_strangers_no_name_and_no_place(
    client: Client, make_offer: MakeListing
) -> None:
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    for address in (LISTINGS, f"{LISTINGS}?q=Asn%C3%A6s", reverse("listing", args=[listing.pk])):
        page = text_of(client.get(address))
        assert "Asnæs power station" not in page
        assert "Asnæsværket" not in page
        assert "55.66167" not in page
    assert found(client, "q=Asn%C3%A6s") == set()


def test_browse_takes_as_many_queries_for_many_as_for_few(
    client: Client, make_offer: MakeListing, make_request: MakeListing
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LISTINGS)
        return len(captured)

    make_offer()
    queries()  # reads the market once, and then only what changed
    few = queries()
    for _ in range(5):
        make_offer()
        make_request()
    assert queries() == few


def test_htmx_gets_the_results_alone(client: Client, make_offer: MakeListing) -> None:
    make_offer()
    whole = text_of(client.get(LISTINGS))
    part = text_of(client.get(LISTINGS, headers={"HX-Request": "true"}))
    assert "<html" in whole
    assert "<html" not in part
    assert "Coal fly ash" in part


def test_second_page_keeps_the_filters(client: Client, make_offer: MakeListing) -> None:
    for _ in range(25):
        make_offer()
    first = client.get(LISTINGS, {"side": "offer"}).context["page"]
    page = text_of(client.get(LISTINGS, {"side": "offer"}))
    assert f'href="?side=offer&cursor={first.next}"' in page
    second = client.get(LISTINGS, {"side": "offer", "cursor": first.next}).context["page"]
    assert len(second.object_list) == 1
    assert (second.next, bool(second.previous), second.count) == ("", True, 25)


def test_line_is_understood_and_stands_in_the_address(client: Client, make_offer: MakeListing) -> None:
    make_offer(title="ash", price=Decimal(-8))
    make_offer(title="dear", price=Decimal(80))
    answer = client.get(LISTINGS, {"q": "fly ash near Kalundborg 200 km under 30 EUR"})
    assert answer.status_code == 302
    assert answer["Location"] == (
        f"{LISTINGS}?q=fly+ash&within_km=200&price_max=30&currency=EUR&near=Kalundborg"
    )
    shown = client.get(answer["Location"])
    assert [listing.name for listing in shown.context["page"].object_list] == ["ash"]
    labels = [chip.label for chip in shown.context["chips"]]
    assert labels == ["“fly ash”", "within 200 km of Kalundborg", "at most 30 EUR"]
    without_price = shown.context["chips"][2].url
    assert without_price == "?q=fly+ash&within_km=200&near=Kalundborg"
    assert found(client, without_price[1:]) == {"ash", "dear"}


def test_line_typed_beside_results_changes_the_address(client: Client, make_offer: MakeListing) -> None:
    make_offer()
    answer = client.get(LISTINGS, {"q": "fly ash near Kalundborg"}, headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == f"{LISTINGS}?q=fly+ash&near=Kalundborg"
    assert 'id="facets" hx-swap-oob="true"' in text_of(answer)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"page": "1000000000"}, "Pages have no numbers here"),
        ({"cursor": "rubbish"}, "not a cursor of ours"),
        ({"q": "ash " * 1250}, "at most 300 characters"),
        ({"box": "1,2,3"}, "Say south, west, north and east"),
        ({"country": "ZZ"}, ""),
        ({"colour": "red"}, ""),
    ],
)
def test_address_that_is_wrong_is_answered_with_the_first_page(
    client: Client, make_offer: MakeListing, query: dict[str, str], words: str
) -> None:
    make_offer()
    answer = client.get(LISTINGS, query)
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert answer.context["page"].count == 1


def test_table_shows_what_the_cards_show(client: Client, make_offer: MakeListing) -> None:
    make_offer(title="ash", price=Decimal(-8))
    page = text_of(client.get(LISTINGS, {"view": "table", "near": "Kalundborg"}))
    assert "<table" in page
    for word in ("ash", "12,000", "Kalundborg, DK", "Asnæs power station"):
        assert word in page


def test_unpriced_listings_are_a_click_away(client: Client, make_offer: MakeListing) -> None:
    make_offer(title="priced", price=Decimal(3))
    make_offer(title="open")
    shown = client.get(LISTINGS, {"price_max": "10"})
    assert "1 more fits, but states no price" in text_of(shown)
    assert found(client, shown.context["unpriced_query"][1:]) == {"open"}
