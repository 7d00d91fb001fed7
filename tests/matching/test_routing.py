"""The operator's router, by a server of its kind in this process: what it says is shown, and nothing else."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from common.geo import Point
from listings.models import Disclosure
from matching.models import Match
from matching.routing import road_km
from tests.conftest import MakeListing
from tests.matching.explanations import the_match
from tests.matching.pages import ClientOf, text_of

KALUNDBORG, AALBORG = Point(55.66, 11.08), Point(57.06, 9.98)
WAY = "/route/v1/driving/11.080,55.660;9.980,57.060?overview=false"
Answer = Callable[[BaseHTTPRequestHandler], None]


def says(body: Any, status: int = 200) -> Answer:
    """A router that answers so."""

    def answer(call: BaseHTTPRequestHandler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        call.send_response(status)
        call.send_header("Content-Length", str(len(content)))
        call.end_headers()
        call.wfile.write(content)

    return answer


def route(metres: Any) -> Answer:
    return says({"code": "Ok", "routes": [{"distance": metres, "duration": 1.0}], "waypoints": []})


class Router:
    """What it was asked, and where it is."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []
        self.answer: Answer = route(412_345.6)


@contextmanager
def running_router() -> Iterator[Router]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            found.answer(self)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of callers that hung up: that is what the slow answers are there for."""

    with Server(("127.0.0.1", 0), Handler) as server:
        found = Router(server.server_address[1])
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield found
        server.shutdown()


@pytest.fixture
def router(settings: Settings) -> Iterator[Router]:
    """Each test has one at an address of its own, as nobody has asked or missed it before."""
    with running_router() as found:
        settings.ROUTING_URL = found.url
        yield found


def test_router_says_km_and_is_asked_once(router: Router) -> None:
    assert road_km(KALUNDBORG, AALBORG) == Decimal("412.3")
    near = Point(55.66004, 11.08004)
    assert road_km(near, AALBORG, may_ask=False) == road_km(near, AALBORG) == Decimal("412.3")
    assert router.asked == [WAY], "100 m do not matter"
    assert road_km(AALBORG, KALUNDBORG) == Decimal("412.3")
    assert len(router.asked) == 2, "the way back may be another"


def test_answer_is_kept_for_a_month_under_its_router(router: Router, settings: Settings) -> None:
    road_km(KALUNDBORG, AALBORG)
    [key] = [each for each in keys_of_the_cache() if "road:" in each]
    month = 30 * 24 * 3600
    assert month - 60 < lasts_s(key) <= month
    with running_router() as other:
        settings.ROUTING_URL = f"{other.url}/osrm"
        other.answer = route(400_000)
        assert road_km(KALUNDBORG, AALBORG) == Decimal("400.0")
        assert other.asked == [f"/osrm{WAY}"]


def keys_of_the_cache() -> list[str]:
    return [key.decode() for key in client_of_the_cache().keys("*")]


def lasts_s(key: str) -> int:
    return int(client_of_the_cache().ttl(key))


def client_of_the_cache() -> Any:
    return cache._cache._server.get_client(None, write=True)  # type: ignore[attr-defined]


def test_without_a_router_or_leave_nobody_is_asked(router: Router, settings: Settings) -> None:
    assert road_km(KALUNDBORG, AALBORG, may_ask=False) is None
    settings.ROUTING_URL = ""
    assert road_km(KALUNDBORG, AALBORG) is None
    assert router.asked == []


def test_no_road_is_an_answer(router: Router, caplog: pytest.LogCaptureFixture) -> None:
    router.answer = says({"code": "NoRoute", "message": "Impossible route between points"}, status=400)
    assert road_km(KALUNDBORG, AALBORG) is None
    assert road_km(KALUNDBORG, AALBORG) is None
    assert len(router.asked) == 1
    assert caplog.records == []


def test_road_shorter_than_the_straight_line_is_of_somewhere_else(router: Router) -> None:
    router.answer = route(1_200)
    assert road_km(KALUNDBORG, AALBORG) is None


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says({"code": "Ok"}, status=500), id="500"),
        pytest.param(says(b"<html>busy</html>"), id="a page"),
        pytest.param(says(b""), id="nothing"),
        pytest.param(says(b"\xff\xfe"), id="no text"),
        pytest.param(says([1]), id="a list"),
        pytest.param(says({"code": "Ok", "routes": []}), id="no routes"),
        pytest.param(says({"code": "InvalidQuery"}, status=400), id="refused"),
        pytest.param(route("412"), id="text for a number"),
        pytest.param(route(True), id="true for a number"),
        pytest.param(route(-5), id="below 0"),
        pytest.param(says(b'{"code": "Ok", "routes": [{"distance": NaN}]}'), id="NaN"),
        pytest.param(says(b'{"code": "Ok", "routes": [{"distance": 1' + b"0" * 400 + b"}]}"), id="endless"),
        pytest.param(says(b"[" * 100_000), id="nested without end"),
        pytest.param(says(b" " * 1_100_000), id="too much"),
        pytest.param(lambda call: call.connection.close(), id="hangs up"),
    ],
)
def test_failure_is_logged_once_and_nobody_asks_for_a_minute(
    router: Router, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    router.answer = answer
    with caplog.at_level(logging.WARNING):
        assert road_km(KALUNDBORG, AALBORG) is None
        router.answer = route(412_000)
        assert road_km(KALUNDBORG, AALBORG) is None
    assert len(router.asked) == 1
    assert [record.name for record in caplog.records] == ["matching.routing"]


def slow(call: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def drips(call: BaseHTTPRequestHandler) -> None:
    call.send_response(200)
    call.end_headers()
    for _ in range(12):
        call.wfile.write(b" ")
        call.wfile.flush()
        time.sleep(0.5)


@pytest.mark.parametrize("answer", [slow, drips])
def test_router_that_takes_long_is_given_up(router: Router, answer: Answer) -> None:
    router.answer = answer
    began = time.monotonic()
    assert road_km(KALUNDBORG, AALBORG) is None
    assert 1.9 < time.monotonic() - began < 2.9


def test_router_that_is_gone_shows_nothing(settings: Settings) -> None:
    with running_router() as gone:
        settings.ROUTING_URL = gone.url
    assert road_km(KALUNDBORG, AALBORG) is None


# --- where it is shown --------------------------------------------------------------------------------------
@pytest.fixture
def match(make_offer: MakeListing, make_request: MakeListing, db: None) -> Match:
    """From Kalundborg to Slagelse, 43.6 km as it is computed."""
    make_offer()
    make_request()
    return the_match()


def test_page_of_a_match_shows_it_beside_the_computed_one(
    router: Router, match: Match, buyer: User, client_of: ClientOf
) -> None:
    router.answer = route(51_260)
    page = text_of(client_of(buyer).get(reverse("match", args=[match.pk])))
    assert "distance; by road: 51 km, by the operator's router" in page
    assert "By road: 51 km, by the operator's router. The figures rest on the distance above" in page
    assert "43.6 km" in page, "what the figures rest on is what it was"


def test_api_says_it_of_one_match_and_asks_nobody_for_lists_and_changes(
    router: Router, match: Match, buyer: User, client: Client
) -> None:
    router.answer = route(51_260)
    client.force_login(buyer)
    client.get("/api/v1/matches/")
    client.get(reverse("my_matches"))
    address = f"/api/v1/matches/{match.pk}/"
    changed = client.post(f"{address}what_if/", {"road_factor": "2"}, content_type="application/json").json()
    assert changed["road_km"] is None
    assert router.asked == []
    found = client.get(address).json()["explanation"]
    assert (found["road_km"], found["distance_km"]) == ("51.3", "43.6")


def test_failing_router_leaves_the_page_as_it_is(
    router: Router, match: Match, buyer: User, client_of: ClientOf
) -> None:
    router.answer = says(b"", status=503)
    answer = client_of(buyer).get(reverse("match", args=[match.pk]))
    assert answer.status_code == 200
    assert "operator" not in text_of(answer)


def test_router_is_told_no_more_of_an_anonymous_party_than_a_stranger(
    router: Router, make_offer: MakeListing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    make_request()
    client_of(seller).get(reverse("match", args=[the_match().pk]))
    public, site = offer.public_point, offer.site.point
    [asked] = router.asked
    assert f"/{public.longitude:.3f},{public.latitude:.3f};" in asked
    assert f"{site.latitude:.3f}" not in asked


def test_what_goes_by_pipe_asks_nobody(router: Router, match: Match, buyer: User, client: Client) -> None:
    type(match.offer.resource).objects.filter(pk=match.offer.resource_id).update(transport_mode="pipe")
    client.force_login(buyer)
    assert client.get(f"/api/v1/matches/{match.pk}/").json()["explanation"]["road_km"] is None
    assert router.asked == []
