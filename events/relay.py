"""Hand jobs to the workers: at least once, and in order per subject and task.

A job may be sent when no earlier event of its subject still owes the same task. It runs inside one transaction
together with the mark that it is done, under a row lock that dies with the worker's connection: killed work is
simply open again. The broker only carries the hint "look at this job"; losing hints costs time, never work.

`due_at` is when the next hint is owed, by the database's clock alone: at once when the job is written, later and
later while a hint is under way, and after a pause when the handler failed.

A handler that fails is tried again `MAX_ATTEMPTS` times, then given up. One that takes its worker along (memory, time
limit, a crash) can tell nobody, so each start is written down before it, and forgotten at the end. What was started
`MAX_DEATHS` times without an end is put aside instead of being started again: given up too, but shown by `/healthz`.
Either way the line goes on behind it, since handlers bring things to the state that holds now; what is tried again
by hand (`manage.py retry_jobs`) stands before all that is still open of its line.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from common.seen.context import working_for
from events import broker
from events.models import Event, Job, Stream

log = logging.getLogger(__name__)

FIRST_RESEND_S = 10
LONGEST_RESEND_S = 600
BROKER_PAUSE = timedelta(seconds=2)
MAX_ATTEMPTS = 10
MAX_DEATHS = 3
# Between the note of a start and the lock of the row; a hint that comes within is about the same start.
STARTING = timedelta(seconds=1)
HINTS_UNDER_WAY = 200


def _backoff(count: int) -> timedelta:
    return timedelta(seconds=min(FIRST_RESEND_S * 2 ** min(count, 16), LONGEST_RESEND_S))


def open_jobs() -> QuerySet[Job]:
    """Return the jobs that are neither done nor given up."""
    return Job.objects.filter(done_at__isnull=True, failed_at__isnull=True)


def first_jobs() -> QuerySet[Job]:
    """Return the open jobs that no earlier open job of the same subject and task stands before."""
    earlier = open_jobs().filter(
        task=OuterRef("task"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        sequence__lt=OuterRef("sequence"),
    )
    # In order, so that the planner takes the index of the line even where it knows nothing of the table yet.
    ahead = Subquery(earlier.order_by("sequence").values("sequence")[:1])
    return open_jobs().alias(ahead=ahead).filter(ahead__isnull=True)


def _claim(jobs: QuerySet[Job]) -> list[Job]:
    """Note that `jobs` are sent now, so that nobody else sends them, and return them.

    A locked job runs, or is just sent by another: it needs no hint, and nobody who writes may wait for its end.
    """
    with transaction.atomic():
        claimed = list(jobs.select_for_update(skip_locked=True, of=("self",)))
        for sends in {job.sends for job in claimed}:
            alike = [job.pk for job in claimed if job.sends == sends]
            Job.objects.filter(pk__in=alike).update(sends=sends + 1, due_at=Now() + _backoff(sends))
    return claimed


def _unclaim(jobs: Iterable[int]) -> None:
    """Owe the hints again soon: an outage of the broker must not count as tries that took longer and longer."""
    with transaction.atomic():
        mine = Job.objects.filter(pk__in=list(jobs)).select_for_update(skip_locked=True)
        Job.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(
            sends=0, due_at=Now() + BROKER_PAUSE
        )


def _send(jobs: QuerySet[Job]) -> int:
    """Hint the workers at `jobs`; return how many hints the broker took."""
    return _hint([(job.pk, job.task) for job in _claim(jobs)])


def _hint(claimed: Sequence[tuple[int, str]]) -> int:
    if broker.hint(claimed):
        return len(claimed)
    _unclaim(key for key, _task in claimed)
    return 0


@dataclass(frozen=True)
class WrittenJobs:
    """New jobs by their keys."""

    claimed: Sequence[tuple[int, str]]
    """First in line for their subjects, with their tasks: counted as sent from the start."""
    behind: Sequence[int]
    """Those that others stand before."""


def write_jobs(owed: Sequence[tuple[Event, str]]) -> WrittenJobs:
    """Write a job for each event and task, in the transaction of the events.

    That transaction holds the events' subjects (`events_stream`), so that nobody else lines up for them; and what is
    first in line now stays first. So it is claimed here: after the commit nothing but the hint is left to do.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM events_owe(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[],"
            " make_interval(secs => %s))",
            [
                [event.pk for event, _ in owed],
                [event.subject_type for event, _ in owed],
                [event.subject_id for event, _ in owed],
                [event.sequence for event, _ in owed],
                [task for _, task in owed],
                FIRST_RESEND_S,
            ],
        )
        rows = cursor.fetchall()
    return WrittenJobs(
        claimed=[(key, task) for key, task, sends in rows if sends],
        behind=[key for key, _task, sends in rows if not sends],
    )


def send_written(jobs: WrittenJobs) -> int:
    """Hint the workers at new jobs once they are durable; return how many hints the broker took."""
    sent = _hint(jobs.claimed)
    if jobs.behind:
        # Whoever stood before may have come to an end meanwhile, and could not see these yet.
        sent += _send(first_jobs().filter(pk__in=jobs.behind, due_at__lte=Now()))
    return sent


