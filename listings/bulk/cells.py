"""One cell of a sheet: words in English and German, numbers, days, months, intervals. Knows no database.

Each reader returns what the text means, or raises `Unreadable` with what would be right.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from common.reading.dates import read_day
from common.reading.names import name_key
from common.reading.numbers import LARGEST, read_number
from common.reading.refusals import Ambiguous, Unreadable
from common.units import UNIT_LABEL
from listings.models import AbpCategory, Disclosure, GasOrigin, Period, SafetyProperty, Side

Interval = tuple[Decimal | None, Decimal | None]
DECIMAL_COMMA, DECIMAL_POINT = "comma", "point"
DAY_FIRST, MONTH_FIRST = "day", "month"
BUYER, SELLER, FREE, OPEN = "buyer", "seller", "free", "open"
_QUOTED: Final = 40
_LOCALE: Final = {DECIMAL_COMMA: "de", DECIMAL_POINT: "en"}

_SIDES: Final = {
    Side.OFFER: "offer offers offered supply output angebot angebote biete abgabe verkauf abfall",
    Side.REQUEST: "request requests requested demand need wanted input gesuch gesuche suche bedarf nachfrage ankauf",
}
_PERIODS: Final = {
    Period.ONCE: "once|one-off|single|lot|one time|einmalig|einmal|partie|posten",
    Period.YEAR: "year|per year|a year|yearly|annual|annually|yr|p.a.|per annum|jahr|pro jahr|je jahr|jährlich|a",
    Period.MONTH: "month|per month|a month|monthly|monat|pro monat|je monat|monatlich|mon",
    Period.WEEK: "week|per week|a week|weekly|woche|pro woche|je woche|wöchentlich|wk",
    Period.DAY: "day|per day|a day|daily|tag|pro tag|je tag|täglich|d",
}
_UNITS: Final = {
    "t": "t|to|ton|tons|tonne|tonnes|tonnen|metric ton|mg",
    "kg": "kg|kilo|kilogram|kilograms|kilogramm",
    "lb": "lb|lbs|pound|pounds",
    "short_ton": "short ton|short tons|us ton",
    "long_ton": "long ton|long tons|uk ton",
    "MWh": "mwh|megawattstunde|megawattstunden|megawatt hours",
    "kWh": "kwh|kilowattstunde|kilowattstunden|kilowatt hours",
    "GWh": "gwh|gigawattstunde|gigawattstunden",
    "GJ": "gj|gigajoule",
    "MJ": "mj|megajoule",
    "TJ": "tj|terajoule",
    "MMBtu": "mmbtu|mio btu",
    "m3": "m3|m³|cbm|cubic metre|cubic metres|cubic meter|cubic meters|kubikmeter|nm3|nm³",
    "l": "l|litre|litres|liter|liters",
    "Ml": "ml|megalitre|megaliter",
    "us_gal": "gal|gallon|gallons|us gal",
    "mio_us_gal": "million gallons|mgal|mg us",
    "ft3": "ft3|ft³|cu ft|cubic feet",
    "m2": "m2|m²|qm|square metre|square metres|quadratmeter",
    "ft2": "ft2|ft²|sq ft|square feet",
    "h": "h|hr|hour|hours|stunde|stunden|std",
    "day": "day|days|tag|tage",
}
_YES: Final = "yes|y|true|1|x|ja|j|wahr|✓"
_NO: Final = "no|n|false|0|nein|falsch|-|–"
_DISCLOSURES: Final = {
    Disclosure.OPEN: "open|public|offen|öffentlich",
    Disclosure.ANONYMOUS: "anonymous|anon|anonym|verdeckt",
    Disclosure.PROGRAMME: "programme|program|members|programm|netzwerk|mitglieder",
}
_STATUSES: Final = {
    "waste": "waste|abfall",
    "by-product": "by-product|byproduct|nebenprodukt",
    "end-of-waste": "end-of-waste|end of waste|ende der abfalleigenschaft|abfallende",
    "product": "product|produkt",
}
_CATEGORIES: Final = {
    AbpCategory.ONE: "1|category 1|kategorie 1|k1|cat 1",
    AbpCategory.TWO: "2|category 2|kategorie 2|k2|cat 2",
    AbpCategory.THREE: "3|category 3|kategorie 3|k3|cat 3",
}
_ORIGINS: Final = {
    GasOrigin.VENTED: "vented|let into the air|abgelassen|in die luft",
    GasOrigin.FLARED: "flared|abgefackelt|fackel",
    GasOrigin.ON_PURPOSE: "on purpose|made on purpose|eigens hergestellt|absichtlich",
}
_SAFETY: Final = {
    SafetyProperty.RADIOACTIVITY: "radioactivity|radioactive|radioaktivität|radioaktiv",
    SafetyProperty.ASBESTOS: "asbestos|asbest",
    SafetyProperty.POPS: "pops|pop",
    SafetyProperty.PATHOGENS: "pathogens|infectious|krankheitserreger|infektiös",
}
_PAYERS: Final = {
    BUYER: "buyer|the buyer pays|buyer pays|käufer|abnehmer|käufer zahlt",
    SELLER: "seller|the seller pays|seller pays|gate fee|verkäufer|abgeber|verkäufer zahlt|erzeuger",
    FREE: "free|free of charge|kostenlos|gratis|frei",
    OPEN: "open|to be agreed|offen|verhandelbar|vb",
}
_MONTH_NAMES: Final = (
    "january|jan|januar|jänner",
    "february|feb|februar",
    "march|mar|märz|mär|mrz",
    "april|apr",
    "may|mai",
    "june|jun|juni",
    "july|jul|juli",
    "august|aug",
    "september|sep|sept",
    "october|oct|oktober|okt",
    "november|nov",
    "december|dec|dezember|dez",
)
_ALL_YEAR: Final = "all year|all|ganzjährig|alle|immer"
_CURRENCIES: Final = {"€": "EUR", "euro": "EUR", "$": "USD", "£": "GBP", "chf": "CHF", "fr": "CHF"}


def _key(text: str) -> str:
    return name_key(text) or text.strip()


def _choices(words: Mapping[Any, str]) -> dict[str, object]:
    return {_key(said): value for value, text in words.items() for said in (str(value), *text.split("|"))}


CHOICES: Final[Mapping[str, Mapping[str, object]]] = {
    "side": _choices({value: text.replace(" ", "|") for value, text in _SIDES.items()}),
    "period": _choices(_PERIODS),
    "unit": _choices(_UNITS),
    "disclosure": _choices(_DISCLOSURES),
    "legal_status": _choices(_STATUSES),
    "abp_category": _choices(_CATEGORIES),
    "origin_of_gas": _choices(_ORIGINS),
    "safety": _choices(_SAFETY),
    "payer": _choices(_PAYERS),
    "hazardous": {
        _key(said): value for value, text in ((True, _YES), (False, _NO)) for said in text.split("|")
    },
}
"""By field, what a word means; the key is the word's `name_key`."""
_MONTHS: Final = {name_key(said): n for n, text in enumerate(_MONTH_NAMES, 1) for said in text.split("|")}


