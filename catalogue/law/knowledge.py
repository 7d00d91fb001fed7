"""What is known of the law, as it was read from the files. Pure: no Django, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from catalogue.law.terms import Status

EU, GB = "EU", "GB"
OTHER = "OTHER"
ANY_USE = "*"


@dataclass(frozen=True)
class ResourceClass:
    """Resources that one rule of law means: those named and all below them, less what is excepted."""

    slug: str
    name: str
    resources: frozenset[str]
    exceptions: frozenset[str] = frozenset()

    def holds(self, path: tuple[str, ...]) -> bool:
        """Say whether a resource belongs here; `path` are the slugs from the root down to it.

        The nearest of the resource and what is above it decides, so that an exception may have members of its own.
        """
        for slug in reversed(path):
            if slug in self.exceptions:
                return False
            if slug in self.resources:
                return True
        return False


@dataclass(frozen=True)
class UseClass:
    """What something is used for, as far as a rule of law cares.

    A plant has this use if its kind is one of `activities`, or its NACE class one of `nace_codes`, unless what it asks
    for says otherwise; or if what it asks for is one of `resources`.
    """

    slug: str
    name: str
    activities: frozenset[str]
    nace_codes: frozenset[str]
    resources: frozenset[str]
    unless_asked_for: frozenset[str]
    operation: str = ""


@dataclass(frozen=True)
class Prohibition:
    """What must not be used so, or only with an approval, since when and by which law."""

    resource_class: str
    use_class: str
    status: Status
    approval: str
    reason: str
    legal_basis: str
    jurisdictions: frozenset[str]
    valid_from: date
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether it is law on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class SafetyProperty:
    """What decides by itself: where it is present only `allowed_uses` are left; asked of some classes."""

    slug: str
    name: str
    asked_of: frozenset[str]
    allowed_uses: frozenset[str]
    tested: str
    reason: str
    legal_basis: str


@dataclass(frozen=True)
class AnimalByProduct:
    """A resource that Regulation (EC) No 1069/2009 covers; `category` is 0 where each lot has its own."""

    resource: str
    category: int
    legal_basis: str


@dataclass(frozen=True)
class ShipmentRule:
    """Which procedure crosses from one group of countries to another."""

    from_group: str
    to_groups: frozenset[str]
    wastes: frozenset[str]
    purpose: str
    procedure: str
    legal_basis: str
    note: str
    valid_from: date
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether it is law on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class LawKnowledge:
    """All of it. `paths` are the slugs from the root down to each resource."""

    resource_classes: Mapping[str, ResourceClass]
    use_classes: Mapping[str, UseClass]
    prohibitions: tuple[Prohibition, ...]
    safety_properties: Mapping[str, SafetyProperty]
    animal_by_products: Mapping[str, AnimalByProduct]
    shipment_rules: tuple[ShipmentRule, ...]
    groups: Mapping[str, str]
    """The group of countries that a country belongs to, by its ISO code."""
    green_list: Mapping[str, tuple[str, str]]
    """Entry of Annex III and its name, by waste code."""
    paths: Mapping[str, tuple[str, ...]]
    usual_status: Mapping[str, str]
    activities_of_nace: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def classes_of(self, resource: str) -> frozenset[str]:
        """Return the classes of a resource; none for one that is not known."""
        path = self.paths.get(resource, ())
        return frozenset(slug for slug, each in self.resource_classes.items() if each.holds(path))

    def jurisdiction(self, country: str) -> str:
        """Return whose law holds in a country: EU, GB or OTHER."""
        group = self.groups.get(country, OTHER)
        return group if group in (EU, GB) else OTHER
