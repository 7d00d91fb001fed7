"""Which kind of JSON value a field takes: what is sent as another kind is refused, and never bent into it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

# Times without an offset would be taken as somebody's local time, or as UTC: a deadline hours off.
_WITH_OFFSET: Final = re.compile(r".*(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})\s*", re.DOTALL)
_LARGEST: Final = 2**63 - 1
Check = Callable[[Any], str | Promise | None]


def wrong_kinds(
    fields: Mapping[str, serializers.Field[Any, Any, Any, Any]], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is wrong with the kinds of the values that were sent, by field and by place in a list or an object.

    null is the field's own matter; so are nested serializers. The values of a form (multipart) are texts all.
    """
    is_form = hasattr(data, "lists")
    wrong: dict[str, Any] = {}
    for name, field in fields.items():
        if field.read_only or name not in data:
            continue
        if found := _moment(data[name]) if is_form and _is_moment(field) else None:
            wrong[name] = [found]
        elif not is_form and (found_in := _wrong(field, data[name])):
            wrong[name] = found_in
    return wrong


def _wrong(field: Any, value: Any) -> Any:
    """Return the texts, or for a list or an object the texts by place; nothing where all is right."""
    if value is None:
        return None
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return _by_place(field.child, enumerate(value))
    if isinstance(field, serializers.DictField) and isinstance(value, Mapping):
        return _by_place(field.child, value.items())
    for kinds, check in _CHECKS:
        if isinstance(field, kinds):
            found = check(value)
            if found is None and isinstance(field, serializers.DateTimeField):
                found = _moment(value)
            return [str(found)] if found else None
    return None


def _by_place(child: Any, values: Any) -> dict[str, Any]:
    return {str(place): found for place, value in values if (found := _wrong(child, value))}


def _is_moment(field: Any) -> bool:
    return isinstance(field, serializers.DateTimeField)


def _moment(value: Any) -> str | None:
    if isinstance(value, str) and value and not _WITH_OFFSET.fullmatch(value):
        return _(
            "Say in which time zone: end it with Z for UTC or with an offset, as 2026-05-01T12:00:00+02:00."
        )
    return None


def _text(value: Any) -> Any:
    return None if isinstance(value, str) else gettext_lazy("Send a text, in quotes.")


def _truth(value: Any) -> Any:
    return None if isinstance(value, bool) else gettext_lazy("Send true or false, without quotes.")


def _whole(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        return gettext_lazy("Send a whole number, without quotes and without a decimal point.")
    return None if -_LARGEST <= value <= _LARGEST else gettext_lazy("There is no number so large here.")


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return gettext_lazy("Send a number, without quotes.")
    return None


def _list(value: Any) -> Any:
    return None if isinstance(value, list) else gettext_lazy("Send a list.")


def _object(value: Any) -> Any:
    return None if isinstance(value, Mapping) else gettext_lazy("Send an object.")


_CHECKS: Final[tuple[tuple[Any, Check], ...]] = (
    ((serializers.MultipleChoiceField,), _list),
    (
        (
            serializers.CharField,
            serializers.ChoiceField,
            serializers.SlugRelatedField,
            serializers.DateField,
            serializers.DateTimeField,
            serializers.TimeField,
            serializers.DecimalField,
        ),
        _text,
    ),
    ((serializers.BooleanField,), _truth),
    ((serializers.IntegerField, serializers.PrimaryKeyRelatedField), _whole),
    ((serializers.FloatField,), _number),
    ((serializers.ListField,), _list),
    ((serializers.DictField,), _object),
)
