"""Create report: checks the input, then asks Amazon for the report, unless the ledger knows of one.

In: payloads.CreateReportInput. Out: payloads.Created. Raises: parsing.InvalidRequest, table.ClaimLost,
recovery.CreateReportUnanswered, credentials.CredentialsMissing and what spapi.errors lists. createReport has no
idempotency key: this state is retried only because a claim in the ledger makes the retry look before it asks again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
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
from lambdas.spapi.errors import SpApiError, SpApiForbidden, SpApiUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.request import Request
    from lambdas.payloads.results import CreationResult
    from lambdas.payloads.state_data import Created, CreateReportInput, Poll
    from lambdas.spapi.reports import ReportsApi, ReportSpecification

HOUR = 3600
# What of a request is Amazon's.
SPECIFIED = ("reportType", "marketplaceIds", "dataStartTime", "dataEndTime", "reportOptions")


@dataclass(frozen=True, kw_only=True)
class CreationJob:
    """One request for a report, the execution that handles it, and what it is handled with."""

    request: Request
    execution: str
    started: datetime
    """When the execution started."""
    now: datetime
    sp_api: ReportsApi
    ledger: Ledger
    is_running: Callable[[str], bool]
    first_poll: Callable[[str], Poll]
    """Returns the poll that waiting for a report begins with."""


def create_report(job: CreationJob, entry: Entry | None) -> Created:
    """Return the report to wait for, how the request has ended already, or how long to wait before it is asked for.

    `entry` is the request's entry in the ledger.

    Raises:
        ClaimLost: another execution wrote the request's item in between.
    """
    elsewhere = coalescing.shared(job.request, entry, started=job.started) or coalescing.in_flight(
        job.request, entry, execution=job.execution, is_running=job.is_running, now=job.now
    )
    if elsewhere:
        return elsewhere
    if entry and entry.may_exist_at_amazon and entry.execution != job.execution:
        entry = job.ledger.take_over(job.request, execution=job.execution, now=job.now, entry=entry)
    return _existing(job, entry) or _requested(job, entry)


def _existing(job: CreationJob, entry: Entry | None) -> Created | None:
    """Return the report that exists already, or the wait until that is known; None if there is none."""
    if entry and entry.status == "REQUESTED" and entry.report_id:
        return _adopted(job, entry.report_id, "it was asked for before")
    if "reportId" in job.request:
        report_id = job.request["reportId"]
        claim = claimed_by(execution=job.execution, now=job.now, entry=entry)
        job.ledger.record_report(job.request, claim, report_id=report_id, now=job.now)
        adopted = _adopted(job, report_id, "Amazon has it already")
        return {**adopted, "poll": {**cast("Poll", adopted["poll"]), "waitSeconds": 1}}
    return _left_behind(job, entry) if entry and entry.unanswered_calls else None


def _left_behind(job: CreationJob, entry: Entry) -> Created | None:
    """Return the report of a createReport without an answer, or the wait before looking for it; None: there is none."""
    settled = recovery.settled_at(entry)
    if settled > job.now:
        reason = "createReport gave no answer; by then Amazon lists what it has created"
        return _wait_until(job, settled, reason)
    try:
        found = recovery.left_behind(job.request, entry, sp_api=job.sp_api, ledger=job.ledger, now=job.now)
    except NotAdmitted as quota_error:
        return coalescing.waiting_result(job.request, quota_error.wait_seconds, str(quota_error))
    if found is None:
        recovery.check_attempts(entry)
        return None
    job.ledger.record_report(job.request, entry, report_id=found, now=job.now, found=True)
    return _adopted(job, found, "found at Amazon after a createReport without an answer")


def _requested(job: CreationJob, entry: Entry | None) -> Created:
    """Claim the request and call createReport, unless the same window is being asked for with other options."""
    # Of the unanswered calls so far it is known by now that they have created nothing.
    entry = entry and replace(entry, unanswered_calls=())
    claim = job.ledger.claim(job.request, execution=job.execution, now=job.now, entry=entry)
    # After the claim, so that of two with different options at least one sees the other.
    clear = recovery.clear_of_others(job.ledger.unanswered_calls_with_other_options(job.request))
    if clear and clear > job.now:
        job.ledger.release_claim(job.request, claim, now=job.now, has_queue_place=claim.has_queue_place)
        reason = "the same window is being asked for with other options, and Amazon's listing does not tell them apart"
        return _wait_until(job, clear, reason)
    return _call(job, claim)


def _call(job: CreationJob, claim: Entry) -> Created:
    """Call createReport, for which there is a claim, and record the answer."""
    specification = {key: value for key, value in job.request.items() if key in SPECIFIED and value}
    try:
        report_id = job.sp_api.create_report(cast("ReportSpecification", specification))
    except NotAdmitted as quota_error:
        job.ledger.release_claim(job.request, claim, now=job.now, has_queue_place=True)
        return coalescing.waiting_result(job.request, quota_error.wait_seconds, str(quota_error))
    except SpApiUnavailable:
        # A report may have been created: the claim stands, and the next attempt looks for it.
        raise
    except SpApiForbidden:
        # An outage that speaks 403 need not tell the truth: the next attempt looks before it asks.
        job.ledger.release_claim(
            job.request, claim, now=job.now, has_queue_place=claim.has_queue_place, unanswered=True
        )
        raise
    except (SpApiError, CredentialsMissing):
        job.ledger.release_claim(job.request, claim, now=job.now, has_queue_place=claim.has_queue_place)
        raise
    job.ledger.record_report(job.request, claim, report_id=report_id, now=job.now)
    return _created(job, report_id, {"outcome": "CREATED", "reason": ""})


def _adopted(job: CreationJob, report_id: str, reason: str) -> Created:
    return _created(job, report_id, {"outcome": "ADOPTED", "reason": reason})


def _created(job: CreationJob, report_id: str, result: CreationResult) -> Created:
    # What Amazon holds from the first moment on; a first poll that is throttled must leave a status behind.
    report = {"reportId": report_id, "processingStatus": "IN_QUEUE"}
    return {"request": job.request, "result": result, "report": report, "poll": job.first_poll(report_id)}


def _wait_until(job: CreationJob, moment: datetime, reason: str) -> Created:
    return coalescing.waiting_result(job.request, ceil((moment - job.now).total_seconds()), reason)


def _with_notifications(created: Created) -> Created:
    if created["result"]["outcome"] not in ("CREATED", "ADOPTED"):
        return created
    adopted = created["result"]["outcome"] == "ADOPTED"
    return {**created, "poll": notification_wait.first_poll(cast("Poll", created["poll"]), adopted=adopted)}


def _first_poll(report_id: str, *, request: Request, now: datetime) -> Poll:
    environment = dependencies().environment
    hours = request.get("deadlineHours") or report_types.get(request["reportType"]).deadline_hours
    return poll_schedule.first_poll(
        report_id=report_id,
        started_at=now,
        deadline_seconds=int(hours * HOUR) if hours else environment.report_deadline_seconds,
        durations=dependencies().statistics.durations(request),
        factor=environment.polling_factor,
    )


def handler(event: CreateReportInput, _context: object) -> Created:
    """Run create_report as the state Create report."""
    with log_invocation("Create report", event) as run:
        started, execution, now = datetime.fromisoformat(event["startTime"]), event["executionArn"], clock.now()
        request = requests.parse_request(event["input"], now=started)
        run.notes = request.get("notes", [])
        entry = dependencies().ledger.find(request)
        waited = entry is not None and entry.execution == execution and entry.has_queue_place
        job = CreationJob(
            request=request,
            execution=execution,
            started=started,
            now=now,
            sp_api=dependencies().sp_api(request, run.calls, waited=waited),
            ledger=dependencies().ledger,
            is_running=dependencies().executions.is_running,
            first_poll=partial(_first_poll, request=request, now=now),
        )
        created = create_report(job, entry)
        notified = dependencies().environment.notifications
        return run.record_outcome(_with_notifications(created) if notified else created)
