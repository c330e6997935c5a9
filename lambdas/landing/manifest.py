"""What is said of a landed document: the execution's result, and the manifest beside the object."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from lambdas.landing.findings.assessment import Assessment
from lambdas.landing.inspector import Content
from lambdas.landing.pipeline import Landing
from lambdas.landing.texts import charset
from lambdas.landing.texts.charset import Charset
from lambdas.payloads.request import Request
from lambdas.payloads.results import Landed
from lambdas.payloads.state_data import StateData, window_of
from lambdas.polling import poll_schedule
from lambdas.request.identity import fingerprint

# The length that the host promised, or else the end of its chunks; gzip's own lengths and checksums; of a document that
# took more than one run the checksum of each part that went up. docs/output.md says what each is worth.
Verified = Literal["length", "length-and-gzip", "chunks", "chunks-and-gzip", "length-and-parts"]

# Of a window's reports so many are listed; the bucket keeps the manifests of all.
EARLIER = 100

Manifest = Mapping[str, Any]


def order_of(report: Mapping[str, Any], *, default: str) -> tuple[datetime, str]:
    """Return what the newest of a window's reports has most of: `default` is its time where Amazon names none."""
    return datetime.fromisoformat(report.get("createdTime") or default), report["reportId"]


def earlier_reports(manifest: Manifest, version_id: str) -> list[dict[str, Any]]:
    """Return the reports that a window had, newest first, of which `manifest`, in this version, is the last."""
    result = manifest["result"]
    names = ("reportId", "key", "versionId", "bytes", "sha256", "rows")
    last = {name: result[name] for name in names}
    last |= {"landedAt": manifest["landedAt"], "manifestVersionId": version_id}
    return [last, *manifest["earlier"]][:EARLIER]


def with_report(manifest: Manifest, state_data: StateData, *, version_id: str, landed_at: datetime) -> dict[str, Any]:
    """Return the manifest of a newer report that has the very document of `manifest`, which is in this version."""
    result = {**manifest["result"], **window_of(state_data), "changed": False}
    return {
        **{key: value for key, value in manifest.items() if key != "restatement"},
        "result": result,
        "executionArn": state_data.get("executionArn"),
        "landedAt": landed_at.isoformat(),
        "report": state_data["report"],
        "earlier": earlier_reports(manifest, version_id),
    }


def has_changed(result: Landed, before: Manifest | None) -> bool | None:
    """Say whether Amazon has restated the window's report: the same content comes as the same bytes."""
    known = before and before["result"]["sha256"]
    return known != result["sha256"] if known and result["sha256"] else None


def decide_charset(landing: Landing, *, content_type: str, request: Request) -> Charset | None:
    """Return the charset of a landed text, given its label in `content_type`; None for a binary document."""
    if not landing.media.text:
        return None
    return charset.decide(
        content_type=content_type,
        evidence=landing.content.text,
        marketplace_ids=request["marketplaceIds"],
    )


def landed(
    state_data: StateData,
    landing: Landing,
    decided: Charset | None,
    assessment: Assessment,
    *,
    where: Mapping[str, str],
    landed_at: datetime,
) -> Landed:
    """Return the execution's result; `where` has bucket, manifestKey and reportDocumentId."""
    content = landing.content
    return {
        **window_of(state_data),
        "outcome": "LANDED",
        "reportDocumentId": where["reportDocumentId"],
        "bucket": where["bucket"],
        "key": landing.version.key,
        "versionId": landing.version.version_id,
        "manifestKey": where["manifestKey"],
        "bytes": content.size,
        "sha256": content.sha256,
        "rows": assessment.rows,
        "charset": decided.name if decided else None,
        "secondsToLand": poll_schedule.elapsed_seconds(state_data["poll"], now=landed_at),
        "suspectEmpty": assessment.suspect_empty,
        "findings": assessment.findings,
        "changed": None,
        "supersededBy": None,
    }


def manifest_of(
    state_data: StateData,
    landing: Landing,
    served: Mapping[str, Any],
    decided: Charset | None,
    *,
    result: Landed,
    landed_at: datetime,
) -> dict[str, Any]:
    """Return the manifest: the result, how the document was verified and served, and Amazon's own Report.

    `served` has Amazon's labels: contentType, contentEncoding, compressionAlgorithm.
    """
    content, media = landing.content, landing.media
    return {
        "result": result,
        "executionArn": state_data.get("executionArn"),
        "requestFingerprint": fingerprint(state_data["request"]),
        "landedAt": landed_at.isoformat(),
        "etag": landing.version.etag,
        "compression": "gzip" if content.gzip else None,
        "inspected": _inspected(content),
        "verified": _verified(landing),
        "uncompressedBytes": content.uncompressed_size,
        "mediaType": media.content_type,
        "charsetDecidedBy": decided.decided_by if decided else None,
        # The same columns have the same fingerprint: a change of layout shows.
        "headerSha256": _header_sha256(content) if media.delimited else None,
        "served": {**served, "bytes": landing.served_size, "sha256": landing.served_sha256},
        "disagreements": [*_disagreements(landing, served)],
        "report": state_data["report"],
    }


def _inspected(content: Content) -> str:
    """Say how much of the document was looked at for what it means."""
    if content.uncompressed_size is None:
        return "nothing"
    return "all" if content.text.whole else "a sample"


def _verified(landing: Landing) -> Verified:
    """Say how it is known that the document is whole."""
    if landing.content.sha256 is None:
        return "length-and-parts"
    gzip = landing.content.gzip or landing.unwrapped
    if landing.length_told:
        return "length-and-gzip" if gzip else "length"
    return "chunks-and-gzip" if gzip else "chunks"


def _header_sha256(content: Content) -> str | None:
    return hashlib.sha256(content.head.split(b"\n", 1)[0]).hexdigest() if content.head else None


def _disagreements(landing: Landing, served: Mapping[str, Any]) -> list[str]:
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
