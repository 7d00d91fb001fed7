"""How much open water the straight line between two places crosses, by the land of the map that is shipped.

The land is Natural Earth's at 1:50 million, as `static/js/basemap.js` draws it. Its coasts lie a kilometre or more
beside the real ones, straits as the Little Belt are drawn far too wide, and an anonymous party stands in the middle of
a cell that may be in the sea. So water near either end does not count, nor does a narrow one: harbours, rivers, fjords.
Bridges and road tunnels are known only as far as `ROADS_OVER_WATER` names them, ferries not at all.

All is done on the sphere, where the date line and the poles are places like others.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine.geo import unit_vectors

OPEN_WATER_KM: Final = 5.0
"""What crosses more than this goes by ship, or the long way round."""
NEAR_AN_END_KM: Final = 5.0
"""Water so near to either end does not count."""
NARROW_KM: Final = 2.0
"""Nor does a stretch of water that is no longer."""
LONG_WAY: Final = 1.3
"""A way over land of at most so many times the straight line is no long way round: roads are so much longer anyhow."""
ROADS_OVER_WATER: Final = {
    "Little Belt": ((55.54, 9.60), (55.46, 9.90)),
    "Great Belt": ((55.32, 10.76), (55.38, 11.27)),
    "Øresund": ((55.63, 12.65), (55.56, 12.98)),
    "Øresund, from farther west": ((55.65, 12.30), (55.56, 12.98)),
    "Parainen": ((60.42, 22.42), (60.32, 22.30)),
    "Öland": ((56.68, 16.30), (56.65, 16.52)),
    "Western Scheldt": ((51.43, 3.77), (51.31, 3.84)),
    "Normandy": ((49.49, 0.27), (49.39, 0.28)),
    "Humber": ((53.74, -0.45), (53.66, -0.43)),
    "Severn": ((51.55, -2.56), (51.60, -2.78)),
    "Forth": ((55.96, -3.41), (56.06, -3.42)),
    "Osman Gazi": ((40.80, 29.47), (40.68, 29.50)),
    "Rio–Antirrio": ((38.27, 21.79), (38.42, 21.75)),
}
"""Bridges and road tunnels of Europe that are longer than what else counts as narrow on the map: places on land at both
ends, in degrees (general knowledge; a train under the Channel is no road)."""
EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius (IUGG), as of the distances."""

_LAND: Final = Path(__file__).resolve().parent.parent / "static/vendor/world-atlas-2.0.2/countries-50m.json"
_NORTH_POLE: Final = np.array([0.0, 0.0, 1.0])
"""A place in the water, from which one counts coasts."""
_NEAR: Final = NEAR_AN_END_KM / EARTH_RADIUS_KM
_SMALL: Final = 1e-12
_BENDS: Final = tuple((along, aside) for along in (0.25, 0.5, 0.75) for aside in (-1, 1, -2, 2, -3, 3))
"""Where the ways round are tried to bend: how far along the line, and how many thirds of the farthest aside."""
Float = npt.NDArray[np.float64]


class _Coast(NamedTuple):
    """Short straight pieces of coast; their ends on the unit sphere, each n × 3."""

    start: Float
    end: Float
    longest: float
    """Of the pieces, in radians."""


