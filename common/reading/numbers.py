"""Numbers as people type them, read as they mean them; what can mean two numbers is asked back."""

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import Final

from django.utils.formats import get_format
from django.utils.translation import check_for_language, get_language, ngettext
from django.utils.translation import gettext as _

from common.reading.refusals import Ambiguous, Unreadable
from common.reading.text import clean_line, plain_digits

LARGEST: Final = Decimal(10) ** 12
PLACES: Final = 6
_LONGEST: Final = 100
_QUOTED: Final = 40
_THIN_BLANK: Final = "\u202f"
_SAME: Final = str.maketrans(
    dict.fromkeys("’‘ʼ＇", "'")
    | dict.fromkeys("．﹒", ".")
    | dict.fromkeys("，﹐", ",")
    | dict.fromkeys("−‐‑–－﹣", "-")
    | dict.fromkeys("＋﹢", "+")
)
# Arabic has separators of its own, and they leave no doubt: ٫ before decimals, ٬ between thousands.
_GROUPS: Final = r"[1-9]\d{0,2}(?P<separator>[ '٬.,])\d{3}(?:(?P=separator)\d{3})*"
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN: Final = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
_EDGES: Final = re.compile(rf"^{_UNSEEN}|{_UNSEEN}$")
_SEPARATOR: Final = re.compile(r"[ '٬.,]")
_SIGNED: Final = re.compile(r"([+-]?) ?(.*)", re.DOTALL)
_PLAIN: Final = re.compile(r"[0-9]+")
_GROUPED: Final = re.compile(_GROUPS, re.ASCII)
_WITH_DECIMALS: Final = re.compile(
    rf"(?P<whole>[0-9]*|{_GROUPS})(?P<point>[.,٫])(?P<decimals>[0-9]+)", re.ASCII
)
_EXPONENT: Final = re.compile(r"[0-9.,]+ ?[eE] ?[+-]?[0-9]+")
_OF_A_NUMBER: Final = frozenset("0123456789 '٬.,٫")


def read_number(
    text: str,
    *,
    places: int = PLACES,
    least: Decimal | None = None,
    most: Decimal = LARGEST,
    whole: bool = False,
    grouped: bool = True,
    locale: str = "",
) -> Decimal:
    """Return the number that somebody means by `text`, exactly; nothing is rounded.

    Decimals stand behind a point or a comma. A blank, an apostrophe, a point or a comma between groups of three
    digits parts thousands: "12 000", "12'000", "1.200,5", "1,234,567". "1.200" and "12,345" can mean two numbers:
    these raise `Ambiguous`, which says how to write each. They are read without asking where

    - `whole`: only whole numbers are taken, so that it parts thousands;
    - not `grouped`: nobody parts thousands here (coordinates, shares), so that it stands before decimals;
    - `locale` is given (a language as "de" or "en-GB"): it says what its readers mean. Other texts it does not change.

    Digits of every script are read, and a sign in front: "−", "+", a hyphen. Everything else is refused by
    `Unreadable`: units, "%", exponents ("1e3"), two numbers ("10 20"), more decimals than `places`, and what is not
    between `least` (`-most` where None) and `most`.
    """
    if len(text) > _LONGEST:
        raise Unreadable(_("This is too long for a number."), code="too_long")
    number = _understood(text, whole=whole, grouped=grouped, locale=locale)
    _check_step(number, 0 if whole else places)
    if number > most:
        raise Unreadable(_("Type at most %(most)s.") % {"most": _spaced(most)}, code="too_large")
    least = most.copy_negate() if least is None else least
    if number < least:
        raise Unreadable(_("Type at least %(least)s.") % {"least": _spaced(least)}, code="too_small")
    return number


def typed(number: Decimal | int | None) -> str:
    """Return a number as somebody would type it in the active language; empty for None.

    `read_number` reads it back, the same one, in every language: 1.234, which would be asked back, is "1.2340", for
    German readers "1,2340". ValueError for what is no finite number.
    """
    return "" if number is None else parted(_in_digits(number))


def parted(written: str) -> str:
    """Return a number written as "1,234.5" with the separators of the active language, for German readers "1.234,5"."""
    return written.translate(_separators(get_language()))


@cache
def _separators(language: str | None) -> dict[int, str]:
    """Return what stands for point and comma in a language; nothing where the decimals stand behind a point."""
    point, group = get_format("DECIMAL_SEPARATOR", language), get_format("THOUSAND_SEPARATOR", language)
    return {} if point == "." else {ord("."): point, ord(","): group}


def _in_digits(number: Decimal | int) -> str:
    exact = Decimal(number)
    if not exact.is_finite():
        raise ValueError(f"{number} is not a finite number")
    digits, _point, decimals = f"{exact.copy_abs():f}".partition(".")
    decimals = decimals.rstrip("0")
    if _GROUPED.fullmatch(f"{digits}.{decimals}"):
        decimals += "0"
    written = f"{digits}.{decimals}" if decimals else digits
    return f"-{written}" if exact < 0 else written


def spaced(number: Decimal) -> str:
    """Return a number from 0 on as `typed`, its thousands parted by thin blanks: nobody takes them for decimals."""
    digits, point, decimals = _in_digits(number).partition(".")
    return f"{int(digits):,}".replace(",", _THIN_BLANK) + parted(point) + decimals


