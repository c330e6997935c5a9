"""The input of a backfill: checked strictly, then sliced into the requests of its windows."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lambdas.payloads import Request
from lambdas.request import parsing as requests
from lambdas.request import report_types
from lambdas.request.parsing import InvalidRequest
from lambdas.request.periods import DAY, SECOND
from lambdas.request.slicing import SlicingRefused, period_of, windows_between

ASKED_WITH = (
    *("sellingPartnerId", "reportType", "marketplaceIds", "reportOptions", "unknownOptions"),
    *("refresh", "deadlineHours", "utf8Copy"),
)
KEYS = (*ASKED_WITH, "from", "to", "period", "timeZone")
# So many fit into Step Functions' 256 KiB; Amazon takes two days for them.
MOST = 3000


def parse_backfill(raw: Any, *, now: datetime) -> list[Request]:
    """Return the requests of all windows of the backfill that an input stands for, the oldest first.

    Raises:
        InvalidRequest: one sentence that names the key, what was found and what is allowed.
    """
    _check_keys(raw)
    first, last = _day(raw, "from"), _day(raw, "to")
    if first > last:
        raise InvalidRequest(f"from is {first}, which lies after to, {last}")
    kind, options = report_types.get(str(raw["reportType"])), raw.get("reportOptions", {})
    try:
        wished = str(raw["period"]) if "period" in raw else None
        period = period_of(str(raw["reportType"]), kind, options if isinstance(options, dict) else {}, wished)
    except SlicingRefused as error:
        raise InvalidRequest(str(error)) from None
    sliced = list(islice(windows_between(first, last, period, whole=bool(kind.alignment)), MOST + 1))
    if len(sliced) > MOST:
        raise InvalidRequest(f"from {first} to {last} are more than {MOST} windows by {period}: split them")
    zone = _zone(raw.get("timeZone", "UTC"))
    if last >= (today := now.astimezone(zone).date()):
        raise InvalidRequest(f"to is {last}, which is not over; it is {today} in {zone.key} now")
    return [requests.parse_request({**execution_input(raw), **_window(*each, zone)}, now=now) for each in sliced]


def execution_input(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the executions of all windows are started with."""
    return {key: raw[key] for key in ASKED_WITH if key in raw} | {"background": True}


def _window(first: date, last: date, zone: tzinfo) -> dict[str, str]:
    start, after = (datetime.combine(day, time(), zone) for day in (first, last + DAY))
    # In UTC: the last day of a window may be one on which clocks are changed.
    return {"dataStartTime": start.isoformat(), "dataEndTime": (after.astimezone(UTC) - SECOND).isoformat()}


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        raise InvalidRequest(f"timeZone is {str(name)[:60]!r}; allowed is one such as Europe/Berlin") from None


def _check_keys(raw: Any) -> None:
    if not isinstance(raw, dict):
        raise InvalidRequest(f"the input must be a JSON object of {', '.join(KEYS)}")
    for key in raw:
        if key not in KEYS:
            raise InvalidRequest(
                f"the input has the key {str(key)[:60]!r}, which is not known; allowed are {', '.join(KEYS)}"
            )
    for key in ("sellingPartnerId", "reportType", "marketplaceIds", "from", "to"):
        if key not in raw:
            raise InvalidRequest(f"the input lacks the key {key}")


def _day(raw: Mapping[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(raw[key])
    except (ValueError, TypeError):
        found = str(raw[key])[:60]
        raise InvalidRequest(f"{key} is {found!r}; allowed is a day such as 2026-11-01") from None
