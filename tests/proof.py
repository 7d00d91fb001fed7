"""How much of a proof by mass is run: a part within the whole suite, all of it by `make prove` (`PROVE=1`)."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

import pytest
from django.core.cache import cache
from django.db import transaction

from listings.search.memory import forget

T = TypeVar("T")

PROVING: Final = os.environ.get("PROVE") == "1"


if_proving: Final[pytest.MarkDecorator] = pytest.mark.skipif(not PROVING, reason="proved by mass: make prove")
"""On a test whose like is in the suite already, so that only the proof needs this one too."""


def one_in(step: int, cases: Sequence[T]) -> list[T]:
    """Return the cases to try: every `step`-th within the suite, the first among them."""
    return list(cases if PROVING else cases[::step])


def examples(few: int, all_of_them: int) -> int:
    """Return how many examples a property is tried on."""
    return all_of_them if PROVING else few


def in_tens(cases: Sequence[T]) -> list[list[T]]:
    """Return the cases in groups that share one world, where making it takes longer than what is tried in it."""
    return [list(cases[start : start + 10]) for start in range(0, len(cases), 10)]


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back what is done within, so that the next case of a group finds the world as it was."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    forget()
