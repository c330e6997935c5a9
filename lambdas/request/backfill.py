"""The input of a backfill: checked strictly, then sliced into the requests of its windows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from lambdas.payloads.request import Request
from lambdas.request import parsing as requests
from lambdas.request import report_types
from lambdas.request.parsing import InvalidRequest
from lambdas.request.periods import DAY, whole_days
from lambdas.request.slicing import SlicingRefused, period_of, windows_between
from lambdas.request.window import InvalidWindow, time_zone, utc_text

ASKED_WITH = (
    *("sellingPartnerId", "reportType", "marketplaceIds", "reportOptions", "unknownOptions"),
    *("refresh", "timeZone", "deadlineHours", "utf8Copy"),
)
KEYS = (*ASKED_WITH, "from", "to", "period")
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
    options = options if isinstance(options, dict) else {}
    try:
        wished = str(raw["period"]) if "period" in raw else None
        period = period_of(str(raw["reportType"]), kind, options, wished)
        zone = time_zone(raw.get("timeZone", "Etc/UTC"))
    except (SlicingRefused, InvalidWindow) as error:
        raise InvalidRequest(str(error)) from None
    whole = kind.period_of(options) is not None
    sliced = list(islice(windows_between(first, last, period, whole=whole), MOST + 1))
    if len(sliced) > MOST:
        each = f"{period} days" if isinstance(period, int) else period
        raise InvalidRequest(f"from {first} to {last} are more than {MOST} windows by {each}: split them")
    _check_over(sliced, last=last, period=period, zone=zone, now=now)
    given = execution_input(raw)
    return [requests.parse_request({**given, **_window(*each, zone)}, now=now) for each in sliced]


def window_input(request: Request) -> dict[str, str]:
    """Return the input keys that name one of these windows."""
    first, last = (date.fromisoformat(day) for day in (request["firstDay"], request["lastDay"]))
    return _window(first, last, ZoneInfo(request["timeZone"]))


def _check_over(
    sliced: Sequence[tuple[date, date]], *, last: date, period: str | int, zone: ZoneInfo, now: datetime
) -> None:
    """Raise InvalidRequest where the last window has not passed."""
    today, end = now.astimezone(zone).date(), sliced[-1][1]
    if end < today:
        return
    reaches = f"in a {period} that ends on {end}, which is not over" if end > last else "which is not over"
    over = max((until for _, until in sliced if until < today), default=None) if end > last else today - DAY
    mend = f": give {over} or before" if over and over >= sliced[0][0] else ""
    raise InvalidRequest(f"to is {last}, {reaches}; it is {utc_text(now)} now{mend}")


def execution_input(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the executions of all windows are started with."""
    return {key: raw[key] for key in ASKED_WITH if key in raw} | {"background": True}


def _window(first: date, last: date, zone: ZoneInfo) -> dict[str, str]:
    start, end = (instant.isoformat().replace("+00:00", "Z") for instant in whole_days(first, last, zone))
    return {"dataStartTime": start, "dataEndTime": end}


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
