"""How good code search is on words that its vocabulary was not written from.

    .venv/bin/python -m benchmarks.words --dictionaries /usr/share

Reads files only. `tests/catalogue/published_names.csv` holds names from published lists, named row by row, with the
codes that are right; half of them, drawn by the hash of the name, are kept out of sight ("held"): only their shares are
printed. With `--dictionaries`, German words come from Debian's package trans-de-en (the Ding dictionary): one is asked
for, and the codes of the English name of several words that it translates are right. Nothing of the dictionary is
part of the knowledge; it is drawn the same way.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import django

from catalogue.codes.search import CodeIndex

PUBLISHED = Path(__file__).parents[1] / "tests" / "catalogue" / "published_names.csv"


@dataclass(frozen=True)
class Asked:
    """A name with the codes that are right, the best first; `part` is "dev" or "held"."""

    name: str
    codes: tuple[str, ...]
    part: str


def main(arguments: list[str]) -> int:
    """Print a table of shares, and for the part "dev" what was missed."""
    parser = argparse.ArgumentParser(description="Code search on names of other hands.")
    parser.add_argument("--dictionaries", type=Path, help="the folder share of Debian's dictionaries")
    parser.add_argument("--misses", action="store_true", help="list what was missed of the part dev")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    os.environ.setdefault("SECRET_KEY", "words")
    django.setup()
    from catalogue.selectors.codes import knowledge_of_files

    knowledge = knowledge_of_files()
    index = CodeIndex(knowledge)
    sets: dict[str, list[Asked]] = {"published lists, English": list(published())}
    if options.dictionaries:
        known: dict[str, tuple[str, ...]] = {}
        for name in knowledge.names:
            # Of single words a dictionary gives all senses: bark of a dog, a branch of a bank.
            if name.codes and name.language == "en" and " " in name.text:
                known.setdefault(name.text.casefold(), name.codes)
        sets["Ding, German"] = list(_asked(_ding(options.dictionaries), known))
    print("| names | part | | first the best | first right | in ten |\n|---|---|---|---|---|---|")
    for title, asked in sets.items():
        for part in ("dev", "held"):
            rows = [row for row in asked if row.part == part]
            if not rows:
                continue
            best, first, ten = shares(index, rows)
            print(f"| {title} | {part} | {len(rows)} | {best:.3f} | {first:.3f} | {ten:.3f} |")
            if options.misses and part == "dev":
                for row in rows:
                    got = [hit.code for hit in index.search(row.name, 4).hits]
                    if not set(got[:1]) & set(row.codes):
                        print(f"  {row.name} | {row.codes[:3]} | {got}")
    return 0


def shares(index: CodeIndex, rows: Sequence[Asked]) -> tuple[float, float, float]:
    """Return the shares of names with the best code first, a right one first, and a right one among ten."""
    best = first = in_ten = 0
    for row in rows:
        got = [hit.code for hit in index.search(row.name, 10).hits]
        best += got[:1] == [row.codes[0]]
        first += bool(set(got[:1]) & set(row.codes))
        in_ten += bool(set(got) & set(row.codes))
    size = len(rows)
    return best / size, first / size, in_ten / size


def published() -> Iterator[Asked]:
    """Yield the names of `published_names.csv`."""
    with PUBLISHED.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Asked(row["name"], tuple(row["codes"].split(";")), row["part"])


def part_of(name: str) -> str:
    """Draw a part by the hash of the name, so that nobody chooses."""
    return "held" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0 else "dev"


def _asked(pairs: Iterator[tuple[str, str]], known: Mapping[str, tuple[str, ...]]) -> Iterator[Asked]:
    """Yield the foreign words whose translation is a known name, with the codes of all of them."""
    found: dict[str, list[str]] = defaultdict(list)
    for word, english in pairs:
        codes = known.get(english.casefold())
        if codes and word.casefold() != english.casefold():
            found[word] += codes
    for word, all_codes in sorted(found.items()):
        yield Asked(word, tuple(dict.fromkeys(all_codes)), part_of(word))


def _ding(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield German and English words of the Ding dictionary."""
    with (folder / "trans" / "de-en").open(encoding="utf-8") as lines:
        for line in lines:
            if "::" not in line or line.startswith("#"):
                continue
            german, english = line.split("::", 1)
            for words, others in zip(german.split("|"), english.split("|"), strict=False):
                for word in _words(words):
                    for other in _words(others):
                        yield word, other


def _words(text: str) -> list[str]:
    plain = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\([^)]*\)|<[^>]*>|/[^/]*/", "", text)
    return [word.strip() for word in plain.split(";") if word.strip()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
