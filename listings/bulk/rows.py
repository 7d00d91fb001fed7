"""One row of a sheet as what it says of a listing, with everything that is wrong in it by field."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, Site
from catalogue.forms import resource_from_text
from catalogue.models import QualityProperty, Resource, ResourceTerm, TermSource
from common.errors import Invalid
from common.reading.names import name_key, name_keys
from common.reading.refusals import Unreadable
from common.reading.text import bare_code, clean_code
from common.reading.words import plain_words
from listings.bulk import cells
from listings.bulk.columns import QUALITY, unit_in
from listings.bulk.sheets import LONGEST_CELL, Sheet
from listings.forms.listings import likely_codes
from listings.models import Disclosure, Period, Side
from listings.selectors.knowledge import RememberedKnowledge
from listings.services.bulk import Line
from listings.services.terms import LARGEST_PRICE, ListingTerms, check_terms, cleaned

MOST_SOUGHT: Final = 200
"""So many unknown names are looked for in the catalogue with patience; what else nobody knows is said shortly."""
_LONGEST: Final = {"title": 120, "description": 4000, "external_id": 80}
_SHOWN: Final = 120
_NUMBERS: Final = ("quantity", "minimum_lot", "price")
_DAYS: Final = ("available_from", "available_until")
_PLAIN: Final = ("title", "description", "external_id")
_WORDS: Final = ("period", "disclosure", "legal_status", "abp_category", "origin_of_gas", "hazardous")


@dataclass(frozen=True)
class Way:
    """How the cells of a file are meant: which column is which, and what holds where no column says."""

    mapping: Mapping[str, int]
    side: str = Side.OFFER
    unit: str = ""
    period: str = ""
    site_id: int | None = None
    disclosure: str = Disclosure.OPEN
    decimal: str = ""
    """What stands before decimals, see `cells`; "": not known."""
    first: str = ""
    """What stands first in a day with strokes."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell; `field` is "" for the row as a whole."""

    row: int
    field: str
    typed: str
    text: str


@dataclass
class Read:
    """A row: the line that it is, where it can be one, and what is wrong."""

    row: int
    line: Line | None
    problems: list[Problem] = field(default_factory=list)
    cells: Mapping[str, str] = field(default_factory=dict)
    """What was typed, by field."""
    terms: ListingTerms | None = None
    """What a new listing would say, where the row was checked and is right."""

    def typed(self, name: str) -> str:
        """Return what was typed where something is wrong with a field."""
        shown = "quality" if name.startswith(QUALITY) and name not in self.cells else name
        return self.cells.get(shown, "")[:_SHOWN]


def guess_way(sheet_head: Sequence[Sequence[str]], headings: Sequence[str], way: Way) -> Way:
    """Return a way with what the cells and headings show of numbers, days and units."""
    columns = way.mapping

    def of(names: Iterable[str]) -> Iterator[str]:
        places = [columns[name] for name in names if name in columns]
        return (row[place] for row in sheet_head for place in places)

    numbers = [*_NUMBERS, *(name for name in columns if name.startswith(QUALITY))]
    unit, period = unit_in(headings[columns["quantity"]]) if "quantity" in columns else ("", "")
    return Way(
        mapping=columns,
        side=way.side,
        unit=unit,
        period=period or Period.YEAR,
        site_id=way.site_id,
        disclosure=way.disclosure,
        decimal=cells.habit_of_numbers(of(numbers)),
        first=cells.habit_of_days(of(_DAYS)),
    )


