"""Two countries of plants, dense here and lonely there, that list without their names; and a stranger among them."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from random import Random
from typing import Final

from accounts.models import Organization, Role, Site, User
from catalogue.models import Resource
from common.geo import Point
from listings.models import Disclosure, Listing, Side
from listings.services.listings import create_listing
from matching.services.runs import refresh_all_matches
from register.services.files import PlantEntry
from register.services.plants import import_plants
from tests.conftest import join, make_terms, make_user

TOWNS: Final = (
    ("Kalundborg", "DK", 55.68, 11.09, 9),
    ("Slagelse", "DK", 55.40, 11.35, 7),
    ("Holbæk", "DK", 55.71, 11.71, 3),
    ("Næstved", "DK", 55.23, 11.76, 2),
    ("Køge", "DK", 55.46, 12.18, 1),
    ("Nykøbing", "DK", 54.77, 11.87, 1),
    ("Odense", "DK", 55.40, 10.39, 8),
    ("Svendborg", "DK", 55.06, 10.61, 1),
    ("Nyborg", "DK", 55.31, 10.79, 1),
    ("Vejle", "DK", 55.71, 9.54, 2),
    ("Aalborg", "DK", 57.05, 9.92, 1),
    ("Flensburg", "DE", 54.79, 9.44, 3),
    ("Kiel", "DE", 54.32, 10.14, 3),
    ("Lübeck", "DE", 53.87, 10.69, 3),
)
"""Town, country, place, and how many organizations operate about it."""
PLANTS: Final = (("Kiel", "DE", 54.35, 10.05), ("Lübeck", "DE", 53.95, 10.80), ("Vejle", "DK", 55.60, 9.70))
PROBES: Final = (
    (55.68, 11.10),
    (55.30, 11.60),
    (55.40, 10.40),
    (54.80, 11.90),
    (56.60, 9.90),
    (54.50, 9.90),
)
"""Where the stranger operates: in the midst of the dense places and beside the lonely ones."""


@dataclass
class World:
    """Who is where, and who lists what; the stranger knows of it all but `hidden`."""

    stranger: User
    prober: Organization
    places: dict[str, list[tuple[Point, str]]] = field(default_factory=dict)
    """The sites of each candidate with their countries: organizations by name, plants of a register by theirs."""
    hidden: dict[int, str] = field(default_factory=dict)
    """The truth: who stands behind each listing that does not name its owner."""
    unlisted: list[int] = field(default_factory=list)
    """Listings of which the stranger must not learn that they exist."""


def build(pick: Random) -> World:
    """Fill the database."""
    stranger = make_user("prober@example.org")
    prober = Organization.objects.create(name="Prober", slug="prober")
    join(stranger, prober, Role.OWNER)
    world = World(stranger, prober)
    ash = Resource.objects.get(slug="coal-fly-ash")
    number = count(1)
    sites = []
    for town, country, latitude, longitude, organizations in TOWNS:
        for _ in range(organizations):
            name = f"Works{next(number):03d}"
            organization = Organization.objects.create(name=name, slug=name.lower(), nace_code="35.11")
            site = Site.objects.create(
                organization=organization,
                name=f"Gate{pick.randrange(10**6)}",
                town=town,
                country=country,
                latitude=round(latitude + pick.uniform(-0.02, 0.02), 5),
                longitude=round(longitude + pick.uniform(-0.02, 0.02), 5),
            )
            world.places[name] = [(site.point, country)]
            sites.append(site)
    _import_plants(world)
    for at, (latitude, longitude) in enumerate(PROBES):
        site = Site.objects.create(
            organization=prober,
            name=f"P{at}",
            town="Anywhere",
            country="DK",
            latitude=latitude,
            longitude=longitude,
        )
        _list(site, Side.REQUEST, Disclosure.OPEN, ash, at)
    for at, site in enumerate(sites):
        # In one sitting: under its name, then without it.
        if at % 2:
            _list(site, Side.OFFER, Disclosure.OPEN, ash, at)
        listing = _list(site, Side.OFFER, Disclosure.ANONYMOUS, ash, at)
        world.hidden[listing.pk] = site.organization.name
        if at % 9 == 0:
            for level in (Disclosure.PRIVATE, Disclosure.PROGRAMME):
                world.unlisted.append(_list(site, Side.OFFER, level, ash, at).pk)
    refresh_all_matches()
    return world


def _list(site: Site, side: Side, level: Disclosure, resource: Resource, at: int) -> Listing:
    terms = make_terms(
        side, site, quantity=Decimal(1000 + at), disclosure=level, title=f"lot {side} {level} {at}"
    )
    assert terms.resource == resource
    return create_listing(actor=None, organization=site.organization, terms=terms)


def _import_plants(world: World) -> None:
    entries = []
    for at, (town, country, latitude, longitude) in enumerate(PLANTS):
        name = f"Plant{at:03d}"
        world.places[name] = [(Point(latitude, longitude), country)]
        entries.append(
            PlantEntry(
                register_id=name,
                name=name,
                nace_code="35.11",
                activity="coal-power-station",
                town=town,
                country=country,
                latitude=latitude,
                longitude=longitude,
                year=2022,
                nonhazardous_t=Decimal(1000),
                hazardous_t=None,
            )
        )
    import_plants(register="TEST", source="A register.", entries=entries)
