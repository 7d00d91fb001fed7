"""Stars, and listings beside each other: what they show is what the reader may see now."""

import time
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, Site, User
from common.errors import Conflict
from listings.models import Disclosure, Favourite, Listing
from listings.selectors.comparison import Row, compare, listings_to_compare
from listings.services import favourites
from listings.services.favourites import star, unstar
from listings.services.listings import amend_listing, withdraw_listing
from tests.conftest import PASSWORD, MakeListing
from tests.trading.conftest import agree, introduce

ClientOf = Callable[[User | None], Client]
NOBODY = AnonymousUser()
OURS = {"origin": "http://testserver"}


# --- stars --------------------------------------------------------------------------------------------------
def test_star_is_set_once_and_taken_off_once(buyer: User, make_offer: MakeListing) -> None:
    ash = make_offer()
    assert star(actor=buyer, listing=ash) == star(actor=buyer, listing=ash)
    assert Favourite.objects.count() == 1
    unstar(actor=buyer, listing_id=ash.pk)
    unstar(actor=buyer, listing_id=ash.pk)
    assert not Favourite.objects.exists()


def test_more_stars_than_the_most_are_refused(
    buyer: User, make_offer: MakeListing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favourites, "MOST_FAVOURITES", 1)
    star(actor=buyer, listing=make_offer())
    with pytest.raises(Conflict, match="You have 1 favourites"):
        star(actor=buyer, listing=make_offer())


def test_star_works_without_scripts_and_leads_back(
    buyer: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    ash = make_offer()
    client = client_of(buyer)
    page = client.get("/browse/?q=ash&view=table").content.decode()
    assert f'form="stars" aria-pressed="false" formaction="/listings/{ash.pk}/star/"' in page
    done = client.post(f"/listings/{ash.pk}/star/", {"back": "/browse/?q=ash&view=table"})
    assert (done.status_code, done["Location"]) == (302, "/browse/?q=ash&view=table")
    assert (
        f'aria-pressed="true" formaction="/listings/{ash.pk}/unstar/"'
        in client.get("/browse/").content.decode()
    )
    away = client.post(f"/listings/{ash.pk}/unstar/", {"back": "https://example.com/"})
    assert away["Location"] == "/favourites/"
    assert not Favourite.objects.exists()


def test_star_answers_htmx_with_itself(buyer: User, make_offer: MakeListing, client_of: ClientOf) -> None:
    ash = make_offer()
    client = client_of(buyer)
    text = client.post(f"/listings/{ash.pk}/star/", headers={"HX-Request": "true"}).content.decode()
    assert text.startswith("<button") or "<button" in text
    assert 'aria-pressed="true"' in text
    assert "<html" not in text


def sign_in(client: Client, user: User, page: str) -> str:
    body = {"login": user.email, "password": PASSWORD, "next": parse_qs(urlsplit(page).query)["next"][0]}
    done = client.post("/accounts/login/", body)
    assert done.status_code == 302, done.content.decode()[:2000]
    return str(done["Location"])


def test_star_that_a_visitor_pressed_is_set_by_signing_in_which_leads_back(
    buyer: User, make_offer: MakeListing
) -> None:
    ash = make_offer()
    client = Client(enforce_csrf_checks=True)
    page = client.get("/browse/?q=ash").content.decode()
    assert f'form="stars" formaction="/listings/{ash.pk}/star/wish/"' in page
    assert "csrftoken" not in client.cookies, "a public page is the same for all"
    wish = client.post(f"/listings/{ash.pk}/star/wish/", {"back": "/browse/?q=ash"}, headers=OURS)
    assert (wish.status_code, wish["Location"]) == (302, "/accounts/login/?next=%2Fbrowse%2F%3Fq%3Dash")
    assert "is among your favourites" in client.get(wish["Location"]).content.decode()
    assert not Favourite.objects.exists(), "nobody is known yet"
    client.handler.enforce_csrf_checks = False
    assert sign_in(client, buyer, wish["Location"]) == "/browse/?q=ash"
    assert list(Favourite.objects.values_list("person", "listing")) == [(buyer.pk, ash.pk)]
    shown = client.get("/browse/?q=ash").content.decode()
    assert "is among your favourites." in shown
    assert f'aria-pressed="true" formaction="/listings/{ash.pk}/unstar/"' in shown


def test_stars_pressed_one_after_the_other_are_all_set_and_each_once(
    buyer: User, make_offer: MakeListing, seller: User, client: Client
) -> None:
    kept, gone = make_offer(), make_offer(title="Ash that goes")
    for listing in (kept, gone, kept):
        wish = client.post(f"/listings/{listing.pk}/star/wish/", headers=OURS)
    withdraw_listing(actor=seller, listing=gone)
    assert sign_in(client, buyer, wish["Location"]) == "/favourites/"
    assert list(Favourite.objects.values_list("listing", flat=True)) == [kept.pk]


def test_star_wished_for_long_ago_is_not_set(
    buyer: User, make_offer: MakeListing, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = client.post(f"/listings/{make_offer().pk}/star/wish/", headers=OURS)
    later = time.time() + 3600
    monkeypatch.setattr("listings.views.wishes.time.time", lambda: later)
    sign_in(client, buyer, wish["Location"])
    assert not Favourite.objects.exists()


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {}])
def test_star_that_another_site_presses_is_kept_by_nobody(
    buyer: User, make_offer: MakeListing, client: Client, headers: dict[str, str]
) -> None:
    ash = make_offer()
    assert client.post(f"/listings/{ash.pk}/star/wish/", headers=headers).status_code == 403
    sign_in(client, buyer, "/accounts/login/?next=/browse/")
    assert not Favourite.objects.exists()
    signed_in = client.post(f"/listings/{ash.pk}/star/wish/", headers=headers)
    assert signed_in["Location"] == f"/listings/{ash.pk}/"
    assert not Favourite.objects.exists(), "whoever is signed in stars by a form with a key"


