"""The tables' files in S3: one for each window, and only a newer report's takes its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from botocore.exceptions import ClientError

from lambdas.landing.gzip_stream import pieces
from lambdas.landing.texts.utf8_text import Utf8Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from lambdas.tables.landed_report import LandedReport

# Not as many functions run at once (infra/tables.py).
ATTEMPTS = 50
MISSING, BEATEN = 404, (409, 412)


class Superseded(Exception):
    """A newer report of the window is in the table already."""


class FileContended(Exception):
    """Others write the file as often as it is tried to."""


class Version(NamedTuple):
    """Which report a file was made of, and how: what its metadata says."""

    created_at: str
    report_id: str
    landed_at: str
    sha256: str
    layout: str
    """A digest of what columns are called by; the same report under other names is written again."""

    @property
    def metadata(self) -> dict[str, str]:
        """Return it as S3 keeps it."""
        return {name.replace("_", "-"): value for name, value in self._asdict().items()}

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> Self:
        """Return what a file's metadata says."""
        return cls(*(metadata.get(name.replace("_", "-"), "") for name in cls._fields))

    def is_before(self, other: Version) -> bool:
        """Say whether the other one's report is newer, as landing has it (landing.manifest.order_of)."""
        return (self.created_at, self.report_id) < (other.created_at, other.report_id)


class TableFiles:
    """Reads documents, and writes tables' files under `prefix` of the same bucket."""

    def __init__(self, *, s3: S3Client, prefix: str, headers: Mapping[str, Any]) -> None:
        """Use `s3`; `headers` go with every file (encryption)."""
        self._s3, self._prefix, self._headers = s3, prefix, headers

    def manifest(self, bucket: str, key: str) -> dict[str, Any]:
        """Return what is known of a landed report."""
        with self._s3.get_object(Bucket=bucket, Key=key)["Body"] as body:
            manifest: dict[str, Any] = json.loads(body.read())
            return manifest

    def read(self, report: LandedReport) -> Iterator[bytes]:
        """Yield the document in UTF-8, whole characters at a time. Raises UnicodeDecodeError."""
        version: Any = {"VersionId": report.version_id} if report.version_id else {}
        # Its stub says that readinto takes a file.
        body: Any = self._s3.get_object(Bucket=report.bucket, Key=report.key, **version)["Body"]
        text = Utf8Text(report.charset or "utf-8")
        with body:
            for piece in pieces(body, gzip=report.gzip):
                yield text.convert(piece)
        yield text.convert(b"", final=True)

    def key(self, table: str, report: LandedReport) -> str:
        """Return where the window's rows of a table are."""
        partition = f"rf_seller={report.selling_partner_id}/rf_month={report.month}"
        return f"{self._prefix}/{table}/{partition}/{report.window}.parquet"

    def exists(self, table: str, report: LandedReport) -> bool:
        """Say whether the window has rows in a table, or had some."""
        return self._head(report.bucket, self.key(table, report)) is not None

    def put(self, path: Path, table: str, report: LandedReport, *, layout: str) -> bool:
        """Make the file at `path` the window's rows of a table; return whether they are other ones than before.

        Raises:
            Superseded: the rows are of a newer report.
            FileContended: others write the file all the time.
        """
        key = self.key(table, report)
        created_at, landed_at = report.created_at.isoformat(), report.landed_at.isoformat()
        version = Version(created_at, report.report_id, landed_at, report.sha256, layout)
        for _ in range(ATTEMPTS):
            head = self._head(report.bucket, key)
            found = Version.of(head["Metadata"]) if head else None
            if found == version:
                return False
            if found and version.is_before(found):
                raise Superseded(f"{key} is of report {found.report_id}, which was made at {found.created_at}")
            condition = {"IfMatch": head["ETag"]} if head else {"IfNoneMatch": "*"}
            if self._put(path, report.bucket, key, Metadata=version.metadata, **condition):
                return True
        raise FileContended(f"{key} has changed under each of {ATTEMPTS} attempts to write it")

    def _head(self, bucket: str, key: str) -> Any:
        try:
            return self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != MISSING:
                raise
            return None

    def _put(self, path: Path, bucket: str, key: str, **more: Any) -> bool:
        """Return whether nobody else has written the file meanwhile."""
        try:
            with path.open("rb") as file:
                self._s3.put_object(Bucket=bucket, Key=key, Body=file, **self._headers, **more)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in BEATEN:
                raise
            return False
        return True
