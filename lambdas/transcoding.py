"""A UTF-8 twin of a landed text: for those who read many reports and do not want to know of their charsets.

It is made from the object that has landed and was verified, in constant memory, strictly: where a byte is none of the
charset's there is no twin, and no guess.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from isal import isal_zlib

from inspection import GZIP_WBITS, Gunzip

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

    from upload import Upload

CHUNK_BYTES = 256 * 1024
# The fastest that compresses: the twin is read more often than its size is paid for.
LEVEL = 1
XML_ENCODING = re.compile(r"(<\?xml[^>]*encoding=[\"'])[^\"']+")


class CharsetWrong(Exception):
    """The document has bytes that its charset does not have."""


def transcode(landed: GetObjectOutputTypeDef, upload: Upload, *, charset: str) -> None:
    """Write the object `landed`, a text in `charset`, to `upload` as gzip of UTF-8.

    Raises:
        CharsetWrong: says where.
    """
    compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP_WBITS)
    # Inflating and decoding on one core, compressing on the other: isal lets go of the interpreter, codecs do not.
    with ThreadPoolExecutor(max_workers=1) as beside:
        under_way: Future[None] | None = None
        for text in _texts(landed, charset):
            if under_way:
                under_way.result()
            under_way = beside.submit(lambda data: upload.write(compressor.compress(data)), text.encode())
        if under_way:
            under_way.result()
    upload.write(compressor.flush())


def _texts(landed: GetObjectOutputTypeDef, charset: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(charset)("strict")
    first, read = True, 0
    for piece, final in _pieces(landed):
        try:
            text = decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            where = f"byte {error.object[error.start]:#04x} some way after byte {read}"
            raise CharsetWrong(f"it is not {charset}: {where} of the uncompressed document is none of it") from None
        read += len(piece)
        yield XML_ENCODING.sub(r"\g<1>UTF-8", text, count=1) if first else text
        first = False


def _pieces(landed: GetObjectOutputTypeDef) -> Iterator[tuple[bytes, bool]]:
    pending: list[bytes] = []
    gunzip = Gunzip(pending.append) if landed.get("ContentEncoding") == "gzip" else None
    for chunk in landed["Body"].iter_chunks(CHUNK_BYTES):
        if gunzip:
            gunzip.feed(chunk)
        else:
            pending.append(chunk)
        while pending:
            yield pending.pop(0), False
    yield b"", True