def test_visitor_wishes_for_no_listing_that_is_not_public(make_offer: MakeListing, client: Client) -> None:
    hidden = make_offer(disclosure=Disclosure.PROGRAMME)
    assert client.post(f"/listings/{hidden.pk}/star/wish/", headers=OURS).status_code == 404


@pytest.mark.parametrize("how", ["withdrawn", "private"])
def test_favourite_that_can_no_longer_be_seen_says_so_alike_and_no_more(
    buyer: User, seller: User, make_offer: MakeListing, client_of: ClientOf, how: str
) -> None:
    ash = make_offer(title="Ash of boiler two", price=Decimal(7))
    star(actor=buyer, listing=ash)
    client = client_of(buyer)
    assert "buyer pays 7" in client.get("/favourites/").content.decode()
    if how == "withdrawn":
        withdraw_listing(actor=seller, listing=ash)
    else:
        changes = {"disclosure": Disclosure.PRIVATE, "title": "What nobody shall read"}
        amend_listing(actor=seller, listing=ash, changes=changes)
    page = client.get("/favourites/").content.decode()
    assert "No longer on the market, or not shown to you any more." in page
    assert "Ash of boiler two" in page
    for hidden in ("buyer pays 7", "Asnæs", "Kalundborg", "What nobody shall read"):
        assert hidden not in page
    [told] = client.get("/api/v1/favourites/").json()["results"]
    assert (told["id"], told["listing"], told["name"]) == (ash.pk, None, "Ash of boiler two")
    assert client.post(f"/listings/{ash.pk}/unstar/").status_code == 302
    assert not Favourite.objects.exists()


