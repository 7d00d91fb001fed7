"""Make an event handler a Celery task, and sweep what is overdue."""

import functools
from collections.abc import Callable

from celery import Task, shared_task

from events import relay
from events.models import Event


def job_task(handler: Callable[[Event], None]) -> "Task[[int], None]":
    """Turn `handler(event)` into the task that `exchange/wiring.py` names as `app.tasks.handler`."""

    @shared_task(name=f"{handler.__module__}.{handler.__name__}")
    @functools.wraps(handler)
    def run(job_id: int) -> None:
        relay.run_job(job_id, handler)

    return run


@shared_task
def sweep_jobs() -> int:
    """Send overdue jobs again; beat calls this every few seconds."""
    return relay.send_overdue()
