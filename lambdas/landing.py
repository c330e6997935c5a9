"""Landing: a document's bytes, exactly as Amazon serves them, become an object only once they are known to be whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import charset
from inspection import Content, Inspector
from media import Media, media_of

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

    from document import Download

PART_BYTES = 8 * 1024 * 1024


class Landing(NamedTuple):
    """A landed document: where it is, what it is, and the labels it came with."""

    key: str
    content: Content
    media: Media
    content_type: str
    content_encoding: str


class ReportBucket:
    """The bucket that reports land in."""

    def __init__(self, *, s3: S3Client, bucket: str) -> None:
        """Use `bucket` through `s3`."""
        self._s3 = s3
        self.name = bucket

    def land(self, download: Download, *, path: str, metadata: dict[str, str]) -> Landing:
        """Stream `download` to `reports/<path>` plus its extension, in parts of 8 MiB.

        Nothing is visible under the key until the last byte has been verified; if anything goes wrong, nothing ever is.

        Raises:
            DocumentIncomplete, DocumentCorrupt: the transfer or the document is not whole.
        """
        target = _Target(s3=self._s3, bucket=self.name, path=f"reports/{path}", download=download, metadata=metadata)
        inspector = Inspector()
        part = bytearray()
        try:
            for chunk in download.chunks:
                inspector.feed(chunk)
                part += chunk
                if len(part) >= PART_BYTES:
                    target.part(bytes(part), inspector)
                    part.clear()
            content = inspector.finish()
            key, media = target.complete(bytes(part), inspector)
        except BaseException:
            target.abort()
            raise
        return Landing(key, content, media, download.content_type, download.content_encoding)

    def put_manifest(self, *, path: str, manifest: dict[str, Any]) -> str:
        """Write `manifests/<path>.json` and return its key."""
        key = f"manifests/{path}.json"
        body = json.dumps(manifest, indent=2, ensure_ascii=False).encode()
        self._s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json")
        return key

    def manifest(self, *, path: str) -> dict[str, Any] | None:
        """Return the manifest that says this report has landed already, if there is one."""
        try:
            body = self._s3.get_object(Bucket=self.name, Key=f"manifests/{path}.json")["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with body:
            manifest: dict[str, Any] = json.loads(body.read())
            return manifest


class _Target:
    """The object in the making: one PUT if it fits into a part, a multipart upload otherwise."""

    def __init__(self, *, s3: S3Client, bucket: str, path: str, download: Download, metadata: dict[str, str]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._path = path
        self._download = download
        self._metadata = metadata
        self._key = ""
        self._upload_id = ""
        self._parts: list[CompletedPartTypeDef] = []

    def part(self, body: bytes, inspector: Inspector) -> None:
        if not self._upload_id:
            self._key, headers, _ = self._describe(inspector)
            started = self._s3.create_multipart_upload(Bucket=self._bucket, Key=self._key, **headers)
            self._upload_id = started["UploadId"]
        number = len(self._parts) + 1
        answer = self._s3.upload_part(
            Bucket=self._bucket, Key=self._key, UploadId=self._upload_id, PartNumber=number, Body=body
        )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def complete(self, rest: bytes, inspector: Inspector) -> tuple[str, Media]:
        key, headers, media = self._describe(inspector)
        if not self._upload_id:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=rest, **headers)
            return key, media
        if rest:
            self.part(rest, inspector)
        self._s3.complete_multipart_upload(
            Bucket=self._bucket, Key=self._key, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts}
        )
        return key, media

    def abort(self) -> None:
        if self._upload_id:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)

    def _describe(self, inspector: Inspector) -> tuple[str, dict[str, Any], Media]:
        media = media_of(inspector.head)
        labelled = charset.label(self._download.content_type) if media.text else None
        headers: dict[str, Any] = {
            "ContentType": f"{media.content_type}; charset={labelled}" if labelled else media.content_type,
            "Metadata": self._metadata,
        }
        if inspector.gzip:
            headers["ContentEncoding"] = "gzip"
        return f"{self._path}.{media.extension}" + (".gz" if inspector.gzip else ""), headers, media
