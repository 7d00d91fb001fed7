"""`manage.py grant_roles`: let the role of DATABASE_URL run the site, and no more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.keeping.roles import Unfit, grant, running_role


class Command(BaseCommand):
    """`migrate` and `restore` do the same at their end."""

    help = "As the owner (MIGRATION_DATABASE_URL): let the role of DATABASE_URL read and write rows, and no more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --role."""
        parser.add_argument("--role", default="", help="another than that of DATABASE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, and say what."""
        role = options["role"] or running_role()
        if not role:
            raise CommandError(
                "DATABASE_URL and MIGRATION_DATABASE_URL name the same role: give the site a role of its own, "
                "see docs/operations.md."
            )
        try:
            count = grant(role)
        except Unfit as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{role} may write {count['written']} tables and only add to {count['added to']}.")
