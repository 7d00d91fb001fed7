"""`/metrics`, in the text format of Prometheus: what the processes counted, and what the tables say at this moment."""

import hmac
import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from common.errors import NotFound
from common.web.clients import client_address
from events.models import Job
from events.relay import open_jobs, put_aside_jobs
from exchange import health
from exchange.operation.counting import FOLDER
from exchange.operation.probes import free_bytes
from matching.models import Match, MatchState
from notifications.models import Letter, MailServer
from notifications.services.outbox import waiting_letters

_REMEMBERED_S: Final = 60


def _gauge(name: str, help_text: str, rows: Iterable[tuple[str, float]], label: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"loopyard_{name}", help_text, labels=[label])
    for value, number in rows:
        family.add_metric([value], number)
    return family


def _one(name: str, help_text: str, number: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"loopyard_{name}", help_text, value=number)


def _jobs() -> Iterator[Metric]:
    now = timezone.now()
    rows = list(
        open_jobs().values("task").annotate(number=Count("pk"), oldest=Min("event__at")).order_by("task")
    )
    yield _gauge("jobs_open", "Jobs not done yet.", ((row["task"], row["number"]) for row in rows), "task")
    yield _gauge(
        "jobs_oldest_age_seconds",
        "Age of the oldest job not done yet.",
        ((row["task"], (now - row["oldest"]).total_seconds()) for row in rows),
        "task",
    )
    given_up = Job.objects.filter(failed_at__isnull=False).values("task").annotate(number=Count("pk"))
    yield _gauge(
        "jobs_given_up",
        "Jobs given up, after failures or because workers died of them.",
        ((row["task"], row["number"]) for row in given_up.order_by("task")),
        "task",
    )
    yield _one(
        "jobs_put_aside", "Jobs of which workers died and nobody looked after.", put_aside_jobs().count()
    )


def _matches() -> Iterator[Metric]:
    def counted() -> dict[str, int]:
        return dict(Match.objects.values_list("state").annotate(Count("pk")).order_by("state"))

    # A large market has millions: counted once a minute, however many ask.
    counts = cache.get_or_set("metrics-matches", counted, _REMEMBERED_S) or {}
    yield _gauge(
        "matches",
        "Matches by state.",
        ((state, counts.get(state, 0)) for state in MatchState.values),
        "state",
    )


def _mail() -> Iterator[Metric]:
    now = timezone.now()
    waiting = waiting_letters().aggregate(number=Count("pk"), oldest=Min("due_at"))
    late = max(0.0, (now - waiting["oldest"]).total_seconds()) if waiting["oldest"] else 0.0
    ended = Letter.objects.aggregate(
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        lost=Count("pk", filter=Q(given_up_at__isnull=False)),
    )
    yield _one("letters_waiting", "Letters not handed to the mail server yet.", waiting["number"])
    yield _one("letters_late_seconds", "For how long the oldest of them could have been handed over.", late)
    yield _one("letters_sent", "Letters that the mail server took within the last 30 days.", ended["sent"])
    yield _one("letters_given_up", "Letters given up within the last 30 days.", ended["lost"])
    failures = MailServer.objects.filter(pk=1).values_list("failures", flat=True).first()
    yield _one("mail_server_failures", "How often in a row the mail server failed.", failures or 0)


def _database() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() GROUP BY 1 ORDER BY 1"
        )
        states = cursor.fetchall()
        cursor.execute("SELECT current_setting('max_connections')::int, pg_database_size(current_database())")
        most, size = cursor.fetchone()
    yield _gauge("database_connections", "Connections to this database, by state.", states, "state")
    yield _one("database_connections_most", "How many connections the server takes.", most)
    yield _one("database_size_bytes", "Size of the database on disk.", size)


def _parts() -> Iterator[Metric]:
    parts = health.parts()
    yield _gauge(
        "part_up",
        "1 where /healthz says ok of a part.",
        ((name, word == "ok") for name, word in parts.items()),
        "part",
    )


def _disk() -> Iterator[Metric]:
    yield _one("disk_free_bytes", "Room left where uploads lie.", free_bytes())


SUBJECTS: Final[dict[str, Callable[[], Iterator[Metric]]]] = {
    "parts": _parts,
    "disk": _disk,
    "jobs": _jobs,
    "matches": _matches,
    "mail": _mail,
    "database": _database,
}


class Tables(Collector):
    """Reads at the moment of asking. What cannot be read is left out and named: the rest must still be seen."""

    def collect(self) -> Iterator[Metric]:
        """Yield all families of `SUBJECTS`, and which of them failed."""
        failed = []
        for name, subject in SUBJECTS.items():
            try:
                yield from list(subject())
            except Exception:  # the database is away, or slow: that too must be seen
                failed.append((name, 1.0))
            else:
                failed.append((name, 0.0))
        yield _gauge("metrics_failed", "1 where a subject could not be read.", failed, "subject")


def may_read(request: HttpRequest) -> bool:
    """Whether a request bears `METRICS_TOKEN`, or comes from one of the networks `METRICS_FROM`.

    What a proxy passed on counts by its address only where `TRUSTED_PROXIES` says how to read it: else everybody
    would come from the proxy's own machine.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.METRICS_TOKEN
    if (
        wanted
        and scheme.lower() == "bearer"
        and hmac.compare_digest(secret.strip().encode(), wanted.encode())
    ):
        return True
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"))
    if passed_on and not settings.TRUSTED_PROXIES:
        return False
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_FROM)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every figure; to anybody else there is no such page."""
    if not may_read(request):
        raise NotFound
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has types but here
        registry.register(Tables())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    registry.register(Tables())
    return HttpResponse(
        generate_latest(REGISTRY) + generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4
    )
