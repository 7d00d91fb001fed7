"""`manage.py forget_old`: remove what was kept long enough."""

from typing import Any

from django.core.management.base import BaseCommand

from exchange.keeping.retention import forget_old


class Command(BaseCommand):
    """Beat does the same every day."""

    help = "Remove sessions, invitations, done jobs, letters and the like that were kept as long as the settings say."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many of each kind."""
        for kind, count in forget_old().items():
            self.stdout.write(f"{count:>9} {kind}")
