"""What the rules of a listing look up: asked anew for one listing, read once where thousands are checked."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from accounts.models import Site
from accounts.selectors.timezones import today_at
from catalogue.models import EwcCode, QualityProperty, Resource
from catalogue.selectors.law import is_always_hazardous
from catalogue.selectors.resources import quality_properties_of
from listings.disclosure.cells import ToldPlace, told_place
from listings.models import GAS_BRANCHES

_WASTE: int = 3
"""The level of the codes of wastes; those above are chapters."""


class Knowledge:
    """Asks the database for each answer."""

    def properties_of(self, resource: Resource) -> list[QualityProperty]:
        """Return what to state about a lot of this, the most important first."""
        return resource.quality_properties()

    def waste_code(self, code: str) -> EwcCode | None:
        """Return the entry of a waste code of six digits."""
        return EwcCode.objects.filter(code=code, level=_WASTE).first()

    def codes(self, codes: list[str]) -> list[EwcCode]:
        """Return the entries of codes, by their order in the list of wastes."""
        return list(EwcCode.objects.filter(code__in=codes))

    def is_gas(self, resource: Resource) -> bool:
        """Say whether it is asked what becomes of this resource without a buyer."""
        return Resource.objects.ancestors_of(resource).filter(slug__in=GAS_BRANCHES).exists()

    def is_always_hazardous(self, resource: Resource, day: date) -> bool:
        """Say whether every code in force that a resource may have is starred; False for one without codes."""
        return is_always_hazardous(resource, day)

    def today_at(self, site: Site) -> date:
        """Return which day it is at a site."""
        return today_at(site)

    def told_place(self, site: Site, disclosure: str) -> ToldPlace:
        """Return what is told of where a listing is, at a level of disclosure."""
        return told_place(site, disclosure)


ASKED_ANEW = Knowledge()


class RememberedKnowledge(Knowledge):
    """Reads each list once, at the first question: a thousand listings cost the queries of one."""

    def __init__(self) -> None:
        self._days: dict[int, date] = {}
        self._places: dict[tuple[int, str], ToldPlace] = {}
        self._hazardous: dict[tuple[int, date], bool] = {}

    @cached_property
    def resources(self) -> Mapping[int, Resource]:
        """What a listing may name, by key, in the order of the tree."""
        return {resource.pk: resource for resource in Resource.objects.listable().order_by("tree_left")}

    @cached_property
    def _properties(self) -> Mapping[int, list[QualityProperty]]:
        return quality_properties_of(self.resources.values())

    @cached_property
    def _codes(self) -> Mapping[str, EwcCode]:
        return {entry.code: entry for entry in EwcCode.objects.order_by("code")}

    @cached_property
    def _gas_branches(self) -> list[Resource]:
        return list(Resource.objects.filter(slug__in=GAS_BRANCHES))

    def properties_of(self, resource: Resource) -> list[QualityProperty]:
        """Of all resources at once."""
        found = self._properties.get(resource.pk)
        return super().properties_of(resource) if found is None else found

    def waste_code(self, code: str) -> EwcCode | None:
        """From the whole list of wastes."""
        entry = self._codes.get(code)
        return entry if entry and entry.level == _WASTE else None

    def codes(self, codes: list[str]) -> list[EwcCode]:
        """From the whole list of wastes."""
        return [self._codes[code] for code in sorted(codes) if code in self._codes]

    def is_gas(self, resource: Resource) -> bool:
        """By the places of the branches in the tree."""
        return any(branch.covers(resource) for branch in self._gas_branches)

    def is_always_hazardous(self, resource: Resource, day: date) -> bool:
        """Once for a resource and a day."""
        key = (resource.pk, day)
        if key not in self._hazardous:
            entries = [self._codes[code] for code in resource.ewc_codes if code in self._codes]
            in_force = [entry for entry in entries if entry.is_in_force_on(day)]
            self._hazardous[key] = bool(in_force) and all(e.is_hazardous_on(day) for e in in_force)
        return self._hazardous[key]

    def today_at(self, site: Site) -> date:
        """Once for a site."""
        if site.pk not in self._days:
            self._days[site.pk] = super().today_at(site)
        return self._days[site.pk]

    def told_place(self, site: Site, disclosure: str) -> ToldPlace:
        """Once for a site and a level."""
        key = (site.pk, disclosure)
        if key not in self._places:
            self._places[key] = super().told_place(site, disclosure)
        return self._places[key]