def test_what_cannot_be_seen_cannot_be_starred(
    stranger: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    hidden = make_offer(disclosure=Disclosure.PROGRAMME)
    client = client_of(stranger)
    assert client.post(f"/listings/{hidden.pk}/star/").status_code == 404
    body = {"listing": hidden.pk}
    assert client.post("/api/v1/favourites/", body, "application/json").status_code == 404
    assert not Favourite.objects.exists()


def test_api_stars_lists_and_takes_off(buyer: User, make_offer: MakeListing, client_of: ClientOf) -> None:
    ash = make_offer()
    client = client_of(buyer)
    for _ in range(2):
        made = client.post("/api/v1/favourites/", {"listing": ash.pk}, "application/json")
        assert (made.status_code, made.json()["listing"]["id"]) == (201, ash.pk)
    assert [each["id"] for each in client.get("/api/v1/favourites/").json()["results"]] == [ash.pk]
    assert client.delete(f"/api/v1/favourites/{ash.pk}/").status_code == 204
    assert client.delete(f"/api/v1/favourites/{ash.pk}/").status_code == 404


def test_favourites_take_as_many_queries_for_many_as_for_one(
    buyer: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    client = client_of(buyer)

    def counted() -> list[int]:
        found = []
        for path in ("/favourites/", "/browse/", "/api/v1/favourites/"):
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            found.append(len(captured))
        return found

    star(actor=buyer, listing=make_offer())
    one = counted()
    for _ in range(6):
        star(actor=buyer, listing=make_offer())
    assert counted() == one


# --- beside each other --------------------------------------------------------------------------------------
def rows_of(user: User | AnonymousUser, *listings: Listing) -> dict[str, Row]:
    found = listings_to_compare(user, [each.pk for each in listings])
    return {row.label: row for row in compare(user, found)}


def test_amounts_and_prices_stand_in_one_unit_and_differences_are_known(
    make_offer: MakeListing, cement_works: Organization
) -> None:
    one = make_offer(quantity=Decimal(2_000), unit="t", price=Decimal(12), hazardous=False)
    other = make_offer(
        quantity=Decimal(2_000_000),
        unit="kg",
        price=Decimal("0.03"),
        quality={"loss-on-ignition": (None, Decimal(5))},
    )
    rows = rows_of(NOBODY, one, other)
    assert "Left" not in rows, "as much as the quantity, while nothing is agreed"
    agree(introduce(other, cement_works), quantity=Decimal(500))
    left = rows_of(NOBODY, one, other)["Left"]
    assert left == Row("Left", ["2,000\u00a0t/yr", "1,500\u00a0t/yr"], numeric=True)
    assert left.differs
    assert not rows["Resource"].differs
    assert rows["Quantity"].cells == ["2,000\u00a0t/yr", "2,000\u00a0t/yr (2,000,000\u00a0kg per year)"]
    assert rows["Price in one unit"].cells == ["12\u00a0EUR/t", "30\u00a0EUR/t"]
    assert rows["Price in one unit"].differs
    assert rows["Price"].cells == ["buyer pays 12\u00a0EUR/t", "buyer pays 0.03\u00a0EUR/kg"]
    assert rows["Loss on ignition"].cells == ["", "≤ 5\u00a0% by mass"]
    assert rows["Who"].cells == ["Asnæs power station"] * 2
    assert "Smallest lot" not in rows, "a question that none of them answers has no row"


def test_comparison_tells_what_the_reader_may_know(
    make_offer: MakeListing, buyer: User, stranger: User, seller: User, elsewhere_site: Site
) -> None:
    hidden = make_offer(disclosure=Disclosure.ANONYMOUS)
    among = make_offer(disclosure=Disclosure.PROGRAMME)
    told = rows_of(stranger, hidden, among)
    assert told["Who"].cells == [hidden.code_name]
    assert told["Where"].cells == [Listing.objects.get(pk=hidden.pk).place_words]
    assert "Kalundborg, DK" not in told["Where"].cells
    # From what is told of the place, as everywhere.
    assert (
        told["From my nearest site"].cells[0].endswith("\u00a0km")
        or "km" in told["From my nearest site"].cells[0]
    )
    assert rows_of(seller, hidden, among)["Who"].cells == ["Asnæs power station"] * 2


def test_fifth_listing_is_left_out_with_a_word(make_offer: MakeListing, client: Client) -> None:
    keys = [make_offer().pk for _ in range(5)]
    query = "&".join(f"listing={key}" for key in keys)
    answer = client.get(f"/compare/?{query}")
    assert [each.pk for each, _without in answer.context["listings"]] == keys[:4]
    assert (
        "Four at most stand beside each other: the first four are shown, 1 left out."
        in answer.content.decode()
    )
    without = answer.context["listings"][0][1]
    assert without == "?" + "&".join(f"listing={key}" for key in keys[1:4])


def test_only_what_differs_can_be_shown(make_offer: MakeListing, client: Client) -> None:
    one, other = make_offer(price=Decimal(1)), make_offer(price=Decimal(2))
    answer = client.get(f"/compare/?listing={one.pk}&listing={other.pk}&only=differences")
    labels = [row.label for row in answer.context["rows"]]
    assert "Price" in labels
    assert "Resource" not in labels
    assert "rows in which they agree are left out." in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["", "listing=", "listing=x", "listing=999999999999", "listing=-1&only=differences"]
)
def test_nothing_to_compare_says_what_to_do(client: Client, db: None, query: str) -> None:
    answer = client.get(f"/compare/?{query}")
    assert answer.status_code == 200
    assert "Nothing to compare yet" in answer.content.decode()


def test_hidden_listing_is_as_a_missing_one(make_offer: MakeListing, client: Client) -> None:
    shown, hidden = make_offer(), make_offer(disclosure=Disclosure.PRIVATE)
    texts = [
        client.get(f"/compare/?listing={shown.pk}&listing={key}").content.decode().replace(str(key), "key")
        for key in (hidden.pk, 999_999_999)
    ]
    assert "Not shown, since not on the market: 1." in texts[0]
    assert texts[0] == texts[1]
