"""What one may see as a table: disclosed as pages disclose, no formula, and importable again."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import Organization, User
from events.models import Event
from listings.bulk.export import in_chunks, safe
from listings.bulk.services import check_import, start_import, take_import, write_import
from listings.models import Disclosure, Listing
from tests.conftest import MakeListing
from tests.listings.bulk.files import body_of, upload

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
MARKET, MINE = "/browse/export", "/my/listings/export"


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    """Return the rows of an export, of which CSV and workbook must say the same."""
    address, _mark, query = address.partition("?")
    text = body_of(client.get(f"{address}.csv?{query}")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    sheet = load_workbook(io.BytesIO(body_of(client.get(f"{address}.xlsx?{query}")))).active
    head, *cells = [["" if value is None else value for value in row] for row in sheet.values]
    assert [list(row) for row in rows] == [head] * len(rows)
    assert [[_plain(value) for value in row] for row in cells] == [
        [_plain(v) for v in row.values()] for row in rows
    ]
    return rows


def _plain(value: Any) -> Any:
    try:
        return float(value)
    except ValueError:
        return value


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1", "'+49 30 1"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("-8.5", "-8.5"),
        (Decimal("-8.5000"), "-8.5"),
        (-3, "-3"),
        ("fly ash - dry", "fly ash - dry"),
        ("", ""),
    ],
)
def test_cell_is_no_formula(cell: Any, written: str) -> None:
    assert safe(cell) == written


def test_no_row_is_lost_between_chunks() -> None:
    assert list(in_chunks(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(in_chunks([], 3)) == []


def test_export_of_mine_holds_every_state_but_withdrawn_and_is_imported_again_without_a_change(
    client_of: ClientOf, seller: User, asnaes: Organization, make_offer: MakeListing
) -> None:
    make_offer(
        external_id="FA-01",
        title="=HYPERLINK(1)",
        description="- dry\n- loaded by silo lorry",
        price=Decimal("-8.5"),
        quality={"loss-on-ignition": (None, Decimal("5.5"))},
        months=(1, 2),
        minimum_lot=Decimal("1.234"),
        ewc_code="100102",
        disclosure=Disclosure.ANONYMOUS,
    )
    make_offer(publish=False, quantity=None)
    client = client_of(seller)
    rows = rows_of(client, MINE)
    rows.sort(key=lambda row: row["state"])  # their keys are drawn
    assert [row["state"] for row in rows] == ["draft", "published"]
    assert rows[1]["title"] == "'=HYPERLINK(1)"
    assert rows_of(client, f"{MINE}?state=draft")[0]["state"] == "draft"
    before = list(Listing.objects.values().order_by("pk"))
    events = Event.objects.filter(subject_type="listings.listing").count()
    for kind in ("csv", "xlsx"):
        content = body_of(client.get(f"{MINE}.{kind}"))
        found = start_import(actor=seller, organization=asnaes, upload=upload(content))
        check_import(import_id=found.pk)
        take_import(actor=seller, listing_import=found, publish=True, only_whole=True)
        write_import(import_id=found.pk)
        found.refresh_from_db()
        assert list(found.problems.values_list("row", "field", "text")) == []
        assert found.counts == {"rows": 2, "created": 0, "updated": 0, "unchanged": 2, "refused": 0}
    assert list(Listing.objects.values().order_by("pk")) == before
    assert Event.objects.filter(subject_type="listings.listing").count() == events


def test_export_of_the_market_says_of_an_anonymous_party_what_its_page_says(
    client_of: ClientOf, seller: User, buyer: User, make_offer: MakeListing
) -> None:
    hidden = make_offer(disclosure=Disclosure.ANONYMOUS, external_id="FA-01", title="Ash")
    for user in (None, buyer):
        [row] = rows_of(client_of(user), MARKET)
        assert (row["our number"], row["site"], row["party"]) == ("", "", hidden.code_name)
        assert row["place"] == hidden.place
        assert (float(row["latitude"]), float(row["longitude"])) == (hidden.latitude, hidden.longitude)
        said = " ".join(row.values())
        assert "Asn" not in said
        assert "55.66167" not in said
    [own] = rows_of(client_of(seller), MARKET)
    assert (own["our number"], own["site"], own["party"]) == ("FA-01", "Asnæsværket", "Asnæs power station")


def test_export_tells_of_a_registration_what_the_page_does(
    client_of: ClientOf, seller: User, buyer: User, make_offer: MakeListing
) -> None:
    make_offer(disclosure=Disclosure.ANONYMOUS, reach_number="01-2119475514-36-0042")
    for user, told in (
        (None, "01-2119475514-36"),
        (buyer, "01-2119475514-36"),
        (seller, "01-2119475514-36-0042"),
    ):
        [row] = rows_of(client_of(user), MARKET)
        assert row["REACH number"] == told


def test_export_of_the_market_obeys_its_filters_and_shows_no_draft_nor_what_is_for_members(
    client: Client, make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(title="one")
    make_offer(publish=False, title="draft")
    make_offer(disclosure=Disclosure.PROGRAMME, title="members")
    make_request(title="two")
    assert [row["title"] for row in rows_of(client, MARKET)] == ["two", "one"]
    assert [row["title"] for row in rows_of(client, f"{MARKET}?side=offer")] == ["one"]
    assert rows_of(client, f"{MARKET}?q=nothing-is-called-so") == []


def test_hundred_rows_cost_the_queries_of_one(client: Client, make_offer: MakeListing) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            rows = body_of(client.get(f"{MARKET}.csv")).count(b"\n")
        assert rows == Listing.objects.count() + 1
        return len(found)

    make_offer(quality={"loss-on-ignition": (None, Decimal(5))})
    one = queries()
    for _again in range(20):
        make_offer(quality={"loss-on-ignition": (None, Decimal(5))})
    assert queries() == one