class RowReader:
    """Reads the rows of one organization's file; the catalogue and the sites are read once."""

    def __init__(self, organization: Organization, way: Way, knowledge: RememberedKnowledge) -> None:
        self.organization, self.way, self.knowledge = organization, way, knowledge
        self._sought = 0
        self._resources: dict[str, Resource | str] = {}
        self._codes: dict[str, str] = {}

    def read(self, rows: Iterable[tuple[int, Sequence[str]]], *, check: bool = False) -> Iterator[Read]:
        """Read rows, each with its number; `check`: by the rules too, which whoever writes a line checks anyway."""
        for number, row in rows:
            yield self._read_row(number, row, check)

    # --- what is known ---
    @cached_property
    def _names(self) -> Mapping[str, Resource]:
        """Resources by their slugs, names and other names that mean but one, in plain words."""
        resources = self.knowledge.resources
        found: dict[str, Resource] = {}
        terms = ResourceTerm.objects.exclude(source=TermSource.CODE).values_list("plain", "resource_id")
        rows = list(terms)
        once = Counter(plain for plain, pk in {*rows})
        for plain, pk in rows:
            if once[plain] == 1 and pk in resources:
                found[plain] = resources[pk]
        for resource in resources.values():
            found[plain_words(resource.slug)] = found[plain_words(resource.name)] = resource
        return found

    @cached_property
    def sites(self) -> list[Site]:
        """The organization's sites."""
        return list(self.organization.sites.all())

    @cached_property
    def _sites_by_key(self) -> Mapping[str, list[Site]]:
        found: dict[str, list[Site]] = {}
        for site in self.sites:
            site.organization = self.organization
            names = {key for said in (site.name, f"{site.name}, {site.town}") for key in name_keys(said)}
            for key in names:
                found.setdefault(key, []).append(site)
        for site in self.sites:
            for key in name_keys(site.town):
                if not any(key in name_keys(other.name) for other in self.sites):
                    found.setdefault(key, []).append(site)
        return found

    @cached_property
    def _properties(self) -> Mapping[str, QualityProperty]:
        return {found.slug: found for found in QualityProperty.objects.all()}

    @cached_property
    def _properties_by_key(self) -> Mapping[str, str]:
        return properties_by_key(self._properties.values())

    # --- a row ---
    def _read_row(self, number: int, row: Sequence[str], check: bool) -> Read:
        typed = {name: row[place] for name, place in self.way.mapping.items() if place < len(row)}
        wrong: dict[str, str] = {}
        said: dict[str, Any] = {}
        readers = {"side": self._side, "site": self._site, "resource": self._resource}
        for name, reader in readers.items():
            self._note(name, wrong, said, partial(reader, typed.get(name, ""), typed))
        self._amounts(typed, wrong, said)
        self._days(typed, wrong, said)
        for name in _WORDS:
            self._word(name, typed, wrong, said)
        self._lists(typed, wrong, said)
        self._texts(typed, wrong, said)
        if "ewc_code" in typed:
            self._note("ewc_code", wrong, said, partial(self._code, typed["ewc_code"]))
        pk = self._pk(typed.get("id", ""), wrong)
        self._quality(typed, wrong, said)
        # Beside what cannot be read, all else that is wrong in the row is told at once.
        terms = self._checked(said, wrong) if check or wrong else None
        line = None if wrong else Line(number, said, self.otherwise(said.get("site")), pk)
        read = Read(number, line, [], typed, terms)
        read.problems += [Problem(number, name, read.typed(name), text) for name, text in wrong.items()]
        return read

    def _days(self, typed: Mapping[str, str], wrong: dict[str, str], said: dict[str, Any]) -> None:
        for name in _DAYS:
            if typed.get(name):
                self._note(name, wrong, said, partial(cells.read_date, typed[name], first=self.way.first))
            elif name in typed and name == "available_until":
                said[name] = None

    def _lists(self, typed: Mapping[str, str], wrong: dict[str, str], said: dict[str, Any]) -> None:
        for name in ("safety_present", "safety_absent"):
            if name in typed:
                self._note(name, wrong, said, partial(cells.read_several, "safety", typed[name]))
        if "months" in typed:
            self._note("months", wrong, said, partial(cells.read_months, typed["months"]))

    @staticmethod
    def _texts(typed: Mapping[str, str], wrong: dict[str, str], said: dict[str, Any]) -> None:
        for name in (*_PLAIN, "reach_number"):
            if name in typed:
                said[name] = typed[name]
                if len(typed[name]) > (most := _LONGEST.get(name, LONGEST_CELL)):
                    wrong[name] = _("At most %(most)d characters fit.") % {"most": most}
        if typed.get("currency"):
            said["currency"] = cells.read_currency(typed["currency"])

    @staticmethod
    def _note(name: str, wrong: dict[str, str], said: dict[str, Any], read: Any) -> None:
        try:
            value = read()
        except Unreadable as error:
            wrong[name] = error.message
        else:
            if value is not None:
                said[name] = value

    def otherwise(self, site: Site | None) -> dict[str, Any]:
        """Return what a new listing says where its row is silent."""
        return {
            "quantity": None,
            "available_from": self.knowledge.today_at(site) if site else timezone.now().date(),
            "currency": self.organization.currency,
            "period": self.way.period,
            "disclosure": self.way.disclosure,
        }

    def _side(self, text: str, typed: Mapping[str, str]) -> Any:
        if text or "side" in typed:
            return cells.read_choice("side", text)
        return self.way.side

    def _site(self, text: str, typed: Mapping[str, str]) -> Site:
        if not text:
            chosen = [site for site in self.sites if site.pk == self.way.site_id]
            found = chosen or (self.sites if len(self.sites) == 1 else [])
        else:
            found = list(dict.fromkeys(s for key in name_keys(text) for s in self._sites_by_key.get(key, [])))
        if len(found) == 1:
            return found[0]
        names = ", ".join(f"“{site.name}”" for site in (found or self.sites)[:8])
        if found:
            raise Unreadable(_("Which of your sites: %(names)s?") % {"names": names}, code="ambiguous")
        if not text:
            raise Unreadable(_("Say at which of your sites: %(names)s.") % {"names": names}, code="required")
        said = {"text": text[:60], "names": names}
        if text[0].isdigit() and not any(char.isalpha() for char in text):
            words = _(
                "“%(text)s” is a place, and sites go by their names: %(names)s. Another one is added under "
                "“Organization and sites”, where its place is looked at: it may not lie in the sea."
            )
        else:
            words = _("You have no site “%(text)s”; yours are: %(names)s. Add it first, or correct the name.")
        raise Unreadable(words % said, code="unknown")

    def _resource(self, text: str, typed: Mapping[str, str]) -> Resource:
        text = text or bare_code(typed.get("ewc_code", ""), "EWC", "LoW", "AVV")
        if not text:
            raise Unreadable(_("Say what it is, by a name or a waste code."), code="required")
        if text not in self._resources:
            self._resources[text] = self._seek(text)
        found = self._resources[text]
        if isinstance(found, str):
            raise Unreadable(found, code="unknown")
        return found

    def _seek(self, text: str) -> Resource | str:
        exact = self._names.get(plain_words(clean_code(text)))
        if exact is not None:
            return exact
        of_code = [each for each in self.knowledge.resources.values() if text in each.ewc_codes]
        if len(of_code) == 1:
            return of_code[0]
        self._sought += 1
        if self._sought > MOST_SOUGHT:
            return _("We know no resource “%(text)s”.") % {"text": text[:60]}
        try:
            found = resource_from_text(text[:_SHOWN])
        except ValidationError as error:
            return " ".join(error.messages)
        return self.knowledge.resources.get(found.pk, found)

    def _code(self, text: str) -> str:
        code = bare_code(text, "EWC", "LoW", "AVV", "ASN", "EAK")
        if len(code) == 5 and code.isdecimal():
            code = f"0{code}"  # a spreadsheet took it for a number, and 01 03 06 lost its nought
        if len(code) <= 6 and not any(char.isalpha() for char in code):
            return code
        if text not in self._codes:
            self._sought += 1
            lines = likely_codes(text) if self._sought <= MOST_SOUGHT else []
            self._codes[text] = " ".join(lines) or _("Type the six digits of a waste code.")
        raise Unreadable(self._codes[text], code="ambiguous")

    def _amounts(self, typed: Mapping[str, str], wrong: dict[str, str], said: dict[str, Any]) -> None:
        """Quantity, unit, period, smallest lot and price: what stands in one cell may say what another leaves open."""
        unit, period = self._unit(typed, wrong)
        for name in ("quantity", "minimum_lot"):
            if name in typed:
                said[name] = None
            if not typed.get(name):
                continue
            try:
                said[name], its_unit, its_period = cells.read_amount(typed[name], decimal=self.way.decimal)
            except Unreadable as error:
                wrong[name] = error.message
                continue
            if its_unit and unit and its_unit != unit:
                text = _("It says %(one)s here and %(other)s as the unit: which of them?")
                wrong[name] = text % {"one": its_unit, "other": unit}
            unit, period = unit or its_unit, period or its_period
        if unit := unit or self.way.unit:
            said["unit"] = unit
        else:
            wrong.setdefault("unit", _("Say in which unit it counts, as t, kg, m3 or MWh."))
        if period and not typed.get("period"):
            said["period"] = period
        payer = self._payer(typed, wrong)
        if "price" in typed or payer:
            self._price(typed.get("price", ""), payer, wrong, said)

    @staticmethod
    def _unit(typed: Mapping[str, str], wrong: dict[str, str]) -> tuple[str, str]:
        try:
            return cells.read_unit(typed["unit"]) if typed.get("unit") else ("", "")
        except Unreadable as error:
            wrong["unit"] = error.message
            return "", ""

    @staticmethod
    def _payer(typed: Mapping[str, str], wrong: dict[str, str]) -> str:
        try:
            return str(cells.read_choice("payer", typed["payer"])) if typed.get("payer") else ""
        except Unreadable as error:
            wrong["payer"] = error.message
            return ""

    def _price(self, text: str, payer: str, wrong: dict[str, str], said: dict[str, Any]) -> None:
        said["price"] = Decimal(0) if payer == cells.FREE and not text else None
        if not text or payer == cells.OPEN:
            return
        for symbol, code in (("€", "EUR"), ("EUR", "EUR"), ("$", "USD"), ("£", "GBP")):
            if symbol in text:
                text = text.replace(symbol, "").strip()
                said.setdefault("currency", code)
        try:
            price = cells.read_plain(text, decimal=self.way.decimal, places=4, most=LARGEST_PRICE)
        except Unreadable as error:
            wrong["price"] = error.message
            return
        if payer == cells.SELLER:
            price = -abs(price)
        elif payer == cells.BUYER and price < 0:
            wrong["price"] = _(
                "A negative price means that the seller pays; beside it stands that the buyer does."
            )
        elif payer == cells.FREE and price:
            wrong["price"] = _("It says free, and a price beside it: which of them?")
        said["price"] = price

    def _word(self, name: str, typed: Mapping[str, str], wrong: dict[str, str], said: dict[str, Any]) -> None:
        if name not in typed:
            return
        empty: dict[str, Any] = {"legal_status": "", "origin_of_gas": "", "hazardous": False}
        if typed[name]:
            self._note(name, wrong, said, lambda: cells.read_choice(name, typed[name]))
        elif name in empty:
            said[name] = empty[name]
        elif name == "abp_category":
            said[name] = None

    @staticmethod
    def _pk(text: str, wrong: dict[str, str]) -> int | None:
        if not text:
            return None
        plain = clean_code(text).removeprefix("#")
        if plain.isdecimal() and len(plain) < 19:
            return int(plain)
        wrong["id"] = _("The number of a listing of yours as an export wrote it; empty for a new one.")
        return None

    def _quality(self, typed: Mapping[str, str], wrong: dict[str, str], said: dict[str, Any]) -> None:
        names = [name for name in typed if name.startswith(QUALITY)]
        if not names and "quality" not in typed:
            return
        quality: dict[str, cells.Interval] = {}
        for part in filter(None, (part.strip() for part in typed.get("quality", "").split(";"))):
            called, _colon, value = part.partition(":")
            slug = next(
                (self._properties_by_key[k] for k in name_keys(called) if k in self._properties_by_key), ""
            )
            if not slug or not value.strip():
                wrong["quality"] = _(
                    "“%(part)s” should be a property and its value, as “moisture: 2..5”."
                ) % {"part": part[:40]}
                continue
            self._interval("quality", slug, value.strip(), wrong, quality)
        for name in names:
            if typed[name]:
                self._interval(name, name.removeprefix(QUALITY), typed[name], wrong, quality)
        said["quality"] = quality

    def _interval(
        self, name: str, slug: str, text: str, wrong: dict[str, str], quality: dict[str, cells.Interval]
    ) -> None:
        try:
            quality[slug] = cells.read_interval(text, decimal=self.way.decimal)
        except Unreadable as error:
            wrong[name] = error.message

    def _checked(self, said: Mapping[str, Any], wrong: dict[str, str]) -> ListingTerms | None:
        """Add what the rules refuse of a row that is read so far, whatever else in it cannot be read."""
        values = {**self.otherwise(said.get("site")), **said}
        if any(values.get(name) is None for name in ("side", "period")):
            return None
        resource, site = values.get("resource"), values.get("site")
        stand_in = resource or next(iter(self.knowledge.resources.values()))
        values |= {"resource": stand_in, "site": site or Site(organization=self.organization)}
        values.setdefault("unit", "t")
        values["period"] = values["period"] or Period.YEAR
        terms = cleaned(ListingTerms(**values), self.knowledge)
        today = self.knowledge.today_at(site) if site else timezone.now().date()
        try:
            check_terms(terms, today=today, knowledge=self.knowledge)
        except Invalid as error:
            of_resource = ("unit", "origin_of_gas", "quality")
            for name, texts in error.fields.items():
                known = resource is not None or not name.startswith(of_resource)
                if known and name not in wrong and not (name == "unit" and "unit" not in said):
                    wrong[name] = " ".join(texts)
        return terms if resource and site and "unit" in said and not wrong else None


def properties_by_key(properties: Iterable[QualityProperty]) -> dict[str, str]:
    """Return the slugs of properties by the keys of their slugs and names, with and without the unit."""
    found: dict[str, str] = {}
    for each in properties:
        for said in (each.slug, each.name, f"{each.name}, {each.unit}", f"{each.name} {each.unit}"):
            found.setdefault(name_key(said), each.slug)
    return found


def habits(sheet: Sheet, mapping: Mapping[str, int], site_id: int | None) -> Way:
    """Return how the cells of a whole file are meant, as far as they show it."""
    return guess_way([cells for _number, cells in sheet.rows], sheet.headings, Way(mapping, site_id=site_id))
