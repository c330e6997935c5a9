"""What is said of a landed document: the execution's result, and the manifest beside the object."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lambdas import clock
from lambdas.landing import charset
from lambdas.landing.inspector import Content
from lambdas.landing.pipeline import Landing
from lambdas.payloads import Landed, StateData, window_of
from lambdas.polling import poll_schedule
from lambdas.request.identity import fingerprint


def landed(turn: StateData, landing: Landing, served: Mapping[str, Any], *, where: Mapping[str, str]) -> Landed:
    """Return the execution's result.

    `served` has Amazon's labels: contentType, contentEncoding, compressionAlgorithm; `where` bucket, manifestKey and
    reportDocumentId.
    """
    content, media = landing.content, landing.media
    decided = _charset(turn, landing, served)
    return {
        **window_of(turn),
        "outcome": "LANDED",
        "reportDocumentId": where["reportDocumentId"],
        "bucket": where["bucket"],
        "key": landing.key,
        "manifestKey": where["manifestKey"],
        "bytes": content.size,
        "sha256": content.sha256,
        "rows": _rows(landing, decided),
        "charset": decided.name if media.text else None,
        "secondsToLand": poll_schedule.elapsed_seconds(turn["poll"], now=clock.now()),
        "suspectEmpty": False,
        "changed": None,
    }


def _rows(landing: Landing, decided: charset.Charset) -> int | None:
    lines, wide = landing.content.lines, charset.is_wide(decided.name)
    return max(lines - 1, 0) if lines is not None and landing.media.delimited and not wide else None


def _charset(turn: StateData, landing: Landing, served: Mapping[str, Any]) -> charset.Charset:
    return charset.decide(
        content_type=served["contentType"],
        evidence=landing.content.text,
        marketplace_ids=turn["request"]["marketplaceIds"],
    )


def manifest_of(
    turn: StateData, landing: Landing, served: Mapping[str, Any], result: Landed, *, now: datetime
) -> dict[str, Any]:
    """Return the manifest: the result, how it was verified and served, and Amazon's own Report."""
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
