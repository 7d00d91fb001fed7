"""Parameters of every operation in the document: nothing that stands in an address is a fault of ours."""

import base64
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organization, Programme, Site, User
from tests.api.conftest import Api, ApiOf, errors_of
from tests.api.test_problems import told
from tests.conftest import MakeListing
from tests.proof import PROVING, examples

ODD = [
    "",
    "1e400",
    "-1e400",
    "1e1000000",
    "9" * 400,
    "NaN",
    "inf",
    "%00",
    "null",
    "[]",
    "0x10",
    "١٢",
    "1,5",
    "-0",
]
SEVERAL = {"kind"}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def reads() -> Iterator[tuple[str, list[str]]]:
    """Yield the path of each GET below /api/v1/ with the names of its query parameters."""
    for path, item in document()["paths"].items():
        if path.startswith("/api/v1/") and "get" in item:
            named = item["get"].get("parameters", [])
            yield path.removeprefix("/api/v1/"), [each["name"] for each in named if each["in"] == "query"]


READS = sorted(reads())
LISTS = [path for path, names in READS if "cursor" in names and "{" not in path]


def with_id(path: str, pk: int) -> str:
    return path.replace("{id}", str(pk)).replace("{slug}", "coal-fly-ash")


def cursor_of(inside: str) -> str:
    return quote(base64.b64encode(inside.encode()).decode())


@pytest.mark.parametrize("path", LISTS)
def test_cursor_without_a_position_is_refused(api_of: ApiOf, facilitator: User, path: str) -> None:
    api = api_of(facilitator)
    for inside in ("p=", "p=&r=1", "o=1&p=", "r=1&p=", "p=&p=", "p= ", "p=-1", "p=1e3", "p=٣"):
        response = api.get(f"{path}?cursor={cursor_of(inside)}")
        told(response, 400)
        assert list(errors_of(response)) == ["cursor"], inside


@pytest.mark.mass
@pytest.mark.parametrize("path", LISTS)
def test_no_cursor_is_a_fault_of_ours(api_of: ApiOf, facilitator: User, path: str) -> None:
    api = api_of(facilitator)

    @settings(max_examples=examples(3, 25), suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        st.one_of(
            st.text(max_size=30),
            st.builds(
                lambda pairs: base64.b64encode("&".join(f"{k}={v}" for k, v in pairs).encode()).decode(),
                st.lists(
                    st.tuples(st.sampled_from("porx"), st.text("0123456789-e.% ٣a", max_size=22)), max_size=4
                ),
            ),
        )
    )
    def read(cursor: str) -> None:
        cursor = cursor.encode("utf-8", "ignore").decode()
        assert api.get(f"{path}?cursor={quote(cursor)}").status_code in {200, 400}

    read()


@pytest.mark.parametrize(("path", "names"), READS)
def test_parameter_that_stands_twice_is_named(
    api_of: ApiOf, facilitator: User, make_offer: MakeListing, path: str, names: list[str]
) -> None:
    address = with_id(path, make_offer().pk)
    for name in [*(name for name in names if name not in SEVERAL), "anything"]:
        response = api_of(facilitator).get(f"{address}?{name}=1&{name}=2")
        told(response, 400)
        assert name in errors_of(response)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_parameter_that_stands_twice_is_named_where_one_writes(
    api_of: ApiOf, seller: User, asnaes: Organization, method: str
) -> None:
    address = "organizations/" if method == "post" else f"organizations/{asnaes.pk}/"
    response = api_of(seller).call(method, f"{address}?x=1&x=1", {})
    if response.status_code != 405:
        assert set(errors_of(response)) == {"x"}


def test_parameter_that_chooses_several_may_stand_twice(api_of: ApiOf, make_offer: MakeListing) -> None:
    listing = make_offer()
    found = api_of(None).get("listings/?kind=material&kind=heat").json()["results"]
    assert [row["id"] for row in found] == [listing.pk]


@pytest.mark.mass
@pytest.mark.parametrize(("path", "names"), READS)
def test_no_value_of_a_parameter_is_a_fault_of_ours(
    api_of: ApiOf,
    facilitator: User,
    programme: Programme,
    make_offer: MakeListing,
    path: str,
    names: list[str],
) -> None:
    api = api_of(facilitator)
    address = with_id(path, make_offer().pk)
    for place, name in enumerate(names):
        for value in ODD if PROVING else [ODD[place % len(ODD)]]:
            response = api.get(f"{address}?{name}={value if value == '%00' else quote(value)}")
            assert response.status_code in {200, 400, 404}, (name, value)


def patched() -> list[str]:
    return sorted(name for name in document()["components"]["schemas"] if name.startswith("Patched"))


@pytest.mark.parametrize("name", patched())
def test_what_is_left_out_of_a_patch_has_no_default(name: str) -> None:
    schema = document()["components"]["schemas"][name]
    assert schema["properties"]
    assert "required" not in schema
    assert [field for field, said in schema["properties"].items() if "default" in said] == []


def test_there_are_patches_and_whole_bodies_keep_their_defaults() -> None:
    schemas = document()["components"]["schemas"]
    assert {"PatchedListingTermsRequest", "PatchedSiteDetailsRequest"} <= set(patched())
    assert schemas["ListingTermsRequest"]["properties"]["disclosure"]["default"] == "open"


def test_body_made_from_the_document_changes_only_what_it_names(
    api_of: ApiOf, seller: User, asnaes_site: Site, make_offer: MakeListing
) -> None:
    listing = make_offer(disclosure="anonymous", hazardous=True, title="Ash of unit 5")
    properties = document()["components"]["schemas"]["PatchedListingTermsRequest"]["properties"]
    # What a generated client sends: the defaults of the document, and over them what was named.
    body = {name: said["default"] for name, said in properties.items() if "default" in said} | {
        "price": "7.5"
    }
    api: Api = api_of(seller)
    before = api.get(f"listings/{listing.pk}/").json()
    after = api.patch(f"listings/{listing.pk}/", body).json()
    assert {name for name in after if after[name] != before[name]} <= {
        "price",
        "canonical",
        "changed_at",
        "data_quality",
    }
    assert (after["price"], after["disclosure"], after["title"]) == ("7.5", "anonymous", "Ash of unit 5")
