"""Writes: no more letters of a kind, by the one click that a letter offers; it works signed out."""

from dataclasses import dataclass
from typing import Final

from django.core import signing

from accounts.models import User
from common.errors import NotFound
from notifications.models import Channel, Kind
from notifications.models.kinds import IN_DIGESTS
from notifications.selectors.preferences import choices_of
from notifications.services.preferences import choose

_SALT: Final = "notifications.stop"


@dataclass(frozen=True)
class Stop:
    """Whose letters, and of what: a kind, or all that are gathered daily or weekly."""

    person: User
    what: str

    @property
    def kinds(self) -> list[Kind]:
        """The kinds whose letters end."""
        if self.what in Kind.values:
            return [Kind(self.what)]
        return [choice.kind for choice in choices_of(self.person) if choice.channel == self.what]


def stop_token(person: User, what: str) -> str:
    """Return the signed words that stop letters of a kind, or a digest, for one person."""
    return signing.dumps([person.pk, str(what)], salt=_SALT, compress=False)


def read_token(token: str) -> Stop:
    """Return what a token stops; `NotFound` for one that we did not sign."""
    try:
        pk, what = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise NotFound from None
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or what not in (*Kind.values, *IN_DIGESTS):
        raise NotFound
    return Stop(person, what)


def stop_letters(*, token: str) -> Stop:
    """Let what a token names be told in the inbox only; again it changes nothing."""
    stop = read_token(token)
    for kind in stop.kinds:
        choose(person=stop.person, kind=kind, channel=Channel.INBOX)
    return stop
