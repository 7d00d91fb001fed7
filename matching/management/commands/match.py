"""`manage.py match --all` or `manage.py match 17 18`: match now."""

import time
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError

from matching.models import MatchRun
from matching.selectors.runs import Progress, progress_of
from matching.services.refresh import refresh_matches
from matching.services.runs import send_partitions, start_run, work_next

ASKED_FOR_S = 1.0
LOOKS_EVERY_S = 0.2


class Command(BaseCommand):
    """Refresh matches on demand."""

    help = (
        "Refresh the matches of the given listings, or of all: by the workers, or here where there are none."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take listing ids or --all."""
        parser.add_argument("listing", nargs="*", type=int, help="ids of listings")
        parser.add_argument("--all", action="store_true", help="every listing")
        parser.add_argument("--here", action="store_true", help="with --all: work in this process too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Match and say how much came of it in what time."""
        listing_ids: list[int] = options["listing"]
        if options["all"] == bool(listing_ids):
            raise CommandError("Name listings by id, or say --all.")
        started = time.perf_counter()
        if options["all"]:
            self._match_all(here=options["here"] or not self._workers_answer())
        for pk in listing_ids:
            written = refresh_matches(listing_id=pk)
            self.stdout.write(
                f"listing {pk}, matches: {written.added} added, {written.changed} changed, {written.retired} retired"
            )
        self.stdout.write(f"{time.perf_counter() - started:.2f} s")

    def _workers_answer(self) -> bool:
        try:
            return bool(current_app.control.ping(timeout=ASKED_FOR_S))
        except OSError:
            return False

    def _match_all(self, *, here: bool) -> None:
        run = start_run(resume=True)
        send_partitions(run)
        shown = None
        while not (progress := progress_of(run)).is_finished:
            if progress.done != shown:
                shown = progress.done
                self._show(progress)
            if not (here and work_next(run)):
                time.sleep(LOOKS_EVERY_S)
        self._show(progress)
        listings = MatchRun.objects.get(pk=run.pk).listings
        self.stdout.write(
            f"{listings:,} listings, {progress.found:,} matches fit, {progress.written:,} rows written"
        )

    def _show(self, progress: Progress) -> None:
        self.stdout.write(f"  {progress.done} of {progress.partitions} partitions")
