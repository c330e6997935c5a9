"""Summarize backfill: writes what has become of every window, as the ledger knows it.

In: payloads.BackfillStart. Out: payloads.BackfillSummary. The ledger and not the Map says it: it also knows what had
landed before, and what another execution has done.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lambdas.dependencies import dependencies
from lambdas.ledger.completeness import is_complete
from lambdas.observability.invocation_log import log_invocation
from lambdas.request import backfill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.ledger.item import Entry
    from lambdas.payloads.backfill import BackfillStart, BackfillSummary
    from lambdas.payloads.request import Request

# So many windows are named in the cause; the summary has them all.
NAMED = 10


def summarize_backfill(found: Sequence[tuple[Request, Entry | None]]) -> tuple[list[dict[str, Any]], str]:
    """Return a line for each window, and the sentence about those that are not complete, if any is not."""
    lines = [_line(request, entry) for request, entry in found]
    open_ = [line for line, (_, entry) in zip(lines, found, strict=True) if not is_complete(entry)]
    if not open_:
        return lines, ""
    named = ", ".join(f"{line['firstDay']} ({line['outcome']})" for line in open_[:NAMED])
    more = f" and {len(open_) - NAMED} more" if len(open_) > NAMED else ""
    return lines, (
        f"{len(open_)} of {len(lines)} windows are not complete: {named}{more}. The same input started again asks for "
        "these only"
    )


def _line(request: Request, entry: Entry | None) -> dict[str, Any]:
    # An execution that failed before its report ended has left no outcome behind.
    outcome = entry.status if entry and entry.ended else "UNFINISHED"
    line: dict[str, Any] = {
        "firstDay": request["firstDay"],
        "lastDay": request["lastDay"],
        "dataStartTime": request["dataStartTime"],
        "dataEndTime": request["dataEndTime"],
        "outcome": outcome,
    }
    if entry:
        line["executionArn"] = entry.execution
        result: Any = entry.result or {}
        line |= {key: result[key] for key in ("reportId", "key", "bytes", "rows", "reason", "cause") if key in result}
    return line


def handler(event: BackfillStart, _context: object) -> BackfillSummary:
    """Run summarize_backfill as the state Summarize backfill."""
    with log_invocation("Summarize backfill", event) as run:
        requests = backfill.parse_backfill(event["input"], now=datetime.fromisoformat(event["startTime"]))
        known = dependencies().ledger.entries(requests)
        lines, cause = summarize_backfill(list(zip(requests, known, strict=True)))
        key = f"backfills/{event['executionName']}.json"
        summary = {"input": event["input"], "executionArn": event["executionArn"], "windows": lines}
        bucket = dependencies().bucket
        bucket.put_json(key, summary)
        summed_up: BackfillSummary = {
            "outcome": "INCOMPLETE" if cause else "COMPLETE",
            "windows": len(lines),
            "outcomes": dict(Counter(line["outcome"] for line in lines)),
            "bucket": bucket.name,
            "key": key,
            "cause": f"{cause}; s3://{bucket.name}/{key} lists them all" if cause else "",
        }
        return run.record_outcome(summed_up)
