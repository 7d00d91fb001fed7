"""Which activities could use a resource. Pure: no Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.affinity.scoring import KnowledgeBase, KnownActivity, fit, reason_of

# Below this it is no use that one would look into.
LEAST_SCORE = 0.3
ESTABLISHED_PERCENT, LIKELY_PERCENT = 70, 50
# They take nearly anything: getting rid of it rather than using it (see data/README.md, general-purpose sinks).
SINKS = frozenset({"landfill", "waste-incinerator", "land-reclamation", "wastewater-works"})


@dataclass(frozen=True)
class Use:
    """An activity that could take a resource; `score` in [0, 1] is that of `affinity`."""

    activity: KnownActivity
    score: float
    reason: str
    processes: tuple[str, ...]
    """Names of the processes that lead there; empty where it is taken as it is."""
    is_disposal: bool

    @property
    def level(self) -> str:
        """The score as a word of the code: established, likely or possible."""
        if self.percent >= ESTABLISHED_PERCENT:
            return "established"
        return "likely" if self.percent >= LIKELY_PERCENT else "possible"

    @property
    def percent(self) -> int:
        """The score in whole percent."""
        return round(100 * self.score)


def uses_of(resource: str, knowledge: KnowledgeBase) -> list[Use]:
    """Return the activities that could take the resource of this slug, the best first, ways of disposal last.

    A resource that is not known has no use.
    """
    if resource not in knowledge.resources:
        return []
    found = list(_scored(resource, knowledge))
    found.sort(key=lambda use: (use.is_disposal, -use.score, use.activity.name))
    return found


def _scored(resource: str, knowledge: KnowledgeBase) -> Iterable[Use]:
    for activity in knowledge.activities.values():
        score, way = fit(resource, activity.slug, knowledge)
        # That a plant takes something of the same group is a guess, and looks odd among uses.
        if way is not None and not way.is_likeness and score >= LEAST_SCORE:
            reason = reason_of(resource, activity.slug, way, knowledge)
            yield Use(activity, round(score, 4), reason, way.processes, activity.slug in SINKS)
