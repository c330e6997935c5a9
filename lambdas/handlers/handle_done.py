"""Handle done: lands the report's document in S3, verified, with a manifest beside it.

In: messages.Turn. Out: messages.Landed, or messages.DocumentWait when there is no quota for the document yet. Raises:
ReportDocumentIdMissing, large.DocumentUnfinished, what document and gunzip name, credentials.CredentialsMissing and
what spapi.errors lists. The document's address is asked for and used within one run.
"""

import os
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.download import DocumentIncomplete, DocumentSource, Download
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.manifest import landed, manifest_of
from lambdas.landing.pipeline import Landing
from lambdas.landing.resume import FROM_START, DocumentUnfinished, Unfinished
from lambdas.ledger.item import PreviousLanding
from lambdas.ledger.outcome import record
from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.ledger.table import Ledger
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads import Context, DocumentWait, Landed, StateData, window_of
from lambdas.quota.reservations import NotAdmitted
from lambdas.spapi.reports import ReportsApi

# A transfer that cannot be resumed starts again on the same address: getReportDocument is as scarce as createReport.
TRANSFERS = 3
# What a run needs beyond the transfer itself.
SPARE_SECONDS = 40


class ReportDocumentIdMissing(Exception):
    """Amazon calls the report DONE but names no document."""


def handle_done(
    turn: StateData,
    *,
    sp_api: ReportsApi,
    documents: DocumentSource,
    bucket: ReportBucket,
    ledger: Ledger,
    experience: ReportStatistics,
    now: datetime,
    seconds: float,
    utf8_copy: bool = False,
) -> Landed | DocumentWait:
    """Return where the document is, and what it is. It must have arrived in `seconds`.

    With `utf8_copy` a text gets a UTF-8 copy beside it, which the manifest tells of.
    """
    until = time.monotonic() + seconds
    path = _path(turn)
    before = ledger.landed_before(turn["request"]) if turn["request"]["refresh"] else None
    manifest = bucket.manifest(path=path)
    if manifest:
        result: Landed = manifest["result"]
    else:
        try:
            document_id = _document_id(turn, sp_api)
            same = _landed_before(document_id, turn, bucket=bucket, ledger=ledger)
            if same:
                same = {**same, "changed": _changed(same, before)}
                record(turn, same, status="LANDED", rows=same["rows"], ledger=ledger, experience=experience, now=now)
                return same
            document = sp_api.get_report_document(document_id, restricted=turn["request"]["restricted"])
        except NotAdmitted as paced:
            return {"outcome": "WAIT", "reason": str(paced), "waitSeconds": paced.wait_seconds}
        landing, served = _transfer(
            document["url"], path, documents=documents, bucket=bucket, turn=turn, until=until, utf8_copy=utf8_copy
        )
        served["compressionAlgorithm"] = document.get("compressionAlgorithm")
        where = {"bucket": bucket.name, "manifestKey": bucket.manifest_key(path), "reportDocumentId": document_id}
        result = landed(turn, landing, served, where=where)
        result["suspectEmpty"] = result["rows"] == 0 and experience.usually_has_rows(turn["request"])
        result["changed"] = _changed(result, before)
        manifest = manifest_of(turn, landing, served, result, now=now)
        manifest["before"] = before
        if utf8_copy:
            manifest["utf8"] = bucket.land_utf8(
                landing, path=path, metadata=_metadata(turn), charset=result["charset"], until=until
            )
        bucket.put_manifest(path=path, manifest=manifest)
    ledger.record_document(turn["request"], result["reportDocumentId"], path=path, now=now)
    record(turn, result, status="LANDED", rows=result["rows"], ledger=ledger, experience=experience, now=now)
    return result


def _changed(result: Landed, before: PreviousLanding | None) -> bool | None:
    """Say whether Amazon has restated the report: the same content comes as the same bytes."""
    known = before and before["sha256"] and result["sha256"]
    return before["sha256"] != result["sha256"] if before and known else None


