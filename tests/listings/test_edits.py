"""Two people edit one listing; and what a form keeps when its listing cannot be changed any more."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Organization, User
from common.errors import Outdated
from common.versions import version_of
from listings.forms.listings import ListingForm
from listings.models import Listing, State
from listings.services.listings import amend_listing, edit_listing, terms_of, withdraw_listing
from listings.services.terms import said_by
from tests.accounts.pages import ClientOf, text_of
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db


def typed_of(listing: Listing) -> dict[str, Any]:
    """What the page of a listing would send if nothing was changed in it."""
    form = ListingForm(organization=listing.organization, listing=listing)
    shown = {name: form[name].value() for name in form.fields}
    shown |= {"resource": listing.resource.name, "seen_version": form.seen_version}
    return {name: getattr(value, "pk", value) for name, value in shown.items() if value not in (None, False)}


def test_second_edit_shows_both_texts_and_replaces_once_seen(
    make_offer: MakeListing, asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    offer = make_offer()
    browser, path = client_of(seller), reverse("listing_edit", args=[offer.pk])
    seen = typed_of(offer)
    assert browser.post(path, {**seen, "quantity": "800"}).status_code == 302
    page = browser.post(path, {**seen, "quantity": "900"})
    assert page.status_code == 200
    assert "800" in text_of(page)
    assert "900" in text_of(page)
    offer.refresh_from_db()
    assert offer.quantity == 800
    assert browser.post(path, {**typed_of(offer), "quantity": "900"}).status_code == 302
    offer.refresh_from_db()
    assert offer.quantity == 900


def test_version_is_of_what_is_said_and_the_same_after_a_change_there_and_back(
    make_offer: MakeListing, seller: User
) -> None:
    offer = make_offer()
    seen = version_of(said_by(terms_of(offer)))
    amend_listing(actor=seller, listing=offer, changes={"title": "Other"}, seen=seen)
    with pytest.raises(Outdated) as refusal:
        amend_listing(actor=seller, listing=offer, changes={"title": "Third"}, seen=seen)
    assert refusal.value.current["title"] == "Other"
    amend_listing(actor=seller, listing=offer, changes={"title": ""})
    offer.refresh_from_db()
    edit_listing(actor=seller, listing=offer, terms=terms_of(offer), seen=seen)


def test_edit_of_a_listing_withdrawn_meanwhile_keeps_what_was_typed_and_lists_it_anew(
    make_offer: MakeListing, seller: User, client_of: ClientOf
) -> None:
    offer = make_offer()
    browser = client_of(seller)
    typed = {**typed_of(offer), "quantity": "777", "title": "Typed with care"}
    withdraw_listing(actor=seller, listing=offer)
    page = browser.post(reverse("listing_edit", args=[offer.pk]), typed)
    assert page.status_code == 200
    assert 'value="777"' in text_of(page)
    assert "Typed with care" in text_of(page)
    assert f'formaction="{reverse("listing_new")}"' in text_of(page)
    assert browser.post(reverse("listing_new"), {**typed, "then": "draft"}).status_code == 302
    anew = Listing.objects.exclude(pk=offer.pk).get()
    assert (anew.title, anew.quantity, anew.state) == ("Typed with care", Decimal(777), State.DRAFT)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"quantity": "1", "period": "week", "unit": "t"}, '= <b class="number">52.1775 t/yr</b>'),
        ({"quantity": "50", "price_way": "buyer", "price_amount": "9"}, "450 EUR/yr, the buyer pays"),
        ({"quantity": "1.200,5", "unit": "t"}, "1\u202f200.5 t/yr"),
        ({"quantity": "12 000", "unit": "kg", "period": "once"}, "12 t</b>"),
        ({"price_way": "seller", "price_amount": "0,04", "unit": "kg"}, "40 EUR/t"),
    ],
)
def test_amount_and_price_are_echoed_as_they_are_understood(
    asnaes: Organization, seller: User, client_of: ClientOf, typed: dict[str, str], said: str
) -> None:
    query = {"resource": "fly ash", "unit": "t", "period": "year", "price_way": "open", **typed}
    page = text_of(client_of(seller).get(reverse("listing_echo"), query))
    assert said in page.replace("&#x27;", "'")


@pytest.mark.parametrize("typed", [{}, {"quantity": "12 5"}, {"quantity": "1.200"}, {"quantity": "x"}])
def test_nothing_is_echoed_of_what_cannot_be_read(
    asnaes: Organization, seller: User, client_of: ClientOf, typed: dict[str, str]
) -> None:
    query = {"resource": "fly ash", "unit": "t", "period": "year", "price_way": "open", **typed}
    page = text_of(client_of(seller).get(reverse("listing_echo"), query))
    assert [each.rpartition(">")[2].strip() for each in page.split("</p>")] == ["", "", ""]
