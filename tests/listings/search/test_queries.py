"""How many queries each page and each endpoint of the market takes: the same for one listing as for a hundred."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from listings.models import Listing
from tests.conftest import MakeListing

FEW, HUNDRED = 7, 100
"""Of fewer the page also asks what a public register may have."""
# Path, and how many queries a stranger's reading takes; one of each question reads the market anew, since the test's
# own transaction has written.
QUERIES: Final = (
    ("/", 10),
    ("/browse/", 6),
    ("/browse/?view=table", 6),
    ("/browse/?view=preview&resource=fly-ash", 7),
    ("/browse/?q=fly+ash&side=offer&country=DK", 7),
    ("/browse/?near=Kalundborg&within_km=50&sort=nearest", 7),
    ("/browse/?sort=cheapest&price_max=10", 6),
    ("/browse/feed.atom", 6),
    ("/api/v1/listings/facets/", 2),
    ("/api/v1/listings/?sort=newest&page_size=100", 2),
)


@pytest.mark.parametrize(("path", "queries"), QUERIES)
def test_page_takes_as_many_queries_for_a_hundred_listings_as_for_one(
    make_offer: MakeListing, client: Client, path: str, queries: int
) -> None:
    one = make_offer(price=Decimal(3))
    Listing.objects.bulk_create(_copies(one, FEW))
    counted = [_count(client, path)]
    Listing.objects.bulk_create(_copies(one, HUNDRED))
    counted.append(_count(client, path))
    assert counted == [queries, queries]


def test_reading_as_a_member_takes_as_many_for_a_hundred(
    make_offer: MakeListing, client_of: Callable[[User | None], Client], seller: User
) -> None:
    one = make_offer()
    Listing.objects.bulk_create(_copies(one, FEW))
    client = client_of(seller)
    paths = ("/browse/?sort=fit", "/api/v1/listings/?sort=fit")
    few = [_count(client, path) for path in paths]
    Listing.objects.bulk_create(_copies(one, HUNDRED))
    assert [_count(client, path) for path in paths] == few


def _count(client: Client, path: str) -> int:
    """Ask twice, for the first answer reads what is then kept; return how many queries the second takes."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def _copies(one: Listing, count: int) -> list[Listing]:
    names = [field.attname for field in Listing._meta.concrete_fields if field.attname != "id"]
    return [Listing(**{name: getattr(one, name) for name in names}) for _ in range(count)]
