"""What becomes of a gas without a buyer: who is asked, where it is said, and what is refused."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Organization, Site, User
from common.errors import Invalid
from listings.models import GasOrigin, Listing
from listings.services.listings import terms_of
from tests.conftest import MakeListing
from tests.matching.pages import ClientOf, text_of

pytestmark = pytest.mark.django_db


def test_offer_of_a_gas_keeps_what_becomes_of_it(make_offer: MakeListing) -> None:
    offer = make_offer(resource="hydrogen", origin_of_gas=GasOrigin.VENTED)
    assert terms_of(Listing.objects.get(pk=offer.pk)).origin_of_gas == "vented"


@pytest.mark.parametrize(
    "changes", [{"origin_of_gas": "vented"}, {"origin_of_gas": "burnt", "resource": "hydrogen"}]
)
def test_what_is_no_gas_or_no_fate_of_one_is_refused(
    make_offer: MakeListing, changes: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as caught:
        make_offer(**changes)
    assert list(caught.value.fields) == ["origin_of_gas"]


def test_request_for_a_gas_says_nothing_of_it(make_request: MakeListing) -> None:
    with pytest.raises(Invalid, match="another look") as caught:
        make_request(resource="hydrogen", origin_of_gas=GasOrigin.FLARED)
    assert "Only an offer of a gas" in caught.value.fields["origin_of_gas"][0]


@pytest.mark.parametrize(
    ("resource", "asked"), [("Hydrogen", True), ("Refinery gas", True), ("Coal fly ash", False)]
)
def test_form_asks_of_gases_alone(
    seller: User, asnaes: Organization, client_of: ClientOf, resource: str, asked: bool
) -> None:
    page = text_of(client_of(seller).get(reverse("listing_fields"), {"resource": resource}))
    assert ('name="origin_of_gas"' in page) is asked


def test_listing_says_what_becomes_of_it(
    make_offer: MakeListing, seller: User, asnaes_site: Site, client_of: ClientOf
) -> None:
    offer = make_offer(resource="hydrogen", origin_of_gas=GasOrigin.FLARED)
    assert "Flared" in text_of(client_of(seller).get(reverse("listing", args=[offer.pk])))
    body = client_of(seller).get(f"/api/v1/listings/{offer.pk}/").json()
    assert body["origin_of_gas"] == "flared"
