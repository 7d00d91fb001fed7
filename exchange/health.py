"""`/healthz`: are the web, the database, the broker and a worker alive, and do jobs and letters get done?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.broker import check_broker
from events.relay import open_jobs, put_aside_jobs
from exchange.tasks import HEARTBEAT_KEY
from notifications.services.outbox import late_letters

STALE_AFTER = timedelta(seconds=60)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


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


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever is wrong with a part, the page must say so
        return f"{type(error).__name__}"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part is well, else 503; each part in a word."""
    parts = {
        "web": "ok",
        "database": _said(_database),
        "broker": _said(_broker),
        "worker": _said(_worker),
        "jobs": _said(_jobs),
        "letters": _said(_letters),
    }
    well = all(said == "ok" for said in parts.values())
    return JsonResponse({"status": "ok" if well else "degraded", "parts": parts}, status=200 if well else 503)
