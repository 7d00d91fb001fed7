"""Signs of life."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from exchange.keeping import retention

HEARTBEAT_KEY = "worker-heartbeat"


@shared_task
def beat_heart() -> None:
    """A worker notes that it is alive; `/healthz` reads it."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=3600)


@shared_task
def forget_old() -> int:
    """Remove what was kept long enough; beat calls this every day."""
    return sum(retention.forget_old().values())
