"""Places on the globe: great-circle distance, cells to blur in, and earthdistance expressions for PostgreSQL."""

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import h3
from django.db.models import BooleanField, Expression, FloatField, Func, QuerySet, Value
from django.db.models.lookups import LessThanOrEqual

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = math.pi / 180 * EARTH_RADIUS_KM  # of latitude
EARTHDISTANCE_RADIUS_KM = 6378.168  # what the extension's earth() returns
WIDEST_BOX_KM = 8000  # a box about a wider circle would reach round the globe
BLUR_RESOLUTION = 5  # H3: cells of about 250 km2, edges of about 10 km; the finest that is told


Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Point:
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


def cell_of(point: Point, resolution: int = BLUR_RESOLUTION) -> str:
    """Return the H3 cell of a place, a coarser one as the ancestor of its cell of `BLUR_RESOLUTION`: so they nest."""
    return wider(h3.latlng_to_cell(point.latitude, point.longitude, BLUR_RESOLUTION), resolution)


def wider(cell: str, resolution: int) -> str:
    """Return the ancestor of a cell; `resolution` must not be finer than its own."""
    return str(h3.cell_to_parent(cell, resolution))


def resolution_of(cell: str) -> int:
    """Return how fine a cell is: H3 counts up from 0, each step a seventh of the area."""
    return int(h3.get_resolution(cell))


def middle_of(cell: str) -> Point:
    """Return the centre of a cell."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return Point(round(latitude, 5), round(longitude, 5))


def radius_of_km(cell: str) -> float:
    """Return how far a cell's farthest corner lies from its centre."""
    centre = Point(*h3.cell_to_latlng(cell))
    return max(distance_km(centre, Point(*corner)) for corner in h3.cell_to_boundary(cell))


def area_of_km2(cell: str) -> float:
    """Return a cell's area."""
    return float(h3.cell_area(cell, unit="km^2"))


def blur(point: Point) -> Point:
    """Return the centre of the finest cell that is ever told of a place that is not open to all."""
    return middle_of(cell_of(point))


def distance_km(a: Point, b: Point) -> float:
    """Return the great-circle distance in km (haversine formula on the mean radius)."""
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(b.longitude - a.longitude) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def earth(latitude: str | Expression, longitude: str | Expression) -> Func:
    """Return `ll_to_earth(latitude, longitude)` as a query expression."""
    return Func(latitude, longitude, function="ll_to_earth")


def earth_distance_km(latitude: str, longitude: str, centre: Point) -> Expression:
    """Return the distance in km from the row's place to `centre` as a query expression."""
    there = earth(Value(centre.latitude), Value(centre.longitude))
    metres = Func(earth(latitude, longitude), there, function="earth_distance", output_field=FloatField())
    # The extension's sphere is a little larger than the mean one that we use everywhere else.
    return metres * Value(EARTH_RADIUS_KM / EARTHDISTANCE_RADIUS_KM / 1000)


def within(rows: Rows, centre: Point, radius_km: float) -> Rows:
    """Keep rows whose `latitude` and `longitude` lie within the circle; the box first, which an index answers."""
    if radius_km < WIDEST_BOX_KM:
        rows = rows.filter(within_box("latitude", "longitude", centre, radius_km))
    return rows.filter(LessThanOrEqual(earth_distance_km("latitude", "longitude", centre), Value(radius_km)))


def within_box(latitude: str, longitude: str, centre: Point, radius_km: float) -> Func:
    """Return a condition that is true for rows in the box round the circle of `radius_km` about `centre`."""
    there = earth(Value(centre.latitude), Value(centre.longitude))
    metres = Value(radius_km * 1000 * EARTHDISTANCE_RADIUS_KM / EARTH_RADIUS_KM)
    box = Func(there, metres, function="earth_box")
    return Func(
        box,
        earth(latitude, longitude),
        template="(%(expressions)s)",
        arg_joiner=" @> ",
        output_field=BooleanField(),
    )
