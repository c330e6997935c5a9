"""Reads a document along while it streams by: is it whole, how large, how does it begin, how many lines has it."""

import codecs
import hashlib
from collections.abc import Callable
from typing import NamedTuple

from isal import isal_zlib

# isal's stub calls the class an instance of it.
IsalError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # see above

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 31
HEAD_BYTES = 64 * 1024
# What is inflated at a time, and the most that comes of it, whatever the document claims to hold. Malloc has bins
# for pieces so small: memory stays flat, where pieces of 1 MiB let it grow by 50 MiB over a GiB (`make bench`).
SLICE_BYTES = 16 * 1024
PIECE_BYTES = 32 * 1024
# Amazon's largest documents are some GB, at ratios of 4 to 20. Beyond this it is a bomb, not a report.
LARGEST_RATIO = 1000
SMALL_BYTES = 64 * 1024 * 1024


class DocumentCorrupt(Exception):
    """The document is not what its own checksums say: it was damaged or cut."""


class DocumentBomb(Exception):
    """The document inflates to more than any report does."""


def check_growth(inflated: int, *, read: int) -> None:
    """Raise DocumentBomb if so many `inflated` bytes cannot be a report of the `read` ones."""
    if inflated > max(SMALL_BYTES, read * LARGEST_RATIO):
        raise DocumentBomb(f"the gzip document inflates to more than {LARGEST_RATIO} times its {read} bytes")


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


class Gunzip:
    """Inflates gzip of any number of members, piece by piece, and checks each member's length and checksum."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        """Give the inflated pieces to `take`."""
        self._take = take
        self._member = isal_zlib.decompressobj(GZIP_WBITS)
        self._read = 0
        self._inflated = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Inflate some more.

        Raises:
            DocumentCorrupt: it does not inflate, or a member fails its checksum.
            DocumentBomb: it inflates to a thousand times its size.
        """
        view = memoryview(data)
        for start in range(0, len(view), SLICE_BYTES):
            self._inflate(view[start : start + SLICE_BYTES])

    def _inflate(self, data: bytes | memoryview) -> None:
        self._read += len(data)
        try:
            while data:
                if self._member.eof:
                    # Another member may follow, or zeros that pad the file; anything else fails to inflate.
                    data = bytes(data).lstrip(b"\0")
                    if not data:
                        return
                    self._member = isal_zlib.decompressobj(GZIP_WBITS)
                piece = self._member.decompress(data, PIECE_BYTES)
                data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
                self._give(piece)
        except IsalError as error:
            raise DocumentCorrupt(f"the gzip document does not inflate after {self._read} bytes: {error}") from None

    def finish(self) -> None:
        """Raise DocumentCorrupt unless the last member is whole."""
        while not self._member.eof:
            piece = self._member.decompress(b"", PIECE_BYTES)
            if not piece:
                raise DocumentCorrupt(f"the gzip document is cut: it ends after {self._read} bytes, inside a member")
            self._give(piece)

    def _give(self, piece: bytes) -> None:
        self._inflated += len(piece)
        check_growth(self._inflated, read=self._read)
        if piece:
            self._take(piece)


class Inspector:
    """Takes the bytes that land, in order, in constant memory."""

    def __init__(self, *, check_utf8: bool) -> None:
        """Begin with nothing read. `check_utf8` costs as much as inflating: for where no label says the charset."""
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

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if self._utf8 and self._utf8_so_far:
            try:
                self._utf8.decode(piece, final)
            except UnicodeDecodeError:
                self._utf8_so_far = False
