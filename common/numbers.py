"""Numbers as people type them, and as they get them back to edit."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")
_COMMA_DECIMAL = re.compile(r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)?,\d+$")
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")
_LONGEST_NUMBER = 40


def parse_number(text: str) -> Decimal:
    """Read a number as people type it; raises `ValidationError`.

    "12,000" and "12 000" are twelve thousand, as the pages write it; a comma that cannot group thousands is a
    decimal comma ("12,5", "12.000,50").
    """
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("−", "-")
    if _GROUPED.match(plain):
        plain = plain.replace(",", "")
    elif _COMMA_DECIMAL.match(plain):
        plain = plain.replace(".", "").replace(",", ".")
    # Written out: with an exponent, a few characters say a number that no column holds.
    if len(plain) > _LONGEST_NUMBER or not _PLAIN.match(plain):
        raise ValidationError(_("Type a number, as 12000 or 12.5."), code="invalid")
    return Decimal(plain)


def typed(value: Decimal | None) -> str:
    """Return a stored number as somebody would type it: what `parse_number` reads back; empty for None."""
    return "" if value is None else f"{value.normalize():f}"


class NumberField(forms.CharField):
    """A decimal number, typed with or without grouping, with a decimal point or comma."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Decimal | None:
        """Return the number, or None for an empty field."""
        text = super().clean(value)
        return parse_number(text) if text else None
