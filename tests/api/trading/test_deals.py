"""From enquiry to ledger over the API."""

import json
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Organization, User
from listings.models import Listing
from tests.api.conftest import Api, ApiOf, errors_of
from tests.api.trading.calls import TERMS, refused, upload
from tests.trading.conftest import agree, approve, pass_deadline
from trading.models import Agreement, Synergy, Tender


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
