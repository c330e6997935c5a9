"""Publish outcome: tells other systems how an execution has ended, and counts it.

In: EventBridge's "Step Functions Execution Status Change", which there is for every outcome: a success, a Fail state, a
function's error, a timeout, an abort. Out: an event of the source `reportflow` (docs/events.md), and a log line with
metrics (docs/metrics.md). Raises: EventRefused. It asks neither the ledger nor Amazon: what observes must work when the
rest does not.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lambdas.dependencies import dependencies
from lambdas.observability.events import publish
from lambdas.observability.invocation_log import log_invocation
from lambdas.request import parsing as requests
from lambdas.spapi.foreign import error_message, parsed_or_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LANDED, WITHOUT_DOCUMENT, FAILED = "Report Landed", "Report Ended Without Document", "Report Failed"
# The metric of each outcome, and of the errors that are Amazon's doing; any other red outcome is Failed.
METRIC_OF_OUTCOME = {
    "LANDED": "Landed",
    "ALREADY_LANDED": "AlreadyLanded",
    "NO_DATA": "NoData",
    "CANCELLED_ELSEWHERE": "CancelledElsewhere",
}
RED = {"ReportFatal": "Fatal", "ReportOverdue": "Overdue"}
ASKED = (
    "sellingPartnerId",
    "reportType",
    "marketplaceIds",
    "reportOptions",
    "dataStartTime",
    "dataEndTime",
    "firstDay",
    "lastDay",
    "timeZone",
    "reportId",
)
IDS = ("executionArn", "sellingPartnerId", "reportType", "reportId")


def with_execution_data(detail: Mapping[str, Any], describe: Callable[[str], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return a status change with all it can have: input, and output or error and cause.

    EventBridge's event leaves out what is too large for it, and does not promise error and cause.
    """
    ends = "output" if detail["status"] == "SUCCEEDED" else "error"
    if detail.get("input") and detail.get(ends):
        return detail
    described = describe(detail["executionArn"])
    return {**detail, **{key: described.get(key) for key in ("input", "output", "error", "cause")}}


def outcome_event(ended: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the event's detail-type and detail for a whole status change."""
    started = _time(ended["startDate"])
    detail = {
        "executionArn": ended["executionArn"],
        "startedAt": started.isoformat(),
        "endedAt": _time(ended["stopDate"]).isoformat(),
        **_asked(ended.get("input"), started=started),
    }
    if ended["status"] == "SUCCEEDED":
        result = json.loads(ended["output"])
        return LANDED if result["outcome"].endswith("LANDED") else WITHOUT_DOCUMENT, {**detail, **result}
    # A timeout has no error of its own everywhere, and who aborts need not give one.
    error = ended.get("error") or f"States.{ended['status']}"
    return FAILED, {**detail, "error": error, "cause": error_message(ended.get("cause") or "")}


def outcome_metrics(detail: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics of an announced outcome."""
    if "error" in detail:
        return {RED.get(detail["error"], "Failed"): 1}
    odd: dict[str, float] = {"Findings": len(odd_codes(detail))}
    if detail["outcome"] != "LANDED":
        return {METRIC_OF_OUTCOME[detail["outcome"]]: 1} | (odd if detail["outcome"] == "NO_DATA" else {})
    return {
        "Landed": 1,
        "Bytes": detail["bytes"],
        "Rows": detail["rows"] or 0,
        "SecondsToLand": detail["secondsToLand"],
        **odd,
    }


def odd_codes(detail: Mapping[str, Any]) -> list[str]:
    """Return the codes of the findings that are more than information."""
    return [finding["code"] for finding in detail.get("findings", []) if finding["severity"] != "info"]


def _asked(execution_input: str | None, *, started: datetime) -> dict[str, Any]:
    """Return what was asked for, with the window that a period stands for; of an invalid input the two names."""
    raw = parsed_or_text(execution_input)
    try:
        request: Mapping[str, Any] = requests.parse_request(raw, now=started)
    except requests.InvalidRequest:
        named = raw if isinstance(raw, dict) else {}
        return {key: named[key] for key in ASKED[:2] if isinstance(named.get(key), str)}
    return {key: request[key] for key in ASKED if key in request}


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Announce the outcome that EventBridge tells of."""
    with log_invocation("Publish outcome") as run:
        ended = with_execution_data(event["detail"], dependencies().executions.describe)
        detail_type, detail = outcome_event(ended)
        run.fields = {key: detail.get(key) for key in IDS}
        publish(detail_type, detail, put_events=dependencies().put_events)
        # After the event: a run that has to be repeated has not been counted yet.
        run.message, run.measured = detail_type, outcome_metrics(detail)
        run.fields |= {"outcome": detail.get("outcome"), "error": detail.get("error")}
        if detail.get("findings"):
            run.fields["findings"] = [finding["code"] for finding in detail["findings"]]
        if "error" not in detail and detail["outcome"] in ("LANDED", "NO_DATA"):
            alarmed = dependencies().environment.finding_alarms.split()
            run.log_findings([code for code in odd_codes(detail) if code in alarmed])
