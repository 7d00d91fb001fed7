from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from catalogue.models import QualityProperty
from listings.models import Disclosure, Listing, State
from listings.services.listings import pause_listing, today, withdraw_listing
from tests.conftest import MakeListing, list_it, make_terms

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
LISTINGS = reverse("browse")


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def found(client: Client, query: str) -> set[str]:
    """Return the names of the listings that the browse page shows for a query."""
    page = client.get(f"{LISTINGS}?{query}").context["page"]
    return {listing.name for listing in page.object_list}


def form_of(site: Site, **changes: Any) -> dict[str, Any]:
    """What a browser sends of a filled-in form."""
    return {
        "side": "offer",
        "resource": "Coal fly ash",
        "quantity": "12 000",
        "unit": "t",
        "period": "year",
        "site": site.pk,
        "available_from": date.today().isoformat(),  # noqa: DTZ011 - what a date field sends
        "price_way": "seller",
        "price_amount": "8,5",
        "disclosure": "open",
    } | changes


# --- detail -------------------------------------------------------------------------------------------------
def test_listing_says_how_much_where_and_who_pays(client: Client, make_offer: MakeListing) -> None:
    listing = make_offer(price=Decimal("-8.5"), ewc_code="100102", months=(11, 12, 1))
    page = text_of(client.get(reverse("listing", args=[listing.pk])))
    for words in ("12,000", "Seller pays 8.5\u00a0EUR/t", "Kalundborg, DK", "Nov–Jan", "10 01 02"):
        assert words in page


def test_only_its_own_and_their_facilitators_are_shown_matches(
    make_offer: MakeListing,
    programme: Programme,
    viewer: User,
    facilitator: User,
    buyer: User,
    client_of: ClientOf,
) -> None:
    listing = make_offer()
    region = f'hx-get="{reverse("listing_matches", args=[listing.pk])}"'

    def sees(user: User | None) -> bool:
        return region in text_of(client_of(user).get(reverse("listing", args=[listing.pk])))

    assert sees(viewer)
    assert sees(facilitator)
    assert not sees(buyer)
    assert not sees(None)


def test_draft_of_others_answers_like_a_missing_one(
    make_offer: MakeListing, stranger: User, client_of: ClientOf
) -> None:
    draft = make_offer(publish=False)
    client = client_of(stranger)
    for name in ("listing", "listing_edit", "listing_matches"):
        foreign, missing = (client.get(reverse(name, args=[pk])) for pk in (draft.pk, draft.pk + 1000))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content


def test_number_too_large_for_an_id_is_missing(client: Client) -> None:
    assert client.get(f"/listings/{10**30}/").status_code == 404


# --- the form -----------------------------------------------------------------------------------------------
def test_form_lists_what_it_says(seller: User, asnaes_site: Site, client_of: ClientOf) -> None:
    form = form_of(
        asnaes_site,
        months=["11", "12", "1"],
        quality_moisture_high="0,5",
        ewc_code="10 01 02",
        disclosure="anonymous",
        minimum_lot="25",
    )
    answer = client_of(seller).post(reverse("listing_new"), form)
    listing = Listing.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("listing", args=[listing.pk])
    assert listing.state == State.PUBLISHED
    assert (listing.quantity, listing.amount, listing.price) == (
        Decimal(12_000),
        Decimal(12_000),
        Decimal("-8.5"),
    )
    assert (listing.months, listing.ewc_code, listing.disclosure) == ([1, 11, 12], "100102", "anonymous")
    assert listing.minimum_lot == 25
    assert [(row.property.slug, row.low, row.high) for row in listing.quality.all()] == [
        ("moisture", None, Decimal("0.5"))
    ]
    assert listing.created_by == seller


@pytest.mark.parametrize(
    ("way", "amount", "price"),
    [("open", "", None), ("free", "", 0), ("buyer", "30", 30), ("seller", "30", -30)],
)
def test_words_decide_the_sign_of_the_price(
    seller: User, asnaes_site: Site, client_of: ClientOf, way: str, amount: str, price: int | None
) -> None:
    client_of(seller).post(reverse("listing_new"), form_of(asnaes_site, price_way=way, price_amount=amount))
    assert Listing.objects.get().price == price


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"resource": "unobtainium"}, "resource", "We know no resource"),
        ({"resource": "fly as"}, "resource", "Which one is it"),
        ({"quantity": "plenty"}, "quantity", "Type a number"),
        ({"quantity": "0"}, "quantity", "above zero"),
        ({"unit": "MWh"}, "unit", "Select a valid choice"),
        ({"price_way": "buyer", "price_amount": ""}, "price_amount", "How much?"),
        ({"price_way": "seller", "price_amount": "-3"}, "price_amount", "above zero"),
        ({"available_until": "2001-01-01"}, "available_until", "must not be before"),
        ({"ewc_code": "999999"}, "ewc_code", "not in the European List"),
        ({"ewc_code": "100104"}, "hazardous", "hazardous entry"),
        ({"minimum_lot": "13000"}, "minimum_lot", "more than the whole"),
        ({"quality_moisture_low": "3", "quality_moisture_high": "2"}, "quality_moisture_low", "lower end"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    seller: User,
    asnaes_site: Site,
    client_of: ClientOf,
    changes: dict[str, str],
    field: str,
    words: str,
) -> None:
    form = form_of(asnaes_site, **({"title": "kept"} | changes))
    answer = client_of(seller).post(reverse("listing_new"), form)
    assert answer.status_code == 200
    assert words in " ".join(answer.context["form"].errors[field])
    page = text_of(answer)
    for typed in ("kept", changes.get("resource", "Coal fly ash"), changes.get("quantity", "12 000")):
        assert f'value="{typed}"' in page
    assert not Listing.objects.exists()


