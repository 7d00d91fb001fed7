"""Whatever goes wrong below /api/ is told as problem+json, and nothing anybody sends is a fault of ours."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from rest_framework.views import APIView

from accounts.models import Organization, Site, User
from accounts.services.tokens import create_api_token, revoke_api_token
from exchange import urls
from listings.models import Listing
from tests.api.conftest import Api, ApiOf, errors_of

BEYOND_BIGINT = 9999999999999999999999


def told(response: Any, status: int) -> dict[str, Any]:
    """Return the problem document after checking its form."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    document: dict[str, Any] = response.json()
    assert {"type", "title", "status", "code", "detail"} <= set(document)
    assert document["status"] == status
    assert document["type"] == f"urn:loopyard:error:{document['code']}"
    return document


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1", "/api/v2/", "/api/v1/listings", "/api/v1/nothing/", "/api/%00%0A"]
)
def test_unknown_address_is_told_as_a_missing_object_whatever_the_method(
    client: Client, method: str, address: str
) -> None:
    document = told(getattr(client, method)(address), 404)
    assert document["code"] == "not_found"


def test_unknown_address_equals_missing_object(api_of: ApiOf) -> None:
    api = api_of(None)
    assert api.get("listings/1/").content == api.get("nothing/1/").content


@pytest.mark.parametrize("collection", ["organizations", "sites", "listings", "matches"])
@pytest.mark.parametrize("pk", ["0", "-1", "abc", "1.5", str(BEYOND_BIGINT), "9" * 4000, "%00", "1%20"])
def test_id_that_can_be_none_is_missing(api_of: ApiOf, seller: User, collection: str, pk: str) -> None:
    api = api_of(seller)
    for method in ("get", "put", "patch"):
        status = api.call(method, f"{collection}/{pk}/", None if method == "get" else {}).status_code
        assert status in ({404, 405} if collection == "matches" and method != "get" else {404})


def test_method_that_is_not_there_is_told_with_those_that_are(api_of: ApiOf, seller: User) -> None:
    response = api_of(seller).delete("listings/")
    told(response, 405)
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    told(api_of(seller).call("options", "listings/"), 405)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b"[" * 50_000,
        b"1" * 5_000,
        b'{"name": ' + b"9" * 5_000 + b"}",
        b"null",
        b"[]",
        b'"text"',
        b'{"\\u0000": 1, "name": "x"}',
        b'{"__all__": 1}',
    ],
)
def test_body_that_is_no_object_of_ours_is_told(
    api_of: ApiOf, asnaes: Organization, seller: User, body: bytes
) -> None:
    told(api_of(seller).put(f"organizations/{asnaes.pk}/", body), 400)
    asnaes.refresh_from_db()
    assert asnaes.name == "Asnæs power station"


def test_body_beyond_the_limit_is_refused(
    api_of: ApiOf, asnaes: Organization, seller: User, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    told(api_of(seller).put(f"organizations/{asnaes.pk}/", b'{"name": "' + b"x" * 1000 + b'"}'), 413)
    assert api_of(seller).put(f"organizations/{asnaes.pk}/", b'{"name": "x"}').status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_other_media_types_are_refused(
    api_of: ApiOf, asnaes: Organization, seller: User, content_type: str
) -> None:
    api = api_of(seller)
    address = f"/api/v1/organizations/{asnaes.pk}/"
    told(api.client.put(address, b"name=x", content_type=content_type, headers=api.headers), 415)


def test_answer_is_json_or_a_problem_whatever_is_accepted(api_of: ApiOf) -> None:
    told(api_of(None).get("listings/", Accept="text/html"), 406)
    assert api_of(None).get("listings/", Accept="*/*")["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "9" * 1001),
        ("quantity", "1e1000000000"),
        ("quantity", "-1e-1000000000"),
        ("price", "9" * 30),
        ("site", BEYOND_BIGINT),
        ("site", True),
        ("site", {"id": 1}),
        ("months", [BEYOND_BIGINT]),
        ("months", {"1": 1}),
        ("months", [None]),
        ("quality", [1]),
        ("quality", {"\x00": {"low": "1"}}),
        ("quality", {"moisture": None}),
        ("quality", {"x" * 5000: {"low": "1"}}),
        ("available_from", "0000-00-00"),
        ("available_from", "99999-01-01"),
        ("resource", ["coal-fly-ash"]),
        ("resource", "x" * 10_000),
        ("unit", {"t": 1}),
        ("hazardous", "perhaps"),
        ("title", ["x"]),
    ],
)
def test_value_that_no_column_holds_is_named(
    api_of: ApiOf, asnaes_site: Site, seller: User, field: str, value: object
) -> None:
    body = {
        "side": "offer",
        "resource": "coal-fly-ash",
        "site": asnaes_site.pk,
        "unit": "t",
        "period": "year",
        "available_from": "2026-01-01",
    }
    response = api_of(seller).post("listings/", body | {field: value})
    assert response.status_code == 400
    assert {name.split(".")[0] for name in errors_of(response)} == {field}
    assert not Listing.objects.exists()


# --- who is there -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("authorization", ["Bearer ", "Bearer ly_unknown", "Bearer \xe9", "bearer x y"])
def test_token_that_does_not_work_is_told_even_where_none_is_needed(
    api_of: ApiOf, authorization: str
) -> None:
    response = api_of(None).get("listings/", Authorization=authorization)
    told(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


def test_revoked_token_and_token_of_an_inactive_user_stop_at_once(api_of: ApiOf, seller: User) -> None:
    token, secret = create_api_token(actor=seller, name="old")
    headers = {"Authorization": f"Bearer {secret}"}
    assert api_of(None).get("organizations/", **headers).status_code == 200
    revoke_api_token(actor=seller, token=token)
    told(api_of(None).get("organizations/", **headers), 401)
    api = api_of(seller)
    seller.is_active = False
    seller.save()
    told(api.get("organizations/"), 401)


@pytest.mark.parametrize("collection", ["organizations", "sites", "matches"])
def test_nobody_is_asked_who_they_are(api_of: ApiOf, collection: str) -> None:
    response = api_of(None).get(f"{collection}/")
    told(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


# --- our own faults -----------------------------------------------------------------------------------------
@pytest.fixture
def broken(settings: Any) -> str:
    """An endpoint that crashes."""

    class Broken(APIView):
        def get(self, request: HttpRequest) -> None:
            raise RuntimeError("the secret of the house")

    class Urls:
        urlpatterns = [path("api/broken/", Broken.as_view()), *urls.urlpatterns]

    settings.ROOT_URLCONF = Urls
    return "/api/broken/"


def test_crash_is_told_without_its_inside_and_logged(
    broken: str, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    api = Api(None)
    with pytest.raises(RuntimeError):
        api.get(broken)
    api.client.raise_request_exception = False
    response = api.get(broken)
    told(response, 500)
    assert b"secret" not in response.content
    assert "the secret of the house" in caplog.text
