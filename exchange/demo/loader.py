"""Enter the demonstration through the services, once; later starts find that nothing changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Organization, Programme, Site, User
from accounts.services.organizations import OrganizationDetails, OrganizationEntry, enter_organizations
from accounts.services.programmes import create_programme, enter_in_programme
from accounts.services.sites import SiteDetails, create_site, update_site
from catalogue.models import Resource
from events.models import Event
from events.services import doing_work_of, record_event
from exchange.demo.illustrative import illustrative_network
from exchange.demo.rows import DATA, KALUNDBORG, OPEN_NETWORK, Ad, Network, Plant, documented_network
from exchange.wiring import WIRING
from listings.models import Listing
from listings.services.listings import EDITABLE, create_listing, today, withdraw_listing
from listings.services.terms import ListingTerms
from matching.services.runs import refresh_all_matches
from register.services.files import FINNISH_REGISTER as REGISTER
from register.services.files import FINNISH_SOURCE as REGISTER_SOURCE
from register.services.files import read_register
from register.services.plants import Imported, import_plants

LOADED = "demonstration.loaded"
PROGRAMMES = {
    OPEN_NETWORK: "All plants of the demonstration: published cases from eight countries, and plants of the Finnish "
    "register with illustrative listings.",
    KALUNDBORG: "The Danish town where power station, refinery, pharmaceuticals, plasterboard and farms have used "
    "each other’s by-products since 1972, as published.",
}
_LOAD_LOCK = 7_201_002  # one number for all loads of the demonstration into one database
# Nor is a network that is being entered news to anybody's saved search.
SPARED_TASKS = {
    task
    for tasks in WIRING.values()
    for task in tasks
    if task.startswith("matching.") or task == "notifications.tasks.tell_searches"
}


@dataclass
class Entered:
    """What a load entered, by what the files call it."""

    digest: str = ""
    organizations: dict[str, int] = field(default_factory=dict)
    """Name → organization."""
    sites: dict[str, int] = field(default_factory=dict)
    """Plant → site."""
    plants: dict[str, str] = field(default_factory=dict)
    """Plant → digest of its row."""
    listings: dict[str, int] = field(default_factory=dict)
    """Digest of the row → listing."""


@dataclass
class Load:
    """One load while it runs."""

    before: Entered
    programmes: Mapping[str, Programme]
    facilitator: User
    after: Entered = field(default_factory=Entered)


def demonstration_network() -> Network:
    """Return the published plants before their illustrative background."""
    published, background = documented_network(), illustrative_network()
    return Network(published.plants + background.plants, published.ads + background.ads)


def last_entered() -> Entered:
    """Return what the last load entered. It stands in the log, so it is as old as the data that it speaks of."""
    event = Event.objects.filter(kind=LOADED).order_by("-pk").first()
    return Entered(**event.data) if event else Entered()


@transaction.atomic
def load_network(*, network: Network, facilitator: User) -> bool:
    """Bring the database in line with `network`, match it, and return whether anything had changed.

    A listing whose row did not change stays as its owner made it; one whose row is gone is withdrawn.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
    before = last_entered()
    if before.digest == network.digest:
        return False
    programmes = {name: _programme(name, text, facilitator) for name, text in PROGRAMMES.items()}
    load = Load(before, programmes, facilitator, Entered(network.digest))
    # One full run at the end does the work of a thousand jobs, and the network is there at once.
    with doing_work_of(SPARED_TASKS):
        sites = _enter_plants(load, network.plants)
        _enter_ads(load, network.ads, sites)
    refresh_all_matches()
    record_event(kind=LOADED, subject=programmes[OPEN_NETWORK], actor=facilitator, data=vars(load.after))
    return True


def enter_register() -> Imported:
    """Enter the plants of the register that are not organizations of the demonstration."""
    found = read_register([DATA / "register"])
    return import_plants(register=REGISTER, source=REGISTER_SOURCE, entries=found.plants)


def _programme(name: str, description: str, facilitator: User) -> Programme:
    found = Programme.objects.filter(name=name, facilitators=facilitator).first()
    return found or create_programme(actor=facilitator, name=name, description=description)


