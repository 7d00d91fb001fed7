"""Writes: letters queue in the database, and leave at least once.

A letter is claimed, handed over, and marked as sent in a transaction of its own right after the server took it. A
worker that dies before it hands over costs the wait for its claim to end. One that dies between the server's “250” and
the commit of the mark costs a second copy, under the same Message-ID and Date: SMTP cannot say what became of it.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from socket import SHUT_RDWR
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, Now
from django.utils import timezone

from accounts.models import User
from events import broker
from notifications.models import Letter, MailServer, RefusedAddress

log = logging.getLogger(__name__)
TASK: Final = "notifications.tasks.send_letters"
LONGEST_SUBJECT: Final = 250
GIVE_UP_AFTER: Final = timedelta(days=3)
LATE_AFTER: Final = timedelta(minutes=10)
GIVEN_UP_TOLD: Final = timedelta(days=1)
"""So long those who keep the machine are told of it."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 300.0
_FIRST_RETRY_S: Final = 60.0
_LONGEST_RETRY_S: Final = 6 * 3600.0
_PERMANENT: Final = 500


# --- into the queue -----------------------------------------------------------------------------------------
def queue_letter(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    person: User | None = None,
    headers: Mapping[str, str] | None = None,
    key: str | None = None,
    secret: bool = False,
    hint: bool = True,
) -> Letter:
    """Write a letter in the transaction of its cause; once per `key`. The worker is told of it after the commit."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    values = {
        "to": to,
        # A name may hold line breaks, a header may not.
        "subject": " ".join(subject.split())[:LONGEST_SUBJECT],
        "text": text,
        "html": html,
        "person": person,
        "headers": dict(headers or {}),
        "message_id": f"<{uuid4().hex}@{host}>",
        "secret": secret,
    }
    if key is None:
        letter = Letter.objects.create(**values)
    else:
        letter, is_new = Letter.objects.get_or_create(key=key, defaults=values)
        hint = hint and is_new
    if hint:
        transaction.on_commit(lambda: broker.hint([(letter.pk, TASK)]), robust=True)
    return letter


# --- out of it ----------------------------------------------------------------------------------------------
def lease() -> timedelta:
    """Return how long a letter is claimed; half of it is the longest that handing it over may take."""
    return timedelta(seconds=settings.LETTER_LEASE_S)


def waiting_letters() -> QuerySet[Letter]:
    """Return what is neither sent nor given up."""
    return Letter.objects.filter(sent_at__isnull=True, given_up_at__isnull=True)


def _ready() -> QuerySet[Letter]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=Now())
    return waiting_letters().filter(free, due_at__lte=Now()).order_by("due_at", "pk")


def send_waiting(*, within_s: float, refused: Callable[[Letter, str], None]) -> int:
    """Hand over what waits, one letter after the other, for at most `within_s`; return how many the server took.

    Returns at once where another process does so, or the server is left alone for a while because it did not answer.
    `refused` is called, within a transaction, for a letter whose address the server refuses for good.
    """
    if not _ready().exists() or not _may_hand_over():
        return 0
    sent, ends_at = 0, monotonic() + within_s
    connection = get_connection(settings.LETTER_BACKEND, fail_silently=False)
    try:
        # Before any letter is claimed: a server that hangs here touches none.
        connection.open()
        while monotonic() < ends_at and (letter := _claim()):
            with _no_longer_than(lease().total_seconds() / 2, connection):
                outcome = _hand_over(connection, letter)
            _note(letter, outcome, refused)
            sent += outcome.taken
            if outcome.server_fails:
                raise outcome.error or SMTPServerDisconnected(outcome.said)
            if not outcome.taken:
                # Its state after a refusal is the server's guess and ours.
                connection.close()
                connection.open()
        _went_well()
    except (SMTPException, OSError) as error:
        _leave_alone(error)
    finally:
        with suppress(SMTPException, OSError):
            connection.close()
    return sent


@dataclass(frozen=True)
class _Outcome:
    """What the server made of a letter."""

    taken: bool = False
    refused: bool = False
    """There is nobody at this address."""
    given_up: bool = False
    """It will never be taken as it is."""
    server_fails: bool = False
    said: str = ""
    error: Exception | None = None


def _hand_over(connection: Any, letter: Letter) -> _Outcome:
    try:
        connection.send_messages([_message_of(letter)])
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        words = f"{code} {_readable(said)}"
        return _Outcome(refused=code >= _PERMANENT, said=words, error=error)
    except SMTPDataError as error:
        words = f"{error.smtp_code} {_readable(error.smtp_error)}"
        return _Outcome(given_up=error.smtp_code >= _PERMANENT, said=words, error=error)
    except (SMTPException, OSError) as error:
        return _Outcome(server_fails=True, said=repr(error), error=error)
    except (ValueError, LookupError) as error:
        # What cannot be written as a letter, as an address that only another server could read.
        return _Outcome(given_up=True, said=repr(error), error=error)
    return _Outcome(taken=True)


def _readable(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


class _SameEachTime(EmailMultiAlternatives):
    """A letter that is the same to the byte however often it is handed over: the mark between its parts is its own."""

    def message(self) -> Any:
        """Return it as it travels."""
        message: Any = super().message()
        if message.is_multipart():
            message.set_boundary(f"=={self.extra_headers['Message-ID'].strip('<>').partition('@')[0]}==")
        return message


def _message_of(letter: Letter) -> EmailMultiAlternatives:
    fixed = {"Message-ID": letter.message_id, "Date": format_datetime(letter.written_at)}
    headers = {**letter.headers, **fixed}
    if settings.BOUNCE_ADDRESS:
        # The sender on the envelope, to whom other servers report; readers see and answer the usual one.
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    message = _SameEachTime(
        letter.subject, letter.text, settings.BOUNCE_ADDRESS or None, [letter.to], headers=headers
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


@contextmanager
def _no_longer_than(seconds: float, connection: Any) -> Iterator[None]:
    """Cut the line of a server that takes longer in all: its timeout counts each of its answers anew."""

    def cut() -> None:
        line = getattr(getattr(connection, "connection", None), "sock", None)
        if line is not None:
            with suppress(OSError):
                line.shutdown(SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _claim() -> Letter | None:
    with transaction.atomic():
        letter = _ready().select_for_update(skip_locked=True).first()
        if letter is not None:
            until = Now() + lease()
            Letter.objects.filter(pk=letter.pk).update(leased_until=until, attempts=F("attempts") + 1)
            MailServer.objects.filter(pk=1).update(handing_over_until=until)
    return letter


def _note(letter: Letter, outcome: _Outcome, refused: Callable[[Letter, str], None]) -> None:
    mine = Letter.objects.filter(pk=letter.pk, sent_at__isnull=True)
    if outcome.taken:
        kept = {} if not letter.secret or settings.SHOW_LETTERS else {"text": "", "html": ""}
        mine.update(sent_at=Now(), leased_until=None, said="", **kept)
        return
    log.warning("Letter %s was not taken: %s", letter.pk, outcome.said)
    if outcome.refused or outcome.given_up or timezone.now() - letter.written_at > GIVE_UP_AFTER:
        with transaction.atomic():
            mine.update(given_up_at=Now(), leased_until=None, said=outcome.said)
            if outcome.refused:
                refused(letter, outcome.said)
        return
    pause_s = min(_FIRST_RETRY_S * 2**letter.attempts, _LONGEST_RETRY_S)
    if outcome.server_fails:
        # The server is to blame, and is left alone; a letter that makes it fail must not stand before all others.
        pause_s = FIRST_PAUSE_S * min(letter.attempts + 1, 60)
    mine.update(due_at=Now() + timedelta(seconds=pause_s), leased_until=None, said=outcome.said)


# --- the server ---------------------------------------------------------------------------------------------
def _may_hand_over() -> bool:
    """Whether the server is to be asked now, and by this process."""
    MailServer.objects.get_or_create(pk=1)
    free = Q(handing_over_until__isnull=True) | Q(handing_over_until__lte=Now())
    up = Q(down_until__isnull=True) | Q(down_until__lte=Now())
    until = Now() + lease() + timedelta(seconds=settings.EMAIL_TIMEOUT)
    return MailServer.objects.filter(free, up, pk=1).update(handing_over_until=until) == 1


def _went_well() -> None:
    MailServer.objects.filter(pk=1).update(handing_over_until=None, failures=0, down_until=None, said="")


def _leave_alone(error: Exception) -> None:
    """Ask the server again after a pause, which grows from 1 s to 5 min."""
    server = MailServer.objects.get(pk=1)
    pause_s = min(FIRST_PAUSE_S * 2 ** min(server.failures, 20), LONGEST_PAUSE_S)
    log.warning("The mail server does not take letters, it is asked again in %.0f s: %r", pause_s, error)
    MailServer.objects.filter(pk=1).update(
        handing_over_until=None,
        failures=F("failures") + 1,
        down_until=Now() + timedelta(seconds=pause_s),
        said=repr(error)[:500],
    )


# --- addresses ----------------------------------------------------------------------------------------------
def note_refusal(letter: Letter, said: str) -> None:
    """Note that there is nobody at a letter's address; what else waits for it is given up."""
    RefusedAddress.objects.get_or_create(email=letter.to.lower(), defaults={"said": said[:500]})
    others = waiting_letters().filter(to__iexact=letter.to, secret=False)
    others.update(given_up_at=Now(), leased_until=None, said=said[:500])


def late_letters(now: datetime) -> str:
    """Say in a few words what is wrong with the queue, for those who keep the machine; "" where nothing is.

    A letter is late that could have been handed over for a while and was not; one that its server wants later is not.
    """
    oldest = waiting_letters().order_by("due_at").values_list("due_at", flat=True).first()
    if oldest is not None and now - oldest > LATE_AFTER:
        failures = MailServer.objects.filter(pk=1).values_list("failures", flat=True).first()
        why = f", the mail server failed {failures} times in a row" if failures else ""
        return f"oldest letter waits for {int((now - oldest).total_seconds())} s{why}"
    refused = RefusedAddress.objects.filter(email=Lower(OuterRef("to")))
    lost = Letter.objects.filter(~Exists(refused), given_up_at__gt=now - GIVEN_UP_TOLD)
    if count := lost.count():
        return f"{count} given up within a day: see “said” of the letters in the administration"
    return ""


def forget_letters() -> int:
    """Remove letters whose fate is decided for long enough; return how many."""
    old = timezone.now() - timedelta(days=settings.KEEP_LETTERS_DAYS)
    return Letter.objects.filter(Q(sent_at__lt=old) | Q(given_up_at__lt=old)).delete()[0]
