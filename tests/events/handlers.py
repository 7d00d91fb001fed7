"""Tasks for the tests: each takes a note of the event in the log itself, so that a rollback takes the note along."""

import os
import signal
import threading
import time
from typing import cast

from events.kinds import Audience, EventKind, declared
from events.models import Event
from events.services import record_event
from events.tasks import job_task

WIRING = {
    "test.noted": ("tests.events.handlers.note",),
    "test.noted_twice": ("tests.events.handlers.note", "tests.events.handlers.note_also"),
}
DATA = {"kills_after_s": "seconds", "fails": "whether", "colour": "nothing"}
# Declared where they are used, in the tests' own processes and in their workers.
cast("dict[str, EventKind]", declared()).update(
    (name, EventKind(name, subject, "noted", Audience.NOBODY, DATA))
    for name, subject in {
        "test.noted": "accounts.user",
        "test.noted_twice": "accounts.user",
        "note.taken": "events.event",
        "note.taken_also": "events.event",
        "test.unwired": "accounts.user",
    }.items()
)
# A test that clears `go_on` holds every handler in the middle of its work, and `begun` says when one is there.
begun = threading.Event()
go_on = threading.Event()
go_on.set()
# A test that sets it takes the cause away why events killed their workers.
spared = threading.Event()


def _note(event: Event, kind: str) -> None:
    record_event(kind=kind, subject=event, actor=None)
    begun.set()
    assert go_on.wait(timeout=30)
    if "kills_after_s" in event.data and not spared.is_set():
        time.sleep(event.data["kills_after_s"])
        os.kill(os.getpid(), signal.SIGKILL)
    if event.data.get("fails"):
        raise ValueError("this event cannot be noted")


@job_task
def note(event: Event) -> None:
    """Note an event; fails after writing when the event says so."""
    _note(event, "note.taken")


@job_task
def note_also(event: Event) -> None:
    """The same as another task."""
    _note(event, "note.taken_also")


def notes_of(subject_id: int, kind: str = "note.taken") -> list[int]:
    """The sequence numbers of a subject's noted events, in the order of the notes."""
    notes = Event.objects.filter(kind=kind).order_by("pk").values_list("subject_id", flat=True)
    sequences = dict(Event.objects.filter(pk__in=notes, subject_id=subject_id).values_list("pk", "sequence"))
    return [sequences[pk] for pk in notes if pk in sequences]
