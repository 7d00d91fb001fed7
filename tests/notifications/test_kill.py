"""Worker and mail server are killed while letters go out: each arrives, and no mailbox shows one twice."""

import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings as ours
from django.db import connection

from notifications.models import Letter
from notifications.services.outbox import queue_letter
from tests.proof import examples

pytestmark = [pytest.mark.live, pytest.mark.mass, pytest.mark.django_db(transaction=True)]

LETTERS = examples(60, 1_000)
KILLS = examples(6, 50)
LEASE_S = 0.5
SEED = 13
WORKER = """
import os, sys, django
django.setup()
from django.conf import settings
from django.db import connection
settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = sys.argv[1]
settings.LETTER_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[2]), 1
settings.LETTER_LEASE_S = float(sys.argv[3])
from notifications.services import outbox
from notifications.tasks import send_letters
outbox.LONGEST_PAUSE_S = outbox.FIRST_PAUSE_S = 0.05
import time
print("ready", flush=True)
while True:
    if not send_letters():
        time.sleep(0.02)
"""


@dataclass
class Post:
    """A worker that hands letters over, and the server that takes them."""

    folder: Path
    port: int
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one of the two, and wait until it says that it is there."""
        here = [sys.executable, "-m", "tests.notifications.mail_server", str(self.folder), str(self.port)]
        database = str(connection.settings_dict["NAME"])
        worker = [sys.executable, "-c", WORKER, database, str(self.port), str(LEASE_S)]
        process = subprocess.Popen(
            here if name == "server" else worker,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ours.ROOT,
        )
        self.running[name] = process
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", name

    def kill(self, name: str) -> None:
        """End one of the two as a power cut does."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def arrived(self) -> Counter[str]:
        """How often each letter came, by its Message-ID."""
        return Counter(f"<{path.name.split('#')[0]}>" for path in (self.folder / "new").iterdir())


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = Post(tmp_path, port)
    try:
        for name in ("server", "worker"):
            found.start(name)
        yield found
    finally:
        for name in list(found.running):
            with suppress(ProcessLookupError):
                found.kill(name)


def test_each_letter_arrives_and_a_mailbox_has_it_once(post: Post) -> None:
    dice = random.Random(SEED)
    kills = 0
    per_kill = LETTERS // KILLS
    for number in range(LETTERS):
        text = f"Text {number}"
        queue_letter(
            to=f"reader{number}@example.org",
            subject=f"Letter {number}",
            text=text,
            html=f"<p>{text}</p>",
            hint=False,
        )
        if number % per_kill == per_kill - 1:
            wait_for(sent_at_least(number - per_kill // 2))
            # In the midst of the rest of this part, at a moment that nobody chose.
            time.sleep(dice.uniform(0, 0.03))
            name = "worker" if kills % 2 else "server"
            post.kill(name)
            post.start(name)
            kills += 1
    wait_for(lambda: not Letter.objects.filter(sent_at__isnull=True).exists())
    arrived = post.arrived()
    again = {name: count for name, count in arrived.items() if count > 1}
    assert kills >= KILLS
    assert set(arrived) == set(Letter.objects.values_list("message_id", flat=True)), (
        "each arrives, nothing else"
    )
    assert len(arrived) == LETTERS
    # What SMTP cannot prevent: of the one letter under way at a kill, the server may have had it already. Its second
    # copy is the same letter under the same Message-ID, so that a mailbox that knows it keeps one.
    assert sum(again.values()) - len(again) <= kills, again
    assert mailbox_of(post.folder) == {f"Letter {number}": f"Text {number}" for number in range(LETTERS)}
    print(
        f"{LETTERS} letters, {kills} kills: {sum(again.values()) - len(again)} second copies under one Message-ID"
    )


def sent_at_least(count: int) -> Callable[[], bool]:
    return lambda: Letter.objects.filter(sent_at__isnull=False).count() >= count


def mailbox_of(folder: Path) -> dict[str, str]:
    """What a mailbox shows that keeps one letter of each Message-ID; copies that differ would be two letters."""
    kept: dict[str, bytes] = {}
    for path in sorted((folder / "new").iterdir()):
        message = message_from_bytes(path.read_bytes())
        content = path.read_bytes()
        assert kept.setdefault(str(message["Message-ID"]), content) == content
    messages = [message_from_bytes(content) for content in kept.values()]
    shown = {str(message["Subject"]): plain_text_of(message) for message in messages}
    assert len(shown) == len(messages)
    return shown


def plain_text_of(message: Message) -> str:
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    return str(part.get_payload()).strip()


def wait_for(reached: Callable[[], bool], within_s: float = 120.0) -> None:
    """Return once it holds."""
    ends_at = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < ends_at
        time.sleep(0.01)
