"""Form fields that take what people write: numbers and resources in words."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Resource
from catalogue.search import suggest_resources

_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")
_COMMA_DECIMAL = re.compile(r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)?,\d+$")
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")
_LONGEST_NUMBER = 40
_NAMED_IN_ERRORS = 3


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


class ResourceField(forms.CharField):
    """A resource by its name, another name, its waste code or its slug."""

    default_error_messages = {"required": gettext_lazy("Say what it is.")}

    def clean(self, value: Any) -> Resource | None:
        """Return the one resource that the text means, or None for an empty field."""
        text = super().clean(value)
        return resource_from_text(text) if text else None


def resource_from_text(text: str) -> Resource:
    """Return the resource that a slug, name or synonym means; raises `ValidationError` naming what is near."""
    listable = Resource.objects.listable()
    exact = listable.filter(Q(slug=text) | Q(name__iexact=text)).first()
    if exact:
        return exact
    near = suggest_resources(text, limit=_NAMED_IN_ERRORS)
    meant = [suggestion for suggestion in near if suggestion.text.casefold() == text.casefold()]
    if len(meant) == 1:
        return listable.get(pk=meant[0].resource_id)
    if near:
        names = ", ".join(f"“{suggestion.name}”" for suggestion in near)
        raise ValidationError(_("Which one is it: %(names)s?"), code="ambiguous", params={"names": names})
    # As a parameter, not put in here: what was typed may hold a per cent sign, which would be read as a place for one.
    raise ValidationError(
        _("We know no resource “%(text)s”. Try a more general word, or a waste code as 10 01 02."),
        code="unknown",
        params={"text": text[:60]},
    )
