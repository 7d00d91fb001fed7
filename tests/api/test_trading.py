"""Trading over REST: from an enquiry to the ledger, what is refused and with which code, and calls sent twice."""

import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, Programme, Site, User
from events.idempotency import IdempotentViewSet
from events.models import Event, IdempotentRequest
from exchange.api import router
from listings.models import Disclosure, Listing
from listings.services.listings import pause_listing
from tests.api.conftest import Api, ApiOf, errors_of
from tests.conftest import MakeListing
from tests.trading.conftest import agree, approve, bid_in, introduce, pass_deadline
from trading.models import Agreement, Bid, Synergy, SynergyMessage, Tender
from trading.services.impact import post_expected
from trading.services.tenders import open_tender

TERMS = {
    "quantity": "1000",
    "unit": "t",
    "period": "year",
    "price": "5",
    "starts_on": date.today().isoformat(),  # noqa: DTZ011 - any day around now
}


def upload(
    api: Api, path: str, content: bytes = b"dry matter 98 %", name: str = "analysis.txt", **more: Any
) -> Any:
    """Send a file as a form does."""
    body = {"file": SimpleUploadedFile(name, content)} | {
        key: value for key, value in more.items() if key != "headers"
    }
    return api.client.post(f"/api/v1/{path}", body, headers=api.headers | more.get("headers", {}))


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """Return the problem document after checking what it is."""
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["code"]) == (status, code), document
    return document


@pytest.fixture
def supplier(api_of: ApiOf, seller: User) -> Api:
    return api_of(seller)


@pytest.fixture
def receiver(api_of: ApiOf, buyer: User) -> Api:
    return api_of(buyer)


@pytest.fixture
def outsider(api_of: ApiOf, stranger: User, elsewhere_site: Site) -> Api:
    return api_of(stranger)


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def offer(make_offer: MakeListing, programme: Programme) -> Listing:
    return make_offer(disclosure=Disclosure.ANONYMOUS)


@pytest.fixture
def wanted(make_request: MakeListing) -> Listing:
    return make_request(disclosure=Disclosure.ANONYMOUS)


@pytest.fixture
def synergy(offer: Listing, wanted: Listing, cement_works: Organization) -> Synergy:
    return introduce(offer, cement_works, wanted)


@pytest.fixture
def bid(synergy: Synergy) -> Bid:
    return bid_in(synergy)


@pytest.fixture
def agreement(synergy: Synergy) -> Agreement:
    agreement = agree(synergy)
    post_expected(agreement=agreement)
    return agreement


