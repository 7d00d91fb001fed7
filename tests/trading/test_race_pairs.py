"""Every two changes of the same deal at the same moment: the end is that of one of the two orders, in all that is kept.

Each state of a deal is made once, through the services, and copied inside the database. For each pair of operations
both orders are carried out one after the other, each on a copy; then the two race on further copies, each in its own
thread and transaction. What each operation was told, and everything the database keeps of the deal (with the log, in
its order), must be as after one of the orders.

Within the whole suite each pair races a few times, by `make prove` 100 times.
"""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import Programme, Site, User
from benchmarks._copies import STRIDE, copy_of, make_copies
from common.errors import AppError
from listings.models import Side
from tests.conftest import list_it, make_terms
from tests.proof import one_in
from tests.trading.conftest import Amount
from tests.trading.race_operations import (
    Act,
    Deal,
    Operation,
    correct,
    receiver_bids,
    supplier_bids,
)
from tests.trading.race_states import (
    STATES,
    agreed,
    introduced,
)
from trading.services import locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mass]

TRIALS = Amount(whole_suite=1, races=100)

PATIENCE_S = 30.0

SNAPSHOT = f"""
WITH listing AS (SELECT *, id / {STRIDE} AS n FROM listings_listing WHERE id BETWEEN %(low)s AND %(high)s),
synergy AS (
    SELECT s.*, l.n FROM trading_synergy s JOIN listing l ON l.id = s.offer_id),
bid AS (SELECT b.*, s.n FROM trading_bid b JOIN synergy s ON s.id = b.synergy_id),
agreement AS (SELECT a.*, s.n FROM trading_agreement a JOIN synergy s ON s.id = a.synergy_id),
delivery AS (SELECT d.*, a.n FROM trading_delivery d JOIN agreement a ON a.id = d.agreement_id),
tender AS (SELECT t.*, l.n FROM trading_tender t JOIN listing l ON l.id = t.listing_id),
subject AS (
    SELECT 'listings.listing' AS type, id, n, side AS of FROM listing
    UNION ALL SELECT 'trading.synergy', id, n, receiver_id::text FROM synergy
    UNION ALL SELECT 'trading.bid', id, n, organization_id || '#' || number FROM bid
    UNION ALL SELECT 'trading.agreement', id, n, receiver_id::text FROM agreement
    UNION ALL SELECT 'trading.delivery', id, n, kind || reference FROM delivery
    UNION ALL SELECT 'trading.tender', id, n, '' FROM tender)
SELECT n, jsonb_build_array('listing', side, state, amount, allocated) FROM listing
UNION ALL SELECT n, jsonb_build_array('synergy', receiver_id, stage, lost_reason, origin, next_step, next_step_on,
    next_step_by, attribution, supplier_interested_at IS NULL, receiver_interested_at IS NULL) FROM synergy
UNION ALL SELECT n, jsonb_build_array('bid', organization_id, number, state, amount, price, tender_id IS NULL,
    counters_id IS NULL, decided_by_id, decline_reason) FROM bid
UNION ALL SELECT n, jsonb_build_array('agreement', receiver_id, state, amount, request_amount, treatment_operation,
    container, cancel_asked_by_supplier_at IS NULL, cancel_asked_by_receiver_at IS NULL) FROM agreement
UNION ALL SELECT a.n, jsonb_build_array('allocation', a.receiver_id, x.listing_id = a.offer_id, x.amount,
    x.released_at IS NULL) FROM trading_allocation x JOIN agreement a ON a.id = x.agreement_id
UNION ALL SELECT n, jsonb_build_array('delivery', kind, reference, amount, organization_id, confirmed_by_id, note)
    FROM delivery
UNION ALL SELECT n, jsonb_build_array('tender', state, decided_by_id) FROM tender
UNION ALL SELECT s.n, jsonb_build_array('message', string_agg(m.text, '|' ORDER BY m.id))
    FROM trading_synergymessage m JOIN synergy s ON s.id = m.synergy_id GROUP BY s.n, s.id
UNION ALL SELECT s.n, jsonb_build_array('file', f.name, f.sha256)
    FROM trading_synergyfile f JOIN synergy s ON s.id = f.synergy_id
UNION ALL SELECT s.n, jsonb_build_array('impact', e.year, e.metric, e.status, e.delivery_id IS NULL, e.attribution,
    sum(e.gross), count(*)) FROM trading_impactentry e JOIN synergy s ON s.id = e.synergy_id
    GROUP BY s.n, s.id, e.year, e.metric, e.status, e.delivery_id IS NULL, e.attribution
UNION ALL SELECT s.n, jsonb_build_array('log', s.type, s.of, string_agg(e.kind, ' ' ORDER BY e.sequence))
    FROM events_event e JOIN subject s ON s.type = e.subject_type AND s.id = e.subject_id
    GROUP BY s.n, s.type, s.of, s.id
"""


