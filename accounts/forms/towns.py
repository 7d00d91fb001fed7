"""A form field that takes a place in words."""

from typing import Any

from django import forms

from accounts.selectors.towns import place_from_text
from common.geo import Point


class PlaceField(forms.CharField):
    """A place: a town ("Kalundborg" or "Halle, DE") or coordinates ("55.68, 11.09")."""

    def clean(self, value: Any) -> Point | None:
        """Return where it is, or None for an empty field."""
        text = super().clean(value)
        return place_from_text(text) if text else None