def allowed(name: str) -> list[str]:
    """Return what a field takes, in the words that are written out: the first of each."""
    if name == "hazardous":
        return ["yes", "no"]
    if name == "unit":
        return list(UNIT_LABEL)
    return list(dict.fromkeys(str(value) for value in CHOICES[name].values()))


def read_choice(name: str, text: str) -> object:
    """Return what a word means in a field of `CHOICES`."""
    found = CHOICES[name].get(_key(text))
    if found is None:
        raise Unreadable(
            _("“%(text)s” is none of: %(choices)s.")
            % {"text": text[:_QUOTED], "choices": ", ".join(allowed(name))},
            code="invalid_choice",
        )
    return found


def read_unit(text: str) -> tuple[str, str]:
    """Return the unit that a text names, and per what it counts; "" where it does not say: "t/a" is ("t", "year")."""
    words = CHOICES["unit"]
    if (unit := words.get(_key(text))) is not None:
        return str(unit), ""
    head, parted, tail = text.partition("/")
    if not parted:
        head, parted, tail = re.sub(r"\b(pro|per|je)\b", "/", text, count=1, flags=re.IGNORECASE).partition(
            "/"
        )
    unit, period = words.get(_key(head)), CHOICES["period"].get(_key(tail)) if parted else None
    if unit is None or (parted and period is None):
        raise Unreadable(
            _("“%(text)s” is not a unit we know; these are: %(units)s.")
            % {"text": text[:_QUOTED], "units": ", ".join(UNIT_LABEL)},
            code="unknown_unit",
        )
    return str(unit), str(period or "")


_WITH_UNIT: Final = re.compile(r"(?P<number>[-+−]?[0-9][0-9 .,'’\u00a0\u202f]*?)\s*(?P<unit>[^\W\d_].*)")


def read_amount(text: str, *, decimal: str) -> tuple[Decimal, str, str]:
    """Return a number with the unit and the period that stand behind it, empty where none do: "500 t/a"."""
    if found := _WITH_UNIT.fullmatch(text):
        unit, period = read_unit(found["unit"])
        return read_plain(found["number"], decimal=decimal), unit, period
    return read_plain(text, decimal=decimal), "", ""


