"""How a quantity falls into the months of the year from today on."""

from datetime import date

import numpy as np
import pytest

from matching.market.rows import day_number
from planning.adapters.months import covered, spread

NO_END = 2**31 - 1
TODAY = date(2026, 11, 16)


def shares(first: date, last: date | None, today: date = TODAY) -> list[float]:
    end = NO_END if last is None else day_number(last)
    return [
        round(float(each), 3) for each in covered(np.array([day_number(first)]), np.array([end]), today)[0]
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2020, 1, 1), None, [1.0] * 12),
        # The half of November that is left; the other half comes in a year.
        (date(2020, 1, 1), date(2026, 11, 30), [0.0] * 10 + [0.5, 0.0]),
        (date(2027, 11, 1), None, [0.0] * 10 + [0.5, 0.0]),
        (date(2027, 1, 1), date(2027, 2, 14), [1.0, 0.5] + [0.0] * 10),
        (date(2028, 1, 1), None, [0.0] * 12),
        (date(2020, 1, 1), date(2026, 11, 15), [0.0] * 12),
    ],
)
def test_window_covers_months(first: date, last: date | None, expected: list[float]) -> None:
    assert shares(first, last) == expected


def test_year_from_the_last_day_of_february_on_has_all_of_each_month() -> None:
    assert shares(date(2020, 1, 1), None, date(2027, 2, 28)) == [1.0] * 12


def test_rate_counts_as_far_as_its_window_covers_its_months_and_a_lot_goes_all_the_same() -> None:
    cover = np.array([[1.0, 0.5, *[0.0] * 10]] * 2)
    january_and_february = np.array([0b11, 0b11])
    found = spread(np.array([100.0, 100.0]), np.array([True, False]), january_and_february, cover)
    assert found[:, :3].tolist() == [[50.0, 25.0, 0.0], pytest.approx([66.67, 33.33, 0.0], abs=0.01)]
