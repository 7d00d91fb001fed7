"""`manage.py first_programme NAME --facilitator EMAIL`: a programme, and who runs it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.first import ensure_person, ensure_programme, link_to_choose_a_password
from common.errors import AppError


class Command(BaseCommand):
    """May be said again: it then changes nothing, or adds another facilitator."""

    help = "Start a programme with its facilitator, or let a further person facilitate it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name, the facilitator's address, the currency and the language."""
        parser.add_argument("name")
        parser.add_argument("--facilitator", required=True, metavar="EMAIL")
        parser.add_argument("--currency", default="EUR", help="ISO 4217, for instance EUR")
        parser.add_argument("--language", default="", help="of its letters, for instance de")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which programme it is, who facilitates it, and where a new person chooses a password."""
        try:
            programme = ensure_programme(
                name=options["name"],
                currency=options["currency"],
                language=options["language"],
                facilitator=options["facilitator"],
            )
            person = ensure_person(options["facilitator"])
        except AppError as error:
            wrong = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())
            raise CommandError(wrong or error.message) from error
        people = ", ".join(programme.facilitators.order_by("pk").values_list("email", flat=True))
        self.stdout.write(f"{programme.name} ({programme.slug}) is facilitated by {people}.")
        if link := link_to_choose_a_password(person):
            self.stdout.write(f"Choose a password: {link}")
