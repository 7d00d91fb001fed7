"""Offers and requests over REST."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, Programme, Provenance, Site, User
from events.models import Event
from listings.models import Disclosure, Listing, State
from listings.services.listings import amend_listing, create_listing
from tests.api.conftest import ApiOf, errors_of
from tests.conftest import MakeListing, make_terms


@pytest.fixture
def terms(asnaes_site: Site) -> dict[str, Any]:
    """An offer of Asnæs as a partner's system would send it."""
    return {
        "side": "offer",
        "resource": "coal-fly-ash",
        "site": asnaes_site.pk,
        "quantity": "1000.5",
        "unit": "kg",
        "period": "week",
        "price": "-0.01",
        "available_from": "2026-01-01",
        "months": [1, 2],
        "quality": {"moisture": {"high": "2.5"}},
        "ewc_code": "100102",
    }


def ids(api: Any, query: str = "") -> list[int]:
    return [row["id"] for row in api.get(f"listings/?{query}").json()["results"]]


# --- reading ------------------------------------------------------------------------------------------------
def test_market_is_public_and_holds_what_is_published(
    api_of: ApiOf, make_offer: MakeListing, make_request: MakeListing
) -> None:
    offer, request = make_offer(), make_request()
    make_offer(publish=False)
    assert ids(api_of(None)) == [request.pk, offer.pk]
    assert ids(api_of(None), "side=offer") == [offer.pk]


def test_typed_and_canonical_values_stand_side_by_side_with_their_units(
    api_of: ApiOf, terms: dict[str, Any], seller: User
) -> None:
    api = api_of(seller)
    created = api.post("listings/", terms)
    assert created.status_code == 201
    listing = created.json()
    assert (listing["quantity"], listing["unit"], listing["period"]) == ("1000.5", "kg", "week")
    assert (listing["price"], listing["price_unit"]) == ("-0.01", "EUR/kg")
    canonical = listing["canonical"]
    # 1.0005 t a week × 365.2425 / 7 weeks a year
    assert (canonical["amount"], canonical["unit"], canonical["per"]) == ("52.203589", "t", "year")
    assert (canonical["price"], canonical["price_unit"]) == ("-10", "EUR/t")
    assert [(row["property"], row["low"], row["high"]) for row in listing["quality"]] == [
        ("moisture", None, "2.5")
    ]
    assert listing == api.get(f"listings/{listing['id']}/").json()


def test_anonymous_listing_tells_strangers_neither_who_nor_where(
    api_of: ApiOf, asnaes_site: Site, seller: User, stranger: User, facilitator: User, programme: Programme
) -> None:
    listing = create_listing(
        actor=seller,
        organization=asnaes_site.organization,
        terms=make_terms("offer", asnaes_site, disclosure=Disclosure.ANONYMOUS),
        provenance=Provenance.DOCUMENTED,
        source="The Asnæs case",
        source_year=2002,
    )
    hidden = {"organization": None, "site": None, "source": "", "source_year": None, "identity_known": False}
    for reader in (None, stranger):
        text = api_of(reader).get(f"listings/{listing.pk}/").content.decode()
        document = json.loads(text)
        assert document | hidden == document
        assert not any(secret in text for secret in ("Asn", "55.66", "11.08", "2002"))
        assert document["party_name"] == listing.code_name
        assert document == api_of(reader).get("listings/").json()["results"][0]
    for reader in (seller, facilitator):
        document = api_of(reader).get(f"listings/{listing.pk}/").json()
        assert (document["party_name"], document["organization"], document["site"]) == (
            "Asnæs power station",
            asnaes_site.organization_id,
            asnaes_site.pk,
        )


def test_listing_for_a_programme_is_missing_for_others(
    api_of: ApiOf, make_offer: MakeListing, programme: Programme, buyer: User, stranger: User
) -> None:
    listing = make_offer(disclosure=Disclosure.PROGRAMME)
    assert ids(api_of(buyer)) == [listing.pk]
    assert ids(api_of(stranger)) == []
    assert api_of(stranger).get(f"listings/{listing.pk}/").status_code == 404


