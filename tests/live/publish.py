"""Publishes listings through the services, one transaction each, inside `manage.py shell`.

Prints one line per listing once it is durable: its id, and how many events it has by then.
"""

from datetime import date
from decimal import Decimal

from django.db.models import F

from accounts.models import Organization, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import Resource
from listings.models import Listing, Side
from listings.services.listings import create_listing, edit_listing
from listings.services.terms import ListingTerms

PLACES = 20


def place(owner: User, organization: Organization, number: int) -> Site:
    """One of the sites along a line through Denmark and Germany, some 20 km apart."""
    details = SiteDetails(f"Site {number}", "Kalundborg", "DK", 55.7 - number * 0.18, 11.1)
    return create_site(actor=owner, organization=organization, details=details)


def terms_of(number: int, side: Side, site: Site, resources: list[Resource]) -> ListingTerms:
    """Plain terms; every resource is offered and asked for by turns."""
    resource = resources[number // 2 % len(resources)]
    return ListingTerms(
        side=side,
        resource=resource,
        site=site,
        quantity=Decimal(100 + number),
        unit=resource.canonical_unit,
        period="year",
        available_from=date(2026, 1, 1),
    )


def publish(actor: User, number: int, terms: ListingTerms) -> tuple[Listing, int]:
    """Publish one listing; every eighth is corrected at once, every sixteenth twice."""
    listing = create_listing(actor=actor, organization=terms.site.organization, terms=terms)
    corrections = (number % 8 == 0) + (number % 16 == 0)
    for correction in range(corrections):
        changed = ListingTerms(**{**vars(terms), "quantity": Decimal(100 + correction)})
        listing = edit_listing(actor=actor, listing=listing, terms=changed)
    return listing, 2 + corrections


def publish_many(count: int) -> None:
    """Publish offers of one organization and requests of another by turns."""
    sides = (Side.OFFER, Side.REQUEST)
    run = Organization.objects.count()
    owners = [User.objects.create_user(f"{side}{run}@example.org") for side in sides]
    firms = [
        create_organization(actor=owner, details=OrganizationDetails(name=f"{owner.email}"))
        for owner in owners
    ]
    sites = [
        [place(owner, firm, n) for n in range(PLACES)] for owner, firm in zip(owners, firms, strict=True)
    ]
    resources = list(Resource.objects.filter(kind="material", tree_right=F("tree_left") + 1)[:60])
    for number in range(count):
        side = number % 2
        terms = terms_of(number, sides[side], sites[side][number // 7 % PLACES], resources)
        listing, events = publish(owners[side], number, terms)
        print(listing.pk, events, flush=True)