def same_number(text: str, number: Decimal) -> bool:
    """Whether `text` is read as `number`, without asking: what a field shows was not changed then."""
    try:
        return read_number(text, places=_LONGEST, most=Decimal(10) ** _LONGEST) == number
    except Unreadable:
        return False


def largest_of(max_digits: int, places: int) -> Decimal:
    """Return the largest number that a column of so many digits, `places` of them decimals, holds."""
    return Decimal(f"{'9' * max_digits}E-{places}")


def _understood(text: str, *, whole: bool, grouped: bool, locale: str) -> Decimal:
    signed = _SIGNED.fullmatch(_plain(text))
    sign, digits = signed.groups() if signed else ("", "")
    parted = _GROUPED.fullmatch(digits) if grouped else None
    broken = _WITH_DECIMALS.fullmatch(digits)
    if broken and broken["separator"] and (not grouped or broken["separator"] == broken["point"]):
        broken = None
    readings = {}
    if parted or _PLAIN.fullmatch(digits):
        readings["thousands"] = _number(sign, digits)
    if broken:
        readings["decimals"] = _number(sign, broken["whole"], broken["decimals"])
    if not readings:
        raise _no_number(text, digits, grouped=grouped)
    if len(readings) == 1 or not parted:
        return next(iter(readings.values()))
    meant = "thousands" if whole else _habit(locale, parted["separator"])
    if not meant:
        raise _asked_back(text, *readings.values())
    return readings[meant]


def _plain(text: str) -> str:
    """Return `text` in plain digits, separators and signs.

    As it is stays what nobody can mean by one number: a line break or a tab parts two cells, and what turns the
    direction of writing shows other digits than it holds.
    """
    trimmed = _EDGES.sub("", text)
    if any(char in _TURNING or (char.isspace() and unicodedata.category(char) != "Zs") for char in trimmed):
        return trimmed
    # Each blank by itself: two in a row stay two, and part no thousands.
    parts = re.split(r"\s", trimmed)
    return plain_digits(" ".join(clean_line(part) for part in parts)).translate(_SAME)


def _number(sign: str, digits: str, decimals: str = "") -> Decimal:
    plain = _SEPARATOR.sub("", digits) or "0"
    number = Decimal(f"{plain}.{decimals}" if decimals else plain)
    # Not `-number`, which rounds to the 28 digits of the context.
    return number.copy_negate() if sign == "-" and number else number


def _habit(locale: str, separator: str) -> str:
    """Return what readers of a language part by this character, "decimals" or "thousands"; empty where neither."""
    if not locale or not check_for_language(locale):
        return ""
    if get_format("DECIMAL_SEPARATOR", lang=locale, use_l10n=True) == separator:
        return "decimals"
    return "thousands" if get_format("THOUSAND_SEPARATOR", lang=locale, use_l10n=True) == separator else ""


def _asked_back(text: str, *readings: Decimal) -> Ambiguous:
    first, second = (typed(reading) for reading in readings)
    return Ambiguous(
        _("“%(text)s” can be read in two ways. Write %(first)s or %(second)s.")
        % {"text": _quoted(text), "first": first, "second": second},
        writings=(first, second),
    )


def _no_number(text: str, digits: str, *, grouped: bool) -> Unreadable:
    said = {"text": _quoted(text)}
    if _EXPONENT.fullmatch(digits):
        return Unreadable(_("Type a number written out, as 1000 instead of 1e3."), code="exponent")
    if digits and _OF_A_NUMBER.issuperset(digits) and not grouped:
        return Unreadable(
            _("Type a number, as 12 or 12.5, without blanks; “%(text)s” is not one.") % said, code="invalid"
        )
    if digits and _OF_A_NUMBER.issuperset(digits):
        return Unreadable(
            _(
                "Type a number, as 12000 or 12.5; “%(text)s” is not one. Blanks, apostrophes, points and commas can "
                "part groups of three digits, as in 12 000 000."
            )
            % said,
            code="wrong_groups",
        )
    if any(char.isdecimal() for char in digits):
        return Unreadable(
            _("Type a number, as 12000 or 12.5, and nothing else; “%(text)s” is not one.") % said,
            code="invalid",
        )
    return Unreadable(_("Type a number, as 12000 or 12.5."), code="invalid")


def _check_step(number: Decimal, places: int) -> None:
    decimals = f"{number:f}".partition(".")[2].rstrip("0")
    if len(decimals) <= places:
        return
    if not places:
        raise Unreadable(_("Type a whole number."), code="not_whole")
    raise Unreadable(
        ngettext(
            "Type at most %(places)d decimal: the smallest step is %(step)s.",
            "Type at most %(places)d decimals: the smallest step is %(step)s.",
            places,
        )
        % {"places": places, "step": f"{Decimal(1).scaleb(-places):f}"},
        code="too_many_decimals",
    )


def _quoted(text: str) -> str:
    shown = clean_line(text)
    return shown if len(shown) <= _QUOTED else f"{shown[:_QUOTED]}…"


def _spaced(number: Decimal) -> str:
    """Write a limit with its thousands parted by thin blanks, as `read_number` reads it too."""
    written = spaced(number.copy_abs())
    return f"−{written}" if number < 0 else written
