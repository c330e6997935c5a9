"""Landing: a document's bytes become an object only once they are known to be whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from isal import isal_zlib

import charset
from inspection import GZIP_MAGIC, GZIP_WBITS, Content, Gunzip, Inspector, IsalError
from large import Pace, Unfinished, carry_on
from media import Media, media_of, media_of_extension
from upload import PART_BYTES, Upload

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
    served_sha256: str | None
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

    def land(self, download: Download, *, path: str, metadata: dict[str, str]) -> Landing | Unfinished:
        """Stream `download` to `<zone>reports/<path>` plus its extension, in parts, in constant memory.

        Nothing is visible under the key until the last byte has been verified; if anything goes wrong, nothing ever is.
        A document that does not arrive in the download's time is left Unfinished, for `go_on`.

        Raises:
            DocumentIncomplete, DocumentCorrupt, DocumentBomb, DocumentTooSlow, DocumentUrlExpired: see document and
                inspection.
        """
        return _Pipeline(self, download, path=f"{self._zone}reports/{path}", metadata=metadata).run()

    def go_on(self, download: Download, unfinished: Unfinished) -> Landing | Unfinished:
        """Go on with an unfinished document, whose `download` begins where it stopped. Raises what `land` does."""
        s3, key, upload_id = self._s3, unfinished.key, unfinished.upload_id
        # Parts beyond the noted position are of a run that did not come to its end: they are put once more.
        parts = unfinished.position // PART_BYTES
        upload = Upload(s3=s3, bucket=self.name, described=lambda: (key, {}), key=key, upload_id=upload_id, parts=parts)
        again = carry_on(download, upload)
        return again or unverified(upload.complete(), size=download.position)

    def note(self, *, path: str, unfinished: Unfinished) -> None:
        """Write down where the next run goes on."""
        body = json.dumps(unfinished._asdict()).encode()
        self._s3.put_object(Bucket=self.name, Key=self._note_key(path), Body=body, **self._headers)

    def unfinished(self, *, path: str) -> Unfinished | None:
        """Return where an earlier run stopped, if one did."""
        noted = self._read(self._note_key(path))
        return Unfinished(**noted) if noted else None

    def _note_key(self, path: str) -> str:
        return f"{self._zone}manifests/{path}.unfinished.json"

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
        return self._read(self.manifest_key(path))

    def _read(self, key: str) -> dict[str, Any] | None:
        try:
            body = self._s3.get_object(Bucket=self.name, Key=key)["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with body:
            content: dict[str, Any] = json.loads(body.read())
            return content


def unverified(key: str, *, size: int) -> Landing:
    """Return the landing of a document that was too large to be inspected: what its key and its length say."""
    content = Content(
        size=size, sha256=None, gzip=key.endswith(".gz"), uncompressed_size=None, lines=None, head=b"", utf8=None
    )
    media = media_of_extension(key.removesuffix(".gz").rpartition(".")[2])
    return Landing(key=key, content=content, media=media, served_size=size, served_sha256=None, unwrapped=False)


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

    def run(self) -> Landing | Unfinished:
        try:
            first = self._start()
            if first and _gzip_within_gzip(first):
                self._unwrap(first)
            elif self._pass_on(first):
                unfinished = carry_on(self._download, self._upload)
                return unfinished or unverified(self._upload.complete(), size=self._download.position)
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

    def _start(self) -> memoryview:
        # One read may bring a few bytes only, which do not show yet whether gzip holds gzip.
        space = self._upload.space(CHUNK_BYTES)
        filled = 0
        while filled < len(space) and (read := self._download.readinto(space[filled:])):
            filled += read
        return space[:filled]

    def _read(self) -> memoryview:
        space = self._upload.space(CHUNK_BYTES)
        return space[: self._download.readinto(space)]

    def _pass_on(self, chunk: memoryview) -> bool:
        """Pass it on, inspected; return whether it is too large for that."""
        pace = Pace(self._download)
        while chunk:
            self._inspector.feed(chunk)
            self._upload.advance(len(chunk))
            if pace.falls_behind():
                return True
            chunk = self._read()
        return False

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
