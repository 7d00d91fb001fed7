"""Writes of the catalogue: everything comes from its files, in one transaction, and only what differs is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, models, transaction
from django.db.models.functions import Now

from catalogue.activity_files import read_activity_files
from catalogue.factor_files import FactorFiles, read_factor_files
from catalogue.files import (
    CONVERSIONS,
    DATA_FOLDER,
    PRICES,
    CatalogueFileError,
    CatalogueFiles,
    CodeEntry,
    ResourceEntry,
    read_catalogue_files,
)
from catalogue.models import (
    EmissionFactor,
    EwcCode,
    NaceActivity,
    Precedent,
    Process,
    ProcessFlow,
    QualityProperty,
    Release,
    Resource,
    ResourceQuality,
    ResourceTerm,
    Substitution,
    TermSource,
)
from catalogue.precedent_files import PrecedentEntry, read_precedent_files
from catalogue.process_files import ProcessFiles, read_process_files
from catalogue.words import plain_words

Fields = dict[str, Any]
BATCH_ROWS = 1000


@dataclass(frozen=True)
class TableChange:
    """What loading did to one table, in rows."""

    table: str
    total: int
    added: int
    changed: int
    removed: int

    @property
    def is_none(self) -> bool:
        """Whether the table stayed as it was."""
        return not (self.added or self.changed or self.removed)


@transaction.atomic
def load_catalogue(*, folder: Path = DATA_FOLDER) -> list[TableChange]:
    """Bring the tables in line with the files and return what changed, table by table.

    Raises `CatalogueFileError` when a file is wrong, or when a row that has left the files is still in use.
    """
    files = read_catalogue_files(folder)
    factors = read_factor_files(folder, files.resources)
    resources = {entry.slug: entry for entry in files.resources}
    processes = read_process_files(folder, resources)
    # Activities have no tables, but are checked with the rest.
    activities = read_activity_files(folder, resources, files.activities).activities
    precedents = read_precedent_files(
        folder, resources, files.activities, {entry.slug for entry in activities}
    )
    with connection.cursor() as cursor:
        # Readers go on; a second loader waits, and then finds nothing left to do.
        cursor.execute("LOCK TABLE catalogue_resource IN SHARE ROW EXCLUSIVE MODE")
    changes = [
        _load_rows(EwcCode, "code", [_ewc_fields(entry) for entry in files.ewc_codes]),
        _load_rows(NaceActivity, "code", [_activity_fields(entry) for entry in files.activities]),
        _load_rows(QualityProperty, "slug", [vars(entry) for entry in files.properties]),
        _load_rows(EmissionFactor, "key", [vars(entry) for entry in factors.factors]),
        _load_resources(files.resources, factors),
        _load_links(ResourceQuality, _qualities(files)),
        _load_links(ResourceTerm, _terms(files.resources)),
        _load_rows(Process, "slug", [vars(entry) for entry in processes.processes]),
        _load_links(ProcessFlow, _flows(processes)),
        _load_links(Substitution, _substitutions(processes)),
    ]
    if not all(change.is_none for change in changes) or not Release.objects.exists():
        Release.objects.update_or_create(pk=1, defaults={"key": uuid4(), "loaded_at": Now()})
    # After the release: precedents are shown as they stand, and nothing that is kept is worked out from them.
    return [*changes, _load_rows(Precedent, "slug", _precedents(precedents))]


def _ewc_fields(entry: CodeEntry) -> Fields:
    english, german = entry.texts
    return {
        "code": entry.code,
        "level": entry.level,
        "parent_id": entry.parent,
        "description_en": english,
        "description_de": german,
        "hazardous": entry.hazardous,
        "entry_type": entry.entry_type,
    }


def _activity_fields(entry: CodeEntry) -> Fields:
    english, german = entry.texts
    return {
        "code": entry.code,
        "level": entry.level,
        "parent_id": entry.parent,
        "title_en": english,
        "title_de": german,
    }


def _resource_fields(entry: ResourceEntry, parent_id: int | None, factors: Fields) -> Fields:
    inherited = entry.inherited
    return {
        "slug": entry.slug,
        "name": entry.name,
        "kind": entry.kind,
        "parent_id": parent_id,
        "dimension": inherited.dimension,
        "tree_left": entry.tree_left,
        "tree_right": entry.tree_right,
        "depth": entry.depth,
        "breadcrumb": entry.breadcrumb,
        "description": entry.description,
        "synonyms": entry.synonyms,
        "ewc_codes": entry.ewc_codes,
        "hazardous_possible": entry.hazardous_possible,
        **inherited.numbers,
        "conversion_source": inherited.source_of(CONVERSIONS),
        "price_source": inherited.source_of(PRICES),
        **factors,
        "transport_mode": inherited.transport_mode,
        "reach_km": inherited.reach_km,
    }


def _load_rows(model: type[models.Model], key: str, wanted: list[Fields]) -> TableChange:
    stored = _stored_rows(model, key, wanted)
    added, changed = _write_rows(model, key, stored, wanted)
    removed = _remove_rows(model, key, stored.keys() - {row[key] for row in wanted})
    return TableChange(str(model._meta.verbose_name_plural), len(wanted), added, changed, removed)


def _load_resources(entries: list[ResourceEntry], factors: FactorFiles) -> TableChange:
    """Write level by level, so that the id of a parent is known before its children's rows are made."""
    factor_fields = _factor_fields(factors)
    first = [_resource_fields(entry, None, factor_fields[entry.slug]) for entry in entries[:1]]
    stored = _stored_rows(Resource, "slug", first)
    ids: dict[str, int] = dict(Resource.objects.values_list("slug", "pk"))
    added = changed = 0
    for depth in range(1 + max(entry.depth for entry in entries)):
        level = [entry for entry in entries if entry.depth == depth]
        wanted = [
            _resource_fields(entry, ids[entry.parent] if entry.parent else None, factor_fields[entry.slug])
            for entry in level
        ]
        level_added, level_changed = _write_rows(Resource, "slug", stored, wanted)
        if level_added:
            ids = dict(Resource.objects.values_list("slug", "pk"))
        added, changed = added + level_added, changed + level_changed
    removed = _remove_rows(Resource, "slug", stored.keys() - {entry.slug for entry in entries})
    return TableChange("resources", len(entries), added, changed, removed)


