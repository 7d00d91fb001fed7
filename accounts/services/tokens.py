"""Writes: API tokens."""

import re
import secrets
import zlib
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import digest_of, working_tokens
from accounts.models import ApiToken, Scope, User
from accounts.services.checks import check_instance
from common.errors import Invalid, NotFound
from common.rows import Columns, split
from events.services import record_event

OVERLAP: Final = timedelta(days=7)
"""So long a renewed token works beside its successor, so that systems can be changed one after the other."""
LONGEST_DAYS: Final = 366
_BODY: Final = re.compile(r"ly_([A-Za-z0-9_-]{43})([0-9a-f]{8})?")


def _checksum(body: str) -> str:
    """Return the CRC-32 of a secret's random part, in hexadecimal."""
    return f"{zlib.crc32(body.encode()):08x}"


def new_secret() -> str:
    """Return `ly_`, 256 random bits and a checksum: its beginning tells a scanner, its end a typing error."""
    body = secrets.token_urlsafe(32)
    return f"ly_{body}{_checksum(body)}"


def could_be_secret(text: str) -> bool:
    """Whether this could be a token's secret. Those made before there were checksums have none."""
    found = _BODY.fullmatch(text)
    return found is not None and (found[2] is None or found[2] == _checksum(found[1]))


@transaction.atomic
def create_api_token(
    *, actor: User, name: str, secret: str = "", scope: str = Scope.WRITE, days: int | None = None
) -> tuple[ApiToken, str]:
    """Return a new token and its secret, which can be shown this once only; it works for `days`, or until revoked.

    A `secret` that this function made before lets a partner use one token with several databases.
    """
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Invalid({"days": _("At least one day, at most %(most)s.") % {"most": LONGEST_DAYS}})
    secret = secret or new_secret()
    token = ApiToken(
        user=actor,
        name=name.strip(),
        prefix=secret[:8],
        digest=digest_of(secret),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
    )
    check_instance(token)
    token.save()
    record_event(kind="token.created", subject=token, actor=actor)
    return token, secret


@transaction.atomic
def rotate_api_token(*, actor: User, token: ApiToken) -> tuple[ApiToken, str]:
    """Return a successor of the same name, scope and lifetime, and its secret; the old one works for `OVERLAP` more.

    Raises `NotFound` for one that works no more.
    """
    old = working_tokens().select_for_update().filter(pk=token.pk).first()
    if old is None:
        raise NotFound
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    days = min(max(1, round(lifetime / timedelta(days=1))), LONGEST_DAYS) if lifetime else None
    new, secret = create_api_token(actor=actor, name=old.name, scope=old.scope, days=days)
    last_day = timezone.now() + OVERLAP
    if old.expires_at is None or old.expires_at > last_day:
        ApiToken.objects.filter(pk=old.pk).update(expires_at=last_day)
    return new, secret


@transaction.atomic
def revoke_api_token(*, actor: User, token: ApiToken) -> None:
    """Make a token useless at once."""
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    record_event(kind="token.revoked", subject=token, actor=actor)


_TOKEN, _ITS_USER = Columns(ApiToken, "t"), Columns(User, "u")


def find_api_token(secret: str) -> ApiToken | None:
    """Return the token with this secret if it still works, and note its use (to the minute)."""
    if not could_be_secret(secret):
        return None
    # In SQL, since every call of the API begins here.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_TOKEN}, {_ITS_USER} FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id "  # noqa: S608
            "WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active "
            "AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())",
            [digest_of(secret)],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    token: ApiToken
    token, token.user = split(found, _TOKEN, _ITS_USER)
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
