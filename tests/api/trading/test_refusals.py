"""What the API of trading refuses, and what it does not tell."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organization, Site, User
from listings.models import Listing
from listings.services.listings import pause_listing
from tests.api.conftest import Api, ApiOf, errors_of
from tests.api.trading.calls import TERMS, refused
from tests.trading.conftest import agree, introduce
from trading.models import Agreement, Bid, Synergy
from trading.services.impact import post_expected
from trading.services.tenders import open_tender


def test_bid_on_own_listing_is_refused(
    supplier: Api, offer: Listing, asnaes: Organization, seller: User
) -> None:
    enquiry = {"organization": asnaes.pk, "listing": offer.pk, "text": "Mine"}
    refused(supplier.post("synergies/enquire/", enquiry), 409, "own_listing")
    tender = open_tender(actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=1))
    own = supplier.post(f"tenders/{tender.pk}/bids/", TERMS | {"organization": asnaes.pk})
    refused(own, 409, "own_listing")
    assert not Synergy.objects.exists()


def test_bid_on_a_closed_listing_is_refused(supplier: Api, receiver: Api, seller: User, bid: Bid) -> None:
    pause_listing(actor=seller, listing=Listing.objects.get(pk=bid.synergy.offer_id or 0))
    refused(supplier.post(f"bids/{bid.pk}/accept/"), 409, "listing_closed")
    refused(supplier.post(f"bids/{bid.pk}/counter/", TERMS), 409, "listing_closed")
    assert Bid.objects.get().state == "open"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "12000.000001"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": 5}, "quantity"),
        ({"unit": "MWh"}, "unit"),
        ({"unit": "stone"}, "unit"),
        ({"period": "once"}, "period"),
        ({"currency": "DKK"}, "currency"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"carrier": "pigeon"}, "carrier"),
        ({"state": "accepted"}, "state"),
        ({"organization": 999_999_999}, "organization"),
    ],
)
def test_bid_that_cannot_be_names_the_field(
    receiver: Api, synergy: Synergy, change: dict[str, Any], field: str
) -> None:
    response = receiver.post(f"synergies/{synergy.pk}/bids/", TERMS | change)
    assert (response.status_code, set(errors_of(response))) == (400, {field})
    assert not Bid.objects.exists()


def test_more_than_is_left_says_how_much_is(receiver: Api, agreement: Agreement) -> None:
    response = receiver.post(f"synergies/{agreement.synergy_id}/bids/", TERMS | {"quantity": "11001"})
    assert "11,000 t per year" in errors_of(response)["quantity"][0]


def test_same_click_twice_is_refused(supplier: Api, receiver: Api, bid: Bid) -> None:
    assert supplier.post(f"bids/{bid.pk}/accept/").status_code == 201
    refused(supplier.post(f"bids/{bid.pk}/accept/"), 409, "already_accepted")
    refused(receiver.post(f"bids/{bid.pk}/withdraw/"), 409, "already_accepted")
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    ("action", "body"),
    [("bids", TERMS), ("interest", {}), ("next_step", {"text": "x"}), ("lose", {"reason": "trust"})],
)
def test_forged_jump_of_a_lost_synergy_is_refused(
    receiver: Api, supplier: Api, synergy: Synergy, action: str, body: dict[str, Any]
) -> None:
    supplier.post(f"synergies/{synergy.pk}/lose/", {"reason": "timing"})
    refused(receiver.post(f"synergies/{synergy.pk}/{action}/", body), 409, "stage_forbidden")
    assert Synergy.objects.get().stage == "lost"


def test_stage_cannot_be_sent(supplier: Api, synergy: Synergy) -> None:
    for method in (supplier.put, supplier.patch):
        assert method(f"synergies/{synergy.pk}/", {"stage": "completed"}).status_code == 405
    forged = supplier.post(f"synergies/{synergy.pk}/interest/", {"stage": "completed"})
    assert set(errors_of(forged)) == {"stage"}


def test_bid_before_interest_and_beside_a_tender_is_refused(
    supplier: Api, receiver: Api, offer: Listing, cement_works: Organization, seller: User
) -> None:
    body = {"organization": cement_works.pk, "listing": offer.pk, "text": "May we?"}
    pk = receiver.post("synergies/enquire/", body).json()["id"]
    refused(receiver.post(f"synergies/{pk}/bids/", TERMS), 409, "not_introduced")
    supplier.post(f"synergies/{pk}/interest/")
    open_tender(actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=1))
    refused(receiver.post(f"synergies/{pk}/bids/", TERMS), 409, "tender_open")


def test_viewer_cannot_act_as_a_trader(
    api_of: ApiOf, viewer: User, bid: Bid, agreement_of_another: Agreement
) -> None:
    reader = api_of(viewer)
    assert reader.get(f"bids/{bid.pk}/").status_code == 200
    calls = {
        f"synergies/{bid.synergy_id}/bids/": TERMS,
        f"synergies/{bid.synergy_id}/messages/": {"text": "x"},
        f"synergies/{bid.synergy_id}/lose/": {"reason": "trust"},
        f"bids/{bid.pk}/accept/": {},
        f"bids/{bid.pk}/counter/": TERMS,
        f"bids/{bid.pk}/decline/": {},
        f"agreements/{agreement_of_another.pk}/ask_cancel/": {},
        f"agreements/{agreement_of_another.pk}/deliver/": {},
    }
    for path, body in calls.items():
        refused(reader.post(path, body), 403, "forbidden")


@pytest.fixture
def agreement_of_another(offer: Listing, elsewhere_site: Site) -> Agreement:
    agreement = agree(introduce(offer, elsewhere_site.organization))
    post_expected(agreement=agreement)
    return agreement


def test_bidder_cannot_answer_an_own_bid(receiver: Api, supplier: Api, bid: Bid) -> None:
    refused(receiver.post(f"bids/{bid.pk}/accept/"), 403, "forbidden")
    refused(supplier.post(f"bids/{bid.pk}/withdraw/"), 403, "forbidden")


def test_stranger_is_told_the_same_of_what_is_there_and_what_is_not(
    outsider: Api, agreement: Agreement
) -> None:
    missing = outsider.get("synergies/999999999/").content
    for path in (
        f"synergies/{agreement.synergy_id}/",
        f"synergies/{agreement.synergy_id}/messages/",
        f"synergies/{agreement.synergy_id}/events/",
        f"bids/{agreement.bid_id}/",
        f"agreements/{agreement.pk}/",
        f"agreements/{agreement.pk}/summary/",
    ):
        response = outsider.get(path)
        assert (response.status_code, response.content) == (404, missing)
    for path in (f"bids/{agreement.bid_id}/accept/", f"agreements/{agreement.pk}/deliver/"):
        assert outsider.post(path).content == missing
    for path in ("synergies", "bids", "agreements", "deliveries", "impact"):
        assert outsider.get(f"{path}/").json()["results"] == []


def test_sums_do_not_tell_who_an_unknown_party_is(
    receiver: Api, supplier: Api, agreement: Agreement, elsewhere: Organization, asnaes: Organization
) -> None:
    assert receiver.get(f"impact/sums/?organization={elsewhere.pk}").json() == [{"year": None, "totals": []}]
    assert receiver.get(f"impact/sums/?organization={asnaes.pk}").json()[0]["totals"]
    assert receiver.get("impact/sums/?programme=no-such").json()[0]["totals"] == []
    assert set(errors_of(receiver.get("impact/sums/?by=moon"))) == {"by"}
