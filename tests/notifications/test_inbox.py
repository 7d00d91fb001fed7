"""The inbox, its badge on every page, and the same over REST."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from notifications.models import Notification, Preference
from notifications.selectors.inbox import unread_count
from notifications.services.telling import tell
from tests.conftest import make_user
from tests.notifications.deeds import World, do

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def fill(person: User, count: int, **changes: Any) -> list[Notification]:
    """Tell somebody so many things."""
    values: dict[str, Any] = {
        "person": person,
        "told": "listing.runs_out",
        "kind": "expiry",
        "channel": "inbox",
        "subject_type": "accounts.user",
        "subject_id": person.pk,
        "address": "/organization/",
        "words": {"resource": "Ash", "day": "2026-01-20"},
    }
    return Notification.objects.bulk_create(
        Notification(**(values | {"key": f"test {number}"} | changes)) for number in range(count)
    )


@pytest.fixture
def bid_told(world: World) -> Notification:
    """The seller hears of a bid."""
    event = do("bid.placed", world)
    tell(event)
    return Notification.objects.get(event=event, person=world.people["seller"])


def bell_of(page: bytes) -> str:
    """What stands in the bell of a page."""
    return page.decode().partition('class="bell"')[2].partition("</a>")[0]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, None), (1, ">1<"), (99, ">99<"), (100, ">99+<"), (250, ">99+<")]
)
def test_badge_counts_what_is_unread_on_every_page(
    seller: User, client_of: ClientOf, count: int, shown: str | None
) -> None:
    fill(seller, count)
    fill(make_user("other@example.org"), 7)
    browser = client_of(seller)
    for address in ("/", "/browse/", "/inbox/", "/nowhere/"):
        bell = bell_of(browser.get(address).content)
        assert (shown in bell) if shown else ("bell-count" not in bell), address


def test_badge_costs_one_query_however_much_there_is(
    seller: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(seller, 3)
    with django_assert_num_queries(1):
        assert unread_count(seller) == 3


def test_who_is_not_signed_in_has_no_bell(client: Client) -> None:
    assert bell_of(client.get("/").content) == ""


def test_inbox_costs_the_same_for_one_and_thirty(
    seller: User, client_of: ClientOf, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = client_of(seller)
    fill(seller, 1)
    browser.get(reverse("inbox"))
    with django_assert_max_num_queries(20) as one:
        browser.get(reverse("inbox"))
    Notification.objects.all().delete()
    fill(seller, 30)
    with django_assert_max_num_queries(len(one)):
        browser.get(reverse("inbox"))


def test_opened_it_is_read_and_leads_there(bid_told: Notification, world: World, client_of: ClientOf) -> None:
    browser = client_of(world.people["seller"])
    page = browser.get(reverse("inbox")).content.decode()
    assert "Bid: Coal fly ash" in page
    assert "with Cement works" in page
    assert "1,000 t per year, the receiver pays 5" in page
    answer = browser.post(reverse("notification_open", args=[bid_told.pk]))
    assert (answer.status_code, answer["Location"]) == (302, bid_told.address)
    assert browser.get(bid_told.address).status_code == 200
    page = browser.get(reverse("inbox")).content.decode()
    assert "Everything is read" in page
    assert "Bid: Coal fly ash" in browser.get(reverse("inbox") + "?show=all").content.decode()


def test_link_of_a_letter_changes_nothing_until_its_button_is_pressed(
    bid_told: Notification, world: World, client_of: ClientOf
) -> None:
    browser = client_of(world.people["seller"])
    link = reverse("notification", args=[bid_told.pk])
    for ask in (browser.get, browser.head, browser.get):
        assert ask(link, headers={"Sec-Purpose": "prefetch"}).status_code == 200
        bid_told.refresh_from_db()
        assert bid_told.read_at is None
    page = browser.get(link).content.decode()
    assert "1,000 t per year, the receiver pays 5" in page
    opens = reverse("notification_open", args=[bid_told.pk])
    assert f'action="{opens}" data-leads-to="{bid_told.address}"' in page
    browser.post(reverse("notification_open", args=[bid_told.pk]))
    bid_told.refresh_from_db()
    assert bid_told.read_at is not None
    # Read, it leads there at once.
    answer = browser.get(link)
    assert (answer.status_code, answer["Location"]) == (302, bid_told.address)


def test_link_of_a_letter_is_of_its_reader_alone(
    bid_told: Notification, world: World, client_of: ClientOf, client: Client
) -> None:
    link = reverse("notification", args=[bid_told.pk])
    for other in ("trader", "buyer", "stranger"):
        assert client_of(world.people[other]).get(link).status_code == 404
    answer = client.get(link)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={link}")


def test_only_ones_own_can_be_read(bid_told: Notification, world: World, client_of: ClientOf) -> None:
    for other in ("trader", "buyer", "stranger"):
        browser = client_of(world.people[other])
        for name in ("notification_open", "notification_read"):
            assert browser.post(reverse(name, args=[bid_told.pk])).status_code == 404
    bid_told.refresh_from_db()
    assert bid_told.read_at is None


def test_all_are_read_at_once_and_only_ones_own(seller: User, buyer: User, client_of: ClientOf) -> None:
    fill(seller, 40)
    fill(buyer, 2)
    client_of(seller).post(reverse("notifications_read"))
    assert (unread_count(seller), unread_count(buyer)) == (0, 2)


def test_empty_inbox_says_what_will_come(seller: User, client_of: ClientOf) -> None:
    page = client_of(seller).get(reverse("inbox") + "?show=all").content.decode()
    assert "Nothing yet" in page
    assert reverse("browse") in page


# --- how one wants to be told -------------------------------------------------------------------------------
def form_of(browser: Client) -> dict[str, str]:
    form = browser.get(reverse("preferences")).context["form"]
    return {field.name: field.value() or "" for field in form}


def test_choices_are_shown_and_kept(seller: User, client_of: ClientOf) -> None:
    browser = client_of(seller)
    form = form_of(browser)
    assert (form["bid"], form["match"], form["organization"]) == ("at_once", "daily", "inbox")
    answer = browser.post(
        reverse("preferences"), form | {"bid": "weekly", "match": "off", "timezone": "Europe/Vienna"}
    )
    assert answer.status_code == 302
    again = form_of(browser)
    assert (again["bid"], again["match"], again["timezone"]) == ("weekly", "off", "Europe/Vienna")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bid": "hourly"}, "hourly is not one of the available choices"),
        ({"timezone": "Moon/Crater"}, "Choose a time zone"),
    ],
)
def test_wrong_choice_is_said_beside_its_field(
    seller: User, client_of: ClientOf, wrong: dict[str, str], words: str
) -> None:
    browser = client_of(seller)
    page = browser.post(reverse("preferences"), form_of(browser) | wrong)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Preference.objects.exists()


# --- over REST ----------------------------------------------------------------------------------------------
def test_list_says_what_happened_and_filters(
    bid_told: Notification, world: World, client_of: ClientOf
) -> None:
    browser = client_of(world.people["seller"])
    found = browser.get("/api/v1/notifications/?unread=true&kind=bid").json()["results"]
    told_at = found[0].pop("told_at")
    assert found == [
        {
            "id": bid_told.pk,
            "kind": "bid",
            "event": "bid.placed",
            "title": "Bid: Coal fly ash",
            "parties": "with Cement works",
            "terms": "1,000 t per year, the receiver pays 5\u00a0EUR/t",
            "quote": "",
            "subject_type": "trading.bid",
            "subject_id": bid_told.subject_id,
            "address": bid_told.address,
            "read_at": None,
        }
    ]
    assert told_at.endswith("Z")
    assert browser.get("/api/v1/notifications/?unread=false").json()["results"] == []
    refused = browser.get("/api/v1/notifications/?colour=red")
    assert refused.status_code == 400
    assert browser.get("/api/v1/notifications/?unread=maybe").status_code == 400


def test_read_over_rest_is_read(bid_told: Notification, world: World, client_of: ClientOf) -> None:
    browser = client_of(world.people["seller"])
    address = f"/api/v1/notifications/{bid_told.pk}/"
    assert browser.get(address).json()["read_at"] is None
    first = browser.post(f"{address}read/").json()["read_at"]
    assert first
    assert browser.post(f"{address}read/").json()["read_at"] == first
    assert client_of(world.people["buyer"]).get(address).status_code == 404


def test_read_all_spares_what_came_after(seller: User, client_of: ClientOf) -> None:
    told = fill(seller, 5)
    browser = client_of(seller)
    answer = browser.post(
        "/api/v1/notifications/read-all/", {"up_to": told[2].pk}, content_type="application/json"
    )
    assert answer.json() == {"read": 3}
    assert unread_count(seller) == 2
    assert browser.post("/api/v1/notifications/read-all/").json() == {"read": 2}
    wrong = browser.post("/api/v1/notifications/read-all/", {"upto": 1}, content_type="application/json")
    assert wrong.status_code == 400


def test_preferences_over_rest(seller: User, client_of: ClientOf) -> None:
    browser = client_of(seller)
    address = "/api/v1/notification-preferences/"
    found = {each["kind"]: each for each in browser.get(address).json()}
    assert found["bid"] == {"kind": "bid", "channel": "at_once", "is_usual": True}
    assert len(found) == 17
    changed = browser.put(f"{address}bid/", {"channel": "weekly"}, content_type="application/json")
    assert changed.json() == {"kind": "bid", "channel": "weekly", "is_usual": False}
    assert {"kind": "bid", "channel": "weekly", "is_usual": False} in browser.get(address).json()
    assert (
        browser.put(f"{address}bid/", {"channel": "hourly"}, content_type="application/json").status_code
        == 400
    )
    assert (
        browser.put(f"{address}spam/", {"channel": "off"}, content_type="application/json").status_code == 404
    )
