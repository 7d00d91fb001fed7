"""Writes: claims of companies to plants of a register."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, Site, User
from accounts.selectors.towns import town_near
from accounts.services.sites import SiteDetails, create_site
from common.errors import Conflict, Invalid
from common.geo import distance_km
from common.reading.text import clean_line
from events.services import record_event
from listings.models import Side
from register.models import OPEN_OR_WON, ClaimState, PlantClaim, ProbableStream, RegisterPlant
from register.selectors.typical import kept_at
from register.services.typical import draft_listing

NEAR_KM = 2.0
LONGEST_REMARK = 500


@transaction.atomic
def claim_plant(
    *,
    actor: User,
    organization: Organization,
    plant: RegisterPlant,
    remark: str = "",
    site: Site | None = None,
) -> PlantClaim:
    """Say for an organization that a plant is its own; raises `Conflict` while another claim waits or has won."""
    remark = clean_line(remark)
    if len(remark) > LONGEST_REMARK:
        raise Invalid({"remark": _("At most %(longest)s characters.") % {"longest": LONGEST_REMARK}})
    if site is not None and site.organization_id != organization.pk:
        raise Invalid({"site": _("Choose one of your own sites.")})
    plant = RegisterPlant.objects.select_for_update().get(pk=plant.pk)
    taken = Conflict(_("This plant is claimed already."), code="claimed")
    if PlantClaim.objects.filter(plant=plant, state__in=OPEN_OR_WON).exists():
        raise taken
    try:
        with transaction.atomic():
            claim = PlantClaim.objects.create(
                plant=plant, organization=organization, user=actor, remark=remark, site=site
            )
    except IntegrityError as error:
        raise taken from error
    record_event(
        kind="register_plant.claimed", subject=plant, actor=actor, data={"organization": organization.pk}
    )
    return claim


@transaction.atomic
def confirm_claim(*, actor: User, claim: PlantClaim) -> PlantClaim:
    """Believe a claim: the plant is its organization's, and its streams become drafts that only it sees."""
    claim = _decide(actor, claim, ClaimState.CONFIRMED)
    site = claim.site or _site_near(claim) or _new_site(actor, claim)
    streams = list(claim.plant.streams.select_related("resource", "plant"))
    kept = kept_at(site, [stream.resource for stream in streams])
    drafts = [
        draft_listing(
            actor=claim.user,
            site=site,
            side=Side.OFFER,
            resource=stream.resource,
            description=_description(stream),
        )
        for stream in streams
        if (Side.OFFER.value, stream.resource_id) not in kept
    ]
    data = {"organization": claim.organization_id, "site": site.pk, "drafts": [draft.pk for draft in drafts]}
    record_event(kind="register_plant.claim_confirmed", subject=claim.plant, actor=actor, data=data)
    return claim


@transaction.atomic
def refuse_claim(*, actor: User, claim: PlantClaim, reason: str) -> PlantClaim:
    """Disbelieve a claim; the plant can be claimed again."""
    reason = clean_line(reason)
    if not 0 < len(reason) <= LONGEST_REMARK:
        raise Invalid({"reason": _("Say why, in 1 to %(longest)s characters.") % {"longest": LONGEST_REMARK}})
    claim = _decide(actor, claim, ClaimState.REFUSED, reason)
    data: Mapping[str, object] = {"organization": claim.organization_id, "reason": claim.reason}
    record_event(kind="register_plant.claim_refused", subject=claim.plant, actor=actor, data=data)
    return claim


def _decide(actor: User, claim: PlantClaim, state: ClaimState, reason: str = "") -> PlantClaim:
    # The plant first, as in claiming: whoever changes what is said of a plant waits at its row.
    RegisterPlant.objects.select_for_update().get(pk=claim.plant_id)
    claim = (
        PlantClaim.objects.select_for_update(of=("self",))
        .select_related("plant", "organization", "user", "site__organization")
        .get(pk=claim.pk)
    )
    if claim.state != ClaimState.WAITING:
        raise Conflict(
            _("This claim is %(state)s already.") % {"state": ClaimState(claim.state).label}, code="decided"
        )
    claim.state, claim.reason, claim.decided_by, claim.decided_at = state, reason, actor, timezone.now()
    claim.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return claim


def _site_near(claim: PlantClaim) -> Site | None:
    sites = claim.organization.sites.select_related("organization")
    near = [
        (distance, site)
        for site in sites
        if (distance := distance_km(site.point, claim.plant.point)) <= NEAR_KM
    ]
    return min(near, key=lambda found: found[0])[1] if near else None


def _new_site(actor: User, claim: PlantClaim) -> Site:
    plant = claim.plant
    name = plant.name.rpartition(", ")[2][:100]
    if claim.organization.sites.filter(name=name).exists():
        name = f"{name} {plant.pk}"
    near = None if plant.town else town_near(plant.point)
    town = plant.town or (near.name if near else name)
    details = SiteDetails(name, town, plant.country, plant.latitude, plant.longitude)
    return create_site(actor=actor, organization=claim.organization, details=details)


def _description(stream: ProbableStream) -> str:
    """Say where a draft comes from, so that its owner checks it before anybody else reads it."""
    return _("Probable, from a public register of %(year)s: %(basis)s. %(source)s Check and complete it.") % {
        "year": stream.plant.year,
        "basis": stream.basis_words,
        "source": stream.plant.source,
    }
