"""How long the market takes to answer over many listings: pages and API, served as the house serves them.

    make bench-search ARGS="--listings 1000000"

Fills the database of `DATABASE_URL` (a throw-away one) by `seed_load`, serves it with gunicorn as `make run` does, and
asks each case again and again over HTTP, with other words, places and values each time. One line of JSON per case goes
to standard output: `p50_ms` and `p95_ms` of one client, asking one after the other, and `web_ms`, the processor time of
the serving processes for one answer, which swings less where others run beside; `rps` of eight clients at once, for the
API's list. `plain_list` is what stands beside it: the same rows by a queryset and Django REST framework alone, without
filters, in the same run, and `plain_count` what counting them costs there. `found_after_change` is how long it takes
until a listing that was changed over the API is found by it. The load of the machine stands in each line. Where an
answer is no 200, the exit code is 1.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import django
import numpy as np

from benchmarks._served import processor_s, served
from local.stack import HOST

CLIENTS: Final = 8
WARM_UP: Final = 6
MOST_P95_MS, LEAST_PER_S = 100, 160
DEEP_PAGES: Final = 400
WORDS: Final = (
    "fly ash",
    "gypsum",
    "Flugasche",
    "sawdust",
    "steam",
    "10 01 02",
    "steel scrap",
    "whey",
    "line 3",
)
TOWNS: Final = ("Hamburg", "Lyon", "Milano", "Gdansk", "Lille", "Odense", "Antwerpen", "Bilbao", "Leeds")
LINES: Final = (
    "fly ash near Hamburg 200 km under 30 EUR",
    "Gips bei Berlin 300 km",
    "whey near Odense 250 km",
)
COUNTRIES: Final = ("DE", "FR", "IT", "PL", "ES", "GB")
Case = Callable[[random.Random], str]


def main(arguments: list[str]) -> int:
    """Measure, and return the exit code."""
    parser = argparse.ArgumentParser(description="Answers of the market over many listings.")
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--asks", type=int, default=60, help="of each case")
    parser.add_argument("--seconds", type=float, default=8.0, help="of the eight clients")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    django.setup()
    secret, listing = _fill(options.listings)
    failed: list[str] = []
    with served() as (port, web):
        for worker in range(4):  # each process reads the market and compiles the pass, once
            _ask(port, "/browse/", failed)
            _say(options, case=f"first_answer_{worker}", ms=_ask(port, "/api/v1/listings/facets/", failed))
        for name, case in CASES.items():
            pick = random.Random(name)
            for _ in range(WARM_UP):
                _ask(port, case(pick), failed)
            before_s = processor_s(web)
            times = [_ask(port, case(pick), failed) for _ in range(options.asks)]
            _say(options, case=name, **_percentiles(times), **_work(web, before_s, times))
        before_s = processor_s(web)
        times = list(_walk(port, DEEP_PAGES, failed))
        _say(options, case="deep_pages", **_percentiles(times), **_work(web, before_s, times))
        for name, path_of in (("api_list", _api_list), ("api_list_100", _api_list_of_100)):
            before_s = processor_s(web)
            times, rate = _at_once(port, path_of, options.seconds, failed)
            _say(options, case=name, **_percentiles(times), **_work(web, before_s, times), rps=round(rate, 1))
        times, rate = _at_once(port, _api_question, options.seconds, failed)
        _say(options, case="api_list_filtered", **_percentiles(times), rps=round(rate, 1))
        _say(
            options, case="found_after_change", **_percentiles(list(_changes(port, secret, listing, failed)))
        )
    _say(options, case="plain_list", **_percentiles(_plain_list()))
    _say(options, case="plain_count", **_percentiles(_plain_count()))
    for answer in failed[:5]:
        print(answer, file=sys.stderr)
    return 1 if failed else 0


def _say(options: argparse.Namespace, **result: Any) -> None:
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"bench": "search", "listings": options.listings, **result, "load": load}), flush=True)


def _percentiles(times_ms: list[float]) -> dict[str, Any]:
    return {
        "p50_ms": round(float(np.percentile(times_ms, 50)), 1),
        "p95_ms": round(float(np.percentile(times_ms, 95)), 1),
        "asks": len(times_ms),
    }


def _work(web: int, before_s: float, times_ms: list[float]) -> dict[str, float]:
    """The processor time of the serving processes alone, per answer: it swings less where others run beside."""
    return {"web_ms": round(1000 * (processor_s(web) - before_s) / max(len(times_ms), 1), 1)}


# --- the cases ----------------------------------------------------------------------------------------------
def _browse(**query: Any) -> str:
    return "/browse/?" + urlencode(query, doseq=True)


def _api_list(_number: int) -> str:
    return "/api/v1/listings/"


def _api_list_of_100(_number: int) -> str:
    return "/api/v1/listings/?page_size=100"


def _api_question(number: int) -> str:
    pick = random.Random(number)
    query = {"q": pick.choice(WORDS), "country": pick.choice(COUNTRIES), "page_size": 20}
    return "/api/v1/listings/?" + urlencode(query)


CASES: Final[dict[str, Case]] = {
    "home": lambda _pick: "/",
    "browse": lambda _pick: "/browse/",
    "words": lambda pick: _browse(q=pick.choice(WORDS)),
    "new_words": lambda pick: _browse(
        q=f"{pick.choice(WORDS)} {pick.choice('abcdefgh')}{pick.randint(0, 9999)}"
    ),
    "line": lambda pick: _browse(q=pick.choice(LINES), near=pick.choice(TOWNS)),
    "facets_one": lambda pick: _browse(country=pick.choice(COUNTRIES)),
    "facets_many": lambda pick: _browse(
        country=pick.sample(COUNTRIES, 2),
        side="offer",
        kind="material",
        price_sign=["free", "seller-pays"],
        period="year",
    ),
    "resource": lambda pick: _browse(resource=pick.choice(["fly-ash", "metals", "wood", "gypsum", "steam"])),
    "distance_50": lambda pick: _browse(near=pick.choice(TOWNS), within_km=50),
    "distance_500": lambda pick: _browse(near=pick.choice(TOWNS), within_km=500),
    "price": lambda pick: _browse(price_max=pick.randint(-40, 60)),
    "quantity_window": lambda pick: _browse(quantity_min=pick.randint(10, 9000), window_from="2027-01-01"),
    "order_newest": lambda _pick: _browse(sort="newest"),
    "order_largest": lambda _pick: _browse(sort="largest"),
    "order_cheapest": lambda _pick: _browse(sort="cheapest"),
    "order_nearest": lambda pick: _browse(near=pick.choice(TOWNS), within_km=1000, sort="nearest"),
    "table": lambda _pick: _browse(view="table"),
    "map": lambda pick: _browse(view="map", box=f"{pick.randint(45, 50)},2,{pick.randint(51, 56)},14"),
    "facets_api": lambda pick: f"/api/v1/listings/facets/?country={pick.choice(COUNTRIES)}",
}


def _walk(port: int, pages: int, failed: list[str]) -> Iterator[float]:
    """Follow the API's pages: none is told twice, so nothing that is kept helps."""
    path = "/api/v1/listings/?page_size=50&sort=cheapest"
    for _ in range(pages):
        started_s = time.perf_counter()
        status, body = _get(port, path)
        yield (time.perf_counter() - started_s) * 1000
        if status != http.client.OK:
            failed.append(f"{status} {path}")
            return
        following = json.loads(body)["next"]
        if not following:
            return
        parts = urlsplit(following)
        path = f"{parts.path}?{parts.query}"


