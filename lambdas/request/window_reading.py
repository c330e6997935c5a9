"""The window as Amazon reads it: by instants, by dates, by whole hours, or not at all.

A window is asked for so that Amazon's reading is what was meant: of a type that reads dates, the dates of the request's
own days, whatever its time zone. How a type is read is in its catalogue entry.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import NamedTuple

from lambdas.payloads.request import Request
from lambdas.request import whole_periods
from lambdas.request.periods import DAY, SECOND, whole_days
from lambdas.request.report_types import ReportType
from lambdas.request.window import Window, utc_text

HOUR = timedelta(hours=1)


class RequestRefused(ValueError):
    """Amazon does not make this report, or not so."""


class WindowToAsk(NamedTuple):
    """dataStartTime and dataEndTime of createReport, in UTC, and the first and last day that they stand for."""

    start: datetime | None
    end: datetime | None
    first: date
    last: date


def window_to_ask(request: Request, kind: ReportType, window: Window, *, now: datetime) -> WindowToAsk:
    """Return the window that makes Amazon read what `window` means.

    Raises:
        RequestRefused: one sentence that says what Amazon would not take, and what to write instead.
    """
    reads = kind.window.reads
    if reads in ("dates", "hours") and (kind.window.required or window.start):
        return _dates(request, kind, window, now=now) if reads == "dates" else _hours(request, window, now=now)
    if kind.window.required and window.start is None:
        raise RequestRefused(f"{request['reportType']} needs dataStartTime and dataEndTime")
    # In UTC: of one time zone's clock, Python would count the hours on the wall.
    start, end = (instant and instant.astimezone(UTC) for instant in (window.start, window.end))
    if start is None and kind.window.min_start_age_hours:
        # Amazon wants a window even where the report is of the moment.
        start = window.as_of.astimezone(UTC) - HOUR * kind.window.min_start_age_hours
    return WindowToAsk(start, end, *window.days)


def _dates(request: Request, kind: ReportType, window: Window, *, now: datetime) -> WindowToAsk:
    period = kind.period_of(request["reportOptions"])
    name = f"{request['reportType']} by {period}" if period else request["reportType"]
    period = period or "DAY"
    ends = f"dataStartTime and dataEndTime on {whole_periods.ENDS[period]}"
    if window.start is None or window.end is None:
        raise RequestRefused(f"{name} needs {ends}")
    most = kind.max_span_periods.get(period)
    try:
        given = whole_periods.days_meant(window.start, window.end, period)
        first, last = whole_periods.as_read(*given, period, kind.window.unaligned)
        _, over = whole_days(first, last, window.end.tzinfo or UTC)
        if not whole_periods.is_whole(first, last, period) or (over > now and (first, last) != given):
            today = now.astimezone(window.start.tzinfo).date()
            begin, end = whole_periods.smallest_mend(*given, period, most=most, today=today)
            found = f"{given[0]} and {given[1]} were found"
            raise RequestRefused(f"{name} needs {ends}, and {found}: give {begin} and {end}")
    except OverflowError:
        raise RequestRefused(f"{name} needs {ends}, and {window.start.date()} is too early for one") from None
    if most and last > (end := whole_periods.after(first, period, most) - DAY):
        raise RequestRefused(f"{name} spans {most} at most, {first} to {end}, and dataEndTime is on {last}: split it")
    if over > now:
        raise RequestRefused(
            f"{name} needs a dataEndTime on a day that is over, and {last} is not; it is {utc_text(now)} now"
        )
    # Amazon takes no time of the future: a day that is over in the east is not yet over in UTC.
    return WindowToAsk(_midnight(first), min(_midnight(last + DAY) - SECOND, over.astimezone(UTC)), first, last)


def _hours(request: Request, window: Window, *, now: datetime) -> WindowToAsk:
    """Return the hours that end within the window: adjacent windows have neither a gap nor an hour in common."""
    name = request["reportType"]
    if window.start is None or window.end is None:
        raise RequestRefused(f"{name} needs dataStartTime and dataEndTime")
    start, end = _whole_hour(window.start), _whole_hour(min(window.end.astimezone(UTC) + SECOND, now))
    if start >= end:
        raise RequestRefused(
            f"{name} is made of whole hours in UTC, and none ends between dataStartTime {utc_text(window.start)} "
            f"and dataEndTime {utc_text(window.end)}"
        )
    return WindowToAsk(start, end, *window.days)


def too_long_or_old(request: Request, kind: ReportType, asked: WindowToAsk, *, now: datetime) -> Iterator[str]:
    """Yield what Amazon has against the length and the age of a window."""
    if asked.start is None:
        return
    name = request["reportType"]
    if kind.max_span_days:
        yield from _too_long(name, kind, asked, now=now)
    youngest = now - HOUR * (kind.window.min_start_age_hours or 0)
    if asked.start > youngest:
        yield (
            f"{name} needs a dataStartTime {kind.window.min_start_age_hours} hours ago, {utc_text(youngest)} or before"
        )
    earliest, count = _reach(request, kind, now=now)
    if count and asked.first < earliest:
        yield f"{name} reaches back {count}, to {earliest}, and dataStartTime is {utc_text(asked.start)}"


def _too_long(name: str, kind: ReportType, asked: WindowToAsk, *, now: datetime) -> Iterator[str]:
    most = kind.max_span_days or 0
    # Amazon takes an end that is not given to be now.
    length, unit = (asked.end or now) - (asked.start or now), "days"
    if kind.window.reads == "hours":
        most, found, unit = most * 24, ceil(length / HOUR), "hours"
    elif kind.window.reads == "dates":
        found = (asked.last - asked.first).days + 1
    else:
        # In autumn a day has an hour more by some clocks.
        found = ceil((length - HOUR) / DAY)
    if found > most:
        span = f"dataStartTime to {'dataEndTime' if asked.end else 'now'} are {found}"
        yield f"{name} spans {most} {unit} at most, and {span}: split them into {ceil(found / most)} executions"


def _reach(request: Request, kind: ReportType, *, now: datetime) -> tuple[date, str]:
    """Return the earliest day that a window may begin on, and how far back that is; "" if no limit is known."""
    today, period = now.date(), kind.period_of(request["reportOptions"]) or "DAY"
    if count := kind.max_lookback_periods.get(period):
        return whole_periods.before(today, period, count), f"{count} {period.lower()}s"
    days = kind.max_lookback_days
    return today - DAY * (days or 0), f"{days} days" if days else ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _whole_hour(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
