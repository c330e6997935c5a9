"""Handle fatal: reads why Amazon gave the report up, where it says so, and makes its words the execution's cause.

In: messages.Turn. Out: messages.Failure; messages.AskAgain where the report was only asked for too early;
messages.DocumentWait when there is no quota for the document yet. Raises: ledger.ClaimLost, what document names,
credentials.CredentialsMissing and what spapi.errors lists.
"""

import time
from datetime import datetime
from urllib.parse import urlsplit

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.landing import error_document
from lambdas.landing.download import DocumentOriginRefused, DocumentRefused, DocumentSource
from lambdas.ledger.outcome import record
from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.ledger.rerequest import ask_again, cooled_down, data_there
from lambdas.ledger.table import Ledger
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads import Context, DocumentWait, Failure, RequestAgain, StateData, window_of
from lambdas.quota.reservations import NotAdmitted
from lambdas.spapi.errors import SpApiForbidden, SpApiNotFound, SpApiRejected
from lambdas.spapi.reports import ReportsApi

# What a run needs beyond the error document, which is small: one that takes longer is not awaited.
SPARE_SECONDS = 20


def handle_fatal(
    turn: StateData,
    *,
    sp_api: ReportsApi,
    documents: DocumentSource,
    ledger: Ledger,
    experience: ReportStatistics,
    now: datetime,
    seconds: float,
) -> Failure | RequestAgain | DocumentWait:
    """Return the failure, in Amazon's own words where there are any, or the wait for what makes it pass.

    The document that has the words must have arrived in `seconds`.
    """
    until = time.monotonic() + seconds
    document_id = turn["report"].get("reportDocumentId")
    if document_id:
        try:
            said = _words(document_id, turn, sp_api, documents, until=until)
        except NotAdmitted as paced:
            return {"outcome": "WAIT", "reason": str(paced), "waitSeconds": paced.wait_seconds}
        cause = said or "Amazon ended the report as FATAL, and the document that goes with it says nothing."
        reason = error_document.reason_of(said)
    else:
        cause = (
            "Amazon ended the report as FATAL without a document that says why. "
            "It often does so when a type is asked for again too soon."
        )
        reason = "COOLDOWN"
    again = _again(turn, reason, cause, ledger=ledger, now=now)
    if again:
        return again
    result: Failure = {**window_of(turn), "outcome": "FATAL", "reason": reason, "cause": cause}
    record(turn, result, status="FATAL", ledger=ledger, experience=experience, now=now)
    return result


def _again(
    turn: StateData, reason: error_document.Reason, cause: str, *, ledger: Ledger, now: datetime
) -> RequestAgain | None:
    """Return the wait for what time mends. A request that is wrong, or nobody knows why, is not repeated."""
    if reason == "NOT_YET_AVAILABLE":
        not_before = data_there(turn["request"], now=now)
    elif reason == "COOLDOWN":
        not_before = cooled_down(turn["request"], since=now)
    else:
        return None
    return ask_again(turn, not_before=not_before, reason=cause, ledger=ledger, now=now)


def _words(document_id: str, turn: StateData, sp_api: ReportsApi, documents: DocumentSource, *, until: float) -> str:
    request = turn["request"]
    try:
        document = sp_api.get_report_document(document_id, restricted=request["restricted"])
        body, content_type = _read(document["url"], documents, seconds=until - time.monotonic())
    except (SpApiForbidden, SpApiNotFound, SpApiRejected, DocumentRefused, DocumentOriginRefused) as error:
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
            ledger=dependencies().ledger,
            experience=dependencies().statistics,
            now=clock.now(),
            seconds=context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS,
        )
        return run.record_outcome(answer)
