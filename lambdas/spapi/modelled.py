"""Answers as Amazon's models have them, checked field by field where they arrive: nobody after this has to wonder.

Source: Amazon's models reports_2021-06-30.json, tokens_2021-03-01.json and notifications.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lambdas.spapi.errors import SpApiAnswerTooLarge, SpApiRejected, SpApiUnavailable
from lambdas.spapi.foreign import NotJson, parsed

if TYPE_CHECKING:
    from lambdas.spapi.exchange import Answer

# The machine hands a report from state to state, in 256 KiB with all else.
MOST_CHARACTERS = 32_000
# RFC 3339, in a century in which no sum of times overflows.
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
# What a header can carry, and a query.
TOKEN = re.compile(r"[!-~]{1,8192}")


def is_token(value: Any) -> bool:
    """Say whether a value can go into a header as it is: access tokens, restricted-data tokens, nextToken."""
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def is_name(value: Any) -> bool:
    """Say whether a value is an id, a type or a status: printable, and short enough for a key and a segment of a path.

    Amazon does not say what an id is made of.
    """
    printable = isinstance(value, str) and value.isprintable() and 1 <= len(value) <= 200
    return printable and value not in (".", "..") and len(quote(value, safe="")) <= 400


def is_time(value: Any) -> bool:
    """Say whether a value is a time with an offset."""
    if not (isinstance(value, str) and TIME.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_list_of_names(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 100 and all(map(is_name, value))


FIELDS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("reportId", "reportType", "processingStatus", "reportDocumentId"), is_name),
    **dict.fromkeys(("reportScheduleId", "period"), is_name),
    **dict.fromkeys(
        ("createdTime", "processingStartTime", "processingEndTime", "dataStartTime", "dataEndTime"), is_time
    ),
    "nextReportCreationTime": is_time,
    **dict.fromkeys(("url", "restrictedDataToken", "nextToken"), is_token),
    **dict.fromkeys(("compressionAlgorithm", "destinationId", "subscriptionId"), is_name),
    "marketplaceIds": _is_list_of_names,
    **dict.fromkeys(("reports", "reportSchedules"), lambda value: isinstance(value, list)),
}


def as_modelled(answer: Any, operation: str, *, required: Sequence[str] = ()) -> dict[str, Any]:
    """Return an answer, or a part of one, as it is, if what is known of its fields holds. Null is as good as absent.

    So are marketplaceIds that name none: the report is for all of the account's.

    Raises:
        SpApiUnavailable: a field is not as its model says, or is missing; the message names it.
    """
    if not isinstance(answer, dict):
        raise SpApiUnavailable(f"{operation}: SP-API's answer has something that is no object")
    told = {key: value for key, value in answer.items() if value is not None and (key, value) != ("marketplaceIds", [])}
    for key in required:
        if not told.get(key):
            raise SpApiUnavailable(f"{operation}: SP-API's answer has no {key}")
    for key in FIELDS.keys() & told.keys():
        if not FIELDS[key](told[key]):
            raise SpApiUnavailable(f"{operation}: SP-API's answer has a {key} that is not as its model says")
    return told


def small_enough(report: dict[str, Any], operation: str) -> dict[str, Any]:
    """Return a Report that the machine can hand on.

    Raises:
        SpApiAnswerTooLarge: it has more than any report has.
    """
    if len(json.dumps(report)) > MOST_CHARACTERS:
        raise SpApiAnswerTooLarge(
            f"{operation}: SP-API's answer has a report of more than {MOST_CHARACTERS} characters"
        )
    return report


def content_of(answer: Answer, operation: str) -> dict[str, Any]:
    """Return the JSON object of an answer, out of the `payload` that the older documented form wraps it in.

    Raises:
        SpApiUnavailable: it is something else.
    """
    if not answer.body.strip():
        return {}
    try:
        content = parsed(answer.body)
    except NotJson:
        content = None
    if not isinstance(content, dict):
        raise SpApiUnavailable(f"{operation}: SP-API answered {answer.status} with something other than a JSON object")
    payload = content.get("payload")
    return payload if isinstance(payload, dict) else content


def segment(operation: str, an_id: str) -> str:
    """Return an id as one segment of a path.

    Raises:
        SpApiRejected: it is a path of its own, which would lead elsewhere; nothing is sent.
    """
    if an_id in ("", ".", ".."):
        raise SpApiRejected(f"{operation}: {an_id!r} is no id")
    return quote(an_id, safe="")
