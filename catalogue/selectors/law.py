"""The law of the release that is loaded, and codes and countries as it takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID

import numpy as np
from django.utils import timezone

from catalogue.law.files import read_law_files
from catalogue.law.knowledge import EU, GB, LawKnowledge
from catalogue.law.uses import forbidden_uses, mask_of, safety_allowed, uses_of_receiver
from catalogue.law.verdict import Code
from catalogue.loading.activities import read_activity_files
from catalogue.loading.files import read_catalogue_files
from catalogue.loading.folder import DATA_FOLDER
from catalogue.models import EwcCode, Release, Resource

JURISDICTIONS = (EU, GB)


@cache
def read_law(folder: Path = DATA_FOLDER) -> LawKnowledge:
    """Read and check the files and return what they say; raise `TableError` when one is wrong."""
    files = read_catalogue_files(folder)
    resources = {entry.slug: entry for entry in files.resources}
    activities = read_activity_files(folder, resources, files.activities).activities
    nace = {entry.code for entry in files.activities}
    return read_law_files(folder, files.resources, files.ewc_codes, activities, nace)


def law_of_release() -> LawKnowledge:
    """Return the law as of the release that is loaded; read at the first call, then kept."""
    _begin(Release.objects.values_list("key", flat=True).first())
    return read_law()


@lru_cache(maxsize=1)
def _begin(release: UUID | None) -> None:
    read_law.cache_clear()


def code_of(ewc_code: str, day: date | None = None) -> Code | None:
    """Return a waste code as it stands on a day (today); None for an empty or unknown one."""
    return codes_of([ewc_code], day).get(ewc_code)


def codes_of(ewc_codes: Iterable[str], day: date | None = None) -> Mapping[str, Code]:
    """Return waste codes as they stand on a day (today); two queries at most, unknown ones are left out."""
    day = day or timezone.localdate()
    found = list(EwcCode.objects.filter(code__in={code for code in ewc_codes if code}, level=3))
    following = {code for entry in found for code in entry.replaced_by}
    names = {entry.code: entry.display_on(date.max) for entry in EwcCode.objects.filter(code__in=following)}
    return {
        entry.code: Code(
            entry.code,
            entry.display_on(day),
            starred=entry.is_hazardous_on(day),
            is_mirror=entry.entry_type == "MN",
            in_force=entry.is_in_force_on(day),
            begins_on=entry.valid_from,
            ends_on=entry.valid_until,
            replaced_by=tuple(names[code] for code in entry.replaced_by if code in names),
        )
        for entry in found
    }


def is_always_hazardous(resource: Resource, day: date) -> bool:
    """Say whether every code in force that a resource may have is starred; False for one without codes."""
    codes = EwcCode.objects.in_force(day).filter(code__in=resource.ewc_codes)
    starred = codes.hazardous_on(day).count()
    return starred > 0 and starred == codes.count()


@dataclass(frozen=True)
class GateTables:
    """The law for a compiled gate: arrays of bit masks, bit n the n-th use class.

    A pair is forbidden when `forbidden[jurisdiction, row of the resource that arrives] & uses[receiver]` is not 0, or
    when a lot has a safety property whose `allowed` mask shares no bit with the receiver's uses.
    """

    resource_ids: np.ndarray
    """(resources,) int64, ascending: the row of a resource is its place here."""
    forbidden: np.ndarray
    """(2, resources) uint64: jurisdiction 0 is the EU, 1 Great Britain."""
    allowed: np.ndarray
    """(safety properties,) uint64, in the order of `safety`."""
    safety: tuple[str, ...]
    use_classes: tuple[str, ...]


def gate_tables(day: date | None = None) -> GateTables:
    """Return what a compiled gate needs, for the resources that are loaded."""
    day, law = day or timezone.localdate(), law_of_release()
    resources = list(Resource.objects.order_by("pk").values_list("pk", "slug"))
    forbidden = [
        [forbidden_uses(slug, jurisdiction, day, law) for _, slug in resources]
        for jurisdiction in JURISDICTIONS
    ]
    return GateTables(
        np.array([pk for pk, _ in resources], np.int64),
        np.array(forbidden, np.uint64),
        np.array([safety_allowed(slug, law) for slug in law.safety_properties], np.uint64),
        tuple(law.safety_properties),
        tuple(law.use_classes),
    )


def uses_mask(nace_code: str, asked_for: str) -> int:
    """Return the uses that a receiver certainly has as a bit mask; `asked_for` is the slug of what it asks for."""
    law = law_of_release()
    return mask_of(uses_of_receiver(nace_code, asked_for, law).certain, law)
