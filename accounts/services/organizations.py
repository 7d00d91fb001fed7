"""Writes: organizations."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import Membership, Organization, Provenance, Role, Site, User
from accounts.selectors.timezones import zone_name_at
from accounts.services.checks import (
    check_fields,
    check_instance,
    cleaned,
    current_details,
    put_details,
)
from accounts.services.sites import SiteDetails
from accounts.services.slugs import save_with_slug, slug_beside
from common.versions import check_version
from events.services import record_event


@dataclass(frozen=True)
class OrganizationDetails:
    """What an organization says of itself."""

    name: str
    nace_code: str = ""
    description: str = ""
    website: str = ""
    currency: str = "EUR"
    findable: bool = False


@dataclass(frozen=True)
class OrganizationEntry:
    """An organization with its sites, entered by somebody who is no member, and from what source."""

    details: OrganizationDetails
    sites: Sequence[SiteDetails]
    provenance: Provenance
    source: str


@transaction.atomic
def create_organization(*, actor: User, details: OrganizationDetails) -> Organization:
    """Create an organization; the actor becomes its first owner. Raises `Invalid` naming the fields."""
    organization = Organization(**asdict(cleaned(details, Organization)))
    save_with_slug(organization, lambda: check_instance(organization, but=("slug",)))
    Membership.objects.create(user=actor, organization=organization, role=Role.OWNER)
    record_event(
        kind="organization.created", subject=organization, actor=actor, data={"name": organization.name}
    )
    return organization


@transaction.atomic
def enter_organizations(*, actor: User, entries: Sequence[OrganizationEntry]) -> list[Site]:
    """Create many organizations that have no members yet; return their sites, in the order of the entries."""
    slugs = set(Organization.objects.values_list("slug", flat=True))
    organizations, sites = [], []
    for entry in entries:
        said = cleaned(entry.details, Organization)
        slug = slug_beside(slugs, said.name)
        slugs.add(slug)
        organization = Organization(
            slug=slug, provenance=entry.provenance, source=entry.source, **asdict(said)
        )
        check_fields(organization)
        organizations.append(organization)
        for details in entry.sites:
            site = Site(organization=organization, **asdict(cleaned(details, Site)))
            check_fields(site, but="organization")
            site.timezone = zone_name_at(site.point, site.country)
            sites.append(site)
    Organization.objects.bulk_create(organizations)
    Site.objects.bulk_create(sites)
    for organization in organizations:
        name = organization.name
        record_event(kind="organization.created", subject=organization, actor=actor, data={"name": name})
    for site in sites:
        owner_id = site.organization_id
        record_event(kind="site.created", subject=site, actor=actor, data={"organization": owner_id})
    return sites


@transaction.atomic
def update_organization(
    *, actor: User, organization: Organization, details: OrganizationDetails, seen: str = ""
) -> Organization:
    """Change what an organization says of itself; raises `Outdated` where it is not what the caller has `seen`."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    check_version(seen, current_details(organization, OrganizationDetails))
    if changed := put_details(organization, cleaned(details, Organization)):
        check_instance(organization)
        organization.save(update_fields=changed)
        record_event(kind="organization.changed", subject=organization, actor=actor, data={"fields": changed})
    return organization
