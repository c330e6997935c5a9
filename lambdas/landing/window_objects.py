"""What a window has in the bucket: its current report, that one's UTF-8 copy, and the manifest that says which.

The manifest is the commit: a report has landed when it is written, and not before. It is written last, on condition
that it still says what this run began with, so that of two reports of a window the newest wins in any order.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.landing.current_object import CurrentObject
from lambdas.landing.multipart_upload import CHANGED_IN_BETWEEN, LandedInBetween, Upload, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_s3 import S3Client


class WindowObjects:
    """The objects of the window at `path` in a zone of the bucket, as they were when this was made."""

    def __init__(self, *, s3: S3Client, bucket: str, zone: str, path: str, headers: dict[str, Any]) -> None:
        """Look at the bucket; `headers` go with every object (encryption)."""
        self._s3 = s3
        self._bucket = bucket
        self._headers = headers
        self.path = path
        self.manifest_key = f"{zone}manifests/{path}.json"
        # Before the manifest: what is written in between makes the conditions fail.
        self.report, self.utf8_copy = (
            CurrentObject(s3=s3, bucket=bucket, path=f"{zone}{folder}/{path}", headers=headers)
            for folder in ("reports", "utf-8")
        )
        self.manifest: dict[str, Any] | None = None
        self.manifest_version = ""
        self._manifest_etag: str | None = None
        self._read_manifest()

    def _read_manifest(self) -> None:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=self.manifest_key)
        except self._s3.exceptions.NoSuchKey:
            return
        with found["Body"] as body:
            self.manifest = json.loads(body.read())
        self._manifest_etag, self.manifest_version = found["ETag"], found["VersionId"]

    @property
    def landed(self) -> Version | None:
        """The version that the manifest names as the current one, whether or not it still is there."""
        if not self.manifest:
            return None
        result = self.manifest["result"]
        return Version(result["key"], result["versionId"], self.manifest["etag"])

    @property
    def is_there(self) -> bool:
        """Whether the report that the manifest names is the current one: personal data does not stay."""
        return self.landed is not None and self.report.holds(self.landed)

    def publish_report(self, upload: Upload, sha256: str | None, *, report_id: str) -> Version:
        """Make an upload the current report, unless its bytes are. Raises what CurrentObject.publish does."""
        same = self.manifest is not None and sha256 is not None and self.manifest["result"]["sha256"] == sha256
        return self.report.publish(upload, landed=self.landed, same=same, report_id=report_id)

    def publish_utf8_copy(self, upload: Upload, _sha256: str | None, *, report_id: str) -> Version:
        """Make an upload the current UTF-8 copy. Raises what CurrentObject.publish does."""
        copied = (self.manifest or {}).get("utf8", {})
        landed = Version(copied["key"], copied["versionId"], copied["etag"]) if "key" in copied else None
        return self.utf8_copy.publish(upload, landed=landed, same=False, report_id=report_id)

    def utf8_copy_of(self, report: Version, *, charset: str | None) -> dict[str, str] | None:
        """Return the UTF-8 copy that there is of the report, which is the same as before; None if there is none."""
        if not self.manifest or report != self.landed or charset != self.manifest["result"]["charset"]:
            return None
        copied: dict[str, str] = self.manifest.get("utf8", {})
        there = "key" in copied and self.utf8_copy.holds(Version(copied["key"], copied["versionId"], copied["etag"]))
        return copied if there else None

    def commit(self, manifest: Mapping[str, Any]) -> None:
        """Write the window's manifest.

        Raises:
            LandedInBetween: somebody else has written it since.
        """
        condition: Any = {"IfMatch": self._manifest_etag} if self._manifest_etag else {"IfNoneMatch": "*"}
        body = json.dumps(manifest, indent=2, ensure_ascii=False).encode()
        headers = {**self._headers, "ContentType": "application/json"}
        try:
            self._s3.put_object(Bucket=self._bucket, Key=self.manifest_key, Body=body, **headers, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] in CHANGED_IN_BETWEEN:
                raise LandedInBetween(f"{self.manifest_key} has been written since") from None
            raise

    def empty_others(self, manifest: Mapping[str, Any]) -> None:
        """Empty what was there beside the objects that the manifest names."""
        self.report.empty_all_but(manifest["result"]["key"])
        self.utf8_copy.empty_all_but(manifest.get("utf8", {}).get("key"))
