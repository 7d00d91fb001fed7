"""What is done by the clock: task, every how many seconds, and after how many it is no longer worth doing."""

from typing import Any, Final

_DUE: Final = {
    "sweep overdue jobs": ("events.tasks.sweep_jobs", 5.0, 5),
    "worker heartbeat": ("exchange.tasks.beat_heart", 10.0, 10),
    "expire listings": ("listings.tasks.expire_listings", 600.0, 600),
    "keep cells": ("listings.tasks.keep_cells", 3600.0, 3600),
    "expire bids": ("trading.tasks.expire_bids", 60.0, 60),
    "remind of stale synergies": ("trading.tasks.remind_stale", 3600.0, 3600),
    "hand over letters": ("notifications.tasks.send_letters", 5.0, 5),
    "write digests": ("notifications.tasks.write_digests", 300.0, 300),
    "tell of new matches": ("notifications.tasks.tell_new_matches", 300.0, 300),
    "tell of deadlines": ("notifications.tasks.tell_deadlines", 600.0, 600),
    "remove stray files": ("trading.tasks.remove_stray_files", 86400.0, 3600),
    "remove stray pictures": ("listings.tasks.remove_stray_files", 86400.0, 3600),
    "forget old": ("exchange.tasks.forget_old", 86400.0, 3600),
    "match everything": ("matching.tasks.match_all", 86400.0, 3600),
    "sweep open partitions": ("matching.tasks.sweep_runs", 15.0, 15),
    "sweep runs of plans": ("planning.tasks.sweep_runs", 15.0, 15),
}


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return it as Celery's beat reads it."""
    return {
        name: {"task": task, "schedule": float(seconds), "options": {"expires": expires}}
        for name, (task, seconds, expires) in _DUE.items()
    }
