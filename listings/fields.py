"""A form field that takes a place in words; those for numbers and resources stand in `catalogue.fields`."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Town
from accounts.places import split_town, suggest_towns
from common.geo import Point

_COORDINATES = re.compile(r"^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")


class PlaceField(forms.CharField):
    """A place: a town ("Kalundborg" or "Halle, DE") or coordinates ("55.68, 11.09")."""

    def clean(self, value: Any) -> Point | None:
        """Return where it is, or None for an empty field."""
        text = super().clean(value)
        return place_from_text(text) if text else None


def place_from_text(text: str) -> Point:
    """Return the point that a town or a pair of coordinates means, of several towns the largest."""
    if found := _COORDINATES.match(text):
        latitude, longitude = float(found[1]), float(found[2])
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValidationError(_("Latitude goes to ±90°, longitude to ±180°."), code="off_globe")
        return Point(latitude, longitude)
    name, country = split_town(text)
    named = Town.objects.filter(Q(name__iexact=name) | Q(ascii_name__iexact=name))
    town = (named.filter(country=country) if country else named).order_by("-population", "pk").first()
    if town is None and not country:
        town = suggest_towns(name, limit=1).first()
    if town is None:
        raise ValidationError(
            _("We know no town “%(town)s”. Type a larger one nearby, or coordinates as 55.68, 11.09."),
            code="unknown",
            params={"town": text[:60]},
        )
    return Point(town.latitude, town.longitude)
