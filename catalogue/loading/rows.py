"""Brings a table in line with the rows that are wanted: only what differs is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from catalogue.models import (
    Precedent,
    ProcessFlow,
    Resource,
    ResourcePrice,
    ResourceQuality,
    ResourceTerm,
    Substitution,
)
from common.reading.tables import TableError

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


def load_rows(model: type[models.Model], key: str, wanted: list[Fields]) -> TableChange:
    """Bring a table, whose rows others may refer to, to exactly `wanted`, told apart by the column `key`."""
    stored = stored_rows(model, key, wanted)
    added, changed = write_rows(model, key, stored, wanted)
    removed = remove_rows(model, key, stored.keys() - {row[key] for row in wanted})
    return TableChange(str(model._meta.verbose_name_plural), len(wanted), added, changed, removed)


def stored_rows(model: type[models.Model], key: str, wanted: list[Fields]) -> dict[str, Fields]:
    """Return the rows by key; what people added has none and is left alone."""
    stored = model._default_manager.exclude(**{key: None})
    return {row[key]: row for row in (stored.values(*wanted[0]) if wanted else [])}


def write_rows(
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


def remove_rows(model: type[models.Model], key: str, gone: Iterable[str]) -> int:
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
            raise TableError(
                "",
                f"“{getattr(row, key)}” is no longer in the files, but {users} "
                f"{user._meta.verbose_name_plural} still use it; put its row back.",
            )


LINK_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    ResourcePrice: (
        "resource_id",
        "kind",
        "country",
        "value_eur_per_unit",
        "low_eur_per_unit",
        "high_eur_per_unit",
        "year",
        "basis",
        "source",
        "stated_for_id",
    ),
    ResourceQuality: ("resource_id", "property_id", "rank"),
    ResourceTerm: ("resource_id", "source", "text", "plain"),
    ProcessFlow: ("process_id", "resource_id", "direction", "role", "amount_per_unit"),
    Substitution: (
        *("resource_id", "serves_as_id", "ratio", "quality_factor", "biogenic_carbon", "basis", "source"),
    ),
}


def load_links(model: type[models.Model], wanted: set[tuple[Any, ...]]) -> TableChange:
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
