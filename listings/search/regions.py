"""In which region a place lies that is told: that of the nearest town of its country. And how both are numbered.

A hidden place is told as a cell, and its region only where all towns of the cell lie in one: what is known of the
place gets no finer by it. Of a whole country no region is told.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator"

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from accounts.selectors.regions import country_of_region, region_names, towns_by_country
from common.geo import Point, cell_of, middle_of, radius_of_km
from listings.disclosure.partition import RESOLUTIONS
from listings.search.columns import Spots, distance_in_km

Array = npt.NDArray[Any]
NOWHERE: Final = 0
_LETTERS: Final = 26
COUNTRIES: Final = 1 + _LETTERS * _LETTERS
_SAME_DEGREES: Final = 2e-5
"""Places are told to five decimals."""


def country_number(code: str) -> int:
    """Return a country as the columns number it; 0 for none."""
    return 1 + (ord(code[0]) - 65) * _LETTERS + ord(code[1]) - 65 if code else 0


def country_code(number: int) -> str:
    """Return the country of a number; empty for none."""
    return chr(65 + (number - 1) // _LETTERS) + chr(65 + (number - 1) % _LETTERS) if number else ""


@cache
def region_numbers() -> Mapping[str, int]:
    """Return the number of each region in the columns; 0 is none."""
    return {code: number for number, code in enumerate(region_names(), 1)}


@cache
def spots() -> Spots:
    """Return what each spot is."""
    countries = [country_number(country_of_region(code)) for code in region_names()]
    return Spots(
        np.array([*range(COUNTRIES), NOWHERE, *countries], np.int16),
        np.array([*[NOWHERE] * COUNTRIES, *range(1 + len(countries))], np.int16),
    )


def spots_of(country: Array, region: Array) -> Array:
    """Return the spot of each row: the country, or behind all countries the region where one is told."""
    return np.where(region == NOWHERE, country, COUNTRIES + region).astype(np.uint16)


@cache
def _towns(country: str) -> tuple[Array, Array, Array]:
    """Return latitude, longitude and region of a country's towns, from south to north."""
    towns = sorted(towns_by_country().get(country, ()), key=lambda town: town.latitude)
    numbers = region_numbers()
    return (
        np.array([town.latitude for town in towns], np.float64),
        np.array([town.longitude for town in towns], np.float64),
        np.array([numbers[town.region] for town in towns], np.int16),
    )


@cache
def _largest_town(country: str) -> Point:
    """Return the town that a whole country is told by, as `accounts.selectors.towns.largest_town`."""
    town = max(towns_by_country()[country], key=lambda town: town.population)
    return Point(town.latitude, town.longitude)


def regions_of(country: Array, latitude: Array, longitude: Array, is_cell: Array) -> Array:
    """Return the region of each place that is told, 0 for none; `country` as the columns number it, ° (WGS 84)."""
    found = np.zeros(len(country), np.int16)
    for number in np.unique(country).tolist():
        code = country_code(number)
        if not len(_towns(code)[0]):
            continue
        for is_told, lies in ((~is_cell, _of_places), (is_cell, _of_cells)):
            rows = np.flatnonzero((country == number) & is_told)
            # As complex numbers, since those are sorted as they are; many listings stand at one place.
            places, which = np.unique(latitude[rows] + 1j * longitude[rows], return_inverse=True)
            found[rows] = lies(code, places)[which]
    return found


def _of_places(country: str, places: Array) -> Array:
    latitudes, longitudes, regions = _towns(country)
    found: Array = regions[_nearest(places.real.copy(), places.imag.copy(), latitudes, longitudes)]
    return found


def _of_cells(country: str, places: Array) -> Array:
    found = [_region_of_cell(country, Point(place.real, place.imag)) for place in places.tolist()]
    return np.array(found, np.int16)


@lru_cache(maxsize=50_000)
def _region_of_cell(country: str, middle: Point) -> int:
    """Return the one region of all towns in the widest cell that `middle` stands for; 0 where there are several.

    Some cells have the middle of a wider one: of those the widest is taken, since which it is is not said here.
    """
    if _is_same(middle, _largest_town(country)):
        return NOWHERE
    for resolution in reversed(RESOLUTIONS):
        cell = cell_of(middle, resolution)
        if _is_same(middle, middle_of(cell)):
            break
    else:
        return NOWHERE
    latitudes, longitudes, regions = _towns(country)
    away_km = _all_away_km(middle.latitude, middle.longitude, latitudes, longitudes)
    inside = set(regions[away_km <= radius_of_km(cell)].tolist())
    [nearest] = _nearest(np.array([middle.latitude]), np.array([middle.longitude]), latitudes, longitudes)
    inside.add(int(regions[nearest]))
    return inside.pop() if len(inside) == 1 else NOWHERE


def _is_same(one: Point, other: Point) -> bool:
    return (
        abs(one.latitude - other.latitude) < _SAME_DEGREES
        and abs(one.longitude - other.longitude) < _SAME_DEGREES
    )


@njit(cache=True, nogil=True)
def _all_away_km(latitude, longitude, towns_latitude, towns_longitude):
    away_km = np.empty(len(towns_latitude))
    for at in range(len(towns_latitude)):
        away_km[at] = distance_in_km(latitude, longitude, towns_latitude[at], towns_longitude[at])
    return away_km


@njit(cache=True, nogil=True)
def _nearest(latitude, longitude, towns_latitude, towns_longitude):
    """The nearest town of each place by the chord: outwards from its parallel, until no town can be nearer."""
    phi, other = np.radians(towns_latitude), np.radians(towns_longitude)
    x, y, z = np.cos(phi) * np.cos(other), np.cos(phi) * np.sin(other), np.sin(phi)
    found = np.zeros(len(latitude), np.int64)
    count = len(towns_latitude)
    for i in range(len(latitude)):
        here, along = np.radians(latitude[i]), np.radians(longitude[i])
        at_x, at_y, at_z = np.cos(here) * np.cos(along), np.cos(here) * np.sin(along), np.sin(here)
        north = np.searchsorted(towns_latitude, latitude[i])
        south = north - 1
        best = np.inf
        while True:
            to_north = np.inf if north >= count else phi[north] - here
            to_south = np.inf if south < 0 else here - phi[south]
            nearer = min(to_north, to_south)
            # An arc is longer than its chord, by less than a twentieth up to a sixth of the globe.
            if nearer == np.inf or (nearer < 1.0 and nearer * nearer > 1.1 * best):
                break
            at = north if to_north <= to_south else south
            chord = (x[at] - at_x) ** 2 + (y[at] - at_y) ** 2 + (z[at] - at_z) ** 2
            if chord < best:
                best, found[i] = chord, at
            if to_north <= to_south:
                north += 1
            else:
                south -= 1
    return found
