"""A market drawn at random, and random changes of it."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Site, User
from catalogue.models import Resource
from common.errors import AppError
from listings.models import Disclosure, Listing, Side
from listings.services.listings import (
    amend_listing,
    create_listing,
    pause_listing,
    publish_listing,
    withdraw_listing,
)
from tests.conftest import make_terms

RESOURCES = (
    "coal-fly-ash",
    "fly-ash",
    "wood-ash",
    "fgd-gypsum",
    "sawdust",
    "steel-scrap",
    "sewage-sludge",
    "whey",
)
START = date(2050, 1, 1)


def random_terms(pick: random.Random, site: Site, side: str | None = None) -> Any:
    """Draw terms of a listing."""
    resource = Resource.objects.get(slug=pick.choice(RESOURCES))
    quality = {
        each.slug: (Decimal(pick.randint(1, 9)), None)
        for each in resource.quality_properties()[:3]
        if pick.random() < 0.4
    }
    first = START + timedelta(days=pick.randint(0, 300))
    return make_terms(
        side or pick.choice(Side.values),
        site,
        resource.slug,
        quantity=pick.choice([None, Decimal(pick.randint(1, 90_000))]),
        period=pick.choice(["year", "once", "month", "week"]),
        price=pick.choice([None, Decimal(0), Decimal(pick.randint(-60, 60))]),
        currency=pick.choice(["EUR", "EUR", "DKK"]),
        available_from=first,
        available_until=pick.choice([None, first + timedelta(days=pick.randint(1, 900))]),
        hazardous=False,
        ewc_code=pick.choice(["", *resource.ewc_codes]) if resource.slug != "whey" else "",
        disclosure=pick.choice(Disclosure.values),
        title=pick.choice(["", "", "Ash of boiler two", "Blå båd, weiß", "gypsum board"]),
        description=pick.choice(["", " \n", "Dry, in silos at the quay."]),
        quality=quality,
    )


@pytest.fixture
def draw_market(
    seller: User, buyer: User, stranger: User, asnaes_site: Site, cement_site: Site, elsewhere_site: Site
) -> Callable[[int, int], list[Listing]]:
    """`draw_market(seed, count)`: listings of three companies, of all kinds of disclosure."""

    def draw(seed: int, count: int) -> list[Listing]:
        pick = random.Random(seed)
        owners = ((seller, asnaes_site), (buyer, cement_site), (stranger, elsewhere_site))
        listings: list[Listing] = []
        while len(listings) < count:
            actor, site = pick.choice(owners)
            try:
                listings.append(
                    create_listing(
                        actor=actor,
                        organization=site.organization,
                        terms=random_terms(pick, site),
                        publish=pick.random() < 0.9,
                    )
                )
            except AppError:
                continue  # drawn terms that a listing of the kind cannot have
        return listings

    return draw


def change_at_random(pick: random.Random, listing: Listing) -> None:
    """Do one thing to a listing that its owner may do; a refusal changes nothing."""
    actor = listing.created_by
    change = pick.choice(("amend", "amend", "publish", "pause", "withdraw", "price"))
    try:
        if change == "amend":
            terms = random_terms(pick, listing.site, listing.side)
            changes = {
                name: getattr(terms, name)
                for name in (
                    "quantity",
                    "price",
                    "title",
                    "description",
                    "disclosure",
                    "available_until",
                    "months",
                )
                if pick.random() < 0.5
            }
            amend_listing(actor=actor, listing=listing, changes=changes)
        elif change == "price":
            amend_listing(actor=actor, listing=listing, changes={"price": Decimal(pick.randint(-50, 50))})
        else:
            act = {"publish": publish_listing, "pause": pause_listing, "withdraw": withdraw_listing}[change]
            act(actor=actor, listing=listing)
    except AppError:
        pass
