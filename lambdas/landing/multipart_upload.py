"""An object in the making: one PUT if it fits into a part, else a multipart upload, invisible until it is complete."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

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
        self._upload_id = upload_id
        self._parts: list[CompletedPartTypeDef] = [*islice(self._parts_there(), parts)] if upload_id else []
        self._filling, self._sent = bytearray(PART_BYTES), bytearray(PART_BYTES)
        self._filled = 0
        self._background = BackgroundTask()

    def space(self, size: int) -> memoryview:
        """Return where the next bytes may be put, at most `size`, to be followed by `advance`: no copy is made."""
        return memoryview(self._filling)[self._filled : self._filled + size]

    def advance(self, count: int) -> None:
        """Take the bytes that were put into `space`. Raises what S3 answered to the part before."""
        self._filled += count
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

    @property
    def at_part_boundary(self) -> bool:
        """Whether all bytes taken so far are in whole parts."""
        return self._filled == 0 and bool(self._upload_id)

    def pause(self) -> tuple[str, str]:
        """Return id and key of the upload, with all whole parts up, for another process to go on with."""
        self._background.wait()
        self._let_go()
        return self._upload_id, self._key

    def complete(self) -> str:
        """Make the object visible and return its key."""
        if not self._upload_id:
            self._put_whole()
        else:
            if self._filled:
                self._send()
            self._background.wait()
            self._complete_multipart()
            self._upload_id = ""
        self._let_go()
        return self._key

    def abort(self, *, because: BaseException) -> None:
        """Leave nothing behind. If S3 refuses that, it is a note of the error that is the reason, and no new one."""
        self._let_go()
        if self._upload_id:
            try:
                self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)
            except (BotoCoreError, ClientError) as failed:
                because.add_note(f"its parts stay until the bucket's lifecycle sweeps them: {type(failed).__name__}")

    def _complete_multipart(self) -> None:
        try:
            self._s3.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload_id,
                MultipartUpload={"Parts": self._parts},
            )
        except self._s3.exceptions.NoSuchUpload:
            # botocore repeats a call whose answer was lost; the repetition finds the upload complete, thus gone.
            if not self._is_there():
                raise

    def _is_there(self) -> bool:
        try:
            etag = self._s3.head_object(Bucket=self._bucket, Key=self._key)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return False
            raise
        # The ETag of an object in parts ends with how many they are.
        return etag.strip('"').endswith(f"-{len(self._parts)}")

    def _let_go(self) -> None:
        self._background.end()
        # Who describes the object holds on to us, as we do to him: the memory need not wait for the collector.
        self._filling = self._sent = bytearray()

    def _parts_there(self) -> Iterator[CompletedPartTypeDef]:
        pages = self._s3.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=self._key, UploadId=self._upload_id
        )
        for page in pages:
            for part in page.get("Parts", []):
                crc32 = {"ChecksumCRC32": part["ChecksumCRC32"]} if "ChecksumCRC32" in part else {}
                yield {"PartNumber": part["PartNumber"], "ETag": part["ETag"], **crc32}  # type: ignore[typeddict-item]

    def _put_whole(self) -> None:
        self._key, headers = self._described()
        body = self._body()
        self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=body, ChecksumCRC32=_crc32(body), **headers)

    def _send(self) -> None:
        if not self._upload_id:
            self._key, headers = self._described()
            started = self._s3.create_multipart_upload(
                Bucket=self._bucket, Key=self._key, ChecksumAlgorithm="CRC32", **headers
            )
            self._upload_id = started["UploadId"]
        self._background.begin(self._put_part, self._body())
        # What was sent before is up by now.
        self._filling, self._sent = self._sent, self._filling
        self._filled = 0

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
