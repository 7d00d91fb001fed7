"""`/healthz` names each part, and each part can be the one that is ill."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from events.models import Job
from exchange.tasks import HEARTBEAT_KEY, beat_heart
from listings.models import Listing
from notifications.models import Letter, MailServer, RefusedAddress
from notifications.services.outbox import queue_letter
from tests.conftest import MakeListing

WELL = {"web": "ok", "database": "ok", "broker": "ok", "worker": "ok", "jobs": "ok", "letters": "ok"} | {
    "disk": "ok"
}


def health(client: Client) -> tuple[int, str, dict[str, str]]:
    response = client.get("/healthz")
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    body = json.loads(response.content)
    return response.status_code, body["status"], body["parts"]


def test_all_well(client: Client, db: None) -> None:
    beat_heart()
    assert health(client) == (200, "ok", WELL)


def test_worker_that_never_was(client: Client, db: None) -> None:
    assert health(client) == (503, "degraded", WELL | {"worker": "no heartbeat yet"})


def test_worker_that_went_silent(client: Client, db: None) -> None:
    cache.set(HEARTBEAT_KEY, (timezone.now() - timedelta(seconds=75)).isoformat())
    assert health(client) == (503, "degraded", WELL | {"worker": "last heartbeat 75 s ago"})


def test_work_that_nobody_does(
    client: Client, make_offer: MakeListing, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat_heart()
    listing: Listing = make_offer()
    assert health(client) == (200, "ok", WELL)
    monkeypatch.setattr("exchange.health.STALE_AFTER", timedelta(seconds=-1))
    cache.set(HEARTBEAT_KEY, (timezone.now() + timedelta(seconds=60)).isoformat())
    status, _, parts = health(client)
    assert (status, parts["worker"]) == (503, "ok")
    assert parts["jobs"].startswith("oldest open job is ")
    Job.objects.filter(event__subject_id=listing.pk).update(done_at=Now())
    assert health(client) == (200, "ok", WELL)


def test_letters_that_nobody_hands_over(client: Client, db: None) -> None:
    beat_heart()
    letter = queue_letter(to="seller@example.org", subject="Hello", text="Read this.")
    assert health(client) == (200, "ok", WELL)
    Letter.objects.filter(pk=letter.pk).update(due_at=Now() - timedelta(seconds=700))
    status, _, parts = health(client)
    assert (status, parts["letters"]) == (503, "oldest letter waits for 700 s")
    MailServer.objects.create(pk=1, failures=4)
    assert health(client)[2]["letters"] == (
        "oldest letter waits for 700 s, the mail server failed 4 times in a row"
    )
    # One that its server wants later is on its way.
    Letter.objects.filter(pk=letter.pk).update(due_at=Now() + timedelta(hours=6), attempts=9)
    assert health(client) == (200, "ok", WELL)


def test_letters_that_were_given_up_are_told_for_a_day(client: Client, db: None) -> None:
    beat_heart()
    letters = [
        queue_letter(to=to, subject="Hello", text="Read this.") for to in ("Gone@example.org", "a@b.example")
    ]
    Letter.objects.update(given_up_at=Now())
    RefusedAddress.objects.create(email="gone@example.org", said="550 nobody")
    # Nobody at an address is that person's to mend, and they are told.
    assert health(client)[2]["letters"].startswith("1 given up within a day")
    Letter.objects.filter(pk=letters[1].pk).update(given_up_at=Now() - timedelta(hours=25))
    assert health(client) == (200, "ok", WELL)


def test_broker_that_does_not_answer(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    beat_heart()
    monkeypatch.setattr(current_app.conf, "broker_url", "redis+socket:///nowhere/valkey.sock")
    assert health(client) == (503, "degraded", WELL | {"broker": "OperationalError"})


@pytest.mark.django_db(transaction=True)
def test_database_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    beat_heart()
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/nowhere")
        lost = dict.fromkeys(("database", "jobs", "letters"), "OperationalError")
        assert health(client) == (503, "degraded", WELL | lost)
    assert health(client) == (200, "ok", WELL)


def test_only_reading_is_allowed(client: Client, db: None) -> None:
    assert client.post("/healthz").status_code == 405


def check_deploy(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    given = os.environ | {"SECRET_KEY": "k7-" + "Yq3hZ0vT9sLwXc5R" * 4} | environment
    given.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests may have set it in this process
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def test_production_variables_pass_every_deployment_check() -> None:
    done = check_deploy(SITE_URL="https://exchange.example.org", DEBUG="false")
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced).")


def test_control_a_site_without_tls_or_with_debug_does_not_pass() -> None:
    done = check_deploy(SITE_URL="http://exchange.example.org", DEBUG="true")
    assert done.returncode == 1
    for warning in ("security.W004", "security.W008", "security.W012", "security.W016", "security.W018"):
        assert warning in done.stderr


def test_address_without_scheme_is_refused_at_the_start() -> None:
    done = check_deploy(SITE_URL="exchange.example.org")
    assert done.returncode == 1
    assert "SITE_URL must look like https://exchange.example.org" in done.stderr
