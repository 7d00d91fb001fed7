"""Write the log; the jobs that an event starts are written in the same transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from events import relay
from events.models import Event, Job

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


_done_here: ContextVar[frozenset[str]] = ContextVar("done_here", default=frozenset())


@contextmanager
def doing_work_of(tasks: Iterable[str]) -> Iterator[None]:
    """Within this block events start no job of these tasks: the caller does their work, in the same transaction."""
    token = _done_here.set(_done_here.get() | frozenset(tasks))
    try:
        yield
    finally:
        _done_here.reset(token)


def _wiring() -> Mapping[str, Sequence[str]]:
    wiring: Mapping[str, Sequence[str]] = import_string(settings.EVENT_WIRING)
    return wiring


def subject_type_of(subject: models.Model) -> str:
    """Return the name under which a model's rows stand in the log, such as `listings.listing`."""
    return subject._meta.label_lower


def _next_sequence(subject_type: str, subject_id: int) -> int:
    # The row stays locked until the transaction ends: number n + 1 is given only once n is durable or gone.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_stream (subject_type, subject_id, last_sequence) VALUES (%s, %s, 1) "
            "ON CONFLICT (subject_type, subject_id) "
            "DO UPDATE SET last_sequence = events_stream.last_sequence + 1 RETURNING last_sequence",
            [subject_type, subject_id],
        )
        return int(cursor.fetchone()[0])


def record_event(
    *,
    kind: str,
    subject: models.Model,
    actor: "AbstractBaseUser | None",
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event about `subject` and the jobs it starts; must run inside the change's own transaction.

    Raises `TransactionManagementError` outside a transaction: an event without its change would be a lie.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is written in the transaction of its change.")
    subject_type = subject_type_of(subject)
    event = Event.objects.create(
        subject_type=subject_type,
        subject_id=subject.pk,
        sequence=_next_sequence(subject_type, subject.pk),
        kind=kind,
        actor_id=actor.pk if actor is not None else None,
        data=dict(data or {}),
    )
    tasks = [task for task in _wiring().get(kind, ()) if task not in _done_here.get()]
    if tasks:
        Job.objects.bulk_create(Job(event=event, task=task) for task in tasks)
        # Robust: the change is durable by then, and no trouble in the relay may be reported as its failure.
        transaction.on_commit(lambda: relay.send_next(subject_type, event.subject_id), robust=True)
    return event
