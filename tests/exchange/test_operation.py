"""What machines ask, who may read the figures, what a line of the log says, what board and alerts are made of."""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from common.seen.context import current_request, new_request, working_for
from common.seen.lines import JsonLines, PlainLines
from events.models import Event, Job
from events.relay import run_job
from exchange.operation.counting import FOLDER, count_in
from exchange.operation.errors import report_errors
from tests.conftest import MakeListing

ROOT = Path(settings.ROOT)
METRIC = re.compile(r"\bloopyard_\w+")


@pytest.fixture(autouse=True)
def _counted_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever imports the server's entry lets its processes count in a folder; the tests' process counts by itself."""
    monkeypatch.delenv(FOLDER, raising=False)


def figures(client: Client) -> dict[str, float]:
    """The metrics by name and labels."""
    answer = client.get("/metrics")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/plain")
    lines = (
        line.rpartition(" ") for line in answer.content.decode().splitlines() if not line.startswith("#")
    )
    return {name: float(number) for name, _, number in lines}


# --- livez, readyz ------------------------------------------------------------------------------------------
def test_process_is_alive_and_asks_nobody(client: Client) -> None:
    # Without `db`, any question to the database would fail.
    assert client.get("/livez").json() == {"status": "ok"}


def test_ready_until_the_disk_is_full(client: Client, db: None, settings: Settings) -> None:
    well = {"database": "ok", "migrations": "ok", "disk": "ok"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": well})
    settings.DISK_RESERVE_MB = 10**9
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert re.fullmatch(
        r"\d+ MB free, of the 1000000000 MB that DISK_RESERVE_MB keeps", answer.json()["parts"]["disk"]
    )
    assert client.get("/healthz").json()["parts"]["disk"].endswith(" that DISK_RESERVE_MB keeps")
    assert client.get("/livez").status_code == 200


def test_free_room_is_that_of_the_uploads(client: Client, db: None) -> None:
    free = shutil.disk_usage(settings.VAR).free
    assert figures(client)["loopyard_disk_free_bytes"] == pytest.approx(free, rel=0.05)


# --- metrics ------------------------------------------------------------------------------------------------
def test_requests_are_counted_by_route_method_and_status(client: Client, db: None) -> None:
    missing = 'loopyard_requests_total{method="GET",route="none",status="404"}'
    listing = 'loopyard_requests_total{method="GET",route="listing",status="404"}'
    odd = 'loopyard_requests_total{method="other",route="livez",status="405"}'
    before = figures(client)
    for address in ("/wp-login.php", "/.env", "/listings/999999999/", "/listings/999999998/"):
        client.get(address)
    client.generic("BREW", "/livez")
    after = figures(client)
    grown = {name: after[name] - before.get(name, 0) for name in (missing, listing, odd)}
    assert grown == {missing: 2, listing: 2, odd: 1}
    took = 'loopyard_request_duration_seconds_count{route="listing"}'
    assert after[took] - before.get(took, 0) == 2


def test_jobs_matches_and_letters_are_told_as_the_tables_have_them(
    client: Client, make_offer: MakeListing
) -> None:
    make_offer()
    job = Job.objects.earliest("pk")
    Job.objects.exclude(task=job.task).update(done_at=Now())
    Job.objects.exclude(pk=job.pk).filter(done_at=None).update(failed_at=Now(), starts=3)
    aside = Job.objects.filter(failed_at__isnull=False).count()
    told = figures(client)
    assert told[f'loopyard_jobs_open{{task="{job.task}"}}'] == 1
    assert 0 <= told[f'loopyard_jobs_oldest_age_seconds{{task="{job.task}"}}'] < 600
    assert told["loopyard_jobs_put_aside"] == aside
    assert told['loopyard_matches{state="proposed"}'] == 0
    assert told["loopyard_letters_waiting"] == told["loopyard_letters_late_seconds"] == 0
    assert told["loopyard_database_connections_most"] >= 20
    assert told['loopyard_part_up{part="database"}'] == 1
    assert told['loopyard_part_up{part="worker"}'] == 0
    assert {number for name, number in told.items() if name.startswith("loopyard_metrics_failed")} == {0}


@pytest.mark.parametrize(
    ("asked", "proxies", "status"),
    [
        ({}, 0, 200),
        ({"REMOTE_ADDR": "10.1.2.3"}, 0, 404),
        ({"REMOTE_ADDR": "192.0.2.77"}, 0, 200),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer the-token"}, 0, 200),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer the-tokem"}, 0, 404),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer "}, 0, 404),
        # A proxy on the same machine: everybody would come from it.
        ({"HTTP_X_FORWARDED_FOR": "10.1.2.3"}, 0, 404),
        ({"HTTP_X_FORWARDED_FOR": "10.1.2.3"}, 1, 404),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1, 10.1.2.3"}, 1, 404),
        ({"HTTP_X_FORWARDED_FOR": "10.1.2.3, 192.0.2.1"}, 1, 200),
    ],
)
def test_figures_are_for_those_who_may(
    client: Client, db: None, settings: Settings, asked: dict[str, str], proxies: int, status: int
) -> None:
    settings.METRICS_TOKEN, settings.TRUSTED_PROXIES = "the-token", proxies
    settings.METRICS_FROM = ["127.0.0.0/8", "192.0.2.0/24"]
    assert client.get("/metrics", **asked).status_code == status  # type: ignore[arg-type]


def test_without_a_token_none_opens(client: Client, db: None, settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.METRICS_FROM = "", []
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_processes_count_together(tmp_path: Path) -> None:
    count = "from common.seen.measures import REQUESTS; REQUESTS.labels('home', 'GET', 200).inc(3)"
    begin = "import sys; from pathlib import Path; from exchange.operation.counting import count_in; "
    begin += f"count_in(Path(sys.argv[1])); {count}"
    environment = {name: value for name, value in os.environ.items() if name != FOLDER}
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", count], check=True, env=environment | {FOLDER: str(tmp_path)}, cwd=ROOT
        )
    tell = (
        "from prometheus_client import CollectorRegistry, generate_latest; "
        "from prometheus_client.multiprocess import MultiProcessCollector; registry = CollectorRegistry(); "
        "MultiProcessCollector(registry); print(generate_latest(registry).decode())"
    )
    told = subprocess.run(
        [sys.executable, "-c", tell],
        env=environment | {FOLDER: str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert b'loopyard_requests_total{method="GET",route="home",status="200"} 6.0' in told.stdout
    # Both are gone: who counts next begins anew.
    subprocess.run([sys.executable, "-c", begin, str(tmp_path)], check=True, env=environment, cwd=ROOT)
    told = subprocess.run(
        [sys.executable, "-c", tell],
        env=environment | {FOLDER: str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert b'loopyard_requests_total{method="GET",route="home",status="200"} 3.0' in told.stdout


def test_files_of_processes_that_live_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    mine, gone, other = (tmp_path / f"counter_{pid}.db" for pid in (os.getpid(), 2**22 + 1, "x"))
    for path in (mine, gone, other):
        path.touch()
    count_in(tmp_path / "elsewhere")
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])


# --- board and alerts ---------------------------------------------------------------------------------------
def expressions(name: str) -> list[str]:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    if name == "grafana.json":
        return [target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"]]
    return [rule["expr"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("name", ["grafana.json", "alerts.yml"])
def test_every_metric_that_board_and_alerts_name_is_told(client: Client, db: None, name: str) -> None:
    client.get("/livez")
    text = client.get("/metrics").content.decode()
    # Families without a row now, as jobs where none is open, have their head all the same.
    told = set(METRIC.findall(text))
    named = {metric for expression in expressions(name) for metric in METRIC.findall(expression)}
    assert len(named) >= 8
    assert named - told == set()


def headings() -> set[str]:
    """The sections of the operator's page, as links name them."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def test_every_alert_leads_to_a_section_that_is_there() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    led = {rule["annotations"]["page"] for rule in rules}
    assert {page.partition("#")[0] for page in led} == {"docs/operations.md"}
    assert {page.partition("#")[2] for page in led} - headings() == set()


