from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services.towns import load_towns
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.services import load_catalogue
from common.reading.tables import TableError


class Command(BaseCommand):
    help = "Bring resources, waste codes, activities and towns in line with their files; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA_FOLDER, help="where the CSV files are")

    def handle(self, *args: Any, folder: Path, verbosity: int, **options: Any) -> None:
        try:
            changes = load_catalogue(folder=folder)
        except TableError as error:
            raise CommandError(str(error)) from error
        for change in changes if verbosity else []:
            news = f"{change.added} new, {change.changed} changed, {change.removed} removed"
            self.stdout.write(f"{change.total:>6} {change.table}: {'unchanged' if change.is_none else news}")
        towns = load_towns()
        if verbosity:
            self.stdout.write(f"{towns:>6} towns")
