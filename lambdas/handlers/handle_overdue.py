"""Handle overdue: gives up waiting, without giving up the report.

In: payloads.StateData. Out: payloads.Failure. Raises: table.ClaimLost, credentials.CredentialsMissing and what
spapi.errors lists. A report of ours in the queue is cancelled, so that it does not stand in the way of the next; one in
progress cannot be, and the next execution for the same request goes on with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.state_data import window_of
from lambdas.spapi.errors import SpApiNotFound, SpApiRejected

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.ledger.item import Outcome
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.results import Failure
    from lambdas.payloads.state_data import StateData
    from lambdas.spapi.reports import ReportsApi


def handle_overdue(state_data: StateData, *, sp_api: ReportsApi, ledger: Ledger, now: datetime) -> Failure:
    """Return the failure, after cancelling the report if it is still in the queue."""
    poll, processing_status = state_data["poll"], state_data["report"]["processingStatus"]
    # One that was not asked for here is somebody else's to cancel.
    ours = "reportId" not in state_data["request"]
    withdrawn = ours and processing_status == "IN_QUEUE" and _cancel(poll["reportId"], sp_api)
    fate = (
        "It was still in the queue and has been cancelled; the next execution for this request asks again."
        if withdrawn
        else "It stays with Amazon; the next execution for this request goes on waiting for it."
    )
    result: Failure = {
        **window_of(state_data),
        "outcome": "OVERDUE",
        "reason": processing_status,
        "cause": f"Report {poll['reportId']} was {processing_status} after {_hours(poll['deadlineSeconds'])}. {fate}",
    }
    status: Outcome = "WITHDRAWN" if withdrawn else "OVERDUE"
    ledger.record_outcome(state_data["request"], status=status, report_id=poll["reportId"], now=now, result=result)
    return result


def _cancel(report_id: str, sp_api: ReportsApi) -> bool:
    try:
        sp_api.cancel_report(report_id)
    except (SpApiRejected, SpApiNotFound):
        # It left the queue in this moment, or an earlier attempt has cancelled it and the answer was lost.
        return _is_cancelled(report_id, sp_api)
    return True


def _is_cancelled(report_id: str, sp_api: ReportsApi) -> bool:
    try:
        return bool(sp_api.get_report(report_id)["processingStatus"] == "CANCELLED")
    except SpApiNotFound:
        return False


def _hours(seconds: int) -> str:
    if seconds == 3600:
        return "1 hour"
    return f"{seconds / 3600:g} hours" if seconds > 3600 else f"{seconds} seconds"


def handler(event: StateData, _context: object) -> Failure:
    """Run handle_overdue as the state Handle overdue."""
    with log_invocation("Handle overdue", event) as run:
        answer = handle_overdue(
            event,
            sp_api=dependencies().sp_api(event["request"], run.calls),
            ledger=dependencies().ledger,
            now=clock.now(),
        )
        return run.record_outcome(answer)
