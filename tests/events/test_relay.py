"""The relay: at least once, in order per subject and task, nobody waits for a running handler."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import Celery
from celery.app import app_or_default
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from events import relay
from events.models import Event, Job
from events.services import Happened, record_events
from events.tasks import sweep_jobs
from tests.events import handlers
from tests.events.conftest import Record
from tests.events.handlers import notes_of

pytestmark = pytest.mark.django_db(transaction=True)


def job_of(event: Event, task: str = "tests.events.handlers.note") -> Job:
    return Job.objects.get(event=event, task=task)


def let_time_pass(event: Event) -> None:
    """Make the event's jobs due, as they are when their pause is over."""
    Job.objects.filter(event=event).update(due_at=Now() - timedelta(seconds=1))


def wait_s(event: Event) -> float:
    """Seconds until the next hint for an event's only job."""
    return (job_of(event).due_at - timezone.now()).total_seconds()


def apart(action: Callable[[], object]) -> Callable[[], None]:
    """The action for a thread, which has a database connection of its own and must close it."""

    def act() -> None:
        try:
            action()
        finally:
            connection.close()

    return act


@contextmanager
def running(event: Event) -> Iterator[Future[None]]:
    """Within, another worker is in the middle of the event's handler."""
    handlers.begun.clear()
    handlers.go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(apart(lambda: handlers.note(job_of(event).pk)))
        try:
            assert handlers.begun.wait(timeout=10)
            yield worker
        finally:
            handlers.go_on.set()


def test_job_runs_once_however_often_it_is_hinted_at(record: Record, seller: User) -> None:
    event = record()
    for _ in range(3):
        handlers.note(job_of(event).pk)
    job = job_of(event)
    assert notes_of(seller.pk) == [1]
    assert (job.attempts, job.failed_at, job.last_error) == (0, None, "")
    assert job.done_at is not None


def test_job_runs_once_under_two_simultaneous_workers(record: Record, seller: User) -> None:
    event = record()
    with running(event) as first, ThreadPoolExecutor(1) as pool:
        pool.submit(apart(lambda: handlers.note(job_of(event).pk))).result(timeout=10)
        assert notes_of(seller.pk) == []
        assert not first.done()
    assert notes_of(seller.pk) == [1]


def test_simultaneous_start_of_many_workers_runs_each_job_once(record: Record, seller: User) -> None:
    job_ids = [job_of(record()).pk for _ in range(5)]
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for _ in range(len(job_ids)):
            for job_id in job_ids:
                handlers.note(job_id)

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(apart(work)) for _ in range(4)]:
            worker.result()
    assert notes_of(seller.pk) == [1, 2, 3, 4, 5]


def test_hint_at_a_later_event_does_nothing_before_the_earlier_is_done(record: Record, seller: User) -> None:
    first, second = record(), record()
    handlers.note(job_of(second).pk)
    assert notes_of(seller.pk) == []
    handlers.note(job_of(first).pk)
    handlers.note(job_of(second).pk)
    assert notes_of(seller.pk) == [1, 2]


def test_only_the_first_in_line_is_sent_and_its_end_sends_the_next(record: Record) -> None:
    first, second, third = record(), record(), record()
    assert [job_of(event).sends for event in (first, second, third)] == [1, 0, 0]
    handlers.note(job_of(first).pk)
    assert [job_of(event).sends for event in (first, second, third)] == [1, 1, 0]


def test_of_one_change_told_in_several_events_the_first_alone_is_sent(seller: User, buyer: User) -> None:
    with transaction.atomic():
        events = record_events(
            actor=seller, happenings=[Happened("test.noted", who) for who in (seller, seller, buyer)]
        )
    found = {(event.subject_id, event.sequence): job_of(event).sends for event in events}
    assert found == {(seller.pk, 1): 1, (seller.pk, 2): 0, (buyer.pk, 1): 1}


def test_job_written_while_the_one_before_it_ends_is_sent(record: Record, seller: User) -> None:
    first = record()
    with transaction.atomic():
        [second] = record_events(actor=seller, happenings=[Happened("test.noted", seller)])
        assert job_of(second).sends == 0
        with ThreadPoolExecutor(1) as pool:
            pool.submit(apart(lambda: handlers.note(job_of(first).pk))).result(timeout=10)
        assert notes_of(seller.pk) == [1]
    assert job_of(second).sends == 1


def test_other_subjects_and_other_tasks_do_not_wait(record: Record, seller: User, buyer: User) -> None:
    record("test.noted", seller)
    both = record("test.noted_twice", seller)
    other = record("test.noted", buyer)
    handlers.note(job_of(both).pk)
    handlers.note_also(job_of(both, "tests.events.handlers.note_also").pk)
    handlers.note(job_of(other).pk)
    assert notes_of(seller.pk) == []
    assert notes_of(seller.pk, "note.taken_also") == [2]
    assert notes_of(buyer.pk) == [1]


