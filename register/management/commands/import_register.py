"""`manage.py import_register FOLDER`: read plants and their waste from the files of a public register."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from register.services.files import FINNISH_REGISTER, FINNISH_SOURCE, RegisterFileError, read_register
from register.services.plants import import_plants


class Command(BaseCommand):
    """Import a register's facilities and waste transfers."""

    help = (
        "Read the facilities and waste transfers of a public register (files, or the folder that holds them). "
        "A wrong row is named and its plant left as it was; the rest goes in. Safe to repeat; claimed plants are left "
        "alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take paths, --strict, --register and --source."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_FILE")
        parser.add_argument("--strict", action="store_true", help="if a row is wrong, nothing goes in")
        parser.add_argument("--register", default=FINNISH_REGISTER, help="short name of the register")
        parser.add_argument(
            "--source", default=FINNISH_SOURCE, help="whom to name as its source, and its terms"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what was done and what is wrong."""
        try:
            found = read_register(options["paths"])
        except RegisterFileError as error:
            raise CommandError(str(error)) from error
        for wrong in found.wrong:
            self.stderr.write(str(wrong))
        if found.wrong and options["strict"]:
            raise CommandError(f"Wrong rows: {len(found.wrong)}. Nothing was imported.")
        done = import_plants(register=options["register"], source=options["source"], entries=found.plants)
        self.stdout.write(
            f"Plants: {done.added} added, {done.changed} changed, {done.same} as they were, {done.claimed} claimed "
            f"and left alone; {found.left_out} left out (closed, farms, no waste, stand-by); "
            f"wrong rows: {len(found.wrong)}."
        )
