"""How often one may ask: exactly so often, whatever is sent at the same time and whatever a sender claims to be."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.services.tokens import create_api_token
from common.cache import CacheWithStandIn

CALLS, LIMIT = 500, 137
NOTHING = "/api/v1/nothing/"


def at_once(ask: Callable[[int], int]) -> Counter[int]:
    """The statuses of `CALLS` requests, as many at a time as a busy machine takes."""
    with ThreadPoolExecutor(25) as pool:
        return Counter(pool.map(ask, range(CALLS)))


@pytest.mark.parametrize(
    ("limit", "passed"), [(f"{LIMIT}/60", LIMIT), ("", CALLS)], ids=["limited", "control"]
)
def test_of_500_at_once_exactly_the_limit_passes_whatever_address_is_claimed(
    settings: Settings, limit: str, passed: int
) -> None:
    settings.API_LIMIT_ANONYMOUS = limit
    clients = [Client() for _ in range(CALLS)]
    counts = at_once(
        lambda n: clients[n].get(NOTHING, HTTP_X_FORWARDED_FOR=f"10.0.{n // 250}.{n % 250}").status_code
    )
    assert counts == {code: number for code, number in ((404, passed), (429, CALLS - passed)) if number}


def test_control_reading_and_then_writing_lets_more_pass() -> None:
    """What a limit does that is not one step: all that read at the same time count as one."""
    cache.set("naive", 0, 60)
    with ThreadPoolExecutor(25) as pool:

        def naive(_n: int) -> None:
            number = cache.get("naive")
            cache.set("naive", number + 1, 60)

        list(pool.map(naive, range(CALLS)))
    assert cache.get("naive") < CALLS


def test_each_address_has_its_own_calls_as_the_own_proxy_tells_them(
    client: Client, settings: Settings
) -> None:
    settings.API_LIMIT_ANONYMOUS, settings.TRUSTED_PROXIES = "2/60", 1

    def ask(claimed: str, heard: str) -> int:
        return client.get(NOTHING, HTTP_X_FORWARDED_FOR=f"{claimed}, {heard}").status_code

    assert [ask(f"1.1.1.{n}", "192.0.2.1") for n in range(4)] == [404, 404, 429, 429]
    assert [ask("192.0.2.1", f"192.0.2.{n}") for n in (2, 3)] == [404, 404]


def left(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer["RateLimit-Limit"], answer["RateLimit-Remaining"]


def test_answers_say_what_is_left_and_when_to_ask_again(
    client: Client, trader: User, settings: Settings
) -> None:
    settings.API_LIMIT, settings.API_LIMIT_ANONYMOUS = "2/60", "1/60"
    # Two tokens of one person share what that person may.
    one, two = (create_api_token(actor=trader, name=name)[1] for name in ("one", "two"))

    def ask(secret: str) -> Any:
        return client.get("/api/v1/listings/", HTTP_AUTHORIZATION=f"Bearer {secret}")

    assert left(ask(one)) == (200, "2", "1")
    assert left(ask(two)) == (200, "2", "0")
    refused = ask(one)
    assert left(refused) == (429, "2", "0")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Retry-After"] == refused["RateLimit-Reset"]
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json()["detail"]) == (
        "too_many_requests",
        f"No more than 2 calls in 60 s: ask again in {refused['Retry-After']} seconds.",
    )
    # Whoever tries secrets is counted by address, and a person is not locked out by it.
    assert [left(ask("ly_guessed"))[0] for _ in range(2)] == [401, 429]
    settings.API_LIMIT = "3/60"
    assert left(ask(two))[0] == 429
    cache.clear()
    assert left(ask(two)) == (200, "3", "2")


def test_without_the_server_each_process_counts_by_itself() -> None:
    away = CacheWithStandIn("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})
    assert [away.count("calls", 60)[0] for _ in range(3)] == [1, 2, 3]
    assert away.count("others", 0.001)[0] == 1
    assert 59 < away.count("calls", 60)[1] <= 60


def test_window_begins_with_the_first_call_and_ends() -> None:
    number, left_s = cache.count("window", 1.0)  # type: ignore[attr-defined]
    assert (number, 0 < left_s <= 1) == (1, True)
    assert cache.count("window", 1.0)[0] == 2  # type: ignore[attr-defined]
    time.sleep(1.05)
    assert cache.count("window", 1.0)[0] == 1  # type: ignore[attr-defined]
