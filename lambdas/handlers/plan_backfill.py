"""Plan backfill: slices the span into windows, and leaves out those of which the ledger knows the end.

In: BackfillStart. Out: BackfillPlan. Raises: request.InvalidRequest.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.dependencies import dependencies
from lambdas.observability.invocation_log import log_invocation
from lambdas.request import backfill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.payloads import Request

# What a window need not be asked for again after.
COMPLETE = ("LANDED", "NO_DATA")


class BackfillStart(TypedDict):
    """What both functions of a backfill get: the raw input, and whose execution it is."""

    input: Any
    executionArn: str
    executionName: str
    startTime: str


class BackfillPlan(TypedDict):
    """The machine's data after Plan backfill: each of the `windows` is started with what is `given`."""

    name: str
    """What the executions' names begin with."""
    given: dict[str, Any]
    windows: list[dict[str, str]]


def missing(requests: Sequence[Request], *, ledger: Ledger) -> list[Request]:
    """Return those whose windows are still to be asked for."""
    known = zip(requests, ledger.entries(requests), strict=True)
    return [each for each, entry in known if each["refresh"] or not is_complete(entry)]


def is_complete(entry: Entry | None) -> bool:
    """Say whether a window has what there is of it."""
    return entry is not None and entry.status in COMPLETE


def handler(event: BackfillStart, _context: object) -> BackfillPlan:
    """Run plan_backfill as the state Plan backfill."""
    with log_invocation("Plan backfill", event):
        requests = backfill.parse_backfill(event["input"], now=datetime.fromisoformat(event["startTime"]))
        partner = re.sub(r"[^A-Za-z0-9_-]", "-", event["input"]["sellingPartnerId"][:20])
        return {
            "name": f"backfill-{partner}",
            "given": backfill.execution_input(event["input"]),
            "windows": [backfill.window_input(each) for each in missing(requests, ledger=dependencies().ledger)],
        }
