"""Which part of an agreed amount counts in which year, and what a correction leaves of a line."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Final

from trading.benefit.lines import EXACTLY, rounded

_YEARS_AHEAD: Final = 10


def spread_over_years(
    amount: Decimal, *, is_rate: bool, starts_on: date, ends_on: date | None
) -> tuple[tuple[int, Decimal], ...]:
    """Return what of an agreed amount is expected in which calendar year, rounded as the ledger keeps it.

    A rate counts in each year by the days that lie in the window, ÷ 365 or 366: a whole year has the whole amount.
    With an open end it is the year of the start and the one after; with an end, no more than ten years.
    A lot is spread evenly over the days of its window, and is whole in the year of the start if the end is open;
    its parts add up to it exactly. Where the end lies before the start nothing is expected.
    """
    if ends_on is not None and ends_on < starts_on:
        return ()
    starts_on, ends_on = days_expected(is_rate=is_rate, starts_on=starts_on, ends_on=ends_on)
    with localcontext(EXACTLY):
        if is_rate:
            parts = [
                (year, rounded(amount * days / _days_of(year)))
                for year, days in _days_by_year(starts_on, ends_on)
            ]
        else:
            parts = list(_shares_by_days(amount, starts_on, ends_on))
    return tuple((year, part) for year, part in parts if part)


def days_expected(*, is_rate: bool, starts_on: date, ends_on: date | None) -> tuple[date, date]:
    """Return the first and the last day over which something is expected, as `spread_over_years` says."""
    if ends_on is None:
        ends_on = date(starts_on.year + 1, 12, 31) if is_rate else starts_on
    if is_rate:
        ends_on = min(ends_on, date(starts_on.year + _YEARS_AHEAD - 1, 12, 31))
    return starts_on, ends_on


def _days_by_year(first: date, last: date) -> Iterator[tuple[int, int]]:
    for year in range(first.year, last.year + 1):
        start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        yield year, (end - start).days + 1


def _days_of(year: int) -> int:
    return (date(year, 12, 31) - date(year, 1, 1) + timedelta(days=1)).days


def _shares_by_days(amount: Decimal, first: date, last: date) -> Iterator[tuple[int, Decimal]]:
    total = (last - first).days + 1
    passed, given = 0, Decimal(0)
    for year, days in _days_by_year(first, last):
        passed += days
        upto = rounded(amount * passed / total)
        yield year, upto - given
        given = upto


def share_left(gross: Decimal, left: Decimal, whole: Decimal, posted: Decimal) -> Decimal:
    """Return what to add to `posted` so that a line of `gross` for `whole` stands as for `left` of it.

    Exact in the sum: when nothing is left, the lines of a delivery and of its corrections add up to zero.
    """
    with localcontext(EXACTLY):
        return rounded(gross * left / whole) - posted
