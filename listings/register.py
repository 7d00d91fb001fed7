"""Writes of the register: importing plants with what they probably have, and claims of companies to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, Site, User
from accounts.places import town_near
from accounts.services import SiteDetails, create_site
from catalogue.knowledge import read_knowledge
from catalogue.models import Dimension, EwcCode, Resource
from catalogue.plants import UsualListing, usual_listings
from common.errors import Conflict, Invalid
from common.geo import distance_km
from events.services import Happened, record_event, record_events
from listings.models import Side
from listings.register_files import PlantEntry
from listings.register_models import (
    OPEN_OR_WON,
    Basis,
    ClaimState,
    PlantClaim,
    ProbableStream,
    RegisterPlant,
)
from listings.usual import draft_listing, kept_at

NEAR_KM = 2.0
LONGEST_REMARK = 500
_IMPORT_LOCK = 7_201_003  # one number for all imports into one database


# --- import -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Imported:
    """What an import did, in plants."""

    added: int = 0
    changed: int = 0
    same: int = 0
    claimed: int = 0


@transaction.atomic
def import_plants(*, register: str, source: str, entries: Sequence[PlantEntry]) -> Imported:
    """Bring the plants of a register, and what they probably have, in line with its entries.

    A plant that somebody has claimed is left as it is; one that is no longer among the entries stays.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
    stored = {plant.register_id: plant for plant in RegisterPlant.objects.filter(register=register)}
    taken = set(PlantClaim.objects.filter(state__in=OPEN_OR_WON).values_list("plant", flat=True))
    streams = _Streams()
    added, changed, same, claimed = [], [], 0, 0
    for entry in entries:
        plant = stored.get(entry.register_id)
        wanted = {**asdict(entry), "register": register, "source": source}
        if plant is None:
            added.append(RegisterPlant(**wanted))
        elif plant.pk in taken:
            claimed += 1
        elif any(getattr(plant, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(plant, name, value)
            changed.append(plant)
        else:
            same += 1
    RegisterPlant.objects.bulk_create(added)
    if changed:
        names = [*asdict(entries[0]), "source"]
        RegisterPlant.objects.bulk_update(changed, [name for name in names if name != "register_id"])
    # The catalogue may know more than at the last import, so that streams are compared for every plant.
    free = [plant for plant in RegisterPlant.objects.filter(register=register) if plant.pk not in taken]
    streams.bring_in_line(free)
    record_events(
        actor=None,
        happenings=[
            Happened("register_plant.imported", plant, {"register": register}) for plant in (*added, *changed)
        ],
    )
    return Imported(len(added), len(changed), same, claimed)


class _Streams:
    """Which streams a plant probably has, and the upper limit of each."""

    def __init__(self) -> None:
        self.resources = {resource.slug: resource for resource in Resource.objects.listable()}
        self.hazardous_codes = set(EwcCode.objects.filter(hazardous=True).values_list("code", flat=True))

    def bring_in_line(self, plants: Iterable[RegisterPlant]) -> None:
        """Write the streams that differ."""
        plants = list(plants)
        stored: dict[tuple[int, int], ProbableStream] = {
            (stream.plant_id, stream.resource_id): stream
            for stream in ProbableStream.objects.filter(plant__in=plants)
        }
        wanted = [stream for plant in plants for stream in self.of(plant)]
        added, changed = [], []
        for stream in wanted:
            found = stored.pop((stream.plant_id, stream.resource_id), None)
            if found is None:
                added.append(stream)
            elif _said(found) != _said(stream):
                found.strength, found.basis, found.limit_t_per_year = _said(stream)
                changed.append(found)
        ProbableStream.objects.filter(pk__in=[stream.pk for stream in stored.values()]).delete()
        ProbableStream.objects.bulk_create(added)
        ProbableStream.objects.bulk_update(changed, ["strength", "basis", "limit_t_per_year"])

    def of(self, plant: RegisterPlant) -> list[ProbableStream]:
        """Return what a plant of this kind usually offers."""
        knowledge = read_knowledge()
        if plant.activity not in knowledge.activities:
            return []
        usual = usual_listings(plant.activity, knowledge).offers
        return [self._stream(plant, each) for each in usual if each.resource in self.resources]

    def _stream(self, plant: RegisterPlant, each: UsualListing) -> ProbableStream:
        resource = self.resources[each.resource]
        basis, limit = self._limit(plant, resource)
        return ProbableStream(
            plant=plant,
            resource=resource,
            strength=Decimal(str(each.strength)),
            basis=basis,
            limit_t_per_year=limit,
        )

    def _limit(self, plant: RegisterPlant, resource: Resource) -> tuple[Basis, Decimal | None]:
        """Return the reported total that the stream cannot exceed; never a share of it."""
        if resource.dimension != Dimension.MASS or not resource.ewc_codes:
            return Basis.NONE, None
        hazards = {code in self.hazardous_codes for code in resource.ewc_codes}
        if hazards == {True}:
            basis, limit = Basis.HAZARDOUS, plant.hazardous_t
        elif hazards == {False}:
            basis, limit = Basis.NONHAZARDOUS, plant.nonhazardous_t
        else:
            basis, limit = Basis.ALL, (plant.hazardous_t or 0) + (plant.nonhazardous_t or Decimal(0))
        return (basis, limit) if limit else (Basis.NONE, None)


def _said(stream: ProbableStream) -> tuple[Decimal, str, Decimal | None]:
    return stream.strength, str(stream.basis), stream.limit_t_per_year


# --- claims -------------------------------------------------------------------------------------------------
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
                plant=plant, organization=organization, user=actor, remark=remark.strip(), site=site
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
    if not 0 < len(reason.strip()) <= LONGEST_REMARK:
        raise Invalid({"reason": _("Say why, in 1 to %(longest)s characters.") % {"longest": LONGEST_REMARK}})
    claim = _decide(actor, claim, ClaimState.REFUSED, reason.strip())
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