# --- the whole way ------------------------------------------------------------------------------------------
def test_deal_from_enquiry_to_ledger(
    supplier: Api,
    receiver: Api,
    api_of: ApiOf,
    facilitator: User,
    offer: Listing,
    wanted: Listing,
    asnaes: Organization,
    cement_works: Organization,
) -> None:
    asked = receiver.post(
        "synergies/enquire/",
        {
            "organization": cement_works.pk,
            "listing": offer.pk,
            "own_listing": wanted.pk,
            "text": "May we have it?",
        },
    )
    assert asked.status_code == 201, asked.content
    pk = asked.json()["id"]
    assert (asked.json()["stage"], asked.json()["roles"]) == ("idea", ["receiver"])
    assert asked.json()["supplier"]["organization"] is None
    assert "Asnæs" not in asked.content.decode()
    seen = supplier.get(f"synergies/{pk}/").json()
    assert (seen["waits_for"], seen["turn_reason"]) == (["supplier"], "interest")
    assert "Cement" not in json.dumps(seen)
    assert [row["author"] for row in supplier.get(f"synergies/{pk}/messages/").json()["results"]] == [""]
    assert [row["id"] for row in supplier.get("synergies/?turn=mine").json()["results"]] == [pk]

    known = supplier.post(f"synergies/{pk}/interest/").json()
    assert (known["stage"], known["receiver"]["name"]) == ("discussion", "Cement works")
    assert receiver.get(f"synergies/{pk}/").json()["supplier"]["organization"] == asnaes.pk

    placed = receiver.post(
        f"synergies/{pk}/bids/", TERMS | {"quantity": "1000000", "unit": "kg", "price": "0.005"}
    )
    assert placed.status_code == 201, placed.content
    bid = placed.json()
    assert (bid["amount"], bid["amount_unit"], bid["per"]) == ("1000", "t", "year")
    assert (bid["unit_price"], bid["unit_price_unit"], bid["price_unit"]) == ("5", "EUR/t", "EUR/kg")
    assert (bid["bidder"], bid["waits_for"]) == ("receiver", "supplier")
    countered = supplier.post(f"bids/{bid['id']}/counter/", TERMS | {"price": "7"}).json()
    assert (countered["number"], countered["counters"]) == (2, bid["id"])
    accepted = receiver.post(f"bids/{countered['id']}/accept/")
    assert accepted.status_code == 201, accepted.content
    agreement = accepted.json()
    assert (agreement["amount"], agreement["unit"], agreement["unit_price"]) == ("1000", "t", "7")
    assert agreement == receiver.get(f"agreements/{agreement['id']}/").json()

    canonical = supplier.get(f"listings/{offer.pk}/").json()["canonical"]
    assert (canonical["allocated_amount"], canonical["left_amount"], canonical["unit"]) == (
        "1000",
        "11000",
        "t",
    )

    consignment = {
        "reference": "CMR 1",
        "happened_on": timezone.now().date().isoformat(),
        "quantity": "25",
        "unit": "t",
    }
    at = f"agreements/{agreement['id']}"
    assert supplier.post(f"{at}/plan/", consignment).json()["kind"] == "planned"
    delivery = supplier.post(f"{at}/deliver/", consignment).json()
    assert (delivery["amount"], delivery["unit"], delivery["reported_by"]) == ("25", "t", "supplier")
    refused(receiver.post(f"{at}/deliver/", consignment), 409, "recorded_already")
    assert receiver.post(f"deliveries/{delivery['id']}/confirm/").json()["confirmed_at"]
    correction = {"quantity": "24.5", "unit": "t", "note": "Weighed again"}
    assert supplier.post(f"deliveries/{delivery['id']}/correct/", correction).json()["amount"] == "-0.5"
    assert receiver.get(f"{at}/").json()["delivered_amount"] == "24.5"

    year = timezone.now().year
    confirmed = {row["metric"]: row for row in supplier.get("impact/sums/").json()[0]["totals"]}
    assert confirmed["virgin_saved"]["benefit"] == confirmed["virgin_saved"]["confirmed"] != "0"
    reviewer = api_of(facilitator)
    assert reviewer.post(f"synergies/{pk}/verify/", {"year": year}).status_code == 201
    [sums] = reviewer.get(f"impact/sums/?by=year&year={year}&programme=zealand-network").json()
    verified = {row["metric"]: row for row in sums["totals"]}
    assert sums["year"] == year
    assert verified["virgin_saved"]["verified"] == confirmed["virgin_saved"]["confirmed"]
    assert (verified["virgin_saved"]["confirmed"], verified["virgin_saved"]["unit"]) == ("0", "t")
    line = supplier.get("impact/?status=verified&metric=virgin_saved").json()["results"][0]
    assert Decimal(line["net"]) == Decimal(line["gross"]) * Decimal(line["attribution"])
    assert supplier.get(f"impact/{line['id']}/").json() == line
    kinds = [row["kind"] for row in supplier.get(f"synergies/{pk}/events/?page_size=200").json()["results"]]
    assert {"synergy.opened", "bid.countered", "agreement.signed", "delivery.corrected"} <= set(kinds)


def test_two_parties_take_up_an_approved_match(
    supplier: Api,
    receiver: Api,
    offer: Listing,
    wanted: Listing,
    facilitator: User,
    asnaes: Organization,
    cement_works: Organization,
) -> None:
    match = approve(offer, wanted, facilitator)
    first = supplier.post("synergies/", {"match": match.pk, "organization": asnaes.pk})
    assert first.status_code == 201
    refused(supplier.post("synergies/", {"match": match.pk, "organization": asnaes.pk}), 409, "already_open")
    second = receiver.post("synergies/", {"match": match.pk, "organization": cement_works.pk}).json()
    assert (second["id"], second["stage"]) == (first.json()["id"], "discussion")


