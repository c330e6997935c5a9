"""What Amazon would answer with a 400, CANCELLED or FATAL, minutes or hours later: refused before it is asked.

Only what is known to fail is refused, by the type's entry in the catalogue. What Amazon mends by itself is left to it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from math import ceil

from lambdas.payloads import Request
from lambdas.request import availability, options, report_types
from lambdas.request.periods import DAY, SECOND, first_day, next_first_day
from lambdas.request.report_types import ReportType
from lambdas.request.window import Window, utc_text

NO_WINDOW = "give dataStartTime and dataEndTime, or a period; without, Amazon takes it to be from now to now"
ENDS = {
    "DAY": "the first and the last day",
    "WEEK": "a Sunday and a Saturday",
    "MONTH": "the first and the last day of a month",
    "QUARTER": "the first and the last day of a quarter",
    "YEAR": "the first and the last day of a year",
}


class RequestRefused(ValueError):
    """Amazon does not make this report, or not so."""


def checked_window(request: Request, window: Window, *, now: datetime) -> Window:
    """Return the window to ask Amazon for: the one given or, where Amazon reads days alone, those days as a whole.

    Raises:
        Refused: one sentence that says what Amazon would not take, and how to mend it.
    """
    kind = report_types.get(request["reportType"])
    for problem in chain(availability.refusals(request, now=now), options.problems(request, kind, now=now)):
        raise RequestRefused(str(problem))
    if kind.alignment:
        period = request["reportOptions"][kind.alignment]
        name, most = f"{request['reportType']} by {period}", kind.max_span_periods.get(period)
        window = _aligned(name, window, period=period, most=most, now=now)
    for sentence in _of_window(request, kind, window, now):
        raise RequestRefused(sentence)
    return window


def _aligned(name: str, window: Window, *, period: str, most: int | None, now: datetime) -> Window:
    ends = f"dataStartTime and dataEndTime on {ENDS[period]}"
    if window.start is None or window.end is None:
        raise RequestRefused(f"{name} needs {ends}")
    try:
        first, last = _days(window.start, window.end, period)
        if first != first_day(period, first) or not _is_last(last, period):
            today = now.astimezone(window.start.tzinfo).date()
            begin, end = _around(first, last, period, most=most, today=today)
            raise RequestRefused(f"{name} needs {ends}, and {first} and {last} were found: give {begin} and {end}")
    except OverflowError:
        raise RequestRefused(f"{name} needs {ends}, and {window.start.date()} is too early for one") from None
    if most and last > (end := _after(first, period, most) - DAY):
        raise RequestRefused(f"{name} spans {most} at most, {first} to {end}, and dataEndTime is on {last}: split it")
    start = datetime.combine(first, time(), UTC)
    over = datetime.combine(last, time(), UTC) + DAY - SECOND
    if over > now:
        raise RequestRefused(
            f"{name} needs a dataEndTime on a day that is over, and {last} is not; it is {utc_text(now)} now"
        )
    return Window(start, over, window.as_of)


def _days(start: datetime, end: datetime, period: str) -> tuple[date, date]:
    """Return the first and the last day, in the offsets given.

    Amazon reads no times: midnight is that day, unless only the day before, which it ends, is the last of a period.
    """
    before = end.date() - DAY
    ends_before = end.time() == time() and not _is_last(end.date(), period) and _is_last(before, period)
    return start.date(), before if ends_before else end.date()


def _is_last(day: date, period: str) -> bool:
    return next_first_day(period, day) == day + DAY


def _after(first: date, period: str, count: int) -> date:
    """Return the day after `count` periods from `first` on."""
    for _ in range(count):
        first = next_first_day(period, first)
    return first


def _around(first: date, last: date, period: str, *, most: int | None, today: date) -> tuple[date, date]:
    """Return the ends of the whole periods that were probably meant, over by today."""
    after = min(next_first_day(period, last), first_day(period, today))
    begin = min(first_day(period, first), first_day(period, after - DAY))
    return begin, (min(after, _after(begin, period, most)) if most else after) - DAY


def _of_window(request: Request, kind: ReportType, window: Window, now: datetime) -> Iterator[str]:
    if window.start is None:
        if kind.window_required:
            yield f"{request['reportType']} needs a window: {NO_WINDOW}"
        return
    name, most = request["reportType"], kind.max_span_days
    # Amazon takes an end that is not given to be now.
    # In autumn a day has an hour more by some clocks.
    days = ceil(((window.end or now) - window.start - timedelta(hours=1)) / DAY)
    if most and days > most:
        found = f"dataStartTime to {'dataEndTime' if window.end else 'now'} are {days}"
        yield f"{name} spans {most} days at most, and {found}: split them into {ceil(days / most)} executions"
    if kind.max_lookback_days:
        earliest = (now - DAY * kind.max_lookback_days).date()
        if window.start.date() < earliest:
            yield (
                f"{name} reaches back {kind.max_lookback_days} days, to {earliest}, "
                f"and dataStartTime is {utc_text(window.start)}"
            )
