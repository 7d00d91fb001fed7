"""How much of a proof by mass is run: a part within the whole suite, all of it by `make prove` (`PROVE=1`)."""

import os
from typing import Final

PROVING: Final = os.environ.get("PROVE") == "1"


def examples(few: int, all_of_them: int) -> int:
    """Return how many examples a property is tried on."""
    return all_of_them if PROVING else few