def _factor_fields(factors: FactorFiles) -> dict[str, Fields]:
    """Return the factor columns of every resource by slug."""
    ids: dict[str | None, int | None] = dict(EmissionFactor.objects.values_list("key", "pk"))
    return {
        slug: {"primary_factor_id": ids.get(found.primary), "disposal_factor_id": ids.get(found.disposal)}
        for slug, found in factors.of_resource.items()
    }


def _precedents(entries: list[PrecedentEntry]) -> list[Fields]:
    ids: dict[str, int] = dict(Resource.objects.values_list("slug", "pk"))
    rows = []
    for entry in entries:
        fields = {**vars(entry)}
        resource, serves_as = fields.pop("resource"), fields.pop("serves_as")
        rows.append({**fields, "resource_id": ids[resource], "serves_as_id": ids.get(serves_as)})
    return rows


def _stored_rows(model: type[models.Model], key: str, wanted: list[Fields]) -> dict[str, Fields]:
    """Return the rows by key; what people added has none and is left alone."""
    stored = model._default_manager.exclude(**{key: None})
    return {row[key]: row for row in (stored.values(*wanted[0]) if wanted else [])}


def _write_rows(
    model: type[models.Model], key: str, stored: Mapping[str, Fields], wanted: list[Fields]
) -> tuple[int, int]:
    """Insert what is new, update what differs; return how many of each."""
    stale = [row for row in wanted if stored.get(row[key]) != row]
    if stale:
        model._default_manager.bulk_create(
            [model(**row) for row in stale],
            batch_size=BATCH_ROWS,
            update_conflicts=True,
            unique_fields=[key],
            update_fields=[name for name in stale[0] if name != key],
        )
    added = sum(row[key] not in stored for row in stale)
    return added, len(stale) - added


