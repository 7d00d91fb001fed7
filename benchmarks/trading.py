"""How many bids are accepted per second over HTTP, on distinct lots, as the house serves it.

    make bench-trading ARGS="--lots 4000"

Copies a small deal (an offer, a request, and a bid of all of it by the seller) in the database of `DATABASE_URL` (a
throw-away one), serves it with gunicorn as `make run` does, and lets each of eight parties accept its bids one after
the other, each call with an `Idempotency-Key`. Every acceptance takes off both listings, writes the agreement with its
expected benefit and its events, and keeps its answer. Where an answer or a sum is not as it must be, the exit code is
1.

`web_ms_per_accept` is the processor time of the serving processes alone.
`limit_commits_per_s` is what the same database does in the same run without any of it: as many connections, each
committing as many plain rows as one acceptance writes. One line of JSON goes to standard output.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import django
import numpy as np

from benchmarks._copies import copy_of, make_copies
from benchmarks._served import processor_s, served
from local.stack import HOST

PARTIES: Final = 8
WARM_UP: Final = 15
"""Acceptances of each party before the clock starts: every process and thread has then read what it keeps."""
READY_WITHIN_S: Final = 90.0
ROW_BYTES: Final = 200
LEAST_PER_S, MOST_P95_MS = 80, 150


@dataclass(frozen=True)
class Deal:
    """What is copied, for one party."""

    bid: int
    secret: str
    """Of the party's API token."""


