"""Sentences of cores that know no Django: put together in English, and told again in another language.

A sentence is an English text, as everywhere, and remembers the pattern and the values it was made of.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Said(str):
    """An English sentence that knows its pattern and what filled it."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, Any]


def as_said(pattern: str, /, **values: Any) -> Said:
    """Return `pattern` filled with `values`, as in `as_said("%(code)s ended on %(day)s", code=…, day=…)`.

    The call marks the pattern to be translated, as `gettext` would. Without values a per cent sign is itself.
    """
    sentence = Said(pattern % values if values else pattern)
    sentence.pattern, sentence.values = pattern, values
    return sentence


def told(text: str, translate: Callable[[str], str]) -> str:
    """Return a sentence in the language of `translate`, which gives a pattern's or a plain text's translation."""
    if not isinstance(text, Said):
        return translate(text) if text else text
    pattern = translate(text.pattern)
    values = {
        name: told(value, translate) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return pattern % values if values else pattern


def retold(
    text: str,
    patterns: Sequence[str],
    translate: Callable[[str], str],
    *,
    name: Callable[[str], str] = str,
) -> str:
    """Return a stored English text, sentences made of `patterns`, in another language; any other as it is.

    `name` says what fills a place in that language.
    """
    for pattern in patterns:
        # "near %(town)s" matches "near Linz": escaped, but for its places to fill.
        parts = re.split(r"%\((\w+)\)s", pattern.replace("%%", "%"))
        written = "".join(f"(?P<{each}>.+?)" if n % 2 else re.escape(each) for n, each in enumerate(parts))
        if found := re.fullmatch(f"{written}(?: (?P<rest_>.+))?", text):
            values = {place: name(value) for place, value in found.groupdict("").items() if place != "rest_"}
            told_first = translate(pattern) % values if values else translate(pattern)
            rest = found["rest_"]
            return f"{told_first} {retold(rest, patterns, translate, name=name)}" if rest else told_first
    return text
