"""Handle done: lands the report's document in S3, verified, with a manifest beside it.

In: payloads.StateData. Out: payloads.Landed, payloads.DocumentWait when there is no quota for the document yet, or
payloads.PersonalData when the document holds some and this function lands outside the restricted zone.
Raises: ReportDocumentIdMissing, multipart_upload.LandedInBetween, resume.DocumentUnfinished, what landing.download and
landing.gzip_stream name, table.ClaimLost, credentials.CredentialsMissing and what spapi.errors lists. The document's
address is asked for and used within one run.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import DocumentIncomplete
from lambdas.landing.download import DocumentSource, Download
from lambdas.landing.findings import judge
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.manifest import (
    Manifest,
    decide_charset,
    earlier_reports,
    has_changed,
    landed,
    manifest_of,
    order_of,
    with_report,
)
from lambdas.landing.naming import metadata_of, path_of
from lambdas.landing.personal_data import PersonalDataFound
from lambdas.landing.pipeline import Landing
from lambdas.landing.resume import DocumentUnfinished
from lambdas.landing.resume_point import FROM_START, Unfinished
from lambdas.landing.window_objects import WindowObjects
from lambdas.ledger.outcome import Outcomes
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.request import Request
from lambdas.payloads.results import DocumentWait, Landed, PersonalData
from lambdas.payloads.state_data import Context, StateData, personal_columns, window_of
from lambdas.quota.reservations import NotAdmitted
from lambdas.spapi.reports import ReportsApi

# A transfer that cannot be resumed starts again on the same address: getReportDocument is as scarce as createReport.
TRANSFERS = 3
# What a run needs beyond the transfer itself.
SPARE_SECONDS = 40


class ReportDocumentIdMissing(Exception):
    """Amazon calls the report DONE but names no document."""


@dataclass(frozen=True, kw_only=True)
class LandingJob:
    """One document to be landed, and what it is landed with."""

    state_data: StateData
    sp_api: ReportsApi
    documents: DocumentSource
    bucket: ReportBucket
    outcomes: Outcomes
    utf8_copy: bool = False
    """Whether a text gets a UTF-8 copy beside it, which the manifest tells of."""
    now: datetime
    deadline: float
    """The time.monotonic() by which the document must have arrived."""

    @property
    def request(self) -> Request:
        """What was asked for."""
        return self.state_data["request"]

    @property
    def report_id(self) -> str:
        """The report that is done."""
        return self.state_data["poll"]["reportId"]

    @cached_property
    def window(self) -> WindowObjects:
        """What the window has in the bucket, as it was when this run began."""
        return self.bucket.window(path_of(self.state_data))

    @property
    def note_path(self) -> str:
        """Where it is noted how much of the report's document is up."""
        return f"{self.window.path}/{quote(self.report_id, safe='')}"

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of the objects in S3."""
        return metadata_of(self.state_data)


def handle_done(job: LandingJob) -> Landed | DocumentWait | PersonalData:
    """Return where the document is, and what it is.

    Raises:
        ReportDocumentIdMissing: Amazon names no document.
        DocumentUnfinished: the next run goes on with the document.
        LandedInBetween: another execution has landed a report of the window meanwhile.
    """
    current = job.window.manifest
    if current and not _is_newer(job, current):
        return _recorded(job, current)
    try:
        document_id = _document_id(job)
        shared = _landed_as_another(job, document_id)
        if shared:
            job.outcomes.record(job.state_data, shared, now=job.now)
            return shared
        document = job.sp_api.get_report_document(document_id, restricted=job.request["restricted"])
    except NotAdmitted as quota_error:
        wait: DocumentWait = {
            "outcome": "WAIT",
            "reason": str(quota_error),
            "waitSeconds": quota_error.wait_seconds,
            "personalColumns": personal_columns(job.state_data),
        }
        return wait
    try:
        landing, served = _transfer(job, document["url"])
    except PersonalDataFound as found:
        return {"outcome": "PERSONAL_DATA", "reason": str(found), "personalColumns": found.columns}
    served["compressionAlgorithm"] = document.get("compressionAlgorithm")
    manifest = _described(job, landing, served, document_id=document_id)
    job.window.commit(manifest)
    return _recorded(job, manifest)


def _is_newer(job: LandingJob, current: Manifest) -> bool:
    """Say whether the report is newer than the one that the window has."""
    ours = order_of(
        {**job.state_data["report"], "reportId": job.report_id}, default=job.state_data["poll"]["startedAt"]
    )
    return ours > order_of(
        {**current["report"], "reportId": current["result"]["reportId"]}, default=current["landedAt"]
    )


def _recorded(job: LandingJob, manifest: Manifest) -> Landed:
    """Record and return what the window's manifest says, of this report or of a newer one."""
    result: Landed = manifest["result"]
    if result["reportId"] != job.report_id:
        result = {
            **result,
            **window_of(job.state_data),
            "outcome": "ALREADY_LANDED",
            "supersededBy": result["reportId"],
        }
    job.window.empty_others(manifest)
    job.outcomes.ledger.record_document(job.request, result["reportDocumentId"], path=job.window.path, now=job.now)
    job.outcomes.record(job.state_data, result, now=job.now, columns=manifest.get("columns"))
    return result


