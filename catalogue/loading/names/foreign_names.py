"""Reads what things are called in other languages: a file for each language, named by it. Knows no database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from common.reading.tables import Row, read_rows, unique_cell
from common.reading.words import LONGEST_WORDS, plain_words


@dataclass(frozen=True)
class ForeignName:
    """What one thing is called in a language: its name first, then other names."""

    language: str
    slug: str
    texts: tuple[str, ...]


def read_foreign_names(folder: Path, stem: str, slugs: Collection[str]) -> list[ForeignName]:
    """Return what `<stem>_<language>.csv` say, for every language that has a file, in the order of the files.

    A term leads to one slug only within its language: English mist is no German one. A slug may lack a name.
    Raises `TableError` for a wrong cell.
    """
    names: list[ForeignName] = []
    for path in sorted(folder.glob(f"{stem}_??.csv")):
        terms: dict[str, str] = {}
        rows = read_rows(folder, path.name, ("slug", "name", "synonyms"))
        seen: dict[str, int] = {}
        for row in rows:
            slug = unique_cell(row, "slug", seen)
            if slug not in slugs:
                raise row.error("slug", f"“{slug}” is not known; give the slug of a row of the catalogue")
            texts = (row.required("name", LONGEST_WORDS), *row.many("synonyms"))
            for text in texts:
                _claim(row, text, slug, terms)
            names.append(ForeignName(path.stem[-2:], slug, texts))
    return names


def by_slug(names: Iterable[ForeignName]) -> Mapping[str, list[str]]:
    """Return all texts of a slug, of every language; none for a slug without."""
    texts: dict[str, list[str]] = defaultdict(list)
    for name in names:
        texts[name.slug] += name.texts
    return texts


def _claim(row: Row, text: str, slug: str, terms: dict[str, str]) -> None:
    plain = plain_words(text)
    if not plain or len(text) > LONGEST_WORDS:
        raise row.error("synonyms", f"“{text}” should hold letters, and at most {LONGEST_WORDS} characters")
    if terms.setdefault(plain, slug) != slug:
        raise row.error(
            "synonyms", f"“{text}” already leads to “{terms[plain]}”; one term leads to one thing"
        )
