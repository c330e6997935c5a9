"""Reads a document along while it streams by: is it whole, how large, how does it begin, how many lines has it."""

import codecs
import hashlib
import zlib
from typing import NamedTuple

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 31
HEAD_BYTES = 64 * 1024
# Inflated pieces are at most this large, whatever the document claims to hold.
PIECE_BYTES = 1024 * 1024


class DocumentCorrupt(Exception):
    """The document is not what its own checksums say: it was damaged or cut."""


class Content(NamedTuple):
    """What a document turned out to be. `size` (bytes) and `sha256` are of the bytes as served."""

    size: int
    sha256: str
    gzip: bool
    uncompressed_size: int
    lines: int
    head: bytes
    utf8: bool


class Inspector:
    """Takes a document's chunks in order, in constant memory."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._start = b""
        self._gzip: bool | None = None
        self._member = zlib.decompressobj(GZIP_WBITS)
        self._uncompressed = 0
        self._newlines = 0
        self._last = b""
        self._head = bytearray()
        self._utf8 = codecs.getincrementaldecoder("utf-8")("strict")
        self._utf8_so_far = True

    @property
    def head(self) -> bytes:
        """The first bytes of the document, inflated."""
        return bytes(self._head)

    @property
    def gzip(self) -> bool:
        """Whether the document is gzip by its first two bytes, whatever its labels say."""
        return bool(self._gzip)

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk.

        Raises:
            DocumentCorrupt: gzip that does not inflate, or that fails its checksum.
        """
        self._size += len(chunk)
        self._sha256.update(chunk)
        if self._gzip is None:
            chunk = self._start + chunk
            if len(chunk) < len(GZIP_MAGIC):
                self._start = chunk
                return
            self._gzip = chunk.startswith(GZIP_MAGIC)
        self._inflate(chunk) if self._gzip else self._read(chunk)

    def finish(self) -> Content:
        """Return what was read.

        Raises:
            DocumentCorrupt: the last gzip member is not whole.
        """
        if self._gzip is None:
            self._gzip = False
            self._read(self._start)
        if self._gzip and not self._member.eof:
            raise DocumentCorrupt(f"the gzip document is cut: it ends after {self._size} bytes, inside a member")
        self._decode(b"", final=True)
        return Content(
            size=self._size,
            sha256=self._sha256.hexdigest(),
            gzip=self._gzip,
            uncompressed_size=self._uncompressed,
            lines=self._newlines + (self._last not in (b"", b"\n")),
            head=self.head,
            utf8=self._utf8_so_far,
        )

    def _inflate(self, data: bytes) -> None:
        try:
            while data:
                if self._member.eof:
                    # Another member may follow, or zeros that pad the file; anything else fails to inflate.
                    data = data.lstrip(b"\0")
                    if not data:
                        return
                    self._member = zlib.decompressobj(GZIP_WBITS)
                self._read(self._member.decompress(data, PIECE_BYTES))
                data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        except zlib.error as error:
            raise DocumentCorrupt(f"the gzip document does not inflate after {self._size} bytes: {error}") from None

    def _read(self, piece: bytes) -> None:
        self._uncompressed += len(piece)
        self._newlines += piece.count(b"\n")
        self._last = piece[-1:] or self._last
        if len(self._head) < HEAD_BYTES:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._decode(piece)

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if self._utf8_so_far:
            try:
                self._utf8.decode(piece, final)
            except UnicodeDecodeError:
                self._utf8_so_far = False