def test_failure_leaves_no_trace_of_the_handler_and_says_why(record: Record, seller: User) -> None:
    event = record(fails=True)
    handlers.note(job_of(event).pk)
    job = job_of(event)
    assert notes_of(seller.pk) == []
    assert (job.attempts, job.done_at, job.failed_at) == (1, None, None)
    assert job.last_error == "ValueError: this event cannot be noted"


def test_failure_is_tried_again_after_a_pause_that_doubles(record: Record) -> None:
    event = record(fails=True)
    pauses_s = []
    for _ in range(3):
        handlers.note(job_of(event).pk)
        pauses_s.append(wait_s(event))
        assert relay.send_overdue() == 0
        let_time_pass(event)
        assert relay.send_overdue() == 1
    assert pauses_s == [pytest.approx(20, abs=2), pytest.approx(40, abs=2), pytest.approx(80, abs=2)]


def test_stale_hint_does_not_cut_the_pause_after_a_failure_short(record: Record) -> None:
    event = record(fails=True)
    for _ in range(3):
        handlers.note(job_of(event).pk)
    assert job_of(event).attempts == 1


def test_failing_job_holds_back_later_ones_until_it_is_given_up(record: Record, seller: User) -> None:
    failing, later = record(fails=True), record()
    for attempt in range(1, relay.MAX_ATTEMPTS + 1):
        assert job_of(failing).failed_at is None
        handlers.note(job_of(failing).pk)
        handlers.note(job_of(later).pk)
        assert job_of(failing).attempts == attempt
        assert (notes_of(seller.pk) == [2]) == (attempt == relay.MAX_ATTEMPTS)
        let_time_pass(failing)
        relay.send_overdue()
    assert job_of(failing).failed_at is not None
    assert job_of(failing).done_at is None
    assert relay.open_jobs().count() == 0


def test_lost_hint_is_sent_again_later_and_later(record: Record) -> None:
    event = record()
    waits_s = [wait_s(event)]
    for _ in range(2):
        assert sweep_jobs() == 0
        let_time_pass(event)
        assert sweep_jobs() == 1
        waits_s.append(wait_s(event))
    assert waits_s == [pytest.approx(10, abs=2), pytest.approx(20, abs=2), pytest.approx(40, abs=2)]


def test_sweep_sends_no_more_than_its_limit_the_longest_due_first(record: Record, buyer: User) -> None:
    second, first = record(), record("test.noted", buyer)
    Job.objects.filter(event=first).update(due_at=Now() - timedelta(seconds=60))
    Job.objects.filter(event=second).update(due_at=Now() - timedelta(seconds=30))
    assert relay.send_overdue(limit=1) == 1
    assert [job_of(event).sends for event in (first, second)] == [2, 1]
    assert relay.send_overdue(limit=1) == 0, "one is under way"
    handlers.note(job_of(first).pk)
    assert relay.send_overdue(limit=1) == 1
    assert job_of(second).sends == 2


def test_two_sweeps_at_once_send_each_job_once(record: Record, buyer: User, stranger: User) -> None:
    events = [record("test.noted", subject) for subject in (buyer, stranger)]
    for event in events:
        let_time_pass(event)
    with ThreadPoolExecutor(4) as pool:
        sweeps = [pool.submit(apart(relay.send_overdue)) for _ in range(4)]
        for sweep in sweeps:
            sweep.result()
    assert [job_of(event).sends for event in events] == [2, 2]


def test_nobody_waits_for_a_running_handler(record: Record, seller: User) -> None:
    """A handler may take minutes; neither the sweep nor the page that writes the next event may hang on it."""
    event = record()
    let_time_pass(event)
    with running(event), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        assert relay.send_overdue() == 0
        later = record("test.noted")
        cursor.execute("RESET lock_timeout")
        assert job_of(later).sends == 0
    assert notes_of(seller.pk) == [1]
    assert job_of(later).sends == 1, "the end of the first sends the next"


@contextmanager
def broker_away() -> Iterator[None]:
    """Within, the current Celery application sends to a socket that nobody listens at."""
    before = app_or_default()
    away = Celery(broker="redis+socket:///nowhere/valkey.sock", set_as_current=True)
    away.conf.task_publish_retry_policy = settings.CELERY_TASK_PUBLISH_RETRY_POLICY
    try:
        yield
    finally:
        before.set_current()


def test_jobs_while_the_broker_is_away_stay_due_soon_however_often_it_was_tried(record: Record) -> None:
    with broker_away():
        event = record()
        for _sweep in range(5):
            let_time_pass(event)
            assert relay.send_overdue() == 0
    assert job_of(event).sends == 0
    assert wait_s(event) <= relay.BROKER_PAUSE.total_seconds()
    let_time_pass(event)
    assert relay.send_overdue() == 1
