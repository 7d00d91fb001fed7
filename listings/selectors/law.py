"""What the law says of an offer and a request, as both state themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, Site
from catalogue.law.shipments import Procedure, Shipment
from catalogue.law.terms import Finding, Status, Topic, gravest
from catalogue.law.verdict import Code, Lot, Receiver, Verdict, verdict
from catalogue.selectors.law import code_of, law_of_release
from listings.models import Listing


@dataclass(frozen=True)
class StripPart:
    """One topic of the strip: its name, its status and what is said, the gravest first."""

    topic: str
    label: str
    status: Status
    findings: Sequence[Finding]


@dataclass(frozen=True)
class LawStrip:
    """What the law says of a pair, ready to be shown."""

    parts: Sequence[StripPart]
    status: Status
    shipment: Shipment

    @property
    def needs_annex_vii(self) -> bool:
        """Whether the shipment goes with the document of Annex VII."""
        return self.shipment.procedure == Procedure.ANNEX_VII


def lot_of(offer: Listing, code: Code | None, *, country: str | None = None) -> Lot:
    """Return what an offer states of itself; `code` is its waste code on the day in question."""
    return Lot(
        resource=offer.resource.slug,
        country=offer.site.country if country is None else country,
        legal_status=offer.legal_status,
        code=code,
        hazardous=offer.hazardous,
        abp_category=offer.abp_category or 0,
        reach_number=offer.reach_number,
        present=frozenset(offer.safety_present),
        absent=frozenset(offer.safety_absent),
    )


def receiver_of(request: Listing) -> Receiver:
    """Return who asks, and what their site says of its permit."""
    return receiver_at(request.site, request.organization, request.resource.slug)


def receiver_at(site: Site, organization: Organization, asked_for: str) -> Receiver:
    """Return who takes something at a site, with a request or without one."""
    return Receiver(
        asked_for=asked_for,
        country=site.country,
        nace_code=organization.nace_code,
        may_take_hazardous=site.hazardous_permit,
        permit_reference=site.permit_reference,
        permit_codes=frozenset(site.permit_codes),
        permit_operations=frozenset(site.permit_operations),
    )


def verdict_of(
    offer: Listing, request: Listing, *, day: date | None = None, delivered: str = "", operation: str = ""
) -> Verdict:
    """Return what the law says; `delivered` is the slug of what arrives where the offer is treated on the way.

    Both come with resource, site and organization. What it says of the receiver is what its public record says: the
    country of an anonymous site shows in its blurred place as well.
    """
    day = day or timezone.localdate()
    code = code_of(offer.ewc_code, day)
    return verdict(
        lot_of(offer, code),
        receiver_of(request),
        day,
        law_of_release(),
        delivered=delivered,
        operation=operation,
    )


def strip_of(found: Verdict) -> LawStrip:
    """Return a verdict topic by topic."""
    return LawStrip(tuple(_parts(found)), found.status, found.shipment)


def _parts(found: Verdict) -> Iterator[StripPart]:
    labels = {
        Topic.STATUS: _("Legal status"),
        Topic.HAZARD: _("Hazard"),
        Topic.ANIMAL_BY_PRODUCT: _("Animal by-products"),
        Topic.USE: _("Use"),
        Topic.SHIPMENT: _("Shipment"),
        Topic.PERMIT: _("Permit"),
    }
    for topic, label in labels.items():
        findings = found.of(topic)
        yield StripPart(str(topic), label, gravest(each.status for each in findings), findings)
