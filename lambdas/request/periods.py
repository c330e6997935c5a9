"""Calendar periods, and windows of them counted back from the time a schedule was due.

A late or repeated start asks for the same window. Days begin at midnight in the time zone of that time; weeks run from
Sunday to Saturday, as Amazon's analytics count them. Ends are inclusive.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

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
Day = TypeVar("Day", bound=date)


class UnknownPeriod(ValueError):
    """The word is not one of the periods."""


def first_day(period: str, day: Day) -> Day:
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


def next_first_day(period: str, day: Day) -> Day:
    """Return the first day of the period after the one that `day` lies in."""
    return first_day(period, first_day(period, day) + LONGEST[period])


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
        return _last_days(int(days[1]), due) if days else _previous(NAMED[str(period)], due)
    except (OverflowError, ValueError):
        raise UnknownPeriod(f"period is {period!r}, which reaches back before the year 1 from {due}") from None


def _previous(period: str, due: datetime) -> tuple[datetime, datetime]:
    if period == "HOUR":
        # Hours are counted in UTC: a wall clock has one twice in autumn, and one not at all in spring.
        hour = due.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return (hour - timedelta(hours=1)).astimezone(due.tzinfo), (hour - SECOND).astimezone(due.tzinfo)
    first = first_day(period, _midnight(due))
    return first_day(period, first - DAY), first - SECOND


def _last_days(count: int, due: datetime) -> tuple[datetime, datetime]:
    return _midnight(due) - DAY * count, _midnight(due) - SECOND


def _midnight(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