def test_mine_holds_own_listings_in_every_state(
    api_of: ApiOf, make_offer: MakeListing, make_request: MakeListing, viewer: User
) -> None:
    make_request()
    published, draft = make_offer(), make_offer(publish=False)
    api = api_of(viewer)
    assert ids(api, "mine=true") == [draft.pk, published.pk]
    assert ids(api, "mine=true&state=draft") == [draft.pk]
    assert draft.pk not in ids(api, "mine=false")


def test_mine_asks_who_is_there(api_of: ApiOf) -> None:
    response = api_of(None).get("listings/?mine=true")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_resource_filter_takes_what_lies_below(api_of: ApiOf, make_offer: MakeListing) -> None:
    fly_ash, gypsum = make_offer(), make_offer(resource="fgd-gypsum")
    assert ids(api_of(None), "resource=gypsum") == [gypsum.pk]
    assert ids(api_of(None), "near=55.66,11.08&within_km=5") == [gypsum.pk, fly_ash.pk]
    assert ids(api_of(None), "near=48.3,14.3&within_km=5") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("side=both", "side"),
        ("resource=no-such-thing", "resource"),
        ("within_km=-1", "within_km"),
        ("mine=perhaps", "mine"),
        ("free=maybe", "free"),
        ("free=2", "free"),
        ("hazardous=perhaps", "hazardous"),
        ("within_km=50", "within_km"),
        ("price_max=95&currency=XXX", "currency"),
        ("distance=10", "distance"),
        ("q=%00", "q"),
        ("quantity_min=1e999999999", "quantity_min"),
    ],
)
def test_filter_that_makes_no_sense_is_named(api_of: ApiOf, query: str, field: str) -> None:
    response = api_of(None).get(f"listings/?{query}")
    assert (response.status_code, list(errors_of(response))) == (400, [field])


@pytest.mark.parametrize("yes", ["true", "1", "yes", "on", "True", "YES"])
def test_yes_is_said_in_one_dialect_everywhere(
    api_of: ApiOf, make_offer: MakeListing, seller: User, yes: str
) -> None:
    free, dear = make_offer(price=Decimal(0)), make_offer(price=Decimal(9))
    draft = make_offer(publish=False, hazardous=True)
    assert ids(api_of(None), f"free={yes}") == [free.pk]
    assert ids(api_of(seller), f"mine={yes}") == [draft.pk, dear.pk, free.pk]
    assert ids(api_of(seller), f"mine={yes}&hazardous={yes}") == [draft.pk]


@pytest.mark.parametrize("no", ["false", "0", "no", "off", "False"])
def test_no_is_said_in_one_dialect_everywhere(
    api_of: ApiOf, make_offer: MakeListing, seller: User, no: str
) -> None:
    free, dear = make_offer(price=Decimal(0)), make_offer(price=Decimal(9))
    make_offer(publish=False, hazardous=True)
    assert ids(api_of(None), f"free={no}") == [dear.pk, free.pk]
    assert ids(api_of(seller), f"mine={no}&hazardous={no}") == [dear.pk, free.pk]


def test_price_is_compared_within_one_currency(api_of: ApiOf, make_offer: MakeListing, seller: User) -> None:
    euros, yen = make_offer(price=Decimal(90)), make_offer(price=Decimal(90), currency="JPY")
    make_offer(price=Decimal(99)), make_offer(price=Decimal(9000), currency="JPY")
    assert ids(api_of(None), "price_max=95") == [euros.pk]
    assert ids(api_of(None), "price_max=95&currency=JPY") == [yen.pk]
    Organization.objects.update(currency="JPY")
    assert ids(api_of(seller), "price_max=95") == [yen.pk]