def read_plain(text: str, *, decimal: str, places: int = 6, most: Decimal | None = None) -> Decimal:
    """Return a number; `decimal` says what stands before decimals in this file, "" where that is not known."""
    return read_number(text, places=places, locale=_LOCALE.get(decimal, ""), most=most or LARGEST)


def read_date(text: str, *, first: str) -> date:
    """Return a day; `first` says what stands first in this file where that is not plain, "" where nobody knows."""
    try:
        return read_day(text)
    except Ambiguous as error:
        if not first:
            raise
        return date.fromisoformat(error.writings[0 if first == DAY_FIRST else 1])


def read_months(text: str) -> tuple[int, ...]:
    """Return the months (1–12) of "Jan-Mar, 10", which may go round the turn of the year; none: all year."""
    if _key(text) in {name_key(said) for said in _ALL_YEAR.split("|")}:
        return ()
    months: set[int] = set()
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        ends = [_month(end) for end in re.split(r"\s*(?:[-–—]|\bto\b|\bbis\b)\s*", part, maxsplit=1)]
        first, last = ends[0], ends[-1]
        months |= {(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)}
    return tuple(sorted(months))


def _month(text: str) -> int:
    key = name_key(text)
    if key.isdecimal() and 1 <= int(key) <= 12:
        return int(key)
    if key in _MONTHS:
        return _MONTHS[key]
    raise Unreadable(
        _("“%(text)s” is no month. Write months as 1-3, 10 or Jan-Mar, Oct.") % {"text": text[:_QUOTED]},
        code="no_month",
    )


def read_several(name: str, text: str) -> tuple[str, ...]:
    """Return the words of a list, parted by commas or semicolons."""
    return tuple(str(read_choice(name, part)) for part in re.split(r"[,;]", text) if part.strip())


_NUMBER: Final = r"[-−]?[0-9][0-9.,'’]*"
_RANGE: Final = re.compile(rf"({_NUMBER})?\s*(?:\.\.|…|–|—|\bto\b|\bbis\b|\s-\s|(?<=[0-9])-)\s*({_NUMBER})?")
_AT_MOST: Final = re.compile(rf"(?:<=?|≤|max\.?|bis|up to|at most|höchstens)\s*({_NUMBER})", re.IGNORECASE)
_AT_LEAST: Final = re.compile(rf"(?:>=?|≥|min\.?|ab|from|at least|mindestens)\s*({_NUMBER})", re.IGNORECASE)


def read_interval(text: str, *, decimal: str) -> Interval:
    """Return low and high of "2..5", "2 - 5", "<= 5", "ab 2"; one number is both ends."""
    if found := _AT_MOST.fullmatch(text):
        return None, read_plain(found[1], decimal=decimal, places=4)
    if found := _AT_LEAST.fullmatch(text):
        return read_plain(found[1], decimal=decimal, places=4), None
    if (found := _RANGE.fullmatch(text)) and (found[1] or found[2]):
        low, high = (read_plain(end, decimal=decimal, places=4) if end else None for end in found.groups())
        return low, high
    number = read_plain(text, decimal=decimal, places=4)
    return number, number


def read_currency(text: str) -> str:
    """Return the three letters of a currency; whether there is such a one is checked with the terms."""
    plain = text.strip()
    return _CURRENCIES.get(plain.casefold(), plain.upper())


def habit_of_numbers(texts: Iterable[str]) -> str:
    """Return what stands before decimals in these cells: `DECIMAL_COMMA`, `DECIMAL_POINT`, "" where none shows it.

    A comma in "12,5" or "1.200,50" cannot part thousands; "12,500" shows nothing. Where both habits show, "" too.
    """
    shown = set()
    for text in texts:
        plain = text.strip().lstrip("+-−")
        if re.fullmatch(r"\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+", plain):
            shown.add(DECIMAL_COMMA)
        elif re.fullmatch(r"\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+", plain):
            shown.add(DECIMAL_POINT)
    return shown.pop() if len(shown) == 1 else ""


def habit_of_days(texts: Iterable[str]) -> str:
    """Return what stands first in these days with strokes: `DAY_FIRST`, `MONTH_FIRST`, "" where none shows it."""
    shown = set()
    for text in texts:
        if found := re.fullmatch(r"(\d{1,2})[-/](\d{1,2})[-/]\d{4}", text.strip()):
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                shown.add(DAY_FIRST)
            elif second > 12 >= first:
                shown.add(MONTH_FIRST)
    return shown.pop() if len(shown) == 1 else ""
