"""Asks for a report again, later, where the one that came to nothing was only asked for too early."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from lambdas.payloads.state_data import window_of
from lambdas.request import report_types

if TYPE_CHECKING:
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.request import Request
    from lambdas.payloads.results import RequestAgain
    from lambdas.payloads.state_data import StateData

# createReports of one execution. Each of them costs one of the selling partner's.
ATTEMPTS = 3
# Where nobody knows how long Amazon wants to be left alone with a type, or when its data will be there.
COOLDOWN, LAG = timedelta(minutes=30), timedelta(hours=1)
# A little later than exactly then.
MARGIN = timedelta(seconds=60)


def ask_again(
    state_data: StateData,
    *,
    not_before: datetime,
    reason: str,
    ledger: Ledger,
    now: datetime,
    attempts: int = ATTEMPTS,
) -> RequestAgain | None:
    """Schedule another createReport at `not_before`, record that in the ledger, and return the wait.

    Args:
        state_data: of the report that came to nothing.
        not_before: when to ask again.
        reason: why, as the beginning of a sentence for a person.
        ledger: where it is recorded.
        now: what `not_before` is counted from.
        attempts: the createReports of one execution, at most.

    Returns:
        The wait in whole seconds, one at least; None after so many attempts, for a request with a reportId, and if the
        ledger item belongs to another report by now.

    Raises:
        ClaimLost: another execution wrote the request's item in between.
    """
    request = state_data["request"]
    if "reportId" in request:
        return None
    entry = ledger.find(request)
    if entry is None or entry.report_id != state_data["poll"]["reportId"] or entry.attempts >= attempts:
        return None
    result: RequestAgain = {
        **window_of(state_data),
        "outcome": "ASK_AGAIN",
        "reason": f"{reason}; attempt {entry.attempts} of {attempts}",
        "waitSeconds": max(1, ceil((not_before - now).total_seconds())),
    }
    ledger.record_rerequest(request, entry=entry, now=now, result=result)
    return result


def cooled_down(request: Request, *, since: datetime) -> datetime:
    """Return when the type may be asked for again, after a request at `since`."""
    seconds = report_types.get(request["reportType"]).cooldown_seconds
    return since + (timedelta(seconds=seconds) if seconds else COOLDOWN) + MARGIN


def data_there(request: Request, *, now: datetime) -> datetime:
    """Return the earliest time at which the window's data should exist: by its type's lag, else an hour from now."""
    hours = report_types.get(request["reportType"]).lag_hours
    if hours and "dataEndTime" in request:
        expected = datetime.fromisoformat(request["dataEndTime"]) + timedelta(hours=hours) + MARGIN
        if expected > now:
            return expected
    return now + LAG
