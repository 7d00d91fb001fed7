"""The pages of trading: who sees what, what is refused and why, what was typed is kept, and one click is one deed."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Programme, Site, User
from events.models import Event, IdempotentRequest
from listings.models import Disclosure, Listing, State
from tests.conftest import MakeListing
from tests.trading.conftest import agree, approve, bid_in, enquire, introduce, make_bid_terms, pass_deadline
from trading import tasks
from trading.models import (
    Agreement,
    AgreementState,
    Bid,
    BidState,
    Delivery,
    ImpactEntry,
    LostReason,
    Stage,
    Synergy,
    SynergyMessage,
    Tender,
    TenderState,
)
from trading.notices import send_reminder
from trading.services.synergies import lose
from trading.services.tenders import open_tender, place_sealed_bid

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def bid_body(**changes: str) -> dict[str, str]:
    """Return what the bid form sends: 500 t a year, the receiver pays 7 EUR/t."""
    body = {
        "quantity": "500",
        "unit": "t",
        "period": "year",
        "price_way": "receiver",
        "price_amount": "7",
        "starts_on": timezone.now().date().isoformat(),
        "ends_on": "",
        "carrier": "receiver",
        "transport_paid_by": "shared",
        "conditions": "dry",
        "expires_at": "",
    }
    return body | changes


def delivery_body(**changes: Any) -> dict[str, Any]:
    today = timezone.now().date().isoformat()
    body = {
        "kind": "actual",
        "reference": "W-1",
        "happened_on": today,
        "quantity": "25",
        "unit": "t",
        "note": "",
    }
    return body | changes


# --- my deals -----------------------------------------------------------------------------------------------
def places(client: Client, query: str = "") -> list[tuple[int, int]]:
    rows = client.get(reverse("my_deals") + query).context["rows"]
    return [(row["place"], row["synergy"].pk) for row in rows]


def test_my_turn_stands_before_theirs(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    buyer: User,
    cement_works: Organization,
    client_of: ClientOf,
) -> None:
    asked = introduce(make_offer(title="a"), cement_works)
    bid_in(asked)
    offered = introduce(make_offer(title="b"), cement_works)
    bid_in(offered, offered.supplier)
    fresh = enquire(make_offer(title="c"), cement_works)
    assert places(client_of(seller)) == [(0, asked.pk), (0, fresh.pk), (1, offered.pk)]
    assert places(client_of(buyer)) == [(0, offered.pk), (1, asked.pk), (1, fresh.pk)]
    page = text_of(client_of(seller).get(reverse("my_deals")))
    for words in (
        "Your turn: answer the bid",
        "Your turn: say whether you are interested",
        "Their turn: answer",
    ):
        assert words in page


def test_what_runs_waits_for_nobody_and_what_ended_is_apart(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    assert places(client_of(seller)) == [(2, agreement.synergy_id)]
    page = text_of(client_of(seller).get(reverse("my_deals")))
    assert "Running as agreed" in page
    assert "you are paid 5\u00a0EUR/t" in page
    assert places(client_of(seller), "?show=ended") == []


def test_my_deals_take_as_many_queries_for_many_as_for_few(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    cement_works: Organization,
    client_of: ClientOf,
) -> None:
    client = client_of(seller)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("my_deals"))
        return len(captured)

    bid_in(introduce(make_offer(), cement_works))
    few = queries()
    for number in range(4):
        bid_in(introduce(make_offer(title=str(number)), cement_works))
    assert queries() == few


def test_empty_my_deals_say_what_to_do(
    seller: User, stranger: User, facilitator: User, programme: Programme, client_of: ClientOf
) -> None:
    mine = reverse("my_deals")
    assert client_of(stranger).get(mine)["Location"] == reverse("organization_new")
    assert "Take up an approved match" in text_of(client_of(seller).get(mine))
    assert "bring two sites together" in text_of(client_of(facilitator).get(mine))
    assert "Nothing has ended yet" in text_of(client_of(seller).get(mine, {"show": "ended"}))


# --- opening ------------------------------------------------------------------------------------------------
def test_enquiry_opens_a_deal_once(
    offer: Listing, request_listing: Listing, buyer: User, client_of: ClientOf
) -> None:
    client, address = client_of(buyer), reverse("listing_enquire", args=[offer.pk])
    assert "Enquire" in text_of(client.get(reverse("listing", args=[offer.pk])))
    body = {"text": "Could we?", "own_listing": str(request_listing.pk), "form_key": "k" * 32}
    first, second = client.post(address, body), client.post(address, body)
    synergy = Synergy.objects.get()
    assert (synergy.offer, synergy.request) == (offer, request_listing)
    assert first["Location"] == second["Location"] == reverse("synergy", args=[synergy.pk])
    assert SynergyMessage.objects.count() == 1
    again = client.post(address, body | {"form_key": "other"})
    assert "already" in text_of(again)
    assert "Could we?" in text_of(again), "what was typed is kept"
    assert not IdempotentRequest.objects.filter(key="other").exists(), "what was refused is not kept"


def test_enquiry_on_an_own_listing_is_refused(offer: Listing, seller: User, client_of: ClientOf) -> None:
    page = client_of(seller).get(reverse("listing", args=[offer.pk]))
    assert reverse("listing_enquire", args=[offer.pk]) not in text_of(page)
    answer = client_of(seller).post(reverse("listing_enquire", args=[offer.pk]), {"text": "Hello"})
    assert "You cannot trade with yourself" in text_of(answer)
    assert not Synergy.objects.exists()


def test_approved_match_is_taken_up_by_both(
    offer: Listing,
    request_listing: Listing,
    facilitator: User,
    seller: User,
    buyer: User,
    viewer: User,
    client_of: ClientOf,
) -> None:
    match = approve(offer, request_listing, facilitator)
    address = reverse("match_interest", args=[match.pk])
    page = text_of(client_of(seller).get(reverse("match", args=[match.pk])))
    assert "Say that you are interested" in page
    assert "Say that you are interested" not in text_of(
        client_of(viewer).get(reverse("match", args=[match.pk]))
    )
    assert client_of(viewer).post(address).status_code == 403
    client_of(seller).post(address)
    synergy = Synergy.objects.get()
    assert synergy.stage == Stage.IDEA
    assert "This match became a deal" in text_of(client_of(seller).get(reverse("match", args=[match.pk])))
    assert client_of(buyer).post(address)["Location"] == reverse("synergy", args=[synergy.pk])
    synergy.refresh_from_db()
    assert synergy.stage == Stage.DISCUSSION


def test_match_whose_deal_is_over_is_taken_up_again(
    offer: Listing,
    request_listing: Listing,
    facilitator: User,
    seller: User,
    buyer: User,
    client_of: ClientOf,
) -> None:
    match = approve(offer, request_listing, facilitator)
    page = reverse("match", args=[match.pk])
    client_of(seller).post(reverse("match_interest", args=[match.pk]))
    over = Synergy.objects.get()
    assert "Take it up again" not in text_of(client_of(seller).get(page))
    lose(actor=seller, synergy=over, reason=LostReason.TIMING)
    shown = text_of(client_of(seller).get(page))
    assert "Take it up again" in shown
    assert "Say that you are interested" not in shown
    client_of(seller).post(reverse("match_interest", args=[match.pk]))
    assert Synergy.objects.exclude(pk=over.pk).get().stage == Stage.IDEA


def test_match_that_waits_for_its_review_is_not_taken_up(
    offer: Listing,
    request_listing: Listing,
    programme: Programme,
    facilitator: User,
    seller: User,
    client_of: ClientOf,
) -> None:
    match = approve(offer, request_listing, facilitator)
    match.state = "proposed"
    match.save(update_fields=["state"])
    page = text_of(client_of(seller).post(reverse("match_interest", args=[match.pk]), follow=True))
    assert "Only an approved match" in page
    assert not Synergy.objects.exists()


def test_facilitator_brings_two_sites_together(
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    facilitator: User,
    seller: User,
    client_of: ClientOf,
) -> None:
    client, address = client_of(facilitator), reverse("synergy_new")
    body = {
        "supplier_site": str(asnaes_site.pk),
        "receiver_site": str(elsewhere_site.pk),
        "resource": "coal-fly-ash",
    }
    refused = client.post(address, body)
    assert list(refused.context["form"].errors) == ["receiver_site"], "a site of no member"
    assert 'value="coal-fly-ash"' in text_of(refused)
    client.post(address, body | {"receiver_site": str(cement_site.pk)})
    synergy = Synergy.objects.get()
    assert (synergy.supplier_site, synergy.receiver_site) == (asnaes_site, cement_site)
    assert client_of(seller).get(address).status_code == 403
    assert places(client_of(seller)) == [(0, synergy.pk)]
    page = text_of(client_of(seller).get(reverse("synergy", args=[synergy.pk])))
    assert "Buyer " in page, "coded"
    assert "Cement works" not in page


# --- the room -----------------------------------------------------------------------------------------------
def test_names_stay_coded_until_both_are_interested(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    buyer: User,
    facilitator: User,
    cement_works: Organization,
    client_of: ClientOf,
) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    synergy = enquire(offer, cement_works)
    address = reverse("synergy", args=[synergy.pk])
    theirs, ours = (text_of(client_of(user).get(address)) for user in (buyer, seller))
    assert offer.code_name in theirs
    assert "Asnæs" not in theirs
    assert "Seller" not in theirs.replace(offer.code_name, "")
    assert "Cement works" not in ours
    assert "buyer@example.org" not in ours
    assert "Cement works" in text_of(client_of(facilitator).get(address))
    client_of(seller).post(reverse("synergy_interest", args=[synergy.pk]))
    for user in (buyer, seller):
        page = text_of(client_of(user).get(address))
        assert "Asnæs power station" in page
        assert "Cement works" in page
        assert "both parties know each other now" in page


def test_room_of_others_answers_like_a_missing_one(
    agreement: Agreement, stranger: User, elsewhere: Organization, client_of: ClientOf
) -> None:
    client = client_of(stranger)
    for name, pk in (
        ("synergy", agreement.synergy_id),
        ("agreement", agreement.pk),
        ("agreement_summary", agreement.pk),
        ("synergy_bid", agreement.synergy_id),
    ):
        foreign, missing = (client.get(reverse(name, args=[key])) for key in (pk, pk + 1000))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content


def test_viewer_reads_and_does_nothing(bid: Bid, viewer: User, client_of: ClientOf) -> None:
    client = client_of(viewer)
    page = text_of(client.get(reverse("synergy", args=[bid.synergy_id])))
    assert "1,000" in page
    for name, pk in (
        ("bid_accept", bid.pk),
        ("bid_decline", bid.pk),
        ("bid_counter", bid.pk),
        ("synergy_message", bid.synergy_id),
        ("synergy_lose", bid.synergy_id),
    ):
        assert f'action="{reverse(name, args=[pk])}"' not in page
        assert client.post(reverse(name, args=[pk]), {"text": "x", "reason": "other"}).status_code == 403
    bid.refresh_from_db()
    assert bid.state == BidState.OPEN


def test_room_takes_as_many_queries_for_much_as_for_little(
    agreement: Agreement, seller: User, buyer: User, client_of: ClientOf
) -> None:
    client, address = client_of(seller), reverse("synergy", args=[agreement.synergy_id])
    new = reverse("delivery_new", args=[agreement.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def deliver(number: int) -> None:
        client.post(reverse("synergy_message", args=[agreement.synergy_id]), {"text": f"no. {number}"})
        client_of(buyer).post(reverse("synergy_message", args=[agreement.synergy_id]), {"text": "yes"})
        client.post(new, delivery_body(reference=f"W-{number}"))

    deliver(0)
    few = queries()
    for number in range(1, 4):
        deliver(number)
    assert queries() == few


def test_message_and_document_are_there_for_both(
    synergy: Synergy, seller: User, buyer: User, stranger: User, client_of: ClientOf
) -> None:
    client, address = client_of(seller), reverse("synergy", args=[synergy.pk])
    client.post(reverse("synergy_message", args=[synergy.pk]), {"text": "Ours is dry <b>ash</b>"})
    upload = SimpleUploadedFile("analysis.csv", b"loi;4.1\n")
    client.post(reverse("synergy_file_add", args=[synergy.pk]), {"file": upload})
    answer = client_of(buyer).get(address)
    assert b"Ours is dry &lt;b&gt;ash&lt;/b&gt;" in answer.content
    file = synergy.files.get()
    download = reverse("synergy_file", args=[file.pk])
    assert download in text_of(answer)
    sent = client_of(buyer).get(download)
    assert b"".join(sent.streaming_content) == b"loi;4.1\n"  # type: ignore[attr-defined]
    assert sent["Content-Disposition"] == 'attachment; filename="analysis.csv"'
    assert client_of(stranger).get(download).status_code == 404


def test_refused_words_and_files_are_named_beside_the_field(
    synergy: Synergy, seller: User, client_of: ClientOf
) -> None:
    client = client_of(seller)
    empty = client.post(reverse("synergy_message", args=[synergy.pk]), {"text": " "})
    assert list(empty.context["message_form"].errors) == ["text"]
    program = {"file": SimpleUploadedFile("ash.exe", b"MZ")}
    assert "Only these kinds of files" in text_of(
        client.post(reverse("synergy_file_add", args=[synergy.pk]), program)
    )
    step = client.post(reverse("synergy_step", args=[synergy.pk]), {"text": "", "by": "supplier", "on": ""})
    assert "Say what is to be done" in text_of(step)
    lost = client.post(reverse("synergy_lose", args=[synergy.pk]), {"reason": "other", "remark": ""})
    assert "Say the reason in a few words" in text_of(lost)
    synergy.refresh_from_db()
    assert synergy.stage == Stage.DISCUSSION


def test_next_step_says_whose_turn_it_is(
    synergy: Synergy, seller: User, buyer: User, client_of: ClientOf
) -> None:
    body = {"text": "Send a sample", "by": "supplier", "on": "2020-01-31"}
    client_of(buyer).post(reverse("synergy_step", args=[synergy.pk]), body)
    page = text_of(client_of(seller).get(reverse("my_deals")))
    assert "Your turn: Send a sample" in page
    assert "was due 31 Jan 2020" in page


def test_given_up_deal_says_why(synergy: Synergy, buyer: User, seller: User, client_of: ClientOf) -> None:
    body = {"reason": "quality", "remark": "too wet"}
    client_of(buyer).post(reverse("synergy_lose", args=[synergy.pk]), body)
    page = text_of(client_of(seller).get(reverse("synergy", args=[synergy.pk])))
    assert "quality does not fit" in page
    assert "too wet" in page
    assert places(client_of(seller)) == []
    assert "quality does not fit" in text_of(client_of(seller).get(reverse("my_deals"), {"show": "ended"}))


# --- bids ---------------------------------------------------------------------------------------------------
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


# --- listings show it ---------------------------------------------------------------------------------------
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


# --- tenders ------------------------------------------------------------------------------------------------
@pytest.fixture
def tender(offer: Listing, seller: User) -> Tender:
    return open_tender(
        actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=2), conditions="dry"
    )


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


# --- agreement and deliveries -------------------------------------------------------------------------------
def test_summary_is_a_pdf_with_the_parties_in_unicode(
    agreement: Agreement, buyer: User, client_of: ClientOf
) -> None:
    answer = client_of(buyer).get(reverse("agreement_summary", args=[agreement.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert BytesIO(answer.content).getbuffer().nbytes > 5_000
    assert b"Inter" in answer.content, "the font is inside"


def test_papers_are_checked_and_kept(agreement: Agreement, seller: User, client_of: ClientOf) -> None:
    client, address = client_of(seller), reverse("agreement_papers", args=[agreement.pk])
    body = {
        "ewc_code": "99 99 99",
        "treatment_operation": "R5",
        "supplier_permit": "DK-7",
        "receiver_permit": "",
        "container": "silo lorry",
    }
    refused = client.post(address, body)
    assert list(refused.context["form"].errors) == ["ewc_code"]
    assert 'value="DK-7"' in text_of(refused)
    client.post(address, body | {"ewc_code": "10 01 02"})
    page = text_of(client.get(reverse("agreement", args=[agreement.pk])))
    for words in ("10 01 02", "Coal fly ash", "R5", "DK-7", "silo lorry"):
        assert words in page


def test_agreement_is_cancelled_by_both(
    agreement: Agreement, offer: Listing, seller: User, buyer: User, client_of: ClientOf
) -> None:
    address = reverse("agreement_cancel", args=[agreement.pk])
    client_of(seller).post(address)
    again = client_of(seller).post(address)
    assert again.status_code == 409
    assert "You have asked already" in text_of(again)
    assert "Agree to cancel" in text_of(client_of(buyer).get(reverse("agreement", args=[agreement.pk])))
    assert places(client_of(buyer)) == [(0, agreement.synergy_id)]
    client_of(buyer).post(address)
    agreement.refresh_from_db()
    offer.refresh_from_db()
    assert agreement.state == AgreementState.CANCELLED
    assert offer.allocated == 0


def test_delivery_is_recorded_with_its_evidence_confirmed_and_corrected(
    agreement: Agreement,
    seller: User,
    buyer: User,
    stranger: User,
    elsewhere: Organization,
    client_of: ClientOf,
) -> None:
    new, page = (reverse(name, args=[agreement.pk]) for name in ("delivery_new", "agreement"))
    ticket = SimpleUploadedFile("ticket.pdf", b"%PDF-1.4")
    client_of(seller).post(new, delivery_body(file=ticket, once="d"))
    delivery = Delivery.objects.get()
    file = delivery.files.get()
    assert client_of(buyer).get(reverse("delivery_file", args=[file.pk])).status_code == 200
    assert client_of(stranger).get(reverse("delivery_file", args=[file.pk])).status_code == 404
    assert "Reported by one" in text_of(client_of(buyer).get(page))
    assert client_of(seller).post(reverse("delivery_confirm", args=[delivery.pk])).status_code == 403
    client_of(buyer).post(reverse("delivery_confirm", args=[delivery.pk]))
    correct = reverse("delivery_correct", args=[delivery.pk])
    refused = client_of(buyer).post(correct, {"quantity": "20", "unit": "t", "note": ""})
    assert list(refused.context["form"].errors) == ["note"]
    client_of(buyer).post(correct, {"quantity": "20", "unit": "t", "note": "weighed twice"})
    shown = text_of(client_of(seller).get(page))
    for words in ("Confirmed by both", "ticket.pdf", "weighed twice", "−5"):
        assert words in shown


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"happened_on": "2100-01-01"}, "happened_on", "still to come"),
        ({"reference": ""}, "reference", "required"),
        ({"quantity": "0"}, "quantity", "above zero"),
    ],
)
def test_wrong_delivery_is_said_beside_its_field(
    agreement: Agreement, seller: User, client_of: ClientOf, changes: dict[str, str], field: str, said: str
) -> None:
    body = delivery_body(note="kept words", **changes)
    answer = client_of(seller).post(reverse("delivery_new", args=[agreement.pk]), body)
    assert list(answer.context["form"].errors) == [field]
    assert said in text_of(answer)
    assert "kept words" in text_of(answer)
    assert not Delivery.objects.exists()


def test_delivery_with_a_refused_file_is_not_recorded(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    body = delivery_body(file=SimpleUploadedFile("ticket.exe", b"MZ"))
    answer = client_of(seller).post(reverse("delivery_new", args=[agreement.pk]), body)
    assert list(answer.context["form"].errors) == ["file"]
    assert not Delivery.objects.exists()
    assert not ImpactEntry.objects.filter(delivery__isnull=False).exists()


# --- benefit ------------------------------------------------------------------------------------------------
def test_benefit_shows_expected_beside_confirmed_with_its_source(
    agreement: Agreement,
    seller: User,
    facilitator: User,
    programme: Programme,
    buyer: User,
    client_of: ClientOf,
) -> None:
    client_of(seller).post(reverse("delivery_new", args=[agreement.pk]), delivery_body())
    answer = client_of(seller).get(reverse("benefit"))
    page = text_of(answer)
    for words in ("CO₂e avoided", "Line by line", "Otherwise:", "W-1", "Expected", "Confirmed"):
        assert words in page
    chart = answer.context["years"]["chart"]
    assert {series["stack"] for series in chart["series"]} == {"expected", "benefit"}
    assert all(entry.factor_source or entry.factor is None for entry in answer.context["page"].object_list)
    narrowed = client_of(seller).get(reverse("benefit"), {"status": "verified", "metric": "new_sales EUR"})
    assert "No line of this status" in text_of(narrowed)
    assert narrowed.context["chosen"].metric == "new_sales"
    whole = reverse("programme_benefit", args=[programme.slug])
    assert client_of(facilitator).get(whole).context["totals"] == answer.context["totals"]
    assert client_of(seller).get(whole).status_code == 403
    year = timezone.now().year
    client_of(facilitator).post(reverse("synergy_verify", args=[agreement.synergy_id]), {"year": year})
    verified = client_of(buyer).get(reverse("benefit"), {"status": "verified"})
    assert verified.context["page"].object_list


def test_benefit_takes_as_many_queries_for_many_as_for_few(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    client, new = client_of(seller), reverse("delivery_new", args=[agreement.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("benefit"), {"status": "confirmed"}).status_code == 200
        return len(captured)

    client.post(new, delivery_body(reference="W-0"))
    few = queries()
    for number in range(1, 3):
        client.post(new, delivery_body(reference=f"W-{number}"))
    assert queries() == few


def test_empty_benefit_says_what_to_do(seller: User, asnaes: Organization, client_of: ClientOf) -> None:
    assert "Nothing in the ledger yet" in text_of(client_of(seller).get(reverse("benefit")))


def test_investment_is_declared_with_its_baseline(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    client, address = client_of(seller), reverse("synergy_declare", args=[agreement.synergy_id])
    body = {
        "metric": "private_investment",
        "year": "2026",
        "amount": "250000",
        "unit": "EUR",
        "baseline": " ",
    }
    refused = client.post(address, body)
    assert list(refused.context["form"].errors) == ["baseline"]
    assert 'value="250000"' in text_of(refused)
    client.post(address, body | {"baseline": "No silo"})
    assert ImpactEntry.objects.filter(metric="private_investment", gross=250_000).count() == 1


# --- by itself ----------------------------------------------------------------------------------------------
def make_quiet(synergy: Synergy, days: int = 30) -> None:
    Synergy.objects.filter(pk=synergy.pk).update(acted_at=timezone.now() - timedelta(days=days))


def test_quiet_synergy_is_brought_to_mind_once(bid: Bid, seller: User, trader: User, viewer: User) -> None:
    make_quiet(bid.synergy)
    assert tasks.remind_stale() == 1
    assert tasks.remind_stale() == 0
    event = Event.objects.get(kind="synergy.reminded")
    assert [job.task for job in event.jobs.all()] == ["trading.tasks.send_reminder"]
    assert send_reminder(synergy_id=event.subject_id) == 2
    assert sorted(letter.to[0] for letter in mail.outbox) == [seller.email, trader.email]
    letter = mail.outbox[0].body
    assert "answer the bid" in letter
    assert reverse("synergy", args=[bid.synergy_id]) in letter


def test_reminder_names_nobody_who_is_not_known_and_tells_of_no_sealed_bid(
    tender: Tender, buyer: User, cement_works: Organization, make_offer: MakeListing
) -> None:
    bid = place_sealed_bid(actor=buyer, tender=tender, organization=cement_works, terms=make_bid_terms())
    make_quiet(bid.synergy)
    assert send_reminder(synergy_id=bid.synergy_id) == 0
    asked = enquire(make_offer(title="other"), cement_works)
    assert send_reminder(synergy_id=asked.pk) == 1
    assert "Cement works" not in mail.outbox[0].body


def test_bid_expires_by_itself(synergy: Synergy) -> None:
    from tests.trading.conftest import pass_expiry

    bid = bid_in(synergy, expires_at=timezone.now() + timedelta(hours=1))
    pass_expiry(bid)
    assert tasks.expire_bids() == 1
    assert tasks.expire_bids() == 0
    bid.refresh_from_db()
    assert bid.state == BidState.EXPIRED


def test_home_counts_the_deals_that_wait(bid: Bid, seller: User, client_of: ClientOf) -> None:
    assert "deal waits for you" in text_of(client_of(seller).get(reverse("home")))


def test_turn_of_a_window_that_is_over_is_no_window(
    synergy: Synergy, buyer: User, client_of: ClientOf
) -> None:
    past = date(2020, 1, 1).isoformat()
    answer = client_of(buyer).post(
        reverse("synergy_bid", args=[synergy.pk]), bid_body(starts_on=past, ends_on=past)
    )
    assert list(answer.context["form"].errors) == ["ends_on"]
