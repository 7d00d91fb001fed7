import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Town
from common.geo import EARTH_RADIUS_KM, Point, blur, distance_km, earth_distance_km, within_box

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("a", "b", "expected_km"),
    [
        (Point(0, 0), Point(0, 90), EARTH_RADIUS_KM * 3.141592653589793 / 2),
        (Point(90, 12), Point(-90, 77), EARTH_RADIUS_KM * 3.141592653589793),
        (Point(0, 179.5), Point(0, -179.5), EARTH_RADIUS_KM * 3.141592653589793 / 180),
        (Point(55.0, 11.0), Point(55.0, 11.0), 0.0),
    ],
)
def test_distance_known_arcs(a: Point, b: Point, expected_km: float) -> None:
    assert distance_km(a, b) == pytest.approx(expected_km)


@given(LATITUDES, LONGITUDES)
def test_blur_is_fixed_and_near(latitude: float, longitude: float) -> None:
    point = Point(latitude, longitude)
    cell = blur(point)
    assert blur(cell) == cell, "the centre of a cell lies in that cell"
    assert distance_km(point, cell) < 15


def test_blur_one_cell_hides_where_in_it_a_site_stands() -> None:
    assert blur(Point(55.6795, 11.0886)) == blur(Point(55.6617, 11.0806))


@pytest.mark.django_db
def test_earth_distance_in_the_database_equals_ours() -> None:
    here = Point(55.67, 11.08)
    towns = Town.objects.annotate(far_km=earth_distance_km("latitude", "longitude", here)).order_by("pk")[
        :500
    ]
    for town in towns:
        assert town.far_km == pytest.approx(
            distance_km(here, Point(town.latitude, town.longitude)), rel=1e-6, abs=1e-6
        )


@pytest.mark.django_db
def test_within_box_holds_everything_within_the_radius() -> None:
    here = Point(55.67, 11.08)
    everything = Town.objects.annotate(far_km=earth_distance_km("latitude", "longitude", here)).filter(
        far_km__lte=80
    )
    boxed = Town.objects.filter(within_box("latitude", "longitude", here, 80))
    assert 0 < everything.count() <= boxed.count() < Town.objects.count()
    assert not everything.exclude(pk__in=boxed.values("pk")).exists()
