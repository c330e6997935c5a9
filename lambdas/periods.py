"""Periods: windows counted back from the time a schedule was due; a late or repeated start asks for the same one.

Days begin at midnight UTC; weeks run from Sunday to Saturday, as Amazon's analytics count them. Ends are inclusive.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class UnknownPeriod(ValueError):
    """The word is not one of the periods."""


def _previous_hour(due: datetime) -> tuple[datetime, datetime]:
    hour = due.replace(minute=0, second=0, microsecond=0)
    return hour - timedelta(hours=1), hour - SECOND


def _previous_day(due: datetime) -> tuple[datetime, datetime]:
    return _midnight(due) - DAY, _midnight(due) - SECOND


def _previous_week(due: datetime) -> tuple[datetime, datetime]:
    sunday = _midnight(due) - DAY * (due.isoweekday() % 7)
    return sunday - DAY * 7, sunday - SECOND


def _previous_month(due: datetime) -> tuple[datetime, datetime]:
    first = _midnight(due).replace(day=1)
    return (first - DAY).replace(day=1), first - SECOND


def _previous_quarter(due: datetime) -> tuple[datetime, datetime]:
    first = _midnight(due).replace(day=1, month=(due.month - 1) // 3 * 3 + 1)
    last = first - DAY
    return last.replace(day=1, month=last.month - 2), first - SECOND


NAMED: dict[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "previous-hour": _previous_hour,
    "previous-day": _previous_day,
    "previous-week": _previous_week,
    "previous-month": _previous_month,
    "previous-quarter": _previous_quarter,
}
LAST_DAYS = re.compile(r"last-([1-9][0-9]{0,2})-days")


def resolve(period: object, due: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last second of `period` as seen from `due`, in UTC.

    Raises:
        UnknownPeriod: one sentence that names what is allowed.
    """
    window = _window(period)
    if window is None:
        allowed = f"{', '.join(NAMED)} and last-<1 to 999>-days such as last-30-days"
        raise UnknownPeriod(f"period is {repr(period)[:60]}; allowed are {allowed}")
    try:
        return window(due.astimezone(UTC))
    except (OverflowError, ValueError):
        raise UnknownPeriod(f"period is {period!r}, which reaches back before the year 1 from {due}") from None


def _window(period: object) -> Callable[[datetime], tuple[datetime, datetime]] | None:
    if not isinstance(period, str):
        return None
    days = LAST_DAYS.fullmatch(period)
    return (lambda due: _last_days(int(days[1]), due)) if days else NAMED.get(period)


def _last_days(count: int, due: datetime) -> tuple[datetime, datetime]:
    return _midnight(due) - DAY * count, _midnight(due) - SECOND


def _midnight(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)
