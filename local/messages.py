"""The texts in every language: taken from the sources, checked, and compiled, by Babel and without GNU gettext.

`make messages` takes what the sources say into each `locale/*/LC_MESSAGES/django.po`, keeps what is translated, drops
what nothing says any more, and compiles. `make check` fails on what is left to translate. It stands here, since only
those who work on the product need it: the compiled files are kept with the sources.

Called as a script: `-m local.messages update`, or `check`.
"""

import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
NOT_SPOKEN = ("tests", "local", "benchmarks", "locale", "var", "build", "static")
"""Folders whose texts no reader of a page sees."""
OF_THE_CATALOGUE = {
    "catalogue/data/activities.csv": ("sector",),
    "catalogue/data/glossary.csv": ("term", "meaning"),
    "catalogue/data/quality_properties.csv": ("name", "unit"),
    "catalogue/data/processes.csv": ("name",),
    "catalogue/data/law/prohibitions.csv": ("reason", "approval"),
    "catalogue/data/law/safety_properties.csv": ("name", "tested", "reason"),
    "catalogue/data/law/shipments.csv": ("note",),
    "catalogue/data/law/use_classes.csv": ("name",),
}
"""Columns of the catalogue whose texts pages show, and that have no file of their own in other languages."""
WIDTH = 110
_CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "as_said"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_PLACE = re.compile(r"%\((\w+)\)[a-z]|%%|%[sd]")
_TAG = re.compile(r"</?[a-z0-9]+")


# --- what the sources say -----------------------------------------------------------------------------------
def messages_of_sources(root: Path = ROOT) -> Catalog:
    """Return every text that the sources mark to be translated."""
    catalog = Catalog(charset="utf-8")
    for path in sorted(_sources(root)):
        source = path.read_text(encoding="utf-8")
        text = source if path.suffix == ".py" else _as_python(source)
        name = path.relative_to(root).as_posix()
        found = extract("python", io.BytesIO(text.encode()), keywords=_CALLS, comment_tags=("Translators:",))
        for _line, words, comments, context in found:
            flags = ["python-format"] if _PLACE.search("".join(_forms(words))) else []
            catalog.add(words, locations=[(name, 0)], auto_comments=comments, context=context, flags=flags)
    for name, columns in OF_THE_CATALOGUE.items():
        with (root / name).open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                for text in filter(str.strip, (row[column] for column in columns)):
                    if any(map(str.isalpha, text)):
                        catalog.add(text, locations=[(name, 0)])
    return catalog


def _sources(root: Path) -> Iterator[Path]:
    for folder in root.iterdir():
        if folder.name.startswith(".") or folder.name in NOT_SPOKEN or not folder.is_dir():
            continue
        for path in folder.rglob("*"):
            is_page = folder.name == "templates" and path.suffix in (".html", ".txt")
            if is_page or (path.suffix == ".py" and "migrations" not in path.parts):
                yield path


def _as_python(template: str) -> str:
    """Return a template as calls of gettext, all else of it crossed out; in brackets, since its indents say nothing."""
    from django.utils.translation.template import templatize

    return f"({templatize(template)})"


# --- the files of a language --------------------------------------------------------------------------------
def languages() -> list[str]:
    """Return the languages that have a file."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def read(language: str) -> Catalog:
    """Return what a language's file says."""
    with _file(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Bring a language's file to what the sources say, and compile it; return how many texts wait to be translated."""
    sources, catalog = messages_of_sources(), read(language)
    # Neither moment nor line stands in the file: else each would differ in every branch.
    sources.creation_date = catalog.creation_date
    catalog.update(sources, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with _file(language).open("wb") as file:
        write_po(file, catalog, width=WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)
    compiled = _compiled(read(language))
    _file(language).with_suffix(".mo").write_bytes(compiled)
    return sum(1 for message in read(language) if message.id and not _is_translated(message))


def _file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _compiled(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


# --- what is wrong with them --------------------------------------------------------------------------------
def faults(language: str) -> list[str]:
    """Return what a language's file lacks or says wrongly, a line for each."""
    sources, catalog = messages_of_sources(), read(language)
    said = {(message.context, _key(message)) for message in catalog if message.id}
    wanted = {(message.context, _key(message)) for message in sources if message.id}
    found = [f"is missing: {key!r}" for _context, key in wanted - said]
    found += [f"is said by nothing any more: {key!r}" for _context, key in said - wanted]
    found += [f"is said by nothing any more: {key!r}" for key in catalog.obsolete]
    for message in catalog:
        if message.id:
            found += [f"{fault}: {_key(message)!r}" for fault in _faults_of(message)]
    compiled = _file(language).with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalog):
        found.append("is not compiled as it stands: run `make messages`")
    return sorted(found)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(text: str | Sequence[str] | None) -> list[str]:
    """Return a text, or the forms that it has by number; an empty one where there is none."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def _is_translated(message: Message) -> bool:
    return all(_forms(message.string))


def _faults_of(message: Message) -> Iterator[str]:
    if not _is_translated(message):
        yield "is not translated"
        return
    if message.fuzzy:
        yield "is fuzzy"
    originals = _forms(message.id)
    forms = _forms(message.string)
    for number, form in enumerate(forms):
        # Of languages with more forms than English, all but the first say what the plural says.
        original = originals[min(number, len(originals) - 1)]
        if _places(form) != _places(original):
            yield f"has other places to fill ({' '.join(sorted(_places(form)))})"
        if sorted(_TAG.findall(form)) != sorted(_TAG.findall(original)):
            yield "has other tags"
        if (form[:1].isspace(), form[-1:].isspace()) != (original[:1].isspace(), original[-1:].isspace()):
            yield "begins or ends with other blanks"


def _places(text: str) -> set[str]:
    return {found[0] for found in _PLACE.finditer(text)}


# --- the script ---------------------------------------------------------------------------------------------
def main(words: list[str]) -> int:
    """Do what the word says in every language; return the exit code."""
    code = 0
    for language in languages():
        if words == ["update"]:
            print(f"{language}: {update(language)} texts wait to be translated")
            continue
        found = faults(language)
        print("\n".join(f"{language}: {each}" for each in found) or f"{language}: complete")
        code = code or int(bool(found))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