def main(arguments: list[str]) -> int:
    """Measure, and return the exit code."""
    parser = argparse.ArgumentParser(description="Accepted bids per second over HTTP.")
    parser.add_argument("--lots", type=int, default=2_000)
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    django.setup()
    each = -(-options.lots // PARTIES)
    deals = _fill(each + WARM_UP)
    before = _rows_written()
    with served() as (port, web):
        accept = _acceptances(port, deals)
        _at_once(lambda party: accept(party, range(1, WARM_UP + 1)))
        started_s, worked_s = time.perf_counter(), processor_s(web)
        taken = _at_once(lambda party: accept(party, range(WARM_UP + 1, WARM_UP + each + 1)))
        wall_s, web_s = time.perf_counter() - started_s, processor_s(web) - worked_s
    rows = (_rows_written() - before) / ((each + WARM_UP) * PARTIES)
    milliseconds = np.concatenate(taken) * 1000
    found = {
        "bench": "trading",
        "accepts": each * PARTIES,
        "accepts_per_s": round(each * PARTIES / wall_s, 1),
        "p50_ms": round(float(np.percentile(milliseconds, 50)), 1),
        "p95_ms": round(float(np.percentile(milliseconds, 95)), 1),
        "web_ms_per_accept": round(web_s / (each * PARTIES) * 1000, 2),
        "rows_per_accept": round(rows, 1),
        "limit_commits_per_s": round(_limit(max(round(rows), 1), each), 1),
        "durable": _setting("fsync"),
        "bar": {"accepts_per_s": LEAST_PER_S, "p95_ms": MOST_P95_MS},
    }
    wrong = _wrong(each + WARM_UP)
    print(json.dumps(found | ({"wrong": wrong} if wrong else {})), flush=True)
    return 1 if wrong else 0


def _fill(copies: int) -> list[Deal]:
    from django.core.management import call_command

    started_s = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue", verbosity=0)
    deals = _deals()
    make_copies(copies)
    _number("SELECT listings_search_rebuild()::text")  # no trigger saw the copies
    print(f"filled in {time.perf_counter() - started_s:.0f} s", file=sys.stderr)
    return deals


def _deals() -> list[Deal]:
    """One deal for each party, through the services, up to the bid that waits for the party's answer."""
    from accounts.services.tokens import create_api_token
    from listings.models import Side
    from trading.services.bids import place_bid
    from trading.services.synergies import open_synergy_by_enquiry, show_interest
    from trading.services.terms import BidTerms

    seller, site = _company("seller", 55.66)
    lot = Decimal(12_000)
    deals = []
    for number in range(PARTIES):
        buyer, kiln = _company(f"buyer-{number}", 55.4 + number / 100)
        offer, request = _listing(seller, site, Side.OFFER, lot), _listing(buyer, kiln, Side.REQUEST, lot)
        synergy = open_synergy_by_enquiry(
            actor=buyer, listing=offer, organization=kiln.organization, own_listing=request, text="May we?"
        )
        synergy = show_interest(actor=seller, synergy=synergy, organization=site.organization)
        terms = BidTerms(lot, "t", "year", Decimal(5), "EUR", starts_on=date(2026, 1, 1))
        bid = place_bid(actor=seller, synergy=synergy, organization=site.organization, terms=terms)
        deals.append(Deal(bid.pk, create_api_token(actor=buyer, name="bench")[1]))
    return deals


def _company(name: str, latitude: float) -> Any:
    from accounts.models import User
    from accounts.services.organizations import OrganizationDetails, create_organization
    from accounts.services.sites import SiteDetails, create_site

    user = User.objects.create_user(f"{name}@example.org")
    organization = create_organization(actor=user, details=OrganizationDetails(name=name))
    details = SiteDetails(name, "Kalundborg", "DK", latitude, 11.1)
    return user, create_site(actor=user, organization=organization, details=details)


def _listing(user: Any, site: Any, side: str, lot: Decimal) -> Any:
    from catalogue.models import Resource
    from listings.services.listings import create_listing
    from listings.services.terms import ListingTerms

    terms = ListingTerms(
        side=side,
        resource=Resource.objects.get(slug="coal-fly-ash"),
        site=site,
        quantity=lot,
        unit="t",
        period="year",
        available_from=date(2026, 1, 1),
    )
    return create_listing(actor=user, organization=site.organization, terms=terms)


def _number(statement: str, values: tuple[Any, ...] = ()) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        [value] = cursor.fetchone() or [None]
        return value


def _setting(name: str) -> str:
    return str(_number("SELECT current_setting(%s)", (name,)))


def _rows_written() -> int:
    """Rows inserted and updated since ever; the processes of others say so when they end."""
    _number("SELECT pg_stat_force_next_flush()")
    time.sleep(2)
    return int(_number("SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables"))


def _wrong(copies: int) -> list[str]:
    """What is not as it must be after every lot was accepted once."""
    lots, first = copies * PARTIES, copy_of(0, 1)
    expected = {
        "listings closed": (
            "SELECT count(*) FROM listings_listing WHERE id > %s AND state = 'closed' AND allocated = amount",
            2 * lots,
        ),
        "bids accepted": ("SELECT count(*) FROM trading_bid WHERE id > %s AND state = 'accepted'", lots),
        "agreements": ("SELECT count(*) FROM trading_agreement WHERE synergy_id > %s", lots),
        "allocations": ("SELECT count(*) FROM trading_allocation WHERE listing_id > %s", 2 * lots),
        "answers kept": (
            "SELECT count(*) FROM events_idempotentrequest WHERE status = 201 AND created_at IS NOT NULL AND %s > 0",
            lots,
        ),
        "events": ("SELECT count(*) FROM events_event WHERE kind = 'bid.accepted' AND subject_id > %s", lots),
    }
    found = {name: (_number(statement, (first,)), count) for name, (statement, count) in expected.items()}
    return [f"{name}: {is_} instead of {count}" for name, (is_, count) in found.items() if is_ != count]


# --- the calls ----------------------------------------------------------------------------------------------
def _acceptances(port: int, deals: list[Deal]) -> Callable[[int, range], np.ndarray]:
    """Return what accepts a party's copies one after the other and tells how long each took, in seconds."""

    def accept(party: int, copies: range) -> np.ndarray:
        deal, seconds = deals[party], []
        caller = http.client.HTTPConnection(HOST, port, timeout=60)
        for number in copies:
            headers = {"Authorization": f"Bearer {deal.secret}", "Idempotency-Key": str(uuid4())}
            started_s = time.perf_counter()
            caller.request("POST", f"/api/v1/bids/{copy_of(deal.bid, number)}/accept/", headers=headers)
            response = caller.getresponse()
            body = response.read()
            seconds.append(time.perf_counter() - started_s)
            if response.status != 201:
                raise RuntimeError(f"{response.status} {body[:500]!r}")
        caller.close()
        return np.array(seconds)

    return accept


def _at_once(work: Callable[[int], Any]) -> list[Any]:
    """Let all parties do their work at the same time; return what each returned."""
    found: list[Any] = [None] * PARTIES
    failures: list[BaseException] = []

    def run(party: int) -> None:
        try:
            found[party] = work(party)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(party,)) for party in range(PARTIES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return found


def _limit(rows: int, commits: int) -> float:
    """Commits per second of plain rows, from as many connections."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_limit (id bigserial PRIMARY KEY, words text)")

    def work(_party: int) -> None:
        connection.ensure_connection()
        # The driver's own connection: nothing of Django shall stand between.
        plain = connection.connection
        plain.autocommit = False
        with plain.cursor() as cursor:
            for _commit in range(commits):
                cursor.execute(
                    "INSERT INTO bench_limit (words) SELECT repeat('x', %s) FROM generate_series(1, %s)",
                    [ROW_BYTES, rows],
                )
                plain.commit()
        connection.close()

    started_s = time.perf_counter()
    _at_once(work)
    return commits * PARTIES / (time.perf_counter() - started_s)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