def _changes(port: int, secret: str, listing: int, failed: list[str]) -> Iterator[float]:
    """Change a price over the API, and ask until the market finds it by its price; a price of its own each time."""
    caller = http.client.HTTPConnection(HOST, port, timeout=60)
    for number in range(20):
        price = f"{-90_000 - number}"
        body = json.dumps({"price": price})
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = f"bench-{number}"
        caller.request("PATCH", f"/api/v1/listings/{listing}/", body, headers)
        answer = caller.getresponse()
        if answer.status != http.client.OK:
            failed.append(f"{answer.status} {answer.read()[:300]!r}")
            return
        answer.read()
        started_s = time.perf_counter()
        while time.perf_counter() - started_s < 5:
            _status, found = _get(port, f"/api/v1/listings/?price_max={price}")
            if [row["id"] for row in json.loads(found)["results"]] == [listing]:
                break
        yield (time.perf_counter() - started_s) * 1000


# --- asking -------------------------------------------------------------------------------------------------
def _get(port: int, path: str, caller: http.client.HTTPConnection | None = None) -> tuple[int, bytes]:
    own = caller or http.client.HTTPConnection(HOST, port, timeout=120)
    own.request("GET", path)
    answer = own.getresponse()
    body = answer.read()
    if answer.status == http.client.FOUND:
        return _get(port, answer.headers["Location"], caller)
    if caller is None:
        own.close()
    return answer.status, body


