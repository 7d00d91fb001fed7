"""Write the log; the jobs that an event starts are written in the same transaction."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from common.seen.context import current_request
from events import relay
from events.kinds import check_declared
from events.models import Event

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


_done_here: ContextVar[frozenset[str]] = ContextVar("done_here", default=frozenset())
_together: ContextVar["list[tuple[Event, str]] | None"] = ContextVar("together", default=None)
MOST_JOBS_OF_A_KIND: Final = 300
"""From so many jobs of one task on, which one change owes, its stand-in is cheaper where there is one."""


@contextmanager
def doing_work_of(tasks: Iterable[str]) -> Iterator[None]:
    """Within this block events start no job of these tasks: the caller does their work, in the same transaction."""
    token = _done_here.set(_done_here.get() | frozenset(tasks))
    try:
        yield
    finally:
        _done_here.reset(token)


@contextmanager
def told_together() -> Iterator[None]:
    """Within this block, in one transaction, tasks that have a stand-in (`EVENT_WIRING_IN_BULK`) are owed at its end.

    Where a task is then owed more than `MOST_JOBS_OF_A_KIND` times, one job of its stand-in is written for all of them.
    """
    owed: list[tuple[Event, str]] = []
    token = _together.set(owed)
    try:
        yield
    finally:
        _together.reset(token)
    stand_ins: Mapping[str, str] = import_string(settings.EVENT_WIRING_IN_BULK)
    counts = Counter(task for _event, task in owed)
    many = {task for task, count in counts.items() if count > MOST_JOBS_OF_A_KIND}
    last = {stand_ins[task]: event for event, task in owed if task in many}
    _write_jobs(
        [each for each in owed if each[1] not in many] + [(event, task) for task, event in last.items()]
    )


def _wiring() -> Mapping[str, Sequence[str]]:
    wiring: Mapping[str, Sequence[str]] = import_string(settings.EVENT_WIRING)
    return wiring


def _owes(event: Event, task: str) -> bool:
    """Whether the job is not done here, and the event does not say that it would find nothing to do."""
    spared: Mapping[tuple[str, str], str] = import_string(settings.EVENT_WIRING_SPARED)
    said = spared.get((event.kind, task))
    return task not in _done_here.get() and (said is None or said not in event.data)


def subject_type_of(subject: models.Model) -> str:
    """Return the name under which a model's rows stand in the log, such as `listings.listing`.

    A model that has left the app it was first logged under names that one as its `event_subject_type`.
    """
    first_name: str | None = getattr(subject, "event_subject_type", None)
    return first_name or subject._meta.label_lower


@dataclass(frozen=True)
class Happened:
    """What is to be written of one subject."""

    kind: str
    subject: models.Model
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stream(self) -> tuple[str, int]:
        """The subject's place in the log."""
        return subject_type_of(self.subject), self.subject.pk


def record_events(*, actor: "AbstractBaseUser | None", happenings: Sequence[Happened]) -> list[Event]:
    """Append one event for each of `happenings` and the jobs they start; in the change's own transaction.

    Raises `TransactionManagementError` outside a transaction: an event without its change would be a lie; and
    `LookupError` for an event that its app has not declared (`events.kinds`).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is written in the transaction of its change.")
    for happened in happenings:
        check_declared(happened.kind, happened.stream[0], happened.data)
    in_order = sorted(happenings, key=lambda happened: happened.stream)
    streams = [happened.stream for happened in in_order]
    actor_id = actor.pk if actor is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM events_append(%s::bigint, %s::text[], %s::bigint[], %s::text[], %s::jsonb[], %s)",
            [
                actor_id,
                [subject_type for subject_type, _ in streams],
                [subject_id for _, subject_id in streams],
                [happened.kind for happened in in_order],
                [json.dumps(dict(happened.data)) for happened in in_order],
                current_request(),
            ],
        )
        written = cursor.fetchall()
    events = [
        Event(
            pk=pk,
            subject_type=subject_type,
            subject_id=subject_id,
            sequence=sequence,
            kind=happened.kind,
            actor_id=actor_id,
            at=at,
            data=dict(happened.data),
            request=current_request(),
        )
        for happened, (subject_type, subject_id), (pk, sequence, at) in zip(
            in_order, streams, written, strict=True
        )
    ]
    _start_jobs(events)
    return events


def _start_jobs(events: Iterable[Event]) -> None:
    owed = [(event, task) for event in events for task in _wiring().get(event.kind, ()) if _owes(event, task)]
    together = _together.get()
    if together is not None and owed:
        stand_ins: Mapping[str, str] = import_string(settings.EVENT_WIRING_IN_BULK)
        together += [each for each in owed if each[1] in stand_ins]
        owed = [each for each in owed if each[1] not in stand_ins]
    _write_jobs(owed)


def _write_jobs(owed: Sequence[tuple[Event, str]]) -> None:
    if not owed:
        return
    written = relay.write_jobs(owed)
    # Robust: the change is durable by then, and no trouble in the relay may be reported as its failure.
    transaction.on_commit(partial(relay.send_written, written), robust=True)


def record_event(
    *,
    kind: str,
    subject: models.Model,
    actor: "AbstractBaseUser | None",
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event about `subject` and the jobs it starts; see `record_events`."""
    return record_events(actor=actor, happenings=[Happened(kind, subject, data or {})])[0]
