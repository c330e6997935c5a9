"""A UTF-8 copy of a landed text: for those who read many reports and do not want to know of their charsets.

Where a label says the charset before the first byte, the UTF-8 copy is made while the document passes by; else
afterwards, from the object that has landed, and not at all where that is such a gzip already: S3 copies it. Strictly:
where a byte is none of the charset's there is no UTF-8 copy, and no guess.
"""

from __future__ import annotations

import codecs
import time
from typing import TYPE_CHECKING, Any

from isal import isal_zlib

from lambdas.landing.contents.media_type import Media, media_of
from lambdas.landing.gzip_stream import GZIP_WBITS, pieces
from lambdas.landing.inspector import HEAD_BYTES, Content
from lambdas.landing.texts.charset import XML_ENCODING, is_utf8
from lambdas.landing.texts.utf8_text import Utf8Text
from lambdas.landing.threads import BackgroundTask

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

    from lambdas.landing.multipart_upload import Target, Version

# What is transcoded at a time: little enough for the cache, and enough that passing it on costs nothing.
TEXT_BYTES = 256 * 1024
# The fastest that compresses: the UTF-8 copy is read more often than its size is paid for.
LEVEL = 1


class NoUtf8Copy(Exception):
    """There is no UTF-8 copy: the document is no text in its charset, or there was no time for one."""


class Utf8Copy:
    """Takes a text's bytes in order, and lands them as gzip of UTF-8: in a thread of its own, in constant memory.

    A decoding error never fails the landing: `complete` reports it as {"none": reason}.
    """

    def __init__(self, target: Target, *, charset: str) -> None:
        """Land a text in `charset` at `target`."""
        self._target = target
        self._charset = charset
        self._text = Utf8Text(charset)
        self._compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP_WBITS)
        self._background = BackgroundTask()
        self._pending: list[bytes] = []
        self._size = self._decoded = 0
        self._media: Media | None = None
        self._none: NoUtf8Copy | None = None
        self._upload = target.begin(self._describe)

    def take(self, piece: bytes) -> None:
        """Take the next bytes. Raises what S3 answered to those before."""
        self._pending.append(piece)
        self._size += len(piece)
        if self._size >= TEXT_BYTES:
            self._background.begin(self._write, b"".join(self._pending))
            self._pending, self._size = [], 0

    def complete(self) -> dict[str, str]:
        """Make the UTF-8 copy visible and return where it is, or else why there is `none`."""
        self._background.wait()
        self._write(b"".join(self._pending), final=True)
        if self._none:
            self.abort(because=self._none)
            return {"none": str(self._none)}
        self._upload.write(self._compressor.flush())
        self._background.end()
        return place_of(self._target.publish(self._upload, None))

    def abort(self, *, because: BaseException) -> None:
        """Leave nothing behind."""
        self._background.end()
        self._upload.abort(because=because)

    def _write(self, data: bytes, *, final: bool = False) -> None:
        if self._media is None:
            self._media = media_of(data[:HEAD_BYTES])
            self._none = None if self._media.text else NoUtf8Copy("the document is no text")
        if self._none:
            return
        try:
            text = self._text.convert(data, final=final)
        except UnicodeDecodeError as error:
            where = f"byte {error.object[error.start]:#04x} some way after byte {self._decoded}"
            self._none = NoUtf8Copy(f"it is not {self._charset}: {where} of the uncompressed document is none of it")
            return
        self._upload.write(self._compressor.compress(text))
        self._decoded += len(data)

    def _describe(self) -> tuple[str, dict[str, Any]]:
        return described(self._media or media_of(b""), self._target)


def place_of(version: Version) -> dict[str, str]:
    """Return `key`, `versionId` and `etag` of a UTF-8 copy."""
    return {"key": version.key, "versionId": version.version_id, "etag": version.etag}


def described(media: Media, target: Target) -> tuple[str, dict[str, Any]]:
    """Return the key and S3's parameters of the UTF-8 copy of a text of this kind."""
    content_type = f"{media.content_type}; charset=utf-8"
    return f"{target.path}.{media.extension}.gz", {
        "ContentType": content_type,
        "ContentEncoding": "gzip",
        "Metadata": target.metadata,
    }


def is_utf8_copy(content: Content, *, charset: str) -> bool:
    """Return whether a landed text in `charset` is its own UTF-8 copy: gzip, strict UTF-8, declared as such."""
    declared = XML_ENCODING.match(content.head[:HEAD_BYTES].decode("latin-1"))
    return (
        content.gzip
        and content.text.utf8
        and content.text.whole
        and is_utf8(charset)
        and not content.head.startswith(codecs.BOM_UTF8)
        and (declared is None or declared[2].lower() == "utf-8")
    )


def transcode(landed: GetObjectOutputTypeDef, utf8_copy: Utf8Copy, *, until: float) -> None:
    """Give the object `landed`, uncompressed, to its UTF-8 copy; `until` is a time.monotonic().

    Raises:
        NoUtf8Copy: the time is over.
    """
    # Its stub says that readinto takes a file.
    body: Any = landed["Body"]
    for piece in pieces(body, gzip=landed.get("ContentEncoding") == "gzip"):
        if time.monotonic() > until:
            raise NoUtf8Copy("the document landed too late in its run for one")
        utf8_copy.take(piece)
