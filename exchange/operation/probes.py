"""`/livez` and `/readyz`: for what starts processes, and for what leads people to them.

`/livez` says that this process answers: whoever gets no answer starts it anew. It asks nobody else, since a process is
not mended by a restart when its database is away. `/readyz` says that this process can serve pages: database there,
migrated, room on the disk; whoever gets 503 sends people elsewhere meanwhile. `/healthz` is for the people who keep the
machine: whether all of it gets its work done.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MEGABYTE = 1_000_000


def said(check: Callable[[], str]) -> str:
    """Return what a check says, or the name of what it failed by."""
    try:
        return check()
    except Exception as error:  # whatever is wrong with a part, the page must say so
        return type(error).__name__


def database() -> str:
    """Ask the database anything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def free_bytes() -> int:
    """Return how much may still be written where uploads lie."""
    folder = Path(settings.MEDIA_ROOT)
    # It is made with the first upload.
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free


def disk() -> str:
    """Say whether uploads, and what else is written beside them, still find room."""
    free, wanted = free_bytes() // MEGABYTE, settings.DISK_RESERVE_MB
    return "ok" if free >= wanted else f"{free} MB free, of the {wanted} MB that DISK_RESERVE_MB keeps"


class _Migrated:
    """Whether the schema is this version's. Once it is, it stays so: asked until then only."""

    done = False

    def __call__(self) -> str:
        if not self.done:
            executor = MigrationExecutor(connection)
            left = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if left:
                return f"{len(left)} to run: manage.py migrate"
            self.done = True
        return "ok"


migrated = _Migrated()


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """Answer 200, always."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when this process can serve pages, else 503; each part in a word."""
    parts = {"database": said(database), "migrations": said(migrated), "disk": said(disk)}
    ready = all(word == "ok" for word in parts.values())
    return JsonResponse(
        {"status": "ok" if ready else "not ready", "parts": parts}, status=200 if ready else 503
    )