def test_facilitator_proposes_and_says_what_the_network_explains(
    api_of: ApiOf, facilitator: User, supplier: Api, offer: Listing, wanted: Listing
) -> None:
    body = {
        "supplier_site": offer.site_id,
        "receiver_site": wanted.site_id,
        "resource": "coal-fly-ash",
        "offer": offer.pk,
    }
    refused(supplier.post("synergies/propose/", body), 403, "forbidden")
    proposed = api_of(facilitator).post("synergies/propose/", body)
    assert (proposed.status_code, proposed.json()["roles"]) == (201, ["facilitator"])
    at = f"synergies/{proposed.json()['id']}"
    share = {"share": "0.4", "reason": "They knew each other"}
    assert api_of(facilitator).post(f"{at}/attribution/", share).json()["attribution"] == "0.4"
    refused(supplier.post(f"{at}/attribution/", share), 403, "forbidden")
    assert [row["id"] for row in api_of(facilitator).get("synergies/?role=facilitator").json()["results"]]


def test_room_has_messages_steps_and_a_way_out(
    supplier: Api, receiver: Api, api_of: ApiOf, facilitator: User, synergy: Synergy
) -> None:
    at = f"synergies/{synergy.pk}"
    said = api_of(facilitator).post(f"{at}/messages/", {"text": "How is it going?"}).json()
    assert (said["by"], said["author"]) == ("facilitator", "Facilitator")
    step = {"text": "Send a sample", "on": "2030-01-01", "by": "supplier"}
    planned = receiver.post(f"{at}/next_step/", step).json()
    assert (planned["next_step"], planned["next_step_on"], planned["next_step_by"]) == tuple(step.values())
    declared = {"year": 2026, "metric": "jobs", "amount": "2.5", "baseline": "Nobody hired"}
    assert supplier.post(f"{at}/declare/", declared).json()["gross"] == "2.5"
    assert set(errors_of(supplier.post(f"{at}/lose/", {"reason": "other"}))) == {"remark"}
    lost = supplier.post(f"{at}/lose/", {"reason": "economics"}).json()
    assert (lost["stage"], lost["lost_reason"], lost["waits_for"]) == ("lost", "economics", [])


def test_file_is_kept_and_given_to_those_who_may_see_it(
    supplier: Api, receiver: Api, outsider: Api, agreement: Agreement
) -> None:
    at = f"synergies/{agreement.synergy_id}/files/"
    file = upload(supplier, at).json()
    assert (file["name"], file["size_bytes"], file["by"]) == ("analysis.txt", 15, "supplier")
    assert [row["id"] for row in receiver.get(at).json()["results"]] == [file["id"]]
    given = receiver.get(f"synergy-files/{file['id']}/", Accept="text/plain")
    assert b"".join(given.streaming_content) == b"dry matter 98 %"
    assert given["Content-Disposition"] == 'attachment; filename="analysis.txt"'
    missing = outsider.get("synergy-files/999999999/")
    assert outsider.get(f"synergy-files/{file['id']}/").content == missing.content
    for name, content in (("harm.exe", b"x"), ("empty.txt", b"")):
        assert set(errors_of(upload(supplier, at, content, name))) == {"file"}

    consignment = {"reference": "CMR 1", "happened_on": TERMS["starts_on"], "quantity": "25", "unit": "t"}
    delivery = supplier.post(f"agreements/{agreement.pk}/deliver/", consignment).json()
    ticket = upload(supplier, f"deliveries/{delivery['id']}/files/", name="ticket.txt").json()["files"][0]
    assert receiver.get(f"delivery-files/{ticket['id']}/").status_code == 200
    refused(upload(receiver, f"deliveries/{delivery['id']}/files/", name="ticket.txt"), 409, "file_there")