def test_draft_is_kept_from_the_market(seller: User, asnaes_site: Site, client_of: ClientOf) -> None:
    client_of(seller).post(reverse("listing_new"), form_of(asnaes_site, then="draft"))
    assert Listing.objects.get().state == State.DRAFT


def test_asking_for_the_fields_saves_nothing(seller: User, asnaes_site: Site, client_of: ClientOf) -> None:
    form = form_of(asnaes_site, resource="low-pressure-steam", then="fields")
    page = text_of(client_of(seller).post(reverse("listing_new"), form))
    assert '<option value="GJ">' in page
    assert not Listing.objects.exists()


def test_fields_follow_the_resource_and_keep_what_was_typed(
    seller: User, asnaes: Organization, client_of: ClientOf
) -> None:
    query = {"resource": "Coal fly ash", "quantity": "12 000", "unit": "kg"}
    page = text_of(client_of(seller).get(reverse("listing_fields"), query))
    assert 'value="12 000"' in page
    assert '<option value="kg" selected>' in page
    assert 'name="quality_moisture_low"' in page
    assert "MWh" not in page


def test_unit_stays_beside_a_number_and_else_is_the_resources_own(
    seller: User, asnaes: Organization, client_of: ClientOf
) -> None:
    def chosen_unit(quantity: str) -> str:
        query = {"resource": "Covered storage", "quantity": quantity, "unit": "ft2"}
        return str(client_of(seller).get(reverse("listing_fields"), query).context["form"]["unit"].value())

    assert chosen_unit("100") == "ft2"
    assert chosen_unit("") == "None"  # nothing chosen: the browser takes the first


def test_fields_of_an_unknown_resource_offer_every_unit(seller: User, client_of: ClientOf) -> None:
    page = text_of(client_of(seller).get(reverse("listing_fields"), {"resource": "\0 unobtainium"}))
    assert '<option value="t">' in page
    assert '<option value="MWh">' in page


def test_address_fills_the_form_in(seller: User, asnaes_site: Site, client_of: ClientOf) -> None:
    query = {"side": "request", "resource": "fly-ash"}
    page = text_of(client_of(seller).get(reverse("listing_new"), query))
    assert 'value="Fly ash"' in page
    assert 'value="request" checked' in page


def test_who_cannot_list_yet_is_led_on(
    seller: User, asnaes: Organization, viewer: User, facilitator: User, client_of: ClientOf
) -> None:
    new = reverse("listing_new")
    assert client_of(facilitator).get(new)["Location"] == reverse("organization_new")
    assert client_of(seller).get(new)["Location"] == reverse("site_new")
    assert client_of(viewer).get(new).status_code == 403
    assert client_of(None).get(new)["Location"].startswith(reverse("account_login"))


def test_site_of_another_organization_is_no_choice(
    seller: User, asnaes_site: Site, cement_site: Site, client_of: ClientOf
) -> None:
    answer = client_of(seller).post(reverse("listing_new"), form_of(cement_site))
    assert "site" in answer.context["form"].errors
    assert not Listing.objects.exists()


def test_edit_shows_what_stands_and_changes_what_is_typed(
    make_offer: MakeListing, seller: User, asnaes_site: Site, client_of: ClientOf
) -> None:
    moisture = QualityProperty.objects.get(slug="moisture")
    listing = make_offer(
        price=Decimal("-8.5"), quality={"moisture": (None, Decimal("0.5"))}, minimum_lot=Decimal(100)
    )
    edit = reverse("listing_edit", args=[listing.pk])
    form = client_of(seller).get(edit).context["form"]
    assert (form["quantity"].value(), form["minimum_lot"].value()) == ("12000", "100")
    assert (form["price_way"].value(), form["price_amount"].value()) == ("seller", "8.5")
    assert form[f"quality_{moisture.slug}_high"].value() == "0.5"

    client_of(seller).post(edit, form_of(asnaes_site, quantity="9000", price_way="open"))
    listing.refresh_from_db()
    assert (listing.quantity, listing.price, listing.state) == (Decimal(9_000), None, "published")
    assert not listing.quality.exists()


