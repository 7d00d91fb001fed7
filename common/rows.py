"""Models out of and into statements of our own, where putting the statement together takes longer than running it."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from django.db import connection
from django.db.models import JSONField, Model

Row = TypeVar("Row", bound=Model)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Columns(Generic[Row]):
    """The columns of one model in a statement: all of them, or those named; the others are read when asked for.

    Raises `FieldDoesNotExist` for a name that is no field.
    """

    def __init__(self, model: type[Row], alias: str, *names: str) -> None:
        named = [model._meta.get_field(name) for name in names]
        # In the model's own order, in which it takes them.
        fields = [field for field in model._meta.concrete_fields if not names or field in named]
        self._model = model
        self._names = [field.attname for field in fields]
        self._json = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
        self._sql = ", ".join(f"{alias}.{field.column}" for field in fields)

    def __str__(self) -> str:
        return self._sql

    def __len__(self) -> int:
        return len(self._names)

    def row(self, values: Sequence[Any]) -> Row:
        """Return the instance of what was read of these columns, in their order."""
        if self._json:
            values = list(values)
            for place in self._json:
                field: Any = self._model._meta.get_field(self._names[place])
                values[place] = field.from_db_value(values[place], None, connection)
        return self._model.from_db(connection.alias, self._names, values)


def split(values: Sequence[Any], *parts: Columns[Any]) -> Iterable[Any]:
    """Give one row of a joined statement to its models, in their order."""
    start = 0
    for columns in parts:
        yield columns.row(values[start : start + len(columns)])
        start += len(columns)


def copy_new(rows: Sequence[Model]) -> None:
    """Write new rows of one model by COPY, with a key where there is none; every field must be set, no default holds.

    As `bulk_create`: no signal, no `save()`; the database's constraints hold. Takes texts, numbers, truths, days,
    moments and lists of plain words and numbers.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = meta.concrete_fields
    quote = connection.ops.quote_name
    table, key = quote(meta.db_table), meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, key.column, len(rows)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = row.pk or pk
        names = [field.attname for field in fields]
        text = "".join("\t".join([_text(getattr(row, name)) for name in names]) + "\n" for row in rows)
        columns = ", ".join(quote(str(field.column)) for field in fields)
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(text))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _text(value: Any) -> str:
    """Return a value as COPY takes it in its text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if value else ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return "{" + ",".join(_element(each) for each in value) + "}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _element(value: Any) -> str:
    word = str(value)
    if not word.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"“{word}” is no plain word to be copied in a list")
    return word
