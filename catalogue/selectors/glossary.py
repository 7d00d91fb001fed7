"""The words of the field: operations of waste law, codes of the list of waste, and what this market calls things.

They stand in files that are read once per process: a word that is explained costs a page no query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from catalogue.loading.code_lists import CodeEntry, read_ewc_codes
from catalogue.loading.folder import DATA_FOLDER
from common.reading.tables import read_rows, unique_cell

PARTS: Final = ("market", "deal", "law", "recovery", "disposal")
"""Of the glossary, in the order of its page."""
_WASTE: Final = 3
"""The level of six digits in the list of waste."""


@dataclass(frozen=True)
class GlossaryTerm:
    """A word and what it means, in English: `catalogue.called` says both in the reader's language."""

    slug: str
    part: str
    term: str
    meaning: str
    source: str
    """The law or standard that says so; empty for what is our own."""


@cache
def glossary() -> Mapping[str, GlossaryTerm]:
    """Return every term by its slug; raise `TableError` where the file is wrong."""
    found: dict[str, GlossaryTerm] = {}
    seen: dict[str, int] = {}
    for row in read_rows(DATA_FOLDER, "glossary.csv", ("slug", "part", "term", "meaning", "source")):
        slug = unique_cell(row, "slug", seen)
        found[slug] = GlossaryTerm(
            slug, row.choice("part", PARTS), row.required("term", 60), row.required("meaning"), row["source"]
        )
    return found


@cache
def waste_codes() -> Mapping[str, CodeEntry]:
    """Return the wastes of the European List by their six digits, with what its amendments change."""
    return {entry.code: entry for entry in read_ewc_codes(DATA_FOLDER) if entry.level == _WASTE}
