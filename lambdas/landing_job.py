"""One document's way into the bucket, whatever zone it is for: its transfer, and the manifest that describes it."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from lambdas import clock
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import DocumentIncomplete
from lambdas.landing.download import DocumentSource, Download
from lambdas.landing.findings.assessment import judge
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.manifest import decide_charset, earlier_reports, has_changed, landed, manifest_of
from lambdas.landing.naming import metadata_of, path_of
from lambdas.landing.pipeline import Landing
from lambdas.landing.resume import DocumentUnfinished
from lambdas.landing.resume_point import FROM_START, Unfinished
from lambdas.landing.window_objects import WindowObjects
from lambdas.ledger.outcome import Outcomes
from lambdas.payloads.request import Request
from lambdas.payloads.state_data import StateData
from lambdas.spapi.reports import ReportsApi

# A transfer that cannot be resumed starts again on the same address: getReportDocument is as scarce as createReport.
TRANSFERS = 3


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

    def transfer(self, url: str) -> tuple[Landing, dict[str, Any]]:
        """Return how the document at `url` has landed, and the labels that it was served with.

        Raises:
            DocumentUnfinished: the next run goes on with the document.
        """
        unfinished = self.bucket.resume_points.load(self.note_path)
        for transfer in range(1, TRANSFERS + 1):
            seconds = self.deadline - time.monotonic()
            try:
                with self.documents.open(url, seconds=seconds, begin=unfinished or FROM_START) as download:
                    landing = self._store(download, unfinished)
                    return landing, {"contentType": download.content_type, "contentEncoding": download.content_encoding}
            except (DocumentIncomplete, DocumentCorrupt):
                if transfer == TRANSFERS:
                    raise
        raise AssertionError("unreachable")

    def _store(self, download: Download, unfinished: Unfinished | None) -> Landing:
        if unfinished:
            landing = self.bucket.resume(download, self.window, unfinished, metadata=self.metadata)
        else:
            landing = self.bucket.land(download, self.window, metadata=self.metadata, utf8_copy=self.utf8_copy)
        if isinstance(landing, Unfinished):
            self.bucket.resume_points.save(self.note_path, landing)
            raise DocumentUnfinished(f"{landing.position} of {landing.size} bytes are up; the next run goes on")
        return landing

    def describe(self, landing: Landing, served: dict[str, Any], *, document_id: str) -> dict[str, Any]:
        """Return the manifest of a document that is in the bucket."""
        state_data, landed_at, before = self.state_data, clock.now(), self.window.manifest
        charset = decide_charset(landing, content_type=served["contentType"], request=self.request)
        where = {
            "bucket": self.bucket.name,
            "manifestKey": self.window.manifest_key,
            "reportDocumentId": document_id,
        }
        earlier = self.outcomes.statistics.earlier(self.request)
        assessment = judge(landing, charset, state_data, restricted=self.bucket.restricted, earlier=earlier)
        result = landed(state_data, landing, charset, assessment, where=where, landed_at=landed_at)
        result["changed"] = has_changed(result, before)
        manifest = manifest_of(state_data, landing, served, charset, result=result, landed_at=landed_at)
        manifest["earlier"] = earlier_reports(before, self.window.manifest_version) if before else []
        manifest["columns"] = assessment.columns
        if result["changed"]:
            manifest["restatement"] = self.bucket.restatement(landing, self.window, result=result, until=self.deadline)
        if self.utf8_copy:
            manifest["utf8"] = self.bucket.land_utf8(
                landing, self.window, metadata=self.metadata, charset=result["charset"], until=self.deadline
            )
        return manifest
