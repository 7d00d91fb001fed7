"""No page shows a text that nobody could translate.

Every translation is put between brackets; what stands outside of them and is neither data nor a sign that all
languages share was forgotten in the sources.
"""

import csv
import re
from collections.abc import Iterator
from gettext import NullTranslations
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import trans_real

from accounts.selectors.towns import country_names
from catalogue.called import called
from listings.data_quality import weighed
from listings.models import ListingImport
from planning.cases.catalogue import CASES
from tests.matrix.asking import Asker
from tests.matrix.objects import World
from tests.matrix.routes import PAGE_ROUTES, SIGN_IN_ROUTES, address
from tests.proof import one_in

OPEN, CLOSE = "⟦", "⟧"
ENTERED = (
    "accounts.Organization",
    "accounts.Site",
    "accounts.User",
    "accounts.Programme",
    "listings.Listing",
    "planning.Scenario",
    "register.RegisterPlant",
    "catalogue.Precedent",
)
DATA = ("*/data/**/*.csv", "matching/market/tables/*.csv")
LONG = 9
"""Letters from which on a text of the tables is looked for inside of another."""
SHOWN_ATTRIBUTES = ("aria-label", "alt", "placeholder", "title", "data-copied", "data-more", "data-listings")
EMPTY = frozenset(("br", "hr", "img", "input", "link", "meta", "source", "wbr"))
NOT_SHOWN = ("script", "style", "code")
"""What a machine reads is the same in every language."""
INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time", "use")
)
"""A translated sentence may hold these; at any other tag a sentence ends."""
QUOTED = re.compile(
    r"https?://\S+|(?:Decision|Directive|Regulation) .*|editorial estimate.*|general knowledge, \d+"
)
"""Addresses, legal citations, and what the editors of the catalogue say of their sources."""
EVERYWHERE = re.compile(
    r"[A-Z]{3}\b|Loopyard|Euratom|\b[IVX]+\b|English|Deutsch|REACH|CO[₂2]e?|pH|Authorization: Bearer"
    r"|\b(?:EUR|[kM]?Wh|GWh|[GMT]J|MMBtu|[kmcµ]?m[²³]?|ft[²³]|kg|lb|mg|t|h|l|km|MW|bar|NTU|kV|d50|BOD|HP|R\d+|D\d+)\b"
)


class Brackets(NullTranslations):
    """Translates every text into itself, between brackets; the patterns of dates stay what they are."""

    def gettext(self, message: str) -> str:
        context, _, text = message.rpartition("\x04")
        return text if context.startswith("pattern") or not text.strip() else f"{OPEN}{text}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def to_language(self) -> str:
        return "de"

    def language(self) -> str:
        return "de"


class Outside(HTMLParser):
    """Gathers what a page shows outside of brackets, a run of text at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.depth = 0
        self.hidden = 0
        self.quoted = 0
        """How many tags deep one is in what says that it is English: a published case quotes."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.quoted or ("lang", "en") in attrs:
            self.quoted += tag not in EMPTY
            return
        if tag in NOT_SHOWN:
            self.hidden += 1
        if tag not in INLINE:
            self.depth = 0
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES and value:
                self.runs.append(outside(value, 0)[0])

    def handle_endtag(self, tag: str) -> None:
        if self.quoted:
            self.quoted -= tag not in EMPTY
            return
        if tag in NOT_SHOWN:
            self.hidden -= 1
        if tag not in INLINE:
            self.depth = 0

    def handle_data(self, data: str) -> None:
        if not self.hidden and not self.quoted:
            text, self.depth = outside(data, self.depth)
            self.runs.append(text)


def outside(text: str, depth: int) -> tuple[str, int]:
    """Return what stands outside of brackets, and how many are open at the end."""
    kept = []
    for char in text:
        if char == OPEN:
            depth += 1
        elif char == CLOSE:
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(char)
    return "".join(kept), depth


def stored_texts() -> set[str]:
    """Return what the tables hold: names, towns, titles, messages, and all that the catalogue says."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
        ]
        if fields and model._meta.label not in ("accounts.TownName", "accounts.Town"):
            for row in model._default_manager.values_list(*fields):
                found.update(text for text in row if text)
    typed = {
        cell
        for head in ListingImport.objects.values_list("head", flat=True)
        for cells in (head["headings"], *(row for _number, row in head["rows"]))
        for cell in cells
    }
    for path in (path for where in DATA for path in settings.ROOT.glob(where)):
        if not path.name.startswith("town"):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                found.update(cell for row in csv.reader(lines) for cell in row if cell)
    found.update(name.replace("_", " ") for name in available_timezones())
    with translation.override("de"):
        # What has a German name is to be called by it, and its English one is none of the data.
        return typed | {called(text) for text in found} | set(country_names().values())


def forgotten(html: str, data: set[str], longest: list[str]) -> Iterator[str]:
    """Give each run of text that is neither translated nor data."""
    page = Outside()
    page.feed(html)
    for run in page.runs:
        plain = " ".join(run.split())
        rest = strange_parts(plain, data)
        for text in longest if rest else ():
            rest = rest.replace(text, " ")
        if strange_parts(rest, data):
            yield plain


def strange_parts(text: str, data: set[str]) -> str:
    """Return those parts of a text that have words which are neither data nor signs that all languages share."""
    if text in data:
        return ""
    parts = (part.strip(" .,:;()“”„–…*") for part in re.split(r"[·→›,;:()\n]| – ", QUOTED.sub(" ", text)))
    unknown = (EVERYWHERE.sub(" ", part) for part in parts if part not in data)
    strange = [part for part in unknown if re.search(r"[^\W\d_]{2}", part)]
    # The whole of it, since a text of the tables may hold the signs at which it was parted.
    return text if strange else ""


@pytest.mark.mass
def test_no_page_shows_a_text_that_cannot_be_translated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = stored_texts()
    monkeypatch.setitem(trans_real._translations, "de", Brackets())  # type: ignore[attr-defined]
    weighed.cache_clear()
    inside = {text for text in data if len(text) > LONG} | {text for text in own_texts() if len(text) > 2}
    longest = sorted(inside, key=len, reverse=True)
    found: dict[str, list[str]] = {}
    for actor in ("anonymous", "owner", "facilitator"):
        asker = Asker(world.actors[actor])
        asker.client.cookies["django_language"] = "de"
        asker.cookies = asker.client.cookies.output(header="", sep=";")
        for route in one_in(4, [*PAGE_ROUTES, *SIGN_IN_ROUTES]):
            answer = asker.ask("GET", address(route, world.key(route)))
            if "text/html" in answer.get("Content-Type", ""):
                for text in forgotten(answer.content.decode(), data, longest):
                    found.setdefault(text, []).append(f"{route.name} to {actor}")
    weighed.cache_clear()
    assert not found, "\n".join(f"{text}  ({names[0]})" for text, names in found.items())


def own_texts() -> set[str]:
    """Return what the people of the test have entered, which may stand inside of other texts."""
    rows = (row for label in ENTERED for row in apps.get_model(label)._default_manager.values())
    entered = {text for row in rows for text in row.values() if isinstance(text, str) and text}
    return entered | {case.title for case in CASES.values()}
