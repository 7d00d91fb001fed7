"""Valkey hangs or is dead: pages are served as before, nobody waits, and passwords cannot be guessed meanwhile."""

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from celery import Celery
from celery.app import app_or_default
from django.conf import settings as ours
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from events import relay
from events.models import Job
from exchange.addresses import cache_url, redis_url
from local.packages import environment_for
from local.processes.cluster import Cluster, start_valkey
from local.processes.supervisor import Supervisor
from local.stack import short_folder
from tests.conftest import PASSWORD, MakeListing, make_user

pytestmark = [
    pytest.mark.live,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick_passwords"),
]

LONGEST_S = 20.0
"""Of one request, on a machine busy with other tests; on a quiet one it is a second or two."""
PAUSE_S = 0.5


@dataclass
class Valkey:
    """One of the test's own, which it can stop and kill."""

    folder: Path
    supervisor: Supervisor
    pid: int = 0

    def start(self) -> None:
        """Start it, with what it kept; again after a kill."""
        cluster = Cluster(self.folder, Path(sys.prefix), environment_for(Path(sys.prefix)))
        cluster.make_folders()
        start_valkey(self.supervisor, cluster)
        sockets = str(cluster.sockets / "valkey.sock")
        self.pid = int(redis.Redis(unix_socket_path=sockets).info("server")["process_id"])

    def send(self, number: signal.Signals) -> None:
        """Make it hang, or die."""
        os.kill(self.pid, number)

    def recover(self) -> None:
        """Make it answer again, whichever it was sent."""
        self.stop()
        self.start()

    def go_on(self) -> None:
        """End its hanging."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it."""
        self.go_on()
        self.supervisor.stop()


@pytest.fixture
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is soon asked again."""
    monkeypatch.setattr("common.cache.PAUSE_S", PAUSE_S)
    monkeypatch.setattr("events.broker.PAUSE_S", PAUSE_S)


@pytest.fixture
def valkey(settings: Settings) -> Iterator[Valkey]:
    """A broker and cache of the test's own that the product uses instead of the tests' common one."""
    found = Valkey(short_folder(), Supervisor())
    before = app_or_default()
    try:
        found.start()
        url = redis_url(found.folder / "run")
        settings.CACHES = {"default": ours.CACHES["default"] | {"LOCATION": cache_url(url)}}
        Celery(
            broker=url, set_as_current=True
        ).conf.broker_transport_options = ours.CELERY_BROKER_TRANSPORT_OPTIONS
        yield found
    finally:
        before.set_current()
        found.stop()
        shutil.rmtree(found.folder)


@contextmanager
def soon(valkey: Valkey) -> Iterator[None]:
    """What is done within does not wait until Valkey is back."""
    back = threading.Timer(LONGEST_S, valkey.go_on)
    back.start()
    yield
    assert back.is_alive(), f"waited for {LONGEST_S:.0f} s"
    back.cancel()


@pytest.fixture
def seller(seller: User) -> User:
    """The seller, with a password hashed that way."""
    return with_password(seller)


def with_password(user: User) -> User:
    """Give somebody the test password."""
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(email: str, password: str) -> bool:
    """Whether a new browser is let in."""
    browser = Client()
    browser.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in browser.session


both = pytest.mark.parametrize("sent", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "is dead"])


@both
def test_entrance_stays_open_while_valkey_is_away(valkey: Valkey, seller: User, sent: signal.Signals) -> None:
    valkey.send(sent)
    with soon(valkey):
        assert sign_in(seller.email, PASSWORD)
    with soon(valkey):
        data = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
        answer = Client().post(reverse("account_signup"), data)
        assert answer["Location"] == reverse("account_email_verification_sent")
    with soon(valkey):
        answer = Client().post(reverse("account_reset_password"), {"email": seller.email})
        assert answer["Location"] == reverse("account_reset_password_done")


def sends() -> list[int]:
    """How often each job of matching was handed on."""
    matching = Job.objects.filter(task="matching.tasks.match_listing")
    return sorted(matching.values_list("sends", flat=True))


@both
def test_what_is_published_meanwhile_is_owed_and_handed_on_when_valkey_is_back(
    short_pause: None, valkey: Valkey, make_offer: MakeListing, sent: signal.Signals
) -> None:
    make_offer()
    assert sends() == [1]
    valkey.send(sent)
    with soon(valkey):
        make_offer(title="While it is away")
    with soon(valkey):
        make_offer(title="Not asked again")
    assert sends() == [0, 0, 1]
    valkey.recover()
    time.sleep(PAUSE_S)
    # Its matches alone: what else a listing owes is handed on alike.
    Job.objects.exclude(task="matching.tasks.match_listing").delete()
    Job.objects.filter(sends=0).update(due_at="2026-01-01T00:00Z")
    assert relay.send_overdue() == 2


@both
def test_health_says_soon_what_is_away(valkey: Valkey, client: Client, sent: signal.Signals) -> None:
    assert client.get("/healthz").json()["parts"]["broker"] == "ok"
    valkey.send(sent)
    with soon(valkey):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["broker"]) == (503, "OperationalError")


@both
def test_guessing_is_stopped_all_the_same_and_only_the_guesser(
    valkey: Valkey, seller: User, sent: signal.Signals
) -> None:
    other = with_password(make_user("other@example.org"))
    valkey.send(sent)
    for number in range(5):
        assert not sign_in(seller.email, f"wrong password {number}")
    assert not sign_in(seller.email, PASSWORD), "the sixth try is not even looked at"
    assert sign_in(other.email, PASSWORD)


@both
def test_cache_is_the_common_one_again_once_valkey_is_back(
    short_pause: None, valkey: Valkey, sent: signal.Signals
) -> None:
    cache.set("before", 1)
    valkey.send(sent)
    with soon(valkey):
        assert cache.get("before") is None
        cache.set("meanwhile", 2)
        assert (cache.get("meanwhile"), cache.incr("meanwhile"), cache.add("meanwhile", 9)) == (2, 3, False)
    valkey.recover()
    time.sleep(PAUSE_S)
    assert (cache.get("before"), cache.get("meanwhile")) == (1, None)


def test_control_the_plain_cache_takes_the_entrance_down_with_it(
    valkey: Valkey, settings: Settings, seller: User
) -> None:
    plain = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": settings.CACHES["default"] | {"BACKEND": plain}}
    valkey.send(signal.SIGKILL)
    with pytest.raises(redis.ConnectionError):
        sign_in(seller.email, PASSWORD)
