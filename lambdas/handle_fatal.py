"""Handle fatal: reads why Amazon gave the report up, where it says so, and makes its words the execution's cause.

In: messages.Turn. Out: messages.Failure. Raises: what document names, credentials.CredentialsMissing and what
spapi.errors lists.
"""

from datetime import datetime

import fatal
import polling
from document import DocumentOriginRefused, DocumentRefused, DocumentSource
from journal import line
from ledger import Ledger
from messages import Failure, Turn, window_of
from services import services
from spapi.errors import SpApiForbidden, SpApiNotFound, SpApiRejected
from spapi.reports import ReportsApi

# An error document is small: one that takes longer is not awaited.
READ_SECONDS = 40


def handle_fatal(
    turn: Turn, *, sp_api: ReportsApi, documents: DocumentSource, ledger: Ledger, now: datetime
) -> Failure:
    """Return the failure, in Amazon's own words where there are any."""
    document_id = turn["report"].get("reportDocumentId")
    if document_id:
        said = _words(document_id, turn, sp_api, documents)
        cause = said or "Amazon ended the report as FATAL, and the document that goes with it says nothing."
        reason = fatal.reason_of(said)
    else:
        cause = (
            "Amazon ended the report as FATAL without a document that says why. "
            "It often does so when a type is asked for again too soon."
        )
        reason = "COOLDOWN"
    result: Failure = {**window_of(turn), "outcome": "FATAL", "reason": reason, "cause": cause}
    ledger.ended(turn["request"], status="FATAL", report_id=result["reportId"], now=now, result=result)
    return result


def _words(document_id: str, turn: Turn, sp_api: ReportsApi, documents: DocumentSource) -> str:
    request = turn["request"]
    try:
        document = sp_api.get_report_document(document_id, restricted=request["restricted"])
        body, content_type = _read(document["url"], documents)
    except (SpApiForbidden, SpApiNotFound, SpApiRejected, DocumentRefused, DocumentOriginRefused) as error:
        # The report is FATAL all the same: that must be recorded, or the next execution would wait for it again.
        return f"Amazon ended the report as FATAL, and the document that goes with it cannot be read: {error}"
    return fatal.words(body, content_type=content_type, marketplace_ids=request["marketplaceIds"])


def _read(url: str, documents: DocumentSource) -> tuple[bytes, str]:
    buffer = memoryview(bytearray(fatal.READ_BYTES))
    filled = 0
    with documents.open(url, seconds=READ_SECONDS) as download:
        while filled < len(buffer) and (read := download.readinto(buffer[filled:])):
            filled += read
        return bytes(buffer[:filled]), download.content_type


def handler(event: Turn, _context: object) -> Failure:
    """Run handle_fatal as the state Handle fatal."""
    with line("Handle fatal", event) as calls:
        return handle_fatal(
            event,
            sp_api=services().sp_api(event["request"], calls),
            documents=services().documents,
            ledger=services().ledger,
            now=polling.clock(),
        )
