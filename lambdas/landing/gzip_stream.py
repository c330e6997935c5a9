"""Inflates gzip while it streams by, whole or not at all, and no more of it than a report can hold."""

from collections.abc import Iterator
from gzip import BadGzipFile
from io import RawIOBase
from typing import Any, Protocol

from isal import isal_zlib
from isal.igzip import IGzipFile

# isal's stub calls the class an instance of it.
IsalError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # see above

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 31
# What is inflated at a time: it stays in the processor's cache, and malloc has bins for pieces so small, so that memory
# stays flat, where pieces of 1 MiB let it grow by 50 MiB over a GiB (`make bench`).
PIECE_BYTES = 64 * 1024
# Amazon's largest documents are some GB, at ratios of 4 to 20. Beyond this it is a bomb, not a report.
LARGEST_RATIO = 1000
SMALL_BYTES = 64 * 1024 * 1024


class DocumentCorrupt(Exception):
    """The document is not what its own checksums say: it was damaged or cut."""


class DocumentBomb(Exception):
    """The document inflates to more than any report does."""


class Source(Protocol):
    """Where bytes come from."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the start of `buffer` and return how many bytes that is; none at the end."""


def check_growth(inflated: int, *, read: int) -> None:
    """Raise DocumentBomb if so many `inflated` bytes cannot be a report of the `read` ones."""
    if inflated > max(SMALL_BYTES, read * LARGEST_RATIO):
        raise DocumentBomb(f"the gzip document inflates to more than {LARGEST_RATIO} times its {read} bytes")


def pieces(source: Source, *, gzip: bool) -> Iterator[bytes]:
    """Yield a document piece by piece, inflated if it is `gzip`; raises what gunzip does."""
    if gzip:
        yield from gunzip(source)
        return
    buffer = memoryview(bytearray(PIECE_BYTES))
    while count := source.readinto(buffer):
        yield bytes(buffer[:count])


def gunzip(source: Source) -> Iterator[bytes]:
    """Inflate gzip of any number of members, piece by piece, and check each member's length and checksum.

    Zeros may pad the end.

    Raises:
        DocumentCorrupt: it does not inflate, is cut, or a member fails its checksum.
        DocumentBomb: it inflates to a thousand times its size.
    """
    counted = _Counted(source)
    file = IGzipFile(fileobj=counted, mode="rb")  # type: ignore[no-untyped-call]  # isal's stubs leave it out
    inflated = 0
    try:
        while piece := _next_piece(file, counted):
            inflated += len(piece)
            check_growth(inflated, read=counted.position)
            yield piece
    finally:
        counted.let_go()


def _next_piece(file: IGzipFile, counted: "_Counted") -> bytes:
    try:
        return file.read(PIECE_BYTES)
    except EOFError:
        what = f"is cut: it ends after {counted.position} bytes, inside a member"
    except (IsalError, BadGzipFile) as error:
        what = f"does not inflate after {counted.position} bytes: {error}"
    raise DocumentCorrupt(f"the gzip document {what}")


class _Counted(RawIOBase):
    """A source as a file, and how much has been read of it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.position = 0

    def let_go(self) -> None:
        """Let go of the source: in isal's reader the garbage collector does not see it, and would keep it for good.

        An error's traceback leads to the reader, and the source to the error: 50 MB for each document that is damaged.
        """
        del self._source

    def readinto(self, buffer: Any) -> int:
        read = self._source.readinto(buffer)
        self.position += read
        return read
