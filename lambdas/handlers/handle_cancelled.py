"""Handle cancelled: finds out why there is no document, and records it.

In: payloads.StateData. Out: payloads.NoDocument, payloads.RequestAgain or payloads.Failure. Raises: table.ClaimLost,
credentials.CredentialsMissing and what spapi.errors lists. Amazon cancels a report by itself when there is no data, and
when its type was asked for a moment ago, and says neither; somebody may also have cancelled it while it was in the
queue. A cancelled report is never recorded as zero rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.ledger.rerequest import ask_again, cooled_down
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.findings import finding
from lambdas.payloads.state_data import window_of
from lambdas.quota.reservations import NotAdmitted
from lambdas.request import report_types
from lambdas.spapi.errors import SpApiThrottled

if TYPE_CHECKING:
    from lambdas.ledger.outcome import Outcomes
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.results import Failure, NoDocument, RequestAgain
    from lambdas.payloads.state_data import StateData
    from lambdas.spapi.reports import ReportsApi

NO_DATA = "Amazon cancelled the report, as it does when there is no data for what was asked"
SUSPICIOUS = "each report like it that this selling partner had before has rows, which makes that suspicious"
# The first one, and another.
NO_DATA_ATTEMPTS = 2
ELSEWHERE = "Amazon ended the report in the queue, before processing it: somebody cancelled it"


def handle_cancelled(
    state_data: StateData,
    *,
    sp_api: ReportsApi,
    outcomes: Outcomes,
    now: datetime,
    no_data_retry: timedelta = timedelta(0),
) -> NoDocument | RequestAgain | Failure:
    """Return the reason, as far as the evidence allows, or the wait for another attempt.

    Where it is suspicious that there is no data, another report is asked for once, after `no_data_retry` if that is any
    time.

    Raises:
        ClaimLost: another execution wrote the request's item in between.
    """
    request, report = state_data["request"], state_data["report"]
    no_data: NoDocument = {**window_of(state_data), "outcome": "NO_DATA", "reason": NO_DATA, "findings": []}
    result: NoDocument | RequestAgain | Failure = no_data
    # Only a report in the queue can be cancelled by request; one that has no data is processed before Amazon knows.
    if "processingEndTime" in report and "processingStartTime" not in report:
        result = {**no_data, "outcome": "CANCELLED_ELSEWHERE", "reason": ELSEWHERE}
    elif "reportId" not in request and report_types.get(request["reportType"]).cooldown_seconds:
        try:
            previous_request = _previous_request(state_data, sp_api)
        except (NotAdmitted, SpApiThrottled):
            reason = f"{NO_DATA}; whether the type was asked for too soon is not known: no quota to look"
            result = {**no_data, "reason": reason}
        else:
            if previous_request:
                result = _too_soon(state_data, previous_request, ledger=outcomes.ledger, now=now)
    if result["outcome"] == "NO_DATA" and outcomes.statistics.earlier(request).always_had_rows:
        result = _suspicious(state_data, result, ledger=outcomes.ledger, retry=no_data_retry, now=now)
    if result["outcome"] != "ASK_AGAIN":
        outcomes.record(state_data, result, now=now)
    return result


def _suspicious(
    state_data: StateData, no_data: NoDocument, *, ledger: Ledger, retry: timedelta, now: datetime
) -> NoDocument | RequestAgain:
    """Return that it is suspicious, or the wait until another report is asked for."""
    if retry:
        later = max(now + retry, cooled_down(state_data["request"], since=now))
        again = ask_again(
            state_data, not_before=later, reason=SUSPICIOUS, ledger=ledger, now=now, attempts=NO_DATA_ATTEMPTS
        )
        if again:
            return again
    reason = f"{no_data['reason']}; {SUSPICIOUS}"
    sentence = "There is no data, and each report like it that this selling partner had before has rows."
    return {**no_data, "reason": reason, "findings": [finding("NO_DATA", "warning", sentence)]}


def _too_soon(
    state_data: StateData, previous_request: datetime, *, ledger: Ledger, now: datetime
) -> RequestAgain | Failure:
    """Return the wait until the type may be asked for again; the failure if it was asked for often enough."""
    request, report_id = state_data["request"], state_data["poll"]["reportId"]
    cause = (
        f"Amazon cancelled report {report_id}: {request['reportType']} had been asked for at "
        f"{previous_request.isoformat(timespec='seconds')}, and gives one report per cooldown."
    )
    not_before = cooled_down(request, since=previous_request)
    again = ask_again(state_data, not_before=not_before, reason=cause, ledger=ledger, now=now)
    return again or {**window_of(state_data), "outcome": "TOO_SOON", "reason": "CANCELLED", "cause": cause}


def _previous_request(state_data: StateData, sp_api: ReportsApi) -> datetime | None:
    """Return when anybody last requested a report of this type: this one fell into the cooldown after it."""
    request, report_id = state_data["request"], state_data["poll"]["reportId"]
    created = datetime.fromisoformat(state_data["report"].get("createdTime") or state_data["poll"]["startedAt"])
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
            outcomes=dependencies().outcomes,
            now=clock.now(),
            no_data_retry=timedelta(seconds=dependencies().environment.no_data_retry_seconds),
        )
        return run.record_outcome(answer)
