"""A listing in the words of schema.org: what everybody may know, and nothing that a reader knows beyond that."""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from listings.models import Disclosure, Listing, SiteCell
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def told(client: Client, listing: Listing) -> dict[str, Any]:
    answer = client.get(reverse("listing", args=[listing.pk]))
    [text] = SCRIPT.findall(answer.content.decode())
    read: dict[str, Any] = json.loads(text)
    return read


def test_open_offer_is_told_whole(client: Client, make_offer: MakeListing) -> None:
    offer = make_offer(
        title="Dry ash", price=Decimal("12.5"), ewc_code="100102", available_until=date(2030, 1, 31)
    )
    read = told(client, offer)
    address = f"http://testserver{reverse('listing', args=[offer.pk])}"
    assert (read["@context"], read["@type"], read["url"]) == ("https://schema.org", "Offer", address)
    assert (read["name"], read["availabilityEnds"]) == ("Dry ash", "2030-01-31")
    assert read["inventoryLevel"] == {"@type": "QuantitativeValue", "value": "12000", "unitCode": "TNE"}
    assert read["priceSpecification"] == {
        "@type": "UnitPriceSpecification",
        "price": "12.5",
        "priceCurrency": "EUR",
        "referenceQuantity": {"@type": "QuantitativeValue", "value": "1", "unitCode": "TNE"},
    }
    assert (read["itemOffered"]["@type"], read["itemOffered"]["name"]) == ("Product", "Coal fly ash")
    assert {"@type": "PropertyValue", "name": "Waste code", "value": "100102"} in read["itemOffered"][
        "additionalProperty"
    ]
    assert read["offeredBy"] == {"@type": "Organization", "name": offer.organization.name}
    assert read["availableAtOrFrom"]["geo"] == {
        "@type": "GeoCoordinates",
        "latitude": offer.site.latitude,
        "longitude": offer.site.longitude,
    }


def test_anonymous_offer_is_told_by_its_cell_also_to_its_own(
    client_of: Callable[[User | None], Client], make_offer: MakeListing, seller: User
) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    SiteCell.objects.filter(site=offer.site).update(cell="841f059ffffffff")
    for reader in (None, seller):
        read = told(client_of(reader), offer)
        assert "offeredBy" not in read
        written = json.dumps(read)
        assert offer.organization.name not in written
        assert str(offer.site.latitude) not in written
        place = read["availableAtOrFrom"]
        assert place["name"] == offer.place
        assert place["address"] == {"@type": "PostalAddress", "addressCountry": "DK"}
        assert place["geo"]["@type"] == "GeoCircle"
        assert place["geo"]["geoMidpoint"]["latitude"] == offer.latitude
        assert 20_000 < place["geo"]["geoRadius"] < 40_000


def test_offer_known_only_to_be_in_a_country_has_no_point(client: Client, make_offer: MakeListing) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    SiteCell.objects.filter(site=offer.site).update(cell="DK")
    assert "geo" not in told(client, offer)["availableAtOrFrom"]


@pytest.mark.parametrize("level", [Disclosure.PROGRAMME, Disclosure.PRIVATE])
def test_what_others_cannot_see_is_not_told_even_to_its_own(
    client_of: Callable[[User | None], Client], make_offer: MakeListing, seller: User, level: Disclosure
) -> None:
    offer = make_offer(disclosure=level)
    assert b"ld+json" not in client_of(seller).get(reverse("listing", args=[offer.pk])).content


def test_draft_is_not_told(
    client_of: Callable[[User | None], Client], make_offer: MakeListing, seller: User
) -> None:
    offer = make_offer(publish=False)
    assert b"ld+json" not in client_of(seller).get(reverse("listing", args=[offer.pk])).content


def test_gate_fee_is_told_in_words_since_shops_know_no_price_below_nothing(
    client: Client, make_offer: MakeListing
) -> None:
    read = told(client, make_offer(price=Decimal(-8)))
    assert read["priceSpecification"] == {
        "@type": "PriceSpecification",
        "description": "seller pays 8\u00a0EUR/t",
    }


def test_request_is_a_demand_that_its_organization_seeks(client: Client, make_request: MakeListing) -> None:
    request = make_request()
    read = told(client, request)
    assert read["@type"] == "Demand"
    assert read["@reverse"] == {"seeks": {"@type": "Organization", "name": request.organization.name}}
    assert "offeredBy" not in read


def test_text_that_would_end_the_script_stays_text(client: Client, make_offer: MakeListing) -> None:
    words = '</script><script>alert("1")</script><!-- & '
    offer = make_offer(title="Ash <!--", description=words)
    page = client.get(reverse("listing", args=[offer.pk])).content.decode()
    assert "<script>alert" not in page
    [text] = SCRIPT.findall(page)
    assert not set("<>&") & set(text)
    assert json.loads(text)["description"] == words.strip()


def test_data_block_needs_no_exception_from_the_policy(client: Client, make_offer: MakeListing) -> None:
    answer = client.get(reverse("listing", args=[make_offer().pk]))
    assert "script-src 'self';" in answer["Content-Security-Policy"] + ";"
