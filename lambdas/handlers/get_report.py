"""Get report: asks Amazon how far the report is, and computes the next wait.

In: payloads.StateData. Out: payloads.StateData, with Amazon's latest Report in `report`. Raises: ReportOfAnotherType,
credentials.CredentialsMissing and what spapi.errors lists; a throttled poll and a report that Amazon does not know yet
are not failures.
"""

from datetime import datetime
from typing import Any

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.ledger.table import Ledger
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.request import Request
from lambdas.payloads.state_data import StateData
from lambdas.polling import notification_wait, poll_schedule
from lambdas.quota.reservations import NotAdmitted
from lambdas.spapi.errors import SpApiNotFound, SpApiThrottled
from lambdas.spapi.reports import ReportsApi

# Right after createReport, getReport may not know the report yet.
UNKNOWN_AT_FIRST_SECONDS = 300


class ReportOfAnotherType(Exception):
    """The report that was to be got by its id is not of the type that the input says."""


def get_report(state_data: StateData, *, sp_api: ReportsApi, ledger: Ledger, now: datetime) -> StateData:
    """Return the machine's data after a poll, with the next wait.

    A report that Amazon does not know any more is recorded as lost, so that the next execution asks again.

    Raises:
        ReportOfAnotherType: before it lands under a wrong name.
        SpApiNotFound: Amazon does not know the report, minutes after it was asked for.
    """
    poll, report, throttled = notification_wait.after_wait(state_data["poll"]), state_data["report"], False
    try:
        report = sp_api.get_report(poll["reportId"])
        _check_type(state_data["request"], report)
    except (SpApiThrottled, NotAdmitted):
        throttled = True
    except SpApiNotFound:
        if poll_schedule.elapsed_seconds(poll, now=now) > UNKNOWN_AT_FIRST_SECONDS:
            ledger.record_outcome(
                state_data["request"], status="LOST", report_id=poll["reportId"], now=now, result=None
            )
            raise
    return {
        "request": state_data["request"],
        "result": state_data["result"],
        "report": report,
        "poll": notification_wait.next_poll(poll, now=now, throttled=throttled),
    }


def _check_type(request: Request, report: dict[str, Any]) -> None:
    named = report.get("reportType", request["reportType"])
    if "reportId" in request and named != request["reportType"]:
        found = f"reportType is {request['reportType']}, and report {request['reportId']} is {named}"
        raise ReportOfAnotherType(f"{found}: start an execution with that type")


def measured(state_data: StateData, *, now: datetime) -> dict[str, float]:
    """Return, in seconds, the age of the report, and how long its end went unnoticed if it was waited for."""
    poll = state_data["poll"]
    age: dict[str, float] = {"ReportAgeSeconds": poll_schedule.elapsed_seconds(poll, now=now)}
    try:
        ended = datetime.fromisoformat(state_data["report"]["processingEndTime"])
        waited_for = ended > datetime.fromisoformat(poll["startedAt"])
    except (KeyError, TypeError, ValueError):
        # It has not ended; or Amazon's time is none, which is no reason to stop.
        return age
    return {**age, "DetectionSeconds": max(0, (now - ended).total_seconds())} if waited_for else age


def handler(event: StateData, _context: object) -> StateData:
    """Run get_report as the state Get report."""
    with log_invocation("Get report", event) as run:
        now = clock.now()
        sp_api = dependencies().sp_api(event["request"], run.calls)
        polled = get_report(event, sp_api=sp_api, ledger=dependencies().ledger, now=now)
        run.outcome = polled["report"]["processingStatus"]
        run.measured |= measured(polled, now=now)
        return polled
