"""A job that kills its worker: counted beyond its rollback, put aside after three deaths, tried again by hand."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.models import User
from events import relay
from events.models import Event, Job
from events.tasks import sweep_jobs
from exchange.tasks import beat_heart
from tests.events import handlers
from tests.events.conftest import Record
from tests.events.handlers import notes_of
from tests.events.test_relay import apart, job_of, let_time_pass, running

pytestmark = pytest.mark.django_db(transaction=True)


def killed(event: Event) -> bool:
    """Let another process run the event's job, as a worker does; return whether it was killed by that."""
    child = os.fork()
    if child == 0:
        _kept = connection.connection  # the parent's: not to be used, nor closed
        connection.connection = None
        try:
            handlers.note(job_of(event).pk)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    # Waits for the end of the child's transaction; a worker is not started again at once.
    Job.objects.filter(event=event).update(started_at=Now() - relay.STARTING)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def put_aside(event: Event) -> Job:
    """The event's job once three workers died of it."""
    assert [killed(event) for _ in range(4)] == [True, True, True, False]
    return job_of(event)


def retry_jobs(*words: str) -> str:
    out = StringIO()
    call_command("retry_jobs", *words, stdout=out)
    return out.getvalue()


def test_job_is_put_aside_after_three_deaths_and_the_line_goes_on(record: Record, seller: User) -> None:
    deadly, later = record(kills_after_s=0), record()
    job = put_aside(deadly)
    assert (job.starts, job.attempts, job.done_at) == (3, 0, None)
    assert job.failed_at is not None
    assert job.last_error == "The worker died 3 times while it ran this."
    assert job_of(later).sends == 1, "what comes next is sent"
    handlers.note(job_of(later).pk)
    assert notes_of(seller.pk) == [2]
    let_time_pass(deadly)
    assert sweep_jobs() == 0


def test_two_deaths_are_forgotten_once_it_runs_to_its_end(record: Record, seller: User) -> None:
    event = record(kills_after_s=0)
    assert [killed(event), killed(event), job_of(event).starts] == [True, True, 2]
    handlers.spared.set()
    handlers.note(job_of(event).pk)
    assert (notes_of(seller.pk), job_of(event).starts) == ([1], 0)


def test_ordinary_failure_is_no_death_and_ends_their_count(record: Record) -> None:
    event = record(kills_after_s=0, fails=True)
    assert [killed(event), killed(event)] == [True, True]
    handlers.spared.set()
    handlers.note(job_of(event).pk)
    assert (job_of(event).attempts, job_of(event).starts, job_of(event).failed_at) == (1, 0, None)
    handlers.spared.clear()
    let_time_pass(event)
    relay.send_overdue()
    assert [killed(event), killed(event), killed(event)] == [True, True, True]


@pytest.mark.parametrize(("ago_s", "runs"), [(0, False), (5, True)])
def test_hint_within_a_start_is_about_the_same_start(
    record: Record, seller: User, ago_s: int, runs: bool
) -> None:
    event = record()
    Job.objects.filter(event=event).update(starts=1, started_at=Now() - timedelta(seconds=ago_s))
    handlers.note(job_of(event).pk)
    assert (notes_of(seller.pk) == [1]) == runs
    assert job_of(event).starts == (0 if runs else 1)


def test_hints_at_once_are_one_start(record: Record) -> None:
    event = record()
    handlers.begun.clear()
    handlers.go_on.clear()
    together = threading.Barrier(6)

    def work() -> None:
        together.wait()
        handlers.note(job_of(event).pk)

    with ThreadPoolExecutor(6) as pool:
        workers = [pool.submit(apart(work)) for _ in range(6)]
        assert handlers.begun.wait(timeout=10)
        assert job_of(event).starts == 1
        handlers.go_on.set()
        for worker in workers:
            worker.result()
    assert job_of(event).starts == 0


# --- what is to be seen of it, and done about it ------------------------------------------------------------
def test_health_names_it_until_somebody_looked_after_it(record: Record, client: Client) -> None:
    def jobs() -> tuple[int, str]:
        beat_heart()
        answer = client.get("/healthz")
        return answer.status_code, answer.json()["parts"]["jobs"]

    first, second = record(kills_after_s=0), record(kills_after_s=0)
    assert jobs() == (200, "ok")
    put_aside(first)
    put_aside(second)
    assert jobs() == (503, "2 put aside because workers died of them: manage.py retry_jobs")
    handlers.spared.set()
    retry_jobs(str(job_of(first).pk))
    handlers.note(job_of(first).pk)
    assert jobs()[1].startswith("1 put aside")
    assert retry_jobs("--dismiss") == "1 dismissed\n"
    assert jobs() == (200, "ok")
    assert job_of(second).failed_at is not None


def test_administration_lists_it(record: Record, client_of: Callable[[User], Client]) -> None:
    deadly, failing = record(kills_after_s=0), record("test.noted_twice", fails=True)
    put_aside(deadly)
    Job.objects.filter(event=failing).update(failed_at=timezone.now())
    staff = client_of(User.objects.create_superuser("staff@example.org"))
    page = staff.get("/admin/events/job/?put_aside=yes").content.decode()
    assert f"/admin/events/job/{job_of(deadly).pk}/" in page
    assert f"/admin/events/job/{job_of(failing).pk}/" not in page
    assert f"/admin/events/job/{job_of(failing).pk}/" in staff.get("/admin/events/job/").content.decode()


def test_tried_again_it_stands_in_its_old_place_of_the_line(record: Record, seller: User) -> None:
    deadly = record(kills_after_s=0)
    put_aside(deadly)
    later = record()
    handlers.spared.set()
    said = retry_jobs()
    assert f"{job_of(deadly).pk} tests.events.handlers.note for event {deadly.pk}: tried again;" in said
    assert (job_of(deadly).sends, job_of(deadly).starts, job_of(deadly).failed_at) == (1, 0, None)
    handlers.note(job_of(later).pk)
    assert notes_of(seller.pk) == [], "it waits for the one before it"
    handlers.note(job_of(deadly).pk)
    handlers.note(job_of(later).pk)
    assert notes_of(seller.pk) == [1, 2]


def test_try_again_waits_until_nobody_runs_a_later_one(record: Record, seller: User) -> None:
    deadly = record(kills_after_s=0)
    put_aside(deadly)
    later = record()
    handlers.spared.set()
    with ThreadPoolExecutor(1) as pool:
        with running(later):
            trying = pool.submit(apart(lambda: retry_jobs()))
            with pytest.raises(TimeoutError):
                trying.result(timeout=0.5)
            assert job_of(deadly).failed_at is not None
        trying.result(timeout=10)
    assert notes_of(seller.pk) == [2]
    handlers.note(job_of(deadly).pk)
    assert notes_of(seller.pk) == [2, 1]


def test_only_what_killed_is_tried_again_unless_more_is_asked_for(record: Record) -> None:
    failed = record(fails=True)
    Job.objects.filter(event=failed).update(failed_at=timezone.now(), attempts=relay.MAX_ATTEMPTS)
    assert retry_jobs() == "There is none.\n"
    assert "tried again" in retry_jobs("--failed")
    assert (job_of(failed).failed_at, job_of(failed).attempts) == (None, 0)
    assert "not given up" in retry_jobs(str(job_of(failed).pk))