def send_next(subject_type: str, subject_id: int) -> int:
    """Send what is first in line for one subject; return how many were sent."""
    ready = first_jobs().filter(subject_type=subject_type, subject_id=subject_id)
    return _send(ready.filter(due_at__lte=Now()))


def send_overdue(limit: int = HINTS_UNDER_WAY) -> int:
    """Send again what was not done in time: lost hints, killed workers, failures that have waited long enough.

    No more than `limit` at once: where the queue is long, what waits in it must not be sent over and over.
    """
    under_way = open_jobs().filter(sends__gt=0, due_at__gt=Now()).count()
    overdue = first_jobs().filter(due_at__lte=Now()).order_by("due_at", "pk")
    return _send(overdue[: max(0, limit - under_way)])


def run_job(job_id: int, handler: Callable[[Event], None]) -> bool:
    """Run `handler(event)` for one job unless somebody else does or did; return whether it ran to its end.

    The handler's writes and the mark "done" are one transaction; the note of the start is one before it.
    """
    if not _note_start(job_id):
        return False
    with transaction.atomic():
        # Others hold it for a moment only: to send it again, to find it started, or to open one that stands before it;
        # so what holds is looked at after the lock.
        Job.objects.select_for_update().filter(pk=job_id).first()
        job = _startable(job_id).select_related("event").first()
        if job is None:
            return False
        error = _attempt(job, handler)
        job.starts = 0
        if error is None:
            job.done_at = timezone.now()
        else:
            job.attempts += 1
            job.last_error = f"{type(error).__name__}: {error}"[:2000]
            job.sends = 0
            job.due_at = Now() + _backoff(job.attempts)
            if job.attempts >= MAX_ATTEMPTS:
                job.failed_at = timezone.now()
        job.save(
            update_fields=["done_at", "failed_at", "attempts", "sends", "starts", "last_error", "due_at"]
        )
        _send_next_after(job)
    return error is None


def _startable(job_id: int) -> QuerySet[Job]:
    """Return the job if it is its turn."""
    # A hint from before the last failure must not cut the pause short.
    return first_jobs().exclude(attempts__gt=0, sends=0).filter(pk=job_id)


def _note_start(job_id: int) -> bool:
    """Write down that a job starts now; return whether it may. Where workers died of it, it is put aside."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Nobody waits for the disk: the note outlives the worker, which is all that it is for.
            cursor.execute("SET LOCAL synchronous_commit TO off")
        waiting = _startable(job_id).exclude(starts__gt=0, started_at__gt=Now() - STARTING)
        job = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return False
        if job.starts < MAX_DEATHS:
            Job.objects.filter(pk=job_id).update(starts=F("starts") + 1, started_at=Now())
            return True
        log.error("Job %s is put aside, it killed its worker %s times: %s", job_id, job.starts, job)
        said = f"The worker died {job.starts} times while it ran this."
        Job.objects.filter(pk=job_id).update(failed_at=timezone.now(), last_error=said)
        _send_next_after(job)
    return False


def _send_next_after(job: Job) -> None:
    transaction.on_commit(lambda: send_next(job.subject_type, job.subject_id))


def put_aside_jobs() -> QuerySet[Job]:
    """Return the jobs that were given up because workers died of them, and that nobody has looked after yet."""
    return Job.objects.filter(failed_at__isnull=False, starts__gt=0)


def try_again(job: Job) -> bool:
    """Open a job that was given up, in its old place in the line, and send it; return whether it was given up.

    Waits until nobody runs a later job of the line: two of one line never run at the same time.
    """
    line = open_jobs().filter(task=job.task, subject_type=job.subject_type, subject_id=job.subject_id)
    reopened: int | None = None
    while reopened is None:
        with transaction.atomic():
            # In a handler's own order: its job, then the subject. After that nobody lines up.
            held = {later.pk for later in line.order_by("pk").select_for_update()}
            Stream.objects.select_for_update().get(subject_type=job.subject_type, subject_id=job.subject_id)
            if set(line.values_list("pk", flat=True)) <= held:
                given_up = Job.objects.filter(pk=job.pk, failed_at__isnull=False)
                reopened = given_up.update(failed_at=None, attempts=0, sends=0, starts=0, due_at=Now())
                _send_next_after(job)
    return reopened == 1


def dismiss(jobs: QuerySet[Job]) -> int:
    """Leave jobs that were put aside given up for good; return how many."""
    return put_aside_jobs().filter(pk__in=jobs).update(starts=0)


def _attempt(job: Job, handler: Callable[[Event], None]) -> Exception | None:
    with working_for(job.event.request):
        try:
            with transaction.atomic():
                handler(job.event)
        except Exception as error:
            if not connection.is_usable():
                raise
            log.exception("Job %s failed: %s", job.pk, job)
            return error
    return None
