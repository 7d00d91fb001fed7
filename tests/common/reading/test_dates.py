from datetime import UTC, date, datetime

import pytest

from common.reading.dates import (
    AWAITED,
    HAPPENED,
    PLANNED,
    Span,
    check_day,
    check_moment,
    check_year,
    read_day,
    read_moment,
    today_in,
    years_after,
    zone_of,
)
from common.reading.refusals import Ambiguous, Unreadable

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "2026–03–31",
        "2026/3/31",
        "2026. 3. 31.",
        "31.3.2026",
        "31. 03. 2026",
        "31/03/2026",
        "03/31/2026",
        "31-3-2026",
        " ３１.٣.2026\u00a0",
    ],
)
def test_day_is_read_in_every_order_that_leaves_no_doubt(text: str) -> None:
    assert read_day(text) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [("5/5/2026", date(2026, 5, 5)), ("3.4.2026", date(2026, 4, 3)), ("2026-03-04", date(2026, 3, 4))],
)
def test_day_with_small_numbers_is_read_where_the_order_is_known(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026"])
def test_day_that_can_be_two_is_asked_back(text: str) -> None:
    with pytest.raises(Ambiguous, match="Write 2026-04-03 or 2026-03-04") as asked:
        read_day(text)
    assert asked.value.writings == ("2026-04-03", "2026-03-04")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_date"),
        ("tomorrow", "invalid_date"),
        ("31.3.26", "invalid_date"),
        ("20260331", "invalid_date"),
        ("2026-03/31", "invalid_date"),
        ("2026-03-31T12:00", "invalid_date"),
        ("2026-03-31" + " " * 80 + "x", "invalid_date"),
        ("2026-02-30", "no_such_day"),
        ("29.2.2025", "no_such_day"),
        ("0000-01-01", "no_such_day"),
        ("13/13/2026", "no_such_day"),
    ],
)
def test_what_is_no_day_is_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_day(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("day", "span"),
    [
        (date(2000, 1, 1), HAPPENED),
        (TODAY, HAPPENED),
        (date(2031, 5, 20), AWAITED),
        (date(2076, 5, 20), PLANNED),
    ],
)
def test_plausible_day_is_taken(day: date, span: Span) -> None:
    assert check_day(day, today=TODAY, span=span) == day


@pytest.mark.parametrize(
    ("day", "span", "last"),
    [
        (date(1999, 12, 31), PLANNED, "May 20, 2076"),
        (date(2076, 5, 21), PLANNED, "May 20, 2076"),
        (date(2031, 5, 21), AWAITED, "May 20, 2031"),
        (date(2026, 5, 21), HAPPENED, "May 20, 2026"),
        (date(202, 5, 1), HAPPENED, "May 20, 2026"),
    ],
)
def test_implausible_day_is_refused_and_the_range_named(day: date, span: Span, last: str) -> None:
    with pytest.raises(Unreadable) as refused:
        check_day(day, today=TODAY, span=span)
    assert refused.value.message == f"Choose a day from Jan. 1, 2000 to {last}."
    assert refused.value.code == "implausible_date"


def test_year_is_plausible_as_its_days_are() -> None:
    assert check_year(2026, today=TODAY) == 2026
    assert check_year(2030, today=TODAY, span=AWAITED) == 2030
    for year in (1999, 2027, 20260):
        with pytest.raises(Unreadable, match="from 2000 to 2026"):
            check_year(year, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31T12:00:00Z",
        "2026-03-31T14:00+02:00",
        "2026-03-31 14:00:00+02:00",
        "2026-03-31T10:00:00.000−02:00",
        "20260331T120000Z",
    ],
)
def test_moment_with_an_offset_is_one_moment(text: str) -> None:
    moment = read_moment(text)
    assert (moment, moment.tzinfo) == (datetime(2026, 3, 31, 12, tzinfo=UTC), UTC)
    # Its own offset counts, wherever the reader is.
    assert read_moment(text, zone="Asia/Tokyo") == moment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-31T12:00", "no_offset"),
        ("2026-03-31 12:00:00", "no_offset"),
        ("2026-03-31T12", "no_offset"),
        ("2026-03-31", "no_time"),
        ("2026-W14-2", "no_time"),
        ("", "invalid_datetime"),
        ("noon", "invalid_datetime"),
        ("2026-03-31T25:00Z", "invalid_datetime"),
        ("2026-03-31T12:00 02:00", "invalid_datetime"),
        ("1774958400", "invalid_datetime"),
        ("2026-03-31T12:00Z" + " " * 80 + "x", "invalid_datetime"),
        ("0001-01-01T00:00+14:00", "implausible_date"),
        ("9999-12-31T23:59-14:00", "implausible_date"),
    ],
)
def test_what_is_not_one_moment_is_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_moment(text)
    assert refused.value.code == code


def test_moment_without_an_offset_is_by_the_clocks_of_the_place() -> None:
    assert read_moment("2026-01-15T12:00", zone="Europe/Copenhagen") == datetime(2026, 1, 15, 11, tzinfo=UTC)
    assert read_moment("2026-07-15T12:00", zone="Europe/Copenhagen") == datetime(2026, 7, 15, 10, tzinfo=UTC)


def test_hour_that_the_clocks_leave_out_is_refused() -> None:
    with pytest.raises(Unreadable, match="there is no 02:30") as refused:
        read_moment("2026-03-29T02:30", zone="Europe/Copenhagen")
    assert refused.value.code == "no_such_time"


def test_hour_that_the_clocks_show_twice_is_asked_back() -> None:
    with pytest.raises(Ambiguous) as asked:
        read_moment("2026-10-25T02:30", zone="Europe/Copenhagen")
    assert asked.value.writings == ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00")
    assert [read_moment(writing).hour for writing in asked.value.writings] == [0, 1]


def test_moment_is_plausible_by_its_day() -> None:
    assert check_moment(NOW, now=NOW) == NOW
    with pytest.raises(Unreadable, match="to May 20, 2031"):
        check_moment(datetime(2031, 5, 21, tzinfo=UTC), now=NOW)
    with pytest.raises(Unreadable):
        check_moment(datetime.max.replace(tzinfo=zone_of("America/New_York")), now=NOW)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("", date(2026, 5, 19)),
        ("Europe/Copenhagen", date(2026, 5, 20)),
        ("America/New_York", date(2026, 5, 19)),
        ("Pacific/Kiritimati", date(2026, 5, 20)),
    ],
)
def test_day_is_the_one_at_the_place(zone: str, day: date) -> None:
    shortly_after_midnight_in_denmark = datetime(2026, 5, 19, 22, 30, tzinfo=UTC)
    assert today_in(zone, now=shortly_after_midnight_in_denmark) == day


def test_day_now_is_at_most_one_from_that_of_utc() -> None:
    assert abs((today_in("Pacific/Kiritimati") - today_in("")).days) <= 1


@pytest.mark.parametrize("name", ["Nowhere/Atlantis", "Europe", "../../etc/passwd", "\0"])
def test_unknown_zone_is_an_error_of_the_caller(name: str) -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        zone_of(name)


def test_same_day_of_another_year() -> None:
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
