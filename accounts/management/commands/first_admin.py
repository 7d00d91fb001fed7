"""`manage.py first_admin EMAIL`: somebody who may use the administration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.first import ensure_admin, link_to_choose_a_password
from common.errors import Invalid


class Command(BaseCommand):
    """May be said again: it then changes nothing."""

    help = "Let the person with this address use the administration; made where there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say who it is, and where a new person chooses a password."""
        try:
            person = ensure_admin(options["email"])
        except Invalid as error:
            raise CommandError(f"{options['email']}: {' '.join(error.fields['email'])}") from error
        self.stdout.write(f"{person.email} may use the administration.")
        if link := link_to_choose_a_password(person):
            self.stdout.write(f"Choose a password: {link}")
