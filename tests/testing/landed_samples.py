"""Manifests of landed reports as landing writes them, and a table's rows as DuckDB reads them."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

SELLER, GERMANY = "A2EXAMPLE", "A1PA6795UKMFR9"
TSV, CSV, JSON, XML = "text/tab-separated-values", "text/csv", "application/json", "application/xml"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"


def manifest(
    *,
    report_id: str = "R1",
    key: str = "",
    report_type: str = ORDERS,
    media: str = TSV,
    charset: str | None = "utf-8",
    window: str = "w",
    landed_at: str = "2026-11-02T06:00:00+00:00",
    findings: Sequence[Mapping[str, Any]] = (),
    compressed: bool = True,
) -> dict[str, Any]:
    return {
        "result": {
            "bucket": "reports",
            "key": key or f"reports/{report_id}",
            "versionId": "1",
            "manifestKey": f"manifests/{report_id}.json",
            "bytes": 100,
            "sha256": hashlib.sha256(report_id.encode()).hexdigest(),
            "rows": None,
            "charset": charset,
            "secondsToLand": 180,
            "suspectEmpty": False,
            "changed": None,
            "supersededBy": None,
            "outcome": "LANDED",
            "reportDocumentId": f"document-{report_id}",
            "timeZone": "Europe/Berlin",
            "sellingPartnerId": SELLER,
            "reportType": report_type,
            "marketplaceIds": [GERMANY],
            "reportOptions": {},
            "dataStartTime": "2026-10-31T23:00:00Z",
            "dataEndTime": "2026-11-01T22:59:59Z",
            "firstDay": "2026-11-01",
            "lastDay": "2026-11-01",
            "reportId": report_id,
            "findings": [*findings],
        },
        "executionArn": "arn:aws:states:eu-west-1:123456789012:execution:Reports:one",
        "requestFingerprint": window,
        "landedAt": landed_at,
        "etag": '"1"',
        "compression": "gzip" if compressed else None,
        "inspected": "all",
        "verified": "length-and-gzip" if compressed else "length",
        "uncompressedBytes": 1000,
        "mediaType": media,
        "charsetDecidedBy": "content-type" if charset else None,
        "headerSha256": None,
        "served": {
            "contentType": media,
            "contentEncoding": "",
            "compressionAlgorithm": "GZIP" if compressed else None,
            "bytes": 100,
            "sha256": None,
        },
        "disagreements": [],
        "report": {
            "reportId": report_id,
            "reportType": report_type,
            "processingStatus": "DONE",
            "createdTime": landed_at,
        },
        "earlier": [],
        "columns": None,
    }


def zipped(text: str, charset: str = "utf-8") -> bytes:
    return gzip.compress(text.encode(charset), 1)


def rows_in(files: Iterable[bytes], folder: Path) -> list[dict[str, Any]]:
    """Return what Parquet files hold together, column by name; in the order of the reports' rows."""
    paths = []
    for number, content in enumerate(files):
        paths.append(str(folder / f"{number}.parquet"))
        Path(paths[-1]).write_bytes(content)
    if not paths:
        return []
    found = duckdb.read_parquet(paths, union_by_name=True).order("rf_report_id, rf_row")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
