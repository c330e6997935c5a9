"""An object in the making: one PUT if it fits into a part, else a multipart upload, invisible until it is complete."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from isal import isal_zlib

from lambdas.landing.threads import BackgroundTask

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

# The key of an object and S3's parameters for it (ContentType, Metadata, …), known when its first bytes are.
ObjectDescription = Callable[[], tuple[str, dict[str, Any]]]
# S3 takes 10,000 parts: objects up to 160 GB. Each is a request, which costs more than the CPU time of its bytes.
PART_BYTES = 16 * 1024 * 1024
# S3 copies so much at once, and several at the same time; a request for 64 MiB is no more than sixteen to the GiB.
COPIED_BYTES = 64 * 1024 * 1024
COPIES_AT_ONCE = 10
# What S3 answers where a condition does not hold, or cannot be decided since another write is under way.
CHANGED_IN_BETWEEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


class LandedInBetween(Exception):
    """Another execution has landed a report of this window since this one looked; the next attempt sees it."""


class Version(NamedTuple):
    """A version of an object in the bucket."""

    key: str
    version_id: str
    etag: str


class Target(NamedTuple):
    """Where an object goes: to `path` plus the extension that its bytes turn out to have, with this metadata."""

    path: str
    metadata: dict[str, str]
    begin: Callable[[ObjectDescription], Upload]
    """Begins the upload, given the function that describes the object."""
    publish: Callable[[Upload, str | None], Version]
    """Makes it visible, given the sha256 of its bytes if that is known."""


class Upload:
    """Takes an object's bytes in order; a part goes up in a thread of its own while the next one fills.

    Double-buffered: a filled part is uploaded while the other buffer fills. A memoryview of `space` stays valid until
    the next part is full.

    `described` is asked for the key and S3's parameters of the object (ContentType, Metadata, …) when the first bytes
    go up: what the object is shows in how it begins.
    """

    def __init__(
        self,
        *,
        s3: S3Client,
        bucket: str,
        described: ObjectDescription,
        key: str = "",
        upload_id: str = "",
        parts: int = 0,
    ) -> None:
        """Begin, or go on after so many `parts` of the upload of this key and id."""
        self._s3 = s3
        self._bucket = bucket
        self._key = key
        self._described = described
        self._headers: dict[str, Any] = {}
        self._upload_id = upload_id
        self._parts: list[CompletedPartTypeDef] = [*islice(self._parts_there(), parts)] if upload_id else []
        self._filling, self._sent = bytearray(PART_BYTES), bytearray(PART_BYTES)
        self._filled = 0
        self.size = parts * PART_BYTES
        """How many bytes were taken so far."""
        self._background = BackgroundTask()

    def space(self, size: int) -> memoryview:
        """Return where the next bytes may be put, at most `size`, to be followed by `advance`: no copy is made."""
        return memoryview(self._filling)[self._filled : self._filled + size]

    def advance(self, count: int) -> None:
        """Take the bytes that were put into `space`. Raises what S3 answered to the part before."""
        self._filled += count
        self.size += count
        if self._filled == PART_BYTES:
            self._send()

    def write(self, data: bytes) -> None:
        """Take bytes from elsewhere. Raises what S3 answered to the part before."""
        view = memoryview(data)
        while view:
            space = self.space(len(view))
            space[:] = view[: len(space)]
            view = view[len(space) :]
            self.advance(len(space))

    def copy(self, source: Version, *, size: int) -> None:
        """Take all `size` bytes of an object of the same bucket, which S3 copies by itself; instead of `write`."""
        self._start_multipart()
        of_version: Any = {"Bucket": self._bucket, "Key": source.key, "VersionId": source.version_id}

        def copy_part(start: int) -> CompletedPartTypeDef:
            number, end = start // COPIED_BYTES + 1, min(start + COPIED_BYTES, size) - 1
            answer = self._s3.upload_part_copy(
                Bucket=self._bucket,
                Key=self.key,
                UploadId=self._upload_id,
                PartNumber=number,
                CopySource=of_version,
                CopySourceRange=f"bytes={start}-{end}",
            )["CopyPartResult"]
            crc32 = {"ChecksumCRC32": answer["ChecksumCRC32"]} if "ChecksumCRC32" in answer else {}
            return {"PartNumber": number, "ETag": answer["ETag"], **crc32}  # type: ignore[typeddict-item]  # of a spread dict mypy knows no keys

        with ThreadPoolExecutor(COPIES_AT_ONCE) as threads:
            self._parts = list(threads.map(copy_part, range(0, size, COPIED_BYTES)))
        self.size = size

    @property
    def key(self) -> str:
        """The object's key, to be asked for when all bytes are there."""
        if not self._key:
            self._key, self._headers = self._described()
        return self._key

    @property
    def at_part_boundary(self) -> bool:
        """Whether all bytes taken so far are in whole parts."""
        return self._filled == 0 and bool(self._upload_id)

    def pause(self) -> tuple[str, str]:
        """Return id and key of the upload, with all whole parts up, for another process to go on with."""
        self._background.wait()
        self._let_go()
        return self._upload_id, self._key

    def complete(self, condition: Mapping[str, str] | None = None) -> Version:
        """Make the object visible, on a `condition` such as IfMatch, and return its version.

        Raises:
            LandedInBetween: the condition does not hold.
        """
        try:
            version = self._complete(condition or {})
        except ClientError as error:
            if condition and error.response["Error"]["Code"] in CHANGED_IN_BETWEEN:
                raise LandedInBetween(f"{self._key} has been written since") from None
            raise
        self._upload_id = ""
        self._let_go()
        return version

    def _complete(self, condition: Mapping[str, Any]) -> Version:
        if not self._upload_id:
            body = self._body()
            answer: Any = self._s3.put_object(
                Bucket=self._bucket, Key=self.key, Body=body, ChecksumCRC32=_crc32(body), **self._headers, **condition
            )
        else:
            if self._filled:
                self._send()
            self._background.wait()
            answer = self._complete_multipart(condition)
        return Version(self._key, answer["VersionId"], answer["ETag"])

    def abort(self, *, because: BaseException) -> None:
        """Leave nothing behind. If S3 refuses that, it is a note of the error that is the reason, and no new one."""
        self._let_go()
        if self._upload_id:
            try:
                self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)
            except (BotoCoreError, ClientError) as failed:
                because.add_note(f"its parts stay until the bucket's lifecycle sweeps them: {type(failed).__name__}")
            self._upload_id = ""

    def _complete_multipart(self, condition: Mapping[str, Any]) -> Any:
        try:
            return self._s3.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload_id,
                MultipartUpload={"Parts": self._parts},
                **condition,
            )
        except self._s3.exceptions.NoSuchUpload:
            # botocore repeats a call after a lost answer; the repetition finds the upload complete, thus gone.
            if there := self._is_there(before=condition.get("IfMatch")):
                return there
            raise

    def _is_there(self, *, before: str | None) -> Any:
        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=self._key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return None
            raise
        # The ETag of an object in parts ends with how many they are.
        in_parts = head["ETag"].strip('"').endswith(f"-{len(self._parts)}")
        return head if in_parts and head["ETag"] != before else None

    def _let_go(self) -> None:
        self._background.end()
        # The function that describes the object refers to this upload: the memory need not wait for the collector.
        self._filling = self._sent = bytearray()

    def _parts_there(self) -> Iterator[CompletedPartTypeDef]:
        pages = self._s3.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=self._key, UploadId=self._upload_id
        )
        for page in pages:
            for part in page.get("Parts", []):
                crc32 = {"ChecksumCRC32": part["ChecksumCRC32"]} if "ChecksumCRC32" in part else {}
                yield {"PartNumber": part["PartNumber"], "ETag": part["ETag"], **crc32}  # type: ignore[typeddict-item]  # of a spread dict mypy knows no keys

    def _send(self) -> None:
        self._start_multipart()
        self._background.begin(self._put_part, self._body())
        # What was sent before is up by now.
        self._filling, self._sent = self._sent, self._filling
        self._filled = 0

    def _start_multipart(self) -> None:
        if not self._upload_id:
            started = self._s3.create_multipart_upload(
                Bucket=self._bucket, Key=self.key, ChecksumAlgorithm="CRC32", **self._headers
            )
            self._upload_id = started["UploadId"]

    # A bytearray, which boto3 takes, and its stubs do not know.
    def _body(self) -> Any:
        return self._filling if self._filled == PART_BYTES else self._filling[: self._filled]

    def _put_part(self, body: Any) -> None:
        number, crc32 = len(self._parts) + 1, _crc32(body)
        answer = self._s3.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=body,
            ChecksumCRC32=crc32,
        )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": crc32})


def _crc32(body: bytearray) -> str:
    return base64.b64encode(isal_zlib.crc32(body).to_bytes(4, "big")).decode()
