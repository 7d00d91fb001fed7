"""The climates of the file, the balance of a greenhouse in them, and what is said of one that is not there."""

from pathlib import Path

import numpy as np
import pytest

from planning.cases.assumptions import Assumptions, Basis
from planning.cases.glass_greenhouse import case_at
from planning.cases.glass_greenhouse.climate import FILE, MissingClimate, climate_of, climates
from planning.cases.glass_greenhouse.heat import (
    FURNACE,
    GREENHOUSE,
    area_at_peak_ha,
    area_by_month_ha,
    area_by_year_ha,
    covered_mwh,
    day_hours,
    exhaust_mw,
    heat_demand,
    peak_w_m2,
    usable_mw,
)


def _given(town: str) -> Assumptions:
    return Assumptions([*climate_of(town).assumptions(), *FURNACE, *GREENHOUSE])


def test_file_holds_18_places_of_twelve_months_8_of_them_recalled() -> None:
    found = climates()
    assert len(found) == 18
    assert [town for town, one in found.items() if one.basis is Basis.GENERAL] == [
        *("Kalundborg", "Kota", "Toledo OH", "Ulsan", "Turku", "Oulu", "St Helens", "Aachen"),
    ]
    kingston = found["Kingston ON"]
    assert (kingston.country, kingston.latitude, kingston.temperature_c[0]) == ("CA", 44.22, -6.3)
    assert sum(kingston.radiation_kwh_m2) == pytest.approx(1441.0)


def test_missing_climate_is_named_with_those_there_are() -> None:
    with pytest.raises(
        MissingClimate, match=r"Atlantis: no climate is known for it\. There are Kingston ON, London"
    ):
        case_at("Atlantis")


@pytest.mark.parametrize(("change", "said"), [("lost", "look at May"), ("twice", "look at May")])
def test_missing_month_is_named(tmp_path: Path, change: str, said: str) -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    may = next(line for line in lines if line.startswith("Kingston ON") and line.split(",")[4] == "5")
    lines = [line for line in lines if line != may] if change == "lost" else [*lines, may]
    broken = tmp_path / "climate.csv"
    broken.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(MissingClimate, match=f"Kingston ON: each month is needed once; {said}"):
        climate_of("Kingston ON", broken)


def test_day_has_twelve_hours_at_the_equator_and_none_or_all_beyond_the_polar_circle() -> None:
    assert day_hours(0.0).tolist() == pytest.approx([12.0] * 12)
    assert day_hours(80.0)[[0, 5]].tolist() == [0.0, 24.0]
    assert day_hours(44.22)[[0, 5]].tolist() == pytest.approx([9.07, 15.27], abs=0.05)


@pytest.mark.parametrize(
    ("town", "kwh"),
    [
        ("Kingston ON", 422),
        ("Kalundborg", 362),
        ("Toledo OH", 303),
        ("Turku", 517),
        ("Oulu", 637),
        ("London (Gatwick)", 299),
        ("Cologne", 326),
        ("Ulsan", 180),
        ("Kota", 13),
    ],
)
def test_demand_of_a_year_is_that_computed_elsewhere(town: str, kwh: float) -> None:
    assert heat_demand(_given(town)).sum() == pytest.approx(kwh, rel=0.004, abs=0.5)


def test_demand_of_kingston_by_month_and_of_one_month_by_hand() -> None:
    given = _given("Kingston ON")
    demand = heat_demand(given)
    assert demand.round(1).tolist() == [90.5, 68.3, 47.2, 29.8, 14.4, 5.8, 0.0, 0.0, 9.2, 21.9, 45.6, 89.3]
    light = day_hours(44.22)[0] * 31
    night = (4 * 1.25 + 0.6) * (17 - (-6.3 - 3)) * (744 - light) / 1000
    day = (6 * 1.25 + 0.6) * (20 - (-6.3 + 3)) * light / 1000 - 0.6 * 51.2
    assert demand[0] == pytest.approx(night + day)


def test_peak_furnace_and_areas_of_kingston() -> None:
    given = _given("Kingston ON")
    # 5.6 W/m²K × 37 K.
    assert peak_w_m2(given) == pytest.approx(207.2)
    assert exhaust_mw(given) == pytest.approx(10.0)
    assert usable_mw(given) == pytest.approx(10 * 260 / 395)
    assert usable_mw(given.changed({"stack temperature": 500.0})) == 0.0
    demand, heat = heat_demand(given), usable_mw(given)
    assert area_by_month_ha(heat, demand) == pytest.approx(heat * 744 / (demand[0] * 10))
    assert area_by_month_ha(heat, demand) == pytest.approx(5.41, abs=0.01)
    assert area_by_year_ha(heat, demand) == pytest.approx(13.66, abs=0.01)
    assert area_at_peak_ha(heat, given) == pytest.approx(3.18, abs=0.01)
    assert area_by_year_ha(heat, np.zeros(12)) == float("inf")


def test_a_yearly_sum_counts_on_heat_that_is_not_there_in_winter() -> None:
    given = _given("Kingston ON")
    demand, heat = heat_demand(given), usable_mw(given)
    area = area_by_year_ha(heat, demand)
    # By the year's sum all of it would be covered; month by month 61 % is.
    assert covered_mwh(heat, demand, area).sum() / (demand.sum() * 10 * area) == pytest.approx(
        0.607, abs=0.001
    )
    small = area_by_month_ha(heat, demand)
    assert covered_mwh(heat, demand, small).sum() == pytest.approx(demand.sum() * 10 * small)
