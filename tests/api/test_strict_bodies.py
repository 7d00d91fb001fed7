"""A body says one thing, in the kinds of the document; what can be read in two ways is asked back."""

import gzip
import json
from typing import Any

import pytest

from accounts.models import Organization, Site, User
from listings.models import Listing
from tests.api.conftest import ApiOf, errors_of
from tests.api.test_problems import told
from tests.conftest import MakeListing

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def body(asnaes_site: Site) -> dict[str, Any]:
    return {
        "side": "offer",
        "resource": "coal-fly-ash",
        "site": asnaes_site.pk,
        "unit": "t",
        "period": "year",
        "available_from": "2026-01-01",
    }


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("site", 368.7, "site"),
        ("site", 1.0, "site"),
        ("site", "1", "site"),
        ("site", True, "site"),
        ("site", 2**63, "site"),
        ("title", 12, "title"),
        ("title", 1.5, "title"),
        ("title", True, "title"),
        ("title", ["x"], "title"),
        ("description", {"x": 1}, "description"),
        ("side", 1, "side"),
        ("currency", 978, "currency"),
        ("ewc_code", 100102, "ewc_code"),
        ("resource", 7, "resource"),
        ("available_from", 20260101, "available_from"),
        ("hazardous", 0, "hazardous"),
        ("hazardous", "false", "hazardous"),
        ("hazardous", "yes", "hazardous"),
        ("publish", 1, "publish"),
        ("months", "1", "months"),
        ("months", [1, 2.0], "months.1"),
        ("months", ["3"], "months.0"),
        ("months", [True], "months.0"),
        ("quality", "none", "quality"),
        ("quality", {"moisture": {"high": 3}}, "quality.moisture.high"),
        ("quantity", 12, "quantity"),
    ],
)
def test_value_of_another_kind_is_refused_and_not_bent(
    api_of: ApiOf, seller: User, body: dict[str, Any], field: str, value: object, named: str
) -> None:
    response = api_of(seller).post("listings/", body | {field: value})
    assert set(errors_of(response)) == {named}
    told(response, 400)
    assert not Listing.objects.exists()


def test_values_of_the_right_kind_are_taken_as_they_are(
    api_of: ApiOf, seller: User, body: dict[str, Any]
) -> None:
    sent = {"title": "1e400", "hazardous": False, "months": [1, 12], "quality": {}, "quantity": "12.50"}
    made = api_of(seller).post("listings/", body | sent)
    assert made.status_code == 201, made.content
    assert (made.json()["title"], made.json()["months"], made.json()["quantity"]) == (
        "1e400",
        [1, 12],
        "12.5",
    )


@pytest.mark.parametrize("field", ["title", "site", "months", "quantity", "hazardous"])
@pytest.mark.parametrize("number", ["1e400", "-1e400", "1E+999", "1.5e309"])
def test_number_beyond_all_is_no_json_that_we_read(
    api_of: ApiOf, seller: User, body: dict[str, Any], field: str, number: str
) -> None:
    text = json.dumps(body | {field: "HERE"}).replace('"HERE"', number)
    told(api_of(seller).post("listings/", text.encode()), 400)
    assert not Listing.objects.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b'{"name": "a", "name": "b"}', {"name"}),
        (b'{"name": "a", "name": "a"}', {"name"}),
        (b'{"name": "a", "NAME": "b"}', {"NAME"}),
        (b'{"name": "a", "n\\u0061me": "b"}', {"name"}),
        (b'{"other": {"x": 1, "x": 2}}', {"x"}),
        (b'{"a": 1, "a": 2, "b": 1, "b": 2}', {"a", "b"}),
    ],
)
def test_key_that_stands_twice_is_named(
    api_of: ApiOf, asnaes: Organization, seller: User, text: bytes, named: set[str]
) -> None:
    response = api_of(seller).patch(f"organizations/{asnaes.pk}/", text)
    told(response, 400)
    assert set(errors_of(response)) == named
    asnaes.refresh_from_db()
    assert asnaes.name == "Asnæs power station"


def test_mark_of_the_byte_order_is_no_content(api_of: ApiOf, asnaes: Organization, seller: User) -> None:
    sent = BOM + '{"name": "Ørsted"}'.encode()
    assert api_of(seller).patch(f"organizations/{asnaes.pk}/", sent).json()["name"] == "Ørsted"


@pytest.mark.parametrize("text", [BOM, BOM + BOM + b"{}", '{"name": "x"}'.encode("utf-16"), b"\xfe\xff{}"])
def test_other_marks_are_no_json(api_of: ApiOf, asnaes: Organization, seller: User, text: bytes) -> None:
    told(api_of(seller).patch(f"organizations/{asnaes.pk}/", text), 400)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (gzip.compress(b'{"name": "x"}', mtime=0), "gzip"),
        (gzip.compress(b'{"name": "x"}', mtime=0), ""),
        (b'{"name": "x"}', "gzip"),
        (b'{"name": "x"}', "br"),
        (b'{"name": "x"}', "GZIP, identity"),
    ],
)
def test_packed_body_is_refused_by_its_encoding(
    api_of: ApiOf, asnaes: Organization, seller: User, text: bytes, encoding: str
) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    response = api_of(seller).call("patch", f"organizations/{asnaes.pk}/", text, **headers)
    assert "gzip" in told(response, 415)["detail"]


def test_identity_is_no_encoding(api_of: ApiOf, asnaes: Organization, seller: User) -> None:
    headers = {"Content-Encoding": "identity"}
    response = api_of(seller).call("patch", f"organizations/{asnaes.pk}/", b'{"name": "x"}', **headers)
    assert response.status_code == 200


@pytest.mark.parametrize("moment", ["2100-01-01T10:00:00", "2100-01-01T10:00", "2100-01-01 10:00:00.5"])
def test_moment_without_an_offset_is_asked_back(
    api_of: ApiOf, seller: User, make_offer: MakeListing, moment: str
) -> None:
    response = api_of(seller).post("tenders/", {"listing": make_offer().pk, "deadline": moment})
    assert "offset" in errors_of(response)["deadline"][0]


@pytest.mark.parametrize(
    "moment", ["2100-01-01T10:00:00Z", "2100-01-01T12:00:00+02:00", "2100-01-01T05:00-0500"]
)
def test_moment_with_an_offset_is_that_moment(
    api_of: ApiOf, seller: User, make_offer: MakeListing, moment: str
) -> None:
    response = api_of(seller).post("tenders/", {"listing": make_offer().pk, "deadline": moment})
    assert response.status_code == 201, response.content
    assert response.json()["deadline"] == "2100-01-01T10:00:00Z"
