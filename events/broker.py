"""Hints to the workers by way of the broker. It may be gone or hang, and nobody who writes waits for it.

A hint is tried once, with a short patience; when it fails, this process tries none for a pause, and then one. What was
not hinted at is found by the sweep.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from celery.app import app_or_default
from kombu.exceptions import KombuError
from kombu.pools import ProducerPool
from redis.exceptions import RedisError

from common.breaker import Breaker

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)
PATIENCE_S: Final = 1.0
PAUSE_S: Final = 3.0


def hint(jobs: Sequence[tuple[int, str]]) -> bool:
    """Tell the workers to look at jobs, given by their keys and tasks; return whether the broker took the hints.

    It takes them in one go; where it fails meanwhile it may have taken some, and a hint too many does no harm.
    """
    if not jobs:
        return True
    app = app_or_default()
    link = _link(app)
    if not link.breaker.lets_through():
        return False
    try:
        with (
            link.producers.acquire(block=True, timeout=PATIENCE_S) as producer,
            producer.batch(),  # type: ignore[attr-defined]  # newer than its types
        ):
            for key, task in jobs:
                app.send_task(task, args=[key], producer=producer, retry=False)
    except (KombuError, RedisError, OSError) as error:
        link.breaker.failed()
        log.warning("The broker takes no hints now: %r", error)
        return False
    link.breaker.worked()
    return True


def check_broker() -> None:
    """Return when the broker answers; raise `kombu.exceptions.OperationalError` when it does not within a moment."""
    with _connection(app_or_default()) as connection:
        connection.ensure_connection(max_retries=0)


@dataclass(frozen=True)
class _Link:
    """How one process reaches the broker: connections do not outlive a fork."""

    producers: ProducerPool
    breaker: Breaker = field(default_factory=lambda: Breaker(PAUSE_S))
    pid: int = field(default_factory=os.getpid)


_links: "WeakKeyDictionary[Celery, _Link]" = WeakKeyDictionary()


def _link(app: "Celery") -> _Link:
    link = _links.get(app)
    if link is None or link.pid != os.getpid():
        limit = app.conf.broker_pool_limit
        link = _links[app] = _Link(ProducerPool(_connection(app).Pool(limit=limit), limit=limit))
    return link


def _connection(app: "Celery") -> Any:
    # No more tries to connect either: a hint is tried once.
    once = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S, "max_retries": 0}
    return app.connection_for_write(transport_options=once)