def test_untouched_edit_changes_nothing(make_offer: MakeListing, seller: User, client_of: ClientOf) -> None:
    listing = make_offer(
        quantity=Decimal("0.125"),
        price=Decimal(12),
        available_until=date(2066, 1, 31),
        months=(1, 2),
        title="mine",
    )
    before = Listing.objects.filter(pk=listing.pk).values().get()
    edit = reverse("listing_edit", args=[listing.pk])
    form = client_of(seller).get(edit).context["form"]
    sent = {
        bound.html_name: bound.value() for bound in form if bound.value() not in (None, "", [], False)
    } | {"resource": listing.resource.name, "site": listing.site_id}
    assert client_of(seller).post(edit, sent).status_code == 302
    after = Listing.objects.filter(pk=listing.pk).values().get()
    assert after | {"changed_at": None} == before | {"changed_at": None}


def test_withdrawn_listing_is_not_edited(
    make_offer: MakeListing, seller: User, asnaes_site: Site, client_of: ClientOf
) -> None:
    listing = make_offer()
    withdraw_listing(actor=seller, listing=listing)
    answer = client_of(seller).post(reverse("listing_edit", args=[listing.pk]), form_of(asnaes_site))
    assert answer.status_code == 200
    assert "withdrawn listing cannot be changed" in text_of(answer)
    listing.refresh_from_db()
    assert listing.price is None


# --- its life -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "state"),
    [("listing_pause", State.PAUSED), ("listing_withdraw", State.WITHDRAWN)],
)
def test_own_listing_leaves_the_market(
    make_offer: MakeListing, trader: User, client_of: ClientOf, action: str, state: State
) -> None:
    listing = make_offer()
    assert client_of(trader).post(reverse(action, args=[listing.pk])).status_code == 302
    listing.refresh_from_db()
    assert listing.state == state


def test_paused_listing_comes_back(make_offer: MakeListing, seller: User, client_of: ClientOf) -> None:
    listing = make_offer()
    pause_listing(actor=seller, listing=listing)
    client_of(seller).post(reverse("listing_publish", args=[listing.pk]))
    listing.refresh_from_db()
    assert listing.state == State.PUBLISHED


@pytest.mark.parametrize("action", ["listing_publish", "listing_pause", "listing_withdraw"])
def test_address_that_changes_takes_no_get(
    make_offer: MakeListing, seller: User, client_of: ClientOf, action: str
) -> None:
    assert client_of(seller).get(reverse(action, args=[make_offer().pk])).status_code == 405


# --- mine ---------------------------------------------------------------------------------------------------
def test_my_listings_are_those_of_my_organization_by_state(
    make_offer: MakeListing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    make_offer(title="on the market")
    make_offer(title="a draft", publish=False)
    withdraw_listing(actor=seller, listing=make_offer(title="gone"))
    make_request(title="of others")

    def shown(query: str) -> set[str]:
        page = client_of(seller).get(reverse("my_listings") + query).context["page"]
        return {listing.name for listing in page.object_list}

    assert shown("") == {"on the market", "a draft"}
    assert shown("?state=draft") == {"a draft"}
    assert shown("?state=withdrawn") == {"gone"}
    assert shown("?state=junk") == {"on the market", "a draft"}


def test_empty_my_listings_say_what_to_do(seller: User, viewer: User, client_of: ClientOf) -> None:
    assert "It takes two minutes" in text_of(client_of(seller).get(reverse("my_listings")))
    assert "Owners and traders" in text_of(client_of(viewer).get(reverse("my_listings")))


def test_listing_over_its_window_is_not_published_again(
    make_offer: MakeListing, seller: User, asnaes_site: Site, client_of: ClientOf
) -> None:
    listing = make_offer(publish=False)
    yesterday = today() - timedelta(days=1)
    Listing.objects.filter(pk=listing.pk).update(available_from=yesterday, available_until=yesterday)
    answer = client_of(seller).post(reverse("listing_publish", args=[listing.pk]), follow=True)
    assert "window is over" in text_of(answer)
    listing.refresh_from_db()
    assert listing.state == State.DRAFT


def test_programme_listing_is_off_the_public_pages(
    make_offer: MakeListing, programme: Programme, buyer: User, client_of: ClientOf
) -> None:
    make_offer(title="for members", disclosure=Disclosure.PROGRAMME)
    assert found(client_of(buyer), "") == {"for members"}
    assert found(client_of(None), "") == set()


def test_request_of_another_currency_is_shown_in_it(
    buyer: User, cement_site: Site, client_of: ClientOf
) -> None:
    listing = list_it(buyer, make_terms("request", cement_site, price=Decimal(30), currency="DKK"))
    page = text_of(client_of(None).get(reverse("listing", args=[listing.pk])))
    assert "Buyer pays up to 30\u00a0DKK/t" in page
