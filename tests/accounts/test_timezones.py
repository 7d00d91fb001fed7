"""Which day it is at a site: by its country, its nearest town, or what its zones are called after."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Site, Town, User
from accounts.selectors.timezones import TIME_ZONES_CSV, timezone_at, timezone_of, today_at
from accounts.services.sites import SiteDetails, create_site, update_site
from common.geo import Point

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("where", "point", "country", "zone"),
    [
        ("Kalundborg", Point(55.68, 11.09), "DK", "Europe/Copenhagen"),
        ("wind farm Horns Rev, 20 km off the coast", Point(55.5, 7.9), "DK", "Europe/Copenhagen"),
        ("Flensburg, a Danish site beside a German town", Point(54.83, 9.41), "DK", "Europe/Copenhagen"),
        ("Haparanda, beside Tornio over the border", Point(65.83, 24.14), "SE", "Europe/Stockholm"),
        ("Tornio", Point(65.85, 24.15), "FI", "Europe/Helsinki"),
        ("Tartu, no country", Point(58.38, 26.72), "", "Europe/Tallinn"),
        ("Tarawa", Point(1.36, 173.0), "KI", "Pacific/Tarawa"),
        ("Kiritimati, a day ahead of Hawaii", Point(1.87, -157.43), "KI", "Pacific/Kiritimati"),
        ("Honolulu", Point(21.31, -157.86), "US", "Pacific/Honolulu"),
        ("Chicago", Point(41.88, -87.63), "US", "America/Chicago"),
        ("Ponta Delgada", Point(37.74, -25.67), "PT", "Atlantic/Azores"),
        ("Corvo, 250 km from the nearest larger town", Point(39.7, -31.11), "PT", "Atlantic/Azores"),
        ("Lisboa", Point(38.72, -9.14), "PT", "Europe/Lisbon"),
        ("Las Palmas", Point(28.1, -15.41), "ES", "Atlantic/Canary"),
        ("Kathmandu", Point(27.7, 85.32), "NP", "Asia/Kathmandu"),
        ("Western Australia, 250 km from any town", Point(-26.6, 118.5), "AU", "Australia/Perth"),
        ("Prishtina", Point(42.67, 21.17), "XK", "Europe/Belgrade"),
        ("the North Atlantic, no country", Point(45.0, -40.0), "", "UTC"),
        ("the Pacific, no country", Point(-48.9, -123.4), "", "UTC"),
        ("no such country", Point(-48.9, -123.4), "ZZ", "UTC"),
        ("an island without people", Point(-54.4, 3.4), "BV", "UTC"),
    ],
)
def test_time_zone_is_that_of_the_place(where: str, point: Point, country: str, zone: str) -> None:
    assert timezone_at(point, country).key == zone


def test_every_time_zone_of_the_files_is_known() -> None:
    names = set(Town.objects.values_list("timezone", flat=True))
    names |= {line.split(",")[3] for line in TIME_ZONES_CSV.read_text().splitlines()[1:]}
    assert "" not in names
    assert len(names) > 400
    for name in names:
        ZoneInfo(name)


def test_it_is_the_next_day_in_denmark_shortly_after_midnight_there(asnaes_site: Site) -> None:
    late = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    assert today_at(asnaes_site, late) == date(2026, 7, 15)
    assert today_at(asnaes_site, datetime(2026, 1, 14, 22, 30, tzinfo=UTC)) == date(2026, 1, 14)
    assert today_at(asnaes_site, datetime(2026, 1, 14, 23, 30, tzinfo=UTC)) == date(2026, 1, 15)


def test_days_differ_between_sites_at_one_moment(seller: User, asnaes_site: Site) -> None:
    def site(name: str, country: str, latitude: float, longitude: float) -> Site:
        details = SiteDetails(name, name, country, latitude, longitude)
        return create_site(actor=seller, organization=asnaes_site.organization, details=details)

    noon = datetime(2026, 3, 31, 10, 30, tzinfo=UTC)
    assert today_at(site("Kiritimati", "KI", 1.87, -157.43), noon) == date(2026, 4, 1)
    assert today_at(site("Hilo", "US", 19.7, -155.1), noon) == date(2026, 3, 31)
    assert today_at(
        site("Pago Pago", "AS", -14.28, -170.7), datetime(2026, 3, 31, 10, 59, tzinfo=UTC)
    ) == date(2026, 3, 30)


def test_site_keeps_its_time_zone_and_moves_with_its_place(seller: User, asnaes_site: Site) -> None:
    details = SiteDetails("Mill", "Kalundborg", "DK", 55.68, 11.09)
    site = create_site(actor=seller, organization=asnaes_site.organization, details=details)
    assert site.timezone == "Europe/Copenhagen"
    moved = SiteDetails("Mill", "Funchal", "PT", 32.65, -16.91)
    update_site(actor=seller, site=site, details=moved)
    site.refresh_from_db()
    assert site.timezone == "Atlantic/Madeira"


def test_site_from_before_has_the_time_zone_of_its_place(asnaes_site: Site) -> None:
    Site.objects.filter(pk=asnaes_site.pk).update(timezone="")
    asnaes_site.refresh_from_db()
    assert timezone_of(asnaes_site).key == "Europe/Copenhagen"


def test_time_zone_that_this_machine_does_not_know_counts_as_utc(asnaes_site: Site) -> None:
    asnaes_site.timezone = "Europe/Atlantis"
    assert timezone_of(asnaes_site).key == "UTC"
