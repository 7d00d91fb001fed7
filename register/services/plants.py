"""Writes: imports plants of a register with what they probably have."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from catalogue.affinity.plants import TypicalListing, typical_listings
from catalogue.models import Dimension, EwcCode, Resource
from catalogue.selectors.knowledge import read_knowledge
from events.services import Happened, record_events
from register.models import OPEN_OR_WON, LimitBasis, PlantClaim, ProbableStream, RegisterPlant
from register.services.files import PlantEntry

_IMPORT_LOCK = 7_201_003  # one number for all imports into one database


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
        self.hazardous_codes = set(
            EwcCode.objects.hazardous_on(timezone.localdate()).values_list("code", flat=True)
        )

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
        usual = typical_listings(plant.activity, knowledge).offers
        return [self._stream(plant, each) for each in usual if each.resource in self.resources]

    def _stream(self, plant: RegisterPlant, each: TypicalListing) -> ProbableStream:
        resource = self.resources[each.resource]
        basis, limit = self._limit(plant, resource)
        return ProbableStream(
            plant=plant,
            resource=resource,
            strength=Decimal(str(each.strength)),
            basis=basis,
            limit_t_per_year=limit,
        )

    def _limit(self, plant: RegisterPlant, resource: Resource) -> tuple[LimitBasis, Decimal | None]:
        """Return the reported total that the stream cannot exceed; never a share of it."""
        if resource.dimension != Dimension.MASS or not resource.ewc_codes:
            return LimitBasis.NONE, None
        hazards = {code in self.hazardous_codes for code in resource.ewc_codes}
        if hazards == {True}:
            basis, limit = LimitBasis.HAZARDOUS, plant.hazardous_t
        elif hazards == {False}:
            basis, limit = LimitBasis.NONHAZARDOUS, plant.nonhazardous_t
        else:
            basis, limit = LimitBasis.ALL, (plant.hazardous_t or 0) + (plant.nonhazardous_t or Decimal(0))
        return (basis, limit) if limit else (LimitBasis.NONE, None)


def _said(stream: ProbableStream) -> tuple[Decimal, str, Decimal | None]:
    return stream.strength, str(stream.basis), stream.limit_t_per_year