# --- the log ------------------------------------------------------------------------------------------------
class _Heard(logging.Handler):
    """Every line, as its formatter would write it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(JsonLines().format(record)))


@pytest.fixture
def heard() -> Iterator[_Heard]:
    handler = _Heard()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_access_is_a_line_with_the_request_that_the_answer_names(
    client: Client, trader: User, heard: _Heard
) -> None:
    client.force_login(trader)
    answer = client.get("/tokens/?secret=in-the-query", HTTP_X_REQUEST_ID="chosen-by-the-sender")
    [line] = [line for line in heard.lines if line["logger"] == "access"]
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])
    assert {
        name: line[name] for name in ("request", "method", "path", "route", "status", "address", "user")
    } == {
        "request": answer["X-Request-ID"],
        "method": "GET",
        "path": "/tokens/",
        "route": "tokens",
        "status": 200,
        "address": "127.0.0.1",
        "user": trader.pk,
    }
    assert line["duration_ms"] > 0
    assert current_request() == ""


def test_own_proxy_may_name_the_request(client: Client, db: None, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client.get("/livez", HTTP_X_REQUEST_ID="edge-0123456789")["X-Request-ID"] == "edge-0123456789"
    for odd in ("short", "a" * 65, 'with"quote-and-more', "line\nbreak-in-it"):
        assert client.get("/livez", HTTP_X_REQUEST_ID=odd)["X-Request-ID"] != odd


def test_what_opens_something_is_not_in_the_log(client: Client, db: None, heard: _Heard) -> None:
    client.get("/invitations/a-secret-of-somebody/")
    client.get("/accounts/confirm-email/a-key-of-somebody/")
    client.get("/accounts/password/reset/key/1-some-key/")
    client.get("/livez")
    lines = [line for line in heard.lines if line["logger"] == "access"]
    assert len(lines) == 3
    assert "somebody" not in json.dumps(lines)
    assert "some-key" not in json.dumps(lines)


def test_request_goes_on_into_event_job_and_what_follows(client: Client, trader: User, heard: _Heard) -> None:
    client.force_login(trader)
    answer = client.post("/tokens/", {"name": "ERP export", "scope": "read", "days": "90"})
    event = Event.objects.get(kind="token.created")
    assert (answer.status_code, event.request) == (200, answer["X-Request-ID"])
    job = Job.objects.create(
        event=event,
        task="any",
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        sequence=event.sequence,
    )
    seen = []

    def handler(_event: Event) -> None:
        seen.append(current_request())
        raise ValueError("no luck")

    assert run_job(job.pk, handler) is False
    assert seen == [event.request]
    [line] = [line for line in heard.lines if line["logger"] == "events.relay"]
    assert (line["level"], line["request"]) == ("ERROR", event.request)
    assert line["error"].endswith("ValueError: no luck")
    assert current_request() == ""


def test_line_of_the_log_cannot_be_forged_and_says_no_request_where_there_is_none() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, "one\n%s", ('{"level": "ERROR"}',), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == 'one\n{"level": "ERROR"}'
    assert "request" not in json.loads(line)
    with working_for("edge-0123456789"):
        assert json.loads(JsonLines().format(record))["request"] == "edge-0123456789"
        assert PlainLines("%(message)s").format(record).endswith("[edge-0123456789]")
    assert len(new_request()) == 32


def test_web_worker_and_commands_write_the_same_lines() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django, logging; django.setup(); from celery.signals import setup_logging;"
            "setup_logging.send(sender=None); logging.getLogger('celery.worker').warning('hello')",
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "exchange.settings", "LOG_FORMAT": "json"},
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    line = json.loads(said.stderr.decode().strip())
    assert (line["logger"], line["level"], line["message"]) == ("celery.worker", "WARNING", "hello")


# --- Sentry -------------------------------------------------------------------------------------------------
def test_errors_are_told_nowhere_unless_somebody_says_where() -> None:
    assert report_errors("", "1") is False
    assert "sentry_sdk" not in sys.modules


@pytest.mark.skipif("sentry_sdk" in sys.modules, reason="the package is here")
def test_address_for_errors_without_the_package_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImproperlyConfigured, match="install sentry-sdk"):
        report_errors("https://key@sentry.example.org/1", "1")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("API_LIMIT", "100", "API_LIMIT must say calls/seconds such as 3000/60, or nothing, not '100'"),
        ("SECOND_FACTOR", "yes", "SECOND_FACTOR must be off, asked or required, not 'yes'"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of plain, json"),
        (
            "METRICS_FROM",
            "10.0.0.0/8,everywhere",
            "METRICS_FROM must name networks such as 10.0.0.0/8, not 'everywhere'",
        ),
    ],
)
def test_odd_setting_is_refused_by_name(variable: str, value: str, said: str) -> None:
    tried = subprocess.run(
        [sys.executable, "-c", "import exchange.settings"],
        env=os.environ | {variable: value},
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert tried.returncode == 1
    assert said in tried.stderr.decode()


# --- the operator's page ------------------------------------------------------------------------------------
def test_table_of_variables_is_what_the_settings_read() -> None:
    read = set(
        re.findall(
            r'\benv\.\w+\(\s*"([A-Z_]+)"', (ROOT / "exchange" / "settings.py").read_text(encoding="utf-8")
        )
    )
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [table] = re.findall(r"^## Variables$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)
    assert len(read) > 25
    assert sorted(rows) == sorted(read)
    example = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(example) - set(rows) == {"DATABASE_PASSWORD", "BIND"}


def test_files_and_commands_that_the_page_names_are_there() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:deploy|exchange|docs)/[\w.]+)`", page):
        assert (ROOT / path).is_file(), path
    commands = set(re.findall(r"manage\.py (\w+)", page))
    assert {"first_admin", "first_programme", "first_facilitator", "retry_jobs"} <= commands
    assert commands - set(get_commands()) == set()
    assert set(re.findall(r"\]\(#([\w-]+)\)", page)) - headings() == set()
