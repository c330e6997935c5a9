"""Landing: a document's bytes become an object only once they are known to be whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from isal import isal_zlib

import charset
from inspection import GZIP_MAGIC, GZIP_WBITS, Content, Gunzip, Inspector, IsalError
from media import Media, media_of
from upload import Upload

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from document import Download

CHUNK_BYTES = 256 * 1024


class Landing(NamedTuple):
    """A landed document: where it is, what it is, and how it was served."""

    key: str
    content: Content
    media: Media
    served_size: int
    served_sha256: str
    unwrapped: bool
    """It was served as gzip within gzip, and the outer one was taken off."""


class ReportBucket:
    """The bucket that reports land in, under `zone`: empty, or a prefix such as `restricted/`."""

    def __init__(self, *, s3: S3Client, bucket: str, zone: str = "", headers: dict[str, Any] | None = None) -> None:
        """Use `bucket` through `s3`; `headers` go with every object (encryption)."""
        self._s3 = s3
        self._zone = zone
        self._headers = headers or {}
        self.name = bucket

    def land(self, download: Download, *, path: str, metadata: dict[str, str]) -> Landing:
        """Stream `download` to `<zone>reports/<path>` plus its extension, in parts, in constant memory.

        Nothing is visible under the key until the last byte has been verified; if anything goes wrong, nothing ever is.

        Raises:
            DocumentIncomplete, DocumentCorrupt, DocumentBomb, DocumentTooSlow, DocumentUrlExpired: see document and
                inspection.
        """
        return _Pipeline(self, download, path=f"{self._zone}reports/{path}", metadata=metadata).run()

    def upload(self, described: Callable[[], tuple[str, dict[str, Any]]]) -> Upload:
        """Begin an object, whose key and headers `described` knows."""

        def encrypted() -> tuple[str, dict[str, Any]]:
            key, headers = described()
            return key, {**self._headers, **headers}

        return Upload(s3=self._s3, bucket=self.name, described=encrypted)

    def put_manifest(self, *, path: str, manifest: dict[str, Any]) -> None:
        """Write the manifest of the document at `path`."""
        body = json.dumps(manifest, indent=2, ensure_ascii=False).encode()
        headers = {**self._headers, "ContentType": "application/json"}
        self._s3.put_object(Bucket=self.name, Key=self.manifest_key(path), Body=body, **headers)

    def manifest_key(self, path: str) -> str:
        """Return the key of the manifest of the document at `path`."""
        return f"{self._zone}manifests/{path}.json"

    def manifest(self, *, path: str) -> dict[str, Any] | None:
        """Return the manifest that says this report has landed already, if there is one."""
        try:
            body = self._s3.get_object(Bucket=self.name, Key=self.manifest_key(path))["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with body:
            manifest: dict[str, Any] = json.loads(body.read())
            return manifest


class _Pipeline:
    """One document's way: read, unwrap if need be, inspect, upload."""

    def __init__(self, bucket: ReportBucket, download: Download, *, path: str, metadata: dict[str, str]) -> None:
        self._download = download
        self._path = path
        self._metadata = metadata
        self._label = charset.label(download.content_type)
        self._inspector = Inspector(check_utf8=self._label is None)
        self._served = hashlib.sha256()
        self._wrapper: Gunzip | None = None
        self._upload = bucket.upload(self._describe)

    def run(self) -> Landing:
        try:
            first = self._read()
            if first and _gzip_within_gzip(first):
                self._unwrap(first)
            else:
                self._pass_on(first)
            content = self._inspector.finish()
            key = self._upload.complete()
        except BaseException:
            self._upload.abort()
            raise
        return Landing(
            key=key,
            content=content,
            media=media_of(content.head),
            served_size=self._download.position,
            served_sha256=self._served.hexdigest() if self._wrapper else content.sha256,
            unwrapped=self._wrapper is not None,
        )

    def _read(self) -> memoryview:
        space = self._upload.space(CHUNK_BYTES)
        return space[: self._download.readinto(space)]

    def _pass_on(self, chunk: memoryview) -> None:
        while chunk:
            self._inspector.feed(chunk)
            self._upload.advance(len(chunk))
            chunk = self._read()

    def _unwrap(self, first: memoryview) -> None:
        def land(piece: bytes) -> None:
            self._inspector.feed(piece)
            self._upload.write(piece)

        self._wrapper = Gunzip(land)
        buffer = memoryview(bytearray(CHUNK_BYTES))
        chunk = memoryview(bytes(first))
        while chunk:
            self._served.update(chunk)
            self._wrapper.feed(chunk)
            chunk = buffer[: self._download.readinto(buffer)]
        self._wrapper.finish()

    def _describe(self) -> tuple[str, dict[str, Any]]:
        gzip, media = self._inspector.gzip, media_of(self._inspector.head)
        labelled = f"; charset={self._label}" if self._label and media.text else ""
        headers: dict[str, Any] = {"ContentType": f"{media.content_type}{labelled}", "Metadata": self._metadata}
        if gzip:
            headers["ContentEncoding"] = "gzip"
        return f"{self._path}.{media.extension}" + (".gz" if gzip else ""), headers


def _gzip_within_gzip(start: memoryview) -> bool:
    """Say whether what begins so is gzip that holds gzip: compressed on the way although it was compressed already."""
    if bytes(start[:2]) != GZIP_MAGIC:
        return False
    try:
        return isal_zlib.decompressobj(GZIP_WBITS).decompress(start, 2) == GZIP_MAGIC
    except IsalError:
        return False
