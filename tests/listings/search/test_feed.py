"""A search as a feed."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from listings.models import Disclosure
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def test_feed_holds_what_the_search_finds(client: Client, make_offer: MakeListing) -> None:
    make_offer(title="Old ash", price=Decimal(-8))
    newest = make_offer(title="Ash", disclosure=Disclosure.ANONYMOUS)
    make_offer(resource="fgd-gypsum")
    make_offer(disclosure=Disclosure.PROGRAMME)
    answer = client.get(reverse("browse_feed"), {"q": "fly ash"})
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Offer: Ash", "Offer: Old ash"]
    assert entries[1].findtext(f"{ATOM}summary") == "12,000 t/yr · seller pays 8\u00a0EUR/t · Kalundborg, DK"
    assert (entries[0].findtext(f"{ATOM}id") or "").endswith(reverse("listing", args=[newest.pk]))
    # Neither who nor when exactly.
    assert "Asnæs" not in (entries[0].findtext(f"{ATOM}author/{ATOM}name") or "Asnæs")
    assert (entries[0].findtext(f"{ATOM}updated") or "").endswith("T00:00:00+00:00")


def test_feed_of_an_address_that_means_nothing_is_a_feed(client: Client) -> None:
    answer = client.get(reverse("browse_feed"), {"near": "Nowhereville", "country": "ZZ", "cursor": "x"})
    assert answer.status_code == 200
    assert ElementTree.fromstring(answer.content).findall(f"{ATOM}entry") == []
