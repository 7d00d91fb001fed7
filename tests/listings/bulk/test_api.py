"""Many listings in one call of the API."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, Site, User
from events.models import Event
from listings.models import Listing
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/listings/bulk/"
ClientOf = Callable[[User | None], Client]


def item(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        "external_id": "FA-01",
        "side": "offer",
        "resource": "coal-fly-ash",
        "site": site.pk,
        "quantity": "12000",
        "unit": "t",
        "period": "year",
        "available_from": "2026-01-01",
    } | changes


@pytest.fixture
def ask(client_of: ClientOf, seller: User, asnaes: Organization) -> Callable[..., Any]:
    """`ask(item, …, only_whole=False)`: the status and the body of a call by Asnæs."""

    def go(*items: Any, headers: Any = None, **options: Any) -> Any:
        body = {"organization": asnaes.pk, "listings": list(items), **options}
        answer = client_of(seller).post(ADDRESS, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return go


def results(body: Any) -> list[tuple[int, str]]:
    return [(each["status"], each["result"]) for each in body["listings"]]


def test_each_listing_has_its_own_answer_and_again_nothing_changes(
    ask: Callable[..., Any], asnaes_site: Site
) -> None:
    items = [item(asnaes_site), item(asnaes_site, external_id="FA-02", quantity="-1")]
    status, body = ask(*items)
    assert (status, results(body)) == (207, [(201, "created"), (400, "refused")])
    assert body["counts"] == {"created": 1, "refused": 1}
    assert list(body["listings"][1]["errors"]) == ["quantity"]
    [listing] = Listing.objects.all()
    assert (body["listings"][0]["id"], listing.state) == (listing.pk, "published")
    events = Event.objects.count()
    assert results(ask(*items)[1]) == [(200, "unchanged"), (400, "refused")]
    assert Event.objects.count() == events


def test_listing_is_changed_by_what_is_sent_and_keeps_the_rest(
    ask: Callable[..., Any], asnaes_site: Site
) -> None:
    ask(item(asnaes_site, title="Dry"))
    status, body = ask({"external_id": "FA-01", "quantity": "9000"})
    assert (status, results(body)) == (207, [(200, "updated")])
    listing = Listing.objects.get()
    assert (listing.amount, listing.title) == (Decimal(9_000), "Dry")


def test_new_listing_that_says_too_little_is_answered_with_what_it_needs(ask: Callable[..., Any]) -> None:
    _status, body = ask({"external_id": "new"})
    assert set(body["listings"][0]["errors"]) == {
        "side",
        "resource",
        "site",
        "unit",
        "period",
        "available_from",
    }


def test_whole_or_nothing_leaves_what_is_right_not_carried_out(
    ask: Callable[..., Any], asnaes_site: Site
) -> None:
    bad = item(asnaes_site, external_id="FA-02", unit="m2")
    _status, body = ask(item(asnaes_site), bad, only_whole=True)
    assert results(body) == [(424, "not_carried_out"), (400, "refused")]
    assert body["listings"][0]["id"] is None
    assert not Listing.objects.exists()


def test_draft_stays_one_and_quality_is_named_as_it_was_sent(
    ask: Callable[..., Any], asnaes_site: Site
) -> None:
    draft = item(asnaes_site, publish=False)
    bad = item(asnaes_site, external_id="B", quality={"loss-on-ignition": {"low": "5", "high": "2"}})
    _status, body = ask(draft, bad)
    assert Listing.objects.get().state == "draft"
    assert list(body["listings"][1]["errors"]) == ["quality.loss-on-ignition"]


def test_what_cannot_be_read_is_refused_by_item(
    ask: Callable[..., Any], asnaes_site: Site, cement_site: Site
) -> None:
    _status, body = ask(
        item(asnaes_site, resource="unobtainium"),
        item(cement_site),
        item(asnaes_site, quantity=5),
        item(asnaes_site, colour="grey"),
    )
    assert [list(each["errors"]) for each in body["listings"]] == [
        ["resource"],
        ["site"],
        ["quantity"],
        ["colour"],
    ]


@pytest.mark.parametrize(
    "listings", [[], "all", [5], [{}] * 1001], ids=["none", "a text", "a number", "more than 1,000"]
)
def test_body_that_is_no_list_of_listings_is_refused_as_a_whole(
    ask: Callable[..., Any], listings: Any
) -> None:
    status, body = ask(listings=listings)
    assert status == 400
    assert body["errors"][0]["field"].startswith("listings")


def test_same_key_is_carried_out_once(ask: Callable[..., Any], asnaes_site: Site) -> None:
    nameless = item(asnaes_site, external_id="")
    key = {"Idempotency-Key": "one"}
    first, second = ask(nameless, headers=key), ask(nameless, headers=key)
    assert first == second
    assert Listing.objects.count() == 1


def test_own_number_is_read_by_ones_own_alone(
    client_of: ClientOf, make_offer: MakeListing, seller: User, buyer: User
) -> None:
    listing = make_offer(external_id="FA-01")
    seen = {
        user: client_of(user).get(f"/api/v1/listings/{listing.pk}/").json()["external_id"]
        for user in (seller, buyer, None)
    }
    assert seen == {seller: "FA-01", buyer: None, None: None}


@pytest.mark.parametrize("disclosure", ["open", "anonymous"])
def test_hundred_listings_cost_the_queries_of_one(
    ask: Callable[..., Any], asnaes_site: Site, disclosure: str
) -> None:
    def queries(*names: str) -> int:
        with CaptureQueriesContext(connection) as found:
            _status, body = ask(
                *(
                    item(
                        asnaes_site,
                        external_id=name,
                        quality={"loss-on-ignition": {"high": "5"}},
                        disclosure=disclosure,
                    )
                    for name in names
                )
            )
        assert body["counts"] == {"created": len(names)}
        return len(found)

    queries("warm")
    one = queries("first")
    assert queries(*(f"N-{number}" for number in range(100))) == one
