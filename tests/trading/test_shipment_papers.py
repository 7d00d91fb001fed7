"""The papers that travel with waste, and the strip of law on an agreement."""

import pytest
from django.urls import reverse

from accounts.models import Organization, Site, User
from accounts.services.sites import SiteDetails, create_site
from tests.conftest import MakeListing
from tests.matching.pages import ClientOf, text_of
from tests.trading.conftest import agree, introduce
from trading.models import Agreement


@pytest.fixture
def abroad(
    make_offer: MakeListing, make_request: MakeListing, elsewhere: Organization, elsewhere_site: Site
) -> Agreement:
    """Steel scrap from Denmark to Austria."""
    offer = make_offer(resource="steel-scrap", ewc_code="170405", legal_status="waste")
    request = make_request(resource="steel-scrap", site=elsewhere_site)
    found = agree(introduce(offer, elsewhere, request))
    Agreement.objects.filter(pk=found.pk).update(ewc_code="170405", treatment_operation="R4")
    return Agreement.objects.get(pk=found.pk)


def test_green_waste_across_a_border_goes_with_annex_vii(
    abroad: Agreement, stranger: User, client_of: ClientOf
) -> None:
    client = client_of(stranger)
    page = text_of(client.get(reverse("agreement", args=[abroad.pk])))
    assert "DK → AT: green list B1010, Annex VII document" in page
    address = reverse("agreement_annex_vii", args=[abroad.pk])
    assert address in page
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


def test_annex_vii_is_missing_within_a_country(
    make_offer: MakeListing,
    make_request: MakeListing,
    cement_works: Organization,
    buyer: User,
    client_of: ClientOf,
) -> None:
    found = agree(introduce(make_offer(), cement_works, make_request()))
    client = client_of(buyer)
    for name in ("agreement_annex_vii", "agreement_transfer_note"):
        assert client.get(reverse(name, args=[found.pk])).status_code == 404
    assert "No procedure for shipments of waste" in text_of(client.get(reverse("agreement", args=[found.pk])))


def test_within_the_united_kingdom_a_transfer_note_is_prefilled(
    make_offer: MakeListing,
    make_request: MakeListing,
    seller: User,
    buyer: User,
    asnaes: Organization,
    cement_works: Organization,
    client_of: ClientOf,
) -> None:
    leeds = create_site(
        actor=seller, organization=asnaes, details=SiteDetails("Works", "Leeds", "GB", 53.8, -1.55)
    )
    hull = create_site(
        actor=buyer, organization=cement_works, details=SiteDetails("Hull works", "Hull", "GB", 53.74, -0.33)
    )
    found = agree(introduce(make_offer(site=leeds), cement_works, make_request(site=hull)))
    answer = client_of(buyer).get(reverse("agreement_transfer_note", args=[found.pk]))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
