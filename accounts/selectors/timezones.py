"""Which day it is where a site stands."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Site, Town
from accounts.selectors.towns import DATA
from common.geo import Point, distance_km, earth_distance_km, within
from common.reading.dates import zone_of
from common.reading.tables import read_rows

TIME_ZONES_CSV = DATA / "time_zones.csv"
_NEAR_KM = 100


class _Zone(NamedTuple):
    name: str
    place: Point
    """Its largest town or the like, whatever the size."""


@cache
def _zones() -> Mapping[str, list[_Zone]]:
    """Return the time zones of every country by its code."""
    found: dict[str, list[_Zone]] = {}
    columns = ("country", "timezone", "latitude", "longitude")
    for row in read_rows(TIME_ZONES_CSV.parent, TIME_ZONES_CSV.name, columns):
        place = Point(float(row["latitude"]), float(row["longitude"]))
        found.setdefault(row["country"], []).append(_Zone(row["timezone"], place))
    return found


def zone_name_at(point: Point, country: str) -> str:
    """Return the name of the time zone at a place, as “Europe/Copenhagen”; empty where it is not known.

    That of the country if it has but one (whatever lies near: a border may), else that of its nearest town within
    100 km, else of the nearest of its towns and of the places that its zones are called after. Without a country,
    that of the nearest town within 100 km.
    """
    zones = _zones().get(country, [])
    if len(zones) == 1:
        return zones[0].name
    towns = Town.objects.filter(country=country) if country else Town.objects.all()
    towns = towns.exclude(timezone="").annotate(far_km=earth_distance_km("latitude", "longitude", point))
    near = within(towns, point, float(_NEAR_KM)).order_by("far_km", "pk").first()
    if near is None and country:
        near = towns.order_by("far_km", "pk").first()
        named = min(zones, key=lambda zone: distance_km(point, zone.place), default=None)
        if named and (near is None or distance_km(point, named.place) < near.far_km):
            return named.name
    return near.timezone if near else ""


def timezone_at(point: Point, country: str = "") -> ZoneInfo:
    """Return the time zone at a place, see `zone_name_at`; UTC where it is not known, as on the open sea."""
    return _zone_named(zone_name_at(point, country))


def timezone_of(site: Site) -> ZoneInfo:
    """Return the time zone of a site; worked out here for one that was written before sites kept theirs."""
    return _zone_named(site.timezone) if site.timezone else timezone_at(site.point, site.country)


def today_at(site: Site, now: datetime | None = None) -> date:
    """Return which day it is at a site, at this moment or at `now`."""
    return timezone.localdate(now, timezone_of(site))


def _zone_named(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except ValueError:  # newer than what this machine knows of time zones
        return zone_of("")
