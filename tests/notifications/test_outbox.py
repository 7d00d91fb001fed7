"""Letters queue, leave once, wait for a server that is away, and stop for an address that is none."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, User
from notifications.models import Letter, MailServer, Notification, RefusedAddress
from notifications.services.outbox import forget_letters, queue_letter
from notifications.tasks import send_letters
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _local(settings: Settings) -> None:
    settings.LETTER_BACKEND = LOCMEM
    settings.SHOW_LETTERS = False


def write(to: str = "seller@example.org", **changes: object) -> Letter:
    values = {"to": to, "subject": "Hello", "text": "Read this."} | changes
    return queue_letter(**values)  # type: ignore[arg-type]


def state(letter: Letter) -> str:
    letter.refresh_from_db()
    if letter.sent_at:
        return "sent"
    return "given up" if letter.given_up_at else "waits"


# --- once ---------------------------------------------------------------------------------------------------
def test_letter_leaves_once_under_its_own_id_and_date() -> None:
    letter = write(headers={"X-Kind": "test"}, html="<p>Read this.</p>")
    assert state(letter) == "waits"
    assert [send_letters(), send_letters()] == [1, 0]
    assert state(letter) == "sent"
    [sent] = mail.outbox
    message = sent.message()
    assert message["Message-ID"] == letter.message_id
    assert message["X-Kind"] == "test"
    assert message["Date"] == letter.written_at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


def test_letter_is_written_with_its_cause_or_not_at_all() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        write()
        raise ZeroDivisionError
    assert Letter.objects.count() == 0


def test_letter_of_a_key_is_queued_once() -> None:
    first, second = write(key="digest 1"), write(key="digest 1")
    assert first.pk == second.pk
    assert send_letters() == 1


def test_claimed_letter_is_left_to_whoever_claimed_it_until_the_claim_ends() -> None:
    letter = write()
    Letter.objects.filter(pk=letter.pk).update(leased_until=Now() + timedelta(seconds=30))
    assert send_letters() == 0
    Letter.objects.filter(pk=letter.pk).update(leased_until=Now() - timedelta(seconds=1))
    assert send_letters() == 1


def test_one_process_hands_over_at_a_time() -> None:
    write()
    MailServer.objects.create(pk=1, handing_over_until=timezone.now() + timedelta(seconds=30))
    assert send_letters() == 0
    MailServer.objects.update(handing_over_until=timezone.now() - timedelta(seconds=1))
    assert send_letters() == 1


def test_what_opens_something_is_not_kept_once_it_left(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.QueueBackend"
    mail.send_mail("Reset", "https://example.org/key/abc/", None, ["seller@example.org"])
    letter = Letter.objects.get()
    assert (letter.secret, letter.text) == (True, "https://example.org/key/abc/")
    send_letters()
    assert state(letter) == "sent"
    assert letter.text == ""


def test_old_letters_are_forgotten_and_waiting_ones_are_not() -> None:
    old, waiting = write(), write()
    Letter.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=31))
    Letter.objects.filter(pk=waiting.pk).update(written_at=timezone.now() - timedelta(days=31))
    assert forget_letters() == 1
    assert list(Letter.objects.all()) == [waiting]


# --- a server that is away, or hangs ------------------------------------------------------------------------
@contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """The port of a server that gives these answers, one for each line it hears, and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    threading.Thread(target=talk, args=(line,), daemon=True).start()

        def talk(line: socket.socket) -> None:
            with suppress(OSError):
                for answer in answers:
                    line.sendall(answer)
                    line.recv(4096)
                time.sleep(30)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def use(settings: Settings, port: int) -> None:
    settings.LETTER_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1


def pass_pauses() -> None:
    MailServer.objects.update(down_until=None)
    Letter.objects.update(due_at=timezone.now() - timedelta(seconds=1))


OK = b"250 yes\r\n"
AWAY: list[tuple[bytes, ...]] = [(), (b"",), (b"554 no letters today\r\n",), (b"421 busy\r\n",)]


@pytest.mark.parametrize("answers", AWAY)
def test_server_that_does_not_answer_is_left_alone_and_gets_the_letter_later(
    settings: Settings, answers: tuple[bytes, ...]
) -> None:
    letter = write()
    with answering(*answers) as port:
        use(settings, port)
        started_s = time.monotonic()
        assert send_letters() == 0
        assert send_letters() == 0, "not asked again at once"
        assert time.monotonic() - started_s < 5
    server = MailServer.objects.get()
    assert (server.failures, server.handing_over_until) == (1, None)
    assert (state(letter), letter.attempts) == ("waits", 0), "no letter is touched"
    settings.LETTER_BACKEND = LOCMEM
    pass_pauses()
    assert send_letters() == 1
    assert MailServer.objects.get().failures == 0


