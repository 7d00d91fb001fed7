"""Killing workers and broker loses nothing: every event is handled, once and in order."""

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.live.house import House
from tests.proof import examples, if_proving, one_in

pytestmark = [pytest.mark.live, pytest.mark.mass]

LISTINGS = examples(60, 1000)
WORKER_DIES_AT = tuple(LISTINGS * share // 100 for share in one_in(2, (15, 30, 45, 60, 90)))
BROKER_DIES_AT = LISTINGS * 70 // 100
OPEN_JOBS = "SELECT count(*) FROM events_job WHERE done_at IS NULL AND failed_at IS NULL"
HEARTBEAT = "loopyard:1:worker-heartbeat"
MATCHES = "SELECT m.* FROM matching_match m ORDER BY offer_id, request_id"
LIVE_MATCHES = (
    "SELECT offer_id, request_id, score, amount_per_year FROM matching_match WHERE fits ORDER BY 1, 2"
)
OPEN_PARTITIONS = "SELECT count(*) FROM matching_matchpartition WHERE done_at IS NULL"
DEADLY = """
from django.conf import settings
from django.db import transaction
from accounts.models import User
from events.services import Happened, record_events
import tests.events.handlers
settings.EVENT_WIRING = "tests.events.handlers.WIRING"
who = User.objects.create_user("deadly@example.org")
happened = [Happened("test.noted", who, data) for data in ({"kills_after_s": 1.2}, {})]
with transaction.atomic():
    record_events(actor=None, happenings=happened)
"""
NOTING = "FROM events_job WHERE task = 'tests.events.handlers.note'"
MANY_PARTITIONS = """
from matching.services import runs
runs.ROWS_PER_PARTITION = 40
runs.send_partitions(runs.start_run(resume=False))
"""


def published(house: House, count: int) -> Iterator[dict[int, int]]:
    """After each of `count` listings: how many events each listing has, by its publisher's own account."""
    publisher = house.start_shell(f"from tests.live.publish import publish_many; publish_many({count})")
    events: dict[int, int] = {}
    assert publisher.stdout is not None
    for line in publisher.stdout:
        listing, number = line.split()
        events[int(listing)] = int(number)
        yield events
    assert publisher.wait(timeout=10) == 0


def test_publishing_while_worker_and_broker_are_killed_loses_nothing(house: House) -> None:
    started_s = time.monotonic()
    house.start("worker")
    house.start("beat")
    expected: dict[int, int] = {}
    for expected in published(house, LISTINGS):
        if len(expected) in WORKER_DIES_AT:
            house.kill("worker")
            house.start("worker")
        if len(expected) == BROKER_DIES_AT:
            house.kill_broker()
        house.tend()
    published_s = time.monotonic() - started_s
    house.wait_until(lambda: house.number(OPEN_JOBS) == 0, patience_s=900)
    print(f"published in {published_s:.0f} s, all handled after {time.monotonic() - started_s:.0f} s")

    assert len(expected) == LISTINGS
    assert_log_is_whole(house, expected)
    assert_jobs_ended_in_order(house)
    assert_matches_are_those_of_a_fresh_run(house)


def assert_log_is_whole(house: House, expected: dict[int, int]) -> None:
    rows = house.query(
        "SELECT subject_id, array_agg(sequence ORDER BY id) FROM events_event "
        "WHERE subject_type = 'listings.listing' GROUP BY subject_id"
    )
    assert dict(rows) == {listing: list(range(1, count + 1)) for listing, count in expected.items()}


def assert_jobs_ended_in_order(house: House) -> None:
    rows = house.query(
        "SELECT e.subject_id, array_agg(j.done_at ORDER BY e.sequence), count(j.failed_at) FROM events_job j "
        "JOIN events_event e ON e.id = j.event_id WHERE e.subject_type = 'listings.listing' "
        "GROUP BY e.subject_id, j.task"
    )
    assert len({subject for subject, _, _ in rows}) == LISTINGS
    late = [subject for subject, done, _ in rows if any(a >= b for a, b in pairwise(done))]
    assert late == []
    assert [subject for subject, _, failed in rows if failed] == []


def assert_matches_are_those_of_a_fresh_run(house: House) -> None:
    stored = house.query(MATCHES)
    assert len(stored) > LISTINGS // 2
    house.manage("match", "--all")
    assert house.query(MATCHES) == stored


@if_proving
def test_control_without_sweep_a_wiped_broker_leaves_jobs_open(house: House) -> None:
    """What saves the work is the sweep: with the hints gone and nobody sweeping, a living worker does nothing."""
    house.stop()
    *_, expected = published(house, 20)
    house.broker().flushall()
    open_jobs = house.number(OPEN_JOBS)
    assert open_jobs >= len(expected) == 20
    house.start("worker")
    house.manage("shell", "--command", "from exchange.tasks import beat_heart; beat_heart.delay()")
    house.wait_until(lambda: bool(house.cache().exists(HEARTBEAT)), patience_s=30)
    assert house.number(OPEN_JOBS) == open_jobs
    house.start("beat")
    house.wait_until(lambda: house.number(OPEN_JOBS) == 0, patience_s=60)


@if_proving
def test_full_run_completes_with_the_same_result_though_its_worker_is_killed(house: House) -> None:
    """A killed worker leaves its partition open; the sweep tells the next worker of it."""
    house.stop()
    house.manage("match", "--all", "--here")
    expected = house.query(LIVE_MATCHES)
    assert len(expected) > LISTINGS
    house.query("DELETE FROM matching_match; DELETE FROM matching_marketrow")
    house.start("worker")
    house.start("beat")
    house.manage("shell", "--command", MANY_PARTITIONS)
    killed = 0
    while house.number(OPEN_PARTITIONS) and killed < 5:
        busy = house.number(OPEN_PARTITIONS)
        house.wait_until(lambda busy=busy: house.number(OPEN_PARTITIONS) < busy, patience_s=60)  # type: ignore[misc]
        house.kill("worker")
        house.start("worker")
        killed += 1
    house.wait_until(lambda: house.number(OPEN_PARTITIONS) == 0, patience_s=120)
    assert killed >= 3
    assert house.query(LIVE_MATCHES) == expected
    assert house.number("SELECT count(*) FROM matching_matchrun WHERE finished_at IS NULL") == 0


def test_job_that_kills_its_worker_is_put_aside_after_three_deaths_and_the_line_goes_on(house: House) -> None:
    house.stop()
    log = house.cluster.logs / "worker.log"
    told = len(log.read_text()) if log.is_file() else 0
    house.start("worker", "--include", "tests.events.handlers")
    house.manage("shell", "--command", DEADLY)
    house.wait_until(lambda: house.number(f"SELECT count(done_at) {NOTING}") == 1, patience_s=60)
    aside, later = house.query(
        f"SELECT starts, attempts, failed_at IS NULL, done_at IS NULL {NOTING} ORDER BY id"
    )
    assert aside == (3, 0, False, True)
    assert later == (0, 0, True, False)
    assert log.read_text()[told:].count("exited with 'signal 9 (SIGKILL)'") == 3