def test_change_of_a_listing_that_was_changed_since_it_was_read_is_refused(
    api_of: ApiOf, terms: dict[str, Any], seller: User
) -> None:
    api = api_of(seller)
    made = api.post("listings/", terms)
    path = f"listings/{made.json()['id']}/"
    tag = api.get(path)["ETag"]
    assert tag == made["ETag"]
    done = api.call("patch", path, {"title": "Ash"}, **{"If-Match": tag})
    assert (done.status_code, done["ETag"] != tag) == (200, True)
    for method, body in (("patch", {"title": "Late"}), ("put", terms)):
        late = api.call(method, path, body, **{"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (412, "outdated")
        assert (late.json()["current"]["title"], late.json()["current"]) == ("Ash", api.get(path).json())
    assert api.call("put", path, terms, **{"If-Match": done["ETag"]}).status_code == 200


def test_listing_says_how_well_it_is_described(api_of: ApiOf, make_offer: MakeListing) -> None:
    found = api_of(None).get(f"listings/{make_offer().pk}/").json()["data_quality"]
    assert (found["level_percent"], found["word"]) == (44, "sketch")
    assert [(item["key"], item["weight"]) for item in found["known"]] == [("resource", 20), ("quantity", 20)]
    assert found["missing"][0] == {"key": "price", "label": "price", "weight": 15}
    assert found["next"]["advice"].startswith("State the price")


def test_page_of_listings_takes_a_fixed_number_of_queries(
    api_of: ApiOf, make_offer: MakeListing, django_assert_num_queries: Any
) -> None:
    for _count in range(3):
        make_offer(quality={"moisture": (None, None)})
    assert len(ids(api_of(None), "page_size=1")) == 1  # reads the market, and then only what changed
    # What changed, and the market anew, as the test's own transaction has written; the two that were not told yet,
    # with what they state of their quality and what matters of it.
    with django_assert_num_queries(5):
        assert len(ids(api_of(None))) == 3
    # What was told once is told again as it was.
    for query in ("page_size=1", ""):
        with django_assert_num_queries(2):
            ids(api_of(None), query)


def test_list_tells_each_reader_what_they_may_know_though_another_asked_before(
    api_of: ApiOf, make_offer: MakeListing, seller: User, viewer: User, stranger: User
) -> None:
    listing = make_offer(disclosure=Disclosure.ANONYMOUS, price=Decimal(3))
    names = {
        user.name: api_of(user).get("listings/").json()["results"][0]["party_name"]
        for user in (stranger, seller, viewer)
    }
    assert names["Seller"] == names["Viewer"] == "Asnæs power station"
    assert names["Stranger"].startswith("Seller ")
    assert api_of(None).get("listings/").json()["results"][0]["party_name"] == names["Stranger"]
    amend_listing(actor=seller, listing=listing, changes={"minimum_lot": Decimal(7)})
    assert api_of(None).get("listings/").json()["results"][0]["minimum_lot"] == "7"


def test_list_is_ordered_as_asked_and_a_line_is_understood(api_of: ApiOf, make_offer: MakeListing) -> None:
    dear = make_offer(price=Decimal(90))
    cheap = make_offer(price=Decimal(3), resource="wood-ash")
    api = api_of(None)
    assert ids(api) == [cheap.pk, dear.pk]
    assert ids(api, "sort=cheapest") == [cheap.pk, dear.pk]
    assert ids(api, "q=coal+fly+ash") == [dear.pk]
    assert ids(api, "q=fly+ash") == [dear.pk, cheap.pk]
    assert ids(api, "q=fly+ash+near+Kalundborg+under+30+EUR") == [cheap.pk]
    assert ids(api, "q=fly+ash+under+30+EUR&price_max=100") == [dear.pk, cheap.pk]
    assert ids(api, "sort=nearest&near=Kalundborg") == [cheap.pk, dear.pk]
    first = api.get("listings/?sort=cheapest&page_size=1").json()
    assert (first["previous"], [row["id"] for row in api.get(first["next"]).json()["results"]]) == (
        None,
        [dear.pk],
    )


def test_facets_say_what_each_value_would_find(api_of: ApiOf, make_offer: MakeListing) -> None:
    make_offer(price=Decimal(-3))
    make_offer(resource="wood-ash")
    counted = api_of(None).get("listings/facets/?price_sign=seller-pays").json()
    assert (counted["total"], counted["over"], counted["without_price"]) == (1, False, 0)
    assert counted["facets"]["price_sign"] == {"open": 1, "seller-pays": 1, "free": 0, "buyer-pays": 0}
    assert counted["facets"]["country"] == {"DK": 1}
    assert counted["facets"]["resource"]["fly-ash"] == 1
    assert counted["facets"]["legal_status"]["unsaid"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("page=1000000000", "page"),
        ("cursor=rubbish", "cursor"),
        ("sort=nearest", "sort"),
        ("sort=relevance", "sort"),
        ("sort=best", "sort"),
        ("country=ZZ", "country"),
        ("box=1,2,3", "box"),
        ("price_sign=cheap", "price_sign"),
        (f"q={'ash+' * 1250}", "q"),
    ],
)
def test_parameter_that_means_nothing_is_named(api_of: ApiOf, query: str, field: str) -> None:
    for path in ("listings/", "listings/facets/"):
        if path == "listings/facets/" and field == "cursor":
            continue
        answer = api_of(None).get(f"{path}?{query}")
        assert (answer.status_code, list(errors_of(answer))) == (400, [field])


# --- writing ------------------------------------------------------------------------------------------------
def test_partner_lists_a_draft_and_publishes_pauses_withdraws_it(
    api_of: ApiOf, terms: dict[str, Any], partner: User
) -> None:
    api = api_of(partner)
    pk = api.post("listings/", {**terms, "publish": False}).json()["id"]
    states = [api.get(f"listings/{pk}/").json()["state"]]
    states += [
        api.post(f"listings/{pk}/{step}/").json()["state"] for step in ("publish", "pause", "withdraw")
    ]
    assert states == ["draft", "published", "paused", "withdrawn"]
    events = Event.objects.filter(subject_id=pk, subject_type="listings.listing").order_by("sequence")
    assert [(event.kind, event.actor_id) for event in events] == [
        (f"listing.{step}", partner.pk) for step in ("created", "published", "paused", "withdrawn")
    ]
    conflict = api.post(f"listings/{pk}/publish/")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "wrong_state")
    assert api.patch(f"listings/{pk}/", {"title": "x"}).json()["code"] == "withdrawn"


