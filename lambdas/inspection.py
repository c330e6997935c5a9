"""Reads a document along while it streams by: is it whole, how large, how does it begin, how many lines has it."""

import codecs
import hashlib
from collections.abc import Callable
from typing import NamedTuple

from gunzip import GZIP_MAGIC, Gunzip

HEAD_BYTES = 64 * 1024


class Content(NamedTuple):
    """What a document turned out to be. `size` (bytes) and `sha256` are of the bytes that land."""

    size: int
    sha256: str | None
    """None, as the lines and the uncompressed size are, for a document that was too large to be inspected."""
    gzip: bool
    uncompressed_size: int | None
    lines: int | None
    head: bytes
    utf8: bool | None
    """Whether all of it is strict UTF-8; None where nobody asked."""


class Inspector:
    """Takes the bytes that land, in order, in constant memory."""

    def __init__(self, *, check_utf8: bool, also: Callable[[bytes], None] | None = None) -> None:
        """Begin with nothing read. `check_utf8` costs half as much as inflating: for where the answer is needed.

        `also` gets the document's bytes, inflated.
        """
        self._also = also
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._start = b""
        self._gunzip: Gunzip | None = None
        self._known = False
        self._uncompressed = 0
        self._newlines = 0
        self._last = b""
        self._head = bytearray()
        self._utf8 = codecs.getincrementaldecoder("utf-8")("strict") if check_utf8 else None
        self._utf8_so_far: bool | None = True if check_utf8 else None

    @property
    def head(self) -> bytes:
        """The first bytes of the document, inflated."""
        return bytes(self._head)

    @property
    def uncompressed_size(self) -> int:
        """How much has been inflated so far, in bytes."""
        return self._uncompressed

    @property
    def gzip(self) -> bool:
        """Whether the document is gzip by its first two bytes, whatever its labels say."""
        return self._gunzip is not None

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take the next chunk.

        Raises:
            DocumentCorrupt, DocumentBomb: gzip that is damaged, or that grows without end.
        """
        self._size += len(chunk)
        self._sha256.update(chunk)
        if not self._known:
            chunk = self._start + bytes(chunk)
            if len(chunk) < len(GZIP_MAGIC):
                self._start = chunk
                return
            self._known = True
            self._gunzip = Gunzip(self._read) if chunk.startswith(GZIP_MAGIC) else None
        self._gunzip.feed(chunk) if self._gunzip else self._read(bytes(chunk))

    def finish(self) -> Content:
        """Return what was read.

        Raises:
            DocumentCorrupt: the last gzip member is not whole.
        """
        if not self._known:
            self._read(self._start)
        if self._gunzip:
            self._gunzip.finish()
        self._decode(b"", final=True)
        return Content(
            size=self._size,
            sha256=self._sha256.hexdigest(),
            gzip=self.gzip,
            uncompressed_size=self._uncompressed,
            lines=self._newlines + (self._last not in (b"", b"\n")),
            head=self.head,
            utf8=self._utf8_so_far,
        )

    def _read(self, piece: bytes) -> None:
        self._uncompressed += len(piece)
        # Half the time of count, which looks at every byte by itself.
        self._newlines += len(piece) - len(piece.replace(b"\n", b""))
        self._last = piece[-1:] or self._last
        if len(self._head) < HEAD_BYTES:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._decode(piece)
        if self._also:
            self._also(piece)

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if self._utf8 and self._utf8_so_far:
            try:
                self._utf8.decode(piece, final)
            except UnicodeDecodeError:
                self._utf8_so_far = False
