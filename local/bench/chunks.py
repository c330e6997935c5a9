"""Chunked bodies: the framing that HTTP and S3 share: sizes in hexadecimal, then trailers up to an empty line."""

import io
from typing import Any


class Chunks(io.RawIOBase):
    """What is within one layer of chunks. Reading to the end takes the trailers off `outer` too."""

    def __init__(self, outer: io.BufferedIOBase) -> None:
        """Read from `outer`, which begins with a chunk's size."""
        self._outer = outer
        self._left = 0
        self._begun = self._ended = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read some bytes of one chunk; none at the end."""
        if not self._left and not self._ended:
            self._next()
        read = self._outer.readinto(memoryview(buffer)[: self._left])
        self._left -= read
        return read

    def _next(self) -> None:
        if self._begun:
            self._outer.readline()
        self._begun = True
        self._left = int(self._outer.readline().split(b";")[0], 16)
        self._ended = not self._left
        while self._ended and self._outer.readline().strip():
            pass
