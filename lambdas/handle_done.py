"""Handle done: lands the report's document in S3, verified, with a manifest beside it.

In: messages.Turn. Out: messages.Landed. Raises: ReportDocumentIdMissing, what document and inspection name,
credentials.CredentialsMissing and what spapi.errors lists. The document's address is asked for and used within one run.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import charset
import polling
from document import DocumentIncomplete, DocumentSource
from inspection import DocumentCorrupt
from journal import line
from landing import Landing, ReportBucket
from ledger import Ledger, fingerprint
from messages import Landed, Turn, window_of
from services import services
from spapi.reports import ReportsApi

# A broken transfer starts again on the same address: getReportDocument is as scarce as createReport.
TRANSFERS = 3


class ReportDocumentIdMissing(Exception):
    """Amazon calls the report DONE but names no document."""


def handle_done(
    turn: Turn, *, sp_api: ReportsApi, documents: DocumentSource, bucket: ReportBucket, ledger: Ledger, now: datetime
) -> Landed:
    """Return where the document is, and what it is."""
    path = _path(turn)
    known = bucket.manifest(path=path)
    if known is None:
        document_id = _document_id(turn, sp_api)
        document = sp_api.get_report_document(document_id)
        landing = _transfer(document["url"], documents=documents, bucket=bucket, path=path, turn=turn)
        known = _manifest(turn, landing, document_id, document.get("compressionAlgorithm"), bucket.name, path, now)
        bucket.put_manifest(path=path, manifest=known)
    result: Landed = known["result"]
    ledger.ended(turn["request"], status="LANDED", report_id=result["reportId"], now=now, result=result)
    return result


def _path(turn: Turn) -> str:
    request = turn["request"]
    date = (request.get("dataStartTime") or request.get("dataEndTime") or request["asOf"])[:10]
    return (
        f"sellingPartnerId={request['sellingPartnerId']}/reportType={request['reportType']}/date={date}/"
        # Amazon does not say what a reportId is made of; a slash must not make folders.
        + quote(turn["poll"]["reportId"], safe="")
    )


def _document_id(turn: Turn, sp_api: ReportsApi) -> str:
    document_id = turn["report"].get("reportDocumentId")
    if not document_id:
        document_id = sp_api.get_report(turn["poll"]["reportId"]).get("reportDocumentId")
    if not document_id:
        raise ReportDocumentIdMissing(f"report {turn['poll']['reportId']} is DONE, and Amazon names no document")
    return str(document_id)


def _transfer(url: str, *, documents: DocumentSource, bucket: ReportBucket, path: str, turn: Turn) -> Landing:
    metadata = {
        "report-id": quote(turn["poll"]["reportId"]),
        "report-type": turn["request"]["reportType"],
        "selling-partner-id": turn["request"]["sellingPartnerId"],
    }
    for transfer in range(1, TRANSFERS + 1):
        try:
            with documents.open(url) as download:
                return bucket.land(download, path=path, metadata=metadata)
        except (DocumentIncomplete, DocumentCorrupt):
            if transfer == TRANSFERS:
                raise
    raise AssertionError("unreachable")


def _manifest(
    turn: Turn, landing: Landing, document_id: str, algorithm: str | None, bucket: str, path: str, now: datetime
) -> dict[str, Any]:
    content, media = landing.content, landing.media
    decided = charset.decide(
        content_type=landing.content_type,
        head=content.head,
        utf8=content.utf8,
        marketplace_ids=turn["request"]["marketplaceIds"],
    )
    result: Landed = {
        **window_of(turn),
        "outcome": "LANDED",
        "reportDocumentId": document_id,
        "bucket": bucket,
        "key": landing.key,
        "manifestKey": f"manifests/{path}.json",
        "bytes": content.size,
        "sha256": content.sha256,
        "rows": max(content.lines - 1, 0) if media.delimited and decided.name != "utf-16" else None,
        "charset": decided.name if media.text else None,
        "secondsToLand": polling.elapsed(turn["poll"], now=polling.clock()),
    }
    return {
        "result": result,
        "executionArn": turn.get("executionArn"),
        "requestFingerprint": fingerprint(turn["request"]),
        "landedAt": now.isoformat(),
        "compression": "gzip" if content.gzip else None,
        "uncompressedBytes": content.uncompressed_size,
        "mediaType": media.content_type,
        "charsetDecidedBy": decided.decided_by if media.text else None,
        "served": {
            "contentType": landing.content_type,
            "contentEncoding": landing.content_encoding,
            "compressionAlgorithm": algorithm,
        },
        "report": turn["report"],
    }


def handler(event: Turn, _context: object) -> Landed:
    """Run handle_done as the state Handle done."""
    with line("Handle done", event) as calls:
        return handle_done(
            event,
            sp_api=services().sp_api(event["request"], calls),
            documents=services().documents,
            bucket=services().bucket,
            ledger=services().ledger,
            now=polling.clock(),
        )
