"""Listings as points of a map: public places only."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.called import called
from common.templatetags.loopyard import number
from common.units import CANONICAL_UNIT, unit_label
from listings.models import Listing
from listings.search.find import Point

MOST_POINTS = 500
MOST_NAMED = 24
"""Of so many the amount is said as well; of the others the map shows what and where."""


def map_points(points: Iterable[Point]) -> list[dict[str, Any]]:
    """Return what was found as static/js/map.js takes it, each at the place that strangers may know."""
    shown = list(points)
    start, end = reverse("listing", args=[0]).split("0")
    names = {name: called(name) for name in {point.name for point in shown}}
    return [
        {
            "id": point.pk,
            "lat": point.latitude,
            "lon": point.longitude,
            "kind": point.kind,
            "side": point.side,
            "name": names[point.name],
            "text": _amount(point.left, point.unit, is_rate=point.is_rate) if at < MOST_NAMED else "",
            "url": f"{start}{point.pk}{end}",
        }
        for at, point in enumerate(shown)
    ]


def place_of(listing: Listing, *, text: str, url: str) -> dict[str, Any]:
    """Return one listing, of whatever state, as a point that says `text` and leads to `url`."""
    return {
        "lat": listing.latitude,
        "lon": listing.longitude,
        "kind": listing.resource.kind,
        "side": listing.side,
        "name": listing.name,
        "text": text,
        "url": url,
    }


def point_of(listing: Listing) -> dict[str, Any]:
    """Return one listing, of whatever state, as a point with what is left of it."""
    left = None if listing.left is None else float(listing.left)
    amount = _amount(left, CANONICAL_UNIT[listing.resource.dimension], is_rate=listing.is_rate)
    text = f"{amount} · {listing.place_words}" if amount else listing.place_words
    return {
        "id": listing.pk,
        **place_of(listing, text=text, url=reverse("listing", args=[listing.pk])),
    }


def _amount(left: float | None, unit: str, *, is_rate: bool) -> str:
    if left is None:
        return ""
    return f"{number(left)} {unit_label(unit)}{_('/yr') if is_rate else ''}"
