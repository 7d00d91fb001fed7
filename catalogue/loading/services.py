"""Writes of the catalogue: everything comes from its files, in one transaction, and only what differs is written."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models.functions import Now

from catalogue.law.files import read_law_files
from catalogue.loading.activities import read_activity_files
from catalogue.loading.code_lists import CodeDates, CodeEntry
from catalogue.loading.factors import FactorFiles, read_factor_files
from catalogue.loading.files import CatalogueFiles, read_catalogue_files
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.names.foreign_names import by_slug
from catalogue.loading.precedents import PrecedentEntry, read_precedent_files
from catalogue.loading.prices import PriceEntry, default_price
from catalogue.loading.processes import ProcessFiles, read_process_files
from catalogue.loading.resources import CONVERSIONS, ResourceEntry
from catalogue.loading.rows import (
    Fields,
    TableChange,
    load_links,
    load_rows,
    remove_rows,
    stored_rows,
    write_rows,
)
from catalogue.models import (
    EmissionFactor,
    EwcCode,
    NaceActivity,
    Precedent,
    PriceKind,
    Process,
    ProcessFlow,
    QualityProperty,
    Release,
    Resource,
    ResourcePrice,
    ResourceQuality,
    ResourceTerm,
    Substitution,
    TermSource,
)
from common.reading.words import plain_words


@transaction.atomic
def load_catalogue(*, folder: Path = DATA_FOLDER) -> list[TableChange]:
    """Bring the tables in line with the files and return what changed, table by table.

    Raises `TableError` when a file is wrong, or when a row that has left the files is still in use.
    """
    files = read_catalogue_files(folder)
    factors = read_factor_files(folder, files.resources)
    resources = {entry.slug: entry for entry in files.resources}
    processes = read_process_files(folder, resources)
    # Activities and the law have no tables, but are checked with the rest.
    activities = read_activity_files(folder, resources, files.activities).activities
    read_law_files(
        folder, files.resources, files.ewc_codes, activities, {entry.code for entry in files.activities}
    )
    precedents = read_precedent_files(
        folder, resources, files.activities, {entry.slug for entry in activities}
    )
    with connection.cursor() as cursor:
        # Readers go on; a second loader waits, and then finds nothing left to do.
        cursor.execute("LOCK TABLE catalogue_resource IN SHARE ROW EXCLUSIVE MODE")
    changes = [
        load_rows(EwcCode, "code", [_ewc_fields(entry) for entry in files.ewc_codes]),
        load_rows(NaceActivity, "code", [_activity_fields(entry) for entry in files.activities]),
        load_rows(QualityProperty, "slug", [vars(entry) for entry in files.properties]),
        load_rows(EmissionFactor, "key", [vars(entry) for entry in factors.factors]),
        _load_resources(files, factors),
        load_links(ResourcePrice, _prices(files)),
        load_links(ResourceQuality, _qualities(files)),
        load_links(ResourceTerm, _terms(files)),
        load_rows(Process, "slug", [vars(entry) for entry in processes.processes]),
        load_links(ProcessFlow, _flows(processes)),
        load_links(Substitution, _substitutions(processes)),
    ]
    if not all(change.is_none for change in changes) or not Release.objects.exists():
        Release.objects.update_or_create(pk=1, defaults={"key": uuid4(), "loaded_at": Now()})
    # After the release: precedents are shown as they stand, and nothing that is kept is worked out from them.
    return [*changes, load_rows(Precedent, "slug", _precedents(precedents))]


def _ewc_fields(entry: CodeEntry) -> Fields:
    english, german = entry.texts
    dates = entry.dates or CodeDates()
    return {
        "code": entry.code,
        "level": entry.level,
        "parent_id": entry.parent,
        "description_en": english,
        "description_de": german,
        "hazardous": entry.hazardous,
        "entry_type": entry.entry_type,
        "valid_from": dates.valid_from,
        "valid_until": dates.valid_until,
        "replaced_by": list(dates.replaced_by),
        "changes_on": dates.changes_on,
        "changed_description_en": dates.changed_description_en,
        "changed_hazardous": dates.changed_hazardous,
        "change_source": dates.source,
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


def _resource_fields(
    entry: ResourceEntry, prices: list[PriceEntry], parent_id: int | None, factors: Fields
) -> Fields:
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
        "usual_status": entry.usual_status,
        "hazardous_possible": entry.hazardous_possible,
        **inherited.numbers,
        "conversion_source": inherited.source_of(CONVERSIONS),
        **_price_fields(prices),
        **factors,
        "transport_mode": inherited.transport_mode,
        "reach_km": inherited.reach_km,
    }


def _price_fields(prices: list[PriceEntry]) -> Fields:
    fields: Fields = {}
    sources = []
    for kind in PriceKind.values:
        price = default_price(prices, kind)
        fields[f"{kind}_price_eur_per_unit"] = price.value_eur_per_unit if price else None
        fields[f"{kind}_low_eur_per_unit"] = price.low_eur_per_unit if price else None
        fields[f"{kind}_high_eur_per_unit"] = price.high_eur_per_unit if price else None
        sources += [f"{price.basis}, {price.year}: {price.source}"] if price else []
    return {**fields, "price_source": "; ".join(dict.fromkeys(sources))}


def _load_resources(files: CatalogueFiles, factors: FactorFiles) -> TableChange:
    """Write level by level, so that the id of a parent is known before its children's rows are made."""
    entries, prices = files.resources, files.prices
    factor_fields = _factor_fields(factors)
    first = [
        _resource_fields(entry, prices[entry.slug], None, factor_fields[entry.slug]) for entry in entries[:1]
    ]
    stored = stored_rows(Resource, "slug", first)
    ids: dict[str, int] = dict(Resource.objects.values_list("slug", "pk"))
    added = changed = 0
    for depth in range(1 + max(entry.depth for entry in entries)):
        level = [entry for entry in entries if entry.depth == depth]
        wanted = [
            _resource_fields(
                entry,
                prices[entry.slug],
                ids[entry.parent] if entry.parent else None,
                factor_fields[entry.slug],
            )
            for entry in level
        ]
        level_added, level_changed = write_rows(Resource, "slug", stored, wanted)
        if level_added:
            ids = dict(Resource.objects.values_list("slug", "pk"))
        added, changed = added + level_added, changed + level_changed
    removed = remove_rows(Resource, "slug", stored.keys() - {entry.slug for entry in entries})
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