def _path(turn: StateData) -> str:
    request, window = turn["request"], window_of(turn)
    begins = window.get("dataStartTime") or request.get("asOf") or turn["report"]["createdTime"]
    date = datetime.fromisoformat(begins).date()
    return (
        f"sellingPartnerId={request['sellingPartnerId']}/reportType={request['reportType']}/date={date}/"
        # Amazon does not say what a reportId is made of; a slash must not make folders.
        + quote(turn["poll"]["reportId"], safe="")
    )


def _document_id(turn: StateData, sp_api: ReportsApi) -> str:
    document_id = turn["report"].get("reportDocumentId")
    if not document_id:
        document_id = sp_api.get_report(turn["poll"]["reportId"]).get("reportDocumentId")
    if not document_id:
        raise ReportDocumentIdMissing(f"report {turn['poll']['reportId']} is DONE, and Amazon names no document")
    return str(document_id)


def _landed_before(document_id: str, turn: StateData, *, bucket: ReportBucket, ledger: Ledger) -> Landed | None:
    """Return where the same document has landed, as another report's: Amazon serves a cached one under several ids."""
    path = ledger.landed_path_of_document(turn["request"], document_id)
    # What is in the bucket counts: personal data does not stay there.
    manifest = bucket.manifest(path=path) if path else None
    if manifest is None:
        return None
    result: Landed = manifest["result"]
    return {**result, **window_of(turn), "outcome": "ALREADY_LANDED"}


def _transfer(
    url: str,
    path: str,
    *,
    documents: DocumentSource,
    bucket: ReportBucket,
    turn: StateData,
    until: float,
    utf8_copy: bool,
) -> tuple[Landing, dict[str, Any]]:
    unfinished = bucket.load_resume_point(path=path)
    for transfer in range(1, TRANSFERS + 1):
        try:
            with documents.open(url, seconds=until - time.monotonic(), begin=unfinished or FROM_START) as download:
                return _land(download, path, unfinished, bucket=bucket, turn=turn, utf8_copy=utf8_copy), _labels(
                    download
                )
        except (DocumentIncomplete, DocumentCorrupt):
            if transfer == TRANSFERS:
                raise
    raise AssertionError("unreachable")


def _land(
    download: Download,
    path: str,
    unfinished: Unfinished | None,
    *,
    bucket: ReportBucket,
    turn: StateData,
    utf8_copy: bool,
) -> Landing:
    if unfinished:
        landing = bucket.resume(download, unfinished)
    else:
        landing = bucket.land(download, path=path, metadata=_metadata(turn), utf8_copy=utf8_copy)
    if isinstance(landing, Unfinished):
        bucket.save_resume_point(path=path, unfinished=landing)
        raise DocumentUnfinished(f"{landing.position} of {landing.size} bytes are up; the next run goes on")
    return landing


def _metadata(turn: StateData) -> dict[str, str]:
    return {
        "report-id": quote(turn["poll"]["reportId"]),
        "report-type": turn["request"]["reportType"],
        "selling-partner-id": turn["request"]["sellingPartnerId"],
    }


def _labels(download: Download) -> dict[str, Any]:
    return {"contentType": download.content_type, "contentEncoding": download.content_encoding}


def handler(event: StateData, context: Context) -> Landed | DocumentWait:
    """Run handle_done as the states Handle done and Handle restricted."""
    with log_invocation("Handle done", event) as run:
        answer = handle_done(
            event,
            sp_api=dependencies().sp_api(event["request"], run.calls, waited=event["result"]["outcome"] == "WAIT"),
            documents=dependencies().documents,
            bucket=dependencies().bucket,
            ledger=dependencies().ledger,
            experience=dependencies().statistics,
            now=clock.now(),
            utf8_copy=event["request"].get("utf8Copy", os.environ.get("UTF8_COPY") == "true"),
            seconds=context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS,
        )
        return run.record_outcome(answer)
