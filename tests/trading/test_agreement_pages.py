"""The pages of an agreement: its papers, its end, its deliveries."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Organization, User
from listings.models import Listing
from tests.trading.pages import ClientOf, delivery_body, places, text_of
from trading.models import (
    Agreement,
    AgreementState,
    Delivery,
    ImpactEntry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


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
