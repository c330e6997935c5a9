"""What makes two requests the same: the parts of the ledger's key, shared by schedules, backfills and the manifest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from lambdas.request import report_types

if TYPE_CHECKING:
    from lambdas.payloads.request import Request


def fingerprint(request: Request) -> str:
    """Return what makes a request the same request: its window and options.

    The window is type, marketplaces and dates or when it was asked for; or the report itself, where Amazon has it.
    """
    return f"{window_digest(request)}-{digest(request['reportOptions'])}"


def window_digest(request: Request) -> str:
    """Return 16 hex digits for what was asked for: type, marketplaces and dates, or the `reportId` alone."""
    if "reportId" in request:
        return digest({"reportId": request["reportId"]})
    names = ("marketplaceIds", "dataStartTime", "dataEndTime", "asOf")
    asked = {name: request.get(name) for name in names} | {"reportType": request["reportType"]}
    if "dataEndTime" in request and report_types.get(request["reportType"]).window.reads == "dates":
        # The same dates are the same window in every time zone; what time of the last one is asked for, Amazon ignores.
        asked["dataEndTime"] = f"{request['dataEndTime'][:10]}T23:59:59Z"
    return digest(asked)


def digest(value: Any) -> str:
    """Return 16 hex digits of the SHA-256 of `value` as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
