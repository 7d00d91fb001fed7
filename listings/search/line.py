"""One line understood: "fly ash near Kalundborg 200 km under 30 EUR" is words, a place, a distance and a price.

Pure: what is a town, a country, a word of the trade and a currency is told by the caller. English and German. What a
line says becomes filters as they stand in the address, in the words that were typed; the rest stays words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LONGEST_LINE: Final = 300
MOST_TOWN_WORDS: Final = 4
KM_PER_MILE: Final = 1.609344

_NUMBER: Final = r"\d+(?:[.,']\d+)*"
_MONEY: Final = (
    rf"(?:(?P<sign>[€$£])\s*(?P<after>{_NUMBER})|(?P<number>{_NUMBER})\s*(?P<code>[€$£]|[a-z]{{3,5}}\b))"
)
_PER: Final = r"(?:\s*(?:/|per|pro|je|the|a)\s*(?:t|to|tons?|tonnes?|tonnen?|mwh|m3|m³|m2|h)\b)?"
_AT_MOST: Final = (
    r"(?:under|below|less than|at most|no more than|max(?:imum|imal)?\.?|up to|cheaper than|bis(?: zu)?|unter"
    r"|h(?:ö|oe)chstens|weniger als|<=?|≤)\s*"
)
_AT_LEAST: Final = (
    r"(?:more than|over|at least|min(?:imum|destens)?\.?|from|mehr als|ab|(?:ü|ue)ber|>=?|≥)\s*"
)
_PRICE: Final = re.compile(rf"(?<!\w)(?:{_AT_MOST})?{_MONEY}{_PER}", re.IGNORECASE)
_KM: Final = r"(?P<unit>km|kilomet(?:er|re)s?|mi|miles?)\b"
_DISTANCE: Final = re.compile(
    rf"(?<!\w)(?:(?:with)?in(?: a| einem| the)? (?:radius|umkreis)(?: of| von)?|im umkreis(?: von)?|within"
    rf"|innerhalb von|radius|umkreis(?: von)?|{_AT_MOST})?\s*(?P<number>{_NUMBER})\s*{_KM}"
    rf"(?P<round>\s+(?:of|from|um|von|around|round|rund um)\b)?",
    re.IGNORECASE,
)
_MASS: Final = (
    r"(?:t|to|tons?|tonnes?|tonnen|mwh|m3|m³)\b(?:\s*(?:/|per|a|pro|im)\s*(?:year|yr|jahr|a)\b)?(?:\s+of\b)?"
)
_LEAST: Final = re.compile(rf"(?<!\w)(?:{_AT_LEAST})?(?P<number>{_NUMBER})\s*{_MASS}", re.IGNORECASE)
_MOST: Final = re.compile(rf"(?<!\w){_AT_MOST}(?P<number>{_NUMBER})\s*{_MASS}", re.IGNORECASE)
_OFFERED: Final = re.compile(
    r"(?<![\w-])(?:on offer|offered|offers?|for sale|zu verkaufen|abzugeben|angebote?|angeboten)(?![\w-]):?",
    re.IGNORECASE,
)
_WANTED: Final = re.compile(
    r"(?<![\w-])(?:wanted|sought|requested|requests?|gesucht|gesuche?|nachfrage)(?![\w-]):?", re.IGNORECASE
)
_FREE: Final = re.compile(
    r"(?<![\w-])(?:for free|free of charge|at no cost|gratis|kostenlos|umsonst)(?![\w-])", re.IGNORECASE
)
_HARMLESS: Final = re.compile(
    r"(?<![\w-])(?:non-?hazardous|not hazardous|nicht gef(?:ä|ae)hrlich(?:e[rsn]?)?)(?![\w-])", re.IGNORECASE
)
_ASKING: Final = re.compile(
    r"^(?:(?:i|we|ich|wir)\s+)?(?:looking for|searching for|(?:am|are) looking for|need|suchen?|brauchen?)\s+",
    re.IGNORECASE,
)
_NEAR: Final = re.compile(
    r"(?<![\w-])(?P<surely>near(?:by)?(?: to)?|close to|around|round|in der n(?:ä|ae)he von|nahe|rund um)\s+"
    r"|(?<![\w-])(?P<perhaps>in|at|from|of|bei|um|aus|von)\s+",
    re.IGNORECASE,
)
_CUT: Final = "\x00"
_KINDS: Final = {
    "material": "material",
    "materials": "material",
    "materialien": "material",
    "energy": "energy",
    "energie": "energy",
    "water": "water",
    "wasser": "water",
    "heat": "heat",
    "wärme": "heat",
    "waerme": "heat",
    "service": "service",
    "services": "service",
    "dienstleistung": "service",
    "dienstleistungen": "service",
}
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "euro": "EUR", "euros": "EUR"}


@dataclass(frozen=True)
class Line:
    """What a line says: the words that are left, and filters by their names in the address."""

    words: str
    filters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What the world knows; each takes text as it was typed."""

    is_town: Callable[[str], bool]
    country: Callable[[str], str]
    """The code of the country that is called so; empty for none."""
    is_word: Callable[[str], bool]
    """Whether it is a word of the trade, so that a town of the same name is not meant."""
    is_currency: Callable[[str], bool]


