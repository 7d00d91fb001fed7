"""Regions of countries: the first level below the country, as GeoNames parts it, known by their towns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import get_language

from accounts.selectors.towns import DATA
from common.reading.tables import read_rows

_COUNTRY_LETTERS: Final = 2


@dataclass(frozen=True)
class TownInRegion:
    """A town that tells in which region what lies near it is."""

    latitude: float
    longitude: float
    population: int
    region: str


def country_of_region(region: str) -> str:
    """Return the country of a region's code: DK of DK.20."""
    return region[:_COUNTRY_LETTERS]


def region_names() -> Mapping[str, str]:
    """Return the name of every region by its code (GeoNames, as DK.20), in the reader's language; in order of codes."""
    return _region_names((get_language() or "en").partition("-")[0])


@cache
def _region_names(language: str) -> Mapping[str, str]:
    names = {
        row["region"]: row["name"] for row in read_rows(DATA, "regions.csv", ("region", "name", "towns"))
    }
    file = f"region_names_{language}.csv"
    if (DATA / file).exists():
        names |= {row["region"]: row["name"] for row in read_rows(DATA, file, ("region", "name"))}
    return names


@cache
def towns_by_country() -> Mapping[str, tuple[TownInRegion, ...]]:
    """Return the towns of which the region is known, by country: every town of the countries that are parted."""
    rows = read_rows(DATA, "regions.csv", ("region", "name", "towns"))
    region_of = {town: row["region"] for row in rows for town in row["towns"].split("|")}
    columns = ("id", "name", "ascii_name", "country", "latitude", "longitude", "population", "timezone")
    found: dict[str, list[TownInRegion]] = {}
    for town in read_rows(DATA, "towns.csv", columns):
        if region := region_of.get(town["id"]):
            place = TownInRegion(
                float(town["latitude"]), float(town["longitude"]), int(town["population"]), region
            )
            found.setdefault(town["country"], []).append(place)
    return {country: tuple(towns) for country, towns in found.items()}
