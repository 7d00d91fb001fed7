"""Bids on paper: wrong terms beside their fields, one click is one bid; listings show what is left."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from events.models import IdempotentRequest
from listings.models import Listing, State
from tests.conftest import MakeListing
from tests.trading.conftest import agree, introduce
from tests.trading.pages import ClientOf, bid_body, text_of
from trading.models import (
    Agreement,
    Bid,
    Synergy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_bid_form_starts_from_what_is_left(synergy: Synergy, buyer: User, client_of: ClientOf) -> None:
    page = text_of(client_of(buyer).get(reverse("synergy_bid", args=[synergy.pk])))
    assert "left of the offer" in page
    assert "12,000" in page
    assert "You receive." in page


def test_bid_is_placed_once_per_click(synergy: Synergy, buyer: User, client_of: ClientOf) -> None:
    client, address = client_of(buyer), reverse("synergy_bid", args=[synergy.pk])
    for _ in range(2):
        answer = client.post(address, bid_body(price_way="supplier", form_key="one"))
        assert answer["Location"] == reverse("synergy", args=[synergy.pk])
    bid = Bid.objects.get()
    assert (bid.amount, bid.price, bid.transport_paid_by) == (Decimal(500), Decimal(-7), "shared")
    assert "You are paid 7\u00a0EUR/t" in text_of(client.get(reverse("synergy", args=[synergy.pk])))


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"quantity": "13000"}, "quantity", "Only 12,000 t per year are left"),
        ({"quantity": "much"}, "quantity", "Type a number"),
        ({"unit": "MWh"}, "unit", "Select a valid choice"),
        ({"period": "once"}, "period", "Select a valid choice"),
        ({"price_amount": ""}, "price_amount", "How much?"),
        ({"price_amount": "-3"}, "price_amount", "the words before it say who pays"),
        ({"ends_on": "2020-01-01"}, "ends_on", "must not be before the start"),
        ({"expires_at": "2020-01-01T10:00"}, "expires_at", "still to come"),
    ],
)
def test_wrong_term_is_said_beside_its_field_and_the_rest_is_kept(
    synergy: Synergy, buyer: User, client_of: ClientOf, changes: dict[str, str], field: str, said: str
) -> None:
    answer = client_of(buyer).post(reverse("synergy_bid", args=[synergy.pk]), bid_body(**changes))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    page = text_of(answer)
    assert said in page
    assert ">\ndry</textarea>" in page
    assert not Bid.objects.exists()


def test_answer_with_the_same_terms_says_that_no_term_differs(
    bid: Bid, seller: User, buyer: User, client_of: ClientOf
) -> None:
    counter = reverse("bid_counter", args=[bid.pk])
    form = client_of(seller).get(counter).context["form"]
    same = {field.name: field.value() for field in form if field.value() is not None}
    assert client_of(seller).post(counter, same).status_code == 302
    page = text_of(client_of(buyer).get(reverse("bid_accept", args=[Bid.objects.get(counters=bid).pk])))
    assert f"No term differs from bid {bid.number}." in page


def test_counter_and_acceptance(bid: Bid, seller: User, buyer: User, client_of: ClientOf) -> None:
    counter = reverse("bid_counter", args=[bid.pk])
    page = text_of(client_of(seller).get(counter))
    assert 'value="1000"' in page, "begins with what is answered"
    client_of(seller).post(counter, bid_body(price_amount="9"))
    answer = Bid.objects.get(counters=bid)
    assert client_of(seller).post(reverse("bid_accept", args=[answer.pk])).status_code == 403, "an own bid"
    client_of(buyer).post(reverse("bid_accept", args=[answer.pk]), {"form_key": "a"})
    agreement = Agreement.objects.get()
    assert (agreement.amount, agreement.unit_price) == (Decimal(500), Decimal(9))
    room = text_of(client_of(seller).get(reverse("synergy", args=[bid.synergy_id])))
    assert f"Agreement {agreement.pk}" in room
    assert "11,500" in room, "what is left"


def test_bid_that_was_withdrawn_is_refused_with_the_reason(
    bid: Bid, seller: User, buyer: User, client_of: ClientOf
) -> None:
    client_of(buyer).post(reverse("bid_withdraw", args=[bid.pk]))
    answer = client_of(seller).post(reverse("bid_accept", args=[bid.pk]), {"form_key": "b"})
    assert answer.status_code == 409
    assert "it can no longer be answered" in text_of(answer)
    assert not IdempotentRequest.objects.exists()
    assert not Agreement.objects.exists()


def test_declined_bid_shows_the_reason(bid: Bid, seller: User, buyer: User, client_of: ClientOf) -> None:
    client_of(seller).post(reverse("bid_decline", args=[bid.pk]), {"reason": "too cheap"})
    assert "“too cheap”" in text_of(client_of(buyer).get(reverse("synergy", args=[bid.synergy_id])))


def test_quantity_filters_and_order_of_the_market_mean_what_is_left(
    offer: Listing, cement_works: Organization, make_offer: MakeListing, client: Client
) -> None:
    agree(introduce(offer, cement_works), quantity=Decimal(9_000))  # of 12,000
    whole = make_offer(quantity=Decimal(10_000))

    def found(query: str) -> list[int]:
        address = f"{reverse('browse')}?side=offer&{query}"
        return [listing.pk for listing in client.get(address).context["page"].object_list]

    assert found("quantity_min=3001") == [whole.pk]
    assert found("quantity_max=3000") == [offer.pk]
    assert found("sort=largest") == [whole.pk, offer.pk]


def test_listing_shows_what_is_left_and_that_it_is_closed(
    offer: Listing, cement_works: Organization, seller: User, buyer: User, client_of: ClientOf
) -> None:
    agree(introduce(offer, cement_works), quantity=Decimal(4_000))
    address = reverse("listing", args=[offer.pk])
    page = text_of(client_of(buyer).get(address))
    assert "Left:" in page
    assert "8,000" in page
    assert "left:" in text_of(client_of(buyer).get(reverse("browse")))
    agree(Synergy.objects.get(), quantity=Decimal(8_000))
    offer.refresh_from_db()
    assert offer.state == State.CLOSED
    page = text_of(client_of(seller).get(address))
    assert "Closed: everything is agreed" in page
    assert reverse("listing_tender", args=[offer.pk]) not in page


def test_turn_of_a_window_that_is_over_is_no_window(
    synergy: Synergy, buyer: User, client_of: ClientOf
) -> None:
    past = date(2020, 1, 1).isoformat()
    answer = client_of(buyer).post(
        reverse("synergy_bid", args=[synergy.pk]), bid_body(starts_on=past, ends_on=past)
    )
    assert list(answer.context["form"].errors) == ["ends_on"]
