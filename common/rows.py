"""Models out of statements of our own, where putting the statement together anew takes longer than running it."""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import JSONField, Model

Row = TypeVar("Row", bound=Model)


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
