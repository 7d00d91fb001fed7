"""Letters that come back later, as reports that a mail system pipes in, or a mailbox of them."""

import io
import mailbox
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from accounts.models import User
from notifications.models import Letter, Notification, RefusedAddress
from notifications.services.bounces import LARGEST_BYTES, read_bounces
from notifications.services.outbox import queue_letter
from notifications.tasks import send_letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(seller: User, settings: Settings) -> Letter:
    settings.LETTER_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    found = queue_letter(to="Seller@example.org", subject="Hello", text="Read this.")
    send_letters()
    found.refresh_from_db()
    return found


def report(
    message_id: str,
    *,
    to: str = "rfc822; seller@example.org",
    status: str = "5.1.1",
    action: str = "failed",
    head_only: bool = False,
) -> bytes:
    """Write what Postfix and Exim write: words, the report, and the letter or its head."""
    original = "text/rfc822-headers" if head_only else "message/rfc822"
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: no-reply@localhost
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

I am sorry.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 There is
 nobody of that name

--part
Content-Type: {original}

Subject: Hello
Message-ID: {message_id}

{"" if head_only else "Read this."}
--part--
""".encode()


def note(monkeypatch: pytest.MonkeyPatch, raw: bytes, **options: object) -> str:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    said = io.StringIO()
    call_command("note_bounces", stdout=said, stderr=said, **options)
    return said.getvalue().strip()


@pytest.mark.parametrize("head_only", [False, True])
def test_report_that_nobody_is_there_marks_the_address_and_tells_its_owner_once(
    letter: Letter, seller: User, monkeypatch: pytest.MonkeyPatch, head_only: bool
) -> None:
    raw = report(letter.message_id, head_only=head_only)
    for _ in range(2):
        assert note(monkeypatch, raw) == (
            "1 reports: 1 addresses refused, 0 letters noted, 0 of no letter of ours; 0 messages are no report"
        )
    refused = RefusedAddress.objects.get()
    assert (refused.email, refused.said) == (
        "seller@example.org",
        "5.1.1 550 5.1.1 There is nobody of that name",
    )
    assert Notification.objects.filter(person=seller, told="address.refused").count() == 1
    letter.refresh_from_db()
    assert (letter.sent_at is not None, letter.said) == (True, refused.said)


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4", "4.4.7"])
def test_failure_that_is_of_the_letter_alone_leaves_the_address(
    letter: Letter, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    assert "0 addresses refused, 1 letters noted" in note(
        monkeypatch, report(letter.message_id, status=status)
    )
    letter.refresh_from_db()
    assert letter.said.startswith(status)
    assert RefusedAddress.objects.count() == 0


@pytest.mark.parametrize(
    ("message_id", "to"),
    [
        ("<0123456789abcdef0123456789abcdef@localhost>", "rfc822; seller@example.org"),
        ("", "rfc822; buyer@example.org"),
        ("", "seller@example.org"),
        ("", ""),
    ],
)
def test_report_that_does_not_know_our_letter_and_its_address_marks_nobody(
    letter: Letter, monkeypatch: pytest.MonkeyPatch, message_id: str, to: str
) -> None:
    said = note(monkeypatch, report(message_id or letter.message_id, to=to))
    assert "0 addresses refused, 0 letters noted, 1 of no letter of ours" in said
    assert RefusedAddress.objects.count() == 0


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_report_of_something_else_than_a_failure_is_passed_over(letter: Letter, action: str) -> None:
    assert read_bounces(report(letter.message_id, action=action)) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: I am on holiday\n\nBack on Monday.\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--\n",
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\nContent-Type: message/rfc822\n\n" * 2000,
        report("<x@y>").replace(b"message/delivery-status", b"text/plain"),
    ],
)
def test_what_is_no_report_is_passed_over(
    raw: bytes, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert note(monkeypatch, raw).endswith("1 messages are no report")


def test_report_without_end_is_not_read(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    said = note(monkeypatch, b"x" * (LARGEST_BYTES + 1))
    assert said.startswith(f"passed over: a report has at most {LARGEST_BYTES} bytes")


def test_mailbox_of_reports_is_read_and_left_as_it_is(
    letter: Letter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    box = mailbox.mbox(tmp_path / "reports")
    for raw in (report(letter.message_id), b"Subject: Hello\n\nI am back.\n", report("<no@letter>")):
        box.add(raw)
    box.close()
    before = (tmp_path / "reports").read_bytes()
    assert note(monkeypatch, b"", mbox=tmp_path / "reports") == (
        "2 reports: 1 addresses refused, 0 letters noted, 1 of no letter of ours; 1 messages are no report"
    )
    assert (tmp_path / "reports").read_bytes() == before
    with pytest.raises(CommandError, match="there is no file"):
        note(monkeypatch, b"", mbox=tmp_path / "nothing")


def test_database_that_is_away_lets_the_mail_system_try_again(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr("notifications.management.commands.note_bounces.take_bounce", away)
    with pytest.raises(CommandError) as error:
        note(monkeypatch, report(letter.message_id))
    assert error.value.returncode == 75


def test_reports_come_to_the_address_on_the_envelope_and_answers_to_the_usual_one(
    settings: Settings, db: None
) -> None:
    settings.LETTER_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    queue_letter(to="seller@example.org", subject="Hello", text="Read this.")
    send_letters()
    [sent] = mail.outbox
    assert (sent.from_email, sent.message()["From"]) == ("bounces@example.org", settings.DEFAULT_FROM_EMAIL)
