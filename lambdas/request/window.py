"""The window of a request, as its input gives it: by dates, or by a period and the time its schedule was due."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lambdas.request import periods


class InvalidWindow(ValueError):
    """The input gives no window that reports can be asked for with."""


class Window(NamedTuple):
    """From when to when, both inclusive, in the time zone or else the offsets that were given."""

    start: datetime | None
    end: datetime | None
    as_of: datetime
    """When it was asked for."""

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, as the input means them; Amazon takes an end that is not given to be now."""
        return (self.start or self.as_of).date(), (self.end or self.as_of).date()

    @property
    def zone_name(self) -> str:
        """The time zone of these days: its name, or an offset from UTC."""
        instant = self.start or self.as_of
        return str(getattr(instant.tzinfo, "key", None) or (instant.isoformat()[-6:] if instant.utcoffset() else "UTC"))


def parse_window(raw: Mapping[str, Any], *, now: datetime) -> Window:
    """Return the window an execution's input gives; no time in it may lie after `now`.

    Raises:
        InvalidWindow: one sentence that names the key, what was found and what is allowed.
        periods.UnknownPeriod: likewise.
    """
    zone = time_zone(raw["timeZone"]) if "timeZone" in raw else None
    scheduled, start, end = (
        _in(zone, _instant(raw, key)) if key in raw else None
        for key in ("scheduledTime", "dataStartTime", "dataEndTime")
    )
    if "period" in raw:
        start, end = _period(raw, scheduled, zone=zone or UTC)
    for key, value in (("scheduledTime", scheduled), ("dataStartTime", start), ("dataEndTime", end)):
        if value and value.astimezone(UTC) > now.astimezone(UTC):
            raise InvalidWindow(f"{key} is {utc_text(value)}, which lies in the future; it is {utc_text(now)} now")
    if end and not start:
        raise InvalidWindow("the input has dataEndTime without dataStartTime, which Amazon takes to be now: give both")
    if start and end and start.astimezone(UTC) > end.astimezone(UTC):
        raise InvalidWindow(f"dataStartTime {utc_text(start)} lies after dataEndTime {utc_text(end)}")
    return Window(start, end, scheduled or _in(zone, now))


def time_zone(name: Any) -> ZoneInfo:
    """Return the time zone of that name.

    Raises:
        InvalidWindow: one sentence that names what was found and what is allowed.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise InvalidWindow(f"timeZone is {repr(name)[:60]}; allowed is one such as Europe/Berlin") from None


def days_of(request: Mapping[str, Any]) -> tuple[str, str]:
    """Return the first and the last day of a request's window, or of when it was asked for; "" if it has neither.

    The ledger has requests without days from before there were any: of whole days, the midnights are the nearest ones.
    """
    if "firstDay" in request:
        return request["firstDay"], request["lastDay"]
    asked = request.get("dataStartTime"), request.get("dataEndTime")
    if not (asked[0] and asked[1]):
        day = (asked[0] or request.get("asOf") or "")[:10]
        return day, day
    start, end = (datetime.fromisoformat(instant) for instant in asked if instant)
    near = timedelta(hours=12) if end - start > timedelta(hours=22) else timedelta()
    return (start + near).date().isoformat(), (end - near).date().isoformat()


def utc_text(instant: datetime) -> str:
    """Return the instant as ISO 8601 in UTC."""
    written = instant.astimezone(UTC).isoformat(timespec="milliseconds" if instant.microsecond else "seconds")
    return written.replace("+00:00", "Z")


def _period(raw: Mapping[str, Any], scheduled: datetime | None, *, zone: tzinfo) -> tuple[datetime, datetime]:
    for key in ("dataStartTime", "dataEndTime"):
        if key in raw:
            raise InvalidWindow(f"the input has both period and {key}: give one or the other")
    if scheduled is None:
        raise InvalidWindow("period needs scheduledTime beside it, the time that the period is counted back from")
    # Without a time zone periods are UTC's, whatever the offset that the time is written in.
    return periods.resolve(raw["period"], scheduled.astimezone(zone))


def _in(zone: ZoneInfo | None, instant: datetime) -> datetime:
    return instant.astimezone(zone) if zone else instant


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
