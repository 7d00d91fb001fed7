"""`manage.py erase_person EMAIL`: remove all that is known of a person."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from common.errors import Conflict
from exchange.keeping.erasing import as_json, erase_person


class Command(BaseCommand):
    """For who asks the operator; a person does it at /account/data/."""

    help = "Erase a person: name, addresses, sessions, tokens, letters. What organizations agreed stands."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, --yes and --export."""
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--export", type=Path, metavar="FILE", help="write the person's data there, and erase nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, erase, say so."""
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        if options["export"]:
            path = options["export"]
            path.touch(mode=0o600)
            path.write_text(as_json(person), encoding="utf-8")
            self.stdout.write(f"{path}: the data of {person.email}")
            return
        if not options["yes"]:
            if not sys.stdin.isatty():
                raise CommandError("Erasing cannot be undone: give --yes.")
            if input(f"Erase {person.email}? This cannot be undone. Type yes: ") != "yes":
                raise CommandError("Nothing was changed.")
        try:
            erase_person(actor=None, person=person)
        except Conflict as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Erased.")
