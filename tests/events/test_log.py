"""The log: in the change's transaction, numbered without holes in the order of commits, never changed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from accounts.models import User
from events.models import Event, Job, Stream
from events.services import record_event
from tests.events.conftest import Record

THREADS = 8
EVENTS_PER_THREAD = 25


def sequences_of(user: User) -> list[int]:
    events = Event.objects.filter(subject_type="accounts.user", subject_id=user.pk)
    return list(events.order_by("sequence").values_list("sequence", flat=True))


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused(seller: User) -> None:
    with pytest.raises(TransactionManagementError):
        record_event(kind="test.noted", subject=seller, actor=seller)
    assert not Event.objects.exists()


def test_each_subject_counts_from_one(record: Record, seller: User, buyer: User) -> None:
    for subject in (seller, seller, buyer, seller):
        record("test.unwired", subject)
    assert (sequences_of(seller), sequences_of(buyer)) == ([1, 2, 3], [1])


def test_event_says_what_who_and_when(record: Record, seller: User, buyer: User) -> None:
    event = Event.objects.get(pk=record("test.unwired", buyer, colour="grey").pk)
    assert (event.kind, event.actor, event.data) == ("test.unwired", seller, {"colour": "grey"})
    assert event.at.utcoffset() is not None
    assert str(event) == f"accounts.user {buyer.pk} #1 test.unwired"


@pytest.mark.parametrize(
    ("kind", "tasks"),
    [
        ("test.unwired", []),
        ("test.noted", ["tests.events.handlers.note"]),
        ("test.noted_twice", ["tests.events.handlers.note", "tests.events.handlers.note_also"]),
    ],
)
def test_event_owes_the_jobs_that_the_wiring_names(record: Record, kind: str, tasks: list[str]) -> None:
    event = record(kind)
    assert sorted(Job.objects.values_list("task", flat=True)) == tasks
    assert set(Job.objects.values_list("event", flat=True)) <= {event.pk}


@pytest.mark.django_db(transaction=True)
def test_rollback_leaves_neither_event_nor_job_nor_hole(record: Record, seller: User) -> None:
    record()
    with transaction.atomic():
        record_event(kind="test.noted", subject=seller, actor=seller)
        transaction.set_rollback(True)
    assert (sequences_of(seller), Job.objects.count()) == ([1], 1)
    record()
    assert sequences_of(seller) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_sequences_have_no_holes_at_any_moment_under_concurrent_writers(seller: User) -> None:
    """A reader that follows the log by its numbers misses nothing: n + 1 is never visible before n."""
    writing = threading.Event()
    writing.set()
    start = threading.Barrier(THREADS + 1)

    def write(thread: int) -> None:
        start.wait()
        for number in range(EVENTS_PER_THREAD):
            with transaction.atomic():
                record_event(kind="test.unwired", subject=seller, actor=seller)
                # Every fifth change fails after its event was written.
                transaction.set_rollback((thread + number) % 5 == 0)
        connection.close()

    def watch() -> list[list[int]]:
        start.wait()
        seen = []
        while writing.is_set():
            seen.append(sequences_of(seller))
        connection.close()
        return seen

    with ThreadPoolExecutor(THREADS + 1) as pool:
        watcher = pool.submit(watch)
        writers = [pool.submit(write, thread) for thread in range(THREADS)]
        for writer in writers:
            writer.result()
        writing.clear()
        seen = watcher.result()

    written = THREADS * EVENTS_PER_THREAD * 4 // 5
    assert sequences_of(seller) == list(range(1, written + 1))
    assert [numbers for numbers in seen if numbers != list(range(1, len(numbers) + 1))] == []
    assert len({len(numbers) for numbers in seen}) > 5, "the watcher saw too little of the writing"


@pytest.mark.django_db(transaction=True)
def test_second_writer_of_a_subject_waits_and_of_another_does_not(seller: User, buyer: User) -> None:
    def write_impatiently(subject: User) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                record_event(kind="test.unwired", subject=subject, actor=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        record_event(kind="test.unwired", subject=seller, actor=None)
        pool.submit(write_impatiently, buyer).result()
        with pytest.raises(OperationalError, match="lock timeout"):
            pool.submit(write_impatiently, seller).result()
    assert (sequences_of(seller), sequences_of(buyer)) == ([1], [1])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_event SET kind = 'test.changed'",
        "UPDATE events_event SET sequence = sequence + 1",
        "INSERT INTO events_event SELECT * FROM events_event ON CONFLICT (id) DO UPDATE SET kind = 'test.changed'",
        "DELETE FROM events_event",
        "TRUNCATE events_event CASCADE",
    ],
)
def test_database_refuses_to_change_the_log(record: Record, statement: str) -> None:
    record("test.unwired")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert list(Event.objects.values_list("kind", "sequence")) == [("test.unwired", 1)]


def test_control_a_table_without_the_trigger_takes_the_same_statements(record: Record) -> None:
    record("test.unwired")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_stream SET last_sequence = 7")
        cursor.execute("DELETE FROM events_stream")
        assert cursor.rowcount == 1
    assert not Stream.objects.exists()
