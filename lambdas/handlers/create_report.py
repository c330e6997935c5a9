"""Create report: checks the input, then asks Amazon for the report, unless the ledger knows of one.

In: messages.Start. Out: messages.Created. Raises: request.InvalidRequest, ledger.ClaimLost,
credentials.CredentialsMissing and what spapi.errors lists. createReport has no idempotency key: this state is retried
only because a claim in the ledger makes the retry look before it asks again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, cast

from lambdas import clock
from lambdas.credentials import CredentialsMissing
from lambdas.dependencies import dependencies
from lambdas.ledger import coalescing, recovery
from lambdas.ledger.item import claimed_by
from lambdas.observability.invocation_log import log_invocation
from lambdas.polling import notification_wait, poll_schedule
from lambdas.quota.reservations import NotAdmitted
from lambdas.request import parsing as requests
from lambdas.request import report_types
from lambdas.spapi.errors import SpApiError, SpApiUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.payloads import Created, CreateReportInput, CreationResult, Poll, Request
    from lambdas.spapi.reports import ReportsApi, ReportSpecification

HOUR = 3600
# What of a request is Amazon's.
SPECIFIED = ("reportType", "marketplaceIds", "dataStartTime", "dataEndTime", "reportOptions")


def create_report(
    *,
    request: Request,
    execution: str,
    started: datetime,
    seen: Entry | None,
    sp_api: ReportsApi,
    ledger: Ledger,
    is_running: Callable[[str], bool],
    poll: Callable[[str], Poll],
    now: datetime,
) -> Created:
    """Return the report to wait for, how the request has ended already, or how long to wait before it is asked for.

    `seen` is the request's entry in the ledger; `poll` makes the poll that waiting for a report begins with.
    """
    elsewhere = coalescing.shared(request, seen, started=started) or coalescing.in_flight(
        request, seen, execution=execution, is_running=is_running, now=now
    )
    if elsewhere:
        return elsewhere
    if seen and seen.may_exist_at_amazon and seen.execution != execution:
        seen = ledger.take_over(request, execution=execution, now=now, seen=seen)
    if seen and seen.status == "REQUESTED" and seen.report_id:
        return _adopted(request, poll(seen.report_id), "it was asked for before")
    if "reportId" in request:
        report_id, mine = request["reportId"], claimed_by(execution=execution, now=now, seen=seen)
        ledger.record_report(request, mine, report_id=report_id, now=now)
        return _adopted(request, {**poll(report_id), "waitSeconds": 1}, "Amazon has it already")
    if seen and seen.unanswered_calls:
        unanswered = _look(request, seen, sp_api=sp_api, ledger=ledger, poll=poll, now=now)
        if unanswered:
            return unanswered
        seen = replace(seen, unanswered_calls=())
    claimed = ledger.claim(request, execution=execution, now=now, seen=seen)
    # After the claim, so that of two with different options at least one sees the other.
    clear = recovery.clear_of_others(ledger.unanswered_calls_with_other_options(request))
    if clear and clear > now:
        ledger.release_claim(request, claimed, now=now, waited=claimed.has_queue_place)
        reason = "the same window is being asked for with other options, and Amazon's listing does not tell them apart"
        return coalescing.waiting_result(request, ceil((clear - now).total_seconds()), reason)
    return _ask(request, claimed, sp_api=sp_api, ledger=ledger, poll=poll, now=now)


def _look(
    request: Request, seen: Entry, *, sp_api: ReportsApi, ledger: Ledger, poll: Callable[[str], Poll], now: datetime
) -> Created | None:
    """Return the report of a createReport without an answer, or the wait before looking for it; None: there is none."""
    settled = recovery.settled_at(seen)
    if settled > now:
        seconds = ceil((settled - now).total_seconds())
        return coalescing.waiting_result(
            request, seconds, "createReport gave no answer; by then Amazon lists what it has created"
        )
    try:
        found = recovery.left_behind(request, seen, sp_api=sp_api, ledger=ledger, now=now)
    except NotAdmitted as paced:
        return coalescing.waiting_result(request, paced.wait_seconds, str(paced))
    if found is None:
        return None
    ledger.record_report(request, seen, report_id=found, now=now, found=True)
    return _adopted(request, poll(found), "found at Amazon after a createReport without an answer")


def _ask(
    request: Request, claimed: Entry, *, sp_api: ReportsApi, ledger: Ledger, poll: Callable[[str], Poll], now: datetime
) -> Created:
    """Call createReport, for which there is a claim, and record what became of it."""
    specified = {key: value for key, value in request.items() if key in SPECIFIED and value}
    try:
        report_id = sp_api.create_report(cast("ReportSpecification", specified))
    except NotAdmitted as paced:
        ledger.release_claim(request, claimed, now=now, waited=True)
        return coalescing.waiting_result(request, paced.wait_seconds, str(paced))
    except SpApiUnavailable:
        # A report may have been created: the claim stands, and the next attempt looks for it.
        raise
    except (SpApiError, CredentialsMissing):
        ledger.release_claim(request, claimed, now=now, waited=claimed.has_queue_place)
        raise
    ledger.record_report(request, claimed, report_id=report_id, now=now)
    return _waiting(request, poll(report_id), {"outcome": "CREATED", "reason": ""})


def _adopted(request: Request, poll: Poll, reason: str) -> Created:
    return _waiting(request, poll, {"outcome": "ADOPTED", "reason": reason})


def _waiting(request: Request, poll: Poll, result: CreationResult) -> Created:
    # What Amazon holds from the first moment on; a first poll that is throttled must leave a status behind.
    report = {"reportId": poll["reportId"], "processingStatus": "IN_QUEUE"}
    return {"request": request, "result": result, "report": report, "poll": poll}


def _with_notifications(answer: Created) -> Created:
    if answer["result"]["outcome"] not in ("CREATED", "ADOPTED"):
        return answer
    adopted = answer["result"]["outcome"] == "ADOPTED"
    return {**answer, "poll": notification_wait.first_poll(cast("Poll", answer["poll"]), adopted=adopted)}


def handler(event: CreateReportInput, _context: object) -> Created:
    """Run create_report as the state Create report."""
    with log_invocation("Create report", event) as run:
        started, execution, now = datetime.fromisoformat(event["startTime"]), event["executionArn"], clock.now()
        request = requests.parse_request(event["input"], now=started)
        run.notes = request.get("notes", [])
        seen = dependencies().ledger.find(request)
        waited = seen is not None and seen.execution == execution and seen.has_queue_place

        def poll(report_id: str) -> Poll:
            hours = request.get("deadlineHours") or report_types.get(request["reportType"]).deadline_hours
            return poll_schedule.first_poll(
                report_id=report_id,
                started_at=now,
                deadline_seconds=int(hours * HOUR if hours else int(os.environ["REPORT_DEADLINE_SECONDS"])),
                durations=dependencies().statistics.durations(request),
                factor=float(os.environ["POLLING_FACTOR"]),
            )

        answer = create_report(
            request=request,
            execution=execution,
            started=started,
            seen=seen,
            sp_api=dependencies().sp_api(request, run.calls, waited=waited),
            ledger=dependencies().ledger,
            is_running=dependencies().is_running,
            poll=poll,
            now=now,
        )
        return run.record_outcome(_with_notifications(answer) if os.environ.get("NOTIFICATIONS") == "true" else answer)
