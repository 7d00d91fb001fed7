"""`manage.py audit_matches`: look through the stored matches for what an expert would strike out."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from matching.models import Match
from matching.selectors.audit import CLASSES, audited, stored_matches


class Command(BaseCommand):
    """Count and list what is wrong, or to be looked at; ends with 1 where a class that is an error is not empty."""

    help = "Count the stored matches by what an expert would strike out; --list names them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --list."""
        parser.add_argument("--list", action="store_true", help="name the matches of each class")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per class."""
        matches = list(stored_matches())
        found = audited(matches)
        by_key = {match.pk: match for match in matches}
        self.stdout.write(f"{len(matches):,} matches that fit")
        wrong = 0
        for each in CLASSES:
            keys = found[each.key]
            wrong += len(keys) if each.is_error else 0
            mark = "error" if each.is_error else "look "
            self.stdout.write(f"{mark} {len(keys):>6,}  {each.key}: {each.words}")
            for pk in keys if options["list"] else []:
                self.stdout.write(f"                {_line(by_key[pk])}")
        if wrong:
            raise SystemExit(1)


def _line(match: Match) -> str:
    low, high = match.benefit_low_eur_per_year, match.benefit_high_eur_per_year
    gain = "not known" if low is None else f"{low:,} to {high:,} EUR/yr"
    return f"{match.pk}: {match.offer.name} → {match.request.name}, {match.distance_km:.0f} km, {gain}"
