"""`manage.py match --all` or `manage.py match 17 18`: match now, in this process."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching import services


class Command(BaseCommand):
    """Refresh matches on demand."""

    help = "Refresh the matches of the given listings, or of all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take listing ids or --all."""
        parser.add_argument("listing", nargs="*", type=int, help="ids of listings")
        parser.add_argument("--all", action="store_true", help="every listing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Match and say how much came of it in what time."""
        listing_ids: list[int] = options["listing"]
        if options["all"] == bool(listing_ids):
            raise CommandError("Name listings by id, or say --all.")
        started = time.perf_counter()
        if options["all"]:
            count = services.refresh_all_matches()
        else:
            count = sum(services.refresh_matches(listing_id=pk) for pk in listing_ids)
        self.stdout.write(f"{count} matches fit; {time.perf_counter() - started:.2f} s")
