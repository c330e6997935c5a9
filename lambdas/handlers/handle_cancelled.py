"""Handle cancelled: finds out why there is no document, and records it.

In: messages.Turn. Out: messages.NoDocument, messages.AskAgain or messages.Failure. Raises: ledger.ClaimLost,
credentials.CredentialsMissing and what spapi.errors lists. Amazon cancels a report by itself when there is no data, and
when its type was asked for a moment ago, and says neither; somebody may also have cancelled it while it was in the
queue. A cancelled report is never recorded as zero rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.ledger.outcome import record
from lambdas.ledger.rerequest import ask_again, cooled_down
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads import window_of
from lambdas.quota.reservations import NotAdmitted
from lambdas.request import report_types
from lambdas.spapi.errors import SpApiThrottled

if TYPE_CHECKING:
    from lambdas.ledger.report_statistics import ReportStatistics
    from lambdas.ledger.table import Ledger
    from lambdas.payloads import Failure, NoDocument, RequestAgain, StateData
    from lambdas.spapi.reports import ReportsApi

NO_DATA = "Amazon cancelled the report, as it does when there is no data for what was asked"
ELSEWHERE = "Amazon ended the report in the queue, before processing it: somebody cancelled it"


def handle_cancelled(
    turn: StateData, *, sp_api: ReportsApi, ledger: Ledger, experience: ReportStatistics, now: datetime
) -> NoDocument | RequestAgain | Failure:
    """Return the reason, as far as the evidence allows, or the wait for another attempt."""
    request, report, report_id = turn["request"], turn["report"], turn["poll"]["reportId"]
    result: NoDocument | Failure = {**window_of(turn), "outcome": "NO_DATA", "reason": NO_DATA}
    # Only a report in the queue can be cancelled by request; one that has no data is processed before Amazon knows.
    if "processingEndTime" in report and "processingStartTime" not in report:
        result = {**window_of(turn), "outcome": "CANCELLED_ELSEWHERE", "reason": ELSEWHERE}
    elif "reportId" not in request and report_types.get(request["reportType"]).cooldown_seconds:
        try:
            before = _asked_before(turn, sp_api)
        except (NotAdmitted, SpApiThrottled):
            before = None
            result["reason"] = f"{NO_DATA}; whether the type was asked for too soon is not known: no quota to look"
        if before:
            cause = (
                f"Amazon cancelled report {report_id}: {request['reportType']} had been asked for at "
                f"{before.isoformat(timespec='seconds')}, and gives one report per cooldown."
            )
            again = ask_again(turn, not_before=cooled_down(request, since=before), reason=cause, ledger=ledger, now=now)
            if again:
                return again
            result = {**window_of(turn), "outcome": "TOO_SOON", "reason": "CANCELLED", "cause": cause}
    record(turn, result, status=result["outcome"], ledger=ledger, experience=experience, now=now)
    return result


def _asked_before(turn: StateData, sp_api: ReportsApi) -> datetime | None:
    """Return when the last report of this type was asked for, by whomever, whose cooldown this one fell into."""
    request, report_id = turn["request"], turn["poll"]["reportId"]
    created = datetime.fromisoformat(turn["report"].get("createdTime") or turn["poll"]["startedAt"])
    since = created - timedelta(seconds=report_types.get(request["reportType"]).cooldown_seconds or 0)
    earlier = [
        datetime.fromisoformat(report["createdTime"])
        for report in sp_api.get_reports(
            report_type=request["reportType"],
            created_since=since.isoformat(timespec="seconds"),
            created_until=(created + timedelta(seconds=1)).isoformat(timespec="seconds"),
        )
        # Another cancelled one has not used the cooldown up.
        if report["reportId"] != report_id
        and report["processingStatus"] != "CANCELLED"
        and set(request["marketplaceIds"]) & set(report.get("marketplaceIds", request["marketplaceIds"]))
    ]
    return max((time for time in earlier if since < time <= created), default=None)


def handler(event: StateData, _context: object) -> NoDocument | RequestAgain | Failure:
    """Run handle_cancelled as the state Handle cancelled."""
    with log_invocation("Handle cancelled", event) as run:
        answer = handle_cancelled(
            event,
            sp_api=dependencies().sp_api(event["request"], run.calls),
            ledger=dependencies().ledger,
            experience=dependencies().statistics,
            now=clock.now(),
        )
        return run.record_outcome(answer)
