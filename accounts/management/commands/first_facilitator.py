"""`manage.py first_facilitator PROGRAMME EMAIL`: a programme that is there gets somebody who runs it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Programme
from accounts.services.first import ensure_facilitator, ensure_person, link_to_choose_a_password
from common.errors import Invalid, NotFound


class Command(BaseCommand):
    """May be said again: it then changes nothing."""

    help = "Let the person with this address facilitate a programme, named by its slug."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the programme's slug and the address."""
        parser.add_argument("programme", help="its slug, the last part of its address")
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say who facilitates it now, and where a new person chooses a password."""
        try:
            programme = ensure_facilitator(programme=options["programme"], email=options["email"])
        except NotFound as error:
            there = ", ".join(Programme.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"No programme {options['programme']}; there is: {there}") from error
        except Invalid as error:
            raise CommandError(f"{options['email']}: {' '.join(error.fields['email'])}") from error
        people = ", ".join(programme.facilitators.order_by("pk").values_list("email", flat=True))
        self.stdout.write(f"{programme.name} is facilitated by {people}.")
        if link := link_to_choose_a_password(ensure_person(options["email"])):
            self.stdout.write(f"Choose a password: {link}")