def read_line(text: str, known: Known) -> Line:
    """Return what a line says; text of which nothing is understood stays words as it is."""
    rest = f"{text[:LONGEST_LINE]} "
    filters: dict[str, str] = {}
    rest = _ASKING.sub("", rest)
    for pattern, name, value in (
        (_OFFERED, "side", "offer"),
        (_WANTED, "side", "request"),
        (_FREE, "free", "true"),
        (_HARMLESS, "hazardous", "no"),
    ):
        if (found := pattern.search(rest)) and name not in filters and _words(_without(rest, found)):
            filters[name] = value
            rest = _without(rest, found)
    rest = _distance(rest, filters)
    rest = _price(rest, filters, known)
    for pattern, name in ((_MOST, "quantity_max"), (_LEAST, "quantity_min")):
        if found := pattern.search(rest):
            filters[name] = found["number"]
            rest = _without(rest, found)
    rest = _place(rest, filters, known)
    if "near" not in filters:
        filters.pop("within_km", None)
    words = _words(rest)
    if words.casefold() in _KINDS:
        filters["kind"], words = _KINDS[words.casefold()], ""
    return Line(words, filters) if filters else Line(" ".join(text.split()))


def _without(text: str, found: re.Match[str], by: str = _CUT) -> str:
    return f"{text[: found.start()]} {by} {text[found.end() :]}"


def _words(text: str) -> str:
    parts = (" ".join(part.split()).strip(" ,;:") for part in text.split(_CUT))
    return " ".join(part for part in parts if part)


def _distance(rest: str, filters: dict[str, str]) -> str:
    found = _DISTANCE.search(rest)
    if not found:
        return rest
    number = found["number"]
    if found["unit"].casefold().startswith("mi"):
        number = str(round(float(number.replace(",", ".")) * KM_PER_MILE)) if _is_plain(number) else number
    filters["within_km"] = number
    # "within 50 km of Halle": what follows is the place; "Halle 50 km": what stands before is.
    return _without(rest, found, f"{_CUT} near" if found["round"] else _CUT)


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"\d+(?:[.,]\d+)?", number) is not None


def _price(rest: str, filters: dict[str, str], known: Known) -> str:
    for found in _PRICE.finditer(rest):
        sign = (found["sign"] or found["code"]).casefold()
        currency = _SIGNS.get(sign, sign.upper())
        if known.is_currency(currency):
            filters["price_max"] = found["after"] or found["number"]
            filters["currency"] = currency
            return _without(rest, found)
    return rest


def _place(rest: str, filters: dict[str, str], known: Known) -> str:
    for found in _NEAR.finditer(rest):
        before, after = rest[: found.start()], rest[found.end() :]
        said = after.split(_CUT)[0]
        town, length = _longest(said, known.is_town)
        country, country_length = _longest(said, lambda text: bool(known.country(text)))
        if country_length > length and not found["surely"]:
            filters["country"] = known.country(country)
            return f"{before}{_CUT}{_after(after, country_length)}"
        if not length and found["surely"]:
            # No town that we know: say so beside the place, rather than search for its name in silence.
            length = len(said.split())
            town = " ".join(said.split())
        if length and (found["surely"] or not known.is_word(town)):
            filters["near"] = town.strip(" ,;")
            return f"{before}{_CUT}{_after(after, length)}"
    return _trailing(rest, filters, known)


def _trailing(rest: str, filters: dict[str, str], known: Known) -> str:
    """Take a town that ends a part, behind other words or beside a distance."""
    parts = rest.split(_CUT)
    for at, part in enumerate(parts):
        tokens = part.split()
        for length in range(min(MOST_TOWN_WORDS, len(tokens)), 0, -1):
            town = " ".join(tokens[-length:])
            others = _words(_CUT.join([*parts[:at], " ".join(tokens[:-length]), *parts[at + 1 :]]))
            if others and len(town) > 3 and not known.is_word(town) and known.is_town(town):
                filters["near"] = town.strip(" ,;")
                parts[at] = " ".join(tokens[:-length])
                return _CUT.join(parts)
    return rest


def _longest(text: str, is_one: Callable[[str], bool]) -> tuple[str, int]:
    """Return the longest beginning of a text that is one, and of how many words it is."""
    tokens = text.split()
    for length in range(min(MOST_TOWN_WORDS, len(tokens)), 0, -1):
        said = " ".join(tokens[:length])
        if is_one(said.strip(" ,;")):
            return said, length
    return "", 0


def _after(text: str, words: int) -> str:
    found = re.match(rf"(?:\s*\S+){{{words}}}", text)
    return f" {text[found.end() :]}" if found else ""
