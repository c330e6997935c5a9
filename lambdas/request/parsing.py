"""The input of an execution: checked strictly before anything is called, then normalized.

A key that is not known, a date without an offset or an option that is not a string is never guessed at: Amazon ignores
what it does not understand, and the report that comes back is not the one that was meant.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from lambdas.payloads.request import Request
from lambdas.request import availability, constraints, report_types
from lambdas.request import window as windows
from lambdas.request.periods import UnknownPeriod
from lambdas.request.spelling import nearest
from lambdas.request.window_reading import RequestRefused
from lambdas.spapi.regions import marketplace_id, region_of

KEYS = (
    "sellingPartnerId",
    "reportType",
    "marketplaceIds",
    "dataStartTime",
    "dataEndTime",
    "period",
    "scheduledTime",
    "timeZone",
    "reportOptions",
    "unknownOptions",
    "refresh",
    "reportId",
    "background",
    "deadlineHours",
    "utf8Copy",
)
# Keys that a request with a reportId must not have: the report that Amazon has says them.
ASKED_WITH = (
    *("dataStartTime", "dataEndTime", "period", "scheduledTime", "timeZone"),
    *("reportOptions", "unknownOptions", "refresh"),
)
# Both stand in S3 keys and in the names of secrets.
SELLING_PARTNER_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
REPORT_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,199}")
# Amazon does not say what it is made of.
REPORT_ID = re.compile(r"[!-~]{1,200}")


class InvalidRequest(Exception):
    """The input of the execution is not one that reports can be asked for with."""


def parse_request(raw: Any, *, now: datetime) -> Request:
    """Return the request an execution's input stands for.

    `now` is when the execution started: no date may lie after it, and it is the request's `asOf` where the input gives
    no end of a window.

    Raises:
        InvalidRequest: one sentence that names the key, what was found and what is allowed.
    """
    _check_keys(raw)
    request: Request = {
        "sellingPartnerId": _matching(raw, "sellingPartnerId", SELLING_PARTNER_ID, "letters, digits, '.', '_' and '-'"),
        "reportType": _matching(raw, "reportType", REPORT_TYPE, "a type such as GET_MERCHANT_LISTINGS_ALL_DATA"),
        "marketplaceIds": _marketplaces(raw["marketplaceIds"]),
        "reportOptions": _options(raw.get("reportOptions", {})),
        "restricted": False,
        "refresh": _flag(raw, "refresh"),
        "background": _flag(raw, "background"),
    }
    _add_wishes(request, raw)
    request["restricted"] = report_types.get(request["reportType"]).restricted
    if notes := availability.notes(request["reportType"], now=now):
        request["notes"] = notes
    if "reportId" in raw:
        request["reportId"] = _report_id(raw)
        return request
    try:
        window = windows.parse_window(raw, now=now)
        asked = constraints.checked_window(request, window, now=now)
    except (windows.InvalidWindow, UnknownPeriod, RequestRefused) as error:
        raise InvalidRequest(str(error)) from None
    if asked.start:
        request["dataStartTime"] = windows.utc_text(asked.start)
    if asked.end:
        request["dataEndTime"] = windows.utc_text(asked.end)
    else:
        request["asOf"] = windows.utc_text(window.as_of)
    request["firstDay"], request["lastDay"] = asked.first.isoformat(), asked.last.isoformat()
    request["timeZone"] = window.zone_name
    return request


def _add_wishes(request: Request, raw: Mapping[str, Any]) -> None:
    """Add what an input may leave to the deployment or to the catalogue."""
    if "deadlineHours" in raw:
        request["deadlineHours"] = _hours(raw["deadlineHours"])
    if "utf8Copy" in raw:
        request["utf8Copy"] = _flag(raw, "utf8Copy")
    if "unknownOptions" in raw:
        request["unknownOptions"] = _unknown_options(raw["unknownOptions"])


def _check_keys(raw: Any) -> None:
    if not isinstance(raw, dict):
        raise InvalidRequest(
            f"the input must be a JSON object with the keys {', '.join(KEYS)}, and {_kind(raw)} was found"
        )
    for key in raw:
        if key not in KEYS:
            meant = nearest(str(key), KEYS)
            hint = f": did you mean {meant}?" if meant else f"; allowed are {', '.join(KEYS)}"
            raise InvalidRequest(f"the input has the key {_shown(key)}, which is not known{hint}")
    for key in ("sellingPartnerId", "reportType", "marketplaceIds"):
        if key not in raw:
            raise InvalidRequest(f"the input lacks the key {key}")


def _report_id(raw: Mapping[str, Any]) -> str:
    for key in ASKED_WITH:
        if key in raw:
            raise InvalidRequest(f"the input has both reportId and {key}: a report that Amazon has is as it was made")
    return _matching(raw, "reportId", REPORT_ID, "the id of a report, as getReports lists it")


def _matching(raw: Mapping[str, Any], key: str, pattern: re.Pattern[str], allowed: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidRequest(f"{key} is {_shown(value)}; allowed is {allowed}")
    return value


def _marketplaces(value: Any) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 25 or not all(isinstance(item, str) for item in value):
        raise InvalidRequest(f"marketplaceIds is {_shown(value)}; allowed is a list of 1 to 25 strings")
    ids = [marketplace_id(name) for name in value]
    if len(set(ids)) != len(ids):
        raise InvalidRequest(f"marketplaceIds is {_shown(value)}, which names a marketplace twice")
    try:
        region_of(ids)
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
    return sorted(ids)


def _options(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InvalidRequest(f"reportOptions is {_shown(value)}; allowed is an object of strings")
    for key, option in value.items():
        if not isinstance(option, str):
            found = f"reportOptions.{_shown(key)[1:-1]} is {_shown(option)}, {_kind(option)}"
            raise InvalidRequest(f'{found}; only strings are allowed, such as "true"')
    return dict(sorted(value.items()))


def _unknown_options(value: Any) -> Literal["allow"]:
    if value != "allow":
        raise InvalidRequest(f'unknownOptions is {_shown(value)}; allowed is "allow"')
    return "allow"


def _flag(raw: Mapping[str, Any], key: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise InvalidRequest(f"{key} is {_shown(value)}; allowed are true and false")
    return value


def _hours(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.1 <= value <= 48:
        raise InvalidRequest(f"deadlineHours is {_shown(value)}; allowed is a number from 0.1 to 48")
    return value


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 100 else shown[:97] + "..."


def _kind(value: Any) -> str:
    named = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return named.get(type(value), "null")
