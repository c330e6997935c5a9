"""Calendar periods, and windows of them counted back from the time a schedule was due.

A late or repeated start asks for the same window. Days are those of a time zone; weeks run from Sunday to Saturday, as
Amazon's analytics count them. Ends are inclusive.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
LONGEST = {"DAY": DAY, "WEEK": DAY * 7, "MONTH": DAY * 31, "QUARTER": DAY * 92, "YEAR": DAY * 366}
NAMED = {
    "previous-hour": "HOUR",
    "previous-day": "DAY",
    "previous-week": "WEEK",
    "previous-month": "MONTH",
    "previous-quarter": "QUARTER",
}
LAST_DAYS = re.compile(r"last-([1-9][0-9]{0,2})-days")


class UnknownPeriod(ValueError):
    """The word is not one of the periods."""


def first_day(period: str, day: date) -> date:
    """Return the first day of the DAY, WEEK, MONTH, QUARTER or YEAR that `day` lies in.

    Raises:
        OverflowError: it lies before the year 1.
    """
    if period == "DAY":
        return day
    if period == "WEEK":
        return day - DAY * (day.isoweekday() % 7)
    month = {"MONTH": day.month, "QUARTER": (day.month - 1) // 3 * 3 + 1, "YEAR": 1}[period]
    return day.replace(month=month, day=1)


def next_first_day(period: str, day: date) -> date:
    """Return the first day of the period after the one that `day` lies in."""
    return first_day(period, first_day(period, day) + LONGEST[period])


def last_day(period: str, day: date) -> date:
    """Return the last day of the period that `day` lies in."""
    return next_first_day(period, day) - DAY


def whole_days(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first second of `first` and the last second of `last`, in the time zone.

    Windows of adjacent days have neither a gap nor a second in common, also where clocks change at midnight: the last
    second is the one before the next day begins.
    """
    return _midnight(first, zone), (_midnight(last + DAY, zone).astimezone(UTC) - SECOND).astimezone(zone)


def resolve(period: object, due: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last second of `period` as seen from `due`, in its time zone.

    Raises:
        UnknownPeriod: one sentence that names what is allowed.
    """
    days = LAST_DAYS.fullmatch(period) if isinstance(period, str) else None
    if not days and not (isinstance(period, str) and period in NAMED):
        allowed = f"{', '.join(NAMED)} and last-<1 to 999>-days such as last-30-days"
        raise UnknownPeriod(f"period is {repr(period)[:60]}; allowed are {allowed}")
    try:
        if period == "previous-hour":
            return _previous_hour(due)
        today = due.date()
        first, last = (today - DAY * int(days[1]), today - DAY) if days else _previous(NAMED[str(period)], today)
        return whole_days(first, last, due.tzinfo or UTC)
    except (OverflowError, ValueError):
        raise UnknownPeriod(f"period is {period!r}, which reaches back before the year 1 from {due}") from None


def _previous_hour(due: datetime) -> tuple[datetime, datetime]:
    # Hours are counted in UTC: a wall clock has one twice in autumn, and one not at all in spring.
    hour = due.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return (hour - timedelta(hours=1)).astimezone(due.tzinfo), (hour - SECOND).astimezone(due.tzinfo)


def _previous(period: str, today: date) -> tuple[date, date]:
    before = first_day(period, today) - DAY
    return first_day(period, before), before


def _midnight(day: date, zone: tzinfo) -> datetime:
    # By way of UTC: where clocks are set forward at midnight, a day begins at one o'clock.
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)
