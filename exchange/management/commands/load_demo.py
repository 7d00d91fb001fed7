"""`manage.py load_demo`: enter the demonstration; safe to repeat, quick when nothing changed."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exchange.demo import cast
from exchange.demo.deals import enter_deals
from exchange.demo.loader import demonstration_network, enter_register, last_entered, load_network
from exchange.demo.pictures import enter_pictures
from matching.models import Match


class Command(BaseCommand):
    """Fill a trial installation."""

    help = (
        "Enter the demonstration: published exchanges, an illustrative background, and people to sign in as. "
        "The last line is one JSON object with the sign-ins."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --force."""
        parser.add_argument(
            "--force", action="store_true", help="also on a public site: its users will see the demonstration"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Enter what is missing and print the sign-ins."""
        if settings.HTTPS and not options["force"]:
            raise CommandError(
                f"{settings.SITE_URL} looks like a public site: the demonstration, with people whose password is "
                "printed here, does not belong there. Say --force if you want it all the same."
            )
        started = time.perf_counter()
        kept = cast.read_or_make_secrets()
        people = cast.enter_people(kept)
        changed = load_network(network=demonstration_network(), facilitator=people["facilitator"])
        enter_register()
        entered = last_entered()
        enter_pictures(actor=people["facilitator"], listing_ids=entered.listings.values())
        cast.enter_members(people, entered.organizations)
        enter_deals(people=people, organization_ids=entered.organizations)
        kept = cast.enter_token(people["partner"], kept)
        news = (
            f"{len(entered.organizations)} organizations, {len(entered.sites)} sites, "
            f"{len(entered.listings)} listings, {Match.objects.filter(fits=True).count()} matches"
            if changed
            else "nothing new"
        )
        self.stdout.write(f"Demonstration: {news}; {time.perf_counter() - started:.1f} s")
        self.stdout.write(json.dumps(cast.sign_ins(people, kept)))
