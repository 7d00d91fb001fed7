"""Writes: API tokens."""

import secrets
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.access import digest_of
from accounts.models import ApiToken, User
from accounts.services.checks import check_instance
from common.rows import Columns, split
from events.services import record_event


@transaction.atomic
def create_api_token(*, actor: User, name: str, secret: str = "") -> tuple[ApiToken, str]:
    """Return a new token and its secret, which can be shown this once only.

    A `secret` that this function made before lets a partner use one token with several databases.
    """
    secret = secret or f"ly_{secrets.token_urlsafe(32)}"
    token = ApiToken(user=actor, name=name.strip(), prefix=secret[:8], digest=digest_of(secret))
    check_instance(token)
    token.save()
    record_event(kind="token.created", subject=token, actor=actor)
    return token, secret


@transaction.atomic
def revoke_api_token(*, actor: User, token: ApiToken) -> None:
    """Make a token useless at once."""
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    record_event(kind="token.revoked", subject=token, actor=actor)


_TOKEN, _ITS_USER = Columns(ApiToken, "t"), Columns(User, "u")


def find_api_token(secret: str) -> ApiToken | None:
    """Return the token with this secret if it still works, and note its use (to the minute)."""
    # In SQL, since every call of the API begins here.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_TOKEN}, {_ITS_USER} FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id "  # noqa: S608
            "WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active",
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
