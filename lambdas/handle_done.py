"""Handle done: lands the report's document in S3, verified, with a manifest beside it.

In: messages.Turn. Out: messages.Landed. Raises: ReportDocumentIdMissing, large.DocumentUnfinished,
what document and inspection name, credentials.CredentialsMissing and what spapi.errors lists. The document's address is
asked for and used within one run.
"""

import codecs
import hashlib
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

import charset
import polling
from document import DocumentIncomplete, DocumentSource, Download
from inspection import Content, DocumentCorrupt
from journal import line
from landing import Landing, ReportBucket
from large import BEGINNING, DocumentUnfinished, Unfinished
from ledger import Ledger, fingerprint
from messages import Context, Landed, Turn, window_of
from services import services
from spapi.reports import ReportsApi

# A transfer that cannot be resumed starts again on the same address: getReportDocument is as scarce as createReport.
TRANSFERS = 3
# What a run needs beyond the transfer itself.
SPARE_SECONDS = 20


class ReportDocumentIdMissing(Exception):
    """Amazon calls the report DONE but names no document."""


def handle_done(
    turn: Turn,
    *,
    sp_api: ReportsApi,
    documents: DocumentSource,
    bucket: ReportBucket,
    ledger: Ledger,
    now: datetime,
    seconds: float,
) -> Landed:
    """Return where the document is, and what it is. It must have arrived in `seconds`."""
    path = _path(turn)
    manifest = bucket.manifest(path=path)
    if manifest:
        result: Landed = manifest["result"]
    else:
        document_id = _document_id(turn, sp_api)
        document = sp_api.get_report_document(document_id, restricted=turn["request"]["restricted"])
        landing, served = _transfer(document["url"], documents=documents, bucket=bucket, turn=turn, seconds=seconds)
        served["compressionAlgorithm"] = document.get("compressionAlgorithm")
        result = _landed(turn, landing, served, document_id=document_id, bucket=bucket)
        bucket.put_manifest(path=path, manifest=_manifest(turn, landing, served, result, now=now))
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


def _transfer(
    url: str, *, documents: DocumentSource, bucket: ReportBucket, turn: Turn, seconds: float
) -> tuple[Landing, dict[str, Any]]:
    metadata = {
        "report-id": quote(turn["poll"]["reportId"]),
        "report-type": turn["request"]["reportType"],
        "selling-partner-id": turn["request"]["sellingPartnerId"],
    }
    until = time.monotonic() + seconds
    path = _path(turn)
    unfinished = bucket.unfinished(path=path)
    begin = unfinished or BEGINNING
    for transfer in range(1, TRANSFERS + 1):
        try:
            seconds_left = until - time.monotonic()
            with documents.open(
                url, seconds=seconds_left, position=begin.position, size=begin.size, etag=begin.etag
            ) as download:
                if unfinished:
                    landing = bucket.go_on(download, unfinished)
                else:
                    landing = bucket.land(download, path=path, metadata=metadata)
                if isinstance(landing, Unfinished):
                    bucket.note(path=path, unfinished=landing)
                    raise DocumentUnfinished(f"{landing.position} of {landing.size} bytes are up; the next run goes on")
                return landing, _labels(download)
        except (DocumentIncomplete, DocumentCorrupt):
            if transfer == TRANSFERS:
                raise
    raise AssertionError("unreachable")


def _labels(download: Download) -> dict[str, Any]:
    return {"contentType": download.content_type, "contentEncoding": download.content_encoding}


def _landed(turn: Turn, landing: Landing, served: dict[str, Any], *, document_id: str, bucket: ReportBucket) -> Landed:
    content, media = landing.content, landing.media
    decided = _charset(turn, landing, served)
    return {
        **window_of(turn),
        "outcome": "LANDED",
        "reportDocumentId": document_id,
        "bucket": bucket.name,
        "key": landing.key,
        "manifestKey": bucket.manifest_key(_path(turn)),
        "bytes": content.size,
        "sha256": content.sha256,
        "rows": _rows(landing, decided),
        "charset": decided.name if media.text else None,
        "secondsToLand": polling.elapsed(turn["poll"], now=polling.clock()),
    }


def _rows(landing: Landing, decided: charset.Charset) -> int | None:
    lines = landing.content.lines
    return max(lines - 1, 0) if lines is not None and landing.media.delimited and not _wide(decided) else None


def _wide(decided: charset.Charset) -> bool:
    # Of UTF-16 a byte that looks like the end of a line may be half of a character.
    return codecs.lookup(decided.name).name.startswith(("utf-16", "utf-32"))


def _charset(turn: Turn, landing: Landing, served: dict[str, Any]) -> charset.Charset:
    return charset.decide(
        content_type=served["contentType"],
        head=landing.content.head,
        utf8=bool(landing.content.utf8),
        marketplace_ids=turn["request"]["marketplaceIds"],
    )


def _manifest(turn: Turn, landing: Landing, served: dict[str, Any], result: Landed, *, now: datetime) -> dict[str, Any]:
    content, media = landing.content, landing.media
    return {
        "result": result,
        "executionArn": turn.get("executionArn"),
        "requestFingerprint": fingerprint(turn["request"]),
        "landedAt": now.isoformat(),
        "compression": "gzip" if content.gzip else None,
        "verified": "content" if content.sha256 else "length and part checksums: it took more than one run",
        "uncompressedBytes": content.uncompressed_size,
        "mediaType": media.content_type,
        "charsetDecidedBy": _charset(turn, landing, served).decided_by if media.text else None,
        # The same columns have the same fingerprint: a change of layout shows.
        "headerSha256": _header_sha256(content) if media.delimited else None,
        "served": {**served, "bytes": landing.served_size, "sha256": landing.served_sha256},
        "disagreements": _disagreements(landing, served),
        "report": turn["report"],
    }


def _header_sha256(content: Content) -> str | None:
    return hashlib.sha256(content.head.split(b"\n", 1)[0]).hexdigest() if content.head else None


def _disagreements(landing: Landing, served: dict[str, Any]) -> list[str]:
    """Say where Amazon's labels and the document's bytes differ. The bytes were believed."""
    gzip, algorithm = landing.content.gzip, served["compressionAlgorithm"]
    found = []
    if landing.unwrapped:
        found.append("the document came as gzip within gzip; the outer one was taken off")
    if algorithm == "GZIP" and not gzip:
        found.append("compressionAlgorithm is GZIP, and the document is not gzip")
    if algorithm != "GZIP" and gzip:
        found.append(f"compressionAlgorithm is {algorithm}, and the document is gzip")
    if served["contentEncoding"] == "gzip" and not landing.unwrapped:
        found.append("Content-Encoding is gzip, although identity was asked for")
    return found


def handler(event: Turn, context: Context) -> Landed:
    """Run handle_done as the states Handle done and Handle restricted."""
    with line("Handle done", event) as calls:
        return handle_done(
            event,
            sp_api=services().sp_api(event["request"], calls),
            documents=services().documents,
            bucket=services().bucket,
            ledger=services().ledger,
            now=polling.clock(),
            seconds=context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS,
        )
