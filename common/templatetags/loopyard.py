"""How numbers, units, prices and icons are written on pages."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.reading.dates import written_day, written_moment, written_month
from common.reading.numbers import parted
from common.units import unit_label
from common.web.pages import FORM_KEY, VERSION

register = template.Library()

Number = Decimal | float | int
KIND_ICONS = {"material": "box", "energy": "bolt", "water": "droplet", "heat": "flame", "service": "tool"}
MONTHS_IN_YEAR = 12
THIN_SPACE = "\u202f"


@register.filter
def number(value: Number | None, places: int | None = None) -> str:
    """Write a number with grouped thousands; without `places`, with as many decimals as its size deserves."""
    if value is None or value == "":
        return "–"
    if type(value) is int and places is None:  # every count of a page
        return parted(f"−{-value:,}" if value < 0 else f"{value:,}")
    exact = Decimal(str(value))
    wanted = places if places is not None else _fitting_places(exact)
    rounded = exact.quantize(Decimal(1).scaleb(-wanted), rounding=ROUND_HALF_UP)
    written = f"{abs(rounded):,}"
    if places is None and "." in written:
        written = written.rstrip("0").rstrip(".")
    return parted(f"−{written}" if rounded < 0 else written)


def _fitting_places(value: Decimal) -> int:
    """Return how many decimals keep about three figures."""
    if value == 0:
        return 0
    magnitude = value.copy_abs().adjusted()
    return max(0, 2 - magnitude) if magnitude > -4 else 6


@register.filter
def rough(value: Number | None) -> Decimal | None:
    """Round to three figures: an estimate written to the last euro would claim to know it."""
    if value is None:
        return None
    exact = Decimal(str(value))
    return exact if exact == 0 else round(exact, 2 - exact.copy_abs().adjusted())


@register.filter
def exact(value: Number | None, least_places: int = 0) -> str:
    """Write a number to its last decimal, grouped: what one accepts, signs or prints is what was said.

    With `least_places`, a number that has decimals shows so many at least: 104.5 EUR as 104.50.
    """
    if value is None or value == "":
        return "–"
    digits, _point, decimals = f"{Decimal(str(value)).copy_abs():f}".partition(".")
    decimals = decimals.rstrip("0")
    if decimals:
        decimals = decimals.ljust(least_places, "0")
    written = f"{int(digits):,}" + (f".{decimals}" if decimals else "")
    return parted(f"−{written}" if Decimal(str(value)) < 0 else written)


register.filter("unit_label", unit_label)


@register.filter
def percent(share: float | None) -> str:
    """Write a share in [0, 1] in whole percent."""
    return "–" if share is None else f"{round(share * 100)}{THIN_SPACE}%"


@register.filter
def km(distance_km: float | None) -> str:
    """Write a distance, with a decimal only where it matters."""
    if distance_km is None:
        return "–"
    return f"{number(round(distance_km, 1 if distance_km < 10 else 0))} km"


@register.simple_tag
def amount(value: Number | None, unit: str, per_year: bool = True) -> SafeString:
    """Write a quantity with its unit, "t/yr" for a rate."""
    if value is None:
        return format_html('<span class="soft">{}</span>', _("quantity open"))
    label = _("%(unit)s/yr") % {"unit": unit} if per_year else unit
    return format_html(
        '<span class="number">{}</span>\u00a0<span class="unit">{}</span>', number(value), label
    )


@register.simple_tag
def exact_amount(value: Number | None, unit: str, per_year: bool = True) -> SafeString:
    """Write a quantity to its last decimal with its unit, "t/yr" for a rate: what is promised, left or delivered."""
    if value is None:
        return format_html('<span class="soft">{}</span>', _("quantity open"))
    label = _("%(unit)s/yr") % {"unit": unit} if per_year else unit
    return format_html(
        '<span class="number">{}</span>\u00a0<span class="unit">{}</span>', exact(value), label
    )


@register.simple_tag
def money(value: Number | None, currency: str, per: str = "") -> SafeString:
    """Write a sum of money with its currency and what it is per."""
    if value is None:
        return format_html("{}", "–")
    unit = f"{currency}/{unit_label(per)}" if per else currency
    return format_html(
        '<span class="number">{}</span>\u00a0<span class="unit">{}</span>', number(value), unit
    )


@register.simple_tag
def price_words(price: Number | None, currency: str, unit: str, side: str) -> str:
    """Say who pays whom: the sign of a price is too easily overlooked."""
    if price is None:
        return _("price open")
    if price == 0:
        return _("free of charge")
    words = {
        ("offer", True): _("buyer pays %(price)s"),
        ("offer", False): _("seller pays %(price)s"),
        ("request", True): _("buyer pays up to %(price)s"),
        ("request", False): _("seller pays at least %(price)s"),
    }[side, price > 0]
    return words % {"price": f"{number(price if price > 0 else -price)}\u00a0{currency}/{unit_label(unit)}"}


@register.simple_tag
def window_words(first: date, last: date | None, months: Sequence[int]) -> str:
    """Say when: the window's ends and the months; of less than a year without a season, the ends say it all."""
    season = _("all year") if not months or len(months) == MONTHS_IN_YEAR else month_ranges(months)
    if last is not None:
        ends = _("%(first)s – %(last)s") % {"first": written_month(first), "last": written_month(last)}
    elif first <= timezone.now().date():  # by UTC: whose window it is, is not said here
        ends = _("now")
    else:
        ends = _("from %(first)s") % {"first": written_month(first)}
    whole_year = not months or len(months) == MONTHS_IN_YEAR
    if whole_year and last is not None and (last.year, last.month) < (first.year + 1, first.month):
        return ends
    return f"{ends}, {season}"


