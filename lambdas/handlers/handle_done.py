"""Handle done: lands the report's document in S3, verified, with a manifest beside it.

In: payloads.StateData. Out: payloads.Landed, payloads.DocumentWait when there is no quota for the document yet, or
payloads.PersonalData when the document holds some and this function lands outside the restricted zone.
Raises: ReportDocumentIdMissing, resume.DocumentUnfinished, what landing.download and landing.gzip_stream name,
table.ClaimLost, credentials.CredentialsMissing and what spapi.errors lists. The document's address is asked for and
used within one run.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import DocumentIncomplete
from lambdas.landing.download import DocumentSource, Download
from lambdas.landing.findings import judge
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.manifest import decide_charset, landed, manifest_of
from lambdas.landing.naming import metadata_of, path_of
from lambdas.landing.personal_data import PersonalDataFound
from lambdas.landing.pipeline import Landing
from lambdas.landing.resume import DocumentUnfinished
from lambdas.landing.resume_point import FROM_START, Unfinished
from lambdas.ledger.item import PreviousLanding
from lambdas.ledger.outcome import Outcomes
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads import (
    Context,
    DocumentWait,
    Landed,
    PersonalData,
    Request,
    StateData,
    personal_columns,
    window_of,
)
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

    @cached_property
    def path(self) -> str:
        """What the keys of the document and of its manifest have in common."""
        return path_of(self.state_data)

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of the objects in S3."""
        return metadata_of(self.state_data)


def handle_done(job: LandingJob) -> Landed | DocumentWait | PersonalData:
    """Return where the document is, and what it is.

    Raises:
        ReportDocumentIdMissing: Amazon names no document.
        DocumentUnfinished: the next run goes on with the document.
    """
    previous = job.outcomes.ledger.landed_before(job.request) if job.request["refresh"] else None
    manifest = job.bucket.manifest(path=job.path)
    if manifest:
        return _recorded(job, manifest)
    try:
        document_id = _document_id(job)
        shared = _landed_as_another(job, document_id)
        if shared:
            shared["changed"] = _changed(shared, previous)
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
    return _recorded(job, _described(job, landing, served, document_id=document_id, previous=previous))


def _recorded(job: LandingJob, manifest: dict[str, Any]) -> Landed:
    result: Landed = manifest["result"]
    document_id = result["reportDocumentId"]
    job.outcomes.ledger.record_document(job.request, document_id, path=job.path, now=job.now)
    job.outcomes.record(job.state_data, result, now=job.now, columns=manifest.get("columns"))
    return result


def _document_id(job: LandingJob) -> str:
    report_id = job.state_data["poll"]["reportId"]
    document_id = job.state_data["report"].get("reportDocumentId")
    if not document_id:
        document_id = job.sp_api.get_report(report_id).get("reportDocumentId")
    if not document_id:
        raise ReportDocumentIdMissing(f"report {report_id} is DONE, and Amazon names no document")
    return str(document_id)


def _landed_as_another(job: LandingJob, document_id: str) -> Landed | None:
    """Return where the same document has landed, as another report's: Amazon serves a cached one under several ids."""
    path = job.outcomes.ledger.landed_path_of_document(job.request, document_id)
    # What is in the bucket counts: personal data does not stay there.
    manifest = job.bucket.manifest(path=path) if path else None
    if manifest is None:
        return None
    result: Landed = manifest["result"]
    return {**result, **window_of(job.state_data), "outcome": "ALREADY_LANDED"}


def _transfer(job: LandingJob, url: str) -> tuple[Landing, dict[str, Any]]:
    """Return how the document has landed, and the labels that it was served with."""
    unfinished = job.bucket.load_resume_point(path=job.path)
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
        landing = job.bucket.resume(download, unfinished)
    else:
        landing = job.bucket.land(download, path=job.path, metadata=job.metadata, utf8_copy=job.utf8_copy)
    if isinstance(landing, Unfinished):
        job.bucket.save_resume_point(path=job.path, unfinished=landing)
        raise DocumentUnfinished(f"{landing.position} of {landing.size} bytes are up; the next run goes on")
    return landing


def _described(
    job: LandingJob, landing: Landing, served: dict[str, Any], *, document_id: str, previous: PreviousLanding | None
) -> dict[str, Any]:
    """Write the manifest of a document that has landed, and return it."""
    state_data, landed_at = job.state_data, clock.now()
    charset = decide_charset(landing, content_type=served["contentType"], request=job.request)
    where = {
        "bucket": job.bucket.name,
        "manifestKey": job.bucket.manifest_key(job.path),
        "reportDocumentId": document_id,
    }
    earlier = job.outcomes.statistics.earlier(job.request)
    assessment = judge(landing, charset, state_data, restricted=job.bucket.restricted, earlier=earlier)
    result = landed(state_data, landing, charset, assessment, where=where, landed_at=landed_at)
    result["changed"] = _changed(result, previous)
    manifest = manifest_of(state_data, landing, served, charset, result=result, landed_at=landed_at)
    manifest["before"] = previous
    manifest["columns"] = assessment.columns
    if job.utf8_copy:
        manifest["utf8"] = job.bucket.land_utf8(
            landing, path=job.path, metadata=job.metadata, charset=result["charset"], until=job.deadline
        )
    job.bucket.put_manifest(path=job.path, manifest=manifest)
    return manifest


def _changed(result: Landed, previous: PreviousLanding | None) -> bool | None:
    """Say whether Amazon has restated the report: the same content comes as the same bytes."""
    known = previous and previous["sha256"] and result["sha256"]
    return previous["sha256"] != result["sha256"] if previous and known else None


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
