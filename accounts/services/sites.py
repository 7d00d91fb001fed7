"""Writes: the sites of organizations."""

from dataclasses import asdict, dataclass

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, Site, User
from accounts.selectors.timezones import zone_name_at
from accounts.services.checks import check_instance, put_details
from common.errors import Conflict, Invalid
from events.services import record_event


@dataclass(frozen=True)
class SiteDetails:
    """Where a site is (degrees, WGS 84) and what it may take."""

    name: str
    town: str
    country: str
    latitude: float
    longitude: float
    street: str = ""
    postal_code: str = ""
    hazardous_permit: bool = False
    permit_reference: str = ""


def _check_site(site: Site) -> None:
    same_name = Site.objects.filter(organization_id=site.organization_id, name=site.name)
    if same_name.exclude(pk=site.pk).exists():
        raise Invalid({"name": _("Your organization has a site of this name already.")})
    check_instance(site)


@transaction.atomic
def create_site(*, actor: User, organization: Organization, details: SiteDetails) -> Site:
    """Add a place to an organization."""
    site = Site(organization=organization, **asdict(details))
    _check_site(site)
    site.timezone = zone_name_at(site.point, site.country)
    site.save()
    record_event(kind="site.created", subject=site, actor=actor, data={"organization": organization.pk})
    return site


@transaction.atomic
def update_site(*, actor: User, site: Site, details: SiteDetails) -> Site:
    """Change a place; listings there follow through the event `site.changed`."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    if changed := put_details(site, details):
        _check_site(site)
        site.timezone = zone_name_at(site.point, site.country)
        site.save(update_fields=[*changed, "timezone"])
        record_event(kind="site.changed", subject=site, actor=actor, data={"fields": changed})
    return site


@transaction.atomic
def delete_site(*, actor: User, site: Site) -> None:
    """Remove a place that no listing stands at."""
    pk, organization = site.pk, site.organization
    try:
        with transaction.atomic():
            record_event(
                kind="site.deleted", subject=site, actor=actor, data={"organization": organization.pk}
            )
            Site.objects.filter(pk=pk).delete()
    except models.ProtectedError as error:
        raise Conflict(
            _("Listings stand at this site. Withdraw or move them first."), code="site_in_use"
        ) from error
