"""The window of a request, as its input gives it: by dates, or by a period and the time its schedule was due."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from lambdas.request import periods


class InvalidWindow(ValueError):
    """The input gives no window that reports can be asked for with."""


class Window(NamedTuple):
    """From when to when, in the offsets that were given; `as_of` is when it was asked for."""

    start: datetime | None
    end: datetime | None
    as_of: datetime


def parse_window(raw: Mapping[str, Any], *, now: datetime) -> Window:
    """Return the window an execution's input gives; no time in it may lie after `now`.

    Raises:
        InvalidWindow: one sentence that names the key, what was found and what is allowed.
        periods.UnknownPeriod: likewise.
    """
    scheduled = _instant(raw, "scheduledTime") if "scheduledTime" in raw else None
    start, end = (_instant(raw, key) if key in raw else None for key in ("dataStartTime", "dataEndTime"))
    if "period" in raw:
        start, end = _period(raw, scheduled)
    for key, value in (("scheduledTime", scheduled), ("dataStartTime", start), ("dataEndTime", end)):
        if value and value > now:
            raise InvalidWindow(f"{key} is {utc_text(value)}, which lies in the future; it is {utc_text(now)} now")
    if end and not start:
        raise InvalidWindow("the input has dataEndTime without dataStartTime, which Amazon takes to be now: give both")
    if start and end and start > end:
        raise InvalidWindow(f"dataStartTime {utc_text(start)} lies after dataEndTime {utc_text(end)}")
    return Window(start, end, scheduled or now)


def utc_text(instant: datetime) -> str:
    """Return the instant as ISO 8601 in UTC."""
    written = instant.astimezone(UTC).isoformat(timespec="milliseconds" if instant.microsecond else "seconds")
    return written.replace("+00:00", "Z")


def _period(raw: Mapping[str, Any], scheduled: datetime | None) -> tuple[datetime, datetime]:
    for key in ("dataStartTime", "dataEndTime"):
        if key in raw:
            raise InvalidWindow(f"the input has both period and {key}: give one or the other")
    if scheduled is None:
        raise InvalidWindow("period needs scheduledTime beside it, the time that the period is counted back from")
    # An input's own periods are UTC's, whatever the offset that its time is written in.
    return periods.resolve(raw["period"], scheduled.astimezone(UTC))


def _instant(raw: Mapping[str, Any], key: str) -> datetime:
    value = raw[key]
    shown = repr(value) if len(repr(value)) <= 100 else repr(value)[:97] + "..."
    allowed = "allowed is an ISO 8601 date and time with an offset, such as 2026-11-01T00:00:00Z"
    try:
        # A date without a time would parse, and mean midnight somewhere.
        instant = datetime.fromisoformat(value if "T" in value else "")
    except (ValueError, TypeError):
        raise InvalidWindow(f"{key} is {shown}; {allowed}") from None
    if instant.tzinfo is None:
        raise InvalidWindow(f"{key} is {shown}, which has no offset from UTC; {allowed}")
    try:
        instant.astimezone(UTC)
    except OverflowError:
        raise InvalidWindow(f"{key} is {shown}, which is outside the years 1 to 9999; {allowed}") from None
    return instant
