"""Writes: the sites of organizations."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OPERATIONS, Organization, Site, User
from accounts.selectors.timezones import zone_name_at
from accounts.services.checks import check_instance, cleaned, current_details, put_details
from common.errors import Conflict, Invalid, NotFound, unique_or_invalid
from common.reading.text import bare_code, clean_code
from common.versions import check_version
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
    permit_codes: Sequence[str] = ()
    permit_operations: Sequence[str] = ()


def _cleaned(details: SiteDetails) -> SiteDetails:
    """Return the details with texts as they are seen; raises `Invalid` for what no permit can name."""
    codes = sorted({bare_code(code, "EWC", "LoW") for code in details.permit_codes})
    operations = sorted({clean_code(each) for each in details.permit_operations}, key=_order)
    errors = {}
    if wrong := next((code for code in codes if not re.fullmatch(r"([0-9]{2}){1,3}", code)), None):
        text = _("“%(code)s” is no waste code: six digits, four for a sub-chapter or two for a chapter.")
        errors["permit_codes"] = text % {"code": wrong[:20]}
    if wrong := next((each for each in operations if each not in OPERATIONS), None):
        text = _("“%(operation)s” is none: recovery is R1 to R13, disposal D1 to D15.")
        errors["permit_operations"] = text % {"operation": wrong[:20]}
    if errors:
        raise Invalid(errors)
    return replace(cleaned(details, Site), permit_codes=codes, permit_operations=operations)


def _order(operation: str) -> int:
    """Sort operations as the directive numbers them, what is none last."""
    return OPERATIONS.index(operation) if operation in OPERATIONS else len(OPERATIONS)


def _save(site: Site, changed: Sequence[str] | None = None) -> None:
    """Save a site that can be so, or only the fields that changed; raises `Invalid` naming the fields."""
    taken = _("Your organization has a site of this name already.")
    same_name = Site.objects.filter(organization_id=site.organization_id, name=site.name)
    if same_name.exclude(pk=site.pk).exists():
        raise Invalid({"name": taken}, code="taken")
    check_instance(site)
    site.timezone = zone_name_at(site.point, site.country)
    with unique_or_invalid({"site_name_once": ("name", taken)}):
        site.save(update_fields=changed)


@transaction.atomic
def create_site(*, actor: User, organization: Organization, details: SiteDetails) -> Site:
    """Add a place to an organization; raises `Invalid` naming the fields."""
    site = Site(organization=organization, **asdict(_cleaned(details)))
    _save(site)
    record_event(kind="site.created", subject=site, actor=actor, data={"organization": organization.pk})
    return site


@transaction.atomic
def update_site(*, actor: User, site: Site, details: SiteDetails, seen: str = "") -> Site:
    """Change a place; listings there follow through the event `site.changed`.

    Raises `Invalid` naming the fields, and `Outdated` where the site is not what the caller has `seen`.
    """
    site = Site.objects.select_for_update().get(pk=site.pk)
    check_version(seen, current_details(site, SiteDetails))
    if changed := put_details(site, _cleaned(details)):
        _save(site, [*changed, "timezone"])
        record_event(kind="site.changed", subject=site, actor=actor, data={"fields": changed})
    return site


@transaction.atomic
def delete_site(*, actor: User, site: Site) -> None:
    """Remove a place at which nothing stands that still needs it; raises `Conflict` where something does.

    Where only what is over stands at it, such as withdrawn listings, it is closed: its row stays for them, and
    nobody sees or chooses it any more.
    """
    found = Site.objects.select_for_update().filter(pk=site.pk).first()
    if found is None:
        raise NotFound
    data = {"organization": found.organization_id}
    record_event(kind="site.deleted", subject=found, actor=actor, data=data)
    try:
        with transaction.atomic():
            Site.objects.filter(pk=found.pk).delete()
    except models.ProtectedError as error:
        if any(getattr(row, "needs_its_site", True) for row in error.protected_objects):
            raise Conflict(
                _("Listings stand at this site. Withdraw or move them first."), code="site_in_use"
            ) from error
        found.closed_at = timezone.now()
        found.save(update_fields=["closed_at"])
