"""What another execution for the same request means for this one: it is waited for, and its outcome is shared."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lambdas.ledger.item import Entry
    from lambdas.payloads import Created, Landed, Request

SHORTEST_WAIT, LONGEST_WAIT, GROWTH = 20, 600, 3
SHARED = ("NO_DATA", "CANCELLED_ELSEWHERE", "TOO_SOON", "FATAL", "OVERDUE", "WITHDRAWN")


def shared(request: Request, seen: Entry | None, *, started: datetime) -> Created | None:
    """Return how the request has ended, if that is this execution's outcome too.

    A report that has landed is not asked for again, unless the input says `refresh`. Any other outcome counts only for
    an execution that was there already: one that starts later asks anew.
    """
    if seen is None or not seen.ended:
        return None
    meanwhile = seen.updated_at > started
    if seen.status == "LANDED" and (meanwhile or not request["refresh"]):
        landed = cast("Landed", seen.result)
        return {"request": request, "result": {**landed, "outcome": "ALREADY_LANDED"}}
    if seen.status in SHARED and meanwhile:
        return {"request": request, "result": cast("Any", seen.result)}
    return None


def in_flight(
    request: Request, seen: Entry | None, *, execution: str, is_running: Callable[[str], bool], now: datetime
) -> Created | None:
    """Return the wait for another execution that is at work on this request, or for the time to ask again."""
    if seen is None or seen.ended:
        return None
    if seen.not_before and seen.status == "ASK_AGAIN" and seen.not_before > now:
        seconds = ceil((seen.not_before - now).total_seconds())
        return waiting_result(
            request, seconds, f"it is to be asked for again at {seen.not_before.isoformat(timespec='seconds')}"
        )
    if seen.execution == execution or not is_running(seen.execution):
        return None
    elapsed = max(0.0, (now - seen.claimed_at).total_seconds())
    seconds = min(LONGEST_WAIT, max(SHORTEST_WAIT, ceil(GROWTH * sqrt(elapsed))))
    return waiting_result(request, seconds, f"{seen.execution} is at work on the same report")


def waiting_result(request: Request, seconds: int, reason: str) -> Created:
    """Return what makes the machine come back after `seconds`."""
    return {"request": request, "result": {"outcome": "WAIT", "reason": reason}, "poll": {"waitSeconds": seconds}}
