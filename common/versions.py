"""Which state of a thing somebody has seen: two people who edit one thing must not undo each other unseen.

A version is a digest of what can be edited. A form carries the one it was filled from, an API answer sends it as
`ETag`; the service that writes compares it under its lock. Being made of the content, it needs no column, and a change
there and back again is none.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from common.errors import Outdated


def version_of(values: Mapping[str, Any]) -> str:
    """Return the version of what a thing says: 16 hex digits of the SHA-256 over its fields by name.

    Values compare as people see them: a Decimal by its number, a row by its key, sets and sequences by their members.
    """
    said = [(name, _plain(value)) for name, value in sorted(values.items())]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Mapping):
        return [(str(key), _plain(each)) for key, each in sorted(value.items())]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


def check_version(seen: str | None, current: Mapping[str, Any], *wider: Mapping[str, Any]) -> None:
    """Raise `Outdated` where the caller has seen another state than the current one; None or "" checks nothing.

    `wider`: other states now of which `current` is a part, such as a whole of which one part is edited alone; whoever
    has seen one of them has seen this.

    To be called under the lock of the row that is written. `seen` may be an `If-Match` header: several tags, quoted,
    or `*` for any state.
    """
    if not seen or seen.strip() == "*":
        return
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in seen.split(",")]
    if not {version_of(state) for state in (current, *wider)} & {*tags}:
        raise Outdated(current)
