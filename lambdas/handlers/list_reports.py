"""List reports: finds the reports that Amazon has made by itself, a page at a time, and starts an execution for each.

In: payloads.ListingStart. Out: payloads.Listing. Raises: parsing.InvalidRequest, credentials.CredentialsMissing and
what spapi.errors lists. The executions' names say which report and which discovery: a page that is listed twice starts
nothing twice.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.dependencies import dependencies
from lambdas.ledger import recovery
from lambdas.observability.invocation_log import log_invocation
from lambdas.quota.reservations import NotAdmitted
from lambdas.request import parsing
from lambdas.request.parsing import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ledger.table import Ledger
    from lambdas.payloads import Listing, ListingStart, Request
    from lambdas.spapi.reports import ReportsApi

KEYS = ("sellingPartnerId", "reportType", "marketplaceIds", "days")
STARTED_WITH = ("sellingPartnerId", "reportType", "marketplaceIds", "reportId", "background")


def list_reports(
    *,
    template: Request,
    since: datetime,
    so_far: Listing | None,
    sp_api: ReportsApi,
    is_settled: Callable[[Request], bool],
    start: Callable[[Request], None],
) -> Listing:
    """Return how many reports of a type were found so far, and how many executions started for those that are new.

    `template` is the request of any report of the type; `is_settled` says whether one has landed or is being landed.
    """
    before: Listing = so_far or {"outcome": "LISTED", "found": 0, "started": 0}
    try:
        reports, next_token = sp_api.get_reports_page(
            report_type=template["reportType"],
            created_since=since.isoformat(timespec="seconds"),
            token=before.get("nextToken"),
        )
    except NotAdmitted as quota_error:
        return {**before, "outcome": "WAIT", "poll": {"waitSeconds": quota_error.wait_seconds}}
    requests = [request for request in (_request(report, template) for report in reports) if request]
    new = [request for request in requests if not is_settled(request)]
    for request in new:
        start(request)
    listed: Listing = {
        "outcome": "LISTED",
        "found": before["found"] + len(requests),
        "started": before["started"] + len(new),
    }
    return {**listed, "outcome": "WAIT", "nextToken": next_token, "poll": {"waitSeconds": 1}} if next_token else listed


def _request(report: dict[str, Any], template: Request) -> Request | None:
    """Return the request that gets a listed report; None if it is not done, or of other marketplaces."""
    # A report that names none is for all of the selling partner's.
    wanted = template["marketplaceIds"]
    shared = [marketplace for marketplace in wanted if marketplace in report.get("marketplaceIds", wanted)]
    if report.get("processingStatus") != "DONE" or not shared:
        return None
    return {**template, "marketplaceIds": shared, "reportId": report["reportId"]}


def parse_discovery(raw: Any, *, now: datetime) -> tuple[Request, datetime]:
    """Return the request of any report of the type that the input names, and since when reports are listed.

    Raises:
        InvalidRequest: one sentence that names the key, what was found and what is allowed.
    """
    if not isinstance(raw, dict) or set(raw) - set(KEYS):
        found = f"the keys {', '.join(map(str, raw))}" if isinstance(raw, dict) else "something else"
        raise InvalidRequest(f"the input must be a JSON object of {', '.join(KEYS)}, and {found[:200]} was found")
    days = raw.get("days", recovery.LISTED.days)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= recovery.LISTED.days:
        raise InvalidRequest(f"days is {str(days)[:60]!r}; allowed is a whole number from 1 to {recovery.LISTED.days}")
    execution_input = {key: value for key, value in raw.items() if key != "days"}
    template = parsing.parse_request({**execution_input, "reportId": "any", "background": True}, now=now)
    return template, now - timedelta(days=days)


def execution_name(request: Request, *, discovery: datetime) -> str:
    """Return the name of the execution that a discovery starts for a report: at most 80 letters, digits, '-', '_'."""
    partner, report_id = request["sellingPartnerId"], request["reportId"]
    digest = hashlib.sha256(f"{partner}/{report_id}".encode()).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9_-]", "-", f"discovery-{partner[:20]}-{report_id[:24]}")
    return f"{readable}-{discovery:%Y%m%dT%H%M%S}-{digest}"


def handler(event: ListingStart, _context: object) -> Listing:
    """Run list_reports as the state List reports."""
    with log_invocation("List reports", event) as run:
        started = datetime.fromisoformat(event["startTime"])
        template, since = parse_discovery(event["input"], now=started)

        def start(request: Request) -> None:
            execution_input = {key: value for key, value in request.items() if key in STARTED_WITH}
            dependencies().executions.start(execution_name(request, discovery=started), execution_input)

        listing = list_reports(
            template=template,
            since=since,
            so_far=event["data"] if "outcome" in event["data"] else None,
            sp_api=dependencies().sp_api(template, run.calls),
            is_settled=lambda request: is_settled(
                request, ledger=dependencies().ledger, is_running=dependencies().executions.is_running
            ),
            start=start,
        )
        return run.record_outcome(listing)


def is_settled(request: Request, *, ledger: Ledger, is_running: Callable[[str], bool]) -> bool:
    """Say whether a report has landed, whoever asked for it, or an execution is at work on it."""
    entry = ledger.find_by_report_id(request)
    return entry is not None and (entry.status == "LANDED" or (not entry.ended and is_running(entry.execution)))
