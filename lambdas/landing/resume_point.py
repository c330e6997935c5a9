"""Where the next run goes on with a document that one run was too short for, as a note beside the reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class Unfinished(NamedTuple):
    """Where the next run goes on: at `position` of the document of this `etag` and `size`."""

    upload_id: str
    key: str
    position: int
    size: int
    etag: str


FROM_START = Unfinished(upload_id="", key="", position=0, size=0, etag="")


class ResumePoints:
    """The notes of one zone of the bucket."""

    def __init__(self, *, s3: S3Client, bucket: str, folder: str, headers: dict[str, Any]) -> None:
        """Keep them in `folder` of `bucket`; `headers` go with every object (encryption)."""
        self._s3 = s3
        self._bucket = bucket
        self._folder = folder
        self._headers = headers

    def save(self, path: str, unfinished: Unfinished) -> None:
        """Write down where the next run goes on."""
        body = json.dumps(unfinished._asdict()).encode()
        self._s3.put_object(Bucket=self._bucket, Key=self._key(path), Body=body, **self._headers)

    def load(self, path: str) -> Unfinished | None:
        """Return where an earlier run stopped, if one did and its upload is still open."""
        try:
            noted = self._s3.get_object(Bucket=self._bucket, Key=self._key(path))["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with noted:
            unfinished = Unfinished(**json.loads(noted.read()))
        return unfinished if self._is_open(unfinished) else None

    def _is_open(self, unfinished: Unfinished) -> bool:
        try:
            self._s3.list_parts(Bucket=self._bucket, Key=unfinished.key, UploadId=unfinished.upload_id, MaxParts=1)
        except self._s3.exceptions.NoSuchUpload:
            # It was completed, or the bucket's lifecycle has swept it away: the document starts from its first byte.
            return False
        return True

    def _key(self, path: str) -> str:
        return f"{self._folder}{path}.json"
