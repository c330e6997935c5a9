"""Inflates gzip while it streams by, whole or not at all, and no more of it than a report can hold."""

from collections.abc import Callable

from isal import isal_zlib

# isal's stub calls the class an instance of it.
IsalError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # see above

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 31
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
