"""A UTF-8 twin of a landed text: for those who read many reports and do not want to know of their charsets.

It is made from the object that has landed and was verified, in constant memory, strictly: where a byte is none of the
charset's there is no twin, and no guess.
"""

from __future__ import annotations

import codecs
import re
import time
from typing import TYPE_CHECKING

from isal import isal_zlib

from beside import Beside
from gunzip import GZIP_WBITS, Gunzip

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

    from upload import Upload

CHUNK_BYTES = 256 * 1024
# What is decoded at a time: enough that passing it from thread to thread costs nothing.
TEXT_BYTES = 1024 * 1024
# The fastest that compresses: the twin is read more often than its size is paid for.
LEVEL = 1
XML_ENCODING = re.compile(r"(<\?xml[^>]*encoding=[\"'])[^\"']+")


class CharsetWrong(Exception):
    """The document has bytes that its charset does not have."""


class TwinTooSlow(Exception):
    """The run's time was over before the twin was made."""


def transcode(landed: GetObjectOutputTypeDef, upload: Upload, *, charset: str, until: float) -> None:
    """Write the object `landed`, a text in `charset`, to `upload` as gzip of UTF-8, `until` a time.monotonic().

    Raises:
        CharsetWrong: says where.
        TwinTooSlow: the time is over.
    """
    # Inflating and compressing let go of the interpreter, so that decoding goes on between them.
    with Beside() as packing, Beside() as decoding:
        text = _Text(charset, decoding, _Packer(upload, packing))
        gunzip = Gunzip(text.take) if landed.get("ContentEncoding") == "gzip" else None
        for chunk in landed["Body"].iter_chunks(CHUNK_BYTES):
            if time.monotonic() > until:
                raise TwinTooSlow("the document landed too late in its run for one")
            gunzip.feed(chunk) if gunzip else text.take(chunk)
        text.finish()


class _Packer:
    """Takes a text and writes it, compressed."""

    def __init__(self, upload: Upload, packing: Beside) -> None:
        self._upload = upload
        self._packing = packing
        self._compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP_WBITS)

    def take(self, text: str) -> None:
        self._packing.begin(self._pack, text.encode())

    def finish(self) -> None:
        self._packing.wait()
        self._upload.write(self._compressor.flush())

    def _pack(self, data: bytes) -> None:
        self._upload.write(self._compressor.compress(data))


class _Text:
    """Takes the bytes of a text, and has them decoded some at a time."""

    def __init__(self, charset: str, decoding: Beside, packer: _Packer) -> None:
        self._charset = charset
        self._decoding = decoding
        self._packer = packer
        self._decoder = codecs.getincrementaldecoder(charset)("strict")
        self._pending: list[bytes] = []
        self._size = self._decoded = 0

    def take(self, piece: bytes) -> None:
        self._pending.append(piece)
        self._size += len(piece)
        if self._size >= TEXT_BYTES:
            self._decoding.begin(self._decode, b"".join(self._pending))
            self._pending, self._size = [], 0

    def finish(self) -> None:
        self._decoding.wait()
        self._decode(b"".join(self._pending), final=True)
        self._packer.finish()

    def _decode(self, data: bytes, *, final: bool = False) -> None:
        try:
            text = self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            where = f"byte {error.object[error.start]:#04x} some way after byte {self._decoded}"
            said = f"it is not {self._charset}: {where} of the uncompressed document is none of it"
            raise CharsetWrong(said) from None
        self._packer.take(text if self._decoded else XML_ENCODING.sub(r"\g<1>UTF-8", text, count=1))
        self._decoded += len(data)
