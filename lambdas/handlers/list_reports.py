"""List reports: finds the reports that Amazon has made by itself, a page at a time, and starts an execution for each.

In: payloads.ListingStart. Out: payloads.Listing. Raises: parsing.InvalidRequest, credentials.CredentialsMissing and
what spapi.errors lists. The executions' names say which report and which discovery: a page that is listed twice starts
nothing twice.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability.events import publish
from lambdas.observability.invocation_log import log_invocation
from lambdas.quota.reservations import NotAdmitted
from lambdas.request.discovery import Discovery, left_out, parse_discovery
from lambdas.spapi.reports import MOST_PAGES, endless

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ledger.table import Ledger
    from lambdas.payloads.discovery import Listing, ListingStart
    from lambdas.payloads.request import Request
    from lambdas.spapi.reports import ReportsApi

STARTED_WITH = ("sellingPartnerId", "reportType", "marketplaceIds", "reportId", "background")


def list_reports(
    discovery: Discovery,
    *,
    so_far: Listing | None,
    sp_api: ReportsApi,
    is_settled: Callable[[Request], bool],
    start: Callable[[Request], None],
) -> Listing:
    """Return how many reports of a type were found so far, and how many executions started for those that are new.

    Args:
        discovery: which reports are looked for.
        so_far: what the page before has returned; None for the first page.
        sp_api: lists the reports.
        is_settled: says whether a report has landed or is being landed.
        start: starts an execution for a report.

    Raises:
        SpApiListingEndless: the listing leads back to a page that was listed before, or has more than there can be.
    """
    before: Listing = so_far or {"outcome": "LISTED", "found": 0, "started": 0}
    try:
        reports, next_token = sp_api.get_reports_page(
            report_type=discovery.template["reportType"],
            created_since=discovery.since.isoformat(timespec="seconds"),
            token=before.get("nextToken"),
        )
    except NotAdmitted as quota_error:
        return {**before, "outcome": "WAIT", "poll": {"waitSeconds": quota_error.wait_seconds}}
    done = [report for report in reports if report["processingStatus"] == "DONE"]
    requests = [_request(report, discovery) for report in done if discovery.shared_with(report)]
    new = [request for request in requests if not is_settled(request)]
    for request in new:
        start(request)
    listed: Listing = {
        "outcome": "LISTED",
        "found": before["found"] + len(requests),
        "started": before["started"] + len(new),
    }
    if unwanted := left_out([each for each in done if not discovery.shared_with(each)], before.get("leftOut")):
        listed["leftOut"] = unwanted
    if not next_token:
        return listed
    turned = _turned(next_token, before.get("turned", []), report_type=discovery.template["reportType"])
    return {**listed, "outcome": "WAIT", "nextToken": next_token, "turned": turned, "poll": {"waitSeconds": 1}}


def _turned(next_token: str, before: list[str], *, report_type: str) -> list[str]:
    digest = hashlib.sha256(next_token.encode()).hexdigest()[:16]
    if digest in before:
        raise endless(report_type, "gives the same nextToken again")
    if len(before) >= MOST_PAGES:
        raise endless(report_type, f"has not ended on page {MOST_PAGES}")
    return [*before, digest]


def _request(report: dict[str, Any], discovery: Discovery) -> Request:
    """Return the request that gets a listed report."""
    return {**discovery.template, "marketplaceIds": discovery.shared_with(report), "reportId": report["reportId"]}


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
        discovery = parse_discovery(event["input"], now=clock.now())
        run.notes = discovery.template.get("notes", [])

        def start(request: Request) -> None:
            execution_input = {key: value for key, value in request.items() if key in STARTED_WITH}
            dependencies().executions.start(execution_name(request, discovery=started), execution_input)

        listing = list_reports(
            discovery,
            so_far=event["data"] if "outcome" in event["data"] else None,
            sp_api=dependencies().sp_api(discovery.template, run.calls),
            is_settled=lambda request: is_settled(
                request, ledger=dependencies().ledger, is_running=dependencies().executions.is_running
            ),
            start=start,
        )
        if listing["outcome"] == "LISTED":
            _announce(event, discovery, listing)
        return run.record_outcome(listing)


def _announce(event: ListingStart, discovery: Discovery, listing: Listing) -> None:
    """Tell everybody else how a discovery has ended (docs/events.md)."""
    detail: dict[str, Any] = {
        "executionArn": event["executionArn"],
        "startedAt": datetime.fromisoformat(event["startTime"]).isoformat(),
        "endedAt": clock.now().isoformat(),
        **{key: discovery.template[key] for key in ("sellingPartnerId", "reportType", "marketplaceIds")},
        "outcome": "DISCOVERED",
        **{key: listing[key] for key in ("found", "started", "leftOut") if key in listing},
    }
    publish("Reports Discovered", detail, put_events=dependencies().put_events)


def is_settled(request: Request, *, ledger: Ledger, is_running: Callable[[str], bool]) -> bool:
    """Say whether a report has landed, whoever asked for it, or an execution is at work on it."""
    entry = ledger.find_by_report_id(request)
    return entry is not None and (entry.status == "LANDED" or (not entry.ended and is_running(entry.execution)))
