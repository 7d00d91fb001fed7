"""The pages of an import, without JavaScript and with htmx."""

import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Organization, Site, User
from listings.bulk.columns import COLUMNS
from listings.bulk.services import check_import, write_import
from listings.models import ImportState, Listing, ListingImport
from tests.listings.bulk.files import HEAD, as_csv, body_of, row

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
NEW = "/listings/import/"


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def visitor(client_of: ClientOf, seller: User, asnaes_site: Site) -> Client:
    """The seller's."""
    return client_of(seller)


def send(visitor: Client, content: bytes, name: str = "waste.csv") -> Any:
    return visitor.post(NEW, {"file": SimpleUploadedFile(name, content)})


def form_of(answer: Any, **changes: Any) -> dict[str, Any]:
    """What the form that says which column is which sends, as it is shown."""
    form = answer.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in (shown | changes).items()}


def test_whole_way_from_the_file_to_the_listings_works_by_reloading(visitor: Client) -> None:
    answer = send(visitor, as_csv([HEAD, row(), row(our_number="B", unit="bushel")]))
    found = ListingImport.objects.get()
    page = f"{NEW}{found.pk}/"
    assert answer["Location"] == page
    waiting = visitor.get(page)
    assert "Checking every row" in text_of(waiting)
    assert "Look again" in text_of(waiting)
    assert "Checking every row" in text_of(visitor.get(f"{page}progress/"))
    check_import(import_id=found.pk)
    done = visitor.get(f"{page}progress/")
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")

    checked = visitor.get(page)
    said = text_of(checked)
    assert "Import 1 row" in said
    assert "“bushel” is not a unit we know" in said
    assert "Look again" not in said
    assert visitor.post(f"{page}take/", {"rows": "good", "then": "draft"})["Location"] == page
    assert "Listing the rows" in text_of(visitor.get(page))
    write_import(import_id=found.pk)
    said = text_of(visitor.get(page))
    assert "listed anew" in said
    assert "The rows to be corrected, as CSV" in said
    refused = body_of(visitor.get(f"{page}refused.csv")).decode("utf-8-sig")
    assert refused.splitlines()[0].endswith(",What is wrong")
    assert refused.splitlines()[1].startswith("B,offer,Coal fly ash,12000,bushel")
    assert [listing.state for listing in Listing.objects.all()] == ["draft"]
    assert "waste.csv" in text_of(visitor.get(NEW))


def test_column_is_corrected_and_two_columns_cannot_be_the_same(visitor: Client) -> None:
    send(visitor, as_csv([["resource", "how heavy", "or so"], ["coal fly ash", "5", "6"]]))
    found = ListingImport.objects.get()
    check_import(import_id=found.pk)
    page = f"{NEW}{found.pk}/"
    shown = visitor.get(page)
    both = visitor.post(page, form_of(shown, column_1="quantity", column_2="quantity", unit="kg"))
    assert "“how heavy” and “or so” cannot both be this" in text_of(both)
    # What was chosen is kept.
    assert [both.context["form"][name].value() for name in ("column_1", "unit")] == ["quantity", "kg"]
    assert visitor.post(page, form_of(shown, column_2="quantity", unit="kg")).status_code == 302
    check_import(import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.counts["created"]) == (ImportState.CHECKED, 1)
    assert "6 kg" in text_of(visitor.get(page)).replace("\u202f", " ")


def test_file_is_read_otherwise_where_its_separator_was_guessed_wrongly(visitor: Client) -> None:
    send(visitor, b"resource,quantity;unit\nash,5;t\n")
    found = ListingImport.objects.get()
    page = f"{NEW}{found.pk}/"
    shown = visitor.get(page)
    assert shown.context["form"].headings == ["resource,quantity", "unit"]
    visitor.post(page, form_of(shown, delimiter=","))
    assert visitor.get(page).context["form"].headings == ["resource", "quantity;unit"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "waste.csv", "This file is empty"),
        (b"<html><body>no sheet</body></html>", "waste.xlsx", "This is a web page, whatever its name says"),
        (b"PK\x03\x04 no archive", "waste.xlsx", "This workbook is damaged"),
        (b"x" * 50_000_000, "waste.csv", "This file is larger than 10 MB"),
    ],
    ids=["empty", "html", "damaged", "50 MB"],
)
def test_file_that_cannot_be_taken_is_answered_beside_the_field(
    visitor: Client, content: bytes, name: str, said: str
) -> None:
    answer = send(visitor, content, name)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert not ListingImport.objects.exists()


def test_template_is_understood_whole_as_it_is(visitor: Client, asnaes: Organization) -> None:
    for kind in ("csv", "xlsx"):
        template = body_of(visitor.get(f"{NEW}template.{kind}"))
        send(visitor, template, f"template.{kind}")
        found = ListingImport.objects.latest("pk")
        check_import(import_id=found.pk)
        found.refresh_from_db()
        assert list(found.problems.values_list("field", "text")) == []
        assert found.counts["created"] == 1
        assert set(found.mapping) == {column.name for column in COLUMNS} - {"id", "payer"}


def test_workbook_of_the_template_says_what_each_column_takes(visitor: Client) -> None:
    template = body_of(visitor.get(f"{NEW}template.xlsx"))
    book = load_workbook(io.BytesIO(template))
    assert book.sheetnames == ["Listings", "Columns"]
    allowed = {line[0]: line[3] for line in book["Columns"].values}
    assert allowed["side"] == "offer, request"
    assert allowed["per"] == "once, year, month, week, day"


def test_import_of_another_organization_is_as_a_missing_one(
    visitor: Client, client_of: ClientOf, buyer: User, cement_site: Site
) -> None:
    send(visitor, as_csv([HEAD, row()]))
    found = ListingImport.objects.get()
    other = client_of(buyer)
    for page in ("", "progress/", "refused.csv"):
        assert other.get(f"{NEW}{found.pk}/{page}").status_code == 404
    assert other.post(f"{NEW}{found.pk}/take/").status_code == 404


def test_who_has_no_site_is_led_to_add_one(client_of: ClientOf, seller: User, asnaes: Organization) -> None:
    assert client_of(seller).get(NEW)["Location"] == "/sites/new/"