@register.filter
def month_ranges(months: Sequence[int]) -> str:
    """Write months as ranges that may cross the new year: 9, 10, 11, 12, 1 → "Sep–Jan"."""
    chosen = set(months)
    starts = sorted(month for month in chosen if (month - 2) % MONTHS_IN_YEAR + 1 not in chosen)
    ranges = []
    for start in starts:
        end = start
        while end % MONTHS_IN_YEAR + 1 in chosen:
            end = end % MONTHS_IN_YEAR + 1
        ranges.append(_month_name(start) if start == end else f"{_month_name(start)}–{_month_name(end)}")
    return ", ".join(ranges)


def _month_name(month: int) -> str:
    return date_format(date(2000, month, 1), pgettext("pattern of a date", "M"))


@register.filter
def day(value: date | None, form: str = "") -> str:
    """Write a day as "28 Nov 2026", by `form` "long" as "28 November 2026", "yearless" as "28 November"."""
    return written_day(value, form) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment by the clocks that hold here as "28 Nov 2026, 14:00"."""
    return written_moment(value) if value else ""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration and hidden from readers."""
    if label:
        source = f"{static('icons.svg')}#{name}"
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, source
        )
    return _decoration(name)


@cache
def _decoration(name: str) -> SafeString:
    # A page has up to two hundred.
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


@register.simple_tag
def kind_icon(kind: str, label: str = "") -> SafeString:
    """Draw the icon of a resource's kind."""
    return icon(KIND_ICONS[kind], label)


@register.simple_tag
def form_key() -> SafeString:
    """Write the key that lets a form take effect once."""
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_KEY, uuid.uuid4())


@register.simple_tag
def form_version(form: Any) -> SafeString:
    """Write the version that a form was filled from; nothing where it makes something new."""
    seen = getattr(form, "seen_version", "")
    return (
        format_html('<input type="hidden" name="{}" value="{}">', VERSION, seen) if seen else SafeString("")
    )


@register.filter
def field_words(name: str) -> str:
    """Write a field's name as a label, where the form that has the label is not at hand."""
    return name.replace("_", " ").capitalize()
