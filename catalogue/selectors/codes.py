"""What is it officially: waste codes for plain words, each with its reason, and what has to be settled first."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.called import called
from catalogue.codes.knowledge import CodeKnowledge, KnownName, NameSource, WasteCode
from catalogue.codes.search import Answer, CodeIndex, Hit
from catalogue.loading.code_lists import CodeEntry
from catalogue.loading.files import read_catalogue_files
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.names.code_names import CodeFiles, OriginQuestion, read_code_files
from catalogue.loading.names.foreign_names import ForeignName, read_foreign_names
from catalogue.loading.resources import ResourceEntry
from catalogue.models import EwcCode, Kind, NaceActivity, Release, Resource
from common.reading.text import clean_code
from common.reading.words import plain_words

MOST_CODES = 10
# So many are looked for beyond, since some may have ended or not begun yet.
MOST_OUT_OF_FORCE = 10
# Beyond this nothing more is learned from what somebody typed.
LONGEST_QUERY = 300
# Codes whose scores differ by less than this share of the best are told apart by their origin alone.
CLOSE = 0.12
MOST_ANSWERS = 6
_CONDITION = re.compile(
    r"\b(containing|contaminated|consisting of|that are|including asbestos)\b.*", re.IGNORECASE
)


@dataclass(frozen=True)
class CodeSuggestion:
    """A waste code with why it is suggested, and the warning about its mirror entry; empty where there is none."""

    code: str
    display: str
    description: str
    hazardous: bool
    score: float
    reason: str
    warning: str
    twins: tuple[str, ...]


@dataclass(frozen=True)
class CodeQuestion:
    """What decides between codes of the same thing; `answers` are codes, each with where it then comes from."""

    text: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CodeSuggestions:
    """All there is to say about a text; `note` says why there is no code, where that is known."""

    text: str
    codes: tuple[CodeSuggestion, ...]
    resource: Resource | None = None
    question: CodeQuestion | None = None
    note: str = ""


@dataclass(frozen=True)
class CodeBook:
    """The index of one release, with what its answers are put into words from."""

    index: CodeIndex
    entries: dict[str, EwcCode]
    questions: tuple[tuple[frozenset[str], OriginQuestion], ...]


def suggest_codes(text: str, limit: int = MOST_CODES) -> CodeSuggestions:
    """Return up to `limit` codes that `text` may be, the likeliest first, and the resource that it means.

    Any text is fine; one that says nothing finds nothing.
    """
    book = code_book()
    asked = clean_code(text[:LONGEST_QUERY])
    answer = _in_force(book, book.index.search(asked, limit + MOST_OUT_OF_FORCE), limit)
    resource = Resource.objects.filter(slug=answer.resource).first() if answer.resource else None
    return CodeSuggestions(
        text=text,
        codes=tuple(_suggestion(book, hit) for hit in answer.hits),
        resource=resource,
        question=_question(book, asked, answer),
        note=_("By itself this is no waste, so it needs no code.") if answer.no_waste else "",
    )


def _in_force(book: CodeBook, answer: Answer, limit: int) -> Answer:
    """Return the answer without the codes that have not begun or have ended."""
    today = timezone.localdate()
    hits = [hit for hit in answer.hits if book.entries[hit.code].is_in_force_on(today)]
    return replace(answer, hits=tuple(hits[:limit]))


def code_book() -> CodeBook:
    """Return the index of the release that is loaded; built at the first call, then kept."""
    key = Release.objects.values_list("key", flat=True).first()
    return _book_of(key)


@lru_cache(maxsize=1)
def _book_of(key: UUID | None) -> CodeBook:
    files = code_files()
    index = CodeIndex(read_code_knowledge(files))
    questions = tuple(
        (frozenset(index.vocabulary.terms(words)), question)
        for question in files.questions
        for words in question.words
    )
    return CodeBook(index, {entry.code: entry for entry in EwcCode.objects.all()}, questions)


def code_files() -> CodeFiles:
    """Return what the files say of the codes that are loaded."""
    return read_code_files(frozenset(EwcCode.objects.values_list("code", flat=True)))


def read_code_knowledge(files: CodeFiles) -> CodeKnowledge:
    """Return all that is known: the official texts and the resources as loaded, and the files."""
    entries = [
        CodeEntry(e.code, e.level, None, (e.description_en, e.description_de), e.hazardous, e.entry_type)
        for e in EwcCode.objects.all()
    ]
    titles = {
        code: (english, german)
        for code, english, german in NaceActivity.objects.values_list("code", "title_en", "title_de")
    }
    return _knowledge(files, entries, titles, _resource_names())


def knowledge_of_files(folder: Path = DATA_FOLDER) -> CodeKnowledge:
    """Return the same from the files alone, without a database."""
    catalogue = read_catalogue_files(folder)
    return _knowledge(
        read_code_files(frozenset(entry.code for entry in catalogue.ewc_codes), folder=folder),
        catalogue.ewc_codes,
        {entry.code: entry.texts for entry in catalogue.activities},
        list(_names_of([entry for entry in catalogue.resources if entry.depth], catalogue.foreign_names)),
    )


def _knowledge(
    files: CodeFiles,
    entries: Sequence[CodeEntry],
    titles: Mapping[str, tuple[str, str]],
    resources: Sequence[KnownName],
) -> CodeKnowledge:
    origins = {entry.code: entry.texts for entry in entries if entry.level < 3}
    return CodeKnowledge(
        codes=tuple(
            WasteCode(entry.code, *entry.texts, entry.hazardous, entry.entry_type)
            for entry in entries
            if entry.level == 3
        ),
        names=(
            *files.by_products,
            *files.everyday,
            *resources,
            *(n for n in files.texts if len(n.codes[0]) == 6),
        ),
        origins={
            code: (
                *texts,
                *origins.get(code[:2], ()),
                *(name.text for name in files.texts if name.codes[0] in (code, code[:2])),
                *files.origins.get(code, ()),
                *(title for nace in files.activities.get(code, ()) for title in titles.get(nace, ())),
            )
            for code, texts in origins.items()
        },
        words={**_single_words(resources), **files.words},
    )


def _single_words(names: Sequence[KnownName]) -> dict[str, str]:
    """Return German single words with the English name of what they name, so that compounds of them are read too."""
    english: dict[str, str] = {}
    words: dict[str, str] = {}
    spoken = {word for name in names if name.language == "en" for word in plain_words(name.text).split()}
    for name in names:
        if name.language == "en":
            english.setdefault(name.owner, name.text)
            continue
        plain = plain_words(name.text)
        if (
            name.language == "de"
            and " " not in plain
            and plain not in spoken
            and len(plain_words(english[name.owner]).split()) < 3
        ):
            words.setdefault(plain, english[name.owner])
    return words


def _resource_names() -> list[KnownName]:
    resources = list(Resource.objects.listable())
    slugs = set(Resource.objects.values_list("slug", flat=True))
    return list(_names_of(resources, read_foreign_names(DATA_FOLDER, "resource_names", slugs)))


def _names_of(
    resources: Iterable[Resource | ResourceEntry], foreign: Iterable[ForeignName]
) -> Iterable[KnownName]:
    abroad = defaultdict(list)
    for name in foreign:
        abroad[name.slug].append(name)
    for resource in resources:
        codes = tuple(resource.ewc_codes)
        no_waste = not codes and resource.kind != Kind.MATERIAL
        named = KnownName(resource.name, codes, NameSource.RESOURCE, resource.slug, no_waste=no_waste)
        for text in (resource.name, *resource.synonyms):
            yield replace(named, text=text)
        for name in abroad[resource.slug]:
            for text in name.texts:
                yield replace(named, text=text, language=name.language)


# --- in words -----------------------------------------------------------------------------------------------
def _suggestion(book: CodeBook, hit: Hit) -> CodeSuggestion:
    entry = book.entries[hit.code]
    twins = book.index.twins.get(hit.code, ())
    return CodeSuggestion(
        code=entry.code,
        display=entry.display,
        description=called(entry.description_en),
        hazardous=entry.hazardous,
        score=hit.score,
        reason=_reason(book, entry, hit),
        warning=_warning(entry, [book.entries[twin] for twin in twins]),
        twins=twins,
    )


def _reason(book: CodeBook, entry: EwcCode, hit: Hit) -> str:
    if hit.source is NameSource.OFFICIAL:
        return _("official text")
    if hit.source is NameSource.ORIGIN:
        return _("its origin: %(origin)s") % {"origin": called(book.entries[entry.code[:4]].description_en)}
    if hit.source is NameSource.RESOURCE:
        return _("the catalogue's “%(name)s”") % {"name": hit.evidence}
    return _("usual name “%(name)s”") % {"name": hit.evidence}


def _warning(entry: EwcCode, twins: Sequence[EwcCode]) -> str:
    if not twins:
        return ""
    names = ", ".join(twin.display for twin in twins)
    if entry.hazardous:
        return _(
            "Mirror entry: only if it is waste %(condition)s; otherwise %(codes)s. "
            "An analysis against HP 1 to HP 15 decides."
        ) % {"condition": _condition(entry), "codes": names}
    conditions = "; ".join(dict.fromkeys(_condition(twin) for twin in twins))
    return _(
        "Mirror entry: %(codes)s if it is waste %(condition)s. An analysis against HP 1 to HP 15 decides."
    ) % {
        "condition": conditions,
        "codes": names,
    }


def _condition(entry: EwcCode) -> str:
    """Return what makes it hazardous, in the words of the law."""
    found = _CONDITION.search(entry.description_en)
    return found[0] if found else _("that is hazardous")


def _question(book: CodeBook, text: str, answer: Answer) -> CodeQuestion | None:
    """Return what to ask where the best codes differ by their origin, and the text does not say it."""
    if len(answer.hits) < 2:
        return None
    asked = frozenset(book.index.vocabulary.terms(text))
    close = {hit.code for hit in answer.hits if hit.score >= (1 - CLOSE) * answer.hits[0].score}
    fitting = [
        (words, question)
        for words, question in book.questions
        if words == asked or (words < asked and len(close & {code for code, _ in question.answers}) > 1)
    ]
    if fitting:
        _words, question = max(fitting, key=lambda pair: len(pair[0]))
        return _asked_of(question.answers)
    return _question_of_places(book, answer.hits, close)


def _question_of_places(book: CodeBook, hits: Sequence[Hit], close: set[str]) -> CodeQuestion | None:
    """Ask for the sub-chapter where close codes of several say the same thing."""
    answers: dict[str, tuple[str, str]] = {}
    for hit in hits:
        if hit.code in close and hit.source is not NameSource.ORIGIN:
            answers.setdefault(hit.code[:4], (hit.code, called(book.entries[hit.code[:4]].description_en)))
    return _asked_of(tuple(answers.values())[:MOST_ANSWERS]) if len(answers) > 1 else None


def _asked_of(answers: tuple[tuple[str, str], ...]) -> CodeQuestion:
    *others, last = [origin for _code, origin in answers]
    text = _("Where does it come from: %(origins)s or %(last)s?") % {
        "origins": ", ".join(others),
        "last": last,
    }
    return CodeQuestion(text, answers)