def _prices(files: CatalogueFiles) -> set[tuple[Any, ...]]:
    ids = dict(Resource.objects.values_list("slug", "pk"))
    return {
        (
            ids[price.resource],
            price.kind,
            price.country,
            price.value_eur_per_unit,
            price.low_eur_per_unit,
            price.high_eur_per_unit,
            price.year,
            price.basis,
            price.source,
            ids[price.stated_for],
        )
        for prices in files.prices.values()
        for price in prices
    }


def _qualities(files: CatalogueFiles) -> set[tuple[Any, ...]]:
    resources = dict(Resource.objects.values_list("slug", "pk"))
    properties = dict(QualityProperty.objects.values_list("slug", "pk"))
    return {
        (resources[resource], properties[name], rank)
        for resource, names in files.qualities.items()
        for rank, name in enumerate(names, start=1)
    }


def _terms(files: CatalogueFiles) -> set[tuple[Any, ...]]:
    resources = dict(Resource.objects.values_list("slug", "pk"))
    displays = {code.code: code.display for code in EwcCode.objects.filter(level=3)}
    terms: set[tuple[Any, ...]] = set()
    abroad = by_slug(files.foreign_names)
    for entry in files.resources:
        pk = resources[entry.slug]
        terms.add((pk, TermSource.NAME.value, entry.name, plain_words(entry.name)))
        others = {plain_words(text): text for text in (*abroad[entry.slug], *entry.synonyms)}
        others.pop(plain_words(entry.name), None)
        terms |= {(pk, TermSource.SYNONYM.value, text, plain) for plain, text in others.items()}
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
            entry.biogenic_carbon,
            entry.basis,
            entry.source,
        )
        for entry in files.substitutions
    }