def _ask(port: int, path: str, failed: list[str]) -> float:
    started_s = time.perf_counter()
    status, _body = _get(port, path)
    if status != http.client.OK:
        failed.append(f"{status} {path}")
    return round((time.perf_counter() - started_s) * 1000, 1)


def _at_once(
    port: int, path_of: Callable[[int], str], seconds: float, failed: list[str]
) -> tuple[list[float], float]:
    """Let eight clients ask for so long; return how long each answer took, and the answers per second."""
    times: list[list[float]] = [[] for _ in range(CLIENTS)]
    ends_s = time.perf_counter() + seconds

    def ask(client: int) -> None:
        caller = http.client.HTTPConnection(HOST, port, timeout=60)
        number = client * 100_000
        while (started_s := time.perf_counter()) < ends_s:
            status, _body = _get(port, path_of(number), caller)
            times[client].append((time.perf_counter() - started_s) * 1000)
            number += 1
            if status != http.client.OK:
                failed.append(f"{status} {path_of(number)}")

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    began_s = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = [each for client in times for each in client]
    return every, len(every) / (time.perf_counter() - began_s)


# --- what is measured on ------------------------------------------------------------------------------------
def _fill(listings: int) -> tuple[str, int]:
    """Fill the database; return a token of somebody with one listing, and that listing."""
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from accounts.services.organizations import OrganizationDetails, create_organization
    from accounts.services.sites import SiteDetails, create_site
    from accounts.services.tokens import create_api_token
    from catalogue.models import Resource
    from listings.models import Side
    from listings.services.listings import create_listing
    from listings.services.terms import ListingTerms

    started_s = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue", verbosity=0)
    call_command("seed_load", listings)
    print(f"filled in {time.perf_counter() - started_s:.0f} s", file=sys.stderr)
    user = User.objects.create_user("bench@example.org")
    company = create_organization(actor=user, details=OrganizationDetails(name="Bench"))
    details = SiteDetails("Bench", "Kalundborg", "DK", 55.66, 11.1)
    terms = ListingTerms(
        side=Side.OFFER,
        resource=Resource.objects.get(slug="coal-fly-ash"),
        site=create_site(actor=user, organization=company, details=details),
        quantity=None,
        unit="t",
        period="year",
        available_from=timezone.now().date(),
    )
    listing = create_listing(actor=user, organization=company, terms=terms)
    return create_api_token(actor=user, name="bench")[1], listing.pk


def _plain_list() -> list[float]:
    """What a plain list of the same rows takes in this process: a queryset, a page, the serializer; nothing else."""
    from django.contrib.auth.models import AnonymousUser
    from rest_framework.renderers import JSONRenderer

    from listings.access import mark_identities, public_market
    from listings.api.read import ListingSerializer
    from listings.selectors.data_quality import mark_data_quality

    times = []
    for _ in range(20):
        started_s = time.perf_counter()
        page = list(public_market().with_cards().order_by("-pk")[:50])
        marked = mark_data_quality(mark_identities(AnonymousUser(), page))
        JSONRenderer().render(ListingSerializer(marked, many=True).data)
        times.append((time.perf_counter() - started_s) * 1000)
    return times


def _plain_count() -> list[float]:
    """What counting the same rows takes."""
    from listings.access import public_market

    times = []
    for _ in range(5):
        started_s = time.perf_counter()
        public_market().count()
        times.append((time.perf_counter() - started_s) * 1000)
    return times


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
