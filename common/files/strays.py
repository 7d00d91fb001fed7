"""Files to which no row leads: their transaction came to nothing, or their row went with what it belonged to."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone

STRAY_AFTER: Final = timedelta(days=2)
"""Longer than any transaction lasts that has written a file and not yet its row."""


def remove_strays(folder: str, kept: Callable[[str], Iterable[str]]) -> int:
    """Remove the strays in the folders of a folder; return how many. `kept`: what rows have below a beginning."""
    removed = 0
    for owner in _folders(folder):
        rows = set(kept(f"{owner}/"))
        for name in default_storage.listdir(owner)[1]:
            path = f"{owner}/{name}"
            age = timezone.now() - default_storage.get_modified_time(path)
            if path not in rows and age > STRAY_AFTER:
                default_storage.delete(path)
                removed += 1
    return removed


def _folders(folder: str) -> Iterator[str]:
    if default_storage.exists(folder):
        yield from (f"{folder}/{name}" for name in default_storage.listdir(folder)[0])
