"""A key that its sender chose is claimed once: what makes two sendings one intention, for pages and API alike.

The key's row is written in the transaction of the change, before anything else: whoever sends it at the same moment
waits for the first one's end; where that came to nothing, so did the row, and the key is free.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.models.functions import Now

from common.files.uploads import digest_of_upload
from events.models import IdempotentRequest

KEPT: Final = timedelta(days=30)
"""How long an answer is kept; a key may be used anew after that."""


def claim(row: IdempotentRequest) -> IdempotentRequest | None:
    """Write a key's row; return None where the key was free, else the row of whoever claimed it before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_idempotentrequest (key, user_id, method, path, body_sha256) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (user_id, key) DO NOTHING RETURNING id",
            [row.key, row.user_id, row.method, row.path, row.body_sha256],
        )
        found = cursor.fetchone()
    if found is None:
        return IdempotentRequest.objects.get(user_id=row.user_id, key=row.key)
    row.pk = found[0]
    return None


def same_call(one: IdempotentRequest, other: IdempotentRequest) -> bool:
    """Whether two sendings ask for the same."""
    return (one.method, one.path, one.body_sha256) == (other.method, other.path, other.body_sha256)


def keep_answer(row: IdempotentRequest, status: int, body: str) -> None:
    """Keep an answer as the text that is sent: as JSON of the database its bytes would change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_idempotentrequest SET status = %s, body = %s WHERE id = %s",
            [status, json.dumps(body), row.pk],
        )


def digest_of_fields(fields: Iterable[tuple[str, Iterable[object]]]) -> str:
    """Return the SHA-256 (hex) of what a form says: names and values in any order of names, files by their content."""
    digest = hashlib.sha256()
    for name, values in sorted(fields, key=lambda field: field[0]):
        for value in values:
            digest.update(json.dumps([name, _plain(value)]).encode())
    return digest.hexdigest()


def _plain(value: object) -> Mapping[str, str | None] | str:
    if not isinstance(value, UploadedFile):
        return str(value)
    return {"name": value.name, "sha256": digest_of_upload(value)}


def forget_answers() -> int:
    """Remove the answers that were kept long enough; return how many."""
    return IdempotentRequest.objects.filter(created_at__lt=Now() - KEPT).delete()[0]
