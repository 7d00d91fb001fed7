"""Towns and countries: to place a site by, and to name a blurred place by."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Town
from common.errors import Invalid
from common.geo import Point, distance_km, earth_distance_km, within

DATA = Path(__file__).parent.parent / "data"
COUNTRIES_CSV = DATA / "countries.csv"
_NAMED_IN_ERRORS = 4
_TOWN_REACH_KM = 100


@cache
def country_names() -> Mapping[str, str]:
    """Return the English name of every country by its ISO 3166-1 code, in the order of the names."""
    with COUNTRIES_CSV.open(encoding="utf-8", newline="") as lines:
        return {row["country"]: row["name"] for row in csv.DictReader(lines)}


def country_name(code: str) -> str:
    """Return a country's name; the code itself where it is not known."""
    return country_names().get(code, code)


def split_town(text: str) -> tuple[str, str]:
    """Return town and country code of “Kalundborg, DK” or “Kalundborg, Denmark”; the code is empty if none is named."""
    town, comma, tail = text.strip().rpartition(",")
    tail = tail.strip()
    for code, name in country_names().items():
        if comma and tail.casefold() in (code.casefold(), name.casefold()):
            return town.strip(), code
    return text.strip(), ""


def _towns_named(name: str, country: str) -> QuerySet[Town]:
    name = name.replace("\0", "")
    towns = Town.objects.annotate(plain=Lower("ascii_name"))
    named = towns.filter(Q(plain=name.lower()) | Q(name__iexact=name))
    return named.filter(country=country) if country else named


def find_town(text: str, country: str = "") -> Town:
    """Return the one town of this name, in `country` (a code) if given.

    Raises `Invalid` on the field `town` when no town has the name or several have.
    """
    name, named_country = split_town(text)
    country = country or named_country
    found = list(_towns_named(name, country))
    if not found:
        raise Invalid({"town": _unknown_town(name, country)})
    if len(found) > 1:
        raise Invalid({"town": _several_towns(name, found)})
    return found[0]


def check_near_town(name: str, country: str, point: Point) -> None:
    """Raise `Invalid` on the field `town` when all towns of this name in this country lie far from `point`."""
    away_km = [round(distance_km(point, Point(t.latitude, t.longitude))) for t in _towns_named(name, country)]
    if away_km and min(away_km) > _TOWN_REACH_KM:
        raise Invalid(
            {
                "town": _(
                    "%(town)s lies %(distance)d km from these coordinates. Correct the town, or empty both "
                    "coordinates to move the site there."
                )
                % {"town": name, "distance": min(away_km)}
            }
        )


def _unknown_town(name: str, country: str) -> str:
    where = _(" in %(country)s") % {"country": country_name(country)} if country else ""
    return _(
        "We know no town “%(town)s”%(where)s. Check the spelling, take the nearest larger town, or give the "
        "place by its coordinates."
    ) % {"town": name[:60], "where": where}


def _several_towns(name: str, towns: list[Town]) -> str:
    countries = sorted({country_name(town.country) for town in towns})
    if len(countries) == 1:
        return _("%(country)s has %(count)d towns called “%(town)s”: give the place by its coordinates.") % {
            "country": countries[0],
            "count": len(towns),
            "town": name,
        }
    more = ", …" if len(countries) > _NAMED_IN_ERRORS else ""
    return _("There is more than one “%(town)s” (%(countries)s): choose the country.") % {
        "town": name,
        "countries": ", ".join(countries[:_NAMED_IN_ERRORS]) + more,
    }


def suggest_towns(text: str, *, limit: int = 8) -> QuerySet[Town]:
    """Return towns whose name starts with `text`, typed with or without its accents, the largest first."""
    start = text.replace("\0", "").strip().lower()[:60]
    if not start:
        return Town.objects.none()
    if not start.isascii():
        return Town.objects.filter(name__istartswith=start)[:limit]
    return Town.objects.annotate(plain=Lower("ascii_name")).filter(plain__startswith=start)[:limit]


def town_near(point: Point) -> Town | None:
    """Return the largest town within 15 km of `point`, else the nearest within 150 km, else None."""
    for radius_km, order in ((15, "-population"), (150, "far_km")):
        town = (
            within(Town.objects.all(), point, float(radius_km))
            .annotate(far_km=earth_distance_km("latitude", "longitude", point))
            .order_by(order, "pk")
            .first()
        )
        if town:
            return town
    return None


_COORDINATES = re.compile(r"^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")


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
