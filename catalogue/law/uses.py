"""Which uses a plant has, and which of them the law forbids for a resource. Pure: no Django, no clock.

For the compiled gate everything is a bit mask: the bit of a use class is its place in `LawKnowledge.use_classes`.
A pair is forbidden exactly when `forbidden_uses(resource) & certain_uses(receiver) != 0`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from catalogue.law.knowledge import ANY_USE, LawKnowledge, Prohibition, UseClass
from catalogue.law.terms import Status


@dataclass(frozen=True)
class Uses:
    """The uses that a receiver certainly has, and those that it may have besides."""

    certain: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()


def uses_of_activity(activity: str, knowledge: LawKnowledge) -> Uses:
    """Return the uses of a kind of plant, by its slug in `activities.csv`."""
    return Uses(frozenset(s for s, use in knowledge.use_classes.items() if activity in use.activities))


def uses_of_receiver(nace_code: str, asked_for: str, knowledge: LawKnowledge) -> Uses:
    """Return the uses of who asks for a resource; `nace_code` is empty where nobody said.

    A NACE class that several kinds of plant share gives certainly what all of them have, and possibly what some have.
    """
    path = frozenset(knowledge.paths.get(asked_for, ()))
    activities = knowledge.activities_of_nace.get(nace_code, frozenset())
    certain, possible = set(), set()
    for slug, use in knowledge.use_classes.items():
        if path & use.resources:
            certain.add(slug)
        elif path & use.unless_asked_for:
            continue
        elif nace_code in use.nace_codes or (activities and activities <= use.activities):
            certain.add(slug)
        elif activities & use.activities:
            possible.add(slug)
    return Uses(frozenset(certain), frozenset(possible))


def prohibitions_of(
    resource: str, uses: Iterable[str], jurisdiction: str, day: date, knowledge: LawKnowledge
) -> Iterator[Prohibition]:
    """Yield what forbids or conditions that a resource goes into one of the uses."""
    classes, wanted = knowledge.classes_of(resource), frozenset(uses)
    for rule in knowledge.prohibitions:
        if (
            rule.resource_class in classes
            and (rule.use_class == ANY_USE or rule.use_class in wanted)
            and jurisdiction in rule.jurisdictions
            and rule.holds_on(day)
        ):
            yield rule


def forbids(
    resource: str, activity: str, day: date, knowledge: LawKnowledge, jurisdiction: str = "EU"
) -> Prohibition | None:
    """Return the rule that keeps a kind of plant from taking a resource as it is; None where nothing does."""
    uses = uses_of_activity(activity, knowledge).certain
    found = prohibitions_of(resource, uses, jurisdiction, day, knowledge)
    return next((rule for rule in found if rule.status == Status.FORBIDDEN), None)


# --- bit masks ----------------------------------------------------------------------------------------------


def mask_of(uses: Iterable[str], knowledge: LawKnowledge) -> int:
    """Return the uses as a bit mask, bit 0 the first use class; fits 64 bits."""
    place = {slug: number for number, slug in enumerate(knowledge.use_classes)}
    return sum(1 << place[slug] for slug in frozenset(uses))


def forbidden_uses(resource: str, jurisdiction: str, day: date, knowledge: LawKnowledge) -> int:
    """Return as a bit mask the uses that are forbidden to a resource in a jurisdiction."""
    every = tuple(knowledge.use_classes)
    rules = prohibitions_of(resource, every, jurisdiction, day, knowledge)
    return mask_of((rule.use_class for rule in rules if rule.status == Status.FORBIDDEN), knowledge)


def safety_allowed(property_slug: str, knowledge: LawKnowledge) -> int:
    """Return as a bit mask the uses that are left to what has a safety property."""
    return mask_of(knowledge.safety_properties[property_slug].allowed_uses, knowledge)


def names_of(uses: Iterable[UseClass]) -> str:
    """Return the names of uses, for a reader."""
    return ", ".join(use.name for use in uses)
