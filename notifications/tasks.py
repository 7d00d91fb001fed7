"""Jobs: what is told of events, what is told by the clock, letters."""

from typing import Final

from celery import shared_task

from events.models import Event
from events.tasks import job_task
from notifications.services import deadlines, letters, matches, outbox, searches, telling
from notifications.services.refusals import take_refusal

SENDING_S: Final = 30.0
"""How long one task hands letters over before it lets others have the worker."""


@job_task
def tell(event: Event) -> None:
    """Tell whoever hears of an event."""
    telling.tell(event)


@job_task
def tell_searches(event: Event) -> None:
    """A listing came or changed: tell whose saved search finds it."""
    searches.tell_searches([event.subject_id])


@job_task
def tell_searches_of_many(event: Event) -> None:
    """Very many listings came or changed at once: put them before the searches together."""
    searches.tell_searches_of_many(until=event.at)


@shared_task
def send_letters(_letter_id: int = 0) -> int:
    """Hand over what waits, whichever letter the hint was about; beat calls this every few seconds too."""
    return outbox.send_waiting(within_s=SENDING_S, refused=take_refusal)


@shared_task
def write_digests() -> int:
    """Write the digests that are due."""
    return letters.write_digests()


@shared_task
def tell_new_matches() -> int:
    """Tell of matches that the engine stored."""
    return matches.tell_new_matches()


@shared_task
def tell_deadlines() -> int:
    """Tell of what ends soon, or has ended by the clock."""
    return deadlines.tell_deadlines()
