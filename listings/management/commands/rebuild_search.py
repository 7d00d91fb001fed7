"""Makes every row of search anew from the listings, in one statement."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from listings.search.rebuild import rebuild_search


class Command(BaseCommand):
    """`manage.py rebuild_search`: what is right already stays untouched, so it may be run at any time."""

    help = "Make every row of search anew from the listings; rows that are right stay untouched."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say how many rows there are."""
        started_s = time.perf_counter()
        rows = rebuild_search()
        if options["verbosity"]:
            self.stdout.write(f"{rows} rows of search in {time.perf_counter() - started_s:.1f} s")
