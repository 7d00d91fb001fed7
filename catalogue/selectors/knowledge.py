"""Puts together from the catalogue's files what `catalogue.affinity` needs to know."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID

from catalogue.affinity.lexicon import Term
from catalogue.affinity.scoring import CO_INPUT, PROCESS, KnowledgeBase, KnownActivity, KnownResource, WayStep
from catalogue.loading.activities import ActivityFiles, FlowSide, read_activity_files
from catalogue.loading.files import read_catalogue_files
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.names.foreign_names import by_slug
from catalogue.loading.processes import ProcessFiles, read_process_files
from catalogue.models import Direction, FlowRole, Release
from catalogue.selectors.law import read_law


@cache
def read_knowledge(folder: Path = DATA_FOLDER) -> KnowledgeBase:
    """Read and check the files and return what they say; raise `TableError` when one is wrong."""
    files = read_catalogue_files(folder)
    resources = {entry.slug: entry for entry in files.resources}
    found = read_activity_files(folder, resources, files.activities)
    flows = {side: _flows(found, side) for side in FlowSide}
    things, plants = by_slug(files.foreign_names), by_slug(found.foreign_names)
    return KnowledgeBase(
        resources={
            entry.slug: KnownResource(
                entry.slug,
                entry.name,
                (entry.name, *entry.synonyms, *things[entry.slug]),
                entry.parent,
                entry.depth,
            )
            for entry in files.resources
        },
        activities={
            entry.slug: KnownActivity(
                entry.slug,
                entry.name,
                (entry.name, *entry.other_names, *plants[entry.slug]),
                tuple(entry.nace_codes),
                entry.sector,
            )
            for entry in found.activities
        },
        takes=flows[FlowSide.TAKES],
        gives=flows[FlowSide.GIVES],
        steps=tuple(_steps(read_process_files(folder, resources))),
        nace_titles={entry.code: entry.texts[0] for entry in files.activities if entry.level == 4},
        ambiguous=tuple(Term(entry.words, ((entry.resource, entry.weight),)) for entry in found.words),
        ambiguous_activities=tuple(
            Term(entry.words, ((entry.activity, entry.weight),)) for entry in found.activity_words
        ),
        sources={(flow.activity, str(flow.direction), flow.resource): flow.source for flow in found.flows},
        products={(entry.activity, str(entry.direction)): entry.resources for entry in found.products},
    )


def knowledge_of_release() -> KnowledgeBase:
    """Return what is known in the release that is loaded; read at the first call, then kept."""
    _begin(Release.objects.values_list("key", flat=True).first())
    return read_knowledge()


@lru_cache(maxsize=1)
def _begin(release: UUID | None) -> None:
    """Forget what was known in another release, for those too who do not ask by release."""
    read_knowledge.cache_clear()
    read_law.cache_clear()


def _flows(files: ActivityFiles, side: FlowSide) -> dict[str, dict[str, float]]:
    flows: dict[str, dict[str, float]] = defaultdict(dict)
    for flow in files.flows:
        if flow.direction == side:
            flows[flow.activity][flow.resource] = flow.strength
    return flows


def _steps(files: ProcessFiles) -> Iterator[WayStep]:
    """Yield the processes from what may be offered to what is made, and the substitutions."""
    names = {process.slug: process.name for process in files.processes}
    for taken in files.flows:
        if taken.direction != Direction.INPUT or taken.role not in (FlowRole.MAIN, FlowRole.TRADED):
            continue
        for made in files.flows:
            if (made.process, made.direction, made.role) == (
                taken.process,
                Direction.OUTPUT,
                FlowRole.TRADED,
            ):
                words = f"gives it by “{names[taken.process]}”"
                left = PROCESS if taken.role == FlowRole.MAIN else CO_INPUT
                yield WayStep(taken.resource, made.resource, left, words, names[taken.process])
    for entry in files.substitutions:
        yield WayStep(entry.resource, entry.serves_as, float(entry.quality_factor), "stands in for it")
