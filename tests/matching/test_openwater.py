"""Open water between two places: known crossings, odd places of the globe, and a slow twin by points in polygons."""

import json
import math
import random
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from matching.openwater import NARROW_KM, NEAR_AN_END_KM, ROADS_OVER_WATER, open_water_km, water_to_cross_km

KM_PER_DEGREE = math.pi / 180 * 6371.0088
KALUNDBORG, SLAGELSE, AALBORG, AARHUS = (55.66, 11.08), (55.40, 11.35), (57.06, 9.98), (56.15, 10.20)
ODENSE, COPENHAGEN, MALMO, LUND = (55.40, 10.39), (55.676, 12.568), (55.605, 13.0), (55.70, 13.19)
NYBORG, KORSOR, ESBJERG = (55.31, 10.79), (55.33, 11.14), (55.47, 8.45)
LINZ, VIENNA, DOVER, CALAIS = (48.31, 14.29), (48.21, 16.37), (51.13, 1.31), (50.95, 1.86)
ROTTERDAM, HARWICH, LE_HAVRE, CAEN = (51.92, 4.48), (51.945, 1.28), (49.49, 0.10), (49.18, -0.37)
GENOA, LIVORNO, BARI, BRINDISI = (44.41, 8.93), (43.55, 10.31), (41.12, 16.87), (40.63, 17.94)
NAPLES, SORRENTO, CHICAGO, MUSKEGON = (40.85, 14.27), (40.63, 14.38), (41.88, -87.63), (43.23, -86.25)


@pytest.mark.parametrize(
    ("start", "end", "water_km", "is_to_cross"),
    [
        pytest.param(KALUNDBORG, AALBORG, 73.2, True, id="Kattegat"),
        pytest.param(KALUNDBORG, AARHUS, 52.1, True, id="the same, to the west"),
        pytest.param(DOVER, CALAIS, 33.4, True, id="a tunnel for trains is no road"),
        pytest.param(ROTTERDAM, HARWICH, 183.3, True, id="North Sea"),
        pytest.param(LE_HAVRE, CAEN, 24.7, True, id="the bridge is far up the river"),
        pytest.param(NAPLES, SORRENTO, 16.2, True, id="the road round the bay is twice as long"),
        pytest.param(KALUNDBORG, ODENSE, 23.3, True, id="the bridge is far in the south"),
        pytest.param(COPENHAGEN, MALMO, 18.2, False, id="a bridge on the way"),
        pytest.param(ODENSE, COPENHAGEN, 27.3, False, id="another bridge"),
        pytest.param(ESBJERG, LUND, 97.8, False, id="three bridges"),
        pytest.param(GENOA, LIVORNO, 136.1, False, id="one drives round the gulf"),
        pytest.param(BARI, BRINDISI, 10.2, False, id="a cape across a bay"),
        pytest.param(KALUNDBORG, SLAGELSE, 0, False, id="one island"),
        pytest.param(LINZ, VIENNA, 0, False, id="far from the sea"),
        # What the map does not know.
        pytest.param(NYBORG, KORSOR, 12.3, True, id="wrong: both ends of a bridge, drawn too far inland"),
        pytest.param(CHICAGO, MUSKEGON, 0, False, id="wrong: lakes are land"),
    ],
)
def test_known_pairs(
    start: tuple[float, float], end: tuple[float, float], water_km: float, is_to_cross: bool
) -> None:
    assert open_water_km(*start, *end) == pytest.approx(water_km, abs=0.06)
    assert open_water_km(*end, *start) == open_water_km(*start, *end)
    found = water_to_cross_km(*start, *end)
    assert found == (open_water_km(*start, *end) if is_to_cross else None)
    assert water_to_cross_km(*end, *start) == found


@pytest.mark.parametrize("place", [KALUNDBORG, (0.0, -160.0), (90.0, 12.0), (-90.0, 0.0), (-16.8, 180.0)])
def test_one_place_has_no_water_between(place: tuple[float, float]) -> None:
    assert open_water_km(*place, *place) == 0
    assert water_to_cross_km(*place, *place) is None


def test_water_near_the_ends_does_not_count() -> None:
    # In the middle of the Pacific: all of two degrees, less 5 km at both ends; and nothing of 10 km.
    assert open_water_km(0, -160, 0, -158) == pytest.approx(2 * KM_PER_DEGREE - 2 * NEAR_AN_END_KM, abs=1e-6)
    assert open_water_km(0, -160, 0, -160 + 10 / KM_PER_DEGREE) == 0


def test_date_line_is_a_place_like_others() -> None:
    expected = pytest.approx(2 * KM_PER_DEGREE - 2 * NEAR_AN_END_KM, abs=1e-6)
    for west, east in ((179, -179), (179, 181), (539, -179)):
        assert open_water_km(0, west, 0, east) == expected
    # Through Russia, whose east lies on the other side of it.
    assert open_water_km(67.0, 177.0, 66.6, -176.0) == 0