def test_agreement_has_papers_a_summary_and_an_end(
    supplier: Api, receiver: Api, agreement: Agreement
) -> None:
    at = f"agreements/{agreement.pk}"
    refused(supplier.post(f"{at}/complete/"), 409, "not_delivered")
    papers = supplier.patch(f"{at}/papers/", {"treatment_operation": "R5"}).json()
    assert (papers["treatment_operation"], papers["container"]) == ("R5", "")
    assert set(errors_of(supplier.patch(f"{at}/papers/", {"treatment_operation": "R99"}))) == {
        "treatment_operation"
    }
    summary = receiver.get(f"{at}/summary/", Accept="application/pdf")
    assert (summary["Content-Type"], summary.content[:5]) == ("application/pdf", b"%PDF-")
    assert supplier.post(f"{at}/ask_cancel/").json()["cancel_asked_by"] == "supplier"
    refused(supplier.post(f"{at}/ask_cancel/"), 409, "already_asked")
    assert receiver.post(f"{at}/ask_cancel/").json()["state"] == "cancelled"
    refused(receiver.post(f"{at}/ask_cancel/"), 409, "agreement_over")
    left = supplier.get(f"listings/{agreement.offer_id}/").json()["canonical"]["left_amount"]
    assert left == "12000"


def test_listing_of_which_all_is_agreed_is_closed(supplier: Api, receiver: Api, synergy: Synergy) -> None:
    agree(synergy, quantity=Decimal(12_000))
    listing = supplier.get(f"listings/{synergy.offer_id}/").json()
    assert (listing["state"], listing["canonical"]["left_amount"]) == ("closed", "0")


def test_tender_is_sealed_until_its_deadline_and_then_awarded_to_several(
    supplier: Api,
    receiver: Api,
    outsider: Api,
    offer: Listing,
    cement_works: Organization,
    elsewhere: Organization,
) -> None:
    soon = (timezone.now() + timedelta(days=3)).isoformat()
    tender = supplier.post("tenders/", {"listing": offer.pk, "deadline": soon, "conditions": "Dry"}).json()
    assert (tender["state"], tender["is_over"], tender["is_own"]) == ("open", False, True)
    at = f"tenders/{tender['id']}"
    placed = [
        api.post(f"{at}/bids/", TERMS | {"organization": organization.pk, "price": price, "quantity": "8000"})
        for api, organization, price in ((receiver, cement_works, "4"), (outsider, elsewhere, "6"))
    ]
    low, high = (response.json() for response in placed)
    assert [response.status_code for response in placed] == [201, 201]
    for reader, visible in ((supplier, []), (receiver, [low["id"]]), (outsider, [high["id"]])):
        assert [bid["id"] for bid in reader.get(f"{at}/bids/").json()] == visible
        assert [bid["id"] for bid in reader.get("bids/").json()["results"]] == visible
    assert supplier.get(f"bids/{high['id']}/").content == supplier.get("bids/999999999/").content
    assert supplier.get("synergies/").json()["results"] == []
    awards = {"awards": [{"bid": high["id"], "amount": "8000"}, {"bid": low["id"], "amount": "4000"}]}
    refused(supplier.post(f"{at}/award/", awards), 409, "deadline_not_reached")

    pass_deadline(Tender.objects.get(pk=tender["id"]))
    late = receiver.post(f"{at}/bids/", TERMS | {"organization": cement_works.pk})
    refused(late, 409, "deadline_passed")
    refused(receiver.post(f"bids/{low['id']}/withdraw/"), 409, "deadline_passed")
    assert [bid["id"] for bid in supplier.get(f"{at}/bids/").json()] == [high["id"], low["id"]]
    too_much = {"awards": [{"bid": high["id"], "amount": "8000"}, {"bid": low["id"], "amount": "4001"}]}
    assert set(errors_of(supplier.post(f"{at}/award/", too_much))) == {"awards"}
    twice = {"awards": [awards["awards"][0]] * 2}
    assert set(errors_of(supplier.post(f"{at}/award/", twice))) == {"awards"}
    refused(receiver.post(f"{at}/award/", awards), 403, "forbidden")
    assert supplier.post(f"{at}/award/", awards).json()["state"] == "awarded"
    refused(supplier.post(f"{at}/cancel/"), 409, "tender_decided")
    amounts = {row["amount"] for row in supplier.get("agreements/").json()["results"]}
    assert amounts == {"8000", "4000"}


