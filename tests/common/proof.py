"""How much of a proof by mass is run: a part within the whole suite, all of it where `PROVE=1` asks for it."""

import os


def examples(few: int, all_of_them: int) -> int:
    """Return how many examples a property is tried on."""
    return all_of_them if os.environ.get("PROVE") == "1" else few
