"""Fills the market with so many drawn listings, to try the load."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from exchange.demo.load import load_market


class Command(BaseCommand):
    """`manage.py seed_load 1000000`: once per database, and never into one that people use."""

    help = "Fill the market with so many drawn listings (illustrative, without events), to try the load."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many listings, and the seed from which they follow."""
        parser.add_argument("listings", type=int, help="how many")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how long it took."""
        if options["listings"] < 1:
            raise CommandError("Say how many listings: 1 or more.")
        if Organization.objects.filter(slug="load-1").exists():
            raise CommandError("This database was filled by seed_load before; it is done once.")
        started_s = time.perf_counter()
        load_market(options["listings"], seed=options["seed"])
        self.stdout.write(f"{options['listings']} listings in {time.perf_counter() - started_s:.0f} s")
