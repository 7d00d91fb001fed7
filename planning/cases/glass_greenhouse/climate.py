"""The months of a place: temperature and radiation, from `planning/data/climate_monthly.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from planning.cases.assumptions import Assumption, Basis
from planning.optimize.network import MONTHS

FILE: Final = Path(__file__).parents[2] / "data" / "climate_monthly.csv"


class MissingClimate(LookupError):
    """There is no climate for a place, or it lacks months; the message says which and what there is."""


@dataclass(frozen=True)
class Climate:
    """Twelve months of a place, January first."""

    town: str
    country: str
    latitude: float
    """Degrees north."""
    temperature_c: tuple[float, ...]
    """Mean of the month."""
    radiation_kwh_m2: tuple[float, ...]
    """Sum of the month on a horizontal square metre."""
    basis: Basis
    kind: str
    """Measured or interpolated typical year, or recalled."""
    source: str

    def assumptions(self) -> list[Assumption]:
        """Return latitude, temperatures and radiation as assumptions, each to be changed by itself."""
        source = f"{self.town}, {self.kind}: {self.source}"
        latitude = Assumption("latitude", self.latitude, "°", Basis.PUBLISHED, f"map, {self.town}")
        return [
            latitude,
            *(
                Assumption(temperature_of(month), value, "°C", self.basis, source)
                for month, value in zip(MONTHS, self.temperature_c, strict=True)
            ),
            *(
                Assumption(radiation_of(month), value, "kWh/m²", self.basis, source)
                for month, value in zip(MONTHS, self.radiation_kwh_m2, strict=True)
            ),
        ]


def temperature_of(month: str) -> str:
    """Return the name of the assumption that holds a month's temperature."""
    return f"temperature, {month}"


def radiation_of(month: str) -> str:
    """Return the name of the assumption that holds a month's radiation."""
    return f"radiation, {month}"


def climate_of(town: str, file: Path = FILE) -> Climate:
    """Return the climate of a town. MissingClimate: there is none, or a month is missing or there twice."""
    found = climates(file)
    if town not in found:
        raise MissingClimate(f"{town}: no climate is known for it. There are {', '.join(found)}.")
    return found[town]


@cache
def climates(file: Path = FILE) -> dict[str, Climate]:
    """Return all climates of a file by town, in its order. MissingClimate: a month is missing or there twice."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    by_town: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_town.setdefault(row["town"], []).append(row)
    return {town: _climate(town, months) for town, months in by_town.items()}


def _climate(town: str, rows: list[dict[str, str]]) -> Climate:
    numbers = sorted(int(row["month"]) for row in rows)
    wrong = [number for number in range(1, 13) if numbers.count(number) != 1]
    if wrong:
        names = ", ".join(MONTHS[number - 1] for number in wrong)
        raise MissingClimate(f"{town}: each month is needed once; look at {names}.")
    months = sorted(rows, key=lambda row: int(row["month"]))
    first = months[0]
    return Climate(
        town=town,
        country=first["country"],
        latitude=float(first["latitude"]),
        temperature_c=tuple(float(row["mean_temperature_c"]) for row in months),
        radiation_kwh_m2=tuple(float(row["radiation_kwh_m2"]) for row in months),
        basis=Basis(first["basis"]),
        kind=first["kind"],
        source=first["source"],
    )