def test_patch_changes_what_it_names_and_keeps_the_rest(
    api_of: ApiOf, terms: dict[str, Any], seller: User
) -> None:
    api = api_of(seller)
    before = api.post("listings/", terms).json()
    after = api.patch(f"listings/{before['id']}/", {"quantity": "2000", "unit": "t"}).json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"quantity", "unit", "price_unit", "canonical", "changed_at"}
    assert after["canonical"]["price"] == "-0.01"
    emptied = api.patch(f"listings/{before['id']}/", {"quality": {}, "price": None, "months": []}).json()
    assert (emptied["quality"], emptied["price"], emptied["months"]) == ([], None, [])
    assert emptied["quantity"] == "2000"


def test_put_says_everything_anew(api_of: ApiOf, terms: dict[str, Any], seller: User) -> None:
    api = api_of(seller)
    pk = api.post("listings/", {**terms, "title": "Ash"}).json()["id"]
    required = {
        name: terms[name] for name in ("side", "resource", "site", "unit", "period", "available_from")
    }
    listing = api.put(f"listings/{pk}/", required).json()
    empty: dict[str, Any] = {
        "quantity": None,
        "price": None,
        "months": [],
        "quality": [],
        "ewc_code": "",
        "title": "",
    }
    assert listing | empty == listing
    incomplete = api.put(f"listings/{pk}/", {"side": "offer"})
    assert sorted(errors_of(incomplete)) == ["available_from", "period", "resource", "site", "unit"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"quantity": 12}, ["quantity"]),
        ({"quantity": "0"}, ["quantity"]),
        ({"quantity": "NaN"}, ["quantity"]),
        ({"quantity": "1e400"}, ["quantity"]),
        ({"quantity": "9" * 2000}, ["quantity"]),
        ({"unit": "m2"}, ["unit"]),
        ({"unit": "bag"}, ["unit"]),
        ({"resource": "no-such"}, ["resource"]),
        ({"resource": "material"}, ["resource"]),
        ({"resource": "a\x00b"}, ["resource"]),
        ({"title": "a\x00b"}, ["title"]),
        ({"title": "x" * 121}, ["title"]),
        ({"quality": {"colour": {"low": "1"}}}, ["quality"]),
        ({"quality": {"moisture": {"low": "3", "high": "2"}}}, ["quality.moisture"]),
        ({"quality": {"moisture": {"low": 3}}}, ["quality.moisture.low"]),
        ({"quality": {"moisture": {"lo": "3"}}}, ["quality.moisture.lo"]),
        ({"months": [13]}, ["months.0"]),
        ({"available_until": "2025-12-31"}, ["available_until"]),
        ({"ewc_code": "999999"}, ["ewc_code"]),
        ({"site": 10**22}, ["site"]),
        ({"currency": "€"}, ["currency"]),
        ({"organization": 1, "prize": "3"}, ["organization", "prize"]),
        ({"state": "paused"}, ["state"]),
        ({"price": "12", "prize": "3", "unit": "bag"}, ["prize", "unit"]),
    ],
)
def test_what_cannot_be_so_is_named_and_nothing_is_stored(
    api_of: ApiOf, terms: dict[str, Any], seller: User, change: dict[str, Any], fields: list[str]
) -> None:
    response = api_of(seller).post("listings/", terms | change)
    assert (response.status_code, sorted(errors_of(response))) == (400, fields)
    assert not Listing.objects.exists()