def test_pauses_grow_up_to_five_minutes(settings: Settings) -> None:
    write()
    pauses = []
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        use(settings, held.getsockname()[1])
        for _ in range(11):
            pass_pauses()
            before = timezone.now()
            assert send_letters() == 0
            until = MailServer.objects.get().down_until
            assert until is not None
            pauses.append((until - before).total_seconds())
    assert [round(pause_s, -1) if pause_s > 100 else round(pause_s) for pause_s in pauses] == [
        *(1, 2, 4, 8, 16, 32, 64),
        *(130, 260, 300, 300),
    ]


def test_server_that_hangs_after_the_letter_is_cut_off_within_half_the_claim(settings: Settings) -> None:
    settings.LETTER_LEASE_S = 2.0
    letter = write()
    with answering(b"220 test\r\n", OK, OK, OK, b"354 go on\r\n") as port:
        use(settings, port)
        settings.EMAIL_TIMEOUT = 20
        started_s = time.monotonic()
        assert send_letters() == 0
        assert time.monotonic() - started_s < 2.0 + 3.0
    assert (state(letter), letter.attempts) == ("waits", 1)
    assert letter.due_at > letter.written_at


@pytest.mark.parametrize(
    ("answers", "left", "said"),
    [
        ((b"220 test\r\n", OK, OK, b"451 later\r\n"), "waits", "451 later"),
        (
            (b"220 test\r\n", OK, OK, OK, b"354 go\r\n", b"554 we do not like it\r\n"),
            "given up",
            "554 we do not",
        ),
        ((b"220 test\r\n", OK, OK, OK, b"354 go\r\n", b"451 later\r\n"), "waits", "451 later"),
    ],
)
def test_letter_that_is_not_taken_waits_or_is_given_up(
    settings: Settings, answers: tuple[bytes, ...], left: str, said: str
) -> None:
    letter = write()
    with answering(*answers) as port:
        use(settings, port)
        assert send_letters() == 0
    assert state(letter) == left
    assert letter.said.startswith(said)
    assert not RefusedAddress.objects.exists()


def test_letter_that_nobody_takes_is_given_up_after_three_days(settings: Settings) -> None:
    letter = write()
    Letter.objects.update(written_at=timezone.now() - timedelta(days=3, seconds=1))
    with answering(b"220 test\r\n", OK, OK, b"451 later\r\n") as port:
        use(settings, port)
        send_letters()
    assert state(letter) == "given up"


# --- an address that is none --------------------------------------------------------------------------------
def test_refused_address_is_marked_its_owner_told_and_not_written_to_again(
    settings: Settings, seller: User, client_of: Callable[[User], Client]
) -> None:
    letter, other = write(person=seller), write(person=seller)
    elsewhere = write(to="buyer@example.org")
    Letter.objects.filter(pk=elsewhere.pk).update(due_at=timezone.now() + timedelta(hours=1))
    with answering(b"220 test\r\n", OK, OK, b"550 5.1.1 no such user\r\n") as port:
        use(settings, port)
        send_letters()
    assert [state(letter), state(other), state(elsewhere)] == ["given up", "given up", "waits"]
    refused = RefusedAddress.objects.get()
    assert (refused.email, refused.said) == ("seller@example.org", "550 5.1.1 no such user")
    [told] = Notification.objects.filter(person=seller)
    assert (told.told, told.channel) == ("address.refused", "inbox")
    browser = client_of(seller)
    page = browser.get(reverse("inbox")).content.decode()
    assert "Your mail server refused our letters to seller@example.org" in page
    assert "550 5.1.1 no such user" in page
    browser.post(reverse("address_again"))
    assert not RefusedAddress.objects.exists()


def test_address_that_no_server_could_read_is_given_up() -> None:
    letter = write(to="sel\nler@example.org")
    send_letters()
    assert state(letter) == "given up"


# --- nobody waits for a mail server -------------------------------------------------------------------------
def test_request_never_waits_for_the_mail_server(
    settings: Settings, seller: User, asnaes: Organization, client_of: Callable[[User], Client]
) -> None:
    with answering() as port:
        use(settings, port)
        settings.EMAIL_BACKEND = "notifications.backend.QueueBackend"
        settings.EMAIL_TIMEOUT = 60
        started_s = time.monotonic()
        client_of(seller).post(reverse("member_invite"), {"email": "new@example.org", "role": "trader"})
        new = {"email": "other@example.org", "password1": PASSWORD, "password2": PASSWORD}
        Client().post(reverse("account_signup"), new)
        Client().post(reverse("account_reset_password"), {"email": seller.email})
        assert time.monotonic() - started_s < 20
    assert set(Letter.objects.values_list("to", flat=True)) == {
        "new@example.org",
        "other@example.org",
        seller.email,
    }
    assert connection.is_usable()
