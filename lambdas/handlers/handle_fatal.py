"""Handle fatal: reads why Amazon gave the report up, where it says so, and makes its words the execution's cause.

In: payloads.StateData. Out: payloads.Failure; payloads.RequestAgain where the report was only asked for too early;
payloads.DocumentWait when there is no quota for the document yet. Raises: table.ClaimLost, what landing.download names,
credentials.CredentialsMissing and what spapi.errors lists.
"""

import time
from datetime import datetime
from urllib.parse import urlsplit

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.landing import error_document
from lambdas.landing.document_errors import DocumentOriginRefused, DocumentRefused
from lambdas.landing.download import DocumentSource
from lambdas.ledger.outcome import Outcomes
from lambdas.ledger.rerequest import ask_again, cooled_down, data_there
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.request import Request
from lambdas.payloads.results import DocumentWait, Failure, RequestAgain
from lambdas.payloads.state_data import Context, StateData, window_of
from lambdas.quota.reservations import NotAdmitted
from lambdas.spapi.errors import SpApiAccessMissing, SpApiNotFound, SpApiRejected
from lambdas.spapi.reports import ReportsApi

# What a run needs beyond the error document, which is small: one that takes longer is not awaited.
SPARE_SECONDS = 20
WITHOUT_WORDS = "Amazon ended the report as FATAL, and the document that goes with it says nothing."
WITHOUT_DOCUMENT = (
    "Amazon ended the report as FATAL without a document that says why. "
    "It often does so when a type is asked for again too soon."
)


def handle_fatal(
    state_data: StateData,
    *,
    sp_api: ReportsApi,
    documents: DocumentSource,
    outcomes: Outcomes,
    now: datetime,
    deadline: float,
) -> Failure | RequestAgain | DocumentWait:
    """Return the failure, in Amazon's own words where there are any, or the wait for what makes it pass.

    `deadline` is the time.monotonic() by which the error document must have arrived.

    Raises:
        ClaimLost: another execution wrote the request's item in between.
    """
    document_id = state_data["report"].get("reportDocumentId")
    cause, reason = WITHOUT_DOCUMENT, "COOLDOWN"
    if document_id:
        try:
            words = _words(document_id, state_data["request"], sp_api, documents, deadline=deadline)
        except NotAdmitted as quota_error:
            return {"outcome": "WAIT", "reason": str(quota_error), "waitSeconds": quota_error.wait_seconds}
        cause, reason = words or WITHOUT_WORDS, error_document.reason_of(words)
    not_before = _not_before(state_data["request"], reason, now=now)
    if not_before:
        again = ask_again(state_data, not_before=not_before, reason=cause, ledger=outcomes.ledger, now=now)
        if again:
            return again
    result: Failure = {**window_of(state_data), "outcome": "FATAL", "reason": reason, "cause": cause}
    outcomes.record(state_data, result, now=now)
    return result


def _not_before(request: Request, reason: str, *, now: datetime) -> datetime | None:
    """Return when to request it again; None where waiting does not help, or where the fault is not known."""
    if reason == "NOT_YET_AVAILABLE":
        return data_there(request, now=now)
    return cooled_down(request, since=now) if reason == "COOLDOWN" else None


def _words(
    document_id: str, request: Request, sp_api: ReportsApi, documents: DocumentSource, *, deadline: float
) -> str:
    """Return what the error document says; empty if it says nothing."""
    try:
        document = sp_api.get_report_document(document_id, restricted=request["restricted"])
        body, content_type = _read(document["url"], documents, seconds=deadline - time.monotonic())
    except (SpApiAccessMissing, SpApiNotFound, SpApiRejected, DocumentRefused, DocumentOriginRefused) as error:
        # The report is FATAL all the same: that must be recorded, or the next execution would wait for it again.
        return f"Amazon ended the report as FATAL, and the document that goes with it cannot be read: {error}"
    return error_document.words(
        body,
        content_type=content_type,
        marketplace_ids=request["marketplaceIds"],
        secrets=[urlsplit(document["url"]).query, *sp_api.secrets],
    )


def _read(url: str, documents: DocumentSource, *, seconds: float) -> tuple[bytes, str]:
    buffer = memoryview(bytearray(error_document.READ_BYTES))
    filled = 0
    with documents.open(url, seconds=seconds) as download:
        while filled < len(buffer) and (read := download.readinto(buffer[filled:])):
            filled += read
        return bytes(buffer[:filled]), download.content_type


def handler(event: StateData, context: Context) -> Failure | RequestAgain | DocumentWait:
    """Run handle_fatal as the state Handle fatal."""
    with log_invocation("Handle fatal", event) as run:
        answer = handle_fatal(
            event,
            sp_api=dependencies().sp_api(event["request"], run.calls, waited=event["result"]["outcome"] == "WAIT"),
            documents=dependencies().documents,
            outcomes=dependencies().outcomes,
            now=clock.now(),
            deadline=time.monotonic() + context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS,
        )
        return run.record_outcome(answer)