# --- bad input ----------------------------------------------------------------------------------------------
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


# --- calls sent twice ---------------------------------------------------------------------------------------
KEY = {"Idempotency-Key": "0d9f6a8e-first"}


def test_call_sent_again_with_its_key_is_answered_as_before(supplier: Api, bid: Bid) -> None:
    path = f"bids/{bid.pk}/accept/"
    first, again = (supplier.call("post", path, {}, **KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"] == "application/json"
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Event.objects.filter(kind="bid.accepted").count() == 1


def test_key_of_another_call_is_refused(supplier: Api, bid: Bid) -> None:
    at = f"synergies/{bid.synergy_id}/messages/"
    supplier.call("post", at, {"text": "one"}, **KEY)
    for path, body in ((at, {"text": "two"}), (f"bids/{bid.pk}/accept/", {})):
        refused(supplier.call("post", path, body, **KEY), 422, "idempotency_key_reused")
    assert SynergyMessage.objects.filter(text="two").count() == 0
    # The same JSON, written otherwise, is the same call.
    assert supplier.call("post", at, b'{ "text" : "one" }', **KEY)["Idempotent-Replayed"] == "true"


def test_keys_are_everybody_s_own(supplier: Api, receiver: Api, synergy: Synergy) -> None:
    at = f"synergies/{synergy.pk}/messages/"
    said = [api.call("post", at, {"text": "Hello"}, **KEY) for api in (supplier, receiver)]
    assert [response.status_code for response in said] == [201, 201]
    assert said[0].content != said[1].content


def test_what_was_refused_may_be_tried_again_with_its_key(
    supplier: Api, receiver: Api, synergy: Synergy
) -> None:
    at = f"synergies/{synergy.pk}/bids/"
    waiting = receiver.post(at, TERMS).json()
    refused(receiver.call("post", at, TERMS, **KEY), 409, "bid_waiting")
    assert not IdempotentRequest.objects.exists()
    receiver.post(f"bids/{waiting['id']}/withdraw/")
    assert receiver.call("post", at, TERMS, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 81, "schlüssel"])
def test_key_that_is_none_is_refused(supplier: Api, synergy: Synergy, key: str) -> None:
    headers = {"Idempotency-Key": key}
    response = supplier.call("post", f"synergies/{synergy.pk}/messages/", {"text": "x"}, **headers)
    assert (response.status_code, set(errors_of(response))) == (400, {"Idempotency-Key"})


def test_file_sent_again_with_its_key_is_kept_once(supplier: Api, synergy: Synergy) -> None:
    at = f"synergies/{synergy.pk}/files/"
    first, again = (upload(supplier, at, headers=KEY) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    other = upload(supplier, at, b"another", headers=KEY)
    refused(other, 422, "idempotency_key_reused")


def test_change_and_removal_take_a_key_too(supplier: Api, offer: Listing) -> None:
    for _ in range(2):
        response = supplier.call("patch", f"listings/{offer.pk}/", {"title": "Dry ash"}, **KEY)
        assert response.json()["title"] == "Dry ash"
    assert Event.objects.filter(kind="listing.changed").count() == 1


def test_every_endpoint_that_changes_something_takes_a_key() -> None:
    unsafe = {"post", "put", "patch", "delete"}
    for _prefix, view, name in router.registry:
        actions = [pair for route in router.get_routes(view) for pair in route.mapping.items()]
        changes = any(method in unsafe and hasattr(view, action) for method, action in actions)
        assert issubclass(view, IdempotentViewSet) or not changes, name


@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_moment_waits_and_is_answered_alike(supplier: Api, bid: Bid) -> None:
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            client = Client()
            start.wait()
            answers.append(
                client.post(
                    f"/api/v1/bids/{bid.pk}/accept/",
                    {},
                    content_type="application/json",
                    headers={**supplier.headers, **KEY},
                )
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {response.status_code for response in answers} == {201}
    assert len({response.content for response in answers}) == 1
    assert sum("Idempotent-Replayed" in response for response in answers) == 3
    assert Agreement.objects.count() == 1
