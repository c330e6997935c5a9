"""What Amazon makes of the window that it is asked for: by type, and by the option that names its calendar periods.

The facts are the catalogue's. How they are put into effect is written a second time here, so that a test can hold what
is asked for against what is answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from lambdas.request import report_types
from lambdas.request.report_types import ReportType
from local.simulator.specification import Specification

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CLIENT_ERROR = (
    "A client error occurred. Please double check that your parameters are valid and fulfill the requirements of the "
    "report type."
)
# Equal ends end CANCELLED: selling-partner-api-docs#3403
LATER_END = "SC_VAT_TAX_REPORT"
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a report holds: each of its dates, its hours, or the first and the last instant."""

    unit: Literal["date", "hour", "instant"] = "instant"
    start: str = ""
    end: str = ""
    rows: tuple[str, ...] = ()
    outcome: Literal["DONE", "FATAL", "CANCELLED"] = "DONE"


def read_window(specification: Specification, *, now: datetime) -> Reading:
    """Return what Amazon reads, of a report that is created `now`."""
    kind = report_types.get(specification.report_type)
    if kind.window.reads == "dates":
        return _dates(kind, specification, now=now)
    if kind.window.reads == "hours":
        return _hours(kind, specification, now=now)
    if kind.window.reads == "snapshot":
        age = timedelta(hours=kind.window.min_start_age_hours or 0)
        in_time = specification.data_start <= now - age and (not age or specification.data_end > now - HOUR)
        # Of the day and not of the moment: a report that is made again after a crash is the same.
        today = str(now.astimezone(UTC).date())
        return Reading(unit="date", start=today, end=today, rows=(today,) * 2, outcome="DONE" if in_time else "FATAL")
    start, end = _text(specification.data_start), _text(specification.data_end)
    return Reading(start=start, end=end, rows=(start, end))


def _dates(kind: ReportType, specification: Specification, *, now: datetime) -> Reading:
    """Read the dates as they are written, whatever the time beside them; both ends are included."""
    first, last = specification.data_start.date(), specification.data_end.date()
    option, options = kind.window.period_option, specification.received.get("reportOptions", {})
    period = str(options.get(option, kind.window.default_period or "")) if option else "DAY"
    given = {"dataStartTime", "dataEndTime"} <= set(specification.received)
    if period not in ("DAY", "WEEK", *MONTHS) or (kind.window.required and not given):
        return Reading(outcome="FATAL")
    if _out_of_range(kind, specification, now=now):
        return Reading(outcome="CANCELLED")
    begin, end = _whole_periods(first, last, period, kind.window.unaligned)
    if kind.window.unaligned == "refused" and (begin, end) != (first, last):
        return Reading(outcome="FATAL")
    days = [begin + DAY * number for number in range((end - begin).days + 1)]
    most = kind.max_span_periods.get(period)
    if most and len({_begin(day, period) for day in days}) > most:
        return Reading(outcome="FATAL")
    if not days:
        return Reading(outcome="CANCELLED")
    if option:
        days = days[: kind.max_span_days]
    return Reading(unit="date", start=str(days[0]), end=str(days[-1]), rows=tuple(map(str, days)))


def _out_of_range(kind: ReportType, specification: Specification, *, now: datetime) -> bool:
    first, last = specification.data_start.date(), specification.data_end.date()
    too_old = kind.max_lookback_days and first < now.astimezone(UTC).date() - DAY * kind.max_lookback_days
    too_long = not kind.window.period_option and kind.max_span_days and last > first + DAY * kind.max_span_days
    empty = specification.report_type == LATER_END and specification.data_end <= specification.data_start
    return bool(too_old or too_long or empty)


def _whole_periods(first: date, last: date, period: str, unaligned: str | None) -> tuple[date, date]:
    begin, after = _begin(first, period), _begin(last + DAY, period)
    if unaligned == "shrunk":
        return begin if begin == first else _next(begin, period), after - DAY
    if unaligned:
        return begin, (after if after == last + DAY else _next(after, period)) - DAY
    return first, last


def _begin(day: date, period: str) -> date:
    if period == "DAY":
        return day
    if period == "WEEK":
        return day - DAY * ((day.weekday() + 1) % 7)
    months = MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next(begin: date, period: str) -> date:
    if period in ("DAY", "WEEK"):
        return begin + DAY * (1 if period == "DAY" else 7)
    month = begin.month + MONTHS[period]
    return date(begin.year + (month > 12), (month - 1) % 12 + 1, 1)


def _hours(kind: ReportType, specification: Specification, *, now: datetime) -> Reading:
    """Read the hours that lie within the window as a whole."""
    start, end = specification.data_start, specification.data_end
    hours = tuple(_full_hours(start, end))
    most, reach = kind.max_span_days, kind.max_lookback_days
    age = timedelta(minutes=kind.window.min_end_age_minutes or 0)
    refused = (most and end - start > DAY * most) or (reach and start < now - DAY * reach) or end > now - age
    if refused or not hours:
        return Reading(outcome="FATAL")
    return Reading(unit="hour", start=_text(start), end=_text(end), rows=hours)


def _full_hours(start: datetime, end: datetime) -> Iterator[str]:
    hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hour += HOUR if hour < start else timedelta()
    while hour + HOUR <= end:
        yield _text(hour)
        hour += HOUR


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
