"""Pictures on cards, wherever a card stands: for whom the name is told, by one query for all of a page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Programme, User
from listings.models import Disclosure, Listing, ListingFile
from listings.services.favourites import star
from listings.services.files import add_file
from matching.models import Match
from matching.services.runs import refresh_all_matches
from tests.common.files.samples import picture, sent
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def pictured(actor: User, listing: Listing) -> ListingFile:
    return add_file(
        actor=actor, listing=listing, upload=sent("a.jpg", picture()), caption=f"Heap {listing.pk}"
    )


def shows(client: Client, address: str, file: ListingFile) -> bool:
    page = client.get(address).content.decode()
    small = (
        f'src="{reverse("listing_file_small", args=[file.pk])}" alt="{file.caption}" width="96" height="72"'
    )
    return f'{small} loading="lazy"' in page


def pages_with_cards(offer: Listing) -> list[str]:
    match = Match.objects.get(offer=offer)
    return [
        reverse("home"),
        reverse("browse"),
        reverse("favourites"),
        f"{reverse('comparison')}?listing={offer.pk}",
        reverse("my_matches"),
        reverse("match", args=[match.pk]),
        reverse("listing_matches", args=[match.request_id]),
        reverse("listing_enquire", args=[offer.pk]),
    ]


@pytest.mark.parametrize(
    ("level", "seen"), [(Disclosure.OPEN, True), (Disclosure.PROGRAMME, True), (Disclosure.ANONYMOUS, False)]
)
def test_card_shows_its_picture_to_whom_the_name_is_told(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    seller: User,
    buyer: User,
    client_of: ClientOf,
    level: str,
    seen: bool,
) -> None:
    offer = make_offer(disclosure=level)
    make_request(resource="fly-ash")
    file = pictured(seller, offer)
    star(actor=buyer, listing=offer)
    refresh_all_matches()
    client = client_of(buyer)
    shown = {address: shows(client, address, file) for address in pages_with_cards(offer)}
    # The home page tells everybody what is new, so that what a programme alone sees is not among it.
    expected = dict.fromkeys(shown, seen) | {reverse("home"): level == Disclosure.OPEN}
    assert shown == expected


def test_own_listing_shows_its_picture_above_its_matches(
    make_offer: MakeListing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    offer = make_offer(disclosure=Disclosure.PRIVATE)
    make_request(resource="fly-ash")
    file = pictured(seller, offer)
    refresh_all_matches()
    assert shows(client_of(seller), reverse("my_matches"), file)


def test_pictures_of_many_cards_take_one_query(
    make_offer: MakeListing, make_request: MakeListing, seller: User, buyer: User, client_of: ClientOf
) -> None:
    client = client_of(buyer)
    asked = make_request(resource="fly-ash")
    addresses = [reverse(name) for name in ("home", "browse", "favourites", "my_matches")]
    addresses.append(reverse("listing_matches", args=[asked.pk]))

    def counted() -> list[int]:
        refresh_all_matches()
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            found.append(len(captured))
        return found

    def add_one() -> None:
        offer = make_offer()
        pictured(seller, offer)
        star(actor=buyer, listing=offer)

    add_one()
    one = counted()
    for _ in range(3):
        add_one()
    assert counted() == one
