"""The pages of a tender: sealed until its deadline, awarded to the best."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from listings.models import Listing
from tests.trading.conftest import make_bid_terms, pass_deadline
from tests.trading.pages import ClientOf, bid_body, places, text_of
from trading.models import (
    Agreement,
    Tender,
    TenderState,
)
from trading.services.tenders import place_sealed_bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_tender_is_opened_with_a_deadline_ahead(
    offer: Listing, seller: User, buyer: User, client_of: ClientOf
) -> None:
    client, address = client_of(seller), reverse("listing_tender", args=[offer.pk])
    refused = client.post(address, {"deadline": "2020-01-01T10:00", "conditions": "kept"})
    assert "still to come" in text_of(refused)
    assert "kept" in text_of(refused)
    ahead = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    client.post(address, {"deadline": ahead, "conditions": ""})
    tender = Tender.objects.get()
    page = text_of(client_of(buyer).get(reverse("listing", args=[offer.pk])))
    assert "A tender is open until" in page
    assert "UTC" in page
    assert "Enquire" not in page
    assert "in 2 days" in text_of(client_of(buyer).get(reverse("tender", args=[tender.pk])))
    assert client_of(buyer).post(reverse("tender_cancel", args=[tender.pk])).status_code == 403


def test_sealed_bid_is_seen_by_its_bidder_alone(
    tender: Tender,
    seller: User,
    buyer: User,
    facilitator: User,
    stranger: User,
    elsewhere: Organization,
    client_of: ClientOf,
) -> None:
    address = reverse("tender", args=[tender.pk])
    client_of(buyer).post(reverse("tender_bid", args=[tender.pk]), bid_body(quantity="321.75"))
    assert "321.75" in text_of(client_of(buyer).get(address))
    for user in (seller, facilitator, stranger):
        page = text_of(client_of(user).get(address))
        assert "321.75" not in page
        assert "Cement works" not in page
    assert places(client_of(seller)) == []
    assert "Replace your sealed bid" in text_of(client_of(buyer).get(reverse("tender_bid", args=[tender.pk])))
    own = client_of(seller).post(reverse("tender_bid", args=[tender.pk]), bid_body())
    assert own.status_code == 409


def test_award_is_split_over_the_best(
    tender: Tender,
    seller: User,
    buyer: User,
    stranger: User,
    cement_works: Organization,
    elsewhere: Organization,
    client_of: ClientOf,
) -> None:
    bids = [
        place_sealed_bid(
            actor=user, tender=tender, organization=party, terms=make_bid_terms(quantity=amount, price=price)
        )
        for user, party, amount, price in (
            (buyer, cement_works, Decimal(9_000), Decimal(6)),
            (stranger, elsewhere, Decimal(8_000), Decimal(4)),
        )
    ]
    early = client_of(seller).post(reverse("tender_award", args=[tender.pk]), {f"bid-{bids[0].pk}": "1"})
    assert not Agreement.objects.exists()
    assert early.status_code in (200, 409)
    pass_deadline(tender)
    page = text_of(client_of(seller).get(reverse("tender", args=[tender.pk])))
    assert page.index("the receiver pays 6".capitalize()) < page.index("the receiver pays 4".capitalize())
    assert 'value="9000"' in page
    assert 'value="3000"' in page, "what the best leaves"
    too_much = {f"bid-{bids[0].pk}": "9000", f"bid-{bids[1].pk}": "4000"}
    refused = text_of(client_of(seller).post(reverse("tender_award", args=[tender.pk]), too_much))
    assert "more than there is" in refused
    assert 'value="4000"' in refused
    right = {f"bid-{bids[0].pk}": "9000", f"bid-{bids[1].pk}": "3000"}
    shown = text_of(client_of(seller).post(reverse("tender_award", args=[tender.pk]), right))
    assert "3,000\u00a0t/yr; The receiver pays".replace("The", "the") in shown
    assert not Agreement.objects.exists(), "nothing is awarded before what binds was shown"
    client_of(seller).post(reverse("tender_award", args=[tender.pk]), right | {"binding": "1"})
    tender.refresh_from_db()
    assert tender.state == TenderState.AWARDED
    assert sorted(Agreement.objects.values_list("amount", flat=True)) == [3_000, 9_000]
    assert "Awarded" in text_of(client_of(buyer).get(reverse("tender", args=[tender.pk])))