def open_water_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return km of open water on the great circle between two places in degrees, the shorter way.

    The same both ways; 0 for places near each other. Of places just opposite each other it takes any way.
    ValueError for what is no place.
    """
    return _between(*_in_order((latitude, longitude), (other_latitude, other_longitude)))


def water_to_cross_km(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float | None:
    """Return the same where what goes by road needs a ship, or the long way round; None where it does not.

    It does where the line crosses more than `OPEN_WATER_KM`, and so does each way that is tried and at most `LONG_WAY`
    times as long: with one bend, because round a gulf one drives, and over the bridges that lie on the way.
    """
    return _to_cross(*_in_order((latitude, longitude), (other_latitude, other_longitude)))


_Place = tuple[float, float]


def _in_order(one: _Place, other: _Place) -> tuple[_Place, _Place]:
    for latitude, longitude in (one, other):
        if not (-90 <= latitude <= 90 and math.isfinite(longitude)):
            raise ValueError(f"no place on the globe: {latitude}, {longitude}")
    return (one, other) if one <= other else (other, one)


@lru_cache(maxsize=50_000)
def _between(start: _Place, end: _Place) -> float:
    a, b = _vector(*start), _vector(*end)
    return _water_km((a, b), _coast(), _is_in_water(start)) if _way(a, b)[1] > 2 * _NEAR else 0.0


@lru_cache(maxsize=50_000)
def _to_cross(start: _Place, end: _Place) -> float | None:
    water_km = _between(start, end)
    if water_km <= OPEN_WATER_KM:
        return None
    a, b = _vector(*start), _vector(*end)
    normal, length = _way(a, b)
    # A long way round may lead anywhere there.
    if length * LONG_WAY >= math.pi:
        return water_km
    coast = _coast()
    middle = _along(a, normal, length / 2)
    near = coast.start @ middle > math.cos(min(math.pi, length * LONG_WAY / 2 + coast.longest))
    nearby = _Coast(coast.start[near], coast.end[near], coast.longest)
    is_in_water = _is_in_water(start)
    for places in (*_over_bridges(a, b), *((a, bend, b) for bend in _bends(a, normal, length))):
        if _water_km(places, nearby, is_in_water) <= OPEN_WATER_KM:
            return None
    return water_km


def _bends(a: Float, normal: Float, length: float) -> Iterator[Float]:
    """The places through which a way round is tried."""
    for along, aside in _BENDS:
        foot = _along(a, normal, along * length)
        # On the ellipse round both ends, which a way of that length cannot leave; flat, which is near enough.
        farthest = length / 2 * math.sqrt((LONG_WAY**2 - 1) * (1 - ((2 * along - 1) / LONG_WAY) ** 2))
        angle = aside / 3 * farthest
        yield math.cos(angle) * foot + math.sin(angle) * normal


def _over_bridges(a: Float, b: Float) -> Iterator[tuple[Float, ...]]:
    """The ways over one or more bridges, none too long: a, both ends of each, b."""
    most = LONG_WAY * _way(a, b)[1]
    on_the_way = []
    for ends in ROADS_OVER_WATER.values():
        one, other = (_vector(*end) for end in ends)
        if a @ one < a @ other:
            one, other = other, one
        if _length((a, one, other, b)) <= most:
            on_the_way.append((one, other))
    on_the_way.sort(key=lambda ends: -float(a @ ends[0]))
    for count in range(1, len(on_the_way) + 1):
        for bridges in combinations(on_the_way, count):
            places = (a, *(end for ends in bridges for end in ends), b)
            if _length(places) <= most:
                yield places


def _length(places: tuple[Float, ...]) -> float:
    return sum(_way(a, b)[1] for a, b in pairwise(places))


def _water_km(places: tuple[Float, ...], coast: _Coast, is_in_water: bool) -> float:
    """Km of open water on the way through the places, of which the first is in the water or not; with more than three,
    every other part is a bridge."""
    total, begun, end = 0.0, 0.0, _length(places)
    for part, (a, b) in enumerate(pairwise(places)):
        length, crossed = _way(a, b)[1], _coasts(a, b, coast)
        marks = begun + np.concatenate(([0.0], crossed, [length]))
        stretches = np.diff(np.clip(marks, _NEAR, end - _NEAR)) * EARTH_RADIUS_KM
        # Water and land take turns.
        water = stretches[0 if is_in_water else 1 :: 2]
        is_bridge = len(places) > 3 and part % 2 == 1
        total += 0.0 if is_bridge else float(water[water > NARROW_KM].sum())
        is_in_water ^= len(crossed) % 2 == 1
        begun += length
    return total


@lru_cache(maxsize=50_000)
def _is_in_water(place: _Place) -> bool:
    return len(_coasts(_NORTH_POLE, _vector(*place), _coast())) % 2 == 0


def _vector(latitude: float, longitude: float) -> Float:
    phi, lam = math.radians(latitude), math.radians(longitude)
    return np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])


def _way(a: Float, b: Float) -> tuple[Float, float]:
    """The normal of the plane of the great circle from a to b, and how far it is in radians."""
    across = _cross(a, b)
    size = math.sqrt(across @ across)
    length = math.atan2(size, float(a @ b))
    if size < _SMALL:
        # The same place, or the one opposite: any plane through it.
        across = _cross(a, np.eye(3)[np.argmin(np.abs(a))])
        size = math.sqrt(across @ across)
    return across / size, length


def _cross(a: Float, b: Float) -> Float:
    """The cross product; numpy's own takes ten times as long for two single vectors."""
    (x, y, z), (u, v, w) = a.tolist(), b.tolist()
    return np.array([y * w - z * v, z * u - x * w, x * v - y * u])


def _along(a: Float, normal: Float, angle: float) -> Float:
    """The place so far from a on the great circle."""
    return math.cos(angle) * a + math.sin(angle) * _cross(normal, a)


def _coasts(a: Float, b: Float, coast: _Coast) -> Float:
    """Where the way from a to b crosses a coast: in radians from a, in order."""
    normal, length = _way(a, b)
    before, after = coast.start @ normal, coast.end @ normal
    [at] = np.nonzero((before >= 0) != (after >= 0))
    share = before[at] / (before[at] - after[at])
    met = coast.start[at] + share[:, None] * (coast.end[at] - coast.start[at])
    angle = np.arctan2(met @ _cross(normal, a), met @ a)
    return np.sort(angle[(angle >= 0) & (angle <= length)])


@cache
def _coast() -> _Coast:
    """The coasts of the map, read once in a process."""
    with _LAND.open(encoding="utf-8") as file:
        topology = json.load(file)
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    # A line that two pieces of land share is no coast.
    uses = Counter(arc if arc >= 0 else ~arc for arc in _arcs(topology["objects"]["land"]))
    starts, ends = [], []
    for arc, times in uses.items():
        if times % 2:
            longitude, latitude = (np.cumsum(topology["arcs"][arc], axis=0) * scale + shift).T
            points = unit_vectors(latitude, longitude).T
            starts.append(points[:-1])
            ends.append(points[1:])
    start, end = np.concatenate(starts), np.concatenate(ends)
    return _Coast(start, end, 2 * math.asin(float(np.linalg.norm(end - start, axis=1).max()) / 2))


def _arcs(geometry: dict[str, Any]) -> list[int]:
    """The numbers of the lines of all rings; one below 0 says ~n, which is n backwards."""
    if geometry["type"] == "GeometryCollection":
        return [arc for each in geometry["geometries"] for arc in _arcs(each)]
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    return [arc for polygon in polygons for ring in polygon for arc in ring]