def test_foreign_site_is_refused_as_a_missing_one(
    api_of: ApiOf, terms: dict[str, Any], seller: User, cement_site: Site
) -> None:
    api = api_of(seller)
    foreign = api.post("listings/", {**terms, "site": cement_site.pk})
    missing = api.post("listings/", {**terms, "site": 999_999_999})
    assert foreign.status_code == 400
    assert foreign.content == missing.content


def test_viewer_and_nobody_cannot_list(
    api_of: ApiOf, terms: dict[str, Any], viewer: User, stranger: User
) -> None:
    assert api_of(viewer).post("listings/", terms).status_code == 403
    assert api_of(stranger).post("listings/", terms).status_code == 400
    assert api_of(None).post("listings/", terms).status_code == 401
    assert not Listing.objects.exists()


def test_foreign_listing_on_the_market_is_read_but_missing_for_changes(
    api_of: ApiOf, make_offer: MakeListing, buyer: User
) -> None:
    listing, api = make_offer(), api_of(buyer)
    assert api.get(f"listings/{listing.pk}/").status_code == 200
    assert api.patch(f"listings/{listing.pk}/", {"title": "mine"}).status_code == 404
    assert api.post(f"listings/{listing.pk}/withdraw/").status_code == 404
    listing.refresh_from_db()
    assert listing.state == State.PUBLISHED


def test_session_needs_the_csrf_token_and_a_bearer_token_does_not(
    asnaes: Organization, seller: User, make_offer: MakeListing
) -> None:
    listing = make_offer()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    refused = browser.post(f"/api/v1/listings/{listing.pk}/pause/")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    browser.cookies["csrftoken"] = "a" * 32
    taken = browser.post(
        f"/api/v1/listings/{listing.pk}/pause/",
        content_type="application/json",
        headers={"X-CSRFToken": "a" * 32},
    )
    assert taken.json()["state"] == "paused"


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["resource", "near"])
def test_filter_of_unknown_text_with_a_per_cent_sign_names_the_field(client: Client, field: str) -> None:
    answer = client.get("/api/v1/listings/", {field: "100 %s %(x)s %"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert "100 %s %(x)s %" in answer.json()["errors"][0]["messages"][0]
