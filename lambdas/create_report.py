"""Create report: checks the input, then asks Amazon for the report, unless the ledger knows of one.

In: messages.Start. Out: messages.Created. Raises: request.InvalidRequest, ledger.ClaimLost,
credentials.CredentialsMissing and what spapi.errors lists. createReport has no idempotency key: this state is retried
only because a claim in the ledger makes the retry look before it asks again.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import polling
import request as requests
from credentials import CredentialsMissing
from journal import line
from ledger import CLAIM_LIFE, Entry, Ledger
from messages import Created, Creation, Landed, Request, Start
from services import services
from spapi.errors import SpApiError, SpApiUnavailable
from spapi.reports import ReportsApi, ReportSpecification

CLAIM_WAIT_SECONDS = 20
# Amazon's clock and ours may differ by this much.
SKEW = timedelta(minutes=5)
# getReports refuses to look further back than 90 days.
LISTED = timedelta(days=89)


def create_report(
    *, request: Request, execution: str, sp_api: ReportsApi, ledger: Ledger, deadline_seconds: int, now: datetime
) -> Created:
    """Return the report to wait for: Amazon's new one, or the one that was asked for before."""
    seen = ledger.find(request)
    if seen and seen.status == "LANDED":
        landed = cast("Landed", seen.result)
        return {"request": request, "result": {**landed, "outcome": "ALREADY_LANDED"}}
    if seen and seen.status in ("REQUESTED", "OVERDUE") and seen.report_id:
        reason = f"asked for at {seen.claimed_at.isoformat()} by {seen.execution}"
        return _waiting(request, seen.report_id, {"outcome": "ADOPTED", "reason": reason}, deadline_seconds, now)
    if seen and seen.status == "CLAIMED" and seen.execution != execution and now - seen.claimed_at < CLAIM_LIFE:
        return {
            "request": request,
            "result": {"outcome": "WAIT", "reason": f"{seen.execution} is asking for the same report right now"},
            "poll": {"waitSeconds": CLAIM_WAIT_SECONDS},
        }
    ledger.claim(request, execution=execution, now=now, seen=seen)
    report_id = _left_behind(request, seen, sp_api=sp_api, ledger=ledger, now=now)
    if report_id:
        ledger.requested(request, report_id=report_id, execution=execution, now=now, found=True)
        reason = "found at Amazon after a createReport without an answer"
        return _waiting(request, report_id, {"outcome": "ADOPTED", "reason": reason}, deadline_seconds, now)
    report_id = _ask(request, execution=execution, sp_api=sp_api, ledger=ledger)
    ledger.requested(request, report_id=report_id, execution=execution, now=now)
    return _waiting(request, report_id, {"outcome": "CREATED", "reason": ""}, deadline_seconds, now)


def _ask(request: Request, *, execution: str, sp_api: ReportsApi, ledger: Ledger) -> str:
    specification: ReportSpecification = {
        "reportType": request["reportType"],
        "marketplaceIds": request["marketplaceIds"],
    }
    if "dataStartTime" in request:
        specification["dataStartTime"] = request["dataStartTime"]
    if "dataEndTime" in request:
        specification["dataEndTime"] = request["dataEndTime"]
    if request["reportOptions"]:
        specification["reportOptions"] = request["reportOptions"]
    try:
        return sp_api.create_report(specification)
    except SpApiUnavailable:
        # A report may have been created: the claim stands, and the next attempt looks for it.
        raise
    except (SpApiError, CredentialsMissing):
        ledger.release(request, execution=execution)
        raise


def _left_behind(
    request: Request, seen: Entry | None, *, sp_api: ReportsApi, ledger: Ledger, now: datetime
) -> str | None:
    """Return the report that an earlier createReport without an answer has created after all, if it has."""
    if seen is None or seen.status != "CLAIMED":
        return None
    since = max(seen.asked_since - SKEW, now - LISTED).astimezone(UTC)
    listed = sp_api.get_reports(report_type=request["reportType"], created_since=since.isoformat(timespec="seconds"))
    for report in listed:
        if _matches(report, request) and not ledger.knows_report(request, report["reportId"]):
            return str(report["reportId"])
    return None


def _matches(report: dict[str, Any], request: Request) -> bool:
    """Say whether a listed report is of this window. Amazon does not echo the options: the ledger tells those apart."""
    if not set(request["marketplaceIds"]) <= set(report.get("marketplaceIds", request["marketplaceIds"])):
        return False
    asked_and_listed = ((request.get(key), report.get(key)) for key in ("dataStartTime", "dataEndTime"))
    return all(
        # Amazon lists whole seconds.
        abs(datetime.fromisoformat(asked) - datetime.fromisoformat(listed)) < timedelta(seconds=1)
        for asked, listed in asked_and_listed
        if isinstance(asked, str) and listed
    )


def _waiting(request: Request, report_id: str, result: Creation, deadline_seconds: int, now: datetime) -> Created:
    return {
        "request": request,
        "result": result,
        # What Amazon holds from the first moment on; a first poll that is throttled must leave a status behind.
        "report": {"reportId": report_id, "processingStatus": "IN_QUEUE"},
        "poll": polling.first(report_id=report_id, started_at=now, deadline_seconds=deadline_seconds),
    }


def handler(event: Start, _context: object) -> Created:
    """Run create_report as the state Create report."""
    with line("Create report", event) as calls:
        started = datetime.fromisoformat(event["startTime"])
        request = requests.parse(event["input"], now=started)
        return create_report(
            request=request,
            execution=event["executionArn"],
            sp_api=services().sp_api(request, calls),
            ledger=services().ledger,
            deadline_seconds=int(os.environ["REPORT_DEADLINE_SECONDS"]),
            now=polling.clock(),
        )
