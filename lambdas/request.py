"""The input of an execution: checked strictly before anything is called, then normalized.

A key that is not known, a date without an offset or an option that is not a string is never guessed at: Amazon ignores
what it does not understand, and the report that comes back is not the one that was meant.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import periods
from messages import Request
from report_types import is_restricted
from spapi.regions import region_of

KEYS = (
    "sellingPartnerId",
    "reportType",
    "marketplaceIds",
    "dataStartTime",
    "dataEndTime",
    "period",
    "scheduledTime",
    "reportOptions",
)
# Both stand in S3 keys and in the names of secrets.
SELLING_PARTNER_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
REPORT_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,199}")


class InvalidRequest(Exception):
    """The input of the execution is not one that reports can be asked for with."""


def parse(raw: Any, *, now: datetime) -> Request:
    """Return the request an execution's input stands for.

    `now` is when the execution started: no date may lie after it, and it is the request's `asOf` where the input gives
    no end of a window.

    Raises:
        InvalidRequest: one sentence that names the key, what was found and what is allowed.
    """
    if not isinstance(raw, dict):
        raise InvalidRequest(
            f"the input must be a JSON object with the keys {', '.join(KEYS)}, and {_kind(raw)} was found"
        )
    for key in raw:
        if key not in KEYS:
            allowed = ", ".join(KEYS)
            raise InvalidRequest(f"the input has the key {_shown(key)}, which is not known; allowed are {allowed}")
    for key in ("sellingPartnerId", "reportType", "marketplaceIds"):
        if key not in raw:
            raise InvalidRequest(f"the input lacks the key {key}")
    request: Request = {
        "sellingPartnerId": _matching(raw, "sellingPartnerId", SELLING_PARTNER_ID, "letters, digits, '.', '_' and '-'"),
        "reportType": _matching(raw, "reportType", REPORT_TYPE, "a type such as GET_MERCHANT_LISTINGS_ALL_DATA"),
        "marketplaceIds": _marketplaces(raw["marketplaceIds"]),
        "reportOptions": _options(raw.get("reportOptions", {})),
        "restricted": False,
    }
    request["restricted"] = is_restricted(request["reportType"])
    _window(request, raw, now)
    return request


def _window(request: Request, raw: Mapping[str, Any], now: datetime) -> None:
    scheduled = _instant(raw, "scheduledTime") if "scheduledTime" in raw else None
    start, end = (_instant(raw, key) if key in raw else None for key in ("dataStartTime", "dataEndTime"))
    if "period" in raw:
        start, end = _period(raw, scheduled)
    for key, value in (("scheduledTime", scheduled), ("dataStartTime", start), ("dataEndTime", end)):
        if value and value > now:
            raise InvalidRequest(f"{key} is {_text(value)}, which lies in the future; it is {_text(now)} now")
    if end and not start:
        raise InvalidRequest("the input has dataEndTime without dataStartTime, which Amazon takes to be now: give both")
    if start and end and start > end:
        raise InvalidRequest(f"dataStartTime {_text(start)} lies after dataEndTime {_text(end)}")
    if start:
        request["dataStartTime"] = _text(start)
    if end:
        request["dataEndTime"] = _text(end)
    else:
        request["asOf"] = _text(scheduled or now)


def _period(raw: Mapping[str, Any], scheduled: datetime | None) -> tuple[datetime, datetime]:
    for key in ("dataStartTime", "dataEndTime"):
        if key in raw:
            raise InvalidRequest(f"the input has both period and {key}: give one or the other")
    if scheduled is None:
        raise InvalidRequest("period needs scheduledTime beside it, the time that the period is counted back from")
    try:
        return periods.resolve(raw["period"], scheduled)
    except periods.UnknownPeriod as error:
        raise InvalidRequest(str(error)) from None


def _matching(raw: Mapping[str, Any], key: str, pattern: re.Pattern[str], allowed: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidRequest(f"{key} is {_shown(value)}; allowed is {allowed}")
    return value


def _marketplaces(value: Any) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 25 or not all(isinstance(item, str) for item in value):
        raise InvalidRequest(f"marketplaceIds is {_shown(value)}; allowed is a list of 1 to 25 strings")
    if len(set(value)) != len(value):
        raise InvalidRequest(f"marketplaceIds is {_shown(value)}, which names a marketplace twice")
    try:
        region_of(value)
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
    return sorted(value)


def _options(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InvalidRequest(f"reportOptions is {_shown(value)}; allowed is an object of strings")
    for key, option in value.items():
        if not isinstance(option, str):
            found = f"reportOptions.{_shown(key)[1:-1]} is {_shown(option)}, {_kind(option)}"
            raise InvalidRequest(f'{found}; only strings are allowed, such as "true"')
    return dict(sorted(value.items()))


def _instant(raw: Mapping[str, Any], key: str) -> datetime:
    value = raw[key]
    allowed = "allowed is an ISO 8601 date and time with an offset, such as 2026-11-01T00:00:00Z"
    try:
        # A date without a time would parse, and mean midnight somewhere.
        instant = datetime.fromisoformat(value if "T" in value else "")
    except (ValueError, TypeError):
        raise InvalidRequest(f"{key} is {_shown(value)}; {allowed}") from None
    if instant.tzinfo is None:
        raise InvalidRequest(f"{key} is {_shown(value)}, which has no offset from UTC; {allowed}")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise InvalidRequest(f"{key} is {_shown(value)}, which is outside the years 1 to 9999; {allowed}") from None


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds" if instant.microsecond else "seconds").replace("+00:00", "Z")


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 100 else shown[:97] + "..."


def _kind(value: Any) -> str:
    named = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return named.get(type(value), "null")
