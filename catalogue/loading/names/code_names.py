"""Reads what is known of waste codes beyond their official texts: names, words, origins, questions. No database."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from catalogue.codes.knowledge import KnownName, NameSource
from catalogue.loading.folder import DATA_FOLDER
from common.reading.tables import Row, read_rows, unique_cell

BY_PRODUCT_NAMES = "by_product_names.csv"


@dataclass(frozen=True)
class OriginQuestion:
    """What to ask when one of `words` is all that is known; `answers` are codes, each with its origin."""

    topic: str
    words: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CodeFiles:
    """All that the files say. `origins` are texts by code of four digits, `activities` NACE codes by the same.

    `texts` are official ones in further languages, of codes of two to six digits.
    """

    by_products: tuple[KnownName, ...]
    everyday: tuple[KnownName, ...]
    words: dict[str, str]
    origins: dict[str, tuple[str, ...]]
    activities: dict[str, tuple[str, ...]]
    questions: tuple[OriginQuestion, ...]
    texts: tuple[KnownName, ...]


def read_code_files(codes: Collection[str], *, folder: Path = DATA_FOLDER) -> CodeFiles:
    """Read and check the files; raises `TableError`. `codes` are all of the list, of two to six digits."""
    origins = read_rows(folder, "code_origins.csv", ("chapter", "nace", "words"))
    for row in origins:
        _known(row, "chapter", row["chapter"], codes)
    return CodeFiles(
        by_products=_by_products(folder, codes),
        everyday=_everyday(folder, codes),
        words=_words(folder),
        origins={row["chapter"]: tuple(row.many("words")) for row in origins},
        activities={row["chapter"]: tuple(row.many("nace")) for row in origins},
        questions=_questions(folder, codes),
        texts=_texts(folder, codes),
    )


def _known(row: Row, column: str, code: str, codes: Collection[str]) -> str:
    if code not in codes:
        raise row.error(column, f"“{code}” is not a code of the European List of Waste")
    return code


def _by_products(folder: Path, codes: Collection[str]) -> tuple[KnownName, ...]:
    names = []
    for row in read_rows(folder, BY_PRODUCT_NAMES, ("term", "ewc", "ewc_alternatives")):
        leads_to = [
            _known(row, column, code, codes)
            for column in row.cells
            if column.startswith("ewc")
            for code in row.many(column)
        ]
        names.append(KnownName(row.required("term"), tuple(leads_to), NameSource.NAME, no_waste=not leads_to))
    return tuple(names)


def _everyday(folder: Path, codes: Collection[str]) -> tuple[KnownName, ...]:
    """Read what the wastes of a code are called, and the objects that become one."""
    names = []
    for file in ("code_names.csv", "code_objects.csv"):
        seen: dict[str, int] = {}
        for row in read_rows(folder, file, ("code", "names_en", "names_de")):
            code = _known(row, "code", unique_cell(row, "code", seen), codes)
            for column, language in (("names_en", "en"), ("names_de", "de")):
                names += [
                    KnownName(text, (code,), NameSource.EVERYDAY, language=language)
                    for text in row.many(column)
                ]
    return tuple(names)


def _texts(folder: Path, codes: Collection[str]) -> tuple[KnownName, ...]:
    """Read the official texts in languages beside English and German; each language may have some codes only."""
    return tuple(
        KnownName(
            row.required("description", 400),
            (_known(row, "code", row["code"], codes),),
            NameSource.OFFICIAL,
            language=_language(row),
        )
        for row in read_rows(folder, "code_texts.csv", ("code", "lang", "description"))
    )


def _language(row: Row) -> str:
    if not re.fullmatch("[a-z]{2}", row["lang"]):
        raise row.error("lang", f"“{row['lang']}” should be a language of two letters, as fr")
    return row["lang"]


def _words(folder: Path) -> dict[str, str]:
    seen: dict[str, int] = {}
    rows = read_rows(folder, "code_words.csv", ("words", "means"))
    return {unique_cell(row, "words", seen): row.required("means") for row in rows}


def _questions(folder: Path, codes: Collection[str]) -> tuple[OriginQuestion, ...]:
    questions = []
    for row in read_rows(folder, "code_questions.csv", ("topic", "words", "answers")):
        answers = []
        for answer in row.many("answers"):
            code, _, origin = answer.partition("=")
            if not origin:
                raise row.error("answers", f"“{answer}” should be a code and its origin, as 100102=coal")
            answers.append((_known(row, "answers", code, codes), origin))
        questions.append(OriginQuestion(row.required("topic"), tuple(row.many("words")), tuple(answers)))
    return tuple(questions)