def test_poles_are_places_like_others() -> None:
    ocean = pytest.approx(5 * KM_PER_DEGREE - 2 * NEAR_AN_END_KM, abs=1e-6)
    for longitude in (-180, 0, 77):
        assert open_water_km(85, longitude, 90, 0) == ocean
        assert open_water_km(-89, longitude, -90, 123) == 0
    # Straight over it.
    assert open_water_km(86, 20, 86, -160) == pytest.approx(8 * KM_PER_DEGREE - 10, abs=1e-6)


def test_opposite_places_have_some_way() -> None:
    assert 10_000 < open_water_km(0, -160, 0, 20) < 20_016
    assert 10_000 < open_water_km(90, 0, -90, 0) < 20_016


@pytest.mark.parametrize("place", [(91.0, 0.0), (math.nan, 0.0), (0.0, math.nan), (0.0, math.inf)])
def test_what_is_no_place_is_said_so(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no place on the globe"):
        open_water_km(*place, *KALUNDBORG)


def test_bridges_stand_on_the_land_of_the_map() -> None:
    rings = Rings()
    ends = np.array([end for ends in ROADS_OVER_WATER.values() for end in ends])
    assert rings.is_water(ends[:, 0], ends[:, 1]).sum() == 0


class Rings:
    """The land as straight lines on a flat map, and whether points lie in it: even or odd to the north."""

    def __init__(self) -> None:
        path = Path(settings.ROOT) / "static/vendor/world-atlas-2.0.2/countries-50m.json"
        topology = json.loads(path.read_text(encoding="utf-8"))
        scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
        arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
        [land] = topology["objects"]["land"]["geometries"]
        rings = [
            np.concatenate([arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring])
            for polygon in land["arcs"]
            for ring in polygon
        ]
        lines = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
        # Of Europe, where nothing meets the date line.
        here = (lines[:, [0, 2]].max(axis=1) > -15) & (lines[:, [0, 2]].min(axis=1) < 40)
        here &= np.abs(lines[:, 0] - lines[:, 2]) < 90
        self.lines = lines[here]

    def is_water(self, latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
        x0, y0, x1, y1 = self.lines.T
        found = []
        for y, x in zip(latitude, longitude, strict=True):
            spans = (x0 > x) != (x1 > x)
            at = y0[spans] + (x - x0[spans]) / (x1[spans] - x0[spans]) * (y1[spans] - y0[spans])
            found.append((at > y).sum() % 2 == 0)
        return np.array(found)


def vector(latitude: float, longitude: float) -> np.ndarray:
    phi, lam = math.radians(latitude), math.radians(longitude)
    return np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])


def test_twin_that_asks_every_quarter_of_a_km_says_the_same() -> None:
    rings, luck = Rings(), random.Random(5)
    step_km, crossed = 0.25, 0
    for _ in range(12):
        start = (luck.uniform(36, 64), luck.uniform(-9, 30))
        end = (start[0] + luck.uniform(-2, 2), start[1] + luck.uniform(-3, 3))
        a, b = vector(*start), vector(*end)
        angle = math.acos(a @ b)
        length_km = angle * 6371.0088
        at_km = np.arange(NEAR_AN_END_KM + step_km / 2, length_km - NEAR_AN_END_KM, step_km)
        share = at_km[:, None] / length_km
        on_it = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / math.sin(angle)
        latitude, longitude = (
            np.degrees(np.arcsin(on_it[:, 2])),
            np.degrees(np.arctan2(on_it[:, 1], on_it[:, 0])),
        )
        runs = [(wet, len(list(run)) * step_km) for wet, run in groupby(rings.is_water(latitude, longitude))]
        water = [km for wet, km in runs if wet]
        # Of a run about as long as what is narrow the twin cannot tell.
        least, most = (
            sum(km for km in water if km > NARROW_KM + doubt) + sign * 2 * step_km * len(water)
            for doubt, sign in ((step_km * 2, -1), (-step_km * 2, 1))
        )
        found = open_water_km(*start, *end)
        assert least <= found <= most, (start, end)
        crossed += found > 0
    assert 3 <= crossed <= 11, "both kinds are tried"


def test_a_way_round_is_never_told_of_less_water_than_there_is() -> None:
    """Whatever is said to be crossed is the straight line's figure, and above the bar."""
    luck = random.Random(7)
    places = [(luck.uniform(36, 64), luck.uniform(-9, 30)) for _ in range(20)]
    for start, end in pairwise(places):
        found = water_to_cross_km(*start, *end)
        assert found is None or found == open_water_km(*start, *end) > 5