def _document_id(job: LandingJob) -> str:
    document_id = job.state_data["report"].get("reportDocumentId")
    if not document_id:
        document_id = job.sp_api.get_report(job.report_id).get("reportDocumentId")
    if not document_id:
        raise ReportDocumentIdMissing(f"report {job.report_id} is DONE, and Amazon names no document")
    return str(document_id)


def _landed_as_another(job: LandingJob, document_id: str) -> Landed | None:
    """Return where the same document has landed, as another report's: Amazon serves a cached one under several ids.

    A window that has a document of its own keeps none of another window's.
    """
    window = job.window
    if window.manifest is None:
        path = job.outcomes.ledger.landed_path_of_document(job.request, document_id)
        window = job.bucket.window(path) if path else window
    # What is in the bucket counts: personal data does not stay there.
    if not (window.manifest and window.is_there) or window.manifest["result"]["reportDocumentId"] != document_id:
        return None
    manifest = window.manifest
    if window is job.window:
        manifest = with_report(manifest, job.state_data, version_id=window.manifest_version, landed_at=clock.now())
        window.commit(manifest)
    result: Landed = manifest["result"]
    return {**result, **window_of(job.state_data), "outcome": "ALREADY_LANDED"}


def _transfer(job: LandingJob, url: str) -> tuple[Landing, dict[str, Any]]:
    """Return how the document has landed, and the labels that it was served with."""
    unfinished = job.bucket.load_resume_point(path=job.note_path)
    for transfer in range(1, TRANSFERS + 1):
        seconds = job.deadline - time.monotonic()
        try:
            with job.documents.open(url, seconds=seconds, begin=unfinished or FROM_START) as download:
                landing = _store(job, download, unfinished)
                return landing, {"contentType": download.content_type, "contentEncoding": download.content_encoding}
        except (DocumentIncomplete, DocumentCorrupt):
            if transfer == TRANSFERS:
                raise
    raise AssertionError("unreachable")


def _store(job: LandingJob, download: Download, unfinished: Unfinished | None) -> Landing:
    if unfinished:
        landing = job.bucket.resume(download, job.window, unfinished, metadata=job.metadata)
    else:
        landing = job.bucket.land(download, job.window, metadata=job.metadata, utf8_copy=job.utf8_copy)
    if isinstance(landing, Unfinished):
        job.bucket.save_resume_point(path=job.note_path, unfinished=landing)
        raise DocumentUnfinished(f"{landing.position} of {landing.size} bytes are up; the next run goes on")
    return landing


def _described(job: LandingJob, landing: Landing, served: dict[str, Any], *, document_id: str) -> dict[str, Any]:
    """Return the manifest of a document that is in the bucket."""
    state_data, landed_at, before = job.state_data, clock.now(), job.window.manifest
    charset = decide_charset(landing, content_type=served["contentType"], request=job.request)
    where = {
        "bucket": job.bucket.name,
        "manifestKey": job.window.manifest_key,
        "reportDocumentId": document_id,
    }
    earlier = job.outcomes.statistics.earlier(job.request)
    assessment = judge(landing, charset, state_data, restricted=job.bucket.restricted, earlier=earlier)
    result = landed(state_data, landing, charset, assessment, where=where, landed_at=landed_at)
    result["changed"] = has_changed(result, before)
    manifest = manifest_of(state_data, landing, served, charset, result=result, landed_at=landed_at)
    manifest["earlier"] = earlier_reports(before, job.window.manifest_version) if before else []
    manifest["columns"] = assessment.columns
    if result["changed"]:
        manifest["restatement"] = job.bucket.restatement(landing, job.window, rows=result["rows"], until=job.deadline)
    if job.utf8_copy:
        manifest["utf8"] = job.bucket.land_utf8(
            landing, job.window, metadata=job.metadata, charset=result["charset"], until=job.deadline
        )
    return manifest


def handler(event: StateData, context: Context) -> Landed | DocumentWait | PersonalData:
    """Run handle_done as the states Handle done and Handle restricted."""
    with log_invocation("Handle done", event) as run:
        job = LandingJob(
            state_data=event,
            sp_api=dependencies().sp_api(event["request"], run.calls, waited=event["result"]["outcome"] == "WAIT"),
            documents=dependencies().documents,
            bucket=dependencies().bucket,
            outcomes=dependencies().outcomes,
            utf8_copy=event["request"].get("utf8Copy", dependencies().environment.utf8_copy),
            now=clock.now(),
            deadline=time.monotonic() + context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS,
        )
        return run.record_outcome(handle_done(job))
