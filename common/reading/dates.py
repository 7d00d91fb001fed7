"""Days and moments: how they are written, which are plausible, and which day it is at a place."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.reading.refusals import Ambiguous, Unreadable
from common.reading.text import clean_code

EARLIEST: Final = date(2000, 1, 1)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-./]) ?([0-9]{1,2})\2 ?([0-9]{1,2})\.?")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-./]) ?([0-9]{1,2})\2 ?([0-9]{4})")
_MONTHS_IN_YEAR: Final = 12
_LONGEST: Final = 60


@dataclass(frozen=True)
class Span:
    """Which days are plausible for one use: from `EARLIEST` until the same day so many years ahead."""

    years_ahead: int

    def last(self, today: date) -> date:
        """Return the last plausible day."""
        return years_after(today, self.years_ahead)


# Windows of listings, bids and agreements, and planned consignments: no contract over residues runs longer.
PLANNED: Final = Span(years_ahead=50)
# Deadlines, how long a bid stands, the next step: what somebody waits for.
AWAITED: Final = Span(years_ahead=5)
# What was: deliveries, the years of reports and of the ledger's declared lines.
HAPPENED: Final = Span(years_ahead=0)


def check_day(day: date, *, today: date, span: Span = PLANNED) -> date:
    """Return `day` where it is plausible, else raise `Unreadable` naming the first and the last day that are."""
    last = span.last(today)
    if EARLIEST <= day <= last:
        return day
    raise Unreadable(
        _("Choose a day from %(first)s to %(last)s.")
        % {"first": date_format(EARLIEST), "last": date_format(last)},
        code="implausible_date",
    )


def check_year(year: int, *, today: date, span: Span = HAPPENED) -> int:
    """Return `year` where a day of it is plausible, else raise `Unreadable` naming the first and the last year."""
    first, last = EARLIEST.year, span.last(today).year
    if first <= year <= last:
        return year
    raise Unreadable(
        _("Choose a year from %(first)d to %(last)d.") % {"first": first, "last": last},
        code="implausible_date",
    )


def check_moment(moment: datetime, *, now: datetime, span: Span = AWAITED) -> datetime:
    """Return an aware moment whose day, in UTC, is plausible, else raise `Unreadable` as `check_day`."""
    check_day(_in_utc(moment).date(), today=now.astimezone(UTC).date(), span=span)
    return moment


def read_day(text: str) -> date:
    """Return the day that `text` names: "2026-03-01", "1.3.2026", and with strokes where only one order is a day.

    Dots are written where the day stands first. "03/04/2026", and the same with hyphens, is of April to one reader
    and of March to another: it raises `Ambiguous`. `Unreadable` for everything else, years of two digits and days
    that no calendar has. Whether the day is plausible is for `check_day`.
    """
    plain = _short(text)
    if found := _YEAR_FIRST.fullmatch(plain):
        return _day(found[1], found[3], found[4])
    found = _YEAR_LAST.fullmatch(plain)
    if not found:
        raise Unreadable(_("Type a day as 2026-03-31."), code="invalid_date")
    first, separator, second, year = found.groups()
    if separator == "." or first == second:
        return _day(year, second, first)
    if int(second) > _MONTHS_IN_YEAR:
        return _day(year, first, second)
    if int(first) > _MONTHS_IN_YEAR:
        return _day(year, second, first)
    days = (_day(year, second, first), _day(year, first, second))
    if days[0] == days[1]:
        return days[0]
    raise Ambiguous(
        _("“%(text)s” can be read as two days. Write %(first)s or %(second)s.")
        % {"text": plain, "first": days[0].isoformat(), "second": days[1].isoformat()},
        writings=[day.isoformat() for day in days],
    )


def read_moment(text: str, *, zone: str = "") -> datetime:
    """Return the moment, in UTC, that an ISO 8601 text names: "2026-03-31T12:00:00Z", "2026-03-31 14:00+02:00".

    Without an offset it is the time by the clocks of `zone` ("Europe/Copenhagen"); where none is given it is refused
    by `Unreadable`, since it would be another moment for every reader. So is an hour that the clocks leave out; one
    that they show twice raises `Ambiguous`.
    """
    plain = _short(text)
    try:
        read = datetime.fromisoformat(plain)
    except ValueError:
        raise Unreadable(
            _("Type a day and a time with its offset, as 2026-03-31T14:00+02:00."), code="invalid_datetime"
        ) from None
    if ":" not in plain and not re.search(r"[T ][0-9]", plain):
        raise Unreadable(_("Add a time to the day, as 2026-03-31T14:00+02:00."), code="no_time")
    if read.tzinfo is None:
        if not zone:
            raise Unreadable(
                _("Add the offset from UTC, as 2026-03-31T12:00Z or 2026-03-31T14:00+02:00."),
                code="no_offset",
            )
        read = _by_the_clocks(read, zone_of(zone))
    return _in_utc(read)


def written_day(day: date, form: str = "") -> str:
    """Return a day in the order and words of the active language: "28 Nov 2026", "28. Nov. 2026".

    The `form` "long" writes the month out, "yearless" does so and leaves out the year.
    """
    patterns = {
        "": pgettext("pattern of a date", "j M Y"),
        "long": pgettext("pattern of a date", "j F Y"),
        "yearless": pgettext("pattern of a date", "j F"),
    }
    return date_format(day, patterns[form])


def written_month(day: date) -> str:
    """Return the month of a day: "Nov 2026"."""
    return date_format(day, pgettext("pattern of a date", "M Y"))


def written_moment(moment: datetime) -> str:
    """Return a moment by the clocks of the active time zone: "28 Nov 2026, 14:00"."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return date_format(local, pgettext("pattern of a date", "j M Y, H:i"))


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database by its name, UTC for an empty one; ValueError for an unknown one."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"“{name}” is not a time zone of the IANA database") from error


def today_in(zone: str, *, now: datetime | None = None) -> date:
    """Return the day that it is in a time zone, now or at an aware moment; UTC's where `zone` is empty."""
    return (now or timezone.now()).astimezone(zone_of(zone)).date()


def years_after(day: date, years: int) -> date:
    """Return the same day of another year, for 29 February the 28th where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _short(text: str) -> str:
    return clean_code(text) if len(text) <= _LONGEST else ""


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable(_("There is no such day. Type one as 2026-03-31."), code="no_such_day") from None


def _in_utc(moment: datetime) -> datetime:
    if moment.year in (MINYEAR, MAXYEAR):
        # The offset could lead out of the calendar.
        raise Unreadable(
            _("Choose a day from %(first)s on.") % {"first": date_format(EARLIEST)}, code="implausible_date"
        )
    return moment.astimezone(UTC)


def _by_the_clocks(local: datetime, zone: ZoneInfo) -> datetime:
    before, after = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if before.utcoffset() == after.utcoffset():
        return before
    said = {"time": f"{local:%H:%M}", "zone": zone.key}
    if _in_utc(before).astimezone(zone).replace(tzinfo=None) != local:
        raise Unreadable(
            _("The clocks of %(zone)s are put forward then: there is no %(time)s that day.") % said,
            code="no_such_time",
        )
    writings = [each.isoformat(timespec="minutes") for each in (before, after)]
    raise Ambiguous(
        _("The clocks of %(zone)s are put back then and show %(time)s twice. Write %(first)s or %(second)s.")
        % (said | {"first": writings[0], "second": writings[1]}),
        writings=writings,
    )
