"""Rows of the catalogue that stand behind a match's figures."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from catalogue.models import (
    EmissionFactor,
    Process,
    Resource,
    Substitution,
)
from matching.engine.pathways import TreatmentStep
from matching.market.assumptions import FREIGHT_FACTOR
from matching.market.rules import (
    DEFAULT_COUNTRY,
    HEAT_FACTOR,
    METHANE_FACTOR,
    MatchingRules,
    power_factor,
)
from matching.models import Match


@dataclass(frozen=True)
class Sources:
    """Rows of the catalogue that stand behind the figures, read for a whole page at once."""

    factors: Mapping[int, EmissionFactor]
    freight: EmissionFactor | None
    heat: EmissionFactor | None
    power: Mapping[str, EmissionFactor]
    """Of the grid, by country; `EU` holds where a country has none."""
    methane: EmissionFactor | None
    processes: Mapping[str, Process]
    substitutions: Mapping[tuple[int, int], Substitution]
    resources: Mapping[int, Resource]
    """Inputs and outputs of the steps."""

    @classmethod
    def of(cls, matches: Collection[Match], rules: MatchingRules) -> Self:
        pairs = {(match.offer.resource, match.request.resource) for match in matches}
        wanted = {
            key
            for pair in pairs
            for resource in pair
            for key in (resource.primary_factor_id, resource.disposal_factor_id)
        }
        countries = [DEFAULT_COUNTRY, *{match.offer.site.country for match in matches}]
        keys = [FREIGHT_FACTOR, HEAT_FACTOR, METHANE_FACTOR, *map(power_factor, countries)]
        common = {factor.key: factor for factor in EmissionFactor.objects.filter(key__in=keys)}
        ways = [rules.pathways.get((offered.pk, sought.pk)) for offered, sought in pairs]
        steps = [step for way in ways if way is not None for step in way.steps]
        return cls(
            factors=EmissionFactor.objects.in_bulk(wanted - {None}),
            freight=common.get(FREIGHT_FACTOR),
            heat=common.get(HEAT_FACTOR),
            power={each: common[power_factor(each)] for each in countries if power_factor(each) in common},
            methane=common.get(METHANE_FACTOR),
            processes=_processes({step.key for step in steps if step.kind == "process"}),
            substitutions=_substitutions(step for step in steps if step.kind == "substitution"),
            resources=Resource.objects.in_bulk({pk for step in steps for pk in (step.input, step.output)}),
        )


def _processes(slugs: set[str]) -> dict[str, Process]:
    if not slugs:
        return {}
    found = Process.objects.filter(slug__in=slugs).prefetch_related("flows__resource")
    return {process.slug: process for process in found}


def _substitutions(steps: Iterable[TreatmentStep]) -> dict[tuple[int, int], Substitution]:
    pairs = {(step.input, step.output) for step in steps}
    if not pairs:
        return {}
    found = Substitution.objects.filter(
        resource__in={taken for taken, made in pairs}, serves_as__in={made for taken, made in pairs}
    )
    return {(each.resource_id, each.serves_as_id): each for each in found}
