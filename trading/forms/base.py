"""What the forms of this app share: their usual widgets and choices."""

from django import forms

from catalogue.models import Resource
from common.units import fitting_units, unit_label
from listings.services.terms import conversion_of

_MOMENT = "%Y-%m-%dT%H:%M"


def day_input() -> forms.DateInput:
    """Return a date input that is filled in as browsers want it, 2026-01-31."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    """Return an input for day and time of day, filled in as browsers want it."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)


def unit_choices(resource: Resource) -> list[tuple[str, str]]:
    """Return the units in which a resource can be counted."""
    return [(unit, unit_label(unit)) for unit in fitting_units(resource.dimension, conversion_of(resource))]
