"""What the catalogue calls things in the reader's language: one place for every page, paper and letter.

Resources, kinds of plant and codes have their names in the catalogue's files, beside the English ones
(`resource_names_de.csv`, `activity_names_de.csv`, the columns `description_de` and `title_de`); shorter lists and the
sentences of the law are translated with the pages' texts. What has no name in a language keeps its English one.
The names of a language are read once per process: a row of a list costs a look into a dictionary, and no query.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import get_language, gettext, pgettext

from common.reading.said import told

_DATA: Final = Path(__file__).resolve().parent / "data"
_KINDS: Final = ("material", "energy", "water", "heat", "service")
_BESIDE: Final = (("ewc_codes.csv", "description"), ("nace_rev2.csv", "title"))
_STEP: Final = " › "
_OF_THE_UNION: Final = re.compile(r"(?:Council )?(?:Regulation|Directive|Decision) ")
_WORD: Final = re.compile(r"\b[A-Za-z]+\b")


def called(text: str) -> str:
    """Return a name, a path of names ("Ashes › Fly ash") or a sentence of the catalogue in the reader's language."""
    language = (get_language() or "en").partition("-")[0]
    if language == "en" or not text:
        return text
    return told(text, _translated)


def called_within(name: str) -> str:
    """Return a name as it stands inside of a sentence: small in English but for abbreviations, as it is elsewhere."""
    theirs = called(name)
    return theirs if theirs != name or name[:2].isupper() else name[:1].lower() + name[1:]


def cited(source: str) -> str:
    """Return a citation of a law of the Union as it is written in the reader's language; any other as it is."""
    if not _OF_THE_UNION.match(source) or (get_language() or "en").startswith("en"):
        return source
    words = _words_of_law()
    return _WORD.sub(lambda found: words.get(found[0], found[0]), source)


def _words_of_law() -> dict[str, str]:
    return {
        "Regulation": pgettext("citation of law", "Regulation"),
        "Directive": pgettext("citation of law", "Directive"),
        "Decision": pgettext("citation of law", "Decision"),
        "Article": pgettext("citation of law", "Article"),
        "Articles": pgettext("citation of law", "Articles"),
        "Annex": pgettext("citation of law", "Annex"),
        "Annexes": pgettext("citation of law", "Annexes"),
        "Chapter": pgettext("citation of law", "Chapter"),
        "entry": pgettext("citation of law", "entry"),
        "entries": pgettext("citation of law", "entries"),
        "point": pgettext("citation of law", "point"),
        "and": pgettext("citation of law", "and"),
        "to": pgettext("citation of law", "to"),
        "No": pgettext("citation of law", "No"),
        "EC": pgettext("citation of law", "EC"),
        "EEC": pgettext("citation of law", "EEC"),
    }


def _translated(text: str) -> str:
    names = _names((get_language() or "en").partition("-")[0])
    if text in names:
        return names[text]
    if _STEP in text:
        return _STEP.join(map(_translated, text.split(_STEP)))
    return gettext(text) if text else text


@cache
def _names(language: str) -> Mapping[str, str]:
    """Return what a language calls things, by their English names; nothing for a language without files."""
    names: dict[str, str] = {}
    for file, column in _BESIDE:
        for row in _rows(file):
            if name := row.get(f"{column}_{language}"):
                names[row[f"{column}_en"]] = _title(name)
    english = {
        "resource_names": [row for kind in _KINDS for row in _rows(f"resources_{kind}.csv")],
        "activity_names": list(_rows("activities.csv")),
    }
    for stem, rows in english.items():
        theirs = {row["slug"]: row["name"] for row in _rows(f"{stem}_{language}.csv")}
        names |= {row["name"]: theirs[row["slug"]] for row in rows if theirs.get(row["slug"])}
    return names


def _title(name: str) -> str:
    """Return a title that a list prints in capitals as a sentence would have it."""
    return name.title() if name.isupper() else name


def _rows(file: str) -> Iterator[dict[str, str]]:
    path = _DATA / file
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from csv.DictReader(lines)
