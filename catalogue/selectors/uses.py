"""All that is known of what a resource is good for: uses, processes and precedents."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from catalogue.affinity.scoring import KnownActivity
from catalogue.affinity.uses import Use, uses_of
from catalogue.law.uses import forbids
from catalogue.models import Direction, FlowRole, Process, ProcessFlow, Resource
from catalogue.precedents.selectors import PrecedentFound, precedents_for
from catalogue.selectors.knowledge import knowledge_of_release
from catalogue.selectors.law import read_law

MOST_USES = 10
MOST_SINKS = 3
MOST_FORBIDDEN = 8


@dataclass(frozen=True)
class ForbiddenUse:
    """A kind of plant that must not take a resource as it is."""

    activity: KnownActivity
    reason: str
    legal_basis: str


@dataclass(frozen=True)
class Uses:
    """All that is known of what a resource is good for."""

    activities: Sequence[Use]
    disposal: Sequence[Use]
    processes: Sequence[Process]
    precedents: Sequence[PrecedentFound]
    forbidden: Sequence[ForbiddenUse] = ()
    """What the law forbids, with the reason; never proposed."""


def all_uses_of(resource: Resource) -> Uses:
    """Return the best uses of a resource, what it can be made into, and where it was used; a few queries."""
    knowledge, law, today = knowledge_of_release(), read_law(), timezone.localdate()
    rules = {
        slug: rule
        for slug in knowledge.activities
        if (rule := forbids(resource.slug, slug, today, law)) is not None
    }
    # A process on the way makes something else of it, which the law judges by itself.
    found = [
        use for use in uses_of(resource.slug, knowledge) if use.processes or use.activity.slug not in rules
    ]
    forbidden = [
        ForbiddenUse(knowledge.activities[slug], rule.reason, rule.legal_basis)
        for slug, rule in rules.items()
    ]
    return Uses(
        activities=[use for use in found if not use.is_disposal][:MOST_USES],
        disposal=[use for use in found if use.is_disposal][:MOST_SINKS],
        processes=processes_taking(resource),
        precedents=precedents_for(resource),
        forbidden=forbidden[:MOST_FORBIDDEN],
    )


def processes_taking(resource: Resource) -> list[Process]:
    """Return the processes that take a resource, or what it is a kind of; `makes` of each are the traded outputs."""
    taking = ProcessFlow.objects.filter(
        direction=Direction.INPUT,
        role__in=(FlowRole.MAIN, FlowRole.TRADED),
        resource__in=Resource.objects.ancestors_of(resource).order_by().values("pk"),
    )
    made = ProcessFlow.objects.filter(direction=Direction.OUTPUT, role=FlowRole.TRADED).select_related(
        "resource"
    )
    found = Process.objects.filter(flows__in=taking).distinct().order_by("name")
    return list(found.prefetch_related(Prefetch("flows", made.order_by("resource__name"), to_attr="makes")))
