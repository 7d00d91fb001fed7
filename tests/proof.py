"""How much of a proof by mass is run: a part within the whole suite, all of it by `make prove` (`PROVE=1`)."""

import os
from collections.abc import Sequence
from typing import Final, TypeVar

import pytest

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
