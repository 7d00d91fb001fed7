"""The room of a deal: who sees what, and what was typed is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, Programme, User
from listings.models import Disclosure
from tests.conftest import MakeListing
from tests.trading.conftest import enquire
from tests.trading.pages import ClientOf, delivery_body, places, text_of
from trading.models import (
    Agreement,
    Bid,
    BidState,
    Stage,
    Synergy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


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