def _remove_rows(model: type[models.Model], key: str, gone: Iterable[str]) -> int:
    """Delete the rows that have left the files, the deepest first; refuse if another app still uses one."""
    level = "depth" if model is Resource else "level" if hasattr(model, "level") else key
    rows = list(model._default_manager.filter(**{f"{key}__in": list(gone)}).order_by(f"-{level}"))
    for row in rows:
        _refuse_if_used(row, key)
        row.delete()
    return len(rows)


def _refuse_if_used(row: models.Model, key: str) -> None:
    app = row._meta.app_label
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        user = relation.field.model
        if user._meta.app_label == app and user is not Precedent:
            continue
        rows = user._default_manager.filter(**{relation.field.name: row})
        # Published precedents follow the files; those that people added do not.
        users = (rows.filter(slug=None) if user is Precedent else rows).count()
        if users:
            raise CatalogueFileError(
                f"“{getattr(row, key)}” is no longer in the files, but {users} "
                f"{user._meta.verbose_name_plural} still use it; put its row back."
            )


def _qualities(files: CatalogueFiles) -> set[tuple[Any, ...]]:
    resources = dict(Resource.objects.values_list("slug", "pk"))
    properties = dict(QualityProperty.objects.values_list("slug", "pk"))
    return {
        (resources[resource], properties[name], rank)
        for resource, names in files.qualities.items()
        for rank, name in enumerate(names, start=1)
    }


def _terms(entries: list[ResourceEntry]) -> set[tuple[Any, ...]]:
    resources = dict(Resource.objects.values_list("slug", "pk"))
    displays = {code.code: code.display for code in EwcCode.objects.filter(level=3)}
    terms: set[tuple[Any, ...]] = set()
    for entry in entries:
        pk = resources[entry.slug]
        terms.add((pk, TermSource.NAME.value, entry.name, plain_words(entry.name)))
        terms |= {(pk, TermSource.SYNONYM.value, text, plain_words(text)) for text in entry.synonyms}
        terms |= {(pk, TermSource.CODE.value, displays[code], code) for code in entry.ewc_codes}
    return terms


def _flows(files: ProcessFiles) -> set[tuple[Any, ...]]:
    resources = dict(Resource.objects.values_list("slug", "pk"))
    processes = dict(Process.objects.values_list("slug", "pk"))
    return {
        (processes[flow.process], resources[flow.resource], flow.direction, flow.role, flow.amount_per_unit)
        for flow in files.flows
    }


def _substitutions(files: ProcessFiles) -> set[tuple[Any, ...]]:
    resources = dict(Resource.objects.values_list("slug", "pk"))
    return {
        (
            resources[entry.resource],
            resources[entry.serves_as],
            entry.ratio,
            entry.quality_factor,
            entry.basis,
            entry.source,
        )
        for entry in files.substitutions
    }


LINK_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    ResourceQuality: ("resource_id", "property_id", "rank"),
    ResourceTerm: ("resource_id", "source", "text", "plain"),
    ProcessFlow: ("process_id", "resource_id", "direction", "role", "amount_per_unit"),
    Substitution: ("resource_id", "serves_as_id", "ratio", "quality_factor", "basis", "source"),
}


def _load_links(model: type[models.Model], wanted: set[tuple[Any, ...]]) -> TableChange:
    """Bring a table of derived rows, which nothing refers to, to exactly `wanted`."""
    names = LINK_FIELDS[model]
    stored = {row[1:]: row[0] for row in model._default_manager.values_list("pk", *names)}
    gone = [pk for row, pk in stored.items() if row not in wanted]
    missing = sorted(wanted - stored.keys())
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    if missing:
        rows = [model(**dict(zip(names, row, strict=True))) for row in missing]
        model._default_manager.bulk_create(rows, batch_size=BATCH_ROWS)
    return TableChange(str(model._meta.verbose_name_plural), len(wanted), len(missing), 0, len(gone))