def snapshots(copies: range) -> dict[int, tuple[str, ...]]:
    """Return everything that is kept of the copies, without keys and times, in one query."""
    kept: dict[int, list[str]] = {number: [] for number in copies}
    bounds = {"low": copy_of(0, copies[0]), "high": copy_of(0, copies[-1] + 1) - 1}
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT, bounds)
        for number, row in cursor.fetchall():
            kept[number].append(str(row))
    return {number: tuple(sorted(rows)) for number, rows in kept.items()}


def told(act: Act) -> str:
    """Carry out an act and return what came of it: `done`, or the code of the refusal, or what broke."""
    try:
        act()
    except AppError as error:
        return " ".join([error.code, *sorted(error.fields)])
    except Exception as error:
        return repr(error)
    return "done"


def race(deal: Deal, first: Operation, second: Operation, copies: range) -> list[tuple[str, str]]:
    """Let two operations run at once on each copy; return what each was told, by copy."""
    said: tuple[list[str], list[str]] = ([], [])
    start = threading.Barrier(2, timeout=PATIENCE_S)

    def run(place: int, operation: Operation) -> None:
        try:
            for number in copies:
                act = operation(deal, number)
                start.wait()
                # A head start now for the one, now for the other.
                time.sleep(max(0, (number % 5 - 2) * (1 if place else -1)) * 0.001)
                said[place].append(told(act))
        except BaseException:
            start.abort()
            raise
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, operation))
        for place, operation in enumerate((first, second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(zip(*said, strict=True))


def judge(deal: Deal, first: Operation, second: Operation, copies: range) -> Iterator[str]:
    """Race a pair on all copies but two; yield what does not end as one of the orders does."""
    forth, back, raced = copies[0], copies[1], copies[2:]
    one = told(first(deal, forth)), told(second(deal, forth))
    # The object that acts second was read before the first acted, as in the race.
    acts = first(deal, back), second(deal, back)
    other = tuple(reversed((told(acts[1]), told(acts[0]))))
    answers = race(deal, first, second, raced)
    kept = snapshots(copies)
    allowed = {(*one, kept[forth]), (*other, kept[back])}
    for number, said in zip(raced, answers, strict=True):
        if (*said, kept[number]) not in allowed:
            names = f"{first.__name__} × {second.__name__}"
            strange = set(kept[number]).difference(kept[forth], kept[back])
            yield f"{names}: {said}, in order {one} or {other}; {sorted(strange)[:4]}"


@pytest.fixture
def deal(
    seller: User,
    buyer: User,
    stranger: User,
    facilitator: User,
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    settings: Any,
    tmp_path: Any,
) -> Deal:
    settings.MEDIA_ROOT = tmp_path
    found = Deal(
        seller,
        buyer,
        stranger,
        facilitator,
        asnaes_site.organization,
        cement_site.organization,
        elsewhere_site.organization,
    )
    found.keys["offer"] = list_it(seller, make_terms(Side.OFFER, asnaes_site)).pk
    found.keys["request"] = list_it(buyer, make_terms(Side.REQUEST, cement_site)).pk
    return found


@pytest.mark.parametrize("state", STATES, ids=[state.__name__ for state in STATES])
def test_race_of_every_two_changes_ends_as_one_of_their_orders(
    deal: Deal, state: Callable[[Deal], None], asked_for_races: bool
) -> None:
    state(deal)
    pairs = one_in(4, list(combinations_with_replacement(STATES[state], 2)))
    trials = TRIALS.of(asked_for_races)
    each = trials + 2
    make_copies(len(pairs) * each)
    failures: list[str] = []
    for place, (first, second) in enumerate(pairs):
        failures += judge(deal, first, second, range(1 + place * each, 1 + (place + 1) * each))
    print(f"{state.__name__}: {len(pairs)} pairs × {trials} races")
    assert failures == []


@pytest.mark.parametrize(
    ("state", "pair"),
    [(introduced, (supplier_bids, receiver_bids)), (agreed, (correct, correct))],
    ids=["two bids", "two corrections"],
)
def test_control_race_without_locks_ends_otherwise(
    deal: Deal,
    state: Callable[[Deal], None],
    pair: tuple[Operation, Operation],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state(deal)
    make_copies(2 + 20)
    monkeypatch.setattr(locks, "LOCK", "")
    assert list(judge(deal, *pair, range(1, 23)))
