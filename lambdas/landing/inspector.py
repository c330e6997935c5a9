"""Reads a document along while it streams by: is it whole, how large, how does it begin, how many lines has it."""

import codecs
import hashlib
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

from lambdas.landing.gzip_stream import GZIP_MAGIC, Source, pieces
from lambdas.landing.threads import ChunkPipe

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
    """Takes the bytes that land, in order, and reads them in a thread of its own, in constant memory.

    Chunks must stay as they are until the fifth after them was taken.
    """

    def __init__(self, start: bytes, *, check_utf8: bool, on_inflated: Callable[[bytes], None] | None = None) -> None:
        """Begin a document whose first two bytes are in `start`: by them it is gzip or not, whatever its labels say.

        `check_utf8` costs half as much as inflating: for where the answer is needed. `on_inflated` gets the
        document's bytes, inflated, in that thread.
        """
        self.gzip = start.startswith(GZIP_MAGIC)
        self.uncompressed_size = 0
        """How much has been inflated so far, in bytes."""
        self._on_inflated = on_inflated
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._newlines = 0
        self._last = b""
        self._head = bytearray()
        self._utf8 = codecs.getincrementaldecoder("utf-8")("strict") if check_utf8 else None
        self._utf8_so_far: bool | None = True if check_utf8 else None
        self._pipe = ChunkPipe(self._read)

    @property
    def head(self) -> bytes:
        """The first bytes of the document, inflated."""
        return bytes(self._head)

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take the next chunk.

        Raises:
            DocumentCorrupt, DocumentBomb: gzip that is damaged, or that grows without end.
        """
        self._pipe.write(chunk)
        self._size += len(chunk)
        self._sha256.update(chunk)

    def finish(self) -> Content:
        """Return what was read.

        Raises:
            DocumentCorrupt: the last gzip member is not whole.
        """
        self._pipe.finish()
        return Content(
            size=self._size,
            sha256=self._sha256.hexdigest(),
            gzip=self.gzip,
            uncompressed_size=self.uncompressed_size,
            lines=self._newlines + (self._last not in (b"", b"\n")),
            head=self.head,
            utf8=self._utf8_so_far,
        )

    def _read(self, source: Source) -> None:
        for piece in pieces(source, gzip=self.gzip):
            self.uncompressed_size += len(piece)
            # Half the time of count, which looks at every byte by itself.
            self._newlines += len(piece) - len(piece.replace(b"\n", b""))
            self._last = piece[-1:]
            if len(self._head) < HEAD_BYTES:
                self._head += piece[: HEAD_BYTES - len(self._head)]
            self._decode(piece)
            if self._on_inflated:
                self._on_inflated(piece)
        self._decode(b"", final=True)

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if self._utf8 and self._utf8_so_far:
            try:
                self._utf8.decode(piece, final)
            except UnicodeDecodeError:
                self._utf8_so_far = False

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End, wherever it is: afterwards nothing reads any more."""
        self._pipe.discard()
