"""Coalesces executions for the same request: waits for the one that runs, and shares its outcome."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lambdas.ledger.item import Entry
    from lambdas.payloads.request import Request
    from lambdas.payloads.results import Landed
    from lambdas.payloads.state_data import Created

SHORTEST_WAIT, LONGEST_WAIT, GROWTH = 20, 600, 3
SHARED = ("NO_DATA", "CANCELLED_ELSEWHERE", "TOO_SOON", "FATAL", "OVERDUE", "WITHDRAWN")


def shared(request: Request, entry: Entry | None, *, started: datetime) -> Created | None:
    """Return how the request has ended, if that is this execution's outcome too.

    A report that has landed is not asked for again, unless the input says `refresh`. Any other outcome counts only for
    an execution that was there already: one that starts later asks again.
    """
    if entry is None or not entry.ended:
        return None
    meanwhile = entry.updated_at > started
    if entry.status == "LANDED" and (meanwhile or not request["refresh"]):
        landed = cast("Landed", entry.result)
        return {"request": request, "result": {**landed, "outcome": "ALREADY_LANDED"}}
    if entry.status in SHARED and meanwhile:
        return {"request": request, "result": cast("Any", entry.result)}
    return None


def in_flight(
    request: Request, entry: Entry | None, *, execution: str, is_running: Callable[[str], bool], now: datetime
) -> Created | None:
    """Return the wait for another execution that is at work on this request, or for the time to ask again.

    Args:
        request: what is asked for.
        entry: what the ledger has of it.
        execution: the ARN of the execution that asks.
        is_running: says whether the execution of an ARN still runs.
        now: with its offset from UTC.

    Returns:
        A WAIT of whole seconds, or None if this execution may go on.
    """
    if entry is None or entry.ended:
        return None
    if entry.not_before and entry.status == "ASK_AGAIN" and entry.not_before > now:
        seconds = ceil((entry.not_before - now).total_seconds())
        return waiting_result(
            request, seconds, f"it is to be asked for again at {entry.not_before.isoformat(timespec='seconds')}"
        )
    if entry.execution == execution or not is_running(entry.execution):
        return None
    elapsed = max(0.0, (now - entry.claimed_at).total_seconds())
    seconds = min(LONGEST_WAIT, max(SHORTEST_WAIT, ceil(GROWTH * sqrt(elapsed))))
    return waiting_result(request, seconds, f"{entry.execution} is at work on the same report")


def waiting_result(request: Request, seconds: int, reason: str) -> Created:
    """Return what makes the machine come back after so many whole `seconds`; `reason` is a sentence for a person."""
    return {"request": request, "result": {"outcome": "WAIT", "reason": reason}, "poll": {"waitSeconds": seconds}}
