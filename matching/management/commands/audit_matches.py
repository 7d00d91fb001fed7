"""`manage.py audit_matches`: look through the stored matches for what an expert would strike out."""

from argparse import ArgumentParser
from random import Random
from typing import Any

from django.core.management.base import BaseCommand

from matching.models import Match
from matching.selectors.audit import CLASSES, audited, stored_matches


class Command(BaseCommand):
    """Count and list what is wrong, or to be looked at; ends with 1 where a class that is an error is not empty."""

    help = (
        "Count the stored matches by what an expert would strike out; --list names them, --draw prints some."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --list, --draw and --seed."""
        parser.add_argument("--list", action="store_true", help="name the matches of each class")
        parser.add_argument(
            "--draw", type=int, default=0, help="print so many, drawn at random, with all figures"
        )
        parser.add_argument("--seed", type=int, default=1, help="of the draw; the same seed draws the same")

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
        for match in Random(options["seed"]).sample(matches, min(options["draw"], len(matches))):  # noqa: S311
            self.stdout.write(_figures(match))
        if wrong:
            raise SystemExit(1)


def _figures(match: Match) -> str:
    """Return two lines of all that an expert needs to judge a match."""
    offer, request = match.offer, match.request
    unit = offer.canonical_unit
    amount = "not known" if match.amount_per_year is None else f"{match.amount_per_year:,.0f} {unit}/yr"
    covered = "not known" if match.covered_share is None else f"{match.covered_share:.1%}"
    saved = match.saved_t_per_year
    prices = [
        "open" if each.unit_price is None else f"{each.unit_price:.2f} {each.currency}/{each.canonical_unit}"
        for each in (offer, request)
    ]
    facts = (
        f"{amount}, {covered} of the request, ask {prices[0]}, bid {prices[1]}, score {match.score:.2f}, "
        f"steps {match.treatment_steps}, CO2e {'not known' if saved is None else f'{saved:,.0f} t/yr'}"
    )
    parties = f"{offer.organization.name} → {request.organization.name}"
    return f"{_line(match)}\n    {parties}; {facts}"


def _line(match: Match) -> str:
    low, high = match.benefit_low_eur_per_year, match.benefit_high_eur_per_year
    gain = "not known" if low is None else f"{low:,} to {high:,} EUR/yr"
    return f"{match.pk}: {match.offer.name} → {match.request.name}, {match.distance_km:.0f} km, {gain}"
