"""What the forms of this app share: how they show what was refused, and their usual fields."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from catalogue.models import Resource
from common.errors import AppError
from common.units import UNIT_LABEL, fitting_units
from listings.services.terms import conversion_of

_MOMENT = "%Y-%m-%dT%H:%M"


def day_input() -> forms.DateInput:
    """Return the widget of a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    """Return the widget of a moment."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)


def text_field(label: Any, *, rows: int = 3, most: int = 4000, **options: Any) -> forms.CharField:
    """Return a field of several lines."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


def unit_choices(resource: Resource) -> list[tuple[str, str]]:
    """Return the units in which a resource can be counted."""
    return [(unit, UNIT_LABEL[unit]) for unit in fitting_units(resource.dimension, conversion_of(resource))]


class TradingForm(forms.Form):
    """Shows what a service refused beside the field that it names."""

    field_of: ClassVar[Mapping[str, str]] = {}
    """Where the form shows what the service refuses under another name."""
    ids: ClassVar[str] = "id_%s"
    """Several forms stand on one page; each names its fields apart."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": self.ids} | options))

    def show_refusal(self, refusal: AppError) -> None:
        """Put what was refused beside its fields, and what concerns the whole above all."""
        if not refusal.fields:
            self.add_error(None, refusal.message)
        for name, texts in refusal.fields.items():
            field = self.field_of.get(name, name)
            for text in texts:
                self.add_error(field if field in self.fields else None, text[:1].upper() + text[1:])
