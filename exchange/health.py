"""`/healthz`: are web, database, broker and a worker alive, do jobs and letters get done, is there room on the disk?"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.broker import check_broker
from events.relay import open_jobs, put_aside_jobs
from exchange.operation.probes import database, disk, said
from exchange.tasks import HEARTBEAT_KEY
from notifications.services.outbox import late_letters

STALE_AFTER = timedelta(seconds=60)


def _broker() -> str:
    check_broker()
    return "ok"


def _worker() -> str:
    beat = cache.get(HEARTBEAT_KEY)
    if beat is None:
        return "no heartbeat yet"
    age = timezone.now() - datetime.fromisoformat(beat)
    return "ok" if age < STALE_AFTER else f"last heartbeat {int(age.total_seconds())} s ago"


def _jobs() -> str:
    if aside := put_aside_jobs().count():
        return f"{aside} put aside because workers died of them: manage.py retry_jobs"
    oldest = open_jobs().order_by("event__at").values_list("event__at", flat=True).first()
    if oldest is None or timezone.now() - oldest < STALE_AFTER:
        return "ok"
    return f"oldest open job is {int((timezone.now() - oldest).total_seconds())} s old"


def _letters() -> str:
    return late_letters(timezone.now()) or "ok"


def parts() -> dict[str, str]:
    """Return each part with "ok" or what is wrong with it."""
    return {
        "web": "ok",
        "database": said(database),
        "broker": said(_broker),
        "worker": said(_worker),
        "jobs": said(_jobs),
        "letters": said(_letters),
        "disk": said(disk),
    }


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part is well, else 503; each part in a word."""
    found = parts()
    well = all(word == "ok" for word in found.values())
    return JsonResponse({"status": "ok" if well else "degraded", "parts": found}, status=200 if well else 503)
