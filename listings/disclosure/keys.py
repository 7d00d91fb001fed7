"""Keys that say nothing of each other, for what is written without a name."""

import secrets
from typing import Final

from listings.models import Disclosure, Listing

_BITS: Final = 30
FIRST: Final = 1 << _BITS
"""Above what is numbered in a row, and within the half of a word in which matching packs a key."""


def is_drawn(disclosure: str, *, published: bool) -> bool:
    """Whether the key of a new listing is drawn: what a draft will be, nobody knows yet."""
    return disclosure != Disclosure.OPEN or not published


def drawn_key() -> int:
    """Return a key that nobody can foretell, which no listing has.

    Numbers in a row would join what one organization writes in one sitting, under its name and without it.
    """
    return drawn_keys(1).pop()


def drawn_keys(count: int) -> set[int]:
    """Return so many of them, by as many queries as one takes."""
    keys: set[int] = set()
    while len(keys) < count:
        drawn = {FIRST + secrets.randbits(_BITS) for _ in range(count - len(keys))}
        keys |= drawn - set(Listing.objects.filter(pk__in=drawn).values_list("pk", flat=True))
    return keys
