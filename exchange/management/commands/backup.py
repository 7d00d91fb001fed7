"""`manage.py backup FILE`: database and files into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.keeping.archive import Refused
from exchange.keeping.backup import write_backup


class Command(BaseCommand):
    """While everything runs."""

    help = "Write the database, as of one moment, and what people have uploaded into one new file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what it holds."""
        try:
            held = write_backup(options["file"])
        except Refused as error:
            raise CommandError(str(error)) from error
        size_mb = options["file"].stat().st_size / 1e6
        self.stdout.write(
            f"{options['file']}: {held['rows']} rows of {held['tables']} tables, {held['files']} files, "
            f"{size_mb:.1f} MB\ndigest {held['digest']}"
        )
