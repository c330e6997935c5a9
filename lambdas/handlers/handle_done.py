"""Handle done: lands the report's document in S3, verified, with a manifest beside it.

In: payloads.StateData. Out: payloads.Landed, payloads.DocumentWait when there is no quota for the document yet, or
payloads.PersonalData when the document holds some and this function lands outside the restricted zone.
Raises: ReportDocumentIdMissing, multipart_upload.LandedInBetween, resume.DocumentUnfinished, what landing.download and
landing.gzip_stream name, table.ClaimLost, credentials.CredentialsMissing and what spapi.errors lists. The document's
address is asked for and used within one run.
"""

import time

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.landing.contents.personal_data import PersonalDataFound
from lambdas.landing.manifest import (
    Manifest,
    order_of,
    with_report,
)
from lambdas.landing_job import LandingJob
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.results import DocumentWait, Landed, PersonalData
from lambdas.payloads.state_data import Context, StateData, personal_columns, window_of
from lambdas.quota.reservations import NotAdmitted

# What a run needs beyond the transfer itself.
SPARE_SECONDS = 40


class ReportDocumentIdMissing(Exception):
    """Amazon calls the report DONE but names no document."""


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
        landing, served = job.transfer(document["url"])
    except PersonalDataFound as found:
        return {"outcome": "PERSONAL_DATA", "reason": str(found), "personalColumns": found.columns}
    served["compressionAlgorithm"] = document.get("compressionAlgorithm")
    manifest = job.describe(landing, served, document_id=document_id)
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
