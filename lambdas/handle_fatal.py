"""Handle fatal: reads why Amazon gave the report up, where it says so, and makes its words the execution's cause.

In: messages.Turn. Out: messages.Failure. Raises: what document names, credentials.CredentialsMissing and what
spapi.errors lists.
"""

import json
import zlib
from datetime import datetime

import charset
import polling
from document import DocumentSource
from inspection import GZIP_MAGIC, GZIP_WBITS
from journal import line
from ledger import Ledger
from messages import Failure, Turn, window_of
from services import services
from spapi.reports import ReportsApi

# An error document is a sentence or two; whatever else it may be, this much of it is read.
READ_BYTES = 64 * 1024
# Step Functions takes a cause of 32,768 characters.
CAUSE_CHARACTERS = 8_000


def handle_fatal(
    turn: Turn, *, sp_api: ReportsApi, documents: DocumentSource, ledger: Ledger, now: datetime
) -> Failure:
    """Return the failure, in Amazon's own words where there are any."""
    document_id = turn["report"].get("reportDocumentId")
    if document_id:
        said = words(
            _read(sp_api.get_report_document(document_id)["url"], documents), turn["request"]["marketplaceIds"]
        )
        cause = said or "Amazon ended the report as FATAL, and the document that goes with it says nothing."
    else:
        cause = (
            "Amazon ended the report as FATAL without a document that says why. "
            "It often does so when a type is asked for again too soon."
        )
    result: Failure = {**window_of(turn), "outcome": "FATAL", "cause": cause}
    ledger.ended(turn["request"], status="FATAL", report_id=result["reportId"], now=now, result=result)
    return result


def _read(url: str, documents: DocumentSource) -> tuple[bytes, str]:
    with documents.open(url) as download:
        body = b""
        for chunk in download.chunks:
            body += chunk
            if len(body) >= READ_BYTES:
                break
        return body[:READ_BYTES], download.content_type


def words(document: tuple[bytes, str], marketplace_ids: list[str]) -> str:
    """Return what an error document says: its JSON `errorDetails`, or its text."""
    body, content_type = document
    if body.startswith(GZIP_MAGIC):
        try:
            body = zlib.decompressobj(GZIP_WBITS).decompress(body, READ_BYTES)
        except zlib.error:
            return "Amazon ended the report as FATAL, and the gzip document that goes with it cannot be read."
    try:
        body.decode("utf-8")
        utf8 = True
    except UnicodeDecodeError:
        utf8 = False
    codec = charset.decide(content_type=content_type, head=body, utf8=utf8, marketplace_ids=marketplace_ids).name
    text = body.decode(codec, "replace").strip()
    try:
        details = json.loads(text)["errorDetails"]
    except (ValueError, KeyError, TypeError):
        details = text
    return (details if isinstance(details, str) else json.dumps(details))[:CAUSE_CHARACTERS]


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
