"""Pages and API of pictures and data sheets: the same service, the same answers."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from listings.models import Disclosure, Listing, ListingFile
from listings.services.files import add_file
from tests.api.conftest import Api, errors_of
from tests.common.files import samples
from tests.common.files.samples import picture, sent
from tests.conftest import MakeListing
from tests.listings.test_pages import form_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def page_of(listing: Listing) -> str:
    return reverse("listing_files", args=[listing.pk])


# --- pages --------------------------------------------------------------------------------------------------
def test_several_are_sent_at_once_and_the_bad_one_is_named(
    make_offer: MakeListing, client_of: ClientOf, seller: User
) -> None:
    offer, client = make_offer(), client_of(seller)
    body = {"file": [sent("a.jpg", picture()), sent("logo.svg", samples.SVG), sent("b.pdf", samples.PDF)]}
    answer = client.post(page_of(offer), body, follow=True)
    assert answer.redirect_chain == [(page_of(offer), 302)]
    page = text_of(answer)
    assert "2 files added." in page
    assert "“logo.svg”: Whatever its name says, this is a web page or an SVG" in page
    assert [each.name for each in offer.files.all()] == ["a.jpg", "b.pdf"]


def test_where_nothing_can_be_taken_it_says_why_beside_the_field(
    make_offer: MakeListing, client_of: ClientOf, seller: User
) -> None:
    client, page = client_of(seller), page_of(make_offer())
    for body, words in (
        ({}, "Choose a file."),
        ({"file": sent("x.html", b"MZ")}, "“x.html”: Only these kinds"),
    ):
        answer = client.post(page, body)
        assert answer.status_code == 200
        assert answer.context["form"].errors["file"][0].startswith(words)


def test_seller_is_told_who_sees_them_before_sending_any(
    make_offer: MakeListing, client_of: ClientOf, seller: User
) -> None:
    client = client_of(seller)
    told = {level: text_of(client.get(page_of(make_offer(disclosure=level)))) for level in Disclosure}
    assert "Everybody sees pictures and data sheets of this listing" in told[Disclosure.OPEN]
    assert "Members and facilitators of your programmes see" in told[Disclosure.PROGRAMME]
    for level in (Disclosure.ANONYMOUS, Disclosure.PRIVATE):
        assert "A picture can tell who you are: strangers see none" in told[level]


def test_caption_order_and_removal_by_the_buttons(
    make_offer: MakeListing, client_of: ClientOf, seller: User
) -> None:
    offer, client = make_offer(), client_of(seller)
    a, b = (
        add_file(actor=seller, listing=offer, upload=sent(f"{n}.jpg", picture(50 + n, 40))) for n in (1, 2)
    )
    change = reverse("listing_file_change", args=[b.pk])
    client.post(change, {"caption": "The silo"})
    client.post(change, {"move": "earlier"})
    client.post(change, {"move": "earlier"})  # it is the first already
    assert [(each.name, each.caption) for each in offer.files.all()] == [("2.jpg", "The silo"), ("1.jpg", "")]
    too_long = client.post(change, {"caption": "x" * 201})
    assert too_long.status_code == 200
    assert "x" * 201 in text_of(too_long)  # what was typed is kept
    client.post(reverse("listing_file_remove", args=[a.pk]))
    assert [each.name for each in offer.files.all()] == ["2.jpg"]


def test_picture_stands_large_on_the_page_and_small_on_the_card(
    make_offer: MakeListing, client: Client, seller: User
) -> None:
    offer = make_offer()
    file = add_file(
        actor=seller, listing=offer, upload=sent("a.jpg", picture(2000, 1000)), caption="The heap"
    )
    page, cards = (
        text_of(client.get(path)) for path in (reverse("listing", args=[offer.pk]), reverse("browse"))
    )
    large, small = (reverse(name, args=[file.pk]) for name in ("listing_file", "listing_file_small"))
    assert f'<img src="{large}" alt="The heap" width="1600" height="800"' in page
    assert f'src="{small}" alt="The heap" width="96" height="72" loading="lazy"' in cards


def test_strangers_page_of_an_anonymous_listing_is_the_same_with_pictures_and_without(
    make_offer: MakeListing, client: Client, seller: User
) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    addresses = [
        reverse("listing", args=[offer.pk]),
        reverse("browse"),
        f"/api/v1/listings/{offer.pk}/files/",
    ]

    def told() -> list[str]:
        # Without the values of attributes: keys of forms and names of explanations are made anew for each page.
        return [re.sub(r'="[^"]*"', "", text_of(client.get(path))) for path in addresses]

    told()  # what is kept of the market is read
    before = told()
    file = add_file(actor=seller, listing=offer, upload=sent("a.jpg", picture()))
    assert told() == before
    assert client.get(reverse("listing_file", args=[file.pk])).status_code == 404


# --- what is handed out -------------------------------------------------------------------------------------
def test_picture_is_shown_and_data_sheet_only_handed_out(
    make_offer: MakeListing, client: Client, seller: User
) -> None:
    offer = make_offer()
    shown, sheet = (
        add_file(actor=seller, listing=offer, upload=sent(name, content))
        for name, content in (("a.png", picture(form="PNG")), ("b.pdf", samples.PDF))
    )
    for base in ("/listings/files/{}/", "/api/v1/listing-files/{}/"):
        answer = client.get(base.format(shown.pk))
        assert (answer["Content-Type"], answer["Content-Disposition"]) == (
            "image/jpeg",
            'inline; filename="a.jpg"',
        )
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-cache")
        answer = client.get(base.format(sheet.pk))
        assert answer["Content-Disposition"] == 'attachment; filename="b.pdf"'
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
        assert answer.getvalue() == samples.PDF


def test_picture_that_a_browser_has_is_not_sent_again_but_to_whom_it_is_open(
    make_offer: MakeListing, client: Client, seller: User
) -> None:
    offer = make_offer()
    file = add_file(actor=seller, listing=offer, upload=sent("a.jpg", picture()))
    path = reverse("listing_file_small", args=[file.pk])
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    Listing.objects.filter(pk=offer.pk).update(disclosure=Disclosure.ANONYMOUS)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 404


# --- copies -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("with_files", [True, False])
def test_copy_takes_the_files_along_as_chosen(
    make_offer: MakeListing, client_of: ClientOf, seller: User, with_files: bool
) -> None:
    offer, client = make_offer(), client_of(seller)
    add_file(actor=seller, listing=offer, upload=sent("a.jpg", picture()))
    page = text_of(client.get(reverse("listing_new"), {"copy": offer.pk}))
    assert "Take its picture or data sheet along" in page
    body = form_of(offer.site, quantity="90", copy_of=offer.pk)
    client.post(reverse("listing_new"), body | ({"with_files": "on"} if with_files else {}))
    copy = Listing.objects.latest("created_at")
    assert copy.pk != offer.pk
    assert [each.name for each in copy.files.all()] == (["a.jpg"] if with_files else [])


def test_files_of_anothers_listing_cannot_be_copied(
    make_offer: MakeListing, make_request: MakeListing, client_of: ClientOf, seller: User, buyer: User
) -> None:
    offer, foreign = make_offer(), make_request()
    add_file(actor=buyer, listing=foreign, upload=sent("a.jpg", picture()))
    body = form_of(offer.site, quantity="90", copy_of=foreign.pk, with_files="on")
    assert client_of(seller).post(reverse("listing_new"), body).status_code == 404
    assert ListingFile.objects.count() == 1


# --- API ----------------------------------------------------------------------------------------------------
def send(api: Api, listing: Listing, name: str, content: bytes, **fields: str) -> Any:
    body = {"file": sent(name, content), **fields}
    return api.client.post(f"/api/v1/listings/{listing.pk}/files/", body, headers=api.headers)


def test_api_adds_lists_changes_and_removes(make_offer: MakeListing, seller: User) -> None:
    offer, api = make_offer(), Api(seller)
    first = send(api, offer, "a.png", picture(form="PNG"), caption="The heap")
    assert first.status_code == 201
    assert {
        name: first.json()[name] for name in ("is_picture", "position", "caption", "name", "width_px")
    } == {
        "is_picture": True,
        "position": 1,
        "caption": "The heap",
        "name": "a.jpg",
        "width_px": 120,
    }
    second = send(api, offer, "b.jpg", picture(60, 60)).json()["id"]
    changed = api.patch(f"listing-files/{second}/", {"position": 1, "caption": "The silo"})
    assert (changed.json()["position"], changed.json()["caption"]) == (1, "The silo")
    listed = api.get(f"listings/{offer.pk}/files/").json()
    assert [(each["name"], each["position"]) for each in listed] == [("b.jpg", 1), ("a.jpg", 2)]
    small = api.get(f"listing-files/{second}/?size=small")
    assert small["Content-Type"] == "image/jpeg"
    assert api.delete(f"listing-files/{second}/").status_code == 204
    assert [each["position"] for each in api.get(f"listings/{offer.pk}/files/").json()] == [1]


def test_api_says_what_is_wrong_with_a_file(make_offer: MakeListing, seller: User, viewer: User) -> None:
    offer = make_offer()
    answer = send(Api(seller), offer, "chimney.png", samples.HTML)
    assert answer.status_code == 400
    assert "a web page or an SVG" in errors_of(answer)["file"][0]
    assert send(Api(viewer), offer, "a.jpg", picture()).status_code == 403
    assert Api(seller).post(f"listings/{offer.pk}/files/", {"file": "a.jpg"}).status_code == 415
    assert errors_of(send(Api(seller), offer, "a.jpg", picture(), colour="red"))["colour"]
