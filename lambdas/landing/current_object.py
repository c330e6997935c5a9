"""The one current object at a path, whatever extension its bytes give it, and how the next version takes its place.

Each write is on condition that nobody has written since the bucket was looked at: S3 compares ETags. The bucket keeps
the versions that are replaced. Nothing is deleted: no function may. An object that another one with another extension
replaces is emptied, and a reader of the prefix finds each row once.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.landing.contents.media_type import KINDS
from lambdas.landing.multipart_upload import CHANGED_IN_BETWEEN, LandedInBetween, Upload, Version

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

GZIP_OF_NOTHING = gzip.compress(b"", mtime=0)
EXTENSIONS = {f".{kind}{gz}" for kind in KINDS for gz in ("", ".gz")}


class SameBytes(Exception):
    """The bytes are in the bucket already: an upload is given up."""


class CurrentObject:
    """What lies at `path` plus an extension, as it was when this was made."""

    def __init__(self, *, s3: S3Client, bucket: str, path: str, headers: dict[str, Any]) -> None:
        """Look at the bucket; `headers` go with what is emptied (encryption)."""
        self._s3 = s3
        self._bucket = bucket
        self._headers = headers
        self.path = path
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{path}.")
        found = [each for page in pages for each in page.get("Contents", [])]
        self._etags = {each["Key"]: each["ETag"] for each in found if each["Key"].removeprefix(path) in EXTENSIONS}
        self._sizes = {each["Key"]: each["Size"] for each in found}

    def holds(self, version: Version) -> bool:
        """Say whether this version is the current one of its key."""
        return self._etags.get(version.key) == version.etag

    def publish(self, upload: Upload, *, landed: Version | None, same: bool, report_id: str) -> Version:
        """Make an upload the current version, unless its bytes are: those of `landed`, if they are the `same`.

        A run that died before the manifest has left the same report's object behind: that one is taken as it is.

        Raises:
            LandedInBetween: somebody else has written since.
        """
        there = landed if landed and same and self.holds(landed) else self._left_behind(upload, landed, report_id)
        if there:
            upload.abort(because=SameBytes())
            return there
        etag = self._etags.get(upload.key)
        return upload.complete({"IfMatch": etag} if etag else {"IfNoneMatch": "*"})

    def _left_behind(self, upload: Upload, landed: Version | None, report_id: str) -> Version | None:
        key, etag = upload.key, self._etags.get(upload.key)
        if not etag or (landed and self.holds(landed) and landed.key == key):
            return None
        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=key, IfMatch=etag)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "412", *CHANGED_IN_BETWEEN):
                raise LandedInBetween(f"{key} has been written since") from None
            raise
        ours = head["Metadata"].get("report-id") == report_id and head["ContentLength"] == upload.size
        return Version(key, head["VersionId"], etag) if ours else None

    def empty_all_but(self, key: str | None) -> None:
        """Empty what was there beside the current object, under other extensions. What was written since is left."""
        for other, etag in self._etags.items():
            nothing = GZIP_OF_NOTHING if other.endswith(".gz") else b""
            if other == key or self._sizes[other] <= len(nothing):
                continue
            try:
                self._s3.put_object(Bucket=self._bucket, Key=other, Body=nothing, IfMatch=etag, **self._headers)
            except ClientError as error:
                # A newer report is landing there, and empties the rest by itself.
                if error.response["Error"]["Code"] not in CHANGED_IN_BETWEEN:
                    raise
