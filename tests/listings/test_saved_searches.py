"""Searches that one keeps: from the browse page and over REST by the same service."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from common.errors import Conflict, Invalid
from listings.models import Alert, SavedSearch
from listings.search.questions import as_asked
from listings.services.saved_searches import MOST_SAVED, change_search, save_search
from tests.conftest import PASSWORD, MakeListing

ClientOf = Callable[[User | None], Client]


def keep(person: User, query: str = "q=fly+ash", **changes: Any) -> SavedSearch:
    values: dict[str, Any] = {"name": "Ash", "alert": Alert.DAILY} | changes
    search = save_search(actor=person, query=QueryDict(query), **values)
    search.refresh_from_db()
    return search


def refused(person: User, query: str = "", **changes: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as error:
        keep(person, query, **changes)
    return {name: [str(text) for text in texts] for name, texts in error.value.fields.items()}


# --- the service --------------------------------------------------------------------------------------------
def test_whole_state_of_the_address_is_kept_but_the_place_in_the_list(buyer: User) -> None:
    query = (
        "q=ash&side=offer&country=DK&country=SE&near=Kalundborg%2C+DK&within_km=50&sort=nearest&view=table"
    )
    search = keep(buyer, f"{query}&cursor=AQIA&page=3&utm_source=x&box=&kind=")
    assert parse_qs(search.address) == parse_qs(query)
    asked = as_asked(search.question)
    assert (asked.words, asked.side, asked.countries) == ("ash", "offer", frozenset({"DK", "SE"}))
    assert (asked.within_km, round(asked.near.latitude, 1)) == (50.0, 55.7)  # type: ignore[union-attr]


def test_line_of_words_is_kept_as_it_is_understood(buyer: User) -> None:
    search = keep(buyer, "q=fly+ash+near+Kalundborg+200+km+under+30+EUR")
    assert parse_qs(search.address) == {
        "q": ["fly ash"],
        "near": ["Kalundborg"],
        "within_km": ["200"],
        "price_max": ["30"],
        "currency": ["EUR"],
    }


def test_highest_price_keeps_the_currency_in_which_it_was_meant(buyer: User) -> None:
    assert parse_qs(keep(buyer, "price_max=30").address) == {"price_max": ["30"], "currency": ["EUR"]}


def test_search_that_cannot_be_kept_says_why(buyer: User) -> None:
    assert list(refused(buyer, "near=Nowhere-at-all")) == ["query"]
    assert refused(buyer, "near=Nowhere-at-all")["query"][0].startswith("near: ")
    assert refused(buyer, "country=ZZ")["query"][0].startswith("country: ")
    assert refused(buyer, "resource=" + "x" * 2100)["query"] == [
        "This search is too long to be kept: leave something out."
    ]
    assert refused(buyer, name="") == {"name": ["Give it a name by which you find it again."]}
    assert refused(buyer, name="x" * 81) == {"name": ["At most 80 characters."]}
    keep(buyer, name="Ash")
    assert refused(buyer, name="ASH") == {"name": ["You have a search of this name already."]}
    assert SavedSearch.objects.count() == 1


def test_other_people_may_use_the_same_name(buyer: User, seller: User) -> None:
    assert keep(buyer).name == keep(seller).name


def test_more_than_the_most_is_refused(buyer: User) -> None:
    SavedSearch.objects.bulk_create(
        SavedSearch(person=buyer, name=f"Search {at}", question={}) for at in range(MOST_SAVED)
    )
    with pytest.raises(Conflict) as error:
        keep(buyer)
    assert error.value.code == "too_many"


def test_change_leaves_what_is_not_said(buyer: User) -> None:
    search = keep(buyer, alert=Alert.WEEKLY)
    change_search(search=search, name="Coal ash")
    search.refresh_from_db()
    before = search.asked_at
    assert (search.name, search.alert) == ("Coal ash", "weekly")
    change_search(search=search, alert=Alert.OFF)
    change_search(search=search, alert=Alert.DAILY)
    search.refresh_from_db()
    assert (search.name, search.alert) == ("Coal ash", "daily")
    assert search.asked_at > before


# --- pages --------------------------------------------------------------------------------------------------
def test_visitor_is_led_through_signing_in_back_to_the_search_with_nothing_lost(
    buyer: User, client: Client
) -> None:
    query = "q=fly+ash&side=offer&country=DK&country=SE&sort=newest&view=table"
    page = client.get(f"/browse/?{query}").content.decode()
    address = f"{reverse('saved_search_new')}?{query}"
    assert f'href="{address.replace("&", "&amp;")}&amp;"' in page
    led = client.get(address)
    assert led.status_code == 302
    signed_in = client.post(led["Location"], {"login": buyer.email, "password": PASSWORD})
    assert signed_in["Location"] == address
    form = client.get(signed_in["Location"])
    assert form.context["form"]["name"].value() == "fly ash, Offer, Denmark, Sweden"
    sent = {"name": "Ash", "alert": "weekly", "query": form.context["form"]["query"].value()}
    assert client.post(address, sent)["Location"] == reverse("saved_searches")
    [search] = SavedSearch.objects.all()
    assert (search.person, search.alert) == (buyer, "weekly")
    opened = client.get(reverse("saved_search", args=[search.pk]))["Location"]
    assert urlsplit(opened).path == "/browse/"
    assert parse_qs(urlsplit(opened).query) == parse_qs(query)


def test_form_that_was_refused_keeps_what_was_typed(buyer: User, client_of: ClientOf) -> None:
    keep(buyer)
    client = client_of(buyer)
    answer = client.post("/searches/new/", {"name": "Ash", "alert": "at_once", "query": "q=whey"})
    text = answer.content.decode()
    assert "You have a search of this name already." in text
    assert answer.context["form"]["query"].value() == "q=whey"
    assert answer.context["form"]["alert"].value() == "at_once"
    wrong = client.post("/searches/new/", {"name": "Other", "alert": "hourly", "query": "country=ZZ"})
    assert "Choose one of the list." in wrong.content.decode()
    refused = client.post("/searches/new/", {"name": "Other", "alert": "daily", "query": "country=ZZ"})
    assert "Country: Select a valid choice." in refused.content.decode()
    assert SavedSearch.objects.count() == 1


def test_page_of_mine_shows_how_many_each_finds_now_and_changes_them(
    buyer: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    make_offer(price=Decimal(5))
    make_offer(resource="fgd-gypsum")
    ash, everything = keep(buyer), keep(buyer, "", name="All")
    client = client_of(buyer)
    rows = client.get("/searches/").context["rows"]
    assert [(search.name, search.count) for search, _form in rows] == [("All", 2), ("Ash", 1)]
    client.post(f"/searches/{ash.pk}/change/", {"name": "Coal ash", "alert": "off"})
    ash.refresh_from_db()
    assert (ash.name, ash.alert) == ("Coal ash", "off")
    taken = client.post(f"/searches/{ash.pk}/change/", {"name": "all", "alert": "off"})
    assert "You have a search of this name already." in taken.content.decode()
    client.post(f"/searches/{everything.pk}/delete/")
    assert [each.name for each in SavedSearch.objects.all()] == ["Coal ash"]


def test_page_of_mine_takes_as_many_queries_for_many_as_for_one(
    buyer: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    make_offer()
    client = client_of(buyer)

    def counted() -> int:
        client.get("/searches/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/searches/")
        return len(captured)

    keep(buyer)
    one = counted()
    for at, words in enumerate(["ash", "gypsum", "whey", "boiler", "fly ash"] * 3):
        keep(buyer, f"q={words}", name=f"Search {at}")
    assert counted() == one


# --- REST ---------------------------------------------------------------------------------------------------
def test_api_keeps_changes_and_deletes_by_the_same_rules(
    buyer: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    make_offer()
    client = client_of(buyer)
    at = "/api/v1/saved-searches/"
    made = client.post(at, {"name": "Ash", "query": "q=fly+ash", "alert": "at_once"}, "application/json")
    assert made.status_code == 201
    body = made.json()
    shown = {name: body[name] for name in ("name", "query", "alert", "count")}
    assert shown == {"name": "Ash", "query": "q=fly+ash", "alert": "at_once", "count": 1}
    again = client.post(at, {"name": "ash", "query": ""}, "application/json")
    assert (again.status_code, [each["field"] for each in again.json()["errors"]]) == (400, ["name"])
    wrong = client.post(at, {"name": "B", "query": "near=Nowhere-at-all"}, "application/json")
    assert (wrong.status_code, [each["field"] for each in wrong.json()["errors"]]) == (400, ["query"])
    one = f"{at}{body['id']}/"
    changed = client.patch(one, {"alert": "weekly"}, "application/json").json()
    assert (changed["name"], changed["alert"]) == ("Ash", "weekly")
    assert [each["id"] for each in client.get(at).json()["results"]] == [body["id"]]
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
