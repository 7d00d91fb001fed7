"""Bodies: what is read as JSON, and what it may hold."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers, serializers
from rest_framework.request import Request

from common.api.kinds import wrong_kinds
from common.reading.text import clean_line, clean_text

_GZIP: Final = b"\x1f\x8b"
LONGEST_NAME: Final = 60
# Longer texts may have several lines.
LONGEST_LINE: Final = 500


class StrictJSONParser(parsers.JSONParser):
    """JSON that says one thing, whose texts can be stored and sent back."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body; raise for one that is too deep or no text, and for a key that stands twice."""
        sent = stream.read()
        if sent.startswith(_GZIP):
            raise packed()
        try:
            # A mark of the byte order at the start is no content; Windows programs put one there.
            parsed = json.loads(
                sent.decode("utf-8-sig"),
                parse_constant=_refuse_constant,
                parse_float=_finite,
                object_pairs_hook=_each_once,
            )
            # A lone surrogate is valid JSON, but no character: nothing can store it or send it back.
            json.dumps(parsed, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(
                _("The body is not JSON that we can read: UTF-8, finite numbers, not nested deeply.")
            ) from error
        return parsed


def packed() -> exceptions.UnsupportedMediaType:
    """Return the refusal of a body that is compressed."""
    return exceptions.UnsupportedMediaType(
        "", detail=_("Send the body as it is: gzip and other encodings are not unpacked.")
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text[:40])
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; raise where a key stands twice: which of the two is meant, nobody can say."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        text = _("This key stands twice in one object; send it once.")
        raise exceptions.ValidationError(
            {name[:LONGEST_NAME]: [text] for name in found if names.count(name) > 1}
        )
    return found


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know, and values of another kind than the document says.

    A misspelt field must not vanish without a word, nor 368.7 become the id 368, nor a number a text.
    """

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated values; raise with every wrong and every unknown field."""
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            errors = wrong_kinds(self.fields, data) | self._unknown(data)
            data = {name: _cleaned(self.fields.get(name), value) for name, value in data.items()}
        try:
            values = super().to_internal_value(data)
        except exceptions.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            errors = {**error.detail, **errors}
        if errors:
            raise exceptions.ValidationError(errors)
        return values

    def _unknown(self, data: Mapping[str, Any]) -> dict[str, Any]:
        known = [name for name, field in self.fields.items() if not field.read_only]
        text = _("Not a field that can be set here; these can: %(known)s.") % {"known": ", ".join(known)}
        return {str(name)[:LONGEST_NAME]: [text] for name in data if name not in known}


def _cleaned(field: Any, value: Any) -> Any:
    """Return a text without what nobody sees, as the pages' forms take it; one with a NUL is left to be refused."""
    if not isinstance(field, serializers.CharField) or not isinstance(value, str) or "\0" in value:
        return value
    has_lines = (field.max_length or LONGEST_LINE) > LONGEST_LINE
    return clean_text(value) if has_lines else clean_line(value)


def checked(serializer: type[StrictSerializer], request: Request, **context: Any) -> dict[str, Any]:
    """Return the values of a request's body, of a PATCH only those that are there; raise with what is wrong."""
    body = serializer(
        data=request.data, partial=request.method == "PATCH", context={"request": request, **context}
    )
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
