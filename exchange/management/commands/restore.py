"""`manage.py restore FILE`: database and files out of one file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.keeping.archive import Refused, reading
from exchange.keeping.backup import check_release, restore_backup, what_is_there


class Command(BaseCommand):
    """While web, workers and beat are stopped."""

    help = "Check a file of `backup` to its last byte, then replace the database by it and bring its uploads."
    # The database may be empty.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, --yes, --check and --digest."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--yes", action="store_true", help="replace what is there without asking")
        parser.add_argument("--check", action="store_true", help="check the file and change nothing")
        parser.add_argument("--digest", default="", help="refuse any file but the one with this digest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, ask, restore, say what came."""
        try:
            with reading(options["file"], digest=options["digest"]) as archive:
                check_release(archive)
                self.stdout.write(
                    f"{options['file']} of {archive.manifest['made_at']} is whole: digest {archive.digest}"
                )
                if options["check"]:
                    return
                self._ask(options)
                came = restore_backup(archive)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored: {came['rows']} rows, {came['files']} files.")

    def _ask(self, options: dict[str, Any]) -> None:
        there = what_is_there()
        if not there or options["yes"]:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"The database is not empty ({there}): give --yes to replace all of it.")
        if input(f"Replace the database, {there}, and all else in it? Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
