"""What a heated greenhouse takes and what a glass furnace's exhaust gives, month by month.

A plain balance per square metre of floor, after steady-state U values (ASHRAE Fundamentals, heat loss through cover and
by infiltration), a night with the screen closed and a day on which a share of the sun's radiation heats. Heat pumps,
storage and cooling are not in it. Day length: Cooper 1969 and the sunset angle (Duffie and Beckman, equations 1.6.1
and 1.6.10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from planning.cases.assumptions import Assumption, Basis
from planning.cases.glass_greenhouse.climate import radiation_of, temperature_of
from planning.optimize.network import HOURS_PER_YEAR, MONTH_DAYS, MONTHS, Float

MID_MONTH: Final = 15
MWH_PER_HA: Final = 10.0
"""MWh per hectare of 1 kWh per m²."""

GREENHOUSE: Final = [
    Assumption("U, screen closed", 4.0, "W/m²K", Basis.GENERAL, "single glass with a closed thermal screen"),
    Assumption(
        "U, screen open",
        6.0,
        "W/m²K",
        Basis.PUBLISHED,
        "EMB3Rs, default of its greenhouse (ba9eac3): cover 6 W/m²K",
    ),
    Assumption(
        "cover per floor", 1.25, "m²/m²", Basis.GENERAL, "a Venlo house of some hectares, with its walls"
    ),
    Assumption("infiltration", 0.6, "W/m²K", Basis.GENERAL, "about 0.4 air changes an hour at 4.5 m"),
    Assumption("set point, night", 17.0, "°C", Basis.GENERAL, "tomatoes"),
    Assumption("set point, day", 20.0, "°C", Basis.GENERAL, "tomatoes"),
    Assumption(
        "swing",
        3.0,
        "K",
        Basis.GENERAL,
        "days are as much warmer than the month's mean, nights as much colder",
    ),
    Assumption(
        "sun that heats",
        0.6,
        "share",
        Basis.GENERAL,
        "of what falls on the roof: transmission less evaporation",
    ),
    Assumption("coldest night", -20.0, "°C", Basis.GENERAL, "for the peak: a cold night at Kingston"),
]
FURNACE: Final = [
    Assumption(
        "glass melted", 600.0, "t/d", Basis.GENERAL, "a usual float line; the paper's size was not found"
    ),
    Assumption(
        "exhaust heat",
        0.4,
        "MWh/t",
        Basis.GENERAL,
        "above 25 °C and before any recovery; float glass at 6.3 GJ/t",
    ),
    Assumption(
        "exhaust temperature", 420.0, "°C", Basis.GENERAL, "after the regenerators; the paper's was not found"
    ),
    Assumption("stack temperature", 160.0, "°C", Basis.GENERAL, "above the acid dew point"),
    Assumption("ambient temperature", 25.0, "°C", Basis.GENERAL, "to which the exhaust heat is counted"),
    Assumption("heating water", 60.0, "°C", Basis.GENERAL, "what the greenhouse's pipes need"),
    Assumption("approach", 20.0, "K", Basis.GENERAL, "least difference of the exchanger"),
]


def day_hours(latitude: float) -> Float:
    """Return the hours from sunrise to sunset of the middle of each month (12), from 0 to 24."""
    number = np.cumsum([0, *MONTH_DAYS[:-1]]) + MID_MONTH
    declination = np.radians(23.45 * np.sin(np.radians(360 * (284 + number) / 365)))
    cosine = np.clip(-np.tan(np.radians(latitude)) * np.tan(declination), -1.0, 1.0)
    hours: Float = 2 * np.degrees(np.arccos(cosine)) / 15
    return hours


def heat_demand(given: Mapping[str, float]) -> Float:
    """Return the heat that a greenhouse needs (12), kWh per m² of floor and month; the sun's surplus is no gain.

    night = (U_closed × cover + infiltration) × (night − (T − swing)) × hours of night
    day = (U_open × cover + infiltration) × (day − (T + swing)) × hours of day − share × G
    each at least nothing; `given` holds `GREENHOUSE` and a climate's assumptions.
    """
    temperature = np.array([given[temperature_of(month)] for month in MONTHS])
    radiation = np.array([given[radiation_of(month)] for month in MONTHS])
    days = np.array(MONTH_DAYS, dtype=np.float64)
    light = day_hours(given["latitude"]) * days
    night = (
        _loss(given, "U, screen closed")
        * (given["set point, night"] - (temperature - given["swing"]))
        * (24 * days - light)
        / 1000
    )
    day = (
        _loss(given, "U, screen open")
        * (given["set point, day"] - (temperature + given["swing"]))
        * light
        / 1000
        - given["sun that heats"] * radiation
    )
    found: Float = np.maximum(night, 0.0) + np.maximum(day, 0.0)
    return found


def peak_w_m2(given: Mapping[str, float]) -> float:
    """Return the heat in the coldest night, W per m²: (U_closed × cover + infiltration) × (night − coldest)."""
    return _loss(given, "U, screen closed") * (given["set point, night"] - given["coldest night"])


def exhaust_mw(given: Mapping[str, float]) -> float:
    """Return the furnace's exhaust heat above ambient, MW: t/d ÷ 24 × MWh/t."""
    return given["glass melted"] / 24 * given["exhaust heat"]


def usable_mw(given: Mapping[str, float]) -> float:
    """Return what can be taken from it, MW: the share (exhaust − stack) ÷ (exhaust − ambient)."""
    share = (given["exhaust temperature"] - given["stack temperature"]) / (
        given["exhaust temperature"] - given["ambient temperature"]
    )
    return exhaust_mw(given) * max(share, 0.0)


def area_by_month_ha(heat_mw: float, demand: Float) -> float:
    """Return the area that a steady heat keeps warm in every month: the least of heat ÷ demand; infinite: no demand."""
    hours = np.array(MONTH_DAYS, dtype=np.float64) * 24
    with np.errstate(divide="ignore"):
        return float((heat_mw * hours / (demand * MWH_PER_HA)).min())


def area_by_year_ha(heat_mw: float, demand: Float) -> float:
    """Return the area that the year's sums suggest: as if July's heat could be had in January."""
    return heat_mw * HOURS_PER_YEAR / (float(demand.sum()) * MWH_PER_HA) if demand.any() else float("inf")


def area_at_peak_ha(heat_mw: float, given: Mapping[str, float]) -> float:
    """Return the area that it keeps warm in the coldest night, without a boiler."""
    return heat_mw * 1e6 / peak_w_m2(given) / 1e4


def covered_mwh(heat_mw: float, demand: Float, area_ha: float) -> Float:
    """Return what the heat covers of an area's demand (12), MWh: the smaller of both in each month."""
    hours = np.array(MONTH_DAYS, dtype=np.float64) * 24
    found: Float = np.minimum(heat_mw * hours, demand * MWH_PER_HA * area_ha)
    return found


def _loss(given: Mapping[str, float], cover: str) -> float:
    return given[cover] * given["cover per floor"] + given["infiltration"]
