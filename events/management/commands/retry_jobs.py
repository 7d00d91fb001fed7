"""`manage.py retry_jobs`: try again what was put aside because workers died of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet

from events import relay
from events.models import Job


class Command(BaseCommand):
    """Once its cause is gone."""

    help = "Try the jobs again that were put aside because workers died of them, or those that are named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the keys of jobs, --failed and --dismiss."""
        parser.add_argument(
            "jobs", nargs="*", type=int, metavar="JOB", help="only these, whyever they were given up"
        )
        parser.add_argument("--failed", action="store_true", help="also those that failed too often")
        parser.add_argument(
            "--dismiss", action="store_true", help="try none again, and let /healthz say no more of them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say of each what became of it."""
        jobs = _chosen(options["jobs"], failed=options["failed"]).order_by("pk")
        if options["dismiss"]:
            self.stdout.write(f"{relay.dismiss(jobs)} dismissed")
            return
        for job in jobs:
            done = "tried again" if relay.try_again(job) else "not given up"
            self.stdout.write(f"{job.pk} {job}: {done}; before: {job.last_error}")
        if not jobs:
            self.stdout.write("There is none.")


def _chosen(keys: list[int], *, failed: bool) -> QuerySet[Job]:
    if keys:
        return Job.objects.filter(pk__in=keys)
    return Job.objects.filter(failed_at__isnull=False) if failed else relay.put_aside_jobs()
