from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template

from common.templatetags.loopyard import (
    km,
    month_ranges,
    number,
    percent,
    price_words,
    rough,
    window_words,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (0, "0"),
        (Decimal("12000.000000"), "12,000"),
        (Decimal("1234567.8"), "1,234,568"),
        (Decimal("35.5"), "35.5"),
        (Decimal("8.333333"), "8.33"),
        (Decimal("0.04567"), "0.0457"),
        (Decimal("-12.50"), "−12.5"),
        (Decimal("0.0000001"), "0"),
        (199.96, "200"),
    ],
)
def test_number_keeps_three_figures_and_groups_thousands(value: Decimal | float | None, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(("places", "written"), [(0, "1,235"), (1, "1,234.6"), (3, "1,234.567")])
def test_number_takes_the_places_it_is_told(places: int, written: str) -> None:
    assert number(Decimal("1234.567"), places) == written


@pytest.mark.parametrize(
    ("value", "rounded"), [(None, None), (0, 0), (1466748, 1470000), (-15999768, -16000000), (999.9, 1000)]
)
def test_estimate_is_rounded_to_three_figures(value: float | None, rounded: int | None) -> None:
    assert rough(value) == rounded


@pytest.mark.parametrize(
    ("distance_km", "written"),
    [(None, "–"), (0.0, "0 km"), (3.44, "3.4 km"), (34.4, "34 km"), (1234.5, "1,234 km")],
)
def test_distance_has_a_decimal_only_where_it_matters(distance_km: float | None, written: str) -> None:
    assert km(distance_km) == written


def test_share_is_written_in_percent() -> None:
    assert (percent(None), percent(0.815), percent(1)) == ("–", "82\u202f%", "100\u202f%")


@pytest.mark.parametrize(
    ("price", "side", "words"),
    [
        (None, "offer", "price open"),
        (Decimal(0), "request", "free of charge"),
        (Decimal(12), "offer", "buyer pays 12\u00a0EUR/m³"),
        (Decimal(-12), "offer", "seller pays 12\u00a0EUR/m³"),
        (Decimal(12), "request", "buyer pays up to 12\u00a0EUR/m³"),
        (Decimal(-12), "request", "seller pays at least 12\u00a0EUR/m³"),
    ],
)
def test_price_says_who_pays(price: Decimal | None, side: str, words: str) -> None:
    assert price_words(price, "EUR", "m3", side) == words


@pytest.mark.parametrize(
    ("months", "written"),
    [
        ([3], "Mar"),
        ([4, 5, 6], "Apr–Jun"),
        ([9, 10, 11, 12, 1], "Sep–Jan"),
        ([1, 2, 5, 12], "May, Dec–Feb"),
    ],
)
def test_months_are_written_as_ranges_across_the_new_year(months: list[int], written: str) -> None:
    assert month_ranges(months) == written


@pytest.mark.parametrize(
    ("first", "last", "months", "words"),
    [
        (date(2001, 1, 1), None, [], "now, all year"),
        (date(2099, 3, 1), None, [], "from Mar 2099, all year"),
        (date(2026, 3, 1), date(2099, 5, 31), [4, 5], "Mar 2026 – May 2099, Apr–May"),
        (date(2001, 1, 1), None, list(range(1, 13)), "now, all year"),
        (date(2027, 5, 1), date(2027, 12, 31), [], "May 2027 – Dec 2027"),
        (date(2027, 5, 20), date(2028, 4, 30), list(range(1, 13)), "May 2027 – Apr 2028"),
        (date(2027, 5, 20), date(2028, 5, 1), [], "May 2027 – May 2028, all year"),
        (date(2028, 2, 29), date(2030, 2, 28), [], "Feb 2028 – Feb 2030, all year"),
        (date(2027, 5, 1), date(2027, 12, 31), [9, 10], "May 2027 – Dec 2027, Sep–Oct"),
    ],
)
def test_window_says_when(first: date, last: date | None, months: list[int], words: str) -> None:
    assert window_words(first, last, months) == words


def test_what_people_typed_is_escaped() -> None:
    page = Template("{% load loopyard %}{% amount 1 unit True %}{% money 1 unit %}{% icon 'x' unit %}")
    assert "<script>" not in page.render(Context({"unit": "<script>"}))
