"""What the gauge says of listings, with its exact level and the next thing to state."""

from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from listings.data_quality import Property, Stated, data_quality
from listings.models import Listing
from listings.selectors.data_quality import mark_data_quality
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db

FULL = Stated(
    resource="Coal fly ash",
    resource_is_specific=True,
    quantity=True,
    price=True,
    properties=(Property("moisture", "moisture", True),),
    needs_waste_code=True,
    waste_code=True,
    end_or_season=True,
    description=True,
)
QUALITY: dict[str, Any] = {
    "loss-on-ignition": (None, Decimal(5)),
    "fineness": (Decimal(10), None),
    "free-lime": (Decimal(0), Decimal(2)),
}


def gauge(listing: Listing) -> tuple[int, str, list[str], str]:
    [marked] = mark_data_quality([listing])
    found = marked.data_quality
    return (
        found.level_percent,
        found.word,
        [item.key for item in found.missing],
        getattr(found.next, "anchor", ""),
    )


def test_plain_offer_is_a_sketch_and_lacks_its_price_first(make_offer: MakeListing) -> None:
    missing = "price ewc_code quality.loss-on-ignition quality.fineness available_until description"
    # Kind and quantity, 40 of 90.
    assert gauge(make_offer()) == (44, "sketch", [*missing.split(), "quality.free-lime"], "id_price_way_0")


def test_offer_that_states_everything_is_complete(make_offer: MakeListing) -> None:
    full = make_offer(
        price=Decimal(0), ewc_code="100102", quality=QUALITY, months=(1, 2), description="Dry, from the silo."
    )
    assert gauge(full) == (100, "complete", [], "")


def test_request_needs_no_waste_code_and_lacks_what_decides_of_its_quality(make_request: MakeListing) -> None:
    # Kind, quantity and price, 55 of 80.
    level, word, missing, anchor = gauge(make_request(price=Decimal(3)))
    assert (level, word, missing[0]) == (68, "fair", "quality.loss-on-ignition")
    assert "ewc_code" not in missing
    assert anchor == "id_quality_loss-on-ignition_low"


def test_request_for_a_whole_branch_says_its_kind_first(make_request: MakeListing) -> None:
    level, word, missing, _anchor = gauge(
        make_request(resource="ashes-and-combustion-residues", quantity=None)
    )
    assert (level, word, missing[:2]) == (0, "sketch", ["resource", "quantity"])


def test_one_missing_word_is_not_complete() -> None:
    almost = data_quality(Stated(**(vars(FULL) | {"description": False})))
    assert (data_quality(FULL).level_percent, almost.level_percent, almost.word) == (100, 94, "good")


def test_no_known_property_takes_quality_out_of_the_gauge() -> None:
    bare = Stated(**(vars(FULL) | {"properties": (), "price": False}))
    # 60 of 75; with the property, 75 of 90.
    assert data_quality(bare).level_percent == 80
    assert data_quality(Stated(**(vars(FULL) | {"price": False}))).level_percent == 83


def test_level_is_told_on_page_card_and_after_saving(
    make_offer: MakeListing, seller: User, client_of: Callable[[User | None], Client], client: Client
) -> None:
    listing = make_offer()
    own = client_of(seller)
    edit = reverse("listing_edit", args=[listing.pk])
    page, mine, strangers, market = (
        unescape(browser.get(address).content.decode())
        for browser, address in (
            (own, reverse("listing", args=[listing.pk])),
            (own, reverse("my_listings")),
            (client, reverse("listing", args=[listing.pk])),
            (client, reverse("browse")),
        )
    )
    for text in (page, mine, strangers, market):
        assert "Sketch" in text
        assert "44\u00a0%" in text
    for text in (page, mine):
        assert f"{edit}#id_price_way_0" in text
        assert "State the price, or that it is free" in text
    for text in (strangers, market):
        assert edit not in text
    assert 'id="id_price_way_0"' in own.get(edit).content.decode()


def test_my_listings_take_as_many_queries_for_many_as_for_few(
    make_offer: MakeListing, seller: User, client_of: Callable[[User | None], Client]
) -> None:
    browser = client_of(seller)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("my_listings"))
        return len(captured)

    make_offer(quality=QUALITY)
    queries()  # reads once what matters for which resource
    few = queries()
    for _ in range(4):
        make_offer(quality=QUALITY)
    assert queries() == few