def _enter_plants(load: Load, plants: Sequence[Plant]) -> dict[str, Site]:
    """Return the site of every plant by the plant's name."""
    known = load.before.organizations
    sites = {plant.name: _follow_plant(load, plant) for plant in plants if plant.organization in known}
    sites |= _create_plants(load, [plant for plant in plants if plant.organization not in known])
    for plant in plants:
        site = sites[plant.name]
        load.after.organizations[plant.organization] = site.organization_id
        load.after.sites[plant.name] = site.pk
        load.after.plants[plant.name] = plant.digest
    return sites


def _follow_plant(load: Load, plant: Plant) -> Site:
    """Return the site of a plant whose organization stands already, changed where the row was."""
    organization = Organization.objects.get(pk=load.before.organizations[plant.organization])
    details = _site_details(plant)
    is_it = Q(pk=load.before.sites.get(plant.name, 0)) | Q(name=details.name)
    site = organization.sites.filter(is_it).order_by("pk").first()
    if site is None:
        return create_site(actor=load.facilitator, organization=organization, details=details)
    if load.before.plants.get(plant.name) != plant.digest:
        site = update_site(actor=load.facilitator, site=site, details=details)
    return site


def _create_plants(load: Load, plants: Sequence[Plant]) -> dict[str, Site]:
    by_organization: defaultdict[str, list[Plant]] = defaultdict(list)
    for plant in plants:
        by_organization[plant.organization].append(plant)
    entries = [_entry(group) for group in by_organization.values()]
    sites = enter_organizations(actor=load.facilitator, entries=entries)
    in_order = [plant for group in by_organization.values() for plant in group]
    for name, programme in load.programmes.items():
        members = {
            site.organization: None
            for site, plant in zip(sites, in_order, strict=True)
            if name in plant.programmes
        }
        enter_in_programme(actor=load.facilitator, programme=programme, organizations=list(members))
    return {plant.name: site for plant, site in zip(in_order, sites, strict=True)}


def _entry(plants: Sequence[Plant]) -> OrganizationEntry:
    first = plants[0]
    return OrganizationEntry(
        details=OrganizationDetails(
            name=first.organization, nace_code=first.nace_code, description=first.description
        ),
        sites=[_site_details(plant) for plant in plants],
        provenance=first.provenance,
        source="; ".join(dict.fromkeys(plant.source for plant in plants)),
    )


def _site_details(plant: Plant) -> SiteDetails:
    return SiteDetails(
        name=plant.site,
        town=plant.town,
        country=plant.country,
        latitude=plant.latitude,
        longitude=plant.longitude,
        hazardous_permit=plant.hazardous_permit,
    )


def _enter_ads(load: Load, ads: Iterable[Ad], sites: Mapping[str, Site]) -> None:
    resources = {resource.slug: resource for resource in Resource.objects.listable()}
    before, after = load.before.listings, load.after.listings
    for ad in ads:
        if ad.digest in before:
            after[ad.digest] = before[ad.digest]
        else:
            after[ad.digest] = _create_listing(ad, sites[ad.plant], resources[ad.resource]).pk
    gone = [pk for digest, pk in before.items() if digest not in after]
    for listing in Listing.objects.filter(pk__in=gone, state__in=EDITABLE).order_by("pk"):
        withdraw_listing(actor=None, listing=listing)


def _create_listing(ad: Ad, site: Site, resource: Resource) -> Listing:
    terms = ListingTerms(
        side=ad.side,
        resource=resource,
        site=site,
        quantity=ad.quantity,
        unit=ad.unit,
        period=ad.period,
        available_from=today(),
        months=ad.months,
        quality=ad.quality,
        price=ad.price,
        hazardous=ad.hazardous,
        ewc_code=ad.ewc_code,
        disclosure=ad.disclosure,
        title=ad.title,
        description=ad.description,
    )
    return create_listing(
        actor=None,
        organization=site.organization,
        terms=terms,
        provenance=ad.provenance,
        source=ad.source,
        source_year=ad.year,
    )
