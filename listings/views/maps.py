"""Listings as points of a map: public places only."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.called import called
from common.templatetags.loopyard import number
from common.units import CANONICAL_UNIT, unit_label
from listings.models import Listing, Period, place_in_words

MOST_POINTS = 1000


def map_points(listings: QuerySet[Listing]) -> list[dict[str, Any]]:
    """Return the newest listings as static/js/map.js takes them, each at the place that strangers may know."""
    rows = listings.order_by("-pk").values_list(
        "pk",
        "latitude",
        "longitude",
        "side",
        "title",
        "place",
        "amount",
        "period",
        "resource__name",
        "resource__kind",
        "resource__dimension",
    )[:MOST_POINTS]
    return [_point(*row) for row in rows]


def _point(
    pk: int,
    latitude: float,
    longitude: float,
    side: str,
    title: str,
    place: str,
    amount: Any,
    period: str,
    resource: str,
    kind: str,
    dimension: str,
) -> dict[str, Any]:
    quantity = ""
    if amount is not None:
        rate = "" if period == Period.ONCE else _("/yr")
        quantity = f"{number(amount)} {unit_label(CANONICAL_UNIT[dimension])}{rate} · "
    return {
        "lat": latitude,
        "lon": longitude,
        "kind": kind,
        "side": side,
        "name": title or called(resource),
        "text": f"{quantity}{place_in_words(place)}",
        "url": reverse("listing", args=[pk]),
    }
