"""How plans are written on pages."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import pgettext

from common.templatetags.loopyard import number

register = template.Library()


@register.filter
def month_name(month: int) -> str:
    """Write a month, 1 to 12, in short."""
    return date_format(date(2000, month, 1), pgettext("pattern of a date", "M"))


@register.filter
def cell(value: str | float | None) -> str:
    """Write a cell of a table that holds words and numbers."""
    return value if isinstance(value, str) else number(value)


@register.filter
def as_percent(share: float | None) -> float | None:
    """Return a share as per cent."""
    return None if share is None else share * 100
